// How messages leave a session: one queue, schemas before the data that needs them, and what
// becomes of those that cannot leave.
#include "impl/schema/cbor_form.hpp"
#include "impl/session/session.hpp"
#include "spec/assert.hpp"

#include <utility>

namespace vox::session {

Batch& Session::send(Receipt receipt, wire::MessagePayload const& payload) {
  auto& batch = outbox_.put_message(receipt);
  wire::encode_message(batch.payload, {.connection_id = receipt.connection_id, .payload = payload});
  return batch;
}

void Session::commit_in_flight() {
  switch (std::exchange(in_flight_, InFlight::nothing)) {
    case InFlight::nothing:
      return;
    case InFlight::announcement: {
      auto& batch = outbox_.front();
      auto* const slot = connections_.find(batch.receipt.connection_id);
      VOX_ASSERT(slot != nullptr);
      slot->sent.sent(batch.announcement->binding, *announced_);
      batch.announcement.reset();
      return;
    }
    case InFlight::payload:
      outbox_.drop_front();
      return;
  }
}

// What has to come out before the batch, if anything does. It is asked at the moment of sending: a
// batch in front may have brought what is missing.
// r[impl core.X1] r[impl core.X2] r[impl schema.format.delivery] r[impl schema.exchange.caller]
// r[impl schema.exchange.callee] r[impl schema.principles.sender-driven]
// r[impl schema.principles.no-roundtrips]
std::optional<Event> Session::announce(Batch& batch) {
  auto const id = batch.receipt.connection_id;
  auto const& binding = batch.announcement->binding;
  auto const* const slot = connections_.find(id);
  if (slot == nullptr) {  // Closed so long ago that nobody knows what was announced.
    auto unsent = outcome_of_unsent(batch);
    outbox_.hand_out();
    outbox_.drop_front();
    return unsent;
  }
  announced_ = slot->sent.missing(binding, *batch.announcement->schemas);
  if (!announced_) {
    batch.announcement.reset();
    return std::nullopt;
  }
  announcement_cbor_.clear();
  schema::encode(announcement_cbor_, *announced_);
  announcement_.clear();
  wire::encode_message(announcement_,
                       {.connection_id = id,
                        .payload = wire::SchemaMessage{.method_id = binding.method_id,
                                                       .direction = binding.direction,
                                                       .schemas = announcement_cbor_.view()}});
  in_flight_ = InFlight::announcement;
  return event::Send{
      .receipt = {.kind = SendKind::schema, .connection_id = id, .id = binding.method_id},
      .payload = announcement_.view()};
}

void Session::on(input::SendFailed const& failed) {
  auto const was = std::exchange(in_flight_, InFlight::nothing);
  if (was == InFlight::nothing) return;
  auto& batch = outbox_.front();
  // If the announcement did not go out, neither does what it was for.
  if (was == InFlight::announcement) outbox_.hand_out();
  auto const receipt = batch.receipt;
  auto outcome = outcome_of_unsent(batch);
  outbox_.drop_front();
  if (state_ == SessionState::ended) return;
  outbox_.put(std::move(outcome));
  // r[impl core.K4]
  if (receipt.kind == SendKind::ping) {
    return end(EndCause::peer_silent, "failed to send keepalive ping: " + failed.error);
  }
  end_if_released();
}

Event Session::outcome_of_unsent(Batch const& batch) {
  auto const& receipt = batch.receipt;
  auto* const slot = connections_.find_live(receipt.connection_id);
  // A peer that guessed the id may have accepted it already; then the connection stands.
  // r[impl core.U2]
  if (receipt.kind == SendKind::open && slot != nullptr && slot->state == ConnectionState::pending_outbound) {
    connections_.erase(*slot);
    return event::OpenFailed{.connection_id = receipt.connection_id,
                              .error = protocol_error(text::open_not_sent)};
  }
  // r[impl core.C3]
  if (receipt.kind == SendKind::close && batch.was_asked_for) {
    return event::CloseFailed{.connection_id = receipt.connection_id,
                               .error = protocol_error(text::close_not_sent)};
  }
  if (receipt.kind == SendKind::call && slot != nullptr) slot->calls_out.take(receipt.id);
  return event::NotSent{.receipt = receipt};
}

}  // namespace vox::session
