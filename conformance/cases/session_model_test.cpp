// A session against a model of it: what a person who has read the rules would say that comes next.
// The model knows places and nothing of the transition table, queues, slots or trackers.
#include "conformance/cases/session_script.hpp"
#include "conformance/property.hpp"
#include "impl/session/error.hpp"

#include <boost/describe/enum.hpp>
#include <boost/describe/enum_to_string.hpp>
#include <doctest/doctest.h>
#include <rapidcheck.h>
#include <rapidcheck/state.h>

#include <cstdint>
#include <map>
#include <string>
#include <utility>

using namespace vox;
using namespace vox::session;
using namespace voxspec::test;

namespace {

// What can happen. The peer's opens, accepts and so on come first, then ours.
enum class Act : std::uint8_t {
  peer_opens,
  peer_accepts,
  peer_rejects,
  peer_closes,
  open,
  close,
  consent,
  refuse,
  drop_caller,
  lose_conduit,
  resume,
  resume_with_our_settings_changed,
  resume_with_their_settings_changed,
  shut_down,
};
BOOST_DESCRIBE_ENUM(Act, peer_opens, peer_accepts, peer_rejects, peer_closes, open, close, consent,
                    refuse, drop_caller, lose_conduit, resume, resume_with_our_settings_changed,
                    resume_with_their_settings_changed, shut_down)
constexpr std::uint8_t act_count = 14;

enum class Is : std::uint8_t { root, asked, offered, open };
// Who ended a connection that is no more. Of a rejected open nothing stays.
enum class EndedBy : std::uint8_t { us, peer, rejection };

std::string refused(std::string_view text) {
  return "refused: protocol error: " + std::string{text};
}
std::string refused(Misuse misuse) {
  return "refused: " + std::string{describe(misuse)};
}

// We are the initiator, so our ids are odd; a registry holds the session while it has no conduit.
struct Model {
  Rulebook rulebook = Rulebook::vox_0_4;
  std::map<ConnectionId, Is> connections{{root_connection, Is::root}};
  std::map<ConnectionId, EndedBy> past{};
  ConnectionId next = 1;
  unsigned generation = 0;
  bool is_connected = true;
  bool root_is_released = false;
  bool has_ended = false;

  // What the session says when this happens; the model moves on.
  Lines after(Act act, ConnectionId id);

 private:
  bool has(ConnectionId id) const { return connections.contains(id); }
  bool is(ConnectionId id, Is what) const { return has(id) && connections.at(id) == what; }
  bool in_spec() const { return rulebook == Rulebook::spec; }

