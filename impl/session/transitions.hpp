#pragma once
#include "spec/rule.hpp"
#include "spec/rulebook.hpp"

#include <boost/describe/enum.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <utility>

// What a session does with a message, as data: for each rulebook, kind of message and place that it
// came to there is exactly one row. The tests walk through all of them.
namespace vox::session {

// What stands behind the connection id of a message.
//  root              connection 0, as long as it is there
//  root_removed      connection 0 after it was let go
//  absent            an id without a slot, whose past is not remembered
//  pending_outbound  we have sent the open and wait for the answer
//  offered           the peer has sent the open and our acceptor has not decided
//  active            a virtual connection that both sides have agreed on
//  closed_here       we have sent a close, so the peer may still speak for a while
//  closed_by_peer    the peer has sent a close and may speak no more
enum class ConnectionState : std::uint8_t {
  root,
  root_removed,
  absent,
  pending_outbound,
  offered,
  active,
  closed_here,
  closed_by_peer,
};
BOOST_DESCRIBE_ENUM(ConnectionState, root, root_removed, absent, pending_outbound, offered, active,
                    closed_here, closed_by_peer)
inline constexpr std::size_t state_count = 8;

// The kinds of message. An open whose id the peer has no right to allocate is a kind of its own.
enum class Incoming : std::uint8_t {
  protocol_error,
  open_wrong_parity,
  open,
  accept,
  reject,
  close,
  call,
  response,
  cancel,
  schema,
  channel,
  ping,
  pong,
};
BOOST_DESCRIBE_ENUM(Incoming, protocol_error, open_wrong_parity, open, accept, reject, close, call,
                    response, cancel, schema, channel, ping, pong)
inline constexpr std::size_t incoming_count = 13;

// What to do.
//  ignore           nothing changes and nothing is sent
//  violation        tell the peer by a ProtocolError which rule it broke, and end the session
//  obey_error       the peer says that we broke a rule: end the session
//  refuse_open      answer with a reject that gives no reasons
//  offer            make a slot and ask the acceptor
//  activate         our open was accepted
//  resolve_reject   our open was rejected
//  end_pending      our open ends without an answer
//  end_connection   the connection is over
//  record_schemas   remember the schemas and the binding
//  route            hand the message to the connection, after the checks of requests
//  answer_ping      send the pong
//  feed_keepalive   tell the keepalive
enum class Action : std::uint8_t {
  ignore,
  violation,
  obey_error,
  refuse_open,
  offer,
  activate,
  resolve_reject,
  end_pending,
  end_connection,
  record_schemas,
  route,
  answer_ping,
  feed_keepalive,
};
BOOST_DESCRIBE_ENUM(Action, ignore, violation, obey_error, refuse_open, offer, activate,
                    resolve_reject, end_pending, end_connection, record_schemas, route, answer_ping,
                    feed_keepalive)

// A set of enumerators.
template <class Enum>
class SetOf {
 public:
  constexpr SetOf(std::initializer_list<Enum> members) {
    for (auto const member : members)
      bits_ |= bit(member);
  }
  [[nodiscard]] static constexpr SetOf all() {
    SetOf set{};
    set.bits_ = ~std::uint32_t{0};
    return set;
  }
  [[nodiscard]] constexpr bool contains(Enum member) const { return (bits_ & bit(member)) != 0; }

 private:
  static constexpr std::uint32_t bit(Enum member) {
    return std::uint32_t{1} << std::to_underlying(member);
  }
  std::uint32_t bits_ = 0;
};

// One row: under this rulebook, any of these messages at any of these places.
struct Transition {
  Rulebook rulebook;
  SetOf<Incoming> incoming;
  SetOf<ConnectionState> places;
  Action action;
  Rule rule;  // what says so; for a violation, what was broken

