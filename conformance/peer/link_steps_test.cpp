// How links and processes end, and what comes after.
#include "conformance/testing/fake_subject.hpp"

#include <doctest/doctest.h>

#include <string>

namespace voxspec::test {
namespace {

// The subject does the trick, then the step.
std::string after(std::string const& trick, std::string const& step) {
  return R"([{"establish": {}}, {"send": {"request_call": {"id": {"ours": 1}, "method_id": )" +
         trick + "}}}, " + step + "]";
}
constexpr Habits over_tcp{.over_tcp = true};

}  // namespace

TEST_SUITE("executor") {
  TEST_CASE("expect_end: an end in order is closed, in memory and over TCP") {
    for (auto const tcp : {false, true}) {
      auto const result =
          play(after("103", R"({"expect_end": ["closed"]})"), {.habits = {.over_tcp = tcp}});
      INFO(result.reason);
      CHECK(result.verdict == Verdict::pass);
    }
  }

  TEST_CASE("expect_end: an end in order is no reset") {
    auto const result = play(after("103", R"({"expect_end": ["reset"]})"));
    CHECK(result.verdict == Verdict::fail);
    CHECK(result.reason ==
          "the link was to end by reset, but the link ended at a frame boundary and the process is "
          "still running");
  }

  TEST_CASE("expect_end: a reset is seen as one") {
    auto const result = play(after("104", R"({"expect_end": ["reset"]})"), {.habits = over_tcp});
    INFO(result.reason);
    CHECK(result.verdict == Verdict::pass);
    CHECK(result.end == EndCause::reset);
  }

  TEST_CASE("expect_end: an end inside a frame is not in order, but it is an end") {
    auto const result = play(after("109", R"({"expect_end": ["closed"]})"), {.habits = over_tcp});
    CHECK(result.verdict == Verdict::fail);
    CHECK(result.end == EndCause::truncated);
    CHECK(play(after("109", R"({"expect_end": ["any"]})"), {.habits = over_tcp}).verdict ==
          Verdict::pass);
  }

  TEST_CASE("expect_end: a crash is no way to end, unless the case takes the signal") {
    auto const result = play(after("105", R"({"expect_end": ["any"]})"));
    CHECK(result.verdict == Verdict::fail);
    CHECK(result.reason ==
          "the link ended at a frame boundary and the process was killed by signal 11 (SIGSEGV); a "
          "crash is no way to end a link");
    CHECK(play(after("105", R"({"expect_end": ["any"], "process": ["signal"]})")).verdict ==
          Verdict::pass);
  }

  TEST_CASE("expect_end: the process has to stand as the case says") {
    CHECK(play(after("106", R"({"expect_end": ["closed"], "process": [{"exited": 3}]})")).verdict ==
          Verdict::pass);
    auto const result = play(after("106", R"({"expect_end": ["closed"], "process": ["running"]})"));
    CHECK(result.verdict == Verdict::fail);
    CHECK(result.reason ==
          "the process was to be still running, but the process exited with code 3");
  }

  TEST_CASE("expect_end: a link that stays is a time-out that says so") {
    auto const result =
        play(after("107", R"({"expect_end": ["closed"]})"), {.options = impatient()});
    CHECK(result.verdict == Verdict::fail);
    CHECK(result.timed_out);
    CHECK(with_shortest_wait(result.reason) ==
          "time-out: waited 40 ms for the link to end by closed; the process is still running");
  }

  TEST_CASE("expect_end: frames may come first, or only those that the case lets pass") {
    CHECK(play(after("112", R"({"expect_end": ["closed"]})")).verdict == Verdict::pass);
    CHECK(play(after("112", R"({"expect_end": ["closed"], "passing": ["request_response"]})"))
              .verdict == Verdict::pass);
    auto const result = play(after("112", R"({"expect_end": ["closed"], "passing": []})"));
    CHECK(result.verdict == Verdict::fail);
    CHECK(result.got.contains("request_response"));
  }

  TEST_CASE("expect_exit: the code has to be the one asked for") {
    CHECK(play(after("106", R"({"expect_exit": 3})")).verdict == Verdict::pass);
    auto const result = play(after("106", R"({"expect_exit": 0})"));
    CHECK(result.verdict == Verdict::fail);
    CHECK(result.reason ==
          "the process was to exit with code 0, but the process exited with code 3");
    CHECK(play(after("105", R"({"expect_exit": 11})")).verdict == Verdict::fail);
    auto const stays = play(after("107", R"({"expect_exit": 0})"), {.options = impatient()});
    CHECK(stays.verdict == Verdict::fail);
    CHECK(stays.timed_out);
  }

  TEST_CASE("drop: the next link is another conversation, in the same process") {
    auto const result = play(
        R"([{"establish": {}}, {"drop": {}}, {"next_link": {}}, {"establish": {}}, {"alive": {}}])");
    INFO(result.reason);
    CHECK(result.verdict == Verdict::pass);
    auto const reset = play(
        R"([{"establish": {}}, {"drop": {"reset": true}}, {"next_link": {}}, {"establish": {}}])",
        {.habits = over_tcp});
    INFO(reset.reason);
    CHECK(reset.verdict == Verdict::pass);
  }

  TEST_CASE("next_link: the one that it replaces has to be over") {
    auto const result = play(R"([{"establish": {}}, {"next_link": {}}])", {.options = impatient()});
    CHECK(result.verdict == Verdict::fail);
    CHECK(result.timed_out);
  }

  TEST_CASE("next_link: a subject that is gone gives none") {
    auto const result = play(after("106", R"({"expect_end": ["closed"]}, {"next_link": {}})"));
    CHECK(result.verdict == Verdict::fail);
    CHECK(result.reason ==
          "there is no link to the subject: connection refused by the fake; the process exited "
          "with code 3");
  }

  TEST_CASE("next_link: two links stand beside each other") {
    auto const result = play(
        R"([{"establish": {}}, {"next_link": {}, "link": "second"},
            {"establish": {}, "link": "second"}, {"alive": {}}, {"alive": {}, "link": "second"},
            {"drop": {}, "link": "second"}, {"alive": {}}])");
    INFO(result.reason);
    CHECK(result.verdict == Verdict::pass);
    CHECK(result.frames.front().link.empty());
    CHECK(std::ranges::count(result.frames, "second", &FrameRecord::link) > 0);
  }

