#include "conformance/trace/steps.hpp"

#include <array>

namespace voxspec {

std::string_view kind_name(StepBody const& body) {
  // In the order of the variant's alternatives.
  static constexpr std::array<std::string_view, std::variant_size_v<StepBody>> names{
      "establish",   "send",   "expect", "expect_none", "expect_violation", "expect_end",
      "expect_exit", "alive",  "one_of", "drop",        "half_close",       "stop_reading",
      "next_link",   "repeat", "wait",   "let",         "announce"};
  return names[body.index()];
}

}  // namespace voxspec
