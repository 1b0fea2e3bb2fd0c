// What the judge makes of a subject's reaction to a violation.
#include "conformance/testing/fake_subject.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>

namespace voxspec::test {
namespace {

// A call on a connection that was never opened.
std::string violation(std::string const& expectation) {
  return R"([{"establish": {}},
             {"send": {"on": {"ours": 2}, "request_call": {"id": {"ours": 1}, "method_id": 1}}},
             {"expect_violation": )" +
         expectation + "}]";
}
CaseResult react(AtViolation habit, std::string const& expectation = "{}", bool over_tcp = false) {
  // The guard is only run into by those who go mute; all others answer long before.
  return play(violation(expectation), {.habits = {.at_violation = habit, .over_tcp = over_tcp},
                                       .options = {.mute_guard = std::chrono::milliseconds{300}}});
}
void check_tells_and_closes(CaseResult const& result) {
  INFO(result.reason);
  CHECK(result.verdict == Verdict::pass);
  CHECK(result.observations ==
        Observations{.told = true, .closed = true, .not_honoured = true, .survived = true});
}
constexpr auto honoured = R"({"honoured": [{"on": {"ours": 2}, "request_response": {}}]})";

}  // namespace

TEST_SUITE("executor") {
  TEST_CASE("expect_violation: who tells and closes passes, in memory and over TCP") {
    for (auto const over_tcp : {false, true}) {
      check_tells_and_closes(react(AtViolation::tells_and_closes, "{}", over_tcp));
    }
  }

  TEST_CASE("expect_violation: who only closes was not told") {
    auto const result = react(AtViolation::only_closes);
    CHECK(result.verdict == Verdict::fail);
    CHECK(result.observations ==
          Observations{.told = false, .closed = true, .not_honoured = true, .survived = true});
    CHECK(result.reason ==
          "the subject was to treat this as a violation, but it sent no ProtocolError");
    CHECK(react(AtViolation::only_closes, R"({"asks": ["closed"]})").verdict == Verdict::pass);
  }

  TEST_CASE("expect_violation: a Pong may be on its way behind the ProtocolError, before the end") {
    check_tells_and_closes(react(AtViolation::tells_and_resets_later));
  }

  TEST_CASE("expect_violation: an answer may overtake the ProtocolError") {
    check_tells_and_closes(react(AtViolation::tells_behind_an_answer));
  }

  TEST_CASE("expect_violation: who only tells has not closed") {
    auto const result = react(AtViolation::only_tells);
    CHECK(result.verdict == Verdict::fail);
    CHECK(result.observations ==
          Observations{.told = true, .closed = false, .not_honoured = true, .survived = true});
    CHECK(react(AtViolation::only_tells, R"({"asks": ["told"]})").verdict == Verdict::pass);
  }

  TEST_CASE("expect_violation: a ProtocolError on another connection is none") {
    auto const result = react(AtViolation::tells_elsewhere);
    CHECK(result.verdict == Verdict::fail);
    CHECK(result.observations.told == false);
    CHECK(result.reason.find("protocol_error on connection 7") != std::string::npos);
  }

  TEST_CASE("expect_violation: who goes on as before fails at once, by its answer to the probe") {
    auto const result = react(AtViolation::ignores);
    CHECK(result.verdict == Verdict::fail);
    CHECK_FALSE(result.timed_out);
    CHECK(result.observations ==
          Observations{.told = false, .closed = false, .not_honoured = true, .survived = true});
    CHECK(result.reason ==
          "the subject was to treat this as a violation, but it sent no ProtocolError; it kept the "
          "link and answered what followed");
    CHECK(react(AtViolation::ignores, R"({"asks": ["not_honoured", "survived"]})").verdict ==
          Verdict::pass);
  }

  TEST_CASE("expect_violation: what would be a normal answer follows from what was sent") {
    CHECK(react(AtViolation::honours).observations.not_honoured == false);
    constexpr auto cancel = R"([{"establish": {}},
        {"send": {"on": {"ours": 2}, "request_cancel": {"id": {"ours": 1}}}},
        {"expect_violation": {"asks": ["not_honoured"]}}])";
    auto const result = play(cancel, {.habits = {.at_violation = AtViolation::only_closes}});
    CHECK(result.verdict == Verdict::pass);
    CHECK_FALSE(result.observations.not_honoured.has_value());
  }

  TEST_CASE("expect_violation: who exits where the session is to go on has not survived") {
    auto const result = react(AtViolation::exits, R"({"asks": ["survived"]})");
    CHECK(result.verdict == Verdict::fail);
    CHECK(result.reason.find("exited with code 1") != std::string::npos);
  }

  TEST_CASE("expect_violation: who answers normally has honoured it") {
    auto const result = react(AtViolation::honours, honoured);
    CHECK(result.verdict == Verdict::fail);
    CHECK(result.observations.not_honoured == false);
    CHECK(result.reason.find("it gave a normal answer, request_response on connection") !=
          std::string::npos);
  }

  TEST_CASE("expect_violation: who is at work on an answer does not hang, who is idle does") {
    // Longer than a slow machine takes until it gives up.
    constexpr std::chrono::milliseconds for_long{20'000};
    Play how{.habits = {.at_violation = AtViolation::ponders, .resets_after = for_long},
             .options = {.mute_guard = std::chrono::milliseconds{50}}};
    auto const asked = violation(R"({"asks": ["survived"]})");
    CHECK(play(asked, how).timed_out);
    how.habits.is_busy = true;
    how.habits.resets_after = std::chrono::milliseconds{400};
    auto const result = play(asked, how);
    INFO(result.reason);
    CHECK(result.verdict == Verdict::pass);
    how.habits.resets_after = for_long;
    how.options.guard_timeout = std::chrono::milliseconds{200};
    CHECK(play(asked, how).reason.ends_with("it neither answered nor closed within 200 ms"));
  }

  TEST_CASE("expect_violation: who goes mute hangs") {
    auto const result = react(AtViolation::mute);
    CHECK(result.verdict == Verdict::fail);
    CHECK(result.timed_out);
    CHECK(result.observations ==
          Observations{.told = false, .closed = false, .not_honoured = true, .survived = false});
    CHECK(result.reason.starts_with(
        "the subject was to treat this as a violation, but it sent no ProtocolError; hang: it "
        "neither answered nor closed within "));
  }

  TEST_CASE("expect_violation: a crash is neither closed nor survived") {
    auto const result = react(AtViolation::crashes, R"({"asks": ["closed", "survived"]})");
    CHECK(result.verdict == Verdict::fail);
    CHECK(result.observations ==
          Observations{.told = false, .closed = false, .not_honoured = true, .survived = false});
    CHECK(result.process == ProcessState{ProcessState::Kind::signalled, 6});
    CHECK(result.reason.find("killed by signal 6 (SIGABRT)") != std::string::npos);
  }

  TEST_CASE("expect_violation: a crash fails even where survival was not asked for") {
    CHECK(react(AtViolation::crashes, R"({"asks": ["not_honoured"]})").verdict == Verdict::fail);
  }

  TEST_CASE("expect_violation: an exit with a code is an end in order, and is told") {
    auto const result = react(AtViolation::exits, R"({"asks": ["closed", "survived"]})");
    INFO(result.reason);
    CHECK(result.verdict == Verdict::pass);
    CHECK(result.process == ProcessState{ProcessState::Kind::exited, 1});
  }

  TEST_CASE("expect_violation: a reset with our Ping unread is an end in order") {
    auto const result = react(AtViolation::resets, R"({"asks": ["closed"]})", true);
    INFO(result.reason);
    CHECK(result.verdict == Verdict::pass);
    CHECK(result.observations.closed == true);
  }

  TEST_CASE("expect_violation: before the handshake is done the link's end alone tells") {
    constexpr auto steps = R"([{"send": {"transport_hello": {"mode": 9}}},
                               {"expect_violation": {"asks": ["closed", "survived"]}}])";
    auto const result = play(steps, {.habits = {.refuses_mode = false}});
    INFO(result.reason);
    CHECK(result.verdict == Verdict::pass);
  }
}

}  // namespace voxspec::test
