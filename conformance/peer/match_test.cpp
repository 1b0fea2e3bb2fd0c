#include "conformance/peer/match.hpp"

#include "conformance/peer/expectation.hpp"
#include "conformance/peer/fill.hpp"
#include "conformance/peer/term_json.hpp"
#include "conformance/peer/value_json.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using namespace voxspec;

namespace {

bool matches(std::string_view pattern, std::string_view actual, Bindings& bindings,
             IdSpace const& ids = IdSpace{}) {
  auto const json = Json::parse(pattern);
  auto const term = read_term({json, {}}, FieldType::cbor, Use::pattern);
  return !match(term, value_from_json(Json::parse(actual)), FieldType::cbor, bindings, ids);
}
bool matches(std::string_view pattern, std::string_view actual) {
  Bindings bindings;
  return matches(pattern, actual, bindings);
}

Template template_of(std::string_view text) {
  auto const json = Json::parse(text);
  return read_template({json, {}});
}

// The frame that a template makes; fields that it does not name have their defaults.
Frame frame_of(std::string_view text, IdSpace const& ids = IdSpace{}) {
  return fill(template_of(text), {}, ids).value();
}

std::optional<Mismatch> mismatch_of(std::string_view pattern, Frame const& frame) {
  Bindings bindings;
  auto const json = Json::parse(pattern);
  return match(read_pattern({json, {}}), frame, bindings, IdSpace{});
}
std::optional<Mismatch> frame_mismatch(std::string_view pattern, std::string_view frame) {
  return mismatch_of(pattern, frame_of(frame));
}

Expect expect(std::string_view text, bool any_order = false) {
  Expect step;
  for (auto const& frame : Json::parse(text)) {
    step.frames.push_back(read_pattern({frame, {}}));
  }
  step.any_order = any_order;
  return step;
}

Frame ping(std::uint64_t nonce) {
  return message_frame("ping", 0, {{{"nonce", nonce}}});
}

}  // namespace

TEST_CASE("what a pattern does not name is not judged") {
  CHECK(matches(R"({})", R"({"a": 1, "b": 2})"));
  CHECK(matches(R"({"a": 1})", R"({"a": 1, "b": 2})"));
  CHECK_FALSE(matches(R"({"a": 1})", R"({"b": 2})"));
  CHECK_FALSE(matches(R"({"a": {"b": 1}})", R"({"a": {"b": 2}})"));
}

TEST_CASE("lists match element by element and in length") {
  CHECK(matches("[1, 2]", "[1, 2]"));
  CHECK_FALSE(matches("[1]", "[1, 2]"));
  CHECK_FALSE(matches("[2, 1]", "[1, 2]"));
  CHECK(matches(R"([{"k": 1}])", R"([{"k": 1, "v": 2}])"));
}

