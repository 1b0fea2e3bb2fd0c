#include "conformance/relay/fault_file.hpp"

#include "conformance/peer/json.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <iterator>
#include <set>

using namespace voxspec;
using namespace voxspec::relay;

namespace {

std::string file_with(std::string const& fault) {
  return R"({"faults": [{"id": "a", "about": "b", "clauses": ["session.keepalive/2"], )" + fault +
         "}]}";
}

TraceError error_of(std::string const& fault) {
  auto const read = parse_faults(file_with(fault), "f.json");
  REQUIRE(!read.has_value());
  return read.error();
}

Json schema() {
  std::ifstream file{"faults/fault.schema.json", std::ios::binary};
  return Json::parse(std::string{std::istreambuf_iterator<char>{file}, {}});
}

std::set<std::string> keys_of(Json const& object) {
  std::set<std::string> keys;
  for (auto const& [key, value] : object.items())
    keys.insert(key);
  return keys;
}

}  // namespace

TEST_CASE("a fault is read with its id, its rule and its action") {
  auto const read = parse_faults(
      file_with(R"("from": "subject", "match": {"pong": {}}, "do": {"change": {"nonce": 99}})"),
      "f.json", "session.keepalive");
  REQUIRE(read.has_value());
  REQUIRE(read->size() == 1);
  auto const& fault = read->front();
  CHECK(fault.id == "session.keepalive.a");
  REQUIRE(fault.rules.size() == 1);
  auto const& rule = fault.rules.front();
  CHECK(rule.from == Side::subject);
  CHECK(rule.match.name() == "pong");
  CHECK_FALSE(rule.match.on.has_value());
  REQUIRE(rule.actions.size() == 1);
  CHECK(std::get<Change>(rule.actions[0].of).fields.at(0).first == "nonce");
}

TEST_CASE("a fault of the process has a name in place of rules") {
  auto const read = parse_faults(file_with(R"("process": "dies")"), "f.json");
  REQUIRE(read.has_value());
  CHECK(read->front().process == "dies");
  CHECK(read->front().rules.empty());
  CHECK(error_of(R"("process": "dies", "from": "judge")").what ==
        "a fault of the process has no rules");
  CHECK(error_of(R"("process": "")").what == "the name is empty");
  CHECK_FALSE(read->front().everywhere);
  auto const everywhere =
      parse_faults(file_with(R"("process": "dies", "everywhere": true)"), "f.json");
  REQUIRE(everywhere.has_value());
  CHECK(everywhere->front().everywhere);
  CHECK(error_of(R"("everywhere": true, "from": "judge", "match": {"ping": {}}, "do": "drop")")
            .what == "this is for a fault of the process");
}

TEST_CASE("a fault for each role is two faults") {
  auto const read = parse_faults(
      file_with(R"("role": "each", "from": "subject", "match": {"pong": {}}, "do": "drop")"),
      "f.json");
  REQUIRE(read.has_value());
  REQUIRE(read->size() == 2);
  CHECK(read->at(0).id == "a@initiator");
  CHECK(read->at(0).role == vox::Role::initiator);
  CHECK(read->at(1).id == "a@acceptor");
}

TEST_CASE("patterns and frames are read in the dialect that is asked for") {
  auto const rule = R"("from": "subject", "match": {"hello": {"connection_settings":
    {"initial_channel_credit": 4}}}, "do": {"change": {"connection_settings":
    {"initial_channel_credit": 5}}})";
  auto const newer = parse_faults(file_with(rule), "f.json", {}, Dialect::vox_0_5);
  REQUIRE(newer.has_value());
  auto const& fault = newer->front();
  CHECK(fault.dialect == Dialect::vox_0_5);
  CHECK(fault.rules.front().match.kind == find_frame_kind("hello", Dialect::vox_0_5));
  // What is not said about both dialects has to be right in each.
  auto const older = error_of(rule);
  CHECK(older.what == "vox_0_4 has no 'initial_channel_credit'");
  CHECK(older.advice == R"(say "dialects": ["vox_0_5"])");
}

TEST_CASE("a fault that is about another dialect is read in that one, and has no meaning here") {
  auto const text = file_with(R"("dialects": ["vox_0_5"], "from": "judge",
    "match": {"connection_open": {}},
    "do": {"change": {"connection_settings": {"initial_channel_credit": 5}}})");
  auto const read = parse_faults(text, "f.json");
  REQUIRE(read.has_value());
  CHECK(read->front().dialect == Dialect::vox_0_5);
  CHECK(not_in(read->front(), Dialect::vox_0_4) == "is about the dialect vox_0_5 alone");
  CHECK_FALSE(not_in(read->front(), Dialect::vox_0_5).has_value());
  CHECK(error_of(R"("dialects": [], "from": "judge", "match": {"ping": {}}, "do": "drop")").what ==
        "the list is empty");
}

