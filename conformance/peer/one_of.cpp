#include "conformance/peer/one_of.hpp"

#include "conformance/peer/expectation.hpp"
#include "conformance/peer/expectations.hpp"
#include "conformance/peer/performance.hpp"
#include "conformance/peer/probes.hpp"
#include "conformance/peer/violation.hpp"
#include "conformance/peer/wording.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <variant>

namespace voxspec {
namespace asio = boost::asio;
namespace {

// What a frame, or the end of the link, means for one alternative.
enum class Fit : std::uint8_t { chosen, open, out };

// One alternative while it is not yet clear which one it will be.
struct Trial {
  Alternative const* alternative;
  Bindings bindings;                       // of its own: only the chosen one binds
  std::optional<Expectation> expectation;  // if it begins with an expect
  std::optional<Question> question;        // if it begins with something that has to be asked
  Fit fit = Fit::open;
  bool takes_the_rest = false;

  [[nodiscard]] StepBody const* first() const {
    return alternative->steps.empty() ? nullptr : &alternative->steps.front().body;
  }
};

bool awaits_the_end(ExpectViolation const& step) {
  return std::ranges::any_of(step.asks, [](Reaction reaction) {
    return reaction == Reaction::told || reaction == Reaction::closed;
  });
}

bool any_fits(std::vector<Pattern> const& patterns, Arrival const& arrival, LinkDriver const& link,
              Bindings const& bindings) {
  return std::ranges::any_of(
      patterns, [&](Pattern const& pattern) { return fits(pattern, arrival, link, bindings); });
}

// What a frame means, by the kind of the first step.
struct OnFrame {
  Trial& trial;
  LinkDriver const& link;
  Arrival const& arrival;

  [[nodiscard]] bool answers_question() const {
    return trial.question && fits(trial.question->answers, arrival, link);
  }
  [[nodiscard]] bool tells() const { return arrival.frame.is("protocol_error"); }

  Fit operator()(Expect const&) const {
    if (!arrival.problem.empty()) return Fit::out;
    switch (trial.expectation->feed(arrival.frame)) {
      case Expectation::Fed::taken:
        return Fit::chosen;
      case Expectation::Fed::passed:
        return Fit::open;
      case Expectation::Fed::refused:
        return Fit::out;
    }
    return Fit::out;
  }
  Fit operator()(ExpectNone const& step) const {
    if (answers_question()) return Fit::chosen;
    return tells() || any_fits(step.frames, arrival, link, trial.bindings) ? Fit::out : Fit::open;
  }
  Fit operator()(ExpectViolation const& step) const {
    if (answers_question()) return awaits_the_end(step) ? Fit::out : Fit::chosen;
    if (tells()) return Fit::chosen;
    auto const honoured = step.honoured && any_fits(*step.honoured, arrival, link, trial.bindings);
    return honoured ? Fit::out : Fit::open;
  }
  Fit operator()(ExpectEnd const& step) const {
    auto const passes =
        !step.passing || std::ranges::count(*step.passing, arrival.frame.name()) > 0;
    return passes ? Fit::open : Fit::out;
  }
  Fit operator()(Alive const&) const {
    if (answers_question()) return Fit::chosen;
    return tells() ? Fit::out : Fit::open;
  }
  Fit operator()(ExpectExit const&) const { return Fit::open; }
  Fit operator()(auto const&) const { return Fit::open; }
};

// What the end of the link means.
struct OnEnd {
  LinkDriver const& link;
  EndCause cause;
  ProcessState process;

