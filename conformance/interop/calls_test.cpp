// What our runtime and the Rust crates have to say to each other, over every transport.
#include "conformance/interop/our_server.hpp"
#include "conformance/interop/rust_peer.hpp"
#include "conformance/interop/variants.hpp"
#include "conformance/subjects/cpp/scenario.hpp"
#include "conformance/subjects/cpp/testbed.hpp"
#include "conformance/subjects/cpp/testbed_service.hpp"
#include "impl/link/condition.hpp"
#include "impl/net/serve.hpp"

#include <map>
#include <memory>
#include <string>
#include <utility>

namespace {

namespace asio = boost::asio;
using namespace vox;
using namespace voxspec;
using namespace voxspec::interop;
using link::Transport;

// Plays every scenario on the connection.
asio::awaitable<void> play_all(net::Connection connection) {
  for (auto const name : subject::scenario_names()) {
    if (subject::wants_broken_link(name)) continue;
    subject::TestbedClient client{connection};
    auto const played = co_await subject::play(std::string{name}, std::move(client));
    CHECK_MESSAGE(played, (played ? "" : played.error()));
  }
}

// Hands calls on to the service, and knows how many virtual connections are over.
class Witness final : public net::Handler {
 public:
  explicit Witness(asio::any_io_executor const& executor)
      : service_{subject::make_testbed_service()}, changed_{executor} {}

  [[nodiscard]] rpc::Service const& service() const override { return service_->service(); }
  asio::awaitable<net::Response> handle(net::IncomingCall call) override {
    ++calls_;
    return service_->handle(std::move(call));
  }
  void on_closed(session::ConnectionId id) override {
    if (id == session::root_connection) return;
    ++closed_;
    changed_.notify();
  }
  asio::awaitable<void> until_closed(std::size_t count) {
    return changed_.until([this, count] { return closed_ >= count; });
  }
  [[nodiscard]] std::size_t calls() const { return calls_; }

 private:
  std::shared_ptr<net::Handler> service_;
  link::Condition changed_;
  std::size_t calls_ = 0;
  std::size_t closed_ = 0;
};

constexpr auto both_modes = {ConduitMode::bare, ConduitMode::stable};

TEST_SUITE_BEGIN("interop");

TEST_CASE("r[rpc.session-setup] our initiator calls a Rust acceptor on the root and beside it") {
  with_each_variant(both_modes, [](Variant const& variant) -> asio::awaitable<void> {
    FreeAddress const at{variant.transport};
    auto const peer = co_await RustPeer::listening(at);
    net::InitiatorBuilder builder;
    builder.rulebook(variant.rulebook).service("Testbed");
    auto const us = co_await net::connect_session(peer.address, builder, variant.mode);
    REQUIRE(us);
    co_await play_all(us->root);
    for (int round = 0; round < 2; ++round) {
      std::string const service = "Testbed";
      wire::Metadata const none;
      auto const opened = co_await us->session.open({}, service, none);
      REQUIRE(opened);
      co_await play_all(*opened);
      CHECK(opened->close());
      co_await opened->closed();
    }
    co_await play_all(us->root);
  });
}

TEST_CASE("r[connection.open] our acceptor serves a Rust initiator, which opens connections") {
  with_each_variant(both_modes, [](Variant const& variant) -> asio::awaitable<void> {
    auto const executor = co_await asio::this_coro::executor;
    auto const witness = std::make_shared<Witness>(executor);
    OurServer server{executor, variant, witness};
    // Whatever a session of 0.4.0 does by itself interrupts the reading of its stable conduit,
    // which loses its link with it, and interrupted while it dials again it stays mute for ever.
    std::size_t const opens = variant.mode == ConduitMode::bare ? 3 : 0;
    std::map<std::string, std::string> environment{{"OPEN_CONNECTIONS", std::to_string(opens)}};
    auto const peer = co_await server.dialled(std::move(environment));
    auto const us = co_await server.next_session();
    // On a bare conduit too an open of its own interrupts its reading: calls come afterwards.
    co_await witness->until_closed(opens);
    co_await play_all(us.root);
    // 0.4.0 counts operations anew on each connection. By the specification an id names one
    // operation of the session, so that ours refuses the second connection's call as a conflict.
    bool const in_spec = variant.rulebook == Rulebook::spec;
    CHECK(witness->calls() == (in_spec && opens > 0 ? 1 : opens));
  });
}

TEST_CASE("r[rpc.session-setup] a Rust client is content with our acceptor in every scenario") {
  with_each_variant(both_modes, [](Variant const& variant) -> asio::awaitable<void> {
    OurServer const server{co_await asio::this_coro::executor, variant,
                           subject::make_testbed_service()};
    auto const thorough = variant.transport == Transport::tcp && variant.mode == ConduitMode::bare;
    auto names = subject::scenario_names();
    if (!thorough) names = {"echo", "create_canvas", "sum_large", "transform_bidi"};
    for (auto const name : names) {
      if (subject::wants_broken_link(name)) continue;
      std::map<std::string, std::string> environment{{"CLIENT_SCENARIO", std::string{name}}};
      auto const peer = co_await server.dialled(std::move(environment));
      auto const end = co_await peer.process->wait_exit();
      auto const is_content = end.kind == ProcessState::Kind::exited && end.code_or_signal == 0;
      CHECK_MESSAGE(is_content, name, ": ", peer.process->output_tail());
    }
  });
}

TEST_SUITE_END();

}  // namespace