TEST_CASE("each matcher takes what it says and nothing else") {
  CHECK(matches(R"({"any": "text"})", R"("x")"));
  CHECK_FALSE(matches(R"({"any": "text"})", "1"));
  CHECK(matches(R"({"any": "uint"})", "1"));
  CHECK(matches(R"({"any": "uint"})", R"({"u64": "18446744073709551615"})"));
  CHECK_FALSE(matches(R"({"any": "uint"})", "-1"));
  CHECK(matches(R"({"any": "bytes"})", R"({"hex": "00"})"));
  CHECK_FALSE(matches(R"({"any": "bytes"})", R"("00")"));
  CHECK(matches(R"({"any": "bool"})", "false"));
  CHECK_FALSE(matches(R"({"any": "bool"})", "0"));
  CHECK(matches(R"({"any": "list"})", "[]"));
  CHECK_FALSE(matches(R"({"any": "list"})", "{}"));
  CHECK(matches(R"({"any": "object"})", "{}"));
  CHECK(matches(R"({"any": "value"})", "null"));
  CHECK(matches(R"({"one_of": [1, 2]})", "2"));
  CHECK_FALSE(matches(R"({"one_of": [1, 2]})", "3"));
  CHECK(matches(R"({"range": [1, 3]})", "3"));
  CHECK_FALSE(matches(R"({"range": [1, 3]})", "4"));
  CHECK(matches(R"({"range": [1, "18446744073709551615"]})", R"({"u64": "18446744073709551614"})"));
  CHECK(matches(R"({"not": 1})", "2"));
  CHECK_FALSE(matches(R"({"not": 1})", "1"));
  CHECK(matches(R"({"a": {"absent": true}})", "{}"));
  CHECK(matches(R"({"a": {"absent": true}})", R"({"a": null})"));
  CHECK_FALSE(frame_mismatch(R"({"hello": {"resume_key": {"absent": true}}})", R"({"hello": {}})"));
  CHECK_FALSE(matches(R"({"a": {"absent": true}})", R"({"a": 1})"));
  CHECK(matches(R"({"a": {"not": {"absent": true}}})", R"({"a": 1})"));
  CHECK_FALSE(matches(R"({"a": {"not": {"absent": true}}})", "{}"));
  CHECK(matches(R"({"has": {"k": 2}})", R"([{"k": 1}, {"k": 2, "v": 3}])"));
  CHECK_FALSE(matches(R"({"has": {"k": 3}})", R"([{"k": 1}, {"k": 2}])"));
  CHECK(matches(R"({"has": [{"k": 1}, {"k": 2}]})", R"([{"k": 2}, {"k": 1}])"));
  CHECK_FALSE(matches(R"({"has": [{"k": 1}, {"k": 3}]})", R"([{"k": 2}, {"k": 1}])"));
  CHECK(matches(R"({"in_order": [1, 2, 1]})", "[0, 1, 3, 2, 1, 4]"));
  CHECK(matches(R"({"in_order": []})", "[0]"));
  CHECK_FALSE(matches(R"({"in_order": [1, 2]})", "[2, 1]"));
  CHECK_FALSE(matches(R"({"in_order": [1, 1]})", "[1]"));
}

TEST_CASE("a text may have to contain others, in capitals or not") {
  CHECK(matches(R"({"contains": "point"})", R"("remote is `Point`")"));
  CHECK(matches(R"({"contains": ["x", "i32"]})", R"("field x: I32")"));
  CHECK_FALSE(matches(R"({"contains": ["x", "u32"]})", R"("field x: i32")"));
  CHECK_FALSE(matches(R"({"contains": "1"})", "1"));
}

TEST_CASE("schemas may have to be sound, or whole") {
  auto const* const whole =
      R"({"method_id": {"method": "echo_point"}, "schemas": {"as": ["Point"]}})";
  auto const* const part =
      R"({"method_id": {"method": "echo_point"}, "schemas": {"as": ["Point"], "without": ["i32"]}})";
  auto const checks = [](char const* kind, char const* schemas) {
    return !frame_mismatch(R"({"schema": {"schemas": {"any": ")" + std::string{kind} + R"("}}})",
                           R"({"schema": )" + std::string{schemas} + "}");
  };
  CHECK(checks("whole_schemas", whole));
  CHECK(checks("schemas", part));
  CHECK_FALSE(checks("whole_schemas", part));
}

TEST_CASE("a name is bound at its first match and equal after") {
  Bindings bindings;
  CHECK(matches(R"({"a": "$x", "b": "$x"})", R"({"a": 1, "b": 1})", bindings));
  CHECK(bindings.at("x") == Value{std::uint64_t{1}});
  CHECK(matches(R"("$x")", "1", bindings));
  CHECK_FALSE(matches(R"("$x")", "2", bindings));
  CHECK_FALSE(matches(R"({"a": "$y", "b": "$y"})", R"({"a": 1, "b": 2})", bindings));
  CHECK_FALSE(bindings.contains("y"));  // what did not match binds nothing
  CHECK(matches(R"("$$x")", R"("$x")"));
  CHECK_FALSE(matches(R"("$$x")", R"("1")"));
}

