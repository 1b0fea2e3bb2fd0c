// What ends a case, whatever the subject does, and what is no fault of the subject.
#include "conformance/peer/frame_log.hpp"
#include "conformance/testing/fake_subject.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <stop_token>
#include <string>
#include <thread>

namespace voxspec::test {
namespace {

using namespace std::chrono_literals;

constexpr auto alive = R"([{"establish": {}}, {"alive": {}}])";
constexpr auto violation =
    R"([{"establish": {}},
        {"send": {"on": {"ours": 2}, "request_call": {"id": {"ours": 1}, "method_id": 1}}},
        {"expect_violation": {"asks": ["survived"]}}])";
// Far more than any test takes, so that one which waits for it does not go unseen.
constexpr std::chrono::milliseconds far{3'600'000};

Habits slow_to_start(std::chrono::milliseconds takes) {
  Habits habits;
  habits.start_takes = takes;
  return habits;
}

Habits chatterer(std::chrono::milliseconds every) {
  Habits habits;
  habits.at_violation = AtViolation::chatters;
  habits.chatters_every = every;
  return habits;
}

}  // namespace

TEST_SUITE("executor") {
  TEST_CASE("start-up is not counted in the guard, and not in the time of the case") {
    RunOptions options;
    options.guard_timeout = 200ms;
    auto const result = play(alive, {.habits = slow_to_start(500ms), .options = options});
    INFO(result.reason);
    CHECK(result.verdict == Verdict::pass);
    CHECK(result.start >= 500ms);
    CHECK(result.frames.front().at_us < 400'000);
  }

  TEST_CASE("a subject that does not come up in time was not run") {
    RunOptions options;
    options.start_limit = 20ms;
    auto const result = play(alive, {.habits = slow_to_start(far), .options = options});
    CHECK(result.verdict == Verdict::not_run);
    CHECK(result.hindrance == Hindrance::start);
    CHECK(result.reason == "the subject did not say where it listens within 20 ms of its start");
  }

  TEST_CASE("what kept the subject from coming up is told apart") {
    using enum NoLink::Cause;
    for (auto const& [cause, hindrance] : {std::pair{subject, Hindrance::link},
                                           {start, Hindrance::start},
                                           {machine, Hindrance::machine}}) {
      Habits habits;
      habits.start_fails = cause;
      auto const result = play(alive, {.habits = habits});
      CHECK(result.verdict == Verdict::not_run);
      CHECK(result.hindrance == hindrance);
      CHECK(result.reason == "this is why");
    }
  }

  TEST_CASE("frames that come again and again do not keep a wait from running out") {
    RunOptions options;
    options.guard_timeout = 100ms;
    auto const result = play(violation, {.habits = chatterer(1ms), .options = options});
    CHECK(result.verdict == Verdict::fail);
    CHECK(result.timed_out);
    CHECK(result.reason.ends_with("it neither answered nor closed within 100 ms"));
  }

  TEST_CASE("frames that may pass do not prolong the wait for another one") {
    RunOptions options;
    options.guard_timeout = 100ms;
    auto const result = play(
        R"([{"establish": {}},
            {"send": {"on": {"ours": 2}, "request_call": {"id": {"ours": 1}, "method_id": 1}}},
            {"expect": [{"request_response": {}}], "passing": ["pong"]}])",
        {.habits = chatterer(1ms), .options = options});
    CHECK(result.verdict == Verdict::fail);
    CHECK(result.timed_out);
  }

  TEST_CASE("a case has a limit beside its guards, which names the step that it ended in") {
    RunOptions options;
    options.guard_timeout = far;
    options.case_limit = 600ms;
    auto const result = play(violation, {.habits = chatterer(1ms), .options = options});
    CHECK(result.verdict == Verdict::fail);
    CHECK(result.timed_out);
    CHECK(result.reason ==
          "time-out: waited 600 ms for the case to end; the process is still running");
    CHECK(result.failed_step == "/steps/2");
    CHECK(result.end == EndCause::open);
  }

  TEST_CASE("a subject that sends without end fails, and a bounded part of it is kept") {
    RunOptions options;
    options.guard_timeout = far;
    options.frames_max = 3 * FrameLog::kept_frames_max;
    auto const result = play(violation, {.habits = chatterer(0ms), .options = options});
    CHECK(result.verdict == Verdict::fail);
    CHECK(result.reason ==
          "the subject sent more than 3072 frames, which is more than any case asks for");
    CHECK(result.frames.size() == 2 * FrameLog::kept_frames_max);
    CHECK(result.dropped_before == FrameLog::kept_frames_max);
    CHECK(result.frames_dropped > FrameLog::kept_frames_max);
  }

  TEST_CASE("bytes are bounded as frames are") {
    RunOptions options;
    options.guard_timeout = far;
    options.frame_bytes_max = 3000;
    auto const result = play(violation, {.habits = chatterer(0ms), .options = options});
    CHECK(result.verdict == Verdict::fail);
    CHECK(result.reason.starts_with("the subject sent more than 3000 bytes"));
    CHECK(result.frames_dropped == 0);
  }

  TEST_CASE("silence is as long as the guard until the link has answered something") {
    RunOptions options;
    options.guard_timeout = 150ms;
    options.mute_guard = 1ms;
    auto const mute =
        play(R"([{"send": {"transport_hello": {}}}, {"expect": [{"transport_accept": {}}]},
                               {"send": {"hello": {}}}, {"expect_violation": {"asks": ["closed"]}}])",
             {.habits = {.answers_hello = false}, .options = options});
    CHECK(mute.verdict == Verdict::fail);
    CHECK(mute.timed_out);
    auto const unanswered =
        play(R"([{"send": {"bytes": "00"}}, {"expect_violation": {"asks": ["closed"]}}])",
             {.habits = {.over_tcp = true}, .options = options});
    CHECK(unanswered.verdict == Verdict::fail);
    CHECK(unanswered.wall >= 150ms);
  }

  TEST_CASE("silence on a link that has answered is measured by the time that the answer took") {
    RunOptions options;
    options.guard_timeout = far;
    options.mute_guard = 30ms;
    auto const result =
        play(violation, {.habits = {.at_violation = AtViolation::mute}, .options = options});
    CHECK(result.verdict == Verdict::fail);
    CHECK(result.wall >= 30ms);
    CHECK_FALSE(result.reason.contains("within 3600 s"));
  }

  TEST_CASE("a stopped case is not run, wherever it was") {
    for (auto const& habits : {slow_to_start(far), chatterer(1ms)}) {
      std::stop_source source;
      RunOptions options;
      options.guard_timeout = far;
      options.start_limit = far;
      options.case_limit = far;
      options.stop = source.get_token();
      std::jthread const stopper{[&source] {
        std::this_thread::sleep_for(20ms);
        source.request_stop();
      }};
      auto const result = play(violation, {.habits = habits, .options = options});
      CHECK(result.verdict == Verdict::not_run);
      CHECK(result.hindrance == Hindrance::stopped);
    }
  }

  TEST_CASE("of very many frames the first and the last are kept, and the places stay right") {
    FrameLog log;
    constexpr auto count = 5 * FrameLog::kept_frames_max;
    for (std::size_t i = 0; i < count; ++i) {
      FrameRecord record;
      record.at_us = i;
      CHECK(log.add(std::move(record)) == i);
    }
    log.begin_step("/steps/7");
    for (auto const place : {1uz, 2 * FrameLog::kept_frames_max, count - 1})
      log.claim(place);
    CHECK(log.dropped() == 3 * FrameLog::kept_frames_max);
    auto const records = log.take();
    CHECK(records.size() == 2 * FrameLog::kept_frames_max);
    CHECK(records.back().at_us == count - 1);
    CHECK(records.back().step == "/steps/7");
    CHECK(records.at(1).step == "/steps/7");
    CHECK(std::ranges::count(records, "/steps/7", &FrameRecord::step) == 2);
  }

  TEST_CASE("large frames are kept as long as they are few") {
    FrameLog log;
    for (std::size_t i = 0; i < 6; ++i) {
      FrameRecord record;
      record.bytes.resize(FrameLog::kept_bytes_max);
      log.add(std::move(record));
    }
    CHECK(log.dropped() == 4);
    CHECK(log.take().size() == 2);
  }
}

}  // namespace voxspec::test
