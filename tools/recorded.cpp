#include "tools/recorded.hpp"

#include "conformance/peer/fault.hpp"
#include "conformance/peer/json_text.hpp"
#include "tools/input.hpp"

namespace voxspec {

std::expected<Json, std::string> read_document(std::string const& input) {
  auto const content = read_content(input);
  if (!content) return std::unexpected("cannot be read");
  try {
    return parse_json(*content);
  } catch (Fault const& fault) {
    return std::unexpected(fault.what);
  }
}

std::expected<relay::Script, std::string> side_of(Json const& recording, vox::Role ours) {
  auto const tape = relay::tape_of(recording);
  if (!tape) return std::unexpected(tape.error());
  return relay::script_of(*tape, ours);
}

std::expected<void, std::string> play_scenario(relay::Script& script, std::string const& scenario) {
  if (!scenario.empty()) {
    script.trace.subject.mode = SubjectStart::Mode::client;
    script.trace.subject.scenario = scenario;
  } else if (!script.scenario_of.empty()) {
    return std::unexpected("the initiator calls " + script.scenario_of +
                           " in it; name the scenario that the subject is to play, as --scenario " +
                           script.scenario_of);
  }
  return {};
}

}  // namespace voxspec
