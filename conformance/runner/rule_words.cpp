#include "conformance/runner/rule_words.hpp"

#include "conformance/peer/verdict.hpp"

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

std::string visible_word(vox::Visible visible) {
  return boost::describe::enum_to_string(visible, "?");
}

std::string authority_word(vox::Authority authority) {
  return boost::describe::enum_to_string(authority, "?");
}

std::string verdict_word(vox::ClauseEntry const& clause) {
  auto const is_behaviour = clause.authority == vox::Authority::behaviour;
  return std::string{text(is_behaviour ? Verdict::differs : breach_of(clause.level))};
}

std::string weight_words(vox::ClauseEntry const& clause) {
  static constexpr std::array<std::string_view, 3> authorities{
      "by the written specification", "by the bytes of 0.4.0", "by what 0.4.0 does"};
  return level_word(clause.level) + ", " +
         std::string{authorities.at(static_cast<std::size_t>(clause.authority))};
}

}  // namespace voxspec
