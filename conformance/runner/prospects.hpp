#pragma once
#include "conformance/peer/case_result.hpp"
#include "conformance/runner/link_plan.hpp"

#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace voxspec {

// Why a case need not be run.
struct Hopeless {
  Hindrance hindrance = Hindrance::none;
  std::string reason;
};

// What the cases so far say of those to come. A subject that never comes up in some setting, or one
// that does not speak vox, is to be reported after a few cases, not after hours. Any thread may ask
// and tell.
class Prospects {
 public:
  // After how many cases without a word of vox it is asked whether anybody there speaks it; 0:
  // never.
  explicit Prospects(std::size_t silent_cases_max) : silent_cases_max_{silent_cases_max} {}

  [[nodiscard]] std::optional<Hopeless> hopeless(LinkPlan const& plan) const;
  // Takes in a result. True once: when a plain handshake should be tried, for noting how it went.
  [[nodiscard]] bool note(LinkPlan const& plan, CaseResult const& result);
  void note_handshake(CaseResult const& result);

 private:
  using Setting = std::pair<vox::Role, vox::link::Transport>;

  std::size_t silent_cases_max_;
  mutable std::mutex mutex_;
  std::map<Setting, std::size_t> starts_in_vain_;  // since the last good one
  std::size_t silent_cases_ = 0;
  bool spoke_ = false;
  bool tried_ = false;
  bool silent_ = false;
};

// True if a frame of vox came, or one that must not come was rightly missing.
[[nodiscard]] bool shows_vox(CaseResult const& result);

}  // namespace voxspec
