#include "conformance/peer/performance.hpp"

#include "conformance/peer/ahead.hpp"
#include "conformance/peer/expectations.hpp"
#include "conformance/peer/fill.hpp"
#include "conformance/peer/limit.hpp"
#include "conformance/peer/one_of.hpp"
#include "conformance/peer/probes.hpp"
#include "conformance/peer/violation.hpp"
#include "conformance/peer/wording.hpp"
#include "impl/link/deadline.hpp"

#include <utility>

namespace voxspec {
namespace asio = boost::asio;
namespace link = vox::link;
namespace {

asio::awaitable<bool> done(asio::awaitable<void> work) {
  co_await std::move(work);
  co_return true;
}

// The subject's number is beyond what the case goes to: no word about the subject.
Outcome too_much_to_judge(std::uint64_t number, std::size_t rounds_max) {
  return unsupported("the subject says " + std::to_string(number) + ", and the case goes up to " +
                     std::to_string(rounds_max));
}

asio::awaitable<Outcome> refuse_dials(CaseRun& run) {
  auto const refused = co_await run.port.refuse_dials();
  if (refused) co_return Outcome{};
  co_return hindered(Hindrance::machine, refused.error().detail);
}

asio::awaitable<Outcome> restart(CaseRun& run) {
  run.session_over = true;
  auto const limit = run.options.start_limit;
  auto const started = co_await within_limit(limit, run.options.stop, run.port.restart());
  if (started && *started) co_return Outcome{};
  if (!started) {
    co_return std::unexpected(timed_out("the subject to start again", limit, run.port.process()));
  }
  auto const& why = started->error();
  if (why.cause == NoLink::Cause::machine) co_return hindered(Hindrance::machine, why.detail);
  co_return fails("it did not start again: " + why.detail);
}

// One step on its link, by its kind.
struct Performer {
  CaseRun& run;
  Step const& step;
  LinkDriver& link;

  asio::awaitable<Outcome> operator()(Establish const& establish) const {
    auto steps = establish.steps;
    for (auto& each : steps) {
      each.link = link.name();
      each.pointer = step.pointer;
    }
    auto outcome = co_await perform_all(run, steps);
    if (!outcome) {
      outcome.error().reason = "no session was established: " + outcome.error().reason;
      outcome.error().basic = true;
    }
    co_return outcome;
  }
  asio::awaitable<Outcome> operator()(Send const& send) const { return run.send(link, send); }
  asio::awaitable<Outcome> operator()(Expect const& expect) const {
    return expect.ahead ? fulfil_ahead(run, link, expect) : fulfil(run, link, expect);
  }
  asio::awaitable<Outcome> operator()(ExpectNone const& none) const {
    return fulfil(run, link, none);
  }
  asio::awaitable<Outcome> operator()(ExpectViolation const& violation) const {
    return fulfil(run, link, violation);
  }
  asio::awaitable<Outcome> operator()(ExpectEnd const& end) const { return fulfil(run, link, end); }
  asio::awaitable<Outcome> operator()(ExpectExit const& exit) const { return fulfil(run, exit); }
  asio::awaitable<Outcome> operator()(Alive const& alive) const {
    auto outcome = co_await prove_alive(run, link, alive);
    if (!outcome) outcome.error().basic = true;
    co_return outcome;
  }
  asio::awaitable<Outcome> operator()(OneOf const& one_of) const {
    return choose(run, link, one_of);
  }
  asio::awaitable<Outcome> operator()(Drop const& drop) const {
    run.session_over = true;
    if (drop.reset) {
      link.abort();
    } else {
      link.close();
    }
    co_return Outcome{};
  }
  asio::awaitable<Outcome> operator()(HalfClose const&) const {
    run.session_over = true;
    auto const finished = co_await link::within(run.options.guard_timeout, done(link.finish()));
    if (finished) co_return Outcome{};
    co_return std::unexpected(timed_out("the subject to read what was sent",
                                        run.options.guard_timeout, run.port.process()));
  }
  asio::awaitable<Outcome> operator()(StopReading const&) const {
    link.stop_reading();
    co_return Outcome{};
  }
  // A link that the next one is to replace has to be over: the subject may still be about to end
  // it.
  asio::awaitable<Outcome> operator()(NextLink const&) const {
    auto const deadline = run.guard();
    while (true) {
      auto const event = co_await run.next(link, deadline);
      if (std::holds_alternative<Arrival>(event)) continue;
      if (std::holds_alternative<Ended>(event)) break;
      co_return std::unexpected(timed_out("the link to end before the next one",
                                          run.options.guard_timeout, run.port.process()));
    }
    co_return co_await run.open_link(step.link);
  }
  asio::awaitable<Outcome> operator()(RefuseDials const&) const { return refuse_dials(run); }
  asio::awaitable<Outcome> operator()(Restart const&) const { return restart(run); }
  asio::awaitable<Outcome> operator()(Repeat const& repeat) const {
    auto times = repeat.rounds.size();
    if (repeat.times) {
      auto const value = fill(*repeat.times, FieldType::typed, run.bindings, link.ids.ours());
      if (!value) co_return cannot_run(value.error());
      auto const* const number = value->get<std::uint64_t>();
      if (number == nullptr) co_return cannot_run("a repeat goes by a number");
      if (*number > times) co_return too_much_to_judge(*number, times);
      times = *number;
    }
    for (std::size_t i = 0; i < times; ++i) {
      auto outcome = co_await perform_all(run, repeat.rounds[i]);
      if (!outcome) co_return outcome;
    }
    co_return Outcome{};
  }
  asio::awaitable<Outcome> operator()(Wait const& wait) const { return hold(wait.duration); }
  asio::awaitable<Outcome> operator()(Let const& let) const {
    auto const on = run.connection(link, let.on);
    if (!on) co_return std::unexpected(on.error());
    auto value = fill(let.value, FieldType::typed, run.bindings, link.ids.ours_on(*on));
    if (!value) co_return cannot_run(value.error());
    run.bindings.insert_or_assign(let.name, std::move(*value));
    co_return Outcome{};
  }
  asio::awaitable<Outcome> operator()(AwaitCredit const& credit) const {
    return fulfil(run, link, credit);
  }
  asio::awaitable<Outcome> operator()(Announce const& announce) const {
    auto const on = run.connection(link, announce.on);
    if (!on) co_return std::unexpected(on.error());
    auto message = link.schemas.announce(*on, announce.method, announce.direction);
    if (!message) co_return cannot_run(message.error());
    if (!*message) co_return Outcome{};
    std::vector<Frame> items;
    items.push_back(std::move(**message));
    co_return co_await run.send(link, std::move(items));
  }

