#include "conformance/peer/executor.hpp"

#include "conformance/peer/case_run.hpp"
#include "conformance/peer/fault.hpp"
#include "conformance/peer/limit.hpp"
#include "conformance/peer/performance.hpp"
#include "conformance/peer/probes.hpp"
#include "conformance/peer/wording.hpp"
#include "conformance/trace/any_step.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <new>
#include <optional>
#include <system_error>
#include <utility>

namespace voxspec {
namespace asio = boost::asio;
namespace {

// Frames that nobody asked for but that belong in the record.
constexpr std::size_t late_frames_max = 256;
// So many steps of a case have its limit once.
constexpr std::size_t steps_a_limit = 200;
// A wait may take so many times as long as the subject took to come up.
constexpr int starts_of_patience = 10;

// Whether a client that did its scenario has left, as it may.
bool client_has_left(CaseRun const& run, LinkDriver const& link, ProcessState process) {
  return run.trace.subject.mode == SubjectStart::Mode::client && link.end() != EndCause::open &&
         !process.crashed();
}

// After the last step: unless the case ended the session, the subject must still work.
asio::awaitable<Outcome> still_works(CaseRun& run) {
  auto* const link = run.last_link();
  if (link == nullptr || run.session_over || !link->established()) co_return Outcome{};
  if (!link->usable() && (link->end() == EndCause::open || link->end() == EndCause::ours)) {
    co_return Outcome{};
  }
  run.log.begin_step("");
  // Named, because g++-12 destroys an aggregate temporary of a co_await expression twice.
  Alive by_ping;
  by_ping.echo = false;
  auto outcome = co_await prove_alive(run, *link, by_ping);
  if (outcome || client_has_left(run, *link, run.port.process())) co_return Outcome{};
  outcome.error().reason = "after the last step: " + outcome.error().reason;
  outcome.error().basic = true;
  co_return outcome;
}

// A process that died of a signal fails the case, whatever its steps saw, unless one asked for it.
Outcome without_crash(CaseRun const& run, ProcessState process, Outcome outcome) {
  if (!process.crashed() || run.crash_accepted) return outcome;
  if (outcome) {
    outcome = fails(in_words(process));
  } else if (outcome.error().reason.find(text(process)) == std::string::npos) {
    outcome.error().reason += "; " + in_words(process);
  }
  if (outcome.error().verdict == Verdict::fail) outcome.error().basic = true;
  return outcome;
}

// Whether a session came about on any link: 0.4.0 can be differed from only in one.
bool had_session(CaseRun const& run) {
  auto const stands = [](auto const& link) { return link->established(); };
  return std::ranges::any_of(run.links, [&](auto const& named) { return stands(named.second); }) ||
         std::ranges::any_of(run.replaced, stands);
}

// What a failure comes to by the clauses that the case is about.
Verdict weighed(Failure const& failure, CaseRun const& run) {
  if (failure.verdict != Verdict::fail || failure.basic) return failure.verdict;
  if (run.trace.is_by_behaviour() && had_session(run)) return Verdict::differs;
  return breach_of(run.trace.level());
}

void put_failure(CaseResult& result, Failure failure) {
  result.verdict = failure.verdict;
  result.hindrance = failure.hindrance;
  result.reason = std::move(failure.reason);
  result.failed_step = std::move(failure.step);
  result.expected = std::move(failure.expected);
  result.got = std::move(failure.got);
  result.mismatch = std::move(failure.mismatch);
  result.timed_out = failure.timed_out;
}

CaseResult begin_result(Case const& trace, SubjectPort const& port) {
  CaseResult result;
  result.id = trace.id;
  for (auto const clause : trace.clauses)
    result.clauses.emplace_back(clause.id());
  result.role = trace.role;
  result.transport = port.transport();
  return result;
}

// Before the first link, and with a limit of its own.
asio::awaitable<Outcome> start(SubjectPort& port, RunOptions const& options) {
  auto const started = co_await within_limit(options.start_limit, options.stop, port.start());
  if (options.stop.stop_requested()) co_return hindered(Hindrance::stopped, "the run was stopped");
  if (!started) {
    if (auto lack = port.machine_lacks()) co_return hindered(Hindrance::machine, *std::move(lack));
    co_return hindered(
        Hindrance::start,
        std::string{port.subject_dials() ? "the subject did not dial"
                                         : "the subject did not say where it listens"} +
            " within " + in_words(options.start_limit) + " of its start");
  }
  if (*started) co_return Outcome{};
  auto const& why = started->error();
  switch (why.cause) {
    case NoLink::Cause::subject:
      co_return hindered(Hindrance::link, why.detail);
    case NoLink::Cause::start:
      co_return hindered(Hindrance::start, why.detail);
    case NoLink::Cause::machine:
      break;
  }
  co_return hindered(Hindrance::machine, why.detail);
}

asio::awaitable<Outcome> perform_steps(CaseRun& run) {
  auto outcome = co_await run.open_link(std::string{first_link_name});
  if (!outcome) {
    if (outcome.error().verdict == Verdict::fail) outcome.error().hindrance = Hindrance::link;
    outcome.error().verdict = Verdict::not_run;
    co_return outcome;
  }
  outcome = co_await perform_all(run, run.trace.steps);
  if (outcome) outcome = co_await still_works(run);
  co_return outcome;
}

// Of a case with all its rounds and alternatives.
std::chrono::milliseconds limit_of(Case const& trace, RunOptions const& options) {
  std::size_t steps = 0;
  (void)any_step(trace.steps, [&](Step const&) {
    ++steps;
    return false;
  });
  return options.case_limit * (1 + steps / steps_a_limit);
}

// The steps, with the limits of the whole case.
asio::awaitable<Outcome> perform_case(CaseRun& run) {
  auto const& options = run.options;
  auto const limit = limit_of(run.trace, options);
  Outcome overrun;
  try {
    auto outcome = co_await within_limit(limit, options.stop, perform_steps(run));
    if (outcome) co_return *std::move(outcome);
    if (options.stop.stop_requested()) {
      co_return hindered(Hindrance::stopped, "the run was stopped");
    }
    overrun = std::unexpected(timed_out("the case to end", limit, run.port.process()));
  } catch (Overrun const& too_much) {
    overrun = fails(too_much.what);
  }
  overrun.error().step = run.log.step();
  overrun.error().basic = true;
  co_return overrun;
}

// What came and was not looked at belongs in the record, too.
asio::awaitable<void> record_the_rest(LinkDriver& link) {
  for (std::size_t count = 0; count < late_frames_max; ++count) {
    auto const event = co_await link.look(CaseRun::Clock::now());
    if (!std::holds_alternative<Arrival>(event)) break;
  }
}

asio::awaitable<void> conclude(CaseRun& run, Outcome outcome, CaseResult& result) {
  result.process = run.port.process();
  if (auto* const link = run.last_link()) {
    co_await record_the_rest(*link);
    result.end = link->end();
    if (result.end != EndCause::open) result.process = co_await run.settled();
  }
  outcome = without_crash(run, result.process, std::move(outcome));
  if (!outcome) {
    outcome.error().verdict = weighed(outcome.error(), run);
    put_failure(result, std::move(outcome.error()));
  } else {
    auto const blemish =
        run.blemish.value_or(CaseRun::Blemish{.verdict = Verdict::pass, .reason = {}});
    result.verdict = blemish.verdict;
    result.reason = blemish.reason;
  }
  for (auto const& [name, link] : run.links)
    co_await link->shut();
  for (auto const& link : run.replaced)
    co_await link->shut();
}

}  // namespace

namespace {

asio::awaitable<void> run_steps(CaseRun& run, CaseResult& result) {
  auto outcome = co_await perform_case(run);
  co_await conclude(run, std::move(outcome), result);
}

void put_hindrance(CaseResult& result, Hindrance by, std::string reason) {
  put_failure(result, hindered(by, std::move(reason)).error());
}

// Does the work. What it throws leaves the case not run.
asio::awaitable<void> without_exceptions(asio::awaitable<void> work, CaseResult& result) {
  try {
    co_await std::move(work);
  } catch (Fault const& fault) {
    put_hindrance(result, Hindrance::fault, readable(fault.where) + ": " + fault.what);
  } catch (std::system_error const& error) {
    // What the operating system refuses us is no mistake of ours.
    put_hindrance(result, Hindrance::machine, error.what());
  } catch (boost::system::system_error const& error) {
    put_hindrance(result, Hindrance::machine, error.what());
  } catch (std::bad_alloc const&) {
    put_hindrance(result, Hindrance::machine, "there is no memory left");
  } catch (std::exception const& error) {
    put_hindrance(result, Hindrance::fault, std::string{"the tool failed: "} + error.what());
  }
}

asio::awaitable<void> bring_up(SubjectPort& port, RunOptions const& options, CaseResult& result) {
  auto const began = std::chrono::steady_clock::now();
  auto outcome = co_await start(port, options);
  result.start = std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::steady_clock::now() - began);
  result.process = port.process();
  if (outcome) {
    result.verdict = Verdict::pass;  // so far
  } else {
    put_failure(result, std::move(outcome.error()));
  }
}

}  // namespace

