// A session beside a model of it.
#include "conformance/tests/session_model.hpp"

#include "conformance/tests/counterexample.hpp"
#include "conformance/tests/session_script.hpp"

#include <boost/describe/enum_to_string.hpp>
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

using namespace vox;
using namespace vox::session;
using namespace voxspec::test;

namespace {

// One thing that happens, to model and session alike: what, and to which connection.
struct Step {
  Act act;
  ConnectionId id;
};
using Steps = std::vector<Step>;

std::ostream& operator<<(std::ostream& out, Step step) {
  return out << boost::describe::enum_to_string(step.act, "?") << ' ' << step.id;
}

wire::MessagePayload message_of(Act act) {
  if (act == Act::peer_opens) return open();
  if (act == Act::peer_accepts) return accept();
  return act == Act::peer_rejects ? reject() : close();
}

// The session beside the model, and what went over its links.
class Trial {
 public:
  explicit Trial(Rulebook rulebook) : model_{.rulebook = rulebook}, script_{options(rulebook)} {}

  // Why the two disagree after the step, if they do.
  std::optional<std::string> take(Step step);
  [[nodiscard]] LinkRecord const& record() const { return record_; }

 private:
  static SessionOptions options(Rulebook rulebook) {
    auto options = rulebook == Rulebook::spec ? in_spec() : in_0_4();
    options.is_registered = true;
    return options;
  }
  Lines perform(Step step);
  Lines hear(Step step);
  Lines resume(ConnectionSettings HandshakeOutcome::* changed);

  Model model_;
  SessionScript script_;
  LinkRecord record_{Role::acceptor};
};

std::optional<std::string> Trial::take(Step step) {
  // A shutdown early on would make most runs short.
  if (step.act == Act::shut_down && model_.next <= 9) return std::nullopt;
  auto const sent_before = script_.sent().size();
  auto const had_ended = model_.has_ended;
  auto const generation = model_.generation;
  auto const expected = model_.after(step.act, step.id);
  auto const said = perform(step);
  if (model_.generation != generation) record_.resumed();
  for (auto i = sent_before; i < script_.sent().size(); ++i)
    record_.session_said(script_.sent()[i]);
  if (model_.has_ended && !had_ended) record_.ended();
  auto const agree = said == expected &&
                     script_.session.connection_count() == model_.connections.size() &&
                     script_.session.generation() == model_.generation;
  if (agree) return std::nullopt;
  std::string why = "the model expects";
  for (auto const& line : expected)
    why += "\n  " + line;
  why += "\nthe session says";
  for (auto const& line : said)
    why += "\n  " + line;
  return why;
}

Lines Trial::hear(Step step) {
  auto const bytes =
      wire::encode_message({.connection_id = step.id, .payload = message_of(step.act)});
  if (script_.session.state() == SessionState::connected) record_.peer_said(bytes);
  return script_.hears(bytes);
}

Lines Trial::resume(ConnectionSettings HandshakeOutcome::* changed) {
  auto outcome = as_initiator();
  if (changed != nullptr) (outcome.*changed).max_concurrent_requests = 65;
  return script_.does(command::Resume{.outcome = outcome});
}

Lines Trial::perform(Step step) {
  switch (step.act) {
    case Act::peer_opens:
    case Act::peer_accepts:
    case Act::peer_rejects:
    case Act::peer_closes:
      return hear(step);
    case Act::open:
      return script_.does(
          command::Open{.settings = {.parity = Parity::odd}, .service = "Echo", .metadata = {}});
    case Act::close:
      return script_.does(command::Close{.connection_id = step.id, .metadata = {}});
    case Act::consent:
      return script_.does(command::Accept{.connection_id = step.id});
    case Act::refuse:
      return script_.does(command::Reject{.connection_id = step.id, .metadata = {}});
    case Act::drop_caller:
      return script_.does(command::DropCaller{.connection_id = step.id});
    case Act::lose_conduit:
      return script_.loses_conduit();
    case Act::resume:
      return resume(nullptr);
    case Act::resume_with_our_settings_changed:
      return resume(&HandshakeOutcome::our_settings);
    case Act::resume_with_their_settings_changed:
      return resume(&HandshakeOutcome::peer_settings);
    case Act::shut_down:
      return script_.does(command::Shutdown{});
  }
  return {};
}

}  // namespace

template <>
struct rc::Arbitrary<Step> {
  static rc::Gen<Step> arbitrary() {
    return rc::gen::apply(
        [](std::uint8_t act, ConnectionId id) {
          return Step{.act = static_cast<Act>(act), .id = id};
        },
        rc::gen::inRange<std::uint8_t>(0, act_count), rc::gen::inRange<ConnectionId>(0, 8));
  }
};

TEST_SUITE_BEGIN("session");

TEST_CASE(
    "r[session.parity] r[connection.open] r[connection.close.semantics] r[core.U5] r[core.D2] "
    "r[core.M1] r[core.M2] a session does what the model says, whatever comes in whatever order") {
  for (auto const rulebook : {Rulebook::vox_0_4, Rulebook::spec}) {
    holds_or_trace<Steps>("A session does what its model says",
                          {"session.parity/1", "connection.open/3", "connection.close.semantics/5"},
                          [rulebook](Steps const& steps) -> std::optional<Broken> {
                            Trial trial{rulebook};
                            for (auto const step : steps) {
                              auto why = trial.take(step);
                              if (why) return Broken{.why = *why, .record = trial.record()};
                            }
                            return std::nullopt;
                          });
  }
}

TEST_SUITE_END();
