#pragma once
#include "impl/session/connection_state.hpp"
#include "spec/rule.hpp"
#include "spec/rulebook.hpp"

#include <boost/describe/enum.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <utility>

// What a session does with a message, as data: for each rulebook, kind of message and state of its
// connection there is exactly one row. The tests walk through all of them.
namespace vox::session {

// The kinds of message. Some are told apart further, because what they mean depends on it:
//  open_wrong_parity   an open of an id that the peer may not allocate
//  close_after_resume  a close in a session that was resumed; its sender may not know whether its
//                      open was lost with an earlier conduit
//  pong_off_root       a pong on another connection than 0
enum class Incoming : std::uint8_t {
  protocol_error,
  open_wrong_parity,
  open,
  accept,
  reject,
  close,
  close_after_resume,
  call,
  response,
  cancel,
  schema,
  channel,
  ping,
  pong,
  pong_off_root,
};
BOOST_DESCRIBE_ENUM(Incoming, protocol_error, open_wrong_parity, open, accept, reject, close,
                    close_after_resume, call, response, cancel, schema, channel, ping, pong,
                    pong_off_root)
inline constexpr std::size_t incoming_count = 15;

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

// One row: under this rulebook, any of these messages in any of these states.
struct Transition {
  Rulebook rulebook;
  SetOf<Incoming> incoming;
  SetOf<ConnectionState> states;
  Action action;
  Rule rule;  // what says so; for a violation, what was broken