  [[nodiscard]] constexpr bool covers(Rulebook book, Incoming kind, ConnectionState place) const {
    return rulebook == book && incoming.contains(kind) && places.contains(place);
  }
};

// The places of the ids without a live slot, of those with one, and of those that take messages.
namespace places {
using enum ConnectionState;
inline constexpr auto any = SetOf<ConnectionState>::all();
inline constexpr SetOf<ConnectionState> on_root{root, root_removed};
inline constexpr SetOf<ConnectionState> off_root{absent, pending_outbound, offered,
                                       active, closed_here,      closed_by_peer};
inline constexpr SetOf<ConnectionState> vacant{root_removed, absent, closed_here, closed_by_peer};
inline constexpr SetOf<ConnectionState> taken{root, pending_outbound, offered, active};
inline constexpr SetOf<ConnectionState> not_pending{root,   root_removed, absent,        offered,
                                          active, closed_here,  closed_by_peer};
inline constexpr SetOf<ConnectionState> live{root, offered, active};
inline constexpr SetOf<ConnectionState> not_live{root_removed, absent, pending_outbound, closed_here,
                                       closed_by_peer};
}  // namespace places

// clang-format off
// r[impl core.O1] r[impl core.O2] r[impl core.U5] r[impl core.C4] r[impl core.C5] r[impl core.P1]
// r[impl core.P2] r[impl core.P6] r[impl connection.open] r[impl connection.close.semantics]
// r[impl connection.close] r[impl connection.root] r[impl session.message.connection-id]
inline constexpr Transition transitions[] = {
    {Rulebook::vox_0_4, {Incoming::protocol_error},    states::any,         Action::ignore,         "core.P6"},
    {Rulebook::vox_0_4, {Incoming::open_wrong_parity}, states::any,         Action::refuse_open,    "core.O1"},
    {Rulebook::vox_0_4, {Incoming::open},              states::taken,       Action::refuse_open,    "core.O2"},
    {Rulebook::vox_0_4, {Incoming::open},              states::vacant,      Action::offer,          "core.O4"},
    {Rulebook::vox_0_4, {Incoming::accept},            {ConnectionState::pending_outbound}, Action::activate, "core.U3"},
    {Rulebook::vox_0_4, {Incoming::reject},            {ConnectionState::pending_outbound}, Action::resolve_reject, "core.U4"},
    {Rulebook::vox_0_4, {Incoming::accept, Incoming::reject}, states::not_pending, Action::ignore,  "core.U5"},
    {Rulebook::vox_0_4, {Incoming::close},             {ConnectionState::pending_outbound}, Action::end_pending, "core.C4"},
    {Rulebook::vox_0_4, {Incoming::close},             states::live,        Action::end_connection, "core.C4"},
    {Rulebook::vox_0_4, {Incoming::close},             states::vacant,      Action::ignore,         "core.C4"},
    {Rulebook::vox_0_4, {Incoming::schema},            states::live,        Action::record_schemas, "core.P3"},
    {Rulebook::vox_0_4, {Incoming::schema},            states::not_live,    Action::ignore,         "core.P3"},
    {Rulebook::vox_0_4, {Incoming::call, Incoming::response, Incoming::cancel}, states::live, Action::route, "core.P4"},
    {Rulebook::vox_0_4, {Incoming::channel},           states::live,        Action::route,          "core.P5"},
    {Rulebook::vox_0_4, {Incoming::call, Incoming::response, Incoming::cancel, Incoming::channel},
                                                       states::not_live,    Action::ignore,         "core.C5"},
    {Rulebook::vox_0_4, {Incoming::ping},              states::any,         Action::answer_ping,    "core.P1"},
    {Rulebook::vox_0_4, {Incoming::pong},              states::on_root,     Action::feed_keepalive, "core.P2"},
    {Rulebook::vox_0_4, {Incoming::pong},              states::off_root,    Action::ignore,         "core.P2"},

    {Rulebook::spec, {Incoming::protocol_error},       states::on_root,     Action::obey_error,     "session.protocol-error"},
    {Rulebook::spec, {Incoming::protocol_error},       states::off_root,    Action::violation,      "session.protocol-error"},
    {Rulebook::spec, {Incoming::open_wrong_parity},    states::any,         Action::violation,      "connection.open"},
    {Rulebook::spec, {Incoming::open},                 states::taken,       Action::violation,      "connection.open"},
    {Rulebook::spec, {Incoming::open},                 states::vacant,      Action::offer,          "connection.open"},
    {Rulebook::spec, {Incoming::accept},               {ConnectionState::pending_outbound}, Action::activate, "connection.open"},
    {Rulebook::spec, {Incoming::reject},               {ConnectionState::pending_outbound}, Action::resolve_reject, "connection.open"},
    {Rulebook::spec, {Incoming::accept, Incoming::reject}, states::not_pending, Action::ignore,     "core.U5"},
    {Rulebook::spec, {Incoming::close},                states::on_root,     Action::violation,      "connection.root"},
    {Rulebook::spec, {Incoming::close},                {ConnectionState::pending_outbound}, Action::end_pending, "connection.close.semantics"},
    {Rulebook::spec, {Incoming::close},                {ConnectionState::offered, ConnectionState::active}, Action::end_connection, "connection.close.semantics"},
    {Rulebook::spec, {Incoming::close},                {ConnectionState::absent}, Action::violation,              "connection.open"},
    {Rulebook::spec, {Incoming::close},                {ConnectionState::closed_here}, Action::ignore,            "connection.close"},
    {Rulebook::spec, {Incoming::close},                {ConnectionState::closed_by_peer}, Action::violation,      "connection.close"},
    {Rulebook::spec, {Incoming::schema},               {ConnectionState::root, ConnectionState::active}, Action::record_schemas, "schema.format.delivery"},
    {Rulebook::spec, {Incoming::call, Incoming::response, Incoming::cancel, Incoming::channel},
                                                       {ConnectionState::root, ConnectionState::active}, Action::route, "session.message"},
    {Rulebook::spec, {Incoming::call, Incoming::response, Incoming::cancel, Incoming::channel, Incoming::schema},
                     {ConnectionState::absent, ConnectionState::pending_outbound, ConnectionState::offered}, Action::violation, "connection.open"},
    {Rulebook::spec, {Incoming::call, Incoming::response, Incoming::cancel, Incoming::channel, Incoming::schema},
                     {ConnectionState::root_removed, ConnectionState::closed_here}, Action::ignore,                     "connection.close"},
    {Rulebook::spec, {Incoming::call, Incoming::response, Incoming::cancel, Incoming::channel, Incoming::schema},
                                                       {ConnectionState::closed_by_peer}, Action::violation,  "connection.close"},
    {Rulebook::spec, {Incoming::ping},                 states::on_root,     Action::answer_ping,    "session.keepalive"},
    {Rulebook::spec, {Incoming::pong},                 states::on_root,     Action::feed_keepalive, "session.keepalive"},
    {Rulebook::spec, {Incoming::ping, Incoming::pong}, states::off_root,    Action::violation,      "session.message.connection-id"},
};
// clang-format on

namespace detail {

inline constexpr std::size_t rulebook_count = 2;

[[nodiscard]] constexpr std::size_t cell_of(Rulebook book, Incoming kind, ConnectionState place) {
  return (std::to_underlying(book) * incoming_count + std::to_underlying(kind)) * state_count +
         std::to_underlying(place);
}

// Calls check(book, kind, place) for every cell; true if all are.
template <class Check>
constexpr bool every_cell(Check check) {
  for (std::uint8_t book = 0; book < rulebook_count; ++book) {
    for (std::uint8_t kind = 0; kind < incoming_count; ++kind) {
      for (std::uint8_t place = 0; place < state_count; ++place) {
        if (!check(Rulebook{book}, Incoming{kind}, ConnectionState{place})) return false;
      }
    }
  }
  return true;
}

// The rows spread out, so that finding one is a single look.
inline constexpr auto row_of_cell = [] {
  std::array<std::uint8_t, rulebook_count * incoming_count * state_count> rows{};
  for (std::size_t row = 0; row < std::size(transitions); ++row) {
    every_cell([&](Rulebook book, Incoming kind, ConnectionState place) {
      if (transitions[row].covers(book, kind, place)) {
        rows[cell_of(book, kind, place)] = static_cast<std::uint8_t>(row);
      }
      return true;
    });
  }
  return rows;
}();

static_assert(every_cell([](Rulebook book, Incoming kind, ConnectionState place) {
                int rows = 0;
                for (auto const& row : transitions)
                  rows += row.covers(book, kind, place) ? 1 : 0;
                return rows == 1;
              }),
              "every message at every place has exactly one row in each rulebook");

}  // namespace detail

[[nodiscard]] constexpr Transition const& transition(Rulebook book, Incoming kind, ConnectionState place) {
  return transitions[detail::row_of_cell[detail::cell_of(book, kind, place)]];
}

}  // namespace vox::session
