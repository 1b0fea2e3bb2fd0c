#include "conformance/runner/rule_words.hpp"

#include <boost/describe/enum_to_string.hpp>

#include <array>
#include <cstddef>
#include <string_view>

namespace voxspec {

std::string level_word(vox::Level level) {
  static constexpr std::array<std::string_view, 5> words{"MUST", "MUST NOT", "SHOULD", "MAY",
                                                         "definition"};
  return std::string{words.at(static_cast<std::size_t>(level))};
}

std::string observable_word(vox::Observable observable) {
  return boost::describe::enum_to_string(observable, "?");
}

std::string binds_word(vox::Binds binds) {
  return boost::describe::enum_to_string(binds, "?");
}

}  // namespace voxspec
