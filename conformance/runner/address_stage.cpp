#include "conformance/runner/stage.hpp"
#include "conformance/runner/transport_word.hpp"
#include "impl/link/listener.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>

#include <chrono>
#include <optional>
#include <utility>

namespace voxspec {
namespace asio = boost::asio;
namespace link = vox::link;
using namespace asio::experimental::awaitable_operators;
namespace {

using LinkOrError = std::expected<std::unique_ptr<link::Link>, std::string>;

// Long enough for a person to start the subject in another terminal.
constexpr std::chrono::seconds first_dial_guard{60};

// A subject that is reached through one address and has no process of ours.
class AddressPort final : public SubjectPort {
 public:
  // Without a listener the address is dialled. `waiting` is a link that has already come.
  AddressPort(link::Address address, link::Listener* listener, std::unique_ptr<link::Link> waiting)
      : address_{std::move(address)}, listener_{listener}, waiting_{std::move(waiting)} {}

  asio::awaitable<LinkOrError> next_link() override {
    if (waiting_) co_return std::move(waiting_);
    if (listener_ == nullptr) co_return co_await link::connect(address_);
    auto link = co_await listener_->accept();
    if (!link) co_return std::unexpected(link.error().detail);
    co_return *std::move(link);
  }
  ProcessState process() override { return {}; }
  asio::awaitable<ProcessState> wait_exit() override { co_return ProcessState{}; }
  [[nodiscard]] std::string transport() const override {
    return transport_word(address_.transport);
  }
  [[nodiscard]] bool serves_testbed() const override { return true; }
  [[nodiscard]] bool subject_dials() const override { return listener_ != nullptr; }

  [[nodiscard]] std::unique_ptr<link::Link> take_waiting() { return std::move(waiting_); }

 private:
  link::Address address_;
  link::Listener* listener_;
  std::unique_ptr<link::Link> waiting_;
};

asio::awaitable<LinkOrError> first_link(AddressPort& port) {
  asio::steady_timer guard{co_await asio::this_coro::executor, first_dial_guard};
  auto outcome = co_await (port.next_link() || guard.async_wait(asio::use_awaitable));
  if (outcome.index() == 0) co_return std::get<0>(std::move(outcome));
  co_return std::unexpected(std::string{"nobody dialled within 60 s"});
}

// One context for all cases, because the listener and a link that waits belong to it.
class AddressStage final : public Stage {
 public:
  explicit AddressStage(link::Address address) : address_{std::move(address)} {}

  std::expected<void, std::string> listen() {
    auto listener = link::listen(context_.get_executor(), address_);
    if (!listener) return std::unexpected(listener.error());
    listener_ = *std::move(listener);
    address_ = listener_->address();
    return {};
  }

  std::expected<void, std::string> preflight() override {
    AddressPort port{address_, listener_.get(), nullptr};
    context_.restart();
    auto outcome = asio::co_spawn(context_, first_link(port), asio::use_future);
    while (outcome.wait_for(std::chrono::seconds{0}) != std::future_status::ready) {
      context_.run_one();
    }
    auto link = outcome.get();
    if (!link) return std::unexpected(link.error());
    // A subject that dials may do so once alone, so its first link serves the first case.
    if (listener_) {
      waiting_ = *std::move(link);
    } else {
      (*link)->close();
    }
    return {};
  }

  Performance perform(Case const& trace, LinkPlan const&, RunOptions const& options) override {
    AddressPort port{address_, listener_.get(), std::move(waiting_)};
    auto result = run_case(context_, trace, port, options);
    waiting_ = port.take_waiting();
    return {.result = std::move(result), .output = {}};
  }

  [[nodiscard]] std::size_t parallel_max() const override { return 1; }
  [[nodiscard]] std::string place() const override { return link::to_string(address_); }

 private:
  asio::io_context context_;
  link::Address address_;
  std::unique_ptr<link::Listener> listener_;
  std::unique_ptr<link::Link> waiting_;
};

}  // namespace

std::unique_ptr<Stage> make_connecting_stage(link::Address address) {
  return std::make_unique<AddressStage>(std::move(address));
}

std::expected<std::unique_ptr<Stage>, std::string> make_listening_stage(
    link::Address const& address) {
  auto stage = std::make_unique<AddressStage>(address);
  if (auto listening = stage->listen(); !listening) return std::unexpected(listening.error());
  return stage;
}

}  // namespace voxspec
