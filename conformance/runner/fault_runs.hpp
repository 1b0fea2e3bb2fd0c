#pragma once
#include "conformance/relay/wire_fault.hpp"
#include "conformance/runner/run_cases.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

// The measure of the judge: cases against a subject that a relay makes wrong (faults have to be
// found), or into another right one (freedoms must not be).
namespace voxspec {

// What the cases say of the subject itself, through a relay that does nothing but note what each
// fault would be at work in.
struct Baseline {
  std::vector<CaseReport> cases;
  // By the id of the fault: the cases in which it would do something and which the subject passes.
  std::map<std::string, std::vector<Case const*>> shows_in;

  [[nodiscard]] Verdict verdict_of(Case const& trace) const;
  // Whether a case that can find the fault by what it is about is among those that show it.
  [[nodiscard]] bool has_judge_of(relay::WireFault const& fault) const;
  // Takes over what other cases said.
  void add(Baseline other);
};
// The cases about a clause of one of the faults.
[[nodiscard]] std::vector<Case const*> cases_about(std::vector<Case const*> const& cases,
                                                   std::vector<relay::WireFault> const& faults);
[[nodiscard]] Baseline take_baseline(std::vector<Case const*> const& cases, Subject const& subject,
                                     std::vector<relay::WireFault> const& faults,
                                     RunSettings const& settings, OnCase const& on_case = {});

// What a relay that does nothing changes of what the cases say: verdict, end, process and what was
// seen of a violation. Each line is one case; there has to be none.
[[nodiscard]] std::vector<std::string> relay_differences(std::vector<Case const*> const& cases,
                                                         Subject const& subject,
                                                         RunSettings const& settings);

// One case that passes without the fault, with it.
struct FaultedCase {
  Case const* trace = nullptr;
  std::vector<vox::Clause> cited;  // of the fault's clauses, those that the case is about
  bool failed = false;             // it does not pass any more
  bool is_worse = false;           // it fails, or is milder about it than about a pass
  bool timed_out = false;          // it says so since nothing came
  bool by_probe = false;           // only a probe of liveness says so
  std::string reason;
  std::string problem;  // of the relay
  bool known = false;   // of a freedom: this false alarm is known

  // It finds the fault by what it is about.
  [[nodiscard]] bool kills() const { return is_worse && !cited.empty() && !timed_out && !by_probe; }
};

enum class FaultOutcome : std::uint8_t {
  killed,
  killed_by_timeout,  // by nothing else
  survived,
  never_shown,  // no case that the subject passes has what it is about
  hidden,       // what could find it fails, or differs, without it
  not_run,      // the relay cannot do it
};
[[nodiscard]] std::string_view text(FaultOutcome outcome);

struct FaultReport {
  relay::WireFault const* fault = nullptr;
  FaultOutcome outcome = FaultOutcome::never_shown;
  std::vector<FaultedCase> cases;  // those that were run
  std::size_t shows_in = 0;        // so many could have been
  std::size_t citing = 0;          // so many of them are about its clauses
};

// Citing cases first. Behind the first kill only those go on that are about a clause which is not
// proved yet, and not many; unless all are asked for.
struct FaultRunSettings {
  RunSettings run;
  bool all_cases = false;
  std::size_t cases_max = 0;  // of each freedom, by lot; 0: all
  // Whether that case is known to raise a false alarm for that freedom.
  std::function<bool(std::string const& freedom, std::string const& trace)> is_known =
      [](std::string const&, std::string const&) { return false; };
};
using OnFault = std::function<void(FaultReport const&)>;
[[nodiscard]] std::vector<FaultReport> run_faults(std::vector<relay::WireFault> const& faults,
                                                  Baseline const& baseline, Subject const& subject,
                                                  FaultRunSettings const& settings,
                                                  OnFault const& on_fault = {});
// Every case that a freedom shows in. It is killed if any of them fails.
[[nodiscard]] std::vector<FaultReport> run_freedoms(std::vector<relay::WireFault> const& freedoms,
                                                    Baseline const& baseline,
                                                    Subject const& subject,
                                                    FaultRunSettings const& settings,
                                                    OnFault const& on_fault = {});

}  // namespace voxspec
