#include "impl/session/outbox.hpp"

#include "spec/assert.hpp"

#include <algorithm>

namespace vox::session {

namespace {

// A head larger than this gives its room back; the next one may be small.
constexpr std::size_t kept_bytes_max = 1024;

}  // namespace

void OutgoingMessage::put_into(wire::Buffer& out) const {
  wire::Writer writer{out};
  if (!has_body) return writer.put_bytes(head.view());
  // The head was encoded with an empty field, whose length of four bytes stands before the tail.
  auto const encoded = head.view();
  auto const front_bytes = encoded.size() - tail_bytes - 4;
  writer.put_bytes(encoded.first(front_bytes));
  writer.put_opaque(body.view());
  writer.put_bytes(encoded.last(tail_bytes));
}

OutgoingMessage& Outbox::draft(Receipt receipt) {
  auto& message = waiting_.push();
  message.receipt = receipt;
  message.announcement.reset();
  message.is_commanded = false;
  message.is_void = false;
  message.has_body = false;
  message.tail_bytes = 0;
  message.head.clear();
  message.body.clear();
  return message;
}

Token Outbox::commit() {
  auto& message = waiting_.back();
  if (message.announcement) message.announcement->token = ++last_token_;
  message.token = ++last_token_;
  charge(message.receipt.kind, message.size());
  return message.token;
}

void Outbox::abandon() {
  empty_out(waiting_.back());
  waiting_.pop_back();
}

OutgoingMessage& Outbox::front() {
  VOX_ASSERT(!waiting_.front().is_void);
  return waiting_.front();
}

void Outbox::hand_out() {
  auto& message = front();
  last_handed_out_ = message.token;
  in_flight_.push() = {.token = message.token,
                       .receipt = message.receipt,
                       .is_commanded = message.is_commanded,
                       .bytes = message.size()};
  empty_out(message);
  waiting_.pop();
  drop_void();
}

void Outbox::hand_out_announcement(MessageInFlight const& announcement) {
  last_handed_out_ = announcement.token;
  charge(announcement.receipt.kind, announcement.bytes);
  in_flight_.push() = announcement;
}

void Outbox::drop_front() {
  void_message(front());
  drop_void();
}

std::optional<MessageInFlight> Outbox::take_in_flight(Token token) {
  for (std::size_t index = 0; index < in_flight_.size(); ++index) {
    if (in_flight_[index].token != token) continue;
    auto const taken = in_flight_[index];
    for (; index + 1 < in_flight_.size(); ++index)
      in_flight_[index] = in_flight_[index + 1];
    discharge(taken.receipt.kind, taken.bytes);
    in_flight_.pop_back();
    return taken;
  }
  return std::nullopt;
}

bool Outbox::has_in_flight_after(Token token, ConnectionId connection_id) {
  for (std::size_t index = 0; index < in_flight_.size(); ++index) {
    auto const& message = in_flight_[index];
    if (message.token > token && message.receipt.connection_id == connection_id) return true;
  }
  return false;
}

Outbox::Usage& Outbox::usage_of(SendKind kind) {
  switch (share_of(kind)) {
    case Share::owed:
      return owed_;
    case Share::wanted:
      return wanted_;
    case Share::unlimited:
      return unlimited_;
  }
  VOX_ASSERT(false);
}

void Outbox::charge(SendKind kind, std::size_t bytes) {
  auto& usage = usage_of(kind);
  ++usage.messages;
  usage.bytes += bytes;
}

void Outbox::discharge(SendKind kind, std::size_t bytes) {
  auto& usage = usage_of(kind);
  --usage.messages;
  usage.bytes -= bytes;
}

void Outbox::release_in_flight() {
  auto const& written = in_flight_.front();
  discharge(written.receipt.kind, written.bytes);
  in_flight_.pop();
}

void Outbox::void_message(OutgoingMessage& message) {
  discharge(message.receipt.kind, message.size());
  message.is_void = true;
  empty_out(message);
}

void Outbox::drop_void() {
  while (!waiting_.empty() && waiting_.front().is_void)
    waiting_.pop();
}

void Outbox::empty_out(OutgoingMessage& message) {
  if (message.head.size() > kept_bytes_max) message.head = wire::Buffer{};
  message.body.clear();
  message.announcement.reset();
}

}  // namespace vox::session
