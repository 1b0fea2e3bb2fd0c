#include "spec/rule.hpp"

#include <doctest/doctest.h>

#include <iterator>

using namespace vox;

TEST_SUITE("spec") {
  TEST_CASE("r[connection.open] a rule is found by its id, with its row") {
    constexpr Rule rule{"connection.open"};
    CHECK(rule.id() == "connection.open");
    CHECK(rule.entry().chapter == "conn");
    CHECK(rule.entry().observable == Observable::wire);
    CHECK(Rule::find("connection.open") == rule);
  }
  TEST_CASE("an unknown id is not found") {
    CHECK_FALSE(Rule::find("connection.opne"));
    CHECK_FALSE(Rule::find(""));
  }
  TEST_CASE("the table holds the 347 written rules and the core rules") {
    auto const core = std::ranges::count(rule_table, "core", &RuleEntry::chapter);
    CHECK(core == 61);
    CHECK(std::ssize(rule_table) - core == 347);
  }
}