TEST_CASE("r[session.parity] ids count by the parity of their side") {
  Bindings bindings;
  IdSpace const odd{vox::Parity::odd};
  IdSpace const even{vox::Parity::even};
  CHECK(matches(R"({"ours": 1})", "1", bindings, odd));
  CHECK(matches(R"({"ours": 2})", "3", bindings, odd));
  CHECK(matches(R"({"theirs": 1})", "2", bindings, odd));
  CHECK(matches(R"({"ours": 1})", "2", bindings, even));
  CHECK(matches(R"({"theirs": 2})", "3", bindings, even));
  CHECK_FALSE(matches(R"({"ours": 1})", "2", bindings, odd));
}

TEST_CASE("r[session.parity] any id of a side can be asked for, and gets a name") {
  IdSpace const ids{vox::Parity::odd};
  Bindings bindings;
  CHECK(matches(R"({"id_of": "theirs", "as": "$c"})", "6", bindings, ids));
  CHECK(bindings.at("c") == Value{std::uint64_t{6}});
  CHECK_FALSE(matches(R"({"id_of": "theirs", "as": "$c"})", "8", bindings, ids));
  CHECK_FALSE(matches(R"({"id_of": "theirs"})", "7", bindings, ids));
  CHECK(matches(R"({"id_of": "ours"})", "7", bindings, ids));
  CHECK_FALSE(matches(R"({"id_of": "ours"})", R"("text")", bindings, ids));
  CHECK(frame_mismatch(R"({"on": {"id_of": "theirs"}, "connection_open": {}})",
                       R"({"on": 3, "connection_open": {}})")
            ->path == "/on");
}

TEST_CASE("r[session.parity] the id space learns parities from hellos and opens") {
  IdSpace ids{vox::Parity::odd};
  ids.note(frame_of(R"({"hello": {"parity": "odd"}})"), false);
  CHECK(ids.ours() == vox::Parity::even);
  ids.note(frame_of(R"({"on": 2, "connection_open": {"connection_settings": {"parity": "odd"}}})"),
           true);
  CHECK(ids.ours_on(2) == vox::Parity::odd);
  CHECK(ids.ours_on(0) == vox::Parity::even);
  auto const item = frame_of(R"({"on": {"ours": 1}, "request_cancel": {"id": {"ours": 2}}})", ids);
  CHECK(item.on == 2);
  CHECK(item.number("id") == 3);
}

TEST_CASE("a mismatch says where, what was expected and what came") {
  auto const found =
      frame_mismatch(R"({"pong": {"nonce": 7}})", R"({"on": 0, "pong": {"nonce": 8}})");
  REQUIRE(found);
  CHECK(found->path == "/pong/nonce");
  CHECK(found->expected == 7);
  CHECK(found->got == 8);
  CHECK(found->why == "expected 7, got 8");
  auto const kind = frame_mismatch(R"({"pong": {}})", R"({"on": 0, "ping": {"nonce": 8}})");
  REQUIRE(kind);
  CHECK(kind->why.ends_with("got ping"));
  auto const missing = frame_mismatch(R"({"hello": {"extra": {"later": 1}}})", R"({"hello": {}})");
  REQUIRE(missing);
  CHECK(missing->missing);
  auto const on = frame_mismatch(R"({"pong": {}})", R"({"on": 2, "pong": {"nonce": 8}})");
  REQUIRE(on);
  CHECK(on->path == "/on");
}

