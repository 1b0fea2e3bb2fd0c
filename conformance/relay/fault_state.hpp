#pragma once
#include "conformance/peer/bindings.hpp"
#include "conformance/peer/frame.hpp"
#include "conformance/peer/id_space.hpp"
#include "conformance/relay/wire_fault.hpp"

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace voxspec::relay {

// What a fault has seen of one conversation: how often its rules fitted, and the names they took.
// The fault outlives it.
class FaultState {
 public:
  FaultState(WireFault const& fault, vox::Role subject, std::string_view transport);

  struct Moment {
    Side from;
    Occasion occasion;
    std::uint64_t link;  // from 1
    bool stable;
    Frame const* frame;  // null where it is no frame
    IdSpace const& ids;
  };
  // The rules that are at work now, in order.
  [[nodiscard]] std::vector<FaultRule const*> fitting(Moment const& moment);

  [[nodiscard]] Bindings const& bindings() const { return bindings_; }
  // A rule that does something was at work.
  [[nodiscard]] bool applied() const { return applied_; }
  [[nodiscard]] WireFault const& fault() const { return *fault_; }

 private:
  [[nodiscard]] bool fits(FaultRule const& rule, Moment const& moment);
  [[nodiscard]] bool is_due(std::size_t index);

  WireFault const* fault_;
  bool is_of_this_kind_;  // the role and the transport are those of the fault
  bool keeps_payloads_apart_;
  std::vector<std::uint64_t> counts_;
  std::set<std::string, std::less<>> at_work_;  // rules by name
  Bindings bindings_;
  bool applied_ = false;
};

}  // namespace voxspec::relay
