#include "conformance/runner/prospects.hpp"

#include <algorithm>

namespace voxspec {
namespace {

constexpr std::size_t starts_in_vain_max = 4;

bool is_word_of_vox(FrameRecord const& frame) {
  return frame.direction == Direction::received && frame.problem.empty() &&
         !frame.decoded.is_null();
}

}  // namespace

bool shows_vox(CaseResult const& result) {
  return result.verdict == Verdict::pass || result.verdict == Verdict::non_strict ||
         std::ranges::any_of(result.frames, is_word_of_vox);
}

std::optional<Hopeless> Prospects::hopeless(LinkPlan const& plan) const {
  std::scoped_lock const lock{mutex_};
  if (silent_) {
    return Hopeless{Hindrance::silent, "nobody speaks vox there: not one frame of it came in " +
                                           std::to_string(silent_cases_max_) +
                                           " cases and a plain handshake"};
  }
  auto const vain = starts_in_vain_.find({plan.ours, plan.transport});
  if (vain == starts_in_vain_.end() || vain->second < starts_in_vain_max) return std::nullopt;
  std::string const word = plan.ours == vox::Role::initiator ? "to listen" : "to dial";
  return Hopeless{Hindrance::start,
                  "the subject did not come up " + word + " in the cases before this one"};
}

bool Prospects::note(LinkPlan const& plan, CaseResult const& result) {
  std::scoped_lock const lock{mutex_};
  auto& vain = starts_in_vain_[{plan.ours, plan.transport}];
  if (result.hindrance == Hindrance::start) ++vain;
  if (result.hindrance == Hindrance::none) vain = 0;
  if (shows_vox(result)) spoke_ = true;
  if (result.verdict == Verdict::fail) ++silent_cases_;
  bool const suspicious =
      silent_cases_max_ > 0 && !spoke_ && !tried_ && silent_cases_ >= silent_cases_max_;
  if (suspicious) tried_ = true;
  return suspicious;
}

void Prospects::note_handshake(CaseResult const& result) {
  std::scoped_lock const lock{mutex_};
  if (shows_vox(result)) spoke_ = true;
  silent_ = !spoke_ && result.verdict == Verdict::fail;
}

}  // namespace voxspec