  TEST_CASE("a step on a link that does not stand is the author's error") {
    auto const result = play(R"([{"establish": {}}, {"alive": {}, "link": "third"}])");
    CHECK(result.verdict == Verdict::not_run);
  }

  TEST_CASE("half_close: what the subject still says is read, and its end") {
    auto const result = play(
        R"([{"establish": {}}, {"send": {"ping": {"nonce": 5}}}, {"half_close": {}},
            {"expect": [{"pong": {"nonce": 5}}]}, {"expect_end": ["closed"]}])",
        {.habits = over_tcp});
    INFO(result.reason);
    CHECK(result.verdict == Verdict::pass);
  }

  TEST_CASE("stop_reading: nothing is read any more, and the case can end so") {
    auto const result =
        play(R"([{"establish": {}}, {"stop_reading": {}}, {"send": {"ping": {"nonce": 5}}}])");
    INFO(result.reason);
    CHECK(result.verdict == Verdict::pass);
    CHECK(result.frames.back().direction == Direction::sent);
    auto const waiting = play(
        R"([{"establish": {}}, {"stop_reading": {}}, {"send": {"ping": {"nonce": 5}}},
            {"expect": [{"pong": {}}]}])",
        {.options = impatient()});
    CHECK(waiting.verdict == Verdict::fail);
    CHECK(waiting.timed_out);
  }

  TEST_CASE("wait: the subject's Pings are answered meanwhile") {
    auto const result = play(after("101", R"({"wait": {"ms": 1, "reason": "to let a Ping come"}},
                        {"expect": [{"request_response": {"id": {"ours": 1}}}]})"),
                             {.slow = true});
    INFO(result.reason);
    CHECK(result.verdict == Verdict::pass);
  }
}

}  // namespace voxspec::test
