#include "spec/clause.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <iterator>
#include <string>

using vox::Clause;

TEST_CASE("a clause is named by its rule and its number") {
  constexpr Clause clause{"session.handshake/3"};
  static_assert(clause.rule() == vox::Rule{"session.handshake"});
  static_assert(clause.number() == 3);
  CHECK(clause.id() == "session.handshake/3");
  CHECK(clause.entry().level == vox::Level::must);
  CHECK(clause.entry().binds == vox::Binds::initiator);
  CHECK(clause.entry().authority == vox::Authority::text);
}

TEST_CASE("what is no clause is not found") {
  for (char const* const id :
       {"session.handshake", "session.handshake/", "session.handshake/0", "session.handshake/16",
        "session.handshake/03", "session.handshake/x", "session.handshake/3x", "no.rule/1", "/1",
        "", "session.handshake/99999"}) {
    CAPTURE(id);
    CHECK_FALSE(Clause::find(id).has_value());
  }
}

TEST_CASE("every clause of the table is found by its id, and belongs to the rule that it names") {
  std::size_t row = 0;
  for (std::size_t i = 0; i < std::size(vox::rule_table); ++i) {
    auto const rule = vox::Rule::at(i);
    CAPTURE(rule.id());
    REQUIRE(rule.entry().clause_count > 0);
    for (std::size_t number = 1; number <= rule.entry().clause_count; ++number) {
      auto const& entry = vox::clause_table()[row++];
      CHECK(entry.id == std::string{rule.id()} + "/" + std::to_string(number));
      auto const found = Clause::find(entry.id);
      REQUIRE(found.has_value());
      CHECK(&found->entry() == &entry);
      CHECK_FALSE(entry.obligation.empty());
    }
  }
  CHECK(row == vox::clause_table().size());
}

TEST_CASE("what rests on 0.4.0 alone says what 0.4.0 does") {
  for (auto const& entry : vox::clause_table()) {
    CAPTURE(entry.id);
    auto const core = entry.id.starts_with("core.");
    if (core) CHECK(entry.authority == vox::Authority::behaviour);
    if (entry.authority != vox::Authority::text && !core) CHECK_FALSE(entry.shipped.empty());
  }
}
