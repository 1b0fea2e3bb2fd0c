#pragma once
#include "conformance/trace/macros.hpp"
#include "conformance/trace/parameters.hpp"
#include "conformance/trace/trace.hpp"

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace voxspec {

// Reads the steps of one case: parameters put in, macros expanded, repeats unrolled, everything
// checked. One reader a case, since it hands out the ids and names that macros ask for. All of it
// throws Fault.
class StepReader {
 public:
  // `trace` says the role, the conduit and whether it is slow; it outlives the reader.
  explicit StepReader(Case const& trace) : case_{&trace} {}

  [[nodiscard]] std::vector<Step> read(Place const& steps, Scope const& scope);

 private:
  void read_element(Place const& place, Scope const& scope, std::vector<Step>& out);
  void read_step(Place const& place, Scope const& scope, std::vector<Step>& out);
  Step read_plain(Place const& place, std::string const& kind);
  StepBody read_body(Place const& value, Place const& step, std::string const& kind);
  static std::uint64_t read_times(Place const& place, Scope const& scope, Repeat& repeat);
  StepBody read_repeat(Place const& value, Scope const& scope);
  StepBody read_one_of(Place const& value, Scope const& scope);
  void expand_macro(Place const& step, std::string const& name, Macro const& macro,
                    std::vector<Step>& out);
  Scope macro_scope(Place const& value, Json const& parameters, Json& given);
  Json fresh(std::string const& what, Scope const& scope);
  void note_ids(Template const& item);
  void keep(Step step, std::vector<Step>& out);

  Case const* case_;
  std::size_t steps_ = 0;
  std::size_t depth_ = 0;
  std::size_t names_ = 0;
  std::size_t fresh_ = 0;                          // how many ids and names were handed out
  std::uint64_t connections_ = 0;                  // ids of ours that the case has named so far
  std::map<std::string, std::uint64_t> requests_;  // the same by connection, as the trace writes it
};

}  // namespace voxspec
