#include "conformance/explore/search.hpp"

#include "conformance/explore/comparison.hpp"
#include "conformance/explore/shrink.hpp"
#include "conformance/peer/fault.hpp"
#include "conformance/runner/in_parallel.hpp"

#include <algorithm>
#include <deque>
#include <iterator>
#include <memory>
#include <mutex>
#include <utility>

namespace voxspec::explore {
namespace {

using Clock = std::chrono::steady_clock;

// How often a conversation that showed something is played once more, before it counts.
constexpr int repeats = 2;
// How many conversations that show one thing are played once more, if it did not come again.
constexpr std::size_t looks_max = 5;
// Of each wait while a conversation is made shorter, and of the whole of that.
constexpr std::chrono::milliseconds shrink_guard{1000};
constexpr std::chrono::seconds shrink_time_max{20};

class Search {
 public:
  Search(Model const& model, Side side, std::optional<Side> against, SearchSettings const& settings,
         OnTally const& on_tally)
      : model_{model},
        side_{side},
        against_{against},
        settings_{settings},
        on_tally_{on_tally},
        generator_{model, *side.subject, settings.make} {
    result_.reached.resize(model.rows.size());
    result_.playable = generator_.playable();
  }

  SearchResult run() {
    in_parallel(0, settings_.run.jobs, settings_.run.jobs, [&](std::size_t) { work(); });
    for (auto& [cause, finding] : causes_)
      result_.findings.push_back(std::move(finding));
    for (auto& [cause, finding] : unrepeated_)
      result_.unrepeated.push_back(std::move(finding));
    for (auto& finding : result_.findings)
      finding.report.trace = &finding.script.trace;
    return std::move(result_);
  }

 private:
  // What one playing showed.
  struct Shown {
    std::optional<Cause> cause;
    Verdict verdict = Verdict::fail;
    CaseReport report;
    std::string difference;
  };

  void work() {
    try {
      while (auto const conversation = next())
        play_one(*conversation);
    } catch (Fault const& fault) {
      hinder("the model makes no case: " + fault.where + ": " + fault.what);
    }
  }

  void hinder(std::string why) {
    std::scoped_lock const lock{mutex_};
    result_.hindrance = std::move(why);
    ++result_.tally.not_run;
  }

  std::optional<Conversation> next() {
    std::scoped_lock const lock{mutex_};
    auto const is_over = begun_ == settings_.sequences ||
                         causes_.size() >= settings_.findings_max ||
                         settings_.run.options.stop.stop_requested() ||
                         (settings_.time && Clock::now() - start_ >= *settings_.time);
    if (is_over || generator_.playable().empty()) return std::nullopt;
    ++begun_;
    return generator_.next();
  }

  static CaseReport play(Side const& side, Script const& script, RunSettings alone) {
    alone.jobs = 1;
    alone.silent_cases_max = 0;
    return run_cases({&script.trace}, *side.subject, *side.stage, {}, alone).front();
  }

  [[nodiscard]] Shown ask(Script const& script, RunSettings const& run) const {
    Shown shown;
    shown.report = play(side_, script, run);
    if (!against_) {
      shown.cause = cause_in(script, shown.report);
      if (shown.cause) shown.verdict = verdict_of(model_.rows[shown.cause->row], shown.report);
      return shown;
    }
    auto const other = play(*against_, script, run);
    if (other.result.verdict == Verdict::not_run) shown.report = other;
    if (shown.report.result.verdict == Verdict::not_run) return shown;
    shown.difference =
        difference(script, shown.report, other, side_.subject->name, against_->subject->name);
    if (shown.difference.empty()) return shown;
    // By the stream alone, since the row at fault may be any.
    auto const stream = shown.difference.substr(0, shown.difference.find('\n'));
    shown.cause = Cause{.row = script.moves.empty() ? 0 : script.moves.back().row,
                        .reason = without_numbers(stream)};
    return shown;
  }

  void play_one(Conversation const& conversation) {
    auto script = script_of(model_, conversation, settings_.make.manner);
    if (!script) return hinder("the model makes no case: " + text(script.error()));
    auto const shown = ask(*script, settings_.run);
    note(*script, shown);
    if (!shown.cause || is_old(*shown.cause)) return;
    auto const closer = script_of(model_, conversation, manner_);
    if (!closer) return hinder("the model makes no case: " + text(closer.error()));
    for (int i = 0; i < repeats; ++i) {
      auto const again = ask(*closer, settings_.run);
      if (again.cause && is_same(*again.cause, *shown.cause)) continue;
      note_unrepeated(finding(conversation, *shown.cause, *std::move(script), shown));
      return;
    }
    look_closer(conversation, *shown.cause);
  }

