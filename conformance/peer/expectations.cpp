#include "conformance/peer/expectations.hpp"

#include "conformance/peer/expectation.hpp"
#include "conformance/peer/probes.hpp"
#include "conformance/peer/term_json.hpp"
#include "conformance/peer/wording.hpp"

#include <boost/describe/enum_to_string.hpp>

#include <algorithm>
#include <utility>

namespace voxspec {
namespace asio = boost::asio;
namespace {

// The pattern in words, with its connection as a number where that is known by now.
bool takes_bytes(Expect const& step) {
  return std::ranges::any_of(step.frames,
                             [](Pattern const& pattern) { return pattern.name() == "frame"; });
}

Failure refused(Expectation const& expectation, Pattern const& pattern, std::string const& awaited,
                Arrival const& arrival) {
  Failure failure;
  failure.expected = term_json(pattern);
  failure.got = frame_json(arrival.frame);
  failure.reason = "expected " + awaited + ", got " + in_words(arrival.frame);
  if (auto const& mismatch = expectation.mismatch()) {
    failure.mismatch = mismatch->path;
    if (!mismatch->path.empty()) failure.reason += ", which differs at " + mismatch->path;
    // Of another kind of frame the words before say it all.
    bool const same_kind = pattern.kind == nullptr || pattern.kind == arrival.frame.kind;
    if (same_kind) failure.reason += ": " + mismatch->why;
  }
  return failure;
}

std::string names(std::vector<LinkEnding> const& causes) {
  std::string all;
  for (auto const cause : causes) {
    if (!all.empty()) all += " or ";
    all += boost::describe::enum_to_string(cause, "");
  }
  return all;
}

bool accepts(ProcessEnding const& accepted, ProcessState process) {
  switch (accepted.kind) {
    case ProcessEnding::Kind::running:
      return process.kind == ProcessState::Kind::running;
    case ProcessEnding::Kind::exited:
      return process.kind == ProcessState::Kind::exited &&
             accepted.code.value_or(process.code_or_signal) == process.code_or_signal;
    case ProcessEnding::Kind::signal:
      return process.crashed();
  }
  return false;
}

std::string names(std::vector<ProcessEnding> const& endings) {
  std::string all;
  for (auto const& ending : endings) {
    if (!all.empty()) all += " or ";
    switch (ending.kind) {
      case ProcessEnding::Kind::running:
        all += "still running";
        break;
      case ProcessEnding::Kind::exited:
        all += "exited";
        if (ending.code) all += " with code " + std::to_string(*ending.code);
        break;
      case ProcessEnding::Kind::signal:
        all += "killed by a signal";
        break;
    }
  }
  return all;
}

// The state of the process once the link is over. A case that does not take a process that runs on
// has it waited for.
asio::awaitable<ProcessState> process_after(CaseRun& run, ExpectEnd const& step) {
  auto const process = co_await run.settled();
  auto const takes_running =
      std::ranges::count(step.process, ProcessEnding::Kind::running, &ProcessEnding::kind) > 0;
  if (process.kind != ProcessState::Kind::running || step.process.empty() || takes_running) {
    co_return process;
  }
  auto const ended = co_await run.exit_in_time();
  co_return ended.value_or(process);
}

Outcome judge_end(CaseRun& run, LinkDriver const& link, ExpectEnd const& step, Ended const& end,
                  ProcessState process) {
  auto const accepts_this = [&](ProcessEnding const& ending) { return accepts(ending, process); };
  auto const process_accepted = std::ranges::any_of(step.process, accepts_this);
  if (process.crashed() && !process_accepted) {
    return fails(in_words(end, process) + "; a crash is no way to end a link");
  }
  if (end.cause == EndCause::ours) {
    return cannot_run(
        "this case ended the link itself, so the subject's way to end it cannot show");
  }
  if (!process.crashed() && !accepts(step, link, end.cause, process)) {
    return fails("the link was to end by " + names(step.causes) + ", but " +
                 in_words(end, process));
  }
  if (!step.process.empty() && !process_accepted) {
    if (process.kind == ProcessState::Kind::unknown) {
      return cannot_run("the case asks how the process ends, and " + in_words(process));
    }
    return fails("the process was to be " + names(step.process) + ", but " + in_words(process));
  }
  if (process.crashed()) run.crash_accepted = true;
  run.session_over = true;
  return {};
}

}  // namespace

std::string in_words_here(CaseRun const& run, LinkDriver const& link, Pattern pattern) {
  if (pattern.on) {
    auto const on = run.connection(link, *pattern.on);
    if (on) pattern.on = Term{Value{*on}};
  }
  return in_words(pattern);
}

bool in_order(LinkDriver const& link, EndCause cause, ProcessState process) {
  if (process.crashed()) return false;
  return cause == EndCause::closed || cause == EndCause::eof ||
         (cause == EndCause::reset && link.unanswered());
}

bool torn_down(LinkDriver const& link, EndCause cause, ProcessState process) {
  return in_order(link, cause, process) || (cause == EndCause::reset && !process.crashed());
}

bool takes_silence(ExpectEnd const& step) {
  return std::ranges::count(step.causes, LinkEnding::mute) > 0;
}

bool accepts(ExpectEnd const& step, LinkDriver const& link, EndCause cause, ProcessState process) {
  return std::ranges::any_of(step.causes, [&](LinkEnding accepted) {
    switch (accepted) {
      case LinkEnding::closed:
        return in_order(link, cause, process);
      case LinkEnding::eof:
        return cause != EndCause::closed && in_order(link, cause, process);
      case LinkEnding::reset:
        return cause == EndCause::reset;
      case LinkEnding::any:
        return true;
      case LinkEnding::mute:
        return false;
    }
    return false;
  });
}

asio::awaitable<Outcome> fulfil(CaseRun& run, LinkDriver& link, Expect const& step) {
  Expectation expectation{step, run.bindings, link.ids};
  // Each awaited frame has the guard for itself; those that may pass do not prolong it.
  auto deadline = run.guard();
  while (!expectation.done()) {
    auto const& pattern = step.frames.at(expectation.awaited());
    auto const awaited = in_words_here(run, link, pattern);
    auto const event = co_await run.next(link, deadline);
    if (std::holds_alternative<TimedOut>(event)) {
      auto failure = timed_out(awaited, run.options.guard_timeout, run.port.process());
      failure.expected = term_json(pattern);
      co_return std::unexpected(std::move(failure));
    }
    if (auto const* const end = std::get_if<Ended>(&event)) {
      auto const process = co_await run.settled();
      auto failure = ended_instead(*end, process, awaited);
      failure.expected = term_json(pattern);
      co_return std::unexpected(std::move(failure));
    }
    auto const& arrival = std::get<Arrival>(event);
    if (!arrival.problem.empty() && !takes_bytes(step)) {
      auto failure = undecodable(arrival);
      failure.expected = term_json(pattern);
      co_return std::unexpected(std::move(failure));
    }
    auto const fed = expectation.feed(arrival.frame);
    if (fed == Expectation::Fed::refused) {
      co_return std::unexpected(refused(expectation, pattern, awaited, arrival));
    }
    if (fed == Expectation::Fed::taken) deadline = run.guard();
  }
  co_return Outcome{};
}

asio::awaitable<Outcome> fulfil(CaseRun& run, LinkDriver& link, ExpectNone const& step) {
  FrameCheck const judge = [&](Arrival const& arrival) -> Outcome {
    for (auto const& pattern : step.frames) {
      if (!fits(pattern, arrival, link, run.bindings)) continue;
      Failure failure;
      failure.reason = "the subject sent " + in_words(arrival.frame) +
                       ", which must not come before the probe is answered";
      failure.expected = {{"not", term_json(pattern)}};
      failure.got = frame_json(arrival.frame);
      return std::unexpected(std::move(failure));
    }
    return {};
  };
  auto const question = co_await ask(run, link, step.probe);
  if (!question) co_return std::unexpected(question.error());
  // What earlier steps left came before the probe was even asked.
  for (auto const& arrival : link.held()) {
    if (auto judged = judge(arrival); !judged) co_return judged;
  }
  co_return co_await await_answer(run, link, *question, judge);
}

asio::awaitable<Outcome> fulfil(CaseRun& run, LinkDriver& link, ExpectEnd const& step) {
  auto const deadline =
      takes_silence(step) ? CaseRun::Clock::now() + run.options.mute_guard : run.guard();
  while (true) {
    auto const event = co_await run.next(link, deadline);
    if (std::holds_alternative<TimedOut>(event)) {
      if (takes_silence(step)) {
        run.session_over = true;
        co_return Outcome{};
      }
      auto const awaited = "the link to end by " + names(step.causes);
      co_return std::unexpected(timed_out(awaited, run.options.guard_timeout, run.port.process()));
    }
    if (auto const* const end = std::get_if<Ended>(&event)) {
      auto const process = co_await process_after(run, step);
      co_return judge_end(run, link, step, *end, process);
    }
    auto const& arrival = std::get<Arrival>(event);
    if (!step.passing) continue;
    if (!arrival.problem.empty()) co_return std::unexpected(undecodable(arrival));
    if (std::ranges::count(*step.passing, arrival.frame.name()) > 0) continue;
    Failure failure;
    failure.reason = "the subject sent " + in_words(arrival.frame) + " before it ended the link";
    failure.got = frame_json(arrival.frame);
    co_return std::unexpected(std::move(failure));
  }
}

asio::awaitable<Outcome> fulfil(CaseRun& run, ExpectExit const& step) {
  auto const process = co_await run.exit_in_time();
  if (!process) {
    co_return std::unexpected(
        timed_out("the process to end", run.options.guard_timeout, run.port.process()));
  }
  if (process->kind == ProcessState::Kind::unknown) {
    co_return cannot_run("the case asks for the process to end, and " + in_words(*process));
  }
  run.session_over = true;
  auto const exited = process->kind == ProcessState::Kind::exited;
  auto const any_code = step.codes.empty();
  if (exited && (any_code || std::ranges::count(step.codes, process->code_or_signal) > 0)) {
    co_return Outcome{};
  }
  std::string wanted;
  for (auto const code : step.codes)
    wanted += (wanted.empty() ? "" : " or ") + std::to_string(code);
  co_return fails("the process was to exit" + (any_code ? std::string{} : " with code " + wanted) +
                  ", but " + in_words(*process));
}

}  // namespace voxspec
