#include "conformance/relay/script.hpp"

#include "conformance/peer/fill.hpp"
#include "conformance/peer/term_json.hpp"
#include "conformance/relay/recorder.hpp"
#include "conformance/trace/step_json.hpp"
#include "conformance/trace/tidy.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace voxspec;
using namespace voxspec::relay;

namespace {

constexpr auto initiator = vox::Role::initiator;
constexpr auto acceptor = vox::Role::acceptor;

vox::Bytes bytes_of(std::string const& json, Dialect dialect) {
  auto const value = Json::parse(json);
  return encode(fill(read_template({value, {}}, dialect), {}, IdSpace{}).value()).value();
}

// Writes a tape frame by frame.
struct TapeWriter {
  explicit TapeWriter(bool is_stable = false, Dialect dialect = Dialect::vox_0_4)
      : stable{is_stable}, tape{.dialect = dialect} {
    link(0);
  }

  void link(std::size_t number) {
    current = number;
    put({.kind = TapeEvent::Kind::link});
  }
  TapeWriter& say(vox::Role by, std::string const& frame) {
    put({.by = by, .bytes = bytes_of(frame, tape.dialect)});
    return *this;
  }
  void end(vox::Role by) { put({.kind = TapeEvent::Kind::end, .by = by}); }
  void put(TapeEvent event) {
    event.link = current;
    event.at_us = ++clock;
    tape.events.push_back(std::move(event));
  }
  void greet(std::string const& hello = "{}",
             std::string const& settings = R"({"parity": "even"})") {
    std::string const mode = stable ? "1" : "0";
    say(initiator, R"({"transport_hello": {"mode": )" + mode + "}}");
    say(acceptor, R"({"transport_accept": {"mode": )" + mode + "}}");
    say(initiator, R"({"hello": )" + hello + "}");
    say(acceptor, R"({"hello_yourself": {"connection_settings": )" + settings + R"(,
      "resume_key": {"hex": "00112233445566778899aabbccddeeff"}}})");
    say(initiator, R"({"lets_go": {}})");
  }

  bool stable;
  Tape tape;
  std::size_t current = 0;
  std::uint64_t clock = 0;
};

// A client calls echo as request 1 and gets its answer.
Tape echo_tape() {
  TapeWriter tape;
  tape.greet();
  tape.say(initiator, R"({"request_call": {"id": 1, "method_id": {"method": "echo"},
    "args": {"args_of": "echo", "value": ["hi"]}}})");
  tape.say(acceptor, R"({"request_response": {"id": 1,
    "ret": {"returned_by": "echo", "value": {"Ok": "hi"}}}})");
  tape.end(initiator);
  return tape.tape;
}

std::vector<Json> steps_of(Tape const& tape, vox::Role ours) {
  std::vector<Json> out;
  for (auto const& step : script_of(tape, ours).trace.steps)
    out.push_back(step_json(step));
  return out;
}

}  // namespace

TEST_CASE("r[session.handshake] a script of the initiator sends what it said and awaits the rest") {
  auto const steps = steps_of(echo_tape(), initiator);
  REQUIRE(steps.size() == 4);
  CHECK(steps[0].contains("establish"));
  auto const& call = steps[1]["send"][0]["request_call"];
  CHECK(call["id"] == Json{{"ours", 1}});
  CHECK(call["args"] == Json::parse(R"({"args_of": "echo", "value": ["hi"]})"));
  CHECK(steps[2]["expect"][0]["request_response"]["id"] == Json{{"ours", 1}});
  CHECK(steps[2]["expect"][0]["request_response"]["ret"] ==
        Json::parse(R"({"returned_by": "echo", "value": {"Ok": "hi"}})"));
  CHECK(steps[2]["ahead"] == true);
  CHECK(steps[3].contains("drop"));
}

TEST_CASE("r[rpc.response] a script of the acceptor names the ids that the other side chooses") {
  auto const steps = steps_of(echo_tape(), acceptor);
  REQUIRE(steps.size() == 4);
  CHECK(steps[1]["expect"][0]["request_call"]["id"] ==
        Json::parse(R"({"id_of": "theirs", "as": "$request1"})"));
  CHECK(steps[2]["send"][0]["request_response"]["id"] == "$request1");
  CHECK(steps[3].contains("expect_end"));
}

