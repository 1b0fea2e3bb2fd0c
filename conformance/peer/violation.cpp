#include "conformance/peer/violation.hpp"

#include "conformance/peer/expectations.hpp"
#include "conformance/peer/match.hpp"
#include "conformance/peer/normal_answers.hpp"
#include "conformance/peer/probes.hpp"
#include "conformance/peer/wording.hpp"

#include <boost/describe/enum_to_string.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace voxspec {
namespace asio = boost::asio;
namespace {

// What was seen until the subject's reaction was clear.
struct Seen {
  bool told = false;
  std::optional<Arrival> told_elsewhere;  // a ProtocolError, but not on connection 0
  std::optional<Arrival> honoured;        // a normal answer
  bool asked = false;                     // the Ping was sent
  bool answered = false;                  // and answered
  bool mute = false;                      // the guard ran out
  std::chrono::milliseconds patience{};   // for silence
  std::optional<Ended> end;
  ProcessState process;
};

// A Pong may come before the answer to an earlier call, so that a Ping behind a wrong call would
// end the watch too soon. A call behind it is answered at the same pace.
bool asks_by_call(CaseRun const& run) {
  return run.port.serves_testbed() && run.last_item.is("request_call");
}

// A subject that had a processor, or waited for one, for so much of a wait is at work on an answer.
constexpr int busy_share = 10;

// Whether the subject's process was at work for a part of the time that says so, since it was asked
// last.
class Activity {
 public:
  explicit Activity(SubjectPort& port) : port_{port} {}

  [[nodiscard]] bool goes_on() {
    auto const before = std::exchange(before_, port_.busy_time());
    auto const since = std::exchange(since_, CaseRun::Clock::now());
    return before && before_ && *before_ - *before >= (since_ - since) / busy_share;
  }

