#include "impl/link/memory_link.hpp"

#include "impl/link/outgoing.hpp"
#include "impl/link/transport_end.hpp"

#include <boost/circular_buffer.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <optional>
#include <utility>

namespace vox::link {
namespace {

LinkEnd peer_finished() {
  return {.kind = LinkEndKind::eof, .detail = "the other end finished sending"};
}
LinkEnd peer_gone() {
  return {.kind = LinkEndKind::reset, .detail = "the other end no longer receives"};
}
LinkEnd peer_aborted() {
  return {.kind = LinkEndKind::reset, .detail = "the other end aborted the link"};
}
LinkEnd oversize(std::size_t payload_bytes, std::size_t payload_bytes_max) {
  return {.kind = LinkEndKind::oversize,
          .detail = above_limit(payload_bytes, payload_bytes_max).detail};
}

// One direction: what was flushed and not yet received, and how it ended at either side. Both
// ends share it.
struct Direction {
  Direction(boost::asio::any_io_executor const& executor, MemoryLinkOptions const& options)
      : out{executor, 0, options.link.frame_bytes_max}, queue{options.queued_payloads_max} {}

  // Moves payloads that are to be written to the queue, as far as there is room.
  // r[impl zerocopy.recv.inprocess]
  void move_payloads() {
    try {
      move_what_fits();
    } catch (std::bad_alloc const&) {
      end_sending(no_memory());
    }
  }
  void move_what_fits() {
    while (out.is_writing() || out.take_batch()) {
      for (; moved < out.batch().count(); ++moved) {
        if (queue.full()) return;
        auto const payload = out.batch().payload(moved);
        queue.push_back(pool.copy(payload));
        bytes_moved += payload.size();
        out.changed.notify();
      }
      moved = 0;
      out.done();
    }
  }
  // The sender's end. What waits for room in the queue is lost.
  void end_sending(LinkEnd end) {
    moved = 0;
    out.fail(std::move(end));
  }
  // What is queued is no use to a receiver that cannot take the first of it.
  void refuse_queued(LinkEnd end) {
    queue.clear();
    receiver_end = std::move(end);
    end_sending(peer_gone());
  }
  void end_receiving(LinkEnd end) {
    if (!receiver_end) receiver_end = std::move(end);
    out.changed.notify();
  }

  Outgoing out;
  std::size_t moved = 0;  // payloads of the batch that are in the queue
  boost::circular_buffer<Backing> queue;
  BackingPool pool;
  std::uint64_t bytes_moved = 0;
  std::optional<LinkEnd> receiver_end;  // what a receive is told once the queue is empty
};

class MemoryLink final : public Link {
 public:
  MemoryLink(std::shared_ptr<Direction> in, std::shared_ptr<Direction> out, std::string name)
      : in_{std::move(in)}, out_{std::move(out)}, name_{std::move(name)} {}
  MemoryLink(MemoryLink const&) = delete;
  MemoryLink(MemoryLink&&) = delete;
  MemoryLink& operator=(MemoryLink const&) = delete;
  MemoryLink& operator=(MemoryLink&&) = delete;
  ~MemoryLink() override { end_both(); }

  boost::asio::awaitable<Received> receive() override {
    auto& in = *in_;
    auto const is_ready = [&] { return !in.queue.empty() || in.receiver_end.has_value(); };
    if (!is_ready()) co_await in.out.changed.until(is_ready);
    if (!in.queue.empty() && in.queue.front().view().size() > received_bytes_max_) {
      in.refuse_queued(oversize(in.queue.front().view().size(), received_bytes_max_));
    }
    if (in.queue.empty()) co_return std::unexpected(*in.receiver_end);
    auto payload = std::move(in.queue.front());
    in.queue.pop_front();
    in.move_payloads();
    co_return std::move(payload);
  }

  void limit_received(std::size_t payload_bytes_max) override {
    received_bytes_max_ = std::min(payload_bytes_max, write_buffer().payload_bytes_max());
  }

  WriteBuffer& write_buffer() override { return out_->out.filling(); }

  boost::asio::awaitable<Sent> flush() override {
    auto& out = out_->out;
    auto const batch = out.ask();
    out_->move_payloads();
    if (!out.is_settled(batch)) {
      co_await out.changed.until([&] { return out.is_settled(batch); });
    }
    co_return out.outcome(batch);
  }

  boost::asio::awaitable<Sent> send_raw(ByteView /*bytes*/) override {
    LinkEnd refusal{.kind = LinkEndKind::refused,
                    .detail = "a memory link has no bytes below its payloads"};
    co_return std::unexpected(std::move(refusal));
  }

  boost::asio::awaitable<void> finish() override {
    static_cast<void>(co_await flush());
    out_->end_sending(stopped("this side has finished sending"));
    out_->end_receiving(peer_finished());
  }

  void close() override { end_both(); }

  void abort() override {
    in_->queue.clear();
    in_->end_receiving(stopped("this side aborted the link"));
    in_->end_sending(peer_aborted());
    out_->queue.clear();
    out_->end_sending(stopped("this side aborted the link"));
    out_->end_receiving(peer_aborted());
  }

  [[nodiscard]] std::uint64_t bytes_moved() const override {
    return in_->bytes_moved + out_->bytes_moved;
  }

  [[nodiscard]] std::string describe() const override { return name_; }

 private:
  void end_both() {
    in_->queue.clear();
    in_->end_receiving(stopped("this side closed the link"));
    in_->end_sending(peer_gone());
    out_->end_sending(stopped("this side closed the link"));
    out_->end_receiving(peer_finished());
  }

  std::shared_ptr<Direction> in_;
  std::shared_ptr<Direction> out_;
  std::string name_;
  std::size_t received_bytes_max_ = out_->out.filling().payload_bytes_max();
};

}  // namespace

MemoryLinkPair make_memory_links(boost::asio::any_io_executor const& executor,
                                 MemoryLinkOptions options) {
  auto const there = std::make_shared<Direction>(executor, options);
  auto const back = std::make_shared<Direction>(executor, options);
  return {.first = std::make_unique<MemoryLink>(back, there, "memory first"),
          .second = std::make_unique<MemoryLink>(there, back, "memory second")};
}

}  // namespace vox::link