  void note(Script const& script, Shown const& shown) {
    std::scoped_lock const lock{mutex_};
    auto& tally = result_.tally;
    ++tally.played;
    auto const& result = shown.report.result;
    if (result.verdict == Verdict::not_run) {
      ++tally.not_run;
      result_.hindrance = result.reason;
      return;
    }
    auto const failed =
        result.failed_step.empty() ? std::nullopt : script.move_of(result.failed_step);
    auto const end = failed.value_or(script.moves.size());
    for (std::size_t i = 0; i < end; ++i) {
      ++result_.reached[script.moves[i].row];
      result_.states.insert(script.states[i]);
    }
    tally.moves += end;
    if (on_tally_) on_tally_(tally);
  }

  [[nodiscard]] bool is_same(Cause const& one, Cause const& other) const {
    return against_ ? one.reason == other.reason : one == other;
  }

  void note_unrepeated(Finding seen) {
    std::scoped_lock const lock{mutex_};
    std::erase(open_, seen.cause);
    if (auto* const before = found_in(unrepeated_, seen.cause)) {
      ++before->count;
    } else {
      auto cause = seen.cause;
      unrepeated_.emplace(std::move(cause), std::move(seen));
    }
  }

  Finding* found_in(std::map<Cause, Finding>& findings, Cause const& cause) const {
    auto const at = std::ranges::find_if(
        findings, [&](auto const& each) { return is_same(each.first, cause); });
    return at == findings.end() ? nullptr : &at->second;
  }

  // Counts a cause that was found before, or looked at often enough.
  bool is_old(Cause const& cause) {
    std::scoped_lock const lock{mutex_};
    auto* before = found_in(causes_, cause);
    if (before == nullptr) {
      before = found_in(unrepeated_, cause);
      if (before != nullptr && before->count < looks_max) before = nullptr;
    }
    if (before != nullptr) {
      ++before->count;
      return true;
    }
    // One that another thread looks at now.
    if (std::ranges::any_of(open_, [&](Cause const& each) { return is_same(each, cause); })) {
      return true;
    }
    open_.push_back(cause);
    return false;
  }

  void look_closer(Conversation const& from, Cause const& cause) {
    auto quick = settings_.run;
    quick.options.limit_waits(std::min(quick.options.guard_timeout, shrink_guard));
    auto const end = Clock::now() + shrink_time_max;
    auto const shows_the_same = [&](Conversation const& candidate) {
      if (settings_.run.options.stop.stop_requested() || Clock::now() > end) return false;
      auto const script = script_of(model_, candidate, manner_);
      if (!script) return false;
      auto const shown = ask(*script, quick);
      return shown.cause && is_same(*shown.cause, cause);
    };
    auto least = shrink(model_, from, shows_the_same, settings_.shrink_questions_max);
    auto script = script_of(model_, least, manner_, &least);
    auto const shown = ask(*script, settings_.run);
    std::scoped_lock const lock{mutex_};
    auto made = finding(least, shown.cause.value_or(cause), *std::move(script), shown);
    made.is_known = std::ranges::any_of(model_.rows[made.cause.row].clauses, [&](auto clause) {
      return settings_.known.contains(clause);
    });
    auto const& row = model_.rows[made.cause.row];
    made.script.trace.id = made.report.result.id = row.name;
    made.script.trace.about = row.about;
    made.script.trace.clauses = row.clauses;
    ++result_.tally.causes;
    if (made.is_known) ++result_.tally.known;
    std::erase(open_, cause);
    causes_.emplace(cause, std::move(made));
    if (on_tally_) on_tally_(result_.tally);
  }

  static Finding finding(Conversation const& conversation, Cause cause, Script script,
                         Shown const& shown) {
    return {.cause = std::move(cause),
            .verdict = shown.verdict,
            .conversation = conversation,
            .script = std::move(script),
            .report = shown.report,
            .difference = shown.difference};
  }

  Model const& model_;
  Side side_;
  std::optional<Side> against_;
  SearchSettings const& settings_;
  // Of what is played again: a difference that comes of speed alone is none.
  Manner manner_ = against_ ? Manner::comparing_slowly : Manner::judging;
  OnTally const& on_tally_;
  Clock::time_point start_ = Clock::now();
  std::mutex mutex_;
  Generator generator_;
  std::size_t begun_ = 0;
  std::map<Cause, Finding> causes_;
  std::map<Cause, Finding> unrepeated_;
  std::vector<Cause> open_;
  SearchResult result_;
};

}  // namespace

SearchResult search(Model const& model, Side side, std::optional<Side> against,
                    SearchSettings const& settings, OnTally const& on_tally) {
  return Search{model, side, against, settings, on_tally}.run();
}

}  // namespace voxspec::explore