 private:
  SubjectPort& port_;
  std::optional<std::chrono::nanoseconds> before_ = port_.busy_time();
  CaseRun::Clock::time_point since_ = CaseRun::Clock::now();
};

bool is_honoured(CaseRun const& run, LinkDriver const& link, std::vector<Pattern> const& honoured,
                 Arrival const& arrival) {
  return std::ranges::any_of(
      honoured, [&](Pattern const& pattern) { return fits(pattern, arrival, link, run.bindings); });
}

// Takes in one frame. True once nothing more has to be seen. Behind a ProtocolError an answer may
// have been on its way: what becomes of the link is still to be seen then.
bool take_in(Seen& seen, CaseRun const& run, LinkDriver& link, std::vector<Pattern> const& honoured,
             std::optional<Question> const& asked, Arrival const& arrival) {
  if (asked && fits(asked->answers, arrival, link)) {
    seen.answered = true;
    return !seen.told;
  }
  if (arrival.frame.is("protocol_error")) {
    if (arrival.frame.message().on == 0) {
      seen.told = true;
    } else {
      seen.told_elsewhere = arrival;
    }
    return false;
  }
  if (is_honoured(run, link, honoured, arrival)) {
    seen.honoured = arrival;
    return !asked;  // Without a question nothing else would ever tell.
  }
  link.held().push_back(arrival);
  return false;
}

// Whether an answer to the question may still have overtaken a ProtocolError.
bool may_still_tell(Seen const& seen, ExpectViolation const& step) {
  if (!seen.answered || seen.told || seen.told_elsewhere || seen.honoured) return false;
  return std::ranges::any_of(step.asks, [](Reaction reaction) {
    return reaction == Reaction::told || reaction == Reaction::closed;
  });
}

asio::awaitable<std::expected<Seen, Failure>> watch(CaseRun& run, LinkDriver& link,
                                                    ExpectViolation const& wanted,
                                                    std::vector<Pattern> const& honoured) {
  auto asked = std::exchange(run.asked, std::nullopt);
  if (!asked && link.usable()) {
    auto question = co_await ask_behind_violation(run, link);
    if (!question) co_return std::unexpected(question.error());
    asked = std::move(*question);
  }
  Seen seen;
  seen.asked = asked.has_value();
  auto const step = run.patience(link);
  seen.patience = step;
  auto const deadline = run.guard();
  auto quiet_since = CaseRun::Clock::now();
  Activity activity{run.port};
  auto clear = false;
  auto is_second = false;
  while (!clear) {
    auto const silence = quiet_since + seen.patience;
    auto const event = co_await run.look(link, std::min(silence, deadline));
    if (auto const* const arrival = std::get_if<Arrival>(&event)) {
      if (!arrival->problem.empty()) co_return std::unexpected(undecodable(*arrival));
      clear = take_in(seen, run, link, honoured, asked, *arrival);
      quiet_since = CaseRun::Clock::now();
      seen.patience = step;
      if (clear && !is_second && may_still_tell(seen, wanted)) {
        auto question = co_await ask_behind_violation(run, link);
        if (!question) co_return std::unexpected(question.error());
        asked = std::move(*question);
        is_second = true;
        clear = seen.answered = false;
      }
      continue;
    }
    if (auto const* const end = std::get_if<Ended>(&event)) seen.end = *end;
    auto const timed_out = std::holds_alternative<TimedOut>(event);
    if (timed_out && silence < deadline && activity.goes_on()) {
      seen.patience += step;
      continue;
    }
    seen.mute = timed_out;
    // It was not silent all the time, and still did not answer.
    if (seen.mute && silence > deadline) seen.patience = run.options.guard_timeout;
    clear = true;
  }
  if (asked && !seen.answered) run.late_answers.push_back(asked->answers);
  seen.process = run.port.process();
  if (seen.end) seen.process = co_await run.settled();
  co_return seen;
}

bool hangs(Seen const& seen) {
  return seen.mute && seen.asked && !seen.told;
}

Observations observed(Seen const& seen, LinkDriver const& link, ExpectViolation const& step,
                      bool can_be_honoured) {
  Observations observations;
  observations.told = seen.told;
  observations.closed = seen.end && torn_down(link, seen.end->cause, seen.process);
  if (can_be_honoured) observations.not_honoured = !seen.honoured.has_value();
  // Where the session is to go on, the process may not end in any way.
  auto const may_end = std::ranges::count(step.asks, Reaction::closed) > 0;
  auto const died = seen.process.crashed() || (seen.process.ended() && !may_end);
  observations.survived = !died && !hangs(seen);
  return observations;
}

bool did(Observations const& observations, Reaction reaction) {
  switch (reaction) {
    case Reaction::told:
      return observations.told.value_or(false);
    case Reaction::closed:
      return observations.closed.value_or(false);
    case Reaction::not_honoured:
      return observations.not_honoured.value_or(true);
    case Reaction::survived:
      return observations.survived.value_or(false);
  }
  return false;
}

std::string why_not(Reaction reaction, Seen const& seen) {
  switch (reaction) {
    case Reaction::told:
      if (seen.told_elsewhere) {
        return "it sent its " + in_words(seen.told_elsewhere->frame) + " and not on connection 0";
      }
      return "it sent no ProtocolError";
    case Reaction::closed:
      if (hangs(seen)) return why_not(Reaction::survived, seen);
      if (seen.end) return in_words(*seen.end, seen.process) + ", which does not tear it down";
      if (seen.answered) return "it kept the link and answered what followed";
      return "it kept the link";
    case Reaction::not_honoured:
      return "it gave a normal answer, " + in_words(seen.honoured->frame);
    case Reaction::survived:
      if (seen.process.ended()) return in_words(seen.process);
      return "hang: it neither answered nor closed within " + in_words(seen.patience);
  }
  return {};
}

Json to_json(Observations const& observations) {
  Json json = Json::object();
  auto const put = [&](char const* name, std::optional<bool> seen) {
    json[name] = seen ? Json(*seen) : Json(nullptr);
  };
  put("told", observations.told);
  put("closed", observations.closed);
  put("not_honoured", observations.not_honoured);
  put("survived", observations.survived);
  return json;
}

Outcome judge(ExpectViolation const& step, Observations const& observations, Seen const& seen) {
  std::string reason;
  Json asks = Json::object();
  for (auto const reaction : step.asks) {
    asks[boost::describe::enum_to_string(reaction, "")] = true;
    if (did(observations, reaction)) continue;
    auto const why = why_not(reaction, seen);
    if (reason.find(why) == std::string::npos) reason += (reason.empty() ? "" : "; ") + why;
  }
  if (reason.empty()) return {};
  Failure failure;
  failure.reason = "the subject was to treat this as a violation, but " + reason;
  failure.expected = std::move(asks);
  failure.got = to_json(observations);
  failure.timed_out = seen.mute;
  return std::unexpected(std::move(failure));
}

}  // namespace

asio::awaitable<std::expected<Question, Failure>> ask_behind_violation(CaseRun& run,
                                                                       LinkDriver& link) {
  // Two statements, because g++-12 destroys what a conditional co_await gives twice.
  auto asking = asks_by_call(run) ? ask_echo(run, link, 0, false) : ask_ping(run, link, 0);
  co_return co_await std::move(asking);
}

asio::awaitable<Outcome> fulfil(CaseRun& run, LinkDriver& link, ExpectViolation const& step) {
  auto const honoured = step.honoured.value_or(
      normal_answers(pattern_of(run.last_item.message()), run.trace.dialect));
  auto const seen = co_await watch(run, link, step, honoured);
  if (!seen) co_return std::unexpected(seen.error());
  run.observations = observed(*seen, link, step, !honoured.empty());
  if (seen->told || seen->end) run.session_over = true;
  co_return judge(step, run.observations, *seen);
}

}  // namespace voxspec
