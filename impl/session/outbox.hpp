#pragma once
#include "impl/schema/tracker.hpp"
#include "impl/session/command.hpp"
#include "impl/session/output.hpp"
#include "impl/session/ring.hpp"
#include "impl/wire/writer.hpp"

#include <cstddef>
#include <optional>
#include <utility>
#include <variant>

namespace vox::session {

// A message that waits to go out, encoded, with the announcement that may have to go first.
struct Batch {
  struct Announcement {
    schema::Binding binding;
    SharedSchemas schemas;
  };

  Receipt receipt;
  std::optional<Announcement> announcement;
  bool was_asked_for = false;  // by a command, as opposed to what the session does by itself
  bool is_void = false;        // its place among the outputs is taken by output::NotSent
  wire::Buffer payload;
};

// Everything that a session has to say, in order: payloads for the conduit and events for the
// application. Room for payloads is used again.
// r[impl core.X1]
class Outbox {
 public:
  explicit Outbox(std::size_t messages_max) : messages_max_{messages_max} {}

  // Whether commands have to wait. What the session owes the peer still finds room.
  [[nodiscard]] bool is_full() const { return message_count_ >= messages_max_; }
  [[nodiscard]] std::size_t message_count() const { return message_count_; }

  void put(Output event) { outputs_.push() = std::move(event); }
  // A message to be sent; the caller encodes into its payload.
  [[nodiscard]] Batch& put_message(Receipt receipt);

  [[nodiscard]] bool empty() const { return outputs_.empty(); }
  // Whether a message is next, and not an event.
  [[nodiscard]] bool message_is_next() {
    return std::holds_alternative<output::Send>(outputs_.front());
  }
  [[nodiscard]] Output take_event();
  // The message that is next. It leaves the order of outputs when its payload is handed out, and
  // the outbox when that is known to be gone.
  [[nodiscard]] Batch& front();
  void hand_out() { outputs_.pop(); }
  void drop_front();

  // Puts in place of each waiting message for which `should_fail(batch)` what `outcome(batch)` says
  // became of it.
  template <class ShouldFail, class Outcome>
  void fail(ShouldFail const& should_fail, Outcome const& outcome) {
    std::size_t next = 0;
    for (std::size_t index = 0; index < outputs_.size(); ++index) {
      if (!std::holds_alternative<output::Send>(outputs_[index])) continue;
      while (batches_[next].is_void)
        ++next;
      auto& batch = batches_[next++];
      if (!should_fail(std::as_const(batch))) continue;
      outputs_[index] = outcome(std::as_const(batch));
      batch.is_void = true;
      --message_count_;
    }
    drop_void();
  }

 private:
  void drop_void();

  std::size_t messages_max_;
  std::size_t message_count_ = 0;
  Ring<Output> outputs_;  // an output::Send here only says that the next batch is due
  Ring<Batch> batches_;
};

}  // namespace vox::session
