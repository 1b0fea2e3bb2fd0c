#include "impl/session/outbox.hpp"

#include "spec/assert.hpp"

namespace vox::session {

namespace {

// A payload larger than this gives its room back; the next one may be small.
constexpr std::size_t kept_bytes_max = std::size_t{1} << 16U;

}  // namespace

Batch& Outbox::put_message(Receipt receipt) {
  outputs_.push() = output::Send{};
  auto& batch = batches_.push();
  ++message_count_;
  batch.receipt = receipt;
  batch.announcement.reset();
  batch.was_asked_for = false;
  batch.is_void = false;
  batch.payload.clear();
  return batch;
}

Output Outbox::take_event() {
  VOX_ASSERT(!message_is_next());
  Output event = std::move(outputs_.front());
  outputs_.front() = output::Send{};  // Lets go of the backing that the event may share.
  outputs_.pop();
  return event;
}

Batch& Outbox::front() {
  VOX_ASSERT(!batches_.front().is_void);
  return batches_.front();
}

void Outbox::drop_front() {
  auto& batch = front();
  if (batch.payload.size() > kept_bytes_max) batch.payload = wire::Buffer{};
  batch.announcement.reset();
  batches_.pop();
  --message_count_;
  drop_void();
}

void Outbox::drop_void() {
  while (!batches_.empty() && batches_.front().is_void) {
    batches_.front().announcement.reset();
    batches_.pop();
  }
}

}  // namespace vox::session
