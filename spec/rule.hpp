#pragma once
#include "spec/assert.hpp"

#include <boost/describe/enum.hpp>

#include <algorithm>
#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string_view>

namespace vox {

// How strongly the written specification asks for a rule. A definition uses no RFC 2119 word.
enum class Level : std::uint8_t { must, must_not, should, may, definition };
BOOST_DESCRIBE_ENUM(Level, must, must_not, should, may, definition)

// Whether a peer can see the rule kept or broken: on the wire, only in an API, or not at all.
enum class Observable : std::uint8_t { wire, api, doc };
BOOST_DESCRIBE_ENUM(Observable, wire, api, doc)

// Whose duty it is: of a side of the session, of a message, of a connection, of a call or of a
// stable conduit. A clause that binds nobody (none) explains a word.
enum class Binds : std::uint8_t {
  either,
  initiator,
  acceptor,
  sender,
  receiver,
  opener,
  accepter,
  caller,
  callee,
  client,
  server,
  proxy,
  none
};
BOOST_DESCRIBE_ENUM(Binds, either, initiator, acceptor, sender, receiver, opener, accepter, caller,
                    callee, client, server, proxy, none)

// One row of the rule table, as spec/rules/<chapter>.json states it.
struct RuleEntry {
  std::string_view id;
  std::string_view chapter;
  Level level;
  Observable observable;
  Binds binds;
  std::string_view summary;
  std::uint16_t clause_first;  // where its clauses stand in the table of all of them
  std::uint16_t clause_count;
};

// clang-format off
inline constexpr RuleEntry rule_table[] = {
#include "spec/rules_table.inc"
};
// clang-format on

// A requirement id that is known to exist. Rule{"connection.open"} is looked up by the compiler, so
// that a misspelt id does not build; ids from files come through find(). It is a small value that
// refers to the table and is never empty.
class Rule {
 public:
  // NOLINTNEXTLINE(google-explicit-constructor, hicpp-explicit-conversions): an id is a rule.
  consteval Rule(char const* id) : index_{must_find(id)} {}

  [[nodiscard]] static constexpr std::optional<Rule> find(std::string_view id) {
    auto const* const row = std::ranges::lower_bound(rule_table, id, {}, &RuleEntry::id);
    if (row == std::end(rule_table) || row->id != id) return std::nullopt;
    return Rule{static_cast<std::uint16_t>(row - std::begin(rule_table))};
  }
  // The rule of a row, for those who iterate rule_table.
  [[nodiscard]] static constexpr Rule at(std::size_t row) {
    VOX_ASSERT(row < std::size(rule_table));
    return Rule{static_cast<std::uint16_t>(row)};
  }

  [[nodiscard]] constexpr RuleEntry const& entry() const { return rule_table[index_]; }
  [[nodiscard]] constexpr std::string_view id() const { return entry().id; }
  auto operator<=>(Rule const&) const = default;

 private:
  explicit constexpr Rule(std::uint16_t index) : index_{index} {}
  static consteval std::uint16_t must_find(std::string_view id) {
    return find(id).value().index_;  // Throws, and so fails to compile, for an unknown id.
  }

  std::uint16_t index_;
};

static_assert(std::ranges::is_sorted(rule_table, {}, &RuleEntry::id),
              "the rule table is sorted by id");
static_assert(std::ranges::adjacent_find(rule_table, {}, &RuleEntry::id) == std::end(rule_table),
              "every rule id is unique");

}  // namespace vox
