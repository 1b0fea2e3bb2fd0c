#include "conformance/peer/case_result.hpp"

#include <array>
#include <cstddef>

namespace voxspec {

std::string_view text(EndCause cause) {
  static constexpr std::array<std::string_view, 8> texts{
      "still open",
      "ended by a close frame",
      "ended at a frame boundary",
      "ended inside a frame",
      "reset",
      "broken by the subject against the transport's rules",
      "ended by us",
      "never made",
  };
  return texts.at(static_cast<std::size_t>(cause));
}

}  // namespace voxspec
