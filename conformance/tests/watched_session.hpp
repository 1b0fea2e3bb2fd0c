#pragma once
#include "impl/session/session.hpp"

#include <boost/container/flat_map.hpp>
#include <boost/container/flat_set.hpp>

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace voxspec::test {

// Small, and without an allocation for each element: the fuzzer keeps millions of books.
template <class Key>
using Set = boost::container::flat_set<Key>;
template <class Key, class Value>
using Map = boost::container::flat_map<Key, Value>;

// A session of the reference implementation, and beside it a book of all that went in and all that
// came out, kept without a look at how the session works. What holds of every session, whatever its
// peer, its application and its link do, is checked here and nowhere else, for properties,
// simulations and fuzzers alike:
//  - the ids it allocates are of its parity and rise, so none comes twice
//  - each of its opens is resolved exactly once, and it holds a slot for every connection that it
//    spoke of and did not end, and no other
//  - what it accepted for sending goes out once, in order, or it says that it does not; nobody
//    else's message goes out, none on a connection that is not there, and none on a conduit that is
//    gone; what was handed out and not written when the conduit was lost is named
//  - in `spec`, schemas go before the data that needs them, and a response answers one call
//  - it does not refuse a command for a reason that it knows to be wrong
//  - one Ping is outstanding at a time, with nonces 1, 2, 3, …
//  - the generation grows by one with each resumption
//  - it accuses its peer in `spec` only, as its last message; and after its end it is silent
// Each contradiction is a complaint. Time does not go back, and the book is compared with the
// session when everything is polled.
class WatchedSession {
 public:
  explicit WatchedSession(vox::session::Session begun);

  void handle(vox::TimePoint now, vox::session::Input input);
  // A command whose meaning depends on what the session has said (all but Open and Shutdown) wants
  // that to be polled first, as an application would.
  std::expected<vox::session::Accepted, vox::session::Refusal> call(vox::TimePoint now,
                                                                    vox::session::Command command);
  // Events are to be polled before messages.
  [[nodiscard]] std::optional<vox::session::Event> poll_event();
  [[nodiscard]] std::optional<vox::session::Transmit> poll_transmit(vox::wire::Buffer& out);
  // Everything that was handed out is written.
  void write(vox::TimePoint now);

  // Compares the book with the session. There is nothing more to be polled.
  void compare();
  // Ends the session, polls it, and looks whether anything is left over.
  void finish(vox::TimePoint now);

  [[nodiscard]] vox::session::Session const& session() const { return session_; }
  // Connections: opens of ours without an answer, opens of the peer (and the root) that nobody has
  // decided, and those that can be used.
  [[nodiscard]] Set<vox::session::ConnectionId> const& asked() const { return asked_; }
  [[nodiscard]] Set<vox::session::ConnectionId> const& offered() const { return offered_; }
  [[nodiscard]] Set<vox::session::ConnectionId> const& live() const { return live_; }
  [[nodiscard]] bool is_connected() const { return is_connected_; }
  [[nodiscard]] bool has_ended() const { return has_ended_; }
  [[nodiscard]] std::vector<std::string> const& complaints() const { return complaints_; }

 private:
  // A request on a connection; a binding on a connection.
  using RequestKey = std::pair<vox::session::ConnectionId, vox::session::RequestId>;
  using BindingKey =
      std::tuple<vox::session::ConnectionId, vox::session::MethodId, vox::wire::BindingDirection>;
  using ReceiptKey = std::tuple<vox::session::SendKind, vox::session::ConnectionId, std::uint64_t>;

  void complain(std::string what) { complaints_.push_back(std::move(what)); }
  void expect(bool holds, std::string_view otherwise) {
    if (!holds) complain(std::string{otherwise});
  }
  [[nodiscard]] bool follows_spec() const { return session_.rulebook() == vox::Rulebook::spec; }
  [[nodiscard]] bool can_speak_on(vox::session::ConnectionId id) const;
  [[nodiscard]] std::string name_of(vox::session::Receipt const& receipt) const;

  void note_input(vox::session::Input const& input);
  void note_received(vox::ByteView payload);
  void note_command(vox::session::Command const& command, vox::session::Accepted accepted,
                    bool is_root);
  void note_refusal(vox::session::Command const& command, vox::session::Refusal const& refusal);
  void note(vox::session::Event const& output);
  template <class Event>
  void on(Event const& event);
  void note_transmit(vox::session::Transmit const& transmit, vox::ByteView payload);
  void note_unconfirmed(vox::session::event::NotSent const& unsent);
  void drain();
  void close_on_wire(vox::session::ConnectionId id);
  void check_place(vox::session::Receipt const& receipt);
  void check_schemas(vox::session::Receipt const& receipt, vox::wire::Message const& message);
  // The method of the call that the oldest queued response of this receipt answers.
  std::optional<vox::session::MethodId> take_answer(vox::session::Receipt const& receipt);
  void forget_connection(vox::session::ConnectionId id);
  void forget_conduit();

  void accept_for_sending(vox::session::Receipt const& receipt);
  void settle(vox::session::Receipt const& receipt);
  void compare_connections();

  vox::session::Session session_;
  std::vector<std::string> complaints_;

  Set<vox::session::ConnectionId> asked_;
  Set<vox::session::ConnectionId> offered_{vox::session::root_connection};
  Set<vox::session::ConnectionId> live_;
  Set<vox::session::ConnectionId> closed_by_peer_;  // though we may not have been told yet
  vox::session::ConnectionId last_opened_ = 0;
  bool root_was_requested_ = false;

  boost::container::flat_multiset<ReceiptKey>
      unsent_;  // accepted for sending; neither sent nor given up
  Map<vox::session::Token, vox::session::Receipt> promised_;  // by accepted commands
  vox::session::Token last_token_ = 0;
  struct InFlight {
    vox::session::Transmit transmit;
    std::optional<BindingKey> binding;
    std::optional<vox::session::MethodId> answer;
  };
  std::deque<InFlight> in_flight_;
  Map<RequestKey, vox::session::MethodId> calls_in_;             // that we owe a response
  Map<RequestKey, vox::session::MethodId> calls_out_;            // that we wait for
  Map<RequestKey, std::deque<vox::session::MethodId>> answers_;  // on their way out
  // What the peer has seen on the wire: announcements, and the connections that both sides agreed
  // on.
  Set<BindingKey> announced_;
  Set<vox::session::ConnectionId> agreed_;

  std::uint64_t generation_ = 0;
  std::uint64_t last_ping_ = 0;
  Set<std::uint64_t> pongs_;  // nonces that came on the root
  // Requests that are in flight on each connection, in and out; made for compare() and kept for its
  // room.
  Map<vox::session::ConnectionId, std::pair<std::size_t, std::size_t>> requests_;
  bool is_connected_ = true;
  bool has_accused_ = false;
  bool must_accuse_ = false;
  bool is_silenced_ = false;  // its last words had no conduit any more
  bool has_ended_ = false;
};

}  // namespace voxspec::test
