// Sending: one queue, schema announcements before the data that needs them, and messages that
// cannot be sent.
#include "impl/schema/cbor_form.hpp"
#include "impl/session/session.hpp"
#include "spec/assert.hpp"

#include <algorithm>
#include <utility>

namespace vox::session {

namespace {

// How many bytes of a message stand behind its opaque field: calls and responses end with the
// length of the schemas that they do not carry.
std::size_t tail_bytes_of(SendKind kind) {
  return kind == SendKind::call || kind == SendKind::response ? 1 : 0;
}

}  // namespace

Token Session::send(Receipt receipt, wire::MessagePayload const& payload) {
  auto& message = outbox_.draft(receipt);
  wire::encode_message(message.head, {.connection_id = receipt.connection_id, .payload = payload});
  return outbox_.commit();
}

// r[impl core.C3]
std::optional<Misuse> Session::cannot_send(SendKind kind) const {
  if (share_of(kind) == Share::wanted && outbox_.wants_too_much()) return Misuse::queue_full;
  return std::nullopt;
}

std::expected<Token, Misuse> Session::enqueue(Outgoing outgoing) {
  auto const& receipt = outgoing.receipt;
  auto& message = outbox_.draft(receipt);
  wire::encode_message(message.head,
                       {.connection_id = receipt.connection_id, .payload = outgoing.payload});
  auto const size =
      message.head.size() + (outgoing.body == nullptr ? std::size_t{0} : outgoing.body->size());
  std::optional<Misuse> misuse;
  if (size > message_bytes_max_) misuse = Misuse::too_large;
  // If nothing else is queued, a message of any allowed size is taken: waiting would not help. A
  // close is always taken, because it frees memory.
  bool const finds_no_room = receipt.kind != SendKind::close && outbox_.bytes() > 0 &&
                             size > options_.limits.session_bytes_max -
                                        std::min(held_bytes(), options_.limits.session_bytes_max);
  if (finds_no_room && !misuse) misuse = Misuse::queue_full;
  if (outgoing.announcement && !misuse && !can_be_announced(receipt, *outgoing.announcement)) {
    misuse = Misuse::announcement_too_large;
  }
  if (misuse) {
    outbox_.abandon();
    return std::unexpected(*misuse);
  }
  message.is_commanded = true;
  message.announcement = std::move(outgoing.announcement);
  if (outgoing.body != nullptr) {
    message.has_body = true;
    message.tail_bytes = tail_bytes_of(receipt.kind);
    message.body = std::move(*outgoing.body);
  }
  return outbox_.commit();
}

// r[impl core.X1]
std::optional<Transmit> Session::poll_transmit(wire::Buffer& out) {
  while (outbox_.has_waiting()) {
    auto& message = outbox_.front();
    if (message.announcement) {
      // The connection was closed and forgotten, and with it what was announced.
      if (connections_.find(message.receipt.connection_id) == nullptr) {
        static_cast<void>(fail_front(NotSentReason::connection_closed));
        continue;
      }
      auto const before = outbox_.message_count();
      if (auto announcement = announce(message, out)) return announcement;
      if (outbox_.message_count() < before) continue;  // The announcement cannot be sent.
    }
    Transmit const transmit{.token = message.token, .receipt = message.receipt};
    message.put_into(out);
    outbox_.hand_out();
    if (transmit.receipt.kind == SendKind::close) release_tables(transmit.receipt.connection_id);
    return transmit;
  }
  return std::nullopt;
}

// Sends the announcement that the message needs, if it still needs one. This is decided when the
// message is due, because an earlier message may have announced the same.
// r[impl core.X1] r[impl core.X2] r[impl schema.format.delivery] r[impl schema.exchange.caller]
// r[impl schema.exchange.callee] r[impl schema.principles.sender-driven]
// r[impl schema.principles.no-roundtrips]
std::optional<Transmit> Session::announce(OutgoingMessage& message, wire::Buffer& out) {
  auto const id = message.receipt.connection_id;
  auto const announcement = std::exchange(message.announcement, std::nullopt);
  auto announced = missing(*connections_.find(id), *announcement);
  if (!announced) return std::nullopt;
  bool const fits = encode_announcement(*announced);
  auto const& binding = announcement->binding;
  wire::Message const schemas{.connection_id = id,
                              .payload = wire::SchemaMessage{.method_id = binding.method_id,
                                                             .direction = binding.direction,
                                                             .schemas = announcement_cbor_.view()}};
  if (!fits) {
    static_cast<void>(fail_front(NotSentReason::send_failed));
    return std::nullopt;
  }
  auto const bytes_before = out.size();
  wire::encode_message(out, schemas);
  MessageInFlight const in_flight{
      .token = announcement->token,
      .receipt = {.kind = SendKind::schema, .connection_id = id, .id = binding.method_id},
      .bytes = out.size() - bytes_before};
  outbox_.hand_out_announcement(in_flight);
  announcing_.push_back({.token = announcement->token,
                         .message_token = message.token,
                         .connection_id = id,
                         .binding = binding,
                         .announced = std::move(*announced)});
  return Transmit{.token = in_flight.token, .receipt = in_flight.receipt};
}

bool Session::encode_announcement(schema::SchemaPayload const& announced) {
  // Besides the schemas: five small numbers.
  constexpr std::size_t other_bytes_max = 32;
  announcement_cbor_.clear();
  schema::encode(announcement_cbor_, announced);
  return announcement_cbor_.size() + other_bytes_max <= message_bytes_max_;
}

// Asked before the message is taken, since later nobody could be told. Until the announcement goes
// out it can only become smaller, by what others announce before it.
bool Session::can_be_announced(Receipt const& receipt, Announcement const& announcement) {
  auto const announced = missing(*connections_.find(receipt.connection_id), announcement);
  return !announced || encode_announcement(*announced);
}

// The schemas that are neither sent nor in flight; nothing if the binding is.
std::optional<schema::SchemaPayload> Session::missing(Slot const& slot,
                                                      Announcement const& announcement) const {
  auto missing = slot.sent.missing(announcement.binding, *announcement.schemas);
  if (!missing) return std::nullopt;
  for (auto const& other : announcing_) {
    if (other.connection_id != slot.id) continue;
    if (other.binding == announcement.binding) return std::nullopt;
    std::erase_if(missing->schemas, [&other](schema::Schema const& schema) {
      return std::ranges::find(other.announced.schemas, schema.id, &schema::Schema::id) !=
             other.announced.schemas.end();
    });
  }
  return missing;
}

// r[impl core.X2]
void Session::on(input::Written& written) {
  VOX_ASSERT(written.through <= outbox_.last_handed_out());
  written_through_ = std::max(written_through_, written.through);
  outbox_.settle(written.through, [](MessageInFlight const&) {});
  std::erase_if(announcing_, [&](AnnouncementInFlight const& announcement) {
    if (announcement.token > written.through) return false;
    auto* const slot = connections_.find(announcement.connection_id);
    bool const is_of_use = slot != nullptr && (slot->is_live() || !policy_.reopens_afresh);
    if (is_of_use) slot->sent.sent(announcement.binding, announcement.announced);
    return true;
  });
}

void Session::on(input::Progress&) {}

void Session::on(input::ReadingHeldUp&) {
  if (!keepalive_) return;
  keepalive_->excuse(now_);
  timers_.set(Timer::keepalive, keepalive_->deadline());
}

// r[impl core.X1]
void Session::on(input::SendFailed& failed) {
  auto const message = outbox_.take_in_flight(failed.token);
  if (!message) return;
  if (message->receipt.kind == SendKind::schema) {
    auto const at = std::ranges::find(announcing_, failed.token, &AnnouncementInFlight::token);
    VOX_ASSERT(at != announcing_.end());
    auto const message_token = at->message_token;
    announcing_.erase(at);
    if (outbox_.has_in_flight_after(failed.token, message->receipt.connection_id)) {
      return lose_conduit("a schema announcement did not go out: " + failed.error);
    }
    // The message must not go out without its announcement.
    if (outbox_.has_waiting() && outbox_.front().token == message_token) {
      static_cast<void>(fail_front(NotSentReason::send_failed));
    }
    return;
  }
  bool const an_open_failed = on_unsent(*message, NotSentReason::send_failed);
  // r[impl core.K4]
  if (message->receipt.kind == SendKind::ping) {
    return end(EndCause::peer_silent, "failed to send keepalive ping: " + failed.error);
  }
  if (an_open_failed) end_if_released();
}

// Frees the tables of a closed connection on which nothing more goes out.
void Session::release_tables(ConnectionId id) {
  if (!policy_.reopens_afresh) return;
  auto* const slot = connections_.find(id);
  if (slot != nullptr && !slot->is_live()) slot->forget_requests();
}

bool Session::fail_front(NotSentReason reason) {
  auto const& message = outbox_.front();
  MessageInFlight const failed{
      .token = message.token, .receipt = message.receipt, .is_commanded = message.is_commanded};
  outbox_.drop_front();
  return on_unsent(failed, reason);
}

// The conduit is gone: nothing that is queued for it goes out, on this or on the next one.
void Session::fail_all() {
  announcing_.clear();
  outbox_.settle(outbox_.last_handed_out(), [this](MessageInFlight const& message) {
    // The peer may have received it, so the session's state stays as if it was sent.
    if (message.receipt.kind == SendKind::schema || state_ == SessionState::ended) return;
    put(event::NotSent{
        .token = message.token, .receipt = message.receipt, .reason = NotSentReason::unconfirmed});
  });
  bool an_open_failed = false;
  while (outbox_.has_waiting())
    an_open_failed = fail_front(NotSentReason::conduit_lost) || an_open_failed;
  if (an_open_failed) end_if_released();
}

// Undoes and reports what a message that did not go out had changed. True if that removed a
// connection. After the end of the session there is nothing to undo or report.
bool Session::on_unsent(MessageInFlight const& message, NotSentReason reason) {
  if (state_ == SessionState::ended) return false;
  auto const& receipt = message.receipt;
  auto* const slot = connections_.find_live(receipt.connection_id);
  // If the peer guessed the id and has accepted it already, the connection stays open.
  // r[impl core.U2]
  if (receipt.kind == SendKind::open && slot != nullptr &&
      slot->state == ConnectionState::pending_outbound) {
    connections_.erase(*slot);
    put(event::OpenFailed{.connection_id = receipt.connection_id,
                          .error = protocol_error(text::open_not_sent)});
    return true;
  }
  // r[impl core.C3]
  if (receipt.kind == SendKind::close && message.is_commanded) {
    put(event::CloseFailed{.connection_id = receipt.connection_id,
                           .token = message.token,
                           .error = protocol_error(text::close_not_sent)});
    return false;
  }
  if (receipt.kind == SendKind::call && slot != nullptr) slot->calls_out.erase(receipt.id);
  put(event::NotSent{.token = message.token, .receipt = receipt, .reason = reason});
  return false;
}

}  // namespace vox::session
