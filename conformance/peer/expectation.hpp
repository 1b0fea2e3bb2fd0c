#pragma once
#include "conformance/peer/match.hpp"
#include "conformance/trace/steps.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace voxspec {

// One expect step while it is being fulfilled, frame by frame. It refers to the step, the bindings
// and the ids, which outlive it.
class Expectation {
 public:
  Expectation(Expect const& step, Bindings& bindings, IdSpace const& ids);

  enum class Fed : std::uint8_t { taken, passed, refused };
  // Judges the next frame. `refused` decides the case; mismatch() then says why.
  [[nodiscard]] Fed feed(Frame const& frame);

  // Every pattern has its frame.
  [[nodiscard]] bool done() const;
  // Of a refused frame: against the pattern it came nearest to.
  [[nodiscard]] std::optional<Mismatch> const& mismatch() const { return mismatch_; }
  // The index of the pattern that is waited for; with any_order the first one that is free.
  [[nodiscard]] std::size_t awaited() const;

 private:
  bool assign(std::size_t frame, Bindings& bindings);
  Fed feed_in_any_order(Frame const& frame);

  Expect const* step_;
  Bindings* bindings_;
  Bindings start_;  // what was bound before the step, for a set that has to be matched anew
  IdSpace const* ids_;
  std::vector<Frame> taken_;
  std::vector<bool> used_;
  std::optional<Mismatch> mismatch_;
};

}  // namespace voxspec
