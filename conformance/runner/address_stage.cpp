#include "conformance/runner/dial.hpp"
#include "conformance/runner/stage.hpp"
#include "conformance/runner/transport_word.hpp"
#include "impl/link/listener.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <optional>
#include <utility>

namespace voxspec {
namespace asio = boost::asio;
namespace link = vox::link;
namespace {

using LinkOrWhyNot = std::expected<std::unique_ptr<link::Link>, NoLink>;

// A subject that is reached through one address and has no process of ours.
class AddressPort final : public SubjectPort {
 public:
  // Without a listener the address is dialled. `waiting` is a link that has already come.
  AddressPort(link::Address address, link::LinkOptions options, bool testbed,
              link::Listener* listener, std::unique_ptr<link::Link> waiting)
      : address_{std::move(address)},
        options_{options},
        testbed_{testbed},
        listener_{listener},
        waiting_{std::move(waiting)} {}

  asio::awaitable<std::expected<void, NoLink>> start() override {
    if (listener_ != nullptr && !waiting_) {
      auto link = co_await accept();
      if (!link) co_return std::unexpected(std::move(link.error()));
      waiting_ = *std::move(link);
    }
    co_return std::expected<void, NoLink>{};
  }
  asio::awaitable<LinkOrWhyNot> next_link() override {
    if (waiting_) co_return std::move(waiting_);
    if (listener_ != nullptr) co_return co_await accept();
    co_return co_await dial(address_, options_);
  }
  ProcessState process() override { return {}; }
  asio::awaitable<ProcessState> wait_exit() override { co_return ProcessState{}; }
  [[nodiscard]] std::string transport() const override {
    return transport_word(address_.transport);
  }
  [[nodiscard]] bool serves_testbed() const override { return testbed_; }
  [[nodiscard]] bool subject_dials() const override { return listener_ != nullptr; }

  [[nodiscard]] std::unique_ptr<link::Link> take_waiting() { return std::move(waiting_); }

 private:
  asio::awaitable<LinkOrWhyNot> accept() {
    auto link = co_await listener_->accept();
    if (!link) co_return std::unexpected(why_no_link(std::move(link.error().detail)));
    co_return *std::move(link);
  }

  link::Address address_;
  link::LinkOptions options_;
  bool testbed_;
  link::Listener* listener_;
  std::unique_ptr<link::Link> waiting_;
};

// One context for all cases, because the listener and a link that waits belong to it.
class AddressStage final : public Stage {
 public:
  AddressStage(link::Address address, link::LinkOptions options)
      : address_{std::move(address)}, options_{options} {}

  std::expected<void, std::string> listen() {
    auto listener = link::listen(context_.get_executor(), address_, options_);
    if (!listener) return std::unexpected(listener.error());
    listener_ = *std::move(listener);
    address_ = listener_->address();
    return {};
  }

  std::expected<std::chrono::milliseconds, NoLink> preflight(RunOptions const& options) override {
    AddressPort port{address_, options_, false, listener_.get(), nullptr};
    auto outcome = try_port(context_, port, options);
    if (!outcome) return std::unexpected(std::move(outcome.error()));
    // A subject that dials may do so once alone, so its first link serves the first case.
    if (listener_) {
      waiting_ = std::move(outcome->link);
    } else {
      outcome->link->close();
    }
    // How long somebody took to start the subject by hand says nothing of how long it takes to
    // dial.
    return std::chrono::milliseconds{};
  }

  Performance perform(Case const& trace, LinkPlan const& plan, RunOptions const& options) override {
    AddressPort port{address_, options_, plan.testbed, listener_.get(), std::move(waiting_)};
    auto result = run_case(context_, trace, port, options);
    waiting_ = port.take_waiting();
    return {.result = std::move(result), .output = {}};
  }

  [[nodiscard]] std::size_t parallel_max() const override { return 1; }
  [[nodiscard]] std::string place() const override { return link::to_string(address_); }

 private:
  asio::io_context context_;
  link::Address address_;
  link::LinkOptions options_;
  std::unique_ptr<link::Listener> listener_;
  std::unique_ptr<link::Link> waiting_;
};

}  // namespace

std::unique_ptr<Stage> make_connecting_stage(link::Address address, link::LinkOptions options) {
  return std::make_unique<AddressStage>(std::move(address), options);
}

std::expected<std::unique_ptr<Stage>, std::string> make_listening_stage(
    link::Address const& address, link::LinkOptions options) {
  auto stage = std::make_unique<AddressStage>(address, options);
  if (auto listening = stage->listen(); !listening) return std::unexpected(listening.error());
  return stage;
}

}  // namespace voxspec