TEST_CASE("patterns reach into stable frames, payload bytes, choices of frames and typed values") {
  auto const* const inside =
      R"({"stable_frame": {"seq": 1, "ack": 0, "message": {"on": 0, "pong": {"nonce": 1}}}})";
  auto const nested =
      frame_mismatch(R"({"stable_frame": {"message": {"pong": {"nonce": 2}}}})", inside);
  REQUIRE(nested);
  CHECK(nested->path == "/stable_frame/message/pong/nonce");
  CHECK_FALSE(frame_mismatch(R"({"pong": {"nonce": 1}})", inside));
  CHECK_FALSE(frame_mismatch(R"({"stable_frame": {"seq": 1}})", inside));
  CHECK(frame_mismatch(R"({"stable_frame": {"seq": 2}})", inside));
  auto const payload = bytes_frame(vox::from_hex("000901").value(), false);
  CHECK_FALSE(mismatch_of(R"({"frame": "0009 01"})", payload));
  CHECK_FALSE(mismatch_of(R"({"frame": {"not": "00"}})", payload));
  CHECK(mismatch_of(R"({"frame": "000902"})", payload));
  auto const* const pong = R"({"on": 0, "pong": {"nonce": 1}})";
  CHECK_FALSE(frame_mismatch(R"({"one_of": [{"ping": {}}, {"pong": {}}]})", pong));
  CHECK(frame_mismatch(R"({"one_of": [{"ping": {}}, {"hello": {}}]})", pong));
  CHECK(frame_mismatch(R"({"not": {"pong": {}}})", pong));
  auto const* const response =
      R"({"on": 0, "request_response": {"id": 1, "ret": {"hex": "00026869"}}})";
  CHECK_FALSE(frame_mismatch(
      R"({"request_response": {"ret": {"returned_by": "echo", "value": {"Ok": {"any": "text"}}}}})",
      response));
  CHECK(frame_mismatch(
      R"({"request_response": {"ret": {"returned_by": "echo", "value": {"Err": {"any": "value"}}}}})",
      response));
  // What came is said in the type that was asked for, not in hex.
  auto const other = frame_mismatch(
      R"({"request_response": {"ret": {"returned_by": "echo", "value": {"Err": "Cancelled"}}}})",
      response);
  REQUIRE(other);
  CHECK(other->why == R"(expected {"Err":"Cancelled"}, got {"Ok":"hi"})");
}

TEST_CASE("filling puts names and ids in, and says which name is not bound") {
  Bindings const bindings{{"key", vox::Bytes{std::byte{7}}}, {"text", "$literal"}};
  IdSpace const ids{vox::Parity::odd};
  auto const hello = template_of(
      R"({"hello": {"parity": "theirs", "resume_key": "$key", "extra": {"later": "$text"}}})");
  auto const frame = fill(hello, bindings, ids).value();
  CHECK(frame.body.find("resume_key")->get<vox::Bytes>()->size() == 1);
  CHECK(frame.body.find("parity")->text() == "even");
  CHECK(frame.body.find("extra")->get<Record>()->find("later")->text() == "$literal");
  auto const missing = fill(template_of(R"({"ping": {"nonce": "$nobody"}})"), bindings, ids);
  REQUIRE_FALSE(missing);
  CHECK(missing.error().find("$nobody") != std::string::npos);
}

TEST_CASE("a change puts in what it names, also inside a stable frame, and leaves the rest") {
  auto const changes = [](std::string_view text) {
    auto const json = Json::parse(text);
    return read_pattern({json, {}}, Use::pattern_anywhere);
  };
  Bindings const bindings{{"n", std::uint64_t{99}}};
  auto frame =
      frame_of(R"({"stable_frame": {"seq": 4, "message": {"on": 3, "pong": {"nonce": 7}}}})");
  REQUIRE(change(frame, changes(R"({"pong": {"nonce": "$n"}})"), bindings, IdSpace{}));
  CHECK(frame_json(frame) == Json::parse(R"({"stable_frame": {"seq": 4, "ack": "none",
            "message": {"on": 3, "pong": {"nonce": 99}}}})"));
  REQUIRE(change(frame, changes(R"({"stable_frame": {"seq": 5}})"), bindings, IdSpace{}));
  CHECK(frame.body.find("seq")->number() == 5);
  CHECK_FALSE(change(frame, changes(R"({"ping": {"nonce": 1}})"), bindings, IdSpace{}));
  CHECK_FALSE(change(frame, changes(R"({"pong": {"nonce": "$m"}})"), bindings, IdSpace{}));
  CHECK_FALSE(
      change(frame, changes(R"({"pong": {"nonce": {"any": "uint"}}})"), bindings, IdSpace{}));
}

