#pragma once
#include "conformance/relay/script_names.hpp"
#include "conformance/relay/tape_reader.hpp"
#include "conformance/trace/steps.hpp"

#include <set>
#include <string>
#include <vector>

namespace voxspec::relay {

// One payload of what goes before the messages of a link.
struct HeardHello {
  HeardFrame heard;
  bool sent = false;
};

// Turns what was said before a link's messages into steps: one `establish`, or sends and expects
// where it was not said as it is done. Keys that the other side gave get names.
class ScriptHellos {
 public:
  // A key that we presented later, which has to be bound where the other side gives it.
  void note_presented(Frame const& hello);

  [[nodiscard]] std::vector<StepBody> steps(std::vector<HeardHello> const& hellos,
                                            ScriptNames& names, vox::Role ours, Dialect dialect);

 private:
  [[nodiscard]] Json change(HeardHello const& hello, ScriptNames& names);
  [[nodiscard]] Term key(Value const& value) const;

  std::vector<vox::Bytes> presented_;
  std::set<std::string> bound_;  // the names that a hello before gave
};

}  // namespace voxspec::relay