  void end(Lines& lines, std::string_view cause);
  void violate(Lines& lines, ConnectionId id, std::string_view rule);
  void gone(Lines& lines, ConnectionId id, std::string_view how, EndedBy by);
  void peer_says(Lines& lines, Act act, ConnectionId id);
  void peer_opens(Lines& lines, ConnectionId id);
  void peer_closes(Lines& lines, ConnectionId id);
  void peer_closes_nothing(Lines& lines, ConnectionId id);
  void we_want(Lines& lines, Act act, ConnectionId id);
  void open(Lines& lines);
  void close(Lines& lines, ConnectionId id);
  void decide(Lines& lines, Act act, ConnectionId id);
  void drop_caller(Lines& lines, ConnectionId id);
  void resume(Lines& lines, Act act);
};

Lines Model::after(Act act, ConnectionId id) {
  Lines lines;
  if (act == Act::lose_conduit) {
    if (is_connected && !has_ended) lines.push_back("disconnected");
    is_connected = false;
  } else if (act <= Act::peer_closes) {
    if (is_connected && !has_ended) peer_says(lines, act, id);
  } else if (has_ended) {
    lines.push_back(refused(text::session_closed));
  } else {
    we_want(lines, act, id);
  }
  return lines;
}

void Model::end(Lines& lines, std::string_view cause) {
  has_ended = true;
  for (auto const& [id, what] : connections) {
    lines.push_back(what == Is::asked
                        ? "open_failed " + std::to_string(id) + " protocol error: session closed"
                        : "closed " + std::to_string(id) + " by session_end {}");
  }
  connections.clear();
  lines.push_back("ended " + std::string{cause});
}

void Model::violate(Lines& lines, ConnectionId id, std::string_view rule) {
  lines.push_back("send protocol_error 0 " + std::string{rule} + ": message on connection " +
                  std::to_string(id) + " that is not allowed there");
  end(lines, "violation " + std::string{rule});
}

// The connection is no more; with the last virtual one a session ends whose root nobody holds.
void Model::gone(Lines& lines, ConnectionId id, std::string_view how, EndedBy by) {
  if (how.starts_with("closed") && is(id, Is::asked)) {
    lines.push_back("open_failed " + std::to_string(id) + " protocol error: session closed");
  } else if (!how.empty()) {
    lines.push_back(std::string{how});
  }
  connections.erase(id);
  past[id] = by;
  auto const rest = connections.size() - (is(root_connection, Is::root) ? 1U : 0U);
  if (root_is_released && rest == 0) end(lines, "root_released");
}

void Model::peer_says(Lines& lines, Act act, ConnectionId id) {
  auto const name = std::to_string(id);
  if (act == Act::peer_opens) return peer_opens(lines, id);
  if (act == Act::peer_closes) return peer_closes(lines, id);
  if (!is(id, Is::asked)) return;
  if (act == Act::peer_rejects) {
    return gone(lines, id, "open_failed " + name + " connection rejected", EndedBy::rejection);
  }
  connections[id] = Is::open;
  lines.push_back("opened " + name + " odd/64 even/64");
}

void Model::peer_opens(Lines& lines, ConnectionId id) {
  auto const name = std::to_string(id);
  if (id % 2 == 0 && !has(id)) {
    connections[id] = Is::offered;
    lines.push_back("requested " + name +
                    " odd/64 even/64 {vox-service=Echo, vox-connection-kind=virtual}");
  } else if (in_spec()) {
    violate(lines, id, "connection.open");
  } else {
    lines.push_back("send reject " + name + " {}");
  }
}

void Model::peer_closes(Lines& lines, ConnectionId id) {
  if (in_spec() && id == root_connection) return violate(lines, id, "connection.root");
  if (!has(id)) return peer_closes_nothing(lines, id);
  if (id == root_connection)
    lines.push_back("warning 0 received ConnectionClose for root connection");
  gone(lines, id, "closed " + std::to_string(id) + " by peer {}", EndedBy::peer);
}

// Closes may cross, and an opener may not know whether its open was lost with an earlier conduit;
// any other close of what is not there is a violation by the specification.
void Model::peer_closes_nothing(Lines& lines, ConnectionId id) {
  if (!in_spec()) return;
  auto const known = past.find(id);
  if (known == past.end() || known->second == EndedBy::rejection) {
    if (generation == 0) violate(lines, id, "connection.open");
  } else if (known->second == EndedBy::peer) {
    violate(lines, id, "connection.close");
  }
}

void Model::we_want(Lines& lines, Act act, ConnectionId id) {
  if (act == Act::open) return open(lines);
  if (act == Act::close) return close(lines, id);
  if (act == Act::consent || act == Act::refuse) return decide(lines, act, id);
  if (act == Act::drop_caller) return drop_caller(lines, id);
  if (act == Act::shut_down) return end(lines, "shutdown");
  resume(lines, act);
}

void Model::open(Lines& lines) {
  if (!is_connected) return lines.push_back(refused(text::open_while_disconnected));
  auto const id = std::exchange(next, next + 2);
  connections[id] = Is::asked;
  lines.push_back("send open " + std::to_string(id) + " odd/64 {vox-service=Echo}");
}

void Model::close(Lines& lines, ConnectionId id) {
  auto const name = std::to_string(id);
  if (!is_connected) return lines.push_back(refused(text::close_while_disconnected));
  if (id == root_connection) return lines.push_back(refused(text::close_of_root));
  if (!has(id)) return lines.push_back(refused(text::connection_not_found));
  lines.push_back("send close " + name + " {}");
  gone(lines, id, "closed " + name + " by us {}", EndedBy::us);
}

void Model::decide(Lines& lines, Act act, ConnectionId id) {
  auto const name = std::to_string(id);
  if (!is(id, Is::offered)) return lines.push_back(refused(Misuse::connection_not_offered));
  if (!is_connected) return lines.push_back(refused(Misuse::disconnected));
  if (act == Act::refuse) {
    lines.push_back("send reject " + name + " {}");
    return gone(lines, id, "", EndedBy::us);
  }
  connections[id] = Is::open;
  lines.push_back("send accept " + name + " odd/64 {}");
  lines.push_back("opened " + name + " odd/64 even/64");
}

void Model::drop_caller(Lines& lines, ConnectionId id) {
  auto const name = std::to_string(id);
  if (id == root_connection) {
    root_is_released = true;
    auto const rest = connections.size() - (is(root_connection, Is::root) ? 1U : 0U);
    if (rest == 0) end(lines, "root_released");
    return;
  }
  if (!has(id)) return;
  if (is_connected) lines.push_back("send close " + name + " {}");
  gone(lines, id, "closed " + name + " by caller_drop {}", EndedBy::us);
}

void Model::resume(Lines& lines, Act act) {
  if (is_connected) return lines.push_back(refused(text::resume_while_connected));
  if (act == Act::resume_with_our_settings_changed) {
    return lines.push_back(refused(text::local_settings_changed));
  }
  if (act == Act::resume_with_their_settings_changed) {
    return lines.push_back(refused(text::peer_settings_changed));
  }
  is_connected = true;
  lines.push_back("resumed " + std::to_string(++generation) + " with retry");
  if (!in_spec()) return;
  // The answer may have been lost with the old conduit.
  for (auto const& [id, what] : std::map{connections}) {
    if (what != Is::asked || has_ended) continue;
    lines.push_back("send close " + std::to_string(id) + " {}");
    gone(lines, id, "closed", EndedBy::us);
  }
}

// One thing that happens, to model and session alike.
class Step : public rc::state::Command<Model, Script> {
 public:
  Step()
      : act_{static_cast<Act>(*rc::gen::inRange<std::uint8_t>(0, act_count))},
        id_{*rc::gen::inRange<ConnectionId>(0, 8)} {}

