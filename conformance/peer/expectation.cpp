#include "conformance/peer/expectation.hpp"

#include <algorithm>

namespace voxspec {

Expectation::Expectation(Expect const& step, Bindings& bindings, IdSpace const& ids)
    : step_{&step},
      bindings_{&bindings},
      start_{bindings},
      ids_{&ids},
      used_(step.frames.size(), false) {}

bool Expectation::done() const {
  return taken_.size() == step_->frames.size();
}

std::size_t Expectation::awaited() const {
  if (!step_->any_order) return taken_.size();
  return static_cast<std::size_t>(std::ranges::find(used_, false) - used_.begin());
}

Expectation::Fed Expectation::feed(Frame const& frame) {
  mismatch_.reset();
  auto fed = Fed::refused;
  if (!done()) {
    if (step_->any_order) {
      fed = feed_in_any_order(frame);
    } else {
      mismatch_ = match(step_->frames[taken_.size()], frame, *bindings_, *ids_);
      if (!mismatch_) {
        taken_.push_back(frame);
        fed = Fed::taken;
      }
    }
  }
  auto const may_pass = std::ranges::find(step_->passing, frame.name()) != step_->passing.end();
  if (fed == Fed::refused && may_pass) {
    mismatch_.reset();
    return Fed::passed;
  }
  return fed;
}

// A frame that fits several patterns takes whichever leaves the others theirs: every frame so far
// is assigned anew, from the bindings that stood before the step.
Expectation::Fed Expectation::feed_in_any_order(Frame const& frame) {
  // Most frames that are wrong fit no pattern at all, and need no search to be refused.
  auto const fits = [&](Pattern const& pattern) {
    auto bindings = start_;
    return !match(pattern, frame, bindings, *ids_);
  };
  auto const used_before = used_;
  taken_.push_back(frame);
  used_.assign(used_.size(), false);
  auto trial = start_;
  if (std::ranges::any_of(step_->frames, fits) && assign(0, trial)) {
    *bindings_ = std::move(trial);
    return Fed::taken;
  }
  used_ = used_before;
  taken_.pop_back();
  // The nearest pattern is the free one whose first difference lies deepest.
  for (std::size_t i = 0; i < step_->frames.size(); ++i) {
    if (used_[i]) continue;
    auto bindings = *bindings_;
    auto found = match(step_->frames[i], frame, bindings, *ids_);
    if (found && (!mismatch_ || found->path.size() > mismatch_->path.size())) mismatch_ = found;
  }
  return Fed::refused;
}

bool Expectation::assign(std::size_t frame, Bindings& bindings) {
  if (frame == taken_.size()) return true;
  for (std::size_t i = 0; i < step_->frames.size(); ++i) {
    if (used_[i]) continue;
    auto trial = bindings;
    if (match(step_->frames[i], taken_[frame], trial, *ids_)) {
      continue;
    }
    used_[i] = true;
    if (assign(frame + 1, trial)) {
      bindings = std::move(trial);
      return true;
    }
    used_[i] = false;
  }
  return false;
}

}  // namespace voxspec
