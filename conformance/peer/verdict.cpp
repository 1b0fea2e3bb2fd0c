#include "conformance/peer/verdict.hpp"

#include <array>
#include <cstddef>

namespace voxspec {

std::string_view text(Verdict verdict) {
  static constexpr std::array<std::string_view, verdict_count> texts{
      "pass",        "fail",  "non-strict",      "differs",
      "unsupported", "known", "unexpected pass", "not run"};
  return texts.at(static_cast<std::size_t>(verdict));
}

}  // namespace voxspec
