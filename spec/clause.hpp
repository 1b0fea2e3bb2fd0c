#pragma once
#include "spec/rule.hpp"

#include <boost/describe/enum.hpp>

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace vox {

// Where a clause can be seen kept or broken: in the frames, in the life of the peer's process, in
// an API only, or nowhere.
enum class Visible : std::uint8_t { wire, process, api, none };
BOOST_DESCRIBE_ENUM(Visible, wire, process, api, none)

// What a clause rests on.
//
//   text       the written specification
//   bytes      a layout that only 0.4.0 fixes, without which no two peers understand each other
//   behaviour  what 0.4.0 does where the written specification is silent or says otherwise
enum class Authority : std::uint8_t { text, bytes, behaviour };
BOOST_DESCRIBE_ENUM(Authority, text, bytes, behaviour)

// One obligation of a rule, as spec/rules/<chapter>.json states it.
struct ClauseEntry {
  std::string_view id;
  Level level;
  Binds binds;
  Visible visible;
  Authority authority;
  std::string_view obligation;
  std::string_view shipped;  // what 0.4.0 does; empty where it does what the obligation says
};

// A clause that is known to exist: Clause{"session.handshake/3"} is looked up by the compiler, and
// clauses from files come through find(). A small value that is never empty. It knows its rule
// without the table of all clauses, whose text is in a file of its own.
class Clause {
 public:
  // NOLINTNEXTLINE(google-explicit-constructor, hicpp-explicit-conversions): an id is a clause.
  consteval Clause(char const* id) : Clause{find(id).value()} {}

  [[nodiscard]] static constexpr std::optional<Clause> find(std::string_view id) {
    auto const slash = id.rfind('/');
    if (slash == std::string_view::npos) return std::nullopt;
    auto const rule = Rule::find(id.substr(0, slash));
    auto const number = number_of(id.substr(slash + 1));
    if (!rule || number == 0 || number > rule->entry().clause_count) return std::nullopt;
    return Clause{*rule, number};
  }
  // The clause of a rule with this number, counted from 1.
  [[nodiscard]] static constexpr Clause of(Rule rule, std::size_t number) {
    VOX_ASSERT(number >= 1 && number <= rule.entry().clause_count);
    return Clause{rule, static_cast<std::uint16_t>(number)};
  }

  [[nodiscard]] constexpr Rule rule() const { return rule_; }
  [[nodiscard]] constexpr std::size_t number() const { return number_; }
  [[nodiscard]] ClauseEntry const& entry() const;
  [[nodiscard]] std::string_view id() const { return entry().id; }
  auto operator<=>(Clause const&) const = default;

 private:
  constexpr Clause(Rule rule, std::uint16_t number) : rule_{rule}, number_{number} {}
  // 0 for what is no number in its shortest form.
  static constexpr std::uint16_t number_of(std::string_view digits) {
    if (digits.empty() || digits.size() > 3 || digits.front() == '0') return 0;
    std::uint16_t number = 0;
    for (char const c : digits) {
      if (c < '0' || c > '9') return 0;
      number = static_cast<std::uint16_t>(number * 10 + (c - '0'));
    }
    return number;
  }

  Rule rule_;
  std::uint16_t number_;
};

// All clauses, rule by rule in the order of rule_table.
[[nodiscard]] std::span<ClauseEntry const> clause_table();
// Those of one rule.
[[nodiscard]] std::span<ClauseEntry const> clauses_of(Rule rule);

}  // namespace vox
