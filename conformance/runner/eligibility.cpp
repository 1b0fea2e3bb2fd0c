#include "conformance/runner/eligibility.hpp"

#include "conformance/peer/dialect_word.hpp"
#include "conformance/runner/suite.hpp"
#include "conformance/runner/transport_word.hpp"
#include "conformance/trace/abilities.hpp"
#include "conformance/trace/any_step.hpp"

#include <boost/describe/enum_to_string.hpp>

#include <algorithm>
#include <array>
#include <string_view>
#include <variant>
#include <vector>

namespace voxspec {
namespace {

template <class Body>
bool is(Step const& step) {
  return std::holds_alternative<Body>(step.body);
}

// True if the step judges how the process of the subject ends, which only who started it can see.
bool judges_process(Step const& step) {
  if (auto const* const end = std::get_if<ExpectEnd>(&step.body)) return !end->process.empty();
  return std::holds_alternative<ExpectExit>(step.body);
}

bool calls(Step const& step) {
  auto const* const send = std::get_if<Send>(&step.body);
  return send != nullptr && std::ranges::any_of(send->items, [](Template const& item) {
           return item.kind != nullptr && item.kind->name == "request_call";
         });
}

// True if we call a method of Testbed. Those of Probe have an ability of their own.
bool calls_testbed(Case const& trace) {
  return trace.subject.mode == SubjectStart::Mode::serve && !has(trace.needs, probe_ability) &&
         any_step(trace.steps, calls);
}

// What a case asks of a subject that somebody else has started.
std::optional<std::string> needs_own_process(Case const& trace) {
  constexpr char const* since = ", and this subject was not started by voxspec";
  if (trace.subject.mode == SubjectStart::Mode::client) {
    return "needs a client that plays '" + trace.subject.scenario + "'" + since;
  }
  if (!trace.subject.env.empty()) {
    return "needs " + trace.subject.env.begin()->first + " in the environment" + since;
  }
  if (has(trace.needs, control_ability)) return std::string{"needs the control channel"} + since;
  if (trace.subject.store) return std::string{"needs STORE_PATH in the environment"} + since;
  if (any_step(trace.steps, is<Restart>)) return std::string{"needs to be started again"} + since;
  if (any_step(trace.steps, is<RefuseDials>)) return std::string{"refuses its dials"} + since;
  if (any_step(trace.steps, judges_process)) {
    return std::string{"needs to see the process end"} + since;
  }
  return std::nullopt;
}

}  // namespace

bool has(std::vector<std::string> const& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

std::expected<LinkPlan, std::string> plan_case(Case const& trace, Subject const& subject,
                                               std::optional<vox::link::Transport> transport) {
  if (trace.dialect != subject.dialect) {
    return std::unexpected("is about the dialect " + dialect_word(trace.dialect) + " alone");
  }
  if (trace.conduit == Conduit::stable && !vox::traits_of(subject.dialect).has_stable_conduit) {
    return std::unexpected("the dialect " + dialect_word(subject.dialect) +
                           " has no stable conduit");
  }
  auto const theirs = opposite(trace.role);
  if (!subject.plays(theirs)) {
    return std::unexpected("needs a subject that is the " +
                           std::string{boost::describe::enum_to_string(theirs, "?")});
  }
  for (auto const& ability : trace.needs) {
    if (!has(subject.abilities, ability)) return std::unexpected("needs the ability " + ability);
  }
  if (calls_testbed(trace) && !has(subject.abilities, testbed_ability)) {
    return std::unexpected(std::string{"needs the ability "} + testbed_ability);
  }
  bool const is_client = trace.subject.mode == SubjectStart::Mode::client;
  if (is_client && !has(subject.abilities, client_scenarios)) {
    return std::unexpected(std::string{"needs the ability "} + client_scenarios);
  }
  std::string const conduit = boost::describe::enum_to_string(trace.conduit, "?");
  if (!has(subject.conduits, conduit)) return std::unexpected("needs the conduit " + conduit);
  if (subject.command.empty()) {
    if (auto reason = needs_own_process(trace)) return std::unexpected(*std::move(reason));
  }
  using enum vox::link::Transport;
  for (auto const each : {tcp, local, websocket}) {
    if (transport.value_or(each) != each || !goes_over(trace, each)) continue;
    if (!has(subject.transports, transport_word(each))) continue;
    return LinkPlan{.ours = trace.role,
                    .transport = each,
                    .conduit = conduit,
                    .testbed = has(subject.abilities, testbed_ability),
                    .counts_descriptors = subject.counts_descriptors,
                    .control = has(trace.needs, control_ability),
                    .store = trace.subject.store,
                    .scenario = is_client ? std::optional{trace.subject.scenario} : std::nullopt,
                    .environment = trace.subject.env};
  }
  std::string wanted = transport ? transport_word(*transport) : "";
  for (auto const& word : trace.transports) {
    if (!transport) wanted += (wanted.empty() ? "" : " or ") + word;
  }
  return std::unexpected("needs the transport " + (wanted.empty() ? "tcp, local or ws" : wanted));
}

}  // namespace voxspec