  Fit operator()(ExpectEnd const& step) const {
    auto const takes_signal =
        std::ranges::count(step.process, ProcessEnding::Kind::signal, &ProcessEnding::kind) > 0;
    if (process.crashed()) return takes_signal ? Fit::chosen : Fit::out;
    return accepts(step, link, cause, process) ? Fit::chosen : Fit::out;
  }
  Fit operator()(ExpectViolation const&) const {
    return torn_down(link, cause, process) ? Fit::chosen : Fit::out;
  }
  Fit operator()(ExpectExit const&) const { return Fit::chosen; }
  Fit operator()(auto const&) const { return Fit::out; }
};

asio::awaitable<std::expected<std::optional<Question>, Failure>> question_for(CaseRun& run,
                                                                              LinkDriver& link,
                                                                              StepBody first) {
  std::optional<Probe> probe;
  if (auto const* const none = std::get_if<ExpectNone>(&first)) probe = none->probe;
  // As prove_alive() begins: a Ping belongs on the root, whichever connection is meant.
  if (std::holds_alternative<Alive>(first)) probe = Probe{};
  auto const is_violation = std::holds_alternative<ExpectViolation>(first);
  if ((!probe && !is_violation) || !link.usable()) co_return std::optional<Question>{};
  // Two statements, because g++-12 destroys what a conditional co_await gives twice.
  auto asking = is_violation ? ask_behind_violation(run, link) : ask(run, link, *probe);
  auto asked = co_await std::move(asking);
  if (!asked) co_return std::unexpected(asked.error());
  co_return std::optional<Question>{std::move(*asked)};
}

bool takes_the_rest(StepBody const* first) {
  if (first == nullptr) return true;
  return !std::holds_alternative<Expect>(*first) && !std::holds_alternative<ExpectNone>(*first) &&
         !std::holds_alternative<ExpectViolation>(*first) &&
         !std::holds_alternative<ExpectEnd>(*first) &&
         !std::holds_alternative<ExpectExit>(*first) && !std::holds_alternative<Alive>(*first);
}

// The first alternative that is chosen, or, if all others are out, the one that takes the rest.
Trial* decided(std::vector<std::unique_ptr<Trial>> const& trials) {
  for (auto const& trial : trials) {
    if (trial->fit == Fit::chosen) return trial.get();
  }
  Trial* rest = nullptr;
  for (auto const& trial : trials) {
    if (trial->takes_the_rest) {
      if (rest == nullptr) rest = trial.get();
    } else if (trial->fit == Fit::open) {
      return nullptr;
    }
  }
  return rest;
}

using Trials = std::vector<std::unique_ptr<Trial>>;

asio::awaitable<std::expected<Trials, Failure>> begin_trials(CaseRun& run, LinkDriver& link,
                                                             OneOf const& step) {
  Trials trials;
  for (auto const& alternative : step.alternatives) {
    auto trial = std::make_unique<Trial>();
    trial->alternative = &alternative;
    trial->bindings = run.bindings;
    auto const* const first = trial->first();
    trial->takes_the_rest = takes_the_rest(first);
    if (first != nullptr) {
      if (auto const* const expect = std::get_if<Expect>(first)) {
        trial->expectation.emplace(*expect, trial->bindings, link.ids);
      }
      auto question = co_await question_for(run, link, *first);
      if (!question) co_return std::unexpected(question.error());
      trial->question = std::move(*question);
    }
    trials.push_back(std::move(trial));
  }
  co_return trials;
}

void show(Trials& trials, Arrival const& arrival, LinkDriver const& link) {
  // The answer to one alternative's question says nothing to the others.
  auto const is_answer_to = [&](Trial const& trial) {
    return trial.question && fits(trial.question->answers, arrival, link);
  };
  auto const is_answer =
      std::ranges::any_of(trials, [&](auto const& trial) { return is_answer_to(*trial); });
  for (auto const& trial : trials) {
    if (trial->takes_the_rest || trial->fit != Fit::open) continue;
    if (is_answer && !is_answer_to(*trial)) continue;
    trial->fit = std::visit(OnFrame{*trial, link, arrival}, *trial->first());
  }
}

void show(Trials& trials, OnEnd const& end) {
  for (auto const& trial : trials) {
    if (trial->takes_the_rest || trial->fit != Fit::open) continue;
    trial->fit = std::visit(end, *trial->first());
  }
}

bool all_out(Trials const& trials) {
  return std::ranges::all_of(trials, [](auto const& trial) { return trial->fit == Fit::out; });
}

// The alternative that silence is right for, if there is one.
Trial* taking_silence(Trials const& trials) {
  auto const found = std::ranges::find_if(trials, [](auto const& trial) {
    auto const* const end =
        trial->first() == nullptr ? nullptr : std::get_if<ExpectEnd>(trial->first());
    return trial->fit == Fit::open && end != nullptr && takes_silence(*end);
  });
  return found == trials.end() ? nullptr : found->get();
}

// What an alternative that is still open waits for.
struct Awaited {
  CaseRun const& run;
  LinkDriver const& link;
  Trial const& trial;

