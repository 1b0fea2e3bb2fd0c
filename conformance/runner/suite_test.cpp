#include "conformance/runner/suite.hpp"

#include "conformance/runner/temporary_folder.hpp"
#include "conformance/testing/property.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace {

using namespace voxspec;

Case trace(std::string id, vox::Clause clause = "session.parity/1") {
  Case result;
  result.id = std::move(id);
  result.clauses = {clause};
  return result;
}

Suite some_suite() {
  Suite suite;
  suite.cases = {trace("a/x"), trace("b/y[1]", "connection.open/3"),
                 trace("b/y[2]", "connection.open/3"), trace("c@acceptor")};
  suite.cases[0].transports = {"websocket"};
  suite.cases[3].conduit = Conduit::stable;
  return suite;
}

std::vector<std::string> ids(Suite const& suite, Selection const& selection) {
  auto const cases = select(suite, selection);
  REQUIRE(cases);
  std::vector<std::string> result;
  for (auto const* const each : *cases) {
    result.push_back(each->id);
  }
  return result;
}

using Ids = std::vector<std::string>;

TEST_SUITE_BEGIN("runner");

TEST_CASE("a selection that asks for nothing selects all") {
  CHECK(ids(some_suite(), {}) == Ids{"a/x", "b/y[1]", "b/y[2]", "c@acceptor"});
}

TEST_CASE("a case has to fit everything that is asked for") {
  auto const suite = some_suite();
  Selection selection;
  selection.patterns = {"b", "c"};
  CHECK(ids(suite, selection) == Ids{"b/y[1]", "b/y[2]", "c@acceptor"});
  selection.rules = {"connection"};
  CHECK(ids(suite, selection) == Ids{"b/y[1]", "b/y[2]"});
  selection.only = {"b/y[2]", "c@acceptor"};
  CHECK(ids(suite, selection) == Ids{"b/y[2]"});
}

TEST_CASE("a transport leaves out the cases that do not go over it, a conduit those on the other") {
  Selection selection;
  selection.transport = vox::link::Transport::tcp;
  CHECK(ids(some_suite(), selection) == Ids{"b/y[1]", "b/y[2]", "c@acceptor"});
  selection.conduit = Conduit::stable;
  CHECK(ids(some_suite(), selection) == Ids{"c@acceptor"});
  selection.transport = vox::link::Transport::websocket;
  selection.conduit = Conduit::bare;
  CHECK(ids(some_suite(), selection) == Ids{"a/x", "b/y[1]", "b/y[2]"});
}

TEST_CASE("a pattern that fits nothing is an error that names it") {
  Selection selection;
  selection.patterns = {"a", "nonsense/*"};
  CHECK(select(some_suite(), selection).error().contains("'nonsense/*'"));
  selection.patterns.clear();
  selection.rules = {"nonsense"};
  CHECK(select(some_suite(), selection).error() ==
        "there is no rule 'nonsense'; see voxspec rules");
  selection.rules = {"connection.close"};
  CHECK(select(some_suite(), selection).error() ==
        "no case judges the rule 'connection.close'; see voxspec cover");
}

TEST_CASE("the shards of a suite hold every case exactly once, in parts of about one size") {
  voxspec::test::holds([] {
    auto const size = *rc::gen::inRange<std::size_t>(0, 40);
    auto const count = *rc::gen::inRange<std::size_t>(1, 12);
    Suite suite;
    for (std::size_t i = 0; i < size; ++i) {
      suite.cases.push_back(trace("case" + std::to_string(i)));
    }
    std::vector<Case const*> all;
    for (std::size_t index = 1; index <= count; ++index) {
      Selection selection;
      selection.shard = {.index = index, .count = count};
      auto const part = select(suite, selection).value();
      RC_ASSERT(part.size() >= size / count && part.size() <= size / count + 1);
      all.insert(all.end(), part.begin(), part.end());
    }
    std::ranges::sort(all);
    RC_ASSERT(std::ranges::adjacent_find(all) == all.end());
    RC_ASSERT(all.size() == size);
  });
}

TEST_CASE("a shard is written i/n") {
  auto const shard = Shard::parse("2/5");
  REQUIRE(shard);
  CHECK(shard->index == 2);
  CHECK(shard->count == 5);
  for (auto const* const bad :
       {"", "2", "2/", "/5", "0/5", "6/5", "2/5x", "-1/5", "a/b", "2 / 5"}) {
    CAPTURE(bad);
    CHECK_FALSE(Shard::parse(bad).has_value());
  }
}

TEST_CASE("a suite is read from a folder, and a file that is no trace is an error beside it") {
  TemporaryFolder const folder;
  std::filesystem::create_directory(folder.path() / "sub");
  std::ofstream{folder.path() / "sub" / "good.json"} << R"({
    "about": "A prologue is answered", "rules": ["transport.prologue.accept/1"],
    "peer": {"role": "initiator"}, "steps": [{"send": {"transport_hello": {}}},
      {"expect": [{"transport_accept": {}}]}]})";
  std::ofstream{folder.path() / "bad.json"} << "{";
  std::ofstream{folder.path() / "trace.schema.json"} << "{}";
  std::ofstream{folder.path() / "README.md"} << "no trace";
  auto const suite = load_suite(folder.path());
  REQUIRE(suite);
  REQUIRE(suite->cases.size() == 1);
  CHECK(suite->cases.front().id == "sub/good");
  REQUIRE(suite->errors.size() == 1);
  CHECK(suite->errors.front().file.ends_with("bad.json"));
  Selection bad;
  bad.patterns = {"bad"};
  auto const none = select(*suite, bad);
  REQUIRE_FALSE(none);
  CHECK(none.error() ==
        "no case has an id that fits 'bad'; see voxspec list\n"
        "a file cannot be read: " +
            text(suite->errors.front()));
  CHECK_FALSE(load_suite(folder.path() / "none").has_value());
  CHECK(suite->is_whole);

  Selection good;
  good.patterns = {"sub/*"};
  auto const part = load_suite(folder.path(), Dialect::vox_0_4, good);
  REQUIRE(part);
  CHECK_FALSE(part->is_whole);
  CHECK(part->cases.size() == 1);
  CHECK(part->errors.empty());
  // Nobody is told that a case is not there without all files having been looked at.
  good.excluded = {"misspelt"};
  auto const whole = load_suite(folder.path(), Dialect::vox_0_4, good);
  REQUIRE(whole);
  CHECK(whole->is_whole);
  CHECK(whole->errors.size() == 1);
}

TEST_CASE("a recording is found by the id of its case, wherever it lies") {
  TemporaryFolder const folder;
  std::ofstream{folder.path() / "kept.json"} << R"({"case": "prologue/answered",
    "about": "A prologue is answered", "rules": ["transport.prologue.accept/1"],
    "peer": {"role": "initiator"}, "steps": [{"send": {"transport_hello": {}}},
      {"expect": [{"transport_accept": {}}]}]})";
  std::filesystem::create_directory(folder.path() / "prologue");
  std::filesystem::copy_file(folder.path() / "kept.json",
                             folder.path() / "prologue" / "other.json");
  Selection selection;
  selection.patterns = {"prologue/*"};
  auto const suite = load_suite(folder.path(), Dialect::vox_0_4, selection);
  REQUIRE(suite);
  CHECK(suite->errors.empty());
  CHECK(suite->cases.size() == 2);
}

TEST_SUITE_END();

}  // namespace