TEST_CASE("a fault that needs a stable conduit has no meaning in a dialect without one") {
  auto const why = [](std::string const& fault) {
    return not_in(parse_faults(file_with(fault), "f.json", {}, Dialect::vox_0_5).value().front(),
                  Dialect::vox_0_5);
  };
  auto const none = "the dialect vox_0_5 has no stable conduit";
  CHECK(why(R"("conduit": "stable", "from": "judge", "match": {"ping": {}}, "do": "drop")") ==
        none);
  CHECK(why(R"("from": "judge", "match": {"stable_frame": {}}, "do": "drop")") == none);
  // What waits for such a frame is never at work.
  CHECK(why(R"("rules": [
    {"name": "told", "from": "judge", "match": {"client_hello": {}}, "do": "pass"},
    {"when": "told", "from": "judge", "match": {"ping": {}}, "do": "drop"}])") == none);
  // One that does the same on either conduit does it on a bare one.
  CHECK_FALSE(why(R"("rules": [
    {"from": "judge", "match": {"stable_frame": {}}, "do": "drop"},
    {"from": "judge", "match": {"ping": {}}, "do": "drop"}])")
                  .has_value());
  CHECK_FALSE(why(R"("process": "dies")").has_value());
}

TEST_CASE("what cannot be used is said with its place and what may have been meant") {
  CHECK(error_of(R"("from": "subjekt", "match": {"pong": {}}, "do": "drop")").where ==
        "faults[0].from");
  auto const field =
      error_of(R"("from": "subject", "match": {"pong": {}}, "do": {"change": {"nonc": 1}})");
  CHECK(field.where == "faults[0].do.change.nonc");
  CHECK(field.what == "pong has no field 'nonc' (did you mean 'nonce'?)");
  CHECK(error_of(R"("from": "subject", "match": {}, "do": {"change": {"nonce": 1}})")
            .what.starts_with("the fields are not known"));
  CHECK(error_of(R"("from": "subject", "match": {"pong": {}}, "do": "rehash")").what ==
        "pong has no field 'schemas'");
  CHECK(error_of(R"("from": "subject", "match": {"pong": {}}, "do": {"cut": [1]})").what ==
        "only what the judge writes can be cut and joined");
  CHECK(error_of(R"("from": "subject", "match": {"pong": {}}, "do": "join")").what ==
        "only what the judge writes can be cut and joined");
  CHECK(error_of(R"("from": "judge", "match": {"ping": {}}, "do": {"cut": [3, 1]})").where ==
        "faults[0].do.cut[1]");
  CHECK(error_of(R"("from": "judge", "match": {"ping": {}}, "do": {"cut": "whole"})").where ==
        "faults[0].do.cut");
  CHECK(error_of(R"("from": "subject", "match": {"schema": {}}, "do": {"retype": {"type": "A"}})")
            .what == "it changes nothing");
  CHECK(error_of(R"("from": "subject", "match": {"schema": {}}, "do": {"retype": {"field": "a"}})")
            .what == "a field gets another name");
  CHECK(error_of(R"("from": "subject", "match": {"pong": {}}, "do": "pass")").what ==
        "it does nothing");
  CHECK(error_of(R"("rules": [{"from": "subject", "match": {"pong": {}}, "do": "drop",
                              "when": "x"}])")
            .what == "no earlier rule has the name 'x'");
  CHECK(error_of(R"("from": "subject", "match": "end", "do": {"repeat": 1})").what ==
        "there is no frame to do this to");
  CHECK(parse_faults(R"({"faults": [{"id": "a", "about": "b", "clauses": ["no.such/1"],
          "from": "subject", "match": {}, "do": "drop"}]})",
                     "f.json")
            .error()
            .what == "there is no clause 'no.such/1'");
}

TEST_CASE("the names in a pattern are its own, or those of an earlier rule") {
  auto const read = parse_faults(file_with(R"("rules": [
      {"from": "judge", "match": {"on": "$c", "request_call": {"id": "$r"}}, "do": "pass"},
      {"from": "subject", "match": {"on": "$c", "request_response": {"id": "$s"}}, "do": "drop"}
    ])"),
                                 "f.json");
  REQUIRE(read.has_value());
  auto const& rules = read->front().rules;
  CHECK(rules[0].own_names == std::set<std::string, std::less<>>{"c", "r"});
  CHECK(rules[1].own_names == std::set<std::string, std::less<>>{"s"});
  CHECK(rules[1].earlier_names == std::set<std::string, std::less<>>{"c"});
}

TEST_CASE("the JSON Schema of fault files has the keys of the reader, each with a description") {
  auto const document = schema();
  for (auto const* const table :
       {"file", "fault", "rule", "action", "encode", "hold", "map", "retype"}) {
    INFO(table);
    auto const& def =
        std::string_view{table} == "file" ? document : document["$defs"][std::string{table}];
    std::set<std::string> known;
    for (auto const key : fault_keys(table))
      known.emplace(key);
    CHECK(keys_of(def["properties"]) == known);
    for (auto const& [key, value] : def["properties"].items())
      CHECK(value.contains("description"));
  }
}

TEST_CASE("every file of faults and freedoms can be read, in either dialect") {
  for (auto const* const folder : {"faults", "freedoms"}) {
    for (auto const dialect : {Dialect::vox_0_4, Dialect::vox_0_5}) {
      auto const loaded = load_faults(folder, dialect);
      for (auto const& error : loaded.errors)
        FAIL_CHECK(text(error));
      CHECK(loaded.faults.size() > 40);
      std::set<std::string> ids;
      for (auto const& fault : loaded.faults)
        CHECK(ids.insert(fault.id).second);
    }
  }
}
