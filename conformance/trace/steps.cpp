#include "conformance/trace/steps.hpp"

#include <algorithm>
#include <array>

namespace voxspec {
namespace {

bool names_schema(FrameTerm const& pattern) {
  // Those inside: a choice of frames, or the message of a stable one.
  return (pattern.kind != nullptr && pattern.kind->name == "schema") ||
         std::ranges::any_of(pattern.inside, names_schema);
}

}  // namespace

std::vector<std::string> passing_by_default(std::vector<Pattern> const& frames) {
  if (std::ranges::any_of(frames, names_schema)) return {};
  return {"schema"};
}

std::string_view kind_name(StepBody const& body) {
  // In the order of the variant's alternatives.
  static constexpr std::array<std::string_view, std::variant_size_v<StepBody>> names{
      "establish",   "send",   "expect", "expect_none", "expect_violation", "expect_end",
      "expect_exit", "alive",  "one_of", "drop",        "half_close",       "stop_reading",
      "next_link",   "repeat", "wait",   "let",         "announce",         "await_credit"};
  return names[body.index()];
}

}  // namespace voxspec
