#include "conformance/peer/steps.hpp"

#include <algorithm>
#include <array>

namespace voxspec {
namespace {

bool names_schema(Json const& pattern) {
  if (pattern.is_array()) return std::ranges::any_of(pattern, names_schema);
  if (!pattern.is_object()) return false;
  if (pattern.contains("schema")) return true;
  // A choice of frames, or what stands inside a stable one.
  return std::ranges::any_of(std::array{"one_of", "not", "stable_frame", "message"},
                             [&](char const* key) {
                               auto const found = pattern.find(key);
                               return found != pattern.end() && names_schema(*found);
                             });
}

}  // namespace

std::vector<std::string> passing_by_default(std::vector<Json> const& frames) {
  if (std::ranges::any_of(frames, names_schema)) return {};
  return {"schema"};
}

std::string_view kind_name(StepBody const& body) {
  // In the order of the variant's alternatives.
  static constexpr std::array<std::string_view, std::variant_size_v<StepBody>> names{
      "establish",   "send",   "expect", "expect_none", "expect_violation", "expect_end",
      "expect_exit", "alive",  "one_of", "drop",        "half_close",       "stop_reading",
      "next_link",   "repeat", "wait",   "let",         "announce"};
  return names[body.index()];
}

}  // namespace voxspec