  [[nodiscard]] constexpr bool covers(Rulebook book, Incoming kind, ConnectionState state) const {
    return rulebook == book && incoming.contains(kind) && states.contains(state);
  }
};

// The states of the ids without a live slot, of those with one, and of those that take messages.
namespace states {
using enum ConnectionState;
using States = SetOf<ConnectionState>;
inline constexpr auto any = States::all();
inline constexpr States on_root{root, root_removed};
inline constexpr States off_root{absent, forgotten,   pending_outbound, offered,
                                 active, closed_here, closed_by_peer};
inline constexpr States vacant{root_removed, absent, forgotten, closed_here, closed_by_peer};
inline constexpr States taken{root, pending_outbound, offered, active};
inline constexpr States not_pending{root,    root_removed, absent,      forgotten,
                                    offered, active,       closed_here, closed_by_peer};
inline constexpr States live{root, offered, active};
inline constexpr States not_live{root_removed, absent,         forgotten,
                                 closed_here,  closed_by_peer, pending_outbound};
}  // namespace states

// clang-format off
// r[impl core.O1] r[impl core.O2] r[impl core.U5] r[impl core.C4] r[impl core.C5] r[impl core.P1]
// r[impl core.P2] r[impl core.P6] r[impl connection.open] r[impl connection.close.semantics]
// r[impl connection.close] r[impl connection.root] r[impl session.message.connection-id]
namespace detail {
using enum Rulebook;
using enum Incoming;
using enum ConnectionState;

inline constexpr Transition transitions[] = {
    {vox_0_4, {protocol_error},    states::any,         Action::ignore,         "core.P6"},
    {vox_0_4, {open_wrong_parity}, states::any,         Action::refuse_open,    "core.O1"},
    {vox_0_4, {open},              states::taken,       Action::refuse_open,    "core.O2"},
    {vox_0_4, {open},              states::vacant,      Action::offer,          "core.O4"},
    {vox_0_4, {accept},            {pending_outbound},  Action::activate,       "core.U3"},
    {vox_0_4, {reject},            {pending_outbound},  Action::resolve_reject, "core.U4"},
    {vox_0_4, {accept, reject},    states::not_pending, Action::ignore,         "core.U5"},
    {vox_0_4, {close, close_after_resume}, {pending_outbound}, Action::end_pending, "core.C4"},
    {vox_0_4, {close, close_after_resume}, states::live,   Action::end_connection, "core.C4"},
    {vox_0_4, {close, close_after_resume}, states::vacant, Action::ignore,      "core.C4"},
    {vox_0_4, {schema},            states::live,        Action::record_schemas, "core.P3"},
    {vox_0_4, {schema},            states::not_live,    Action::ignore,         "core.P3"},
    {vox_0_4, {call, response, cancel}, states::live,   Action::route,          "core.P4"},
    {vox_0_4, {channel},           states::live,        Action::route,          "core.P5"},
    {vox_0_4, {call, response, cancel, channel}, states::not_live, Action::ignore, "core.C5"},
    {vox_0_4, {ping},              states::any,         Action::answer_ping,    "core.P1"},
    {vox_0_4, {pong},              states::any,         Action::feed_keepalive, "core.P2"},
    {vox_0_4, {pong_off_root},     states::any,         Action::ignore,         "core.P2"},

    {spec, {protocol_error},       states::on_root,     Action::obey_error,     "session.protocol-error"},
    {spec, {protocol_error},       states::off_root,    Action::violation,      "session.protocol-error"},
    {spec, {open_wrong_parity},    states::any,         Action::violation,      "connection.open"},
    {spec, {open},                 states::taken,       Action::violation,      "connection.open"},
    {spec, {open},                 states::vacant,      Action::offer,          "connection.open"},
    {spec, {accept},               {pending_outbound},  Action::activate,       "connection.open"},
    {spec, {reject},               {pending_outbound},  Action::resolve_reject, "connection.open"},
    {spec, {accept, reject},       states::not_pending, Action::ignore,         "core.U5"},
    {spec, {close, close_after_resume}, states::on_root, Action::violation,     "connection.root"},
    {spec, {close, close_after_resume}, {pending_outbound}, Action::end_pending, "connection.close.semantics"},
    {spec, {close, close_after_resume}, {offered, active}, Action::end_connection, "connection.close.semantics"},
    {spec, {close},                {absent},            Action::violation,      "connection.open"},
    {spec, {close_after_resume},   {absent},            Action::ignore,         "session.handshake.resume"},
    {spec, {close, close_after_resume}, {closed_here, forgotten}, Action::ignore, "connection.close"},
    {spec, {close, close_after_resume}, {closed_by_peer}, Action::violation,    "connection.close"},
    {spec, {schema},               {root, active},      Action::record_schemas, "schema.format.delivery"},
    {spec, {call, response, cancel, channel}, {root, active}, Action::route,    "session.message"},
    {spec, {call, response, cancel, channel, schema}, {absent, pending_outbound, offered}, Action::violation, "connection.open"},
    {spec, {call, response, cancel, channel, schema}, {root_removed, closed_here, forgotten}, Action::ignore, "connection.close"},
    {spec, {call, response, cancel, channel, schema}, {closed_by_peer}, Action::violation, "connection.close"},
    {spec, {ping},                 states::on_root,     Action::answer_ping,    "session.keepalive"},
    {spec, {ping},                 states::off_root,    Action::violation,      "session.message.connection-id"},
    {spec, {pong},                 states::any,         Action::feed_keepalive, "session.keepalive"},
    {spec, {pong_off_root},        states::any,         Action::violation,      "session.message.connection-id"},
};
// clang-format on

inline constexpr std::size_t rulebook_count = 2;

[[nodiscard]] constexpr std::size_t cell_of(Rulebook book, Incoming kind, ConnectionState state) {
  return (std::to_underlying(book) * incoming_count + std::to_underlying(kind)) *
             connection_state_count +
         std::to_underlying(state);
}

// Calls check(book, kind, state) for every cell; true if all are.
template <class Check>
constexpr bool every_cell(Check check) {
  for (std::uint8_t book = 0; book < rulebook_count; ++book) {
    for (std::uint8_t kind = 0; kind < incoming_count; ++kind) {
      for (std::uint8_t state = 0; state < connection_state_count; ++state) {
        if (!check(Rulebook{book}, Incoming{kind}, ConnectionState{state})) return false;
      }
    }
  }
  return true;
}

// The rows spread out, so that finding one is a single look.
inline constexpr auto row_of_cell = [] {
  std::array<std::uint8_t, rulebook_count * incoming_count * connection_state_count> rows{};
  for (std::size_t row = 0; row < std::size(transitions); ++row) {
    every_cell([&](Rulebook book, Incoming kind, ConnectionState state) {
      if (transitions[row].covers(book, kind, state)) {
        rows[cell_of(book, kind, state)] = static_cast<std::uint8_t>(row);
      }
      return true;
    });
  }
  return rows;
}();

static_assert(every_cell([](Rulebook book, Incoming kind, ConnectionState state) {
                int rows = 0;
                for (auto const& row : transitions)
                  rows += row.covers(book, kind, state) ? 1 : 0;
                return rows == 1;
              }),
              "every message in every state has exactly one row in each rulebook");

}  // namespace detail

using detail::transitions;

[[nodiscard]] constexpr Transition const& transition(Rulebook book, Incoming kind,
                                                     ConnectionState state) {
  return transitions[detail::row_of_cell[detail::cell_of(book, kind, state)]];
}

}  // namespace vox::session
