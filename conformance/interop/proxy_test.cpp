// Our proxy between a client and a server of the Rust crates.
#include "conformance/interop/our_server.hpp"
#include "conformance/interop/rust_peer.hpp"
#include "conformance/interop/variants.hpp"
#include "conformance/subjects/cpp/scenario.hpp"
#include "impl/net/pending_connection.hpp"
#include "impl/net/serve.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace {

namespace asio = boost::asio;
using namespace vox;
using namespace voxspec;
using namespace voxspec::interop;

// Joins the root of each client with that of a session of its own at the server.
class Joining {
 public:
  Joining(asio::any_io_executor const& executor, Variant const& variant, link::Address server)
      : variant_{variant}, server_{std::move(server)}, proxy_{executor, variant, acceptor()} {}

  // What a Rust client has to complain of; nothing if it is content.
  asio::awaitable<std::string> play(std::string scenario) {
    net::InitiatorBuilder builder;
    builder.rulebook(variant_.rulebook).service("Testbed");
    auto far = co_await net::connect_session(server_, builder, variant_.mode);
    if (!far) co_return far.error().text();
    far_ = std::move(*far);
    std::map<std::string, std::string> environment{{"CLIENT_SCENARIO", std::move(scenario)}};
    auto const client = co_await proxy_.dialled(std::move(environment));
    auto const end = co_await client.process->wait_exit();
    if (!refusal_.empty()) co_return refusal_;
    bool const is_content = end.kind == ProcessState::Kind::exited && end.code_or_signal == 0;
    co_return is_content ? "" : client.process->output_tail();
  }

 private:
  net::Acceptor acceptor() {
    return [this](session::ConnectionRequest const&, net::PendingConnection pending) {
      auto const joined = std::move(pending).proxy_to(far_->root);
      if (!joined) refusal_ = joined.error().text();
    };
  }

  Variant variant_;
  link::Address server_;
  std::optional<net::Established> far_;
  std::string refusal_;
  OurServer proxy_;
};

TEST_SUITE_BEGIN("interop");

TEST_CASE("r[core.Y1] a Rust client and a Rust server understand each other through our proxy") {
  with_each_variant({ConduitMode::bare}, [](Variant const& variant) -> asio::awaitable<void> {
    FreeAddress const at{variant.transport};
    auto const server = co_await RustPeer::listening(at);
    Joining joining{co_await asio::this_coro::executor, variant, server.address};
    for (auto const name : subject::scenario_names()) {
      if (subject::wants_broken_link(name)) continue;
      auto const complaint = co_await joining.play(std::string{name});
      CHECK_MESSAGE(complaint.empty(), name, ": ", complaint);
    }
  });
}

TEST_SUITE_END();

}  // namespace
