#include "conformance/interop/rust_peer.hpp"

#include "conformance/runner/subject.hpp"

#include <boost/asio/this_coro.hpp>
#include <boost/describe/enum_to_string.hpp>
#include <doctest/doctest.h>

#include <filesystem>
#include <utility>

namespace voxspec::interop {

namespace asio = boost::asio;
using vox::link::Address;
using vox::link::Transport;

namespace {

Subject rust_subject() {
  auto subject = find_subject("rust", Layout::of_this_program());
  REQUIRE(subject);
  return *std::move(subject);
}

asio::awaitable<RustPeer> start(std::map<std::string, std::string> environment) {
  auto const subject = rust_subject();
  environment.insert(subject.environment.begin(), subject.environment.end());
  auto const executor = co_await asio::this_coro::executor;
  Launch const launch{.command = subject.command, .environment = std::move(environment)};
  auto process = SubjectProcess::start(executor, launch);
  REQUIRE(process);
  co_return RustPeer{.process = *std::move(process)};
}

}  // namespace

bool has_rust_peer() {
  auto const program = rust_subject().command.front();
  if (std::filesystem::exists(program)) return true;
  MESSAGE("skipped: the Rust subject is not built");
  return false;
}

FreeAddress::FreeAddress(Transport transport) {
  address_.transport = transport;
  if (transport == Transport::local) {
    address_.path = (folder_.path() / "socket").string();
  } else {
    address_.host = "127.0.0.1";
    if (transport == Transport::websocket) address_.path = "/";
  }
}

std::map<std::string, std::string> FreeAddress::environment() const {
  if (address_.transport == Transport::local) {
    return {{"LISTEN_TRANSPORT", "local"}, {"LISTEN_PATH", address_.path}};
  }
  return {{"LISTEN_TRANSPORT", address_.transport == Transport::websocket ? "ws" : "tcp"}};
}

asio::awaitable<RustPeer> RustPeer::listening(FreeAddress const& at) {
  auto environment = at.environment();
  environment["SUBJECT_MODE"] = "server-listen";
  auto peer = co_await start(std::move(environment));
  auto const said = co_await peer.process->listen_address();
  REQUIRE(said);
  peer.address = Address::parse(*said).value();
  co_return peer;
}

asio::awaitable<RustPeer> RustPeer::dialling(Address const& ours, vox::ConduitMode mode,
                                             std::map<std::string, std::string> environment) {
  environment["SUBJECT_MODE"] = environment.contains("CLIENT_SCENARIO") ? "client" : "server";
  environment["PEER_ADDR"] = vox::link::to_string(ours);
  environment["SPEC_CONDUIT"] = boost::describe::enum_to_string(mode, "?");
  return start(std::move(environment));
}

}  // namespace voxspec::interop
