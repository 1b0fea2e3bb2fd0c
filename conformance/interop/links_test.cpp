// Sessions between our runtime and the Rust crates whose links break.
#include "conformance/interop/our_server.hpp"
#include "conformance/interop/rust_peer.hpp"
#include "conformance/interop/variants.hpp"
#include "conformance/subjects/cpp/testbed_client.hpp"
#include "conformance/subjects/cpp/testbed_service.hpp"
#include "impl/net/link_source.hpp"
#include "impl/net/session_builder.hpp"

#include <expected>
#include <memory>
#include <string>
#include <utility>

namespace {

namespace asio = boost::asio;
using namespace vox;
using namespace voxspec;
using namespace voxspec::interop;

using LinkOrError = std::expected<std::unique_ptr<net::Link>, session::SessionError>;

// Dials, and can break the link that it gave last.
class FragileSource final : public net::LinkSource {
 public:
  explicit FragileSource(link::Address address) : dial_{net::dial_source(std::move(address))} {}
  asio::awaitable<LinkOrError> next() override {
    auto link = co_await dial_->next();
    if (link) last_ = link->get();
    co_return link;
  }
  void cut() { last_->abort(); }

 private:
  std::shared_ptr<net::LinkSource> dial_;
  net::Link* last_ = nullptr;
};

// What the peer makes of an echo, or why it makes nothing.
asio::awaitable<std::string> echo(net::ConnectionHandle connection, std::string text,
                                  Rulebook rulebook) {
  subject::TestbedClient const client{std::move(connection), rulebook};
  auto const answer = co_await client.call<"echo">(std::move(text));
  if (!answer) co_return answer.error();
  co_return answer->has_value() ? answer->value() : "an error";
}

OurServer serving(asio::any_io_executor const& executor, Variant const& variant) {
  return {executor, variant, subject::make_testbed_service(variant.rulebook)};
}

TEST_SUITE_BEGIN("interop");

TEST_CASE("r[core.B1] our initiator goes on with a Rust acceptor after the loss of two links") {
  with_each_variant({ConduitMode::bare}, [](Variant const& variant) -> asio::awaitable<void> {
    FreeAddress const at{variant.transport};
    auto const peer = co_await RustPeer::listening(at);
    auto const source = std::make_shared<FragileSource>(peer.address);
    net::InitiatorBuilder builder;
    builder.rulebook(variant.rulebook).service("Testbed");
    auto const us = co_await builder.establish_from(source);
    REQUIRE(us);
    for (std::uint64_t losses = 0; losses <= 2; ++losses) {
      if (losses > 0) source->cut();
      auto const text = "still here after " + std::to_string(losses);
      CHECK(co_await echo(us->root, text, variant.rulebook) == text);
      // More often than the link was cut, when we were back before the peer knew of the loss: it
      // then refuses the link that it has just shaken hands on.
      CHECK(us->session.generation() >= losses);
    }
  });
}

TEST_CASE("r[core.B2] our acceptor goes on with a Rust initiator after the loss of two links") {
  with_each_variant({ConduitMode::bare}, [](Variant const& variant) -> asio::awaitable<void> {
    auto server = serving(co_await asio::this_coro::executor, variant);
    auto const peer = co_await server.dialled();
    auto const us = co_await server.next_session();
    for (std::uint64_t losses = 0; losses <= 2; ++losses) {
      if (losses > 0) server.cut();
      if (losses == 2 && variant.rulebook == Rulebook::vox_0_4) {
        // 0.4.0 knows a session by its first key, and so takes the second return for a new session.
        // Nothing is called on it: the peer still has the answers of the old one, by the same ids.
        static_cast<void>(co_await server.next_session());
        co_return;
      }
      auto const text = "still here after " + std::to_string(losses);
      CHECK(co_await echo(us.root, text, variant.rulebook) == text);
      CHECK(us.session.generation() == losses);
    }
  });
}

// The other way round there is nothing to go on with: an acceptor of 0.4.0 knows no stable conduit
// again, and ours is as deaf under its rulebook.
TEST_CASE("r[stable.reconnect] a Rust initiator's stable conduit finds our acceptor again, twice") {
  with_each_variant({ConduitMode::stable}, [](Variant const& variant) -> asio::awaitable<void> {
    if (variant.rulebook == Rulebook::vox_0_4) co_return;
    auto server = serving(co_await asio::this_coro::executor, variant);
    auto const peer = co_await server.dialled();
    auto const us = co_await server.next_session();
    for (int losses = 0; losses <= 2; ++losses) {
      if (losses > 0) server.cut();
      auto const text = "still here after " + std::to_string(losses);
      CHECK(co_await echo(us.root, text, variant.rulebook) == text);
      CHECK(us.session.generation() == 0);
    }
  });
}

TEST_SUITE_END();

}  // namespace