  asio::awaitable<Outcome> operator()(Do const& action) const {
    auto* const channel = run.port.control();
    if (channel == nullptr) return without_control();
    return run.control.perform(*channel, action, run.options.guard_timeout);
  }
  asio::awaitable<Outcome> operator()(Saw const& saw) const {
    auto* const channel = run.port.control();
    if (channel == nullptr) return without_control();
    return run.control.perform(*channel, saw, run.bindings, link.ids, run.options.guard_timeout);
  }

 private:
  static asio::awaitable<Outcome> without_control() {
    co_return cannot_run(
        "there is no control channel: the case has to say that it needs 'control'");
  }
  // Lets time pass; what comes meanwhile is left for later steps.
  asio::awaitable<Outcome> hold(std::chrono::milliseconds duration) const {
    auto const deadline = CaseRun::Clock::now() + duration;
    while (CaseRun::Clock::now() < deadline) {
      auto const event = co_await run.look(link, deadline);
      if (auto const* const arrival = std::get_if<Arrival>(&event)) {
        link.held().push_back(*arrival);
      } else if (std::holds_alternative<Ended>(event)) {
        asio::steady_timer timer{run.executor, deadline};
        co_await timer.async_wait(asio::use_awaitable);
      }
    }
    co_return Outcome{};
  }
};

}  // namespace

asio::awaitable<Outcome> perform(CaseRun& run, Step const& step) {
  run.log.begin_step(step.pointer);
  auto* const link = run.link_of(step);
  Outcome outcome;
  if (link != nullptr) {
    run.last_link_name = step.link;
    Performer const performer{run, step, *link};
    auto work = std::visit(performer, step.body);
    outcome = co_await std::move(work);
  } else if (std::holds_alternative<NextLink>(step.body)) {
    outcome = co_await run.open_link(step.link);
  } else {
    outcome = cannot_run("there is no link named \"" + step.link + "\" yet");
  }
  if (!outcome && outcome.error().step.empty()) outcome.error().step = step.pointer;
  co_return outcome;
}

asio::awaitable<Outcome> perform_all(CaseRun& run, std::vector<Step> const& steps) {
  for (auto const& step : steps) {
    auto outcome = co_await perform(run, step);
    if (!outcome) co_return outcome;
  }
  co_return Outcome{};
}

}  // namespace voxspec
