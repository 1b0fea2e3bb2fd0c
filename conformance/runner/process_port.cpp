#include "conformance/runner/process_port.hpp"

#include "conformance/runner/transport_word.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <utility>
#include <variant>

namespace voxspec {
namespace asio = boost::asio;
namespace link = vox::link;
using namespace asio::experimental::awaitable_operators;

ProcessPort::ProcessPort(Subject const& subject, LinkPlan plan)
    : subject_{subject}, plan_{std::move(plan)} {}

asio::awaitable<ProcessPort::LinkOrError> ProcessPort::next_link() {
  auto const executor = co_await asio::this_coro::executor;
  if (!process_) {
    if (auto const started = start(executor); !started) {
      start_error_ = started.error();
      co_return std::unexpected(started.error());
    }
  }
  if (plan_.ours == vox::Role::initiator) co_return co_await dial();
  co_return co_await wait_for_dial();
}

std::string ProcessPort::socket_path() {
  if (!folder_) folder_.emplace();
  return (folder_->path() / "socket").string();
}

std::expected<void, std::string> ProcessPort::listen(Executor const& executor) {
  link::Address const address{
      .transport = plan_.transport,
      .host = "127.0.0.1",
      .path = plan_.transport == link::Transport::local ? socket_path() : "/"};
  auto listener = link::listen(executor, address);
  if (!listener) return std::unexpected(listener.error());
  listener_ = *std::move(listener);
  return {};
}

std::expected<void, std::string> ProcessPort::start(Executor const& executor) {
  Launch launch{.command = subject_.command, .environment = subject_.environment};
  auto& variables = launch.environment;
  for (auto const& [name, value] : plan_.environment)
    variables[name] = value;
  variables["SPEC_CONDUIT"] = plan_.conduit;
  if (plan_.ours == vox::Role::initiator) {
    variables["SUBJECT_MODE"] = "server-listen";
    variables["LISTEN_PORT"] = "0";
    variables["LISTEN_TRANSPORT"] = transport_word(plan_.transport);
    if (plan_.transport == link::Transport::local) variables["LISTEN_PATH"] = socket_path();
  } else {
    if (auto listening = listen(executor); !listening) return listening;
    auto const address = listener_->address();
    // The oldest spelling of the contract for TCP, which every subject knows.
    variables["PEER_ADDR"] = address.transport == link::Transport::tcp
                                 ? address.host + ":" + std::to_string(address.port)
                                 : link::to_string(address);
    variables["SUBJECT_MODE"] = plan_.scenario ? "client" : "server";
    if (plan_.scenario) variables["CLIENT_SCENARIO"] = *plan_.scenario;
  }
  auto process = SubjectProcess::start(executor, launch);
  if (!process) return std::unexpected(process.error());
  process_ = *std::move(process);
  return {};
}

asio::awaitable<ProcessPort::LinkOrError> ProcessPort::dial() {
  if (!address_) {
    auto const said = co_await process_->listen_address();
    if (!said) co_return std::unexpected(said.error());
    auto const address = link::Address::parse(*said);
    if (!address) {
      co_return std::unexpected("the subject said LISTEN_ADDR=" + *said + ": " + address.error());
    }
    if (address->transport != plan_.transport) {
      co_return std::unexpected("the subject said LISTEN_ADDR=" + *said + ", which is " +
                                transport_word(address->transport) + ", and was to listen on " +
                                transport_word(plan_.transport));
    }
    address_ = *address;
  }
  co_return co_await link::connect(*address_);
}

asio::awaitable<ProcessPort::LinkOrError> ProcessPort::wait_for_dial() {
  auto outcome = co_await (listener_->accept() || process_->wait_exit());
  if (outcome.index() == 1) {
    // A program may dial and end at once; then its link waits in the queue of the listener.
    asio::steady_timer grace{co_await asio::this_coro::executor, std::chrono::milliseconds{50}};
    auto late = co_await (listener_->accept() || grace.async_wait(asio::use_awaitable));
    if (late.index() == 1) {
      co_return std::unexpected("the subject " + text(process_->state()) + " before it dialled");
    }
    outcome.emplace<0>(std::get<0>(std::move(late)));
  }
  auto& link = std::get<0>(outcome);
  if (!link) co_return std::unexpected(link.error().detail);
  co_return *std::move(link);
}

ProcessState ProcessPort::process() {
  // Before it was started nothing ended.
  return process_ ? process_->state() : ProcessState{.kind = ProcessState::Kind::unknown};
}

asio::awaitable<ProcessState> ProcessPort::wait_exit() {
  if (!process_) co_return process();
  co_return co_await process_->wait_exit();
}

std::string ProcessPort::transport() const {
  return transport_word(plan_.transport);
}

std::string ProcessPort::output_tail() {
  return process_ ? process_->output_tail() : "";
}

}  // namespace voxspec
