#include "tools/rounds.hpp"

#include "conformance/peer/verdict.hpp"
#include "tools/progress.hpp"

#include <iostream>
#include <limits>
#include <string>

namespace voxspec {

namespace {

// Until somebody stops it.
constexpr auto endless = std::numeric_limits<std::size_t>::max();

// What is shown of the rounds while they run, and what was found in them.
class Tally {
 public:
  Tally(std::string kind, std::size_t rounds) : kind_{std::move(kind)}, rounds_{rounds} {}

  void begin_round() {
    ++round_;
    line_.show(so_far());
  }
  void end_round() {
    done_ = round_;
    if (!line_.is_live()) std::cout << so_far() << '\n' << std::flush;
  }
  void note(CaseReport const& before, CaseReport const& now, std::string const& again) {
    ++changed_;
    line_.clear();
    std::cout << now.result.id << "  " << text(before.result.verdict) << ", but "
              << text(now.result.verdict) << " in " << kind_ << ' ' << round_ << ": "
              << now.result.reason << "\n    again: " << again << '\n'
              << std::flush;
  }
  [[nodiscard]] bool has_changes() const { return changed_ != 0; }
  // The last line. True if nothing was found.
  [[nodiscard]] bool conclude(std::size_t cases) const {
    line_.clear();
    std::cout << done_ << ' ' << kind_ << (done_ == 1 ? "" : "s") << " of " << cases
              << (cases == 1 ? " case: " : " cases: ")
              << (changed_ == 0 ? "no verdict changed"
                                : std::to_string(changed_) +
                                      (changed_ == 1 ? " verdict" : " verdicts") + " changed")
              << (done_ < rounds_ && rounds_ != endless ? "; stopped before the end" : "") << '\n'
              << std::flush;
    return changed_ == 0;
  }

 private:
  [[nodiscard]] std::string so_far() const {
    auto const of = rounds_ == endless ? "" : " of " + std::to_string(rounds_);
    return kind_ + ' ' + std::to_string(done_) + of +
           ", verdicts changed: " + std::to_string(changed_);
  }

  std::string kind_;
  std::size_t rounds_;
  std::size_t round_ = 0;
  std::size_t done_ = 0;
  std::size_t changed_ = 0;
  LiveLine line_;
};

}  // namespace

bool run_rounds(Rounds const& rounds, RunReport const& report,
                std::vector<Case const*> const& cases, Subject const& subject, Stage& stage,
                KnownFailures const& known, RunSettings settings) {
  bool is_same = true;
  auto const seed = settings.seed;
  // How the settings of a round differ, and what makes a single case run like that.
  auto const run = [&](std::string const& kind, std::size_t count, auto const& prepare) {
    if (count == 0) return;
    Tally tally{kind, count};
    for (std::size_t round = 1; round <= count; ++round) {
      tally.begin_round();
      auto const option = prepare(round);
      auto const now = run_cases(cases, subject, stage, known, settings);
      if (settings.options.stop.stop_requested()) break;
      for (std::size_t at = 0; at < cases.size(); ++at) {
        auto const& before = report.cases.at(at);
        if (before.result.verdict == now[at].result.verdict) continue;
        tally.note(before, now[at], report.again + " " + now[at].result.id + option);
      }
      tally.end_round();
      if (rounds.until_changed && tally.has_changes()) break;
    }
    is_same = tally.conclude(cases.size()) && is_same;
  };
  auto const is_endless = rounds.until_changed && rounds.repeats == 0;
  run("repeat", is_endless ? endless : rounds.repeats, [&](std::size_t round) {
    settings.seed = seed + round;
    return " --seed " + std::to_string(settings.seed);
  });
  settings.seed = seed;
  run("schedule", rounds.schedules, [&](std::size_t round) {
    settings.options.schedule = round;
    return " --schedule-seed " + std::to_string(round);
  });
  return is_same;
}

}  // namespace voxspec
