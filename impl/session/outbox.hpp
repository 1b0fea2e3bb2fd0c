#pragma once
#include "impl/schema/tracker.hpp"
#include "impl/session/body.hpp"
#include "impl/session/command.hpp"
#include "impl/session/ring.hpp"
#include "impl/session/transmit.hpp"
#include "impl/wire/writer.hpp"
#include "spec/limits.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

namespace vox::session {

// The schemas that have to go out before a message, if they have not by then.
struct Announcement {
  Token token = 0;
  schema::Binding binding;
  SharedSchemas schemas;
};

// A message that waits to go out. An opaque field of it (arguments, a result, an item) is not part
// of the encoded head: its bytes are put in when the message goes out, which is their only copy.
struct OutgoingMessage {
  Token token = 0;
  Receipt receipt;
  std::optional<Announcement> announcement;
  bool is_commanded = false;  // by the application, as opposed to what the session sends by itself
  bool is_void = false;       // failed while others before it were waiting
  bool has_body = false;
  std::size_t tail_bytes = 0;  // of the head that go behind the body
  wire::Buffer head;
  Body body;

  // The bytes that the message has on the wire.
  [[nodiscard]] std::size_t size() const { return head.size() + body.size(); }
  void put_into(wire::Buffer& out) const;
};

// Whose limit a kind of message counts against: what we owe the peer gates reading, what we want is
// refused when there is too much of it, and the rest, which frees things, always goes.
enum class Share : std::uint8_t { owed, wanted, unlimited };
[[nodiscard]] constexpr Share share_of(SendKind kind) {
  switch (kind) {
    case SendKind::protocol_error:
    case SendKind::accept:
    case SendKind::reject:
    case SendKind::response:
    case SendKind::pong:
      return Share::owed;
    case SendKind::open:
    case SendKind::call:
    case SendKind::channel:
    case SendKind::ping:
    case SendKind::schema:
      return Share::wanted;
    case SendKind::close:
    case SendKind::cancel:
      return Share::unlimited;
  }
  return Share::unlimited;
}

// A message that was handed out and is not known to be written.
struct MessageInFlight {
  Token token = 0;
  Receipt receipt;
  bool is_commanded = false;
  std::size_t bytes = 0;
};

// The messages of a session, in the one order in which they go out: those that wait, then those
// that were handed out and are not known to be written. Each counts against its share until it is
// settled. Room is used again.
// r[impl core.X1]
class Outbox {
 public:
  explicit Outbox(Limits const& limits) : limits_{limits} {}

  [[nodiscard]] bool owes_too_much() const {
    return owed_.messages >= limits_.owed_messages_max || owed_.bytes >= limits_.owed_bytes_max;
  }
  [[nodiscard]] bool wants_too_much() const {
    return wanted_.messages >= limits_.wanted_messages_max ||
           wanted_.bytes >= limits_.wanted_bytes_max;
  }
  // Of all messages that are not settled.
  [[nodiscard]] std::size_t bytes() const { return owed_.bytes + wanted_.bytes + unlimited_.bytes; }
  [[nodiscard]] std::size_t message_count() const {
    return owed_.messages + wanted_.messages + unlimited_.messages;
  }
  [[nodiscard]] bool has_waiting() const { return !waiting_.empty(); }
  [[nodiscard]] Token last_handed_out() const { return last_handed_out_; }

  // Room for the next message, to be filled in; then it is committed or abandoned.
  [[nodiscard]] OutgoingMessage& draft(Receipt receipt);
  Token commit();
  void abandon();

  // The message that goes out next.
  [[nodiscard]] OutgoingMessage& front();
  // It goes out now, and is in flight from here on.
  void hand_out();
  // A message that never waited, because it goes out right before front().
  void hand_out_announcement(MessageInFlight const& announcement);
  // It will not go out.
  void drop_front();

  // Everything in flight up to the token is written: visit(message) for each.
  template <class Visit>
  void settle(Token through, Visit const& visit) {
    while (!in_flight_.empty() && in_flight_.front().token <= through) {
      visit(std::as_const(in_flight_.front()));
      release_in_flight();
    }
  }
  // Removes the message in flight with this token, if there is one.
  [[nodiscard]] std::optional<MessageInFlight> take_in_flight(Token token);
  // Whether a message of the connection was handed out after this token and is still in flight.
  [[nodiscard]] bool has_in_flight_after(Token token, ConnectionId connection_id);

  // Removes each waiting message for which should_fail(message), and calls visit(message) for it.
  template <class ShouldFail, class Visit>
  void fail_waiting(ShouldFail const& should_fail, Visit const& visit) {
    for (std::size_t index = 0; index < waiting_.size(); ++index) {
      auto& message = waiting_[index];
      if (message.is_void || !should_fail(std::as_const(message))) continue;
      visit(std::as_const(message));
      void_message(message);
    }
    drop_void();
  }

 private:
  struct Usage {
    std::size_t messages = 0;
    std::size_t bytes = 0;
  };

  [[nodiscard]] Usage& usage_of(SendKind kind);
  void charge(SendKind kind, std::size_t bytes);
  void discharge(SendKind kind, std::size_t bytes);
  void release_in_flight();
  void void_message(OutgoingMessage& message);
  void drop_void();
  static void empty_out(OutgoingMessage& message);

  Limits limits_;
  Usage owed_;
  Usage wanted_;
  Usage unlimited_;
  Token last_token_ = 0;
  Token last_handed_out_ = 0;
  Ring<OutgoingMessage> waiting_;
  Ring<MessageInFlight> in_flight_;
};

}  // namespace vox::session