TEST_CASE("what a peer says when it likes is not asked of it") {
  TapeWriter tape;
  tape.greet();
  tape.say(acceptor, R"({"ping": {"nonce": 5}})").say(initiator, R"({"pong": {"nonce": 5}})");
  tape.say(initiator, R"({"ping": {"nonce": 6}})").say(acceptor, R"({"pong": {"nonce": 6}})");
  auto const steps = steps_of(tape.tape, initiator);
  REQUIRE(steps.size() == 2);
  CHECK(steps[1].contains("alive"));
}

TEST_CASE("r[rpc.flow-control.credit] items beyond the initial credit wait for credit") {
  TapeWriter tape;
  tape.greet();
  tape.say(initiator, R"({"request_call": {"id": 1, "method_id": {"method": "sum"},
    "args": {"args_of": "sum", "value": [1]}}})");
  for (int i = 0; i < 18; ++i) {
    tape.say(initiator, R"({"channel_item": {"id": 1, "item": {"as": "i32", "value": 7}}})");
  }
  auto const steps = steps_of(tape.tape, initiator);
  REQUIRE(steps.size() == 6);
  CHECK(steps[1]["send"].size() == 17);
  CHECK(steps[1]["send"][1]["channel_item"]["item"] == Json::parse(R"({"as": "i32", "value": 7})"));
  CHECK(steps[2]["await_credit"]["items"] == 1);
  CHECK(steps[4]["await_credit"]["items"] == 2);
}

TEST_CASE(
    "r[rpc.flow-control.credit.initial] the initial credit is what the other side announced") {
  TapeWriter tape{false, Dialect::vox_0_5};
  tape.greet("{}", R"({"parity": "even", "initial_channel_credit": 17})");
  tape.say(initiator,
           R"({"on": 1, "connection_open": {"connection_settings": {"parity": "odd"}}})");
  tape.say(acceptor, R"({"on": 1, "connection_accept": {"connection_settings":
    {"parity": "even", "initial_channel_credit": 1}}})");
  for (auto const on : {0, 1}) {
    for (int i = 0; i < 18 - 16 * on; ++i) {
      tape.say(initiator, R"({"on": )" + std::to_string(on) +
                              R"(, "channel_item": {"id": 1, "item": {"as": "i32", "value": 7}}})");
    }
  }
  std::vector<Json> awaited;
  for (auto const& step : steps_of(tape.tape, initiator)) {
    if (step.contains("await_credit")) awaited.push_back(step["await_credit"]);
  }
  REQUIRE(awaited.size() == 2);
  CHECK(awaited[0]["items"] == 1);  // the 18th on the root
  CHECK(awaited[1]["items"] == 1);  // the second on the other
  CHECK(awaited[1]["on"] == Json{{"ours", 1}});
}

TEST_CASE(
    "a script is in the dialect of its tape, and so are the recording and what is read of it") {
  TapeWriter writer{false, Dialect::vox_0_5};
  writer.greet(R"({"connection_settings": {"parity": "odd", "initial_channel_credit": 5}})");
  auto const script = script_of(writer.tape, initiator);
  CHECK(script.trace.dialect == Dialect::vox_0_5);
  auto const establish = step_json(script.trace.steps.at(0))["establish"];
  CHECK(establish["hello"]["connection_settings"]["initial_channel_credit"] == 5);
  for (auto const& frame : script.frames)
    CHECK(frame.problem.empty());
  auto const document = recording_of(writer.tape, acceptor, {{"recorded", true}});
  CHECK(document["dialects"] == Json::array({"vox_0_5"}));
  CHECK(parse_trace(document.dump(), "recording.json").value().cases.front().dialect ==
        Dialect::vox_0_5);
  auto const again = tape_of(document);
  REQUIRE(again);
  CHECK(again->dialect == Dialect::vox_0_5);
  CHECK(again->events[3] == writer.tape.events[3]);
  auto wrong = document;
  wrong["dialects"] = {"vox_05"};
  CHECK(tape_of(wrong).error().find("did you mean 'vox_0_5'?") != std::string::npos);
}

