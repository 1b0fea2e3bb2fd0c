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
  for (auto const table : {"file", "fault", "rule", "action", "encode", "hold", "map", "retype"}) {
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

TEST_CASE("every file of faults and freedoms can be read") {
  for (auto const* const folder : {"faults", "freedoms"}) {
    auto const loaded = load_faults(folder);
    for (auto const& error : loaded.errors)
      FAIL_CHECK(text(error));
    CHECK(loaded.faults.size() > 40);
    std::set<std::string> ids;
    for (auto const& fault : loaded.faults)
      CHECK(ids.insert(fault.id).second);
  }
}
