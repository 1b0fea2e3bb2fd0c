#pragma once
// For tests: links and listeners of which one operation fails, so that a scenario can be run again
// with each of its operations failing in turn:
//
//   for (std::size_t at = 0;; ++at) {
//     auto const plan = std::make_shared<FaultPlan>(at);
//     scenario(std::make_unique<FaultyLink>(std::move(link), plan));
//     if (!plan->has_failed()) break;  // There were no more than `at` operations.
//   }
#include "impl/link/link.hpp"
#include "impl/link/listener.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/describe/enum.hpp>

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace vox::link::test {

enum class FaultyOperation : std::uint8_t { receive, flush, accept };
BOOST_DESCRIBE_ENUM(FaultyOperation, receive, flush, accept)

// When a receive or flush fails: instead of being done, or once it was done, so that the payloads
// may have got to the other side though the flush failed.
enum class FaultMoment : std::uint8_t { before, after };
BOOST_DESCRIBE_ENUM(FaultMoment, before, after)

// Which operation fails, counted from 0 over all links and listeners that share the plan. A plan
// for one kind of operation counts that kind alone.
class FaultPlan {
 public:
  explicit FaultPlan(std::size_t at, FaultMoment moment = FaultMoment::before,
                     std::optional<FaultyOperation> only = std::nullopt)
      : at_{at}, moment_{moment}, only_{only} {}

  // Counts an operation that begins; whether it is the one that fails.
  [[nodiscard]] bool fails(FaultyOperation operation) {
    if (only_ && *only_ != operation) return false;
    if (count_++ != at_) return false;
    failed_ = operation;
    return true;
  }
  [[nodiscard]] FaultMoment moment() const { return moment_; }
  [[nodiscard]] std::size_t operations() const { return count_; }
  [[nodiscard]] bool has_failed() const { return failed_.has_value(); }
  // For people: which one it was.
  [[nodiscard]] std::optional<FaultyOperation> failed() const { return failed_; }

 private:
  std::size_t at_;
  FaultMoment moment_;
  std::optional<FaultyOperation> only_;
  std::size_t count_ = 0;
  std::optional<FaultyOperation> failed_;
};

// Once it has failed it is like any link that was reset: the other side sees that, too, and
// everything after gives the same end.
class FaultyLink final : public Link {
 public:
  FaultyLink(std::unique_ptr<Link> link, std::shared_ptr<FaultPlan> plan)
      : link_{std::move(link)}, plan_{std::move(plan)} {}

  boost::asio::awaitable<Received> receive() override {
    if (end_) co_return std::unexpected(*end_);
    bool const fails = plan_->fails(FaultyOperation::receive);
    if (fails && plan_->moment() == FaultMoment::before) co_return std::unexpected(fail());
    auto received = co_await link_->receive();
    if (fails) co_return std::unexpected(fail());
    if (end_) co_return std::unexpected(*end_);
    co_return received;
  }
  boost::asio::awaitable<Sent> flush() override {
    bool const fails = !end_ && plan_->fails(FaultyOperation::flush);
    if (fails && plan_->moment() == FaultMoment::before) fail();
    auto sent = co_await link_->flush();
    if (fails && !end_) fail();
    if (end_) co_return std::unexpected(*end_);
    co_return sent;
  }
  void limit_received(std::size_t payload_bytes_max) override {
    link_->limit_received(payload_bytes_max);
  }
  WriteBuffer& write_buffer() override { return link_->write_buffer(); }
  boost::asio::awaitable<Sent> send_raw(ByteView bytes) override { return link_->send_raw(bytes); }
  boost::asio::awaitable<void> finish() override { return link_->finish(); }
  void close() override { link_->close(); }
  void abort() override { link_->abort(); }
  [[nodiscard]] std::uint64_t bytes_moved() const override { return link_->bytes_moved(); }
  [[nodiscard]] std::string describe() const override { return "faulty " + link_->describe(); }

 private:
  LinkEnd fail() {
    end_ = {.kind = LinkEndKind::reset, .detail = "the test made this fail"};
    link_->abort();
    return *end_;
  }

  std::unique_ptr<Link> link_;
  std::shared_ptr<FaultPlan> plan_;
  std::optional<LinkEnd> end_;
};

// A failed accept ends the listener: want of descriptors is not one, since no listener shows it.
// What is accepted follows the same plan.
class FaultyListener final : public Listener {
 public:
  FaultyListener(std::unique_ptr<Listener> listener, std::shared_ptr<FaultPlan> plan)
      : listener_{std::move(listener)}, plan_{std::move(plan)} {}

  boost::asio::awaitable<std::expected<std::unique_ptr<Link>, LinkEnd>> accept() override {
    if (plan_->fails(FaultyOperation::accept)) {
      listener_->close();
      LinkEnd end{.kind = LinkEndKind::error, .detail = "the test made this fail"};
      co_return std::unexpected(std::move(end));
    }
    auto link = co_await listener_->accept();
    if (link) co_return std::make_unique<FaultyLink>(std::move(*link), plan_);
    co_return link;
  }
  [[nodiscard]] Address address() const override { return listener_->address(); }
  void close() override { listener_->close(); }

 private:
  std::unique_ptr<Listener> listener_;
  std::shared_ptr<FaultPlan> plan_;
};

}  // namespace vox::link::test
