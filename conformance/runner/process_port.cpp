#include "conformance/runner/process_port.hpp"

#include "conformance/runner/dial.hpp"
#include "conformance/runner/subject_variables.hpp"
#include "conformance/runner/transport_word.hpp"
#include "impl/link/deadline.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <filesystem>
#include <system_error>
#include <utility>

namespace voxspec {
namespace asio = boost::asio;
namespace link = vox::link;

namespace {

// To take a link from the queue of the system, where it has come to by now if it was ever to come.
constexpr std::chrono::milliseconds queue_guard{50};

NoLink by_machine(std::string detail) {
  return {.cause = NoLink::Cause::machine, .detail = std::move(detail)};
}

}  // namespace

ProcessPort::ProcessPort(Subject const& subject, LinkPlan plan,
                         std::unique_ptr<StartSlots::Slot> slot)
    : subject_{subject}, plan_{std::move(plan)}, slot_{std::move(slot)} {}

asio::awaitable<ProcessPort::DoneOrWhyNot> ProcessPort::start() {
  return bring_up();
}

asio::awaitable<ProcessPort::DoneOrWhyNot> ProcessPort::refuse_dials() {
  if (!listener_) {
    co_return std::unexpected(by_machine("the subject does not dial, so that none can be refused"));
  }
  auto const port = listener_->address().port;
  listener_.reset();
  if (plan_.transport != link::Transport::local) {
    refusing_.emplace(co_await asio::this_coro::executor, port);
    if (auto const ec = co_await refusing_->hold()) {
      co_return std::unexpected(by_machine("the port on which dials are refused: " + ec.message()));
    }
  }
  co_return DoneOrWhyNot{};
}

asio::awaitable<ProcessPort::DoneOrWhyNot> ProcessPort::restart() {
  if (!process_) {
    co_return std::unexpected(NoLink{.detail = "the subject was not started before"});
  }
  first_.reset();
  address_.reset();
  if (listener_) {
    // Dials of the process that is gone are not those of the next one.
    while (co_await link::within(queue_guard, listener_->accept())) {
    }
  } else if (plan_.transport == link::Transport::local) {
    // It had no time to remove its socket.
    std::error_code ec;
    std::filesystem::remove(folder_->path() / "socket", ec);
  }
  co_return co_await bring_up();
}

asio::awaitable<ProcessPort::DoneOrWhyNot> ProcessPort::bring_up() {
  if (auto launched = launch(co_await asio::this_coro::executor); !launched) co_return launched;
  if (plan_.ours == vox::Role::initiator) {
    if (auto known = co_await learn_address(); !known) co_return known;
  } else {
    auto link = co_await wait_for_dial();
    if (!link) co_return std::unexpected(std::move(link.error()));
    first_ = *std::move(link);
  }
  slot_.reset();
  co_return DoneOrWhyNot{};
}

asio::awaitable<ProcessPort::LinkOrWhyNot> ProcessPort::next_link() {
  if (first_) co_return std::move(first_);
  if (plan_.ours == vox::Role::acceptor) co_return co_await wait_for_dial();
  co_return co_await dial(*address_, plan_.link_options());
}

std::expected<std::string, NoLink> ProcessPort::path_of(std::string_view name) {
  try {
    if (!folder_) folder_.emplace();
  } catch (std::filesystem::filesystem_error const& error) {
    return std::unexpected(by_machine(error.what()));
  }
  return (folder_->path() / name).string();
}

std::expected<std::string, NoLink> ProcessPort::socket_path() {
  auto path = path_of("socket");
  if (!path) return path;
  if (auto const wrong = link::wrong_local_path(*path)) {
    return std::unexpected(by_machine("the temporary folder cannot hold a Unix socket: " + *wrong));
  }
  return path;
}

ProcessPort::DoneOrWhyNot ProcessPort::listen(Executor const& executor) {
  if (listener_) return {};  // a subject that is started again dials where it did
  link::Address address{.transport = plan_.transport, .host = "127.0.0.1", .path = "/"};
  if (refusing_) address.port = refusing_->number();
  if (plan_.transport == link::Transport::local) {
    auto path = socket_path();
    if (!path) return std::unexpected(std::move(path.error()));
    address.path = *std::move(path);
  }
  // It is our own address and nobody else's, so that what keeps us from it is the machine.
  auto listener = link::listen(executor, address, plan_.link_options());
  if (!listener) return std::unexpected(by_machine(std::move(listener.error())));
  listener_ = *std::move(listener);
  refusing_.reset();
  listener_->on_busy([this](link::LinkEnd const& why) { lack_ = why.detail; });
  return {};
}

ProcessPort::DoneOrWhyNot ProcessPort::launch(Executor const& executor) {
  Launch launch{.command = subject_.command,
                .environment = subject_.environment,
                .control = plan_.control,
                .terminal = subject_.watch.terminal};
  auto& variables = launch.environment;
  if (plan_.control) variables["VOXSPEC_CONTROL"] = "1";
  for (auto const& [name, value] : plan_.environment)
    variables[name] = value;
  variables["SPEC_CONDUIT"] = plan_.conduit;
  if (plan_.store) {
    auto path = path_of("store");
    if (!path) return std::unexpected(std::move(path.error()));
    variables["STORE_PATH"] = *std::move(path);
  }
  Variables told;
  if (plan_.ours == vox::Role::initiator) {
    std::string path;
    if (plan_.transport == link::Transport::local) {
      auto own = socket_path();
      if (!own) return std::unexpected(std::move(own.error()));
      path = *std::move(own);
    }
    told = listening_variables(plan_.transport, path);
  } else {
    if (auto listening = listen(executor); !listening) return listening;
    told = dialling_variables(listener_->address(), plan_.scenario);
  }
  for (auto const& [name, value] : told)
    variables[name] = value;
  auto process = SubjectProcess::start(executor, launch);
  if (!process) return std::unexpected(std::move(process.error()));
  if (process_) {  // it was killed, and the new one takes its place
    earlier_cost_.add(process_->cost());
    earlier_output_ += process_->output_tail();
  }
  process_ = *std::move(process);
  if (subject_.watch.started) subject_.watch.started(process_->id());
  return {};
}

asio::awaitable<ProcessPort::DoneOrWhyNot> ProcessPort::learn_address() {
  auto const said = co_await process_->listen_address();
  if (!said) co_return std::unexpected(NoLink{.detail = said.error()});
  auto const address = said_address(*said, plan_.transport);
  if (!address) co_return std::unexpected(NoLink{.detail = address.error()});
  address_ = *address;
  co_return DoneOrWhyNot{};
}

asio::awaitable<ProcessPort::LinkOrWhyNot> ProcessPort::wait_for_dial() {
  auto const executor = co_await asio::this_coro::executor;
  if (auto listening = listen(executor); !listening) {
    co_return std::unexpected(std::move(listening.error()));
  }
  // A link that comes in the very moment of the exit is kept; `accept || exit` would drop it.
  std::optional<std::expected<std::unique_ptr<link::Link>, link::LinkEnd>> accepted;
  auto accept = [&]() -> asio::awaitable<void> { accepted.emplace(co_await listener_->accept()); };
  auto exit = [&]() -> asio::awaitable<void> { co_await process_->wait_exit(); };
  auto race =
      asio::experimental::make_parallel_group(asio::co_spawn(executor, accept(), asio::deferred),
                                              asio::co_spawn(executor, exit(), asio::deferred));
  co_await race.async_wait(asio::experimental::wait_for_one(), asio::use_awaitable);
  // A program may dial and end at once; then its link waits in the queue of the listener.
  if (!accepted) accepted = co_await link::within(queue_guard, listener_->accept());
  if (!accepted) {
    co_return std::unexpected(
        NoLink{.detail = "the subject " + text(process_->state()) + " before it dialled"});
  }
  if (!*accepted) co_return std::unexpected(why_no_link(std::move(accepted->error().detail)));
  co_return std::move(**accepted);
}

bool ProcessPort::is_ending() {
  return process_ && process_->is_ending();
}

std::optional<std::chrono::nanoseconds> ProcessPort::busy_time() {
  return process_ ? voxspec::busy_time(process_->id()) : std::nullopt;
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

ProcessCost ProcessPort::end() {
  auto cost = earlier_cost_;
  if (!process_) return cost;
  process_->kill();
  cost.add(process_->cost());
  return cost;
}

std::string ProcessPort::output_tail() {
  return earlier_output_ + (process_ ? process_->output_tail() : "");
}

}  // namespace voxspec
