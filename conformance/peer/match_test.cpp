#include "conformance/peer/match.hpp"

#include "conformance/peer/expectation.hpp"
#include "conformance/peer/frame_template.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using namespace voxspec;

namespace {

bool matches(std::string_view pattern, std::string_view actual, Bindings& bindings,
             IdSpace const& ids = IdSpace{}) {
  return !match(Json::parse(pattern), Json::parse(actual), bindings, ids);
}
bool matches(std::string_view pattern, std::string_view actual) {
  Bindings bindings;
  return matches(pattern, actual, bindings);
}

std::optional<Mismatch> frame_mismatch(std::string_view pattern, std::string_view frame,
                                       std::string_view hex = {}) {
  Bindings bindings;
  auto const checked = frame_template({Json::parse(pattern), {}}, Use::pattern);
  return match_frame(checked, Json::parse(frame), hex, bindings, IdSpace{});
}

Expect expect(std::string_view text, bool any_order = false) {
  Expect step;
  for (auto const& frame : Json::parse(text)) {
    step.frames.push_back(frame_template({frame, {}}, Use::pattern));
  }
  step.any_order = any_order;
  return step;
}

Json ping(int nonce) {
  return {{"on", 0}, {"ping", {{"nonce", nonce}}}};
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
  CHECK(matches(R"({"any": "uint"})", R"("18446744073709551615")"));
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
  CHECK(matches(R"({"range": [1, "18446744073709551615"]})", R"("18446744073709551614")"));
  CHECK(matches(R"({"not": 1})", "2"));
  CHECK_FALSE(matches(R"({"not": 1})", "1"));
  CHECK(matches(R"({"a": {"absent": true}})", "{}"));
  CHECK(matches(R"({"a": {"absent": true}})", R"({"a": null})"));
  CHECK(matches(R"({"a": {"absent": true}})", R"({"a": "none"})"));
  CHECK_FALSE(matches(R"({"a": {"absent": true}})", R"({"a": 1})"));
  CHECK(matches(R"({"a": {"not": {"absent": true}}})", R"({"a": 1})"));
  CHECK_FALSE(matches(R"({"a": {"not": {"absent": true}}})", "{}"));
  CHECK(matches(R"({"has": {"k": 2}})", R"([{"k": 1}, {"k": 2, "v": 3}])"));
  CHECK_FALSE(matches(R"({"has": {"k": 3}})", R"([{"k": 1}, {"k": 2}])"));
  CHECK(matches(R"({"has": [{"k": 1}, {"k": 2}]})", R"([{"k": 2}, {"k": 1}])"));
  CHECK_FALSE(matches(R"({"has": [{"k": 1}, {"k": 3}]})", R"([{"k": 2}, {"k": 1}])"));
}

TEST_CASE("a name is bound at its first match and equal after") {
  Bindings bindings;
  CHECK(matches(R"({"a": "$x", "b": "$x"})", R"({"a": 1, "b": 1})", bindings));
  CHECK(bindings.at("x") == 1);
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
  CHECK(bindings.at("c") == 6);
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
  ids.note(Json::parse(R"({"hello": {"parity": "odd"}})"), false);
  CHECK(ids.ours() == vox::Parity::even);
  ids.note(
      Json::parse(R"({"on": 2, "connection_open": {"connection_settings": {"parity": "odd"}}})"),
      true);
  CHECK(ids.ours_on(2) == vox::Parity::odd);
  CHECK(ids.ours_on(0) == vox::Parity::even);
  auto const item = resolve(
      Json::parse(R"({"on": {"ours": 1}, "request_cancel": {"id": {"ours": 2}}})"), {}, ids);
  CHECK(item.value() == Json::parse(R"({"on": 2, "request_cancel": {"id": 3}})"));
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
  auto const missing = frame_mismatch(R"({"hello": {"parity": "odd"}})", R"({"hello": {}})");
  REQUIRE(missing);
  CHECK(missing->missing);
  auto const on = frame_mismatch(R"({"pong": {}})", R"({"on": 2, "pong": {"nonce": 8}})");
  REQUIRE(on);
  CHECK(on->path == "/on");
}

TEST_CASE("patterns reach into stable frames, payload bytes, choices of frames and typed values") {
  auto const* const inside =
      R"({"stable_frame": {"seq": 1, "ack": 0, "message": {"on": 0, "pong": {"nonce": 1}}}})";
  CHECK_FALSE(frame_mismatch(R"({"pong": {"nonce": 1}})", inside));
  CHECK_FALSE(frame_mismatch(R"({"stable_frame": {"seq": 1}})", inside));
  CHECK(frame_mismatch(R"({"stable_frame": {"seq": 2}})", inside));
  CHECK_FALSE(frame_mismatch(R"({"frame": "0009 01"})", "{}", "000901"));
  CHECK(frame_mismatch(R"({"frame": "000902"})", "{}", "000901"));
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
}

TEST_CASE("resolving puts names and ids in, and says which name is not bound") {
  Bindings const bindings{{"key", Json::parse(R"({"hex": "00"})")}, {"text", "$literal"}};
  auto const item = resolve(Json::parse(R"({"a": "$key", "b": "$text", "parity": "theirs"})"),
                            bindings, IdSpace{vox::Parity::odd});
  CHECK(item.value() == Json::parse(R"({"a": {"hex": "00"}, "b": "$$literal", "parity": "even"})"));
  auto const missing = resolve(Json::parse(R"(["$nobody"])"), bindings, IdSpace{});
  REQUIRE_FALSE(missing);
  CHECK(missing.error().find("$nobody") != std::string::npos);
}

TEST_CASE("an expectation takes its frames in order, and lets others pass") {
  auto step = expect(R"([{"ping": {"nonce": 1}}, {"ping": {"nonce": 2}}])");
  step.passing = {"pong"};
  Bindings bindings;
  IdSpace const ids;
  Expectation wanted{step, bindings, ids};
  CHECK(wanted.feed(ping(1), {}) == Expectation::Fed::taken);
  CHECK(wanted.awaited() == 1);
  CHECK(wanted.feed(Json::parse(R"({"on": 0, "pong": {"nonce": 9}})"), {}) ==
        Expectation::Fed::passed);
  CHECK(wanted.feed(ping(3), {}) == Expectation::Fed::refused);
  CHECK(wanted.mismatch().value().got == 3);
  CHECK(wanted.feed(ping(2), {}) == Expectation::Fed::taken);
  CHECK(wanted.done());
  CHECK(wanted.feed(ping(2), {}) == Expectation::Fed::refused);
}

TEST_CASE("in any order, a frame that fits several patterns leaves the others theirs") {
  auto const step =
      expect(R"([{"ping": {}}, {"ping": {"nonce": 1}}, {"ping": {"nonce": "$n"}}])", true);
  Bindings bindings;
  IdSpace const ids;
  Expectation wanted{step, bindings, ids};
  CHECK(wanted.feed(ping(5), {}) == Expectation::Fed::taken);
  CHECK(wanted.feed(ping(6), {}) == Expectation::Fed::taken);
  CHECK(wanted.feed(ping(7), {}) == Expectation::Fed::refused);
  CHECK(wanted.feed(ping(1), {}) == Expectation::Fed::taken);
  CHECK(wanted.done());
  CHECK(bindings.contains("n"));
}
