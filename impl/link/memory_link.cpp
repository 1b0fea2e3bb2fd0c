#include "impl/link/memory_link.hpp"

#include "impl/link/condition.hpp"
#include "impl/link/transport_end.hpp"
#include "spec/assert.hpp"

#include <deque>
#include <optional>
#include <utility>

namespace vox::link {
namespace {

// One direction: what was sent and not yet received, and how it ended at either side.
struct Direction {
  explicit Direction(boost::asio::any_io_executor const& executor) : changed{executor} {}

  void end_sending(LinkEnd end) {
    if (!sender_end) sender_end = std::move(end);
    changed.notify();
  }
  void end_receiving(LinkEnd end) {
    if (!receiver_end) receiver_end = std::move(end);
    changed.notify();
  }

  std::deque<Backing> queue;
  std::optional<LinkEnd> sender_end;    // what a further send is told
  std::optional<LinkEnd> receiver_end;  // what a receive is told once the queue is empty
  Condition changed;
};

LinkEnd peer_finished() {
  return {.kind = LinkEndKind::eof, .detail = "the other end finished sending"};
}
LinkEnd peer_gone() {
  return {.kind = LinkEndKind::reset, .detail = "the other end no longer receives"};
}
LinkEnd peer_aborted() {
  return {.kind = LinkEndKind::reset, .detail = "the other end aborted the link"};
}

class MemoryLink final : public Link {
 public:
  MemoryLink(std::shared_ptr<Direction> in, std::shared_ptr<Direction> out,
             MemoryLinkOptions const& options, std::string name)
      : in_{std::move(in)}, out_{std::move(out)}, options_{options}, name_{std::move(name)} {}
  MemoryLink(MemoryLink const&) = delete;
  MemoryLink(MemoryLink&&) = delete;
  MemoryLink& operator=(MemoryLink const&) = delete;
  MemoryLink& operator=(MemoryLink&&) = delete;
  ~MemoryLink() override { end_both(); }

  boost::asio::awaitable<Received> receive() override {
    auto& in = *in_;
    co_await in.changed.until([&] { return !in.queue.empty() || in.receiver_end.has_value(); });
    if (in.queue.empty()) {
      VOX_ASSERT(in.receiver_end);
      co_return std::unexpected(*in.receiver_end);
    }
    auto payload = std::move(in.queue.front());
    in.queue.pop_front();
    in.changed.notify();
    co_return payload;
  }

  boost::asio::awaitable<Sent> send(ByteView payload) override {
    auto& out = *out_;
    if (payload.size() > options_.link.frame_bytes_max) {
      co_return std::unexpected(above_limit(payload.size(), options_.link.frame_bytes_max));
    }
    co_await out.changed.until([&] {
      return out.sender_end.has_value() || out.queue.size() < options_.queued_payloads_max;
    });
    if (out.sender_end) co_return std::unexpected(*out.sender_end);
    out.queue.emplace_back(to_bytes(payload));
    out.changed.notify();
    co_return Sent{};
  }

  boost::asio::awaitable<Sent> send_raw(ByteView /*bytes*/) override {
    LinkEnd refusal{.kind = LinkEndKind::refused,
                    .detail = "a memory link has no bytes below its payloads"};
    co_return std::unexpected(std::move(refusal));
  }

  boost::asio::awaitable<void> finish() override {
    out_->end_sending(stopped("this side has finished sending"));
    out_->end_receiving(peer_finished());
    co_return;
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
  MemoryLinkOptions options_;
  std::string name_;
};

}  // namespace

MemoryLinkPair make_memory_links(boost::asio::any_io_executor const& executor,
                                 MemoryLinkOptions options) {
  auto const there = std::make_shared<Direction>(executor);
  auto const back = std::make_shared<Direction>(executor);
  return {.first = std::make_unique<MemoryLink>(back, there, options, "memory first"),
          .second = std::make_unique<MemoryLink>(there, back, options, "memory second")};
}

}  // namespace vox::link
