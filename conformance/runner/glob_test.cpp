#include "conformance/runner/glob.hpp"

#include "conformance/testing/property.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>

namespace {

using voxspec::matches_glob;
using voxspec::may_select_in;
using voxspec::selects_case;
using voxspec::selects_rule;

TEST_SUITE_BEGIN("runner");

TEST_CASE("a star stands for any run of characters, slashes and brackets too") {
  CHECK(matches_glob("*", ""));
  CHECK(matches_glob("connection/*", "connection/open/twice[cancel]@initiator"));
  CHECK(matches_glob("*@initiator", "connection/open@initiator"));
  CHECK(matches_glob("*/open/*[*]", "connection/open/twice[cancel]"));
  CHECK(matches_glob("a*b*c", "a--b-bb--c"));
  CHECK_FALSE(matches_glob("a*b*c", "a--b-bb--cd"));
  CHECK_FALSE(matches_glob("", "a"));
}

TEST_CASE("a question mark stands for one character, and brackets for themselves") {
  CHECK(matches_glob("row[?]", "row[1]"));
  CHECK_FALSE(matches_glob("row[?]", "row[]"));
  CHECK_FALSE(matches_glob("row[12]", "row1"));
}

TEST_CASE("many stars against a long text end soon") {
  std::string pattern;
  for (int i = 0; i < 100; ++i) {
    pattern += "*a";
  }
  CHECK_FALSE(matches_glob(pattern + "b", std::string(20'000, 'a')));
}

TEST_CASE("every text fits itself, and its prefix with a star") {
  voxspec::test::holds([](std::string const& text) {
    RC_PRE(!text.contains('*') && !text.contains('?'));
    RC_ASSERT(matches_glob(text, text));
    RC_ASSERT(matches_glob(text.substr(0, text.size() / 2) + "*", text));
    RC_ASSERT(!matches_glob(text + "?", text));
  });
}

TEST_CASE("an id selects itself, all its rows and roles, and what is in its folder") {
  CHECK(selects_case("open/twice", "open/twice"));
  CHECK(selects_case("open/twice", "open/twice[cancel]@acceptor"));
  CHECK(selects_case("open/twice[cancel]", "open/twice[cancel]@acceptor"));
  CHECK(selects_case("open", "open/twice"));
  CHECK(selects_case("open/", "open/twice"));
  CHECK_FALSE(selects_case("open/tw", "open/twice"));
  CHECK_FALSE(selects_case("open/twice[cancel]@initiator", "open/twice[cancel]@acceptor"));
  CHECK_FALSE(selects_case("", "open/twice"));
}

TEST_CASE("a rule selects itself and the rules below it") {
  CHECK(selects_rule("session", "session.parity"));
  CHECK(selects_rule("session.parity", "session.parity"));
  CHECK(selects_rule("core.S*", "core.S1"));
  CHECK_FALSE(selects_rule("sess", "session.parity"));
  CHECK_FALSE(selects_rule("session.parity.x", "session.parity"));
}

TEST_CASE("a file is left out only where none of its cases can be meant") {
  constexpr std::array patterns{"a",      "a/",  "a/b", "a/b[",  "a/b[x]", "a/b[x]@acceptor",
                                "a/b@i*", "a/*", "*",   "*b",    "a/?",    "a/b/c",
                                "a/bc",   "b",   "a*c", "a/b[*]"};
  for (std::string const file : {"a", "a/b", "a/bc", "a/b/c", "b/a"}) {
    for (auto const* const tail : {"", "[x]", "@acceptor", "[x]@acceptor", "[x/y]@initiator"}) {
      for (auto const* const pattern : patterns) {
        CAPTURE(file);
        CAPTURE(tail);
        CAPTURE(pattern);
        CHECK((may_select_in(pattern, file) || !selects_case(pattern, file + tail)));
      }
    }
  }
  CHECK_FALSE(may_select_in("a/b", "b/a"));
  CHECK_FALSE(may_select_in("a/b/c", "a/b"));
  CHECK(may_select_in("a/b[x]", "a/b"));
}

TEST_SUITE_END();

}  // namespace
