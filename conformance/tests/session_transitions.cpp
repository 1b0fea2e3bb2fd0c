// Walks through the whole transition table: in each rulebook, every kind of message is sent to
// every state that there is, and what comes of it has to be what the row says.
#include "conformance/tests/session_script.hpp"
#include "impl/session/transitions.hpp"

#include <boost/describe/enum_to_string.hpp>
#include <doctest/doctest.h>

#include <string>

using namespace vox;
using namespace vox::session;
using namespace voxspec::test;

namespace {

// Whose parity the id of the connection has.
enum class Opener : std::uint8_t { us, peer };

// An open of the wrong parity names one of our own ids, an open of the right one does not; all else
// is tried on ids of the peer, where there is a choice.
Opener opener_for(Incoming kind, ConnectionState state) {
  if (state == ConnectionState::pending_outbound || kind == Incoming::open_wrong_parity)
    return Opener::us;
  return Opener::peer;
}

bool is_on_root(ConnectionState state) {
  return state == ConnectionState::root || state == ConnectionState::root_removed;
}

// What cannot happen: the states that only ids of the other parity have.
bool is_reachable(Incoming kind, ConnectionState state) {
  if (kind == Incoming::pong_off_root) return !is_on_root(state);
  if (kind == Incoming::pong) return is_on_root(state);
  if (kind == Incoming::open) return state != ConnectionState::pending_outbound;
  if (kind == Incoming::open_wrong_parity) return state != ConnectionState::offered;
  return true;
}

SessionOptions options_for(Rulebook book) {
  auto options = book == Rulebook::spec ? in_spec() : in_0_4();
  options.is_registered = true;
  options.limits.closed_connections_max = 1;
  options.keepalive = {std::chrono::milliseconds{100}, std::chrono::milliseconds{50}};
  return options;
}

// Brings a connection to the state and gives its id.
ConnectionId bring_to(SessionScript& script, ConnectionState state, Opener opener) {
  auto const opened = [&] {
    return opener == Opener::us ? script.opened_by_us() : script.opened_by_peer();
  };
  switch (state) {
    case ConnectionState::root:
      return root_connection;
    case ConnectionState::root_removed:
      script.does(command::DropDriver{.connection_id = root_connection});
      script.hears(root_connection, item(1));
      return root_connection;
    case ConnectionState::absent:
      return opener == Opener::us ? 99 : 100;
    case ConnectionState::forgotten: {
      auto const id = opened();
      for (auto const other : {id, opened(), opened()})
        script.does(command::Close{.connection_id = other});
      return id;
    }
    case ConnectionState::pending_outbound:
      return script.quietly(command::Open{.service = "Echo"}).value().connection_id;
    case ConnectionState::offered:
      script.hears(2, open());
      return 2;
    case ConnectionState::active:
      return opened();
    case ConnectionState::closed_here: {
      auto const id = opened();
      script.does(command::Close{.connection_id = id});
      return id;
    }
    case ConnectionState::closed_by_peer: {
      auto const id = opened();
      script.hears(id, close());
      return id;
    }
  }
  return 0;
}

wire::MessagePayload message_of(Incoming kind) {
  switch (kind) {
    case Incoming::protocol_error:
      return wire::ProtocolError{.description = "bad"};
    case Incoming::open_wrong_parity:
    case Incoming::open:
      return open();
    case Incoming::accept:
      return accept();
    case Incoming::reject:
      return reject();
    case Incoming::close:
    case Incoming::close_after_resume:
      return close();
    case Incoming::call:
      return call(2);
    case Incoming::response:
      return reply(1);
    case Incoming::cancel:
      return cancel(2);
    case Incoming::schema:
      return schemas(wire::BindingDirection::args, text_schema(), 9);
    case Incoming::channel:
      return item(1);
    case Incoming::ping:
      return wire::Ping{.nonce = 5};
    case Incoming::pong:
    case Incoming::pong_off_root:
      return wire::Pong{.nonce = 1};
  }
  return wire::Ping{};
}

// What a request needs to be in order: its schemas, and for a response the call.
void prepare_requests(SessionScript& script, ConnectionId id) {
  script.hears(id, schemas(wire::BindingDirection::args, u32_schema()));
  script.hears(id, wire::SchemaMessage{.method_id = 7,
                                       .direction = wire::BindingDirection::response,
                                       .schemas = text_schema()});
  script.does(command::SendCall{.connection_id = id,
                                .request_id = 1,
                                .method_id = 7,
                                .args = to_bytes(as_bytes("a")),
                                .schemas = u32_type()});
}

bool is_request(Incoming kind) {
  return kind == Incoming::call || kind == Incoming::response || kind == Incoming::cancel;
}

struct Attempt {
  SessionScript script;
  ConnectionId id;
  Lines lines;
};

Attempt attempt(Rulebook book, Incoming kind, ConnectionState state) {
  // Id 0 is even: only to an acceptor is an open of it one of the wrong parity.
  auto const outcome =
      is_on_root(state) && kind == Incoming::open_wrong_parity ? as_acceptor() : as_initiator();
  Attempt tried{.script = SessionScript{options_for(book), outcome}, .id = 0, .lines = {}};
  auto& script = tried.script;
  if (kind == Incoming::close_after_resume) {
    script.loses_conduit();
    script.does(command::Resume{.outcome = outcome});
  }
  tried.id = bring_to(script, state, opener_for(kind, state));
  if (is_request(kind) && (state == ConnectionState::root || state == ConnectionState::active)) {
    prepare_requests(script, tried.id);
  }
  script.at(100);  // A ping is outstanding.
  tried.lines = script.hears(tried.id, message_of(kind));
  return tried;
}

void check_violation(Attempt const& tried, Rule rule) {
  REQUIRE(tried.lines.size() >= 2);
  CHECK(tried.lines.back().starts_with("send protocol_error 0 " + std::string{rule.id()} + ":"));
  CHECK(last_event(tried.lines) == "ended violation " + std::string{rule.id()});
}

void check(Attempt const& tried, Transition const& row, ConnectionState state) {
  auto const& lines = tried.lines;
  auto const id = std::to_string(tried.id);
  auto const only = [&](std::string const& start) {
    return lines.size() == 1 && lines.front().starts_with(start);
  };
  auto const after = tried.script.session.connection(tried.id);
  switch (row.action) {
    case Action::ignore:
      CHECK(lines.empty());
      CHECK(tried.script.deadline() == 150);
      CHECK((after ? after->state : state) == state);
      return;
    case Action::violation:
      return check_violation(tried, row.rule);
    case Action::obey_error:
      CHECK(last_event(lines) == "ended accused");
      CHECK_FALSE(lines.front().starts_with("send"));
      return;
    case Action::refuse_open:
      CHECK(only("send reject " + id + " {}"));
      CHECK((after ? after->state : state) == state);
      return;
    case Action::offer:
      CHECK(only("requested " + id));
      CHECK(after->state == ConnectionState::offered);
      return;
    case Action::activate:
      CHECK(only("opened " + id));
      CHECK(after->state == ConnectionState::active);
      return;
    case Action::resolve_reject:
      CHECK(only("open_failed " + id + " connection rejected"));
      CHECK_FALSE(after);
      return;
    case Action::end_pending:
      CHECK(only("open_failed " + id + " protocol error: session closed"));
      CHECK_FALSE(after);
      return;
    case Action::end_connection:
      REQUIRE_FALSE(lines.empty());
      CHECK(lines.back() == "closed " + id + " by peer {}");
      CHECK_FALSE(after);
      return;
    case Action::record_schemas:
      CHECK(lines.empty());
      CHECK(tried.script.session.received_schemas(tried.id)->root(
                {9, wire::BindingDirection::args}) != nullptr);
      return;
    case Action::route:
      REQUIRE(lines.size() == 1);
      CHECK(lines.front().find(" " + id + "#") != std::string::npos);
      CHECK_FALSE(lines.front().starts_with("send"));
      return;
    case Action::answer_ping:
      CHECK(only("send pong " + id + " n5"));
      return;
    case Action::feed_keepalive:
      CHECK(lines.empty());
      CHECK(tried.script.deadline() == 200);
      return;
  }
}

template <class Enum>
std::string word(Enum value) {
  return boost::describe::enum_to_string(value, "?");
}

void walk(Rulebook book) {
  for (std::uint8_t kind_number = 0; kind_number < incoming_count; ++kind_number) {
    for (std::uint8_t state_number = 0; state_number < connection_state_count; ++state_number) {
      auto const kind = Incoming{kind_number};
      auto const state = ConnectionState{state_number};
      if (!is_reachable(kind, state)) continue;
      INFO(word(book) << ": " << word(kind) << " at " << word(state));
      auto const tried = attempt(book, kind, state);
      check(tried, transition(book, kind, state), state);
    }
  }
}

}  // namespace

TEST_SUITE_BEGIN("session");

TEST_CASE("r[core.C5] every message at every state does what the table says, in 0.4.0") {
  walk(Rulebook::vox_0_4);
}

TEST_CASE(
    "r[connection.close.semantics] every message at every state does what the table says, "
    "by the specification") {
  walk(Rulebook::spec);
}

TEST_CASE("r[session.protocol-error] 0.4.0 never accuses its peer, whatever it hears") {
  for (auto const& row : transitions) {
    if (row.rulebook != Rulebook::vox_0_4) continue;
    CHECK(row.action != Action::violation);
    CHECK(row.action != Action::obey_error);
  }
}

TEST_SUITE_END();