asio::awaitable<CaseResult> co_run_case(Case const& trace, SubjectPort& port, RunOptions options) {
  auto result = begin_result(trace, port);
  auto starting = bring_up(port, options, result);
  co_await without_exceptions(std::move(starting), result);
  if (result.verdict != Verdict::pass) co_return result;
  auto const slow = std::chrono::ceil<std::chrono::milliseconds>(starts_of_patience * result.start);
  options.guard_timeout = std::max(options.guard_timeout, std::min(slow, options.slow_guard_max));

  auto const executor = co_await asio::this_coro::executor;
  CaseRun run{trace, port, options, executor};
  run.start_time = result.start;
  auto performing = run_steps(run, result);
  co_await without_exceptions(std::move(performing), result);
  result.observations = run.observations;
  result.wall = std::chrono::microseconds{run.log.microseconds()};
  result.frames_dropped = run.log.dropped();
  result.dropped_before = run.log.dropped_before();
  result.frames = run.log.take();
  co_return result;
}

CaseResult run_case(asio::io_context& context, Case const& trace, SubjectPort& port,
                    RunOptions options) {
  std::optional<CaseResult> result;
  asio::co_spawn(context, co_run_case(trace, port, std::move(options)),
                 [&](std::exception_ptr const& thrown, CaseResult given) {
                   if (thrown) {
                     given = begin_result(trace, port);
                     given.reason = "the tool failed";
                     given.hindrance = Hindrance::fault;
                   }
                   result = std::move(given);
                   context.stop();
                 });
  context.restart();
  context.run();
  return std::move(*result);
}

}  // namespace voxspec