TEST_CASE("filling what is known leaves the other names") {
  Bindings const bindings{{"n", std::uint64_t{7}}};
  auto const item = template_of(R"({"on": "$c", "ping": {"nonce": "$n"}})");
  auto const known = fill_known(item, bindings, IdSpace{});
  CHECK(term_json(known) == Json::parse(R"({"on": "$c", "ping": {"nonce": 7}})"));
}

TEST_CASE("what was read is written so that reading it gives the same") {
  static constexpr std::string_view items[] = {
      R"({"on": {"ours": 1}, "connection_open": {"metadata": [{"key": "$$k", "value": 1}]}})",
      R"({"hello": {"parity": 7, "extra": {"later": {"cbor_map": [[1, 2]]}}}})",
      R"({"request_call": {"id": {"theirs": 2}, "method_id": {"method": "echo"},
          "args": {"args_of": "echo", "value": ["$said"]}, "schemas": {"args_of": "echo"}}})",
      R"({"on": 0, "request_call": {"id": 1, "method_id": 7, "args": {"as": ["P"], "types": {"P": {"struct":
          {"x": "u8"}}}, "value": [{"x": "$x"}]}}})",
      R"({"stable_frame": {"seq": 1, "message": {"ping": {"nonce": "18446744073709551615"}}}})",
      R"({"bytes": {"hex": "ab", "times": 3}})",
      R"({"cbor": {"a": [1, -1, null, {"undefined": true}]}})"};
  for (auto const text : items) {
    INFO(text);
    auto const item = template_of(text);
    auto const json = term_json(item);
    CHECK(read_template({json, {}}) == item);
  }
  static constexpr std::string_view patterns[] = {
      R"({"pong": {"nonce": {"one_of": [1, {"range": [3, 4]}]}}})",
      R"({"hello": {"metadata": {"has": [{"key": "a"}]}, "resume_key": {"absent": true}}})",
      R"({"not": {"frame": {"any": "text"}}})",
      R"({"protocol_error": {"description": {"contains": ["a", "b"]}}})",
      R"({"schema": {"schemas": {"root": {"type_id": "0x42046de663beeef0"}}}})"};
  for (auto const text : patterns) {
    INFO(text);
    auto const json = Json::parse(text);
    auto const pattern = read_pattern({json, {}});
    auto const again = term_json(pattern);
    CHECK(read_pattern({again, {}}) == pattern);
  }
}

TEST_CASE("an expectation takes its frames in order, and lets others pass") {
  auto step = expect(R"([{"ping": {"nonce": 1}}, {"ping": {"nonce": 2}}])");
  step.passing = {"pong"};
  Bindings bindings;
  IdSpace const ids;
  Expectation wanted{step, bindings, ids};
  CHECK(wanted.feed(ping(1)) == Expectation::Fed::taken);
  CHECK(wanted.awaited() == 1);
  CHECK(wanted.feed(message_frame("pong", 0, {{{"nonce", std::uint64_t{9}}}})) ==
        Expectation::Fed::passed);
  CHECK(wanted.feed(ping(3)) == Expectation::Fed::refused);
  CHECK(wanted.mismatch().value().got == 3);
  CHECK(wanted.feed(ping(2)) == Expectation::Fed::taken);
  CHECK(wanted.done());
  CHECK(wanted.feed(ping(2)) == Expectation::Fed::refused);
}

TEST_CASE("in any order, a frame that fits several patterns leaves the others theirs") {
  auto const step =
      expect(R"([{"ping": {}}, {"ping": {"nonce": 1}}, {"ping": {"nonce": "$n"}}])", true);
  Bindings bindings;
  IdSpace const ids;
  Expectation wanted{step, bindings, ids};
  CHECK(wanted.feed(ping(5)) == Expectation::Fed::taken);
  CHECK(wanted.feed(ping(6)) == Expectation::Fed::taken);
  CHECK(wanted.feed(ping(7)) == Expectation::Fed::refused);
  CHECK(wanted.feed(ping(1)) == Expectation::Fed::taken);
  CHECK(wanted.done());
  CHECK(bindings.contains("n"));
}