  void checkPreconditions(Model const& model) const override {
    // A shutdown early on would make most runs short.
    RC_PRE(act_ != Act::shut_down || model.next > 9);
  }
  void apply(Model& model) const override { static_cast<void>(model.after(act_, id_)); }
  void run(Model const& model, Script& script) const override {
    auto next = model;
    auto const expected = next.after(act_, id_);
    auto const said = perform(script);
    RC_LOG() << boost::describe::enum_to_string(act_, "?") << ' ' << id_ << '\n';
    RC_ASSERT(said == expected);
    RC_ASSERT(script.session.connection_count() == next.connections.size());
    RC_ASSERT(script.session.generation() == next.generation);
  }
  void show(std::ostream& out) const override {
    out << boost::describe::enum_to_string(act_, "?") << ' ' << id_;
  }

 private:
  Lines perform(Script& script) const;
  Lines resume(Script& script, ConnectionSettings HandshakeOutcome::* changed) const;

  Act act_;
  ConnectionId id_;
};

Lines Step::resume(Script& script, ConnectionSettings HandshakeOutcome::* changed) const {
  auto outcome = as_initiator();
  if (changed != nullptr) (outcome.*changed).max_concurrent_requests = 65;
  return script.does(command::Resume{.outcome = outcome});
}

Lines Step::perform(Script& script) const {
  switch (act_) {
    case Act::peer_opens:
      return script.hears(id_, open());
    case Act::peer_accepts:
      return script.hears(id_, accept());
    case Act::peer_rejects:
      return script.hears(id_, reject());
    case Act::peer_closes:
      return script.hears(id_, close());
    case Act::open:
      return script.does(
          command::Open{.settings = {.parity = Parity::odd}, .service = "Echo", .metadata = {}});
    case Act::close:
      return script.does(command::Close{.connection_id = id_, .metadata = {}});
    case Act::consent:
      return script.does(command::Accept{.connection_id = id_});
    case Act::refuse:
      return script.does(command::Reject{.connection_id = id_, .metadata = {}});
    case Act::drop_caller:
      return script.does(command::DropCaller{.connection_id = id_});
    case Act::lose_conduit:
      return script.loses_conduit();
    case Act::resume:
      return resume(script, nullptr);
    case Act::resume_with_our_settings_changed:
      return resume(script, &HandshakeOutcome::our_settings);
    case Act::resume_with_their_settings_changed:
      return resume(script, &HandshakeOutcome::peer_settings);
    case Act::shut_down:
      return script.does(command::Shutdown{});
  }
  return {};
}

}  // namespace

TEST_SUITE_BEGIN("session");

TEST_CASE(
    "r[session.parity] r[connection.open] r[connection.close.semantics] r[core.U5] r[core.D2] "
    "r[core.M1] r[core.M2] a session does what the model says, whatever comes in whatever order") {
  for (auto const rulebook : {Rulebook::vox_0_4, Rulebook::spec}) {
    holds([rulebook] {
      auto options = rulebook == Rulebook::spec ? in_spec() : in_0_4();
      options.is_registered = true;
      Script script{options};
      rc::state::check(Model{.rulebook = rulebook}, script,
                       rc::state::gen::execOneOfWithArgs<Step>());
    });
  }
}

TEST_SUITE_END();