  std::string operator()(Expect const& step) const {
    return in_words_here(run, link, step.frames.at(trial.expectation->awaited()));
  }
  std::string operator()(ExpectViolation const&) const {
    return "a ProtocolError or the end of the link";
  }
  std::string operator()(ExpectEnd const&) const { return "the end of the link"; }
  std::string operator()(ExpectExit const&) const { return "the end of the process"; }
  std::string operator()(auto const&) const { return trial.question ? trial.question->words : ""; }
};

std::string awaited_by(Trials const& trials, CaseRun const& run, LinkDriver const& link) {
  std::set<std::string> awaited;
  for (auto const& trial : trials) {
    if (trial->fit != Fit::open || trial->first() == nullptr) continue;
    awaited.insert(std::visit(Awaited{run, link, *trial}, *trial->first()));
  }
  awaited.erase("");
  std::string text;
  for (auto const& each : awaited)
    text += (text.empty() ? "" : "; or ") + each;
  return text;
}

// Looks at what comes until one alternative is left. `looked` is what it has seen by then.
asio::awaitable<std::expected<Trial*, Failure>> decide(CaseRun& run, LinkDriver& link,
                                                       Trials& trials,
                                                       std::vector<Arrival>& looked) {
  auto const deadline = taking_silence(trials) == nullptr
                            ? run.guard()
                            : CaseRun::Clock::now() + run.options.mute_guard;
  while (true) {
    auto const event = co_await run.next(link, deadline);
    if (std::holds_alternative<TimedOut>(event)) {
      if (auto* const trial = taking_silence(trials)) co_return trial;
      auto const awaited = awaited_by(trials, run, link);
      co_return std::unexpected(timed_out(awaited, run.options.guard_timeout, run.port.process()));
    }
    std::string came;
    if (auto const* const end = std::get_if<Ended>(&event)) {
      auto const process = co_await run.settled();
      show(trials, OnEnd{link, end->cause, process});
      came = in_words(*end, process);
    } else {
      auto const& arrival = std::get<Arrival>(event);
      looked.push_back(arrival);
      for (auto const& trial : trials)
        run.give_numbers(trial->bindings);
      show(trials, arrival, link);
      came = arrival.problem.empty() ? "the subject sent " + in_words(arrival.frame)
                                     : undecodable(arrival).reason;
    }
    if (auto* const trial = decided(trials)) co_return trial;
    if (!all_out(trials)) continue;
    Failure failure;
    failure.reason =
        came + ", which none of the " + std::to_string(trials.size()) + " alternatives allows for";
    if (!looked.empty()) failure.got = frame_json(looked.back().frame);
    co_return std::unexpected(std::move(failure));
  }
}

// The steps of the chosen alternative, or those that are left of them, and what it is worth.
asio::awaitable<Outcome> follow(CaseRun& run, std::vector<Step> const& steps,
                                Alternative const& alternative) {
  auto const outcome = co_await perform_all(run, steps);
  if (!outcome) co_return outcome;
  switch (alternative.worth) {
    case Alternative::Worth::pass:
      break;
    case Alternative::Worth::non_strict:
      run.blemish = {Verdict::non_strict, alternative.reason};
      break;
    case Alternative::Worth::differs:
      run.blemish = {Verdict::differs, alternative.reason};
      break;
    case Alternative::Worth::fail:
      co_return fails(alternative.reason);
  }
  co_return Outcome{};
}

template <class Body>
Alternative const* beginning_with(OneOf const& step) {
  auto const found = std::ranges::find_if(step.alternatives, [](Alternative const& alternative) {
    return !alternative.steps.empty() &&
           std::holds_alternative<Body>(alternative.steps.front().body);
  });
  return found == step.alternatives.end() ? nullptr : &*found;
}

// Whether the subject dials again, or ends.
asio::awaitable<Outcome> choose_by_dial(CaseRun& run, OneOf const& step,
                                        Alternative const& dialled) {
  auto outcome = co_await perform(run, dialled.steps.front());
  if (outcome) {
    std::vector<Step> const rest(dialled.steps.begin() + 1, dialled.steps.end());
    co_return co_await follow(run, rest, dialled);
  }
  auto const* const exited = beginning_with<ExpectExit>(step);
  if (exited == nullptr || run.port.process().kind == ProcessState::Kind::running)
    co_return outcome;
  co_return co_await follow(run, exited->steps, *exited);
}

}  // namespace

asio::awaitable<Outcome> choose(CaseRun& run, LinkDriver& link, OneOf const& step) {
  if (auto const* const dialled = beginning_with<NextLink>(step)) {
    co_return co_await choose_by_dial(run, step, *dialled);
  }
  auto trials = co_await begin_trials(run, link, step);
  if (!trials) co_return std::unexpected(trials.error());
  std::vector<Arrival> looked;
  auto const chosen = co_await decide(run, link, *trials, looked);
  if (!chosen) co_return std::unexpected(chosen.error());

  // The chosen one sees it all again, and what earlier steps left stays behind it.
  std::ranges::move(link.held(), std::back_inserter(looked));
  link.held().clear();
  link.look_again(std::move(looked));
  for (auto const& trial : *trials) {
    if (trial.get() != *chosen && trial->question) {
      run.late_answers.push_back(trial->question->answers);
    }
  }
  run.asked = (*chosen)->question;
  auto const& alternative = *(*chosen)->alternative;
  auto outcome = co_await follow(run, alternative.steps, alternative);
  run.asked.reset();
  co_return outcome;
}

}  // namespace voxspec