TEST_CASE("a recording holds the tape that it was made of, whoever plays") {
  auto const tape = echo_tape();
  for (auto const role : {initiator, acceptor}) {
    auto const document = recording_of(tape, role, {{"recorded", true}});
    auto const again = tape_of(document);
    REQUIRE(again);
    CHECK(again->events.size() == tape.events.size());
    CHECK(again->events[3] == tape.events[3]);
    CHECK(parse_trace(document.dump(), "recording.json").has_value());
  }
}

TEST_CASE("a tidy case has macros where they stand for the same frames") {
  Json document{{"about", "x"}, {"rules", {"rpc.response/1"}}, {"peer", {{"role", "initiator"}}}};
  auto& steps = document["steps"] = Json::array();
  for (auto const& step : script_of(echo_tape(), initiator).trace.steps)
    steps.push_back(step_json(step));
  auto const tidy = tidied(document);
  REQUIRE(tidy["steps"].size() == 3);
  // The client of the tape announced nothing.
  CHECK(tidy["steps"][1] == Json::parse(R"({"call": {"method": "echo", "args": ["hi"],
    "announced": true, "returns": {"Ok": "hi"}}})"));
  CHECK(parse_trace(pretty(tidy), "tidy.json").has_value());
}

namespace {

// Plays a tape into a recorder, as one link.
Recorder::Link hear(Recorder& recorder, Tape const& tape) {
  auto const link = recorder.begin_link(0);
  for (auto const& event : tape.events) {
    if (event.kind == TapeEvent::Kind::frame)
      recorder.hear(link, event.by, event.bytes, event.at_us);
    if (event.kind == TapeEvent::Kind::end) recorder.end(link, event.by, false, event.at_us);
  }
  recorder.close_link(link);
  return link;
}

}  // namespace

TEST_CASE("r[session.handshake.resume] a link that presents a session's key belongs to it") {
  Recorder recorder;
  hear(recorder, echo_tape());
  CHECK(recorder.take_finished() == std::vector<std::size_t>{0});
  CHECK(recorder.take_finished().empty());
  TapeWriter again;
  again.greet(R"({"resume_key": {"hex": "00112233445566778899aabbccddeeff"}})");
  again.end(initiator);
  hear(recorder, again.tape);
  CHECK(recorder.take_finished() == std::vector<std::size_t>{0});
  CHECK(recorder.tape(0).events.back().link == 1);
  hear(recorder, echo_tape());
  CHECK(recorder.take_finished() == std::vector<std::size_t>{1});
  CHECK(recorder.over() == 2);
  // Whoever plays the initiator presents the key that it got.
  auto const steps = steps_of(recorder.tape(0), initiator);
  CHECK(steps.at(0)["establish"]["hello_yourself"]["resume_key"] == "$key1");
  CHECK(steps.at(5)["establish"]["hello"]["resume_key"] == "$key1");
}

TEST_CASE("a recorder reads the hellos of its dialect") {
  Recorder recorder{{}, Dialect::vox_0_5};
  for (auto const* const hello :
       {"{}", R"({"resume_key": {"hex": "00112233445566778899aabbccddeeff"}})"}) {
    TapeWriter tape{false, Dialect::vox_0_5};
    tape.greet(hello);
    tape.end(initiator);
    hear(recorder, tape.tape);
  }
  CHECK(recorder.take_finished() == std::vector<std::size_t>{0});
  CHECK(recorder.tape(0).dialect == Dialect::vox_0_5);
  CHECK(recorder.tape(0).events.back().link == 1);
}

TEST_CASE("a conversation that is too long is cut, and says so") {
  Recorder recorder{{.frames_max = 6}};
  hear(recorder, echo_tape());
  CHECK(recorder.take_finished().size() == 1);
  CHECK(recorder.cut(0) == "it has more than 6 frames");
  CHECK(recorder.tape(0).events.size() == 7);
}
