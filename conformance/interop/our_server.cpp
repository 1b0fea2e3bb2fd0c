#include "conformance/interop/our_server.hpp"

#include "impl/net/serve.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <doctest/doctest.h>

#include <utility>

namespace voxspec::interop {

namespace asio = boost::asio;
using namespace vox;

// Listens, and can break the link that it took last.
class FragileListener final : public link::Listener {
 public:
  explicit FragileListener(std::unique_ptr<link::Listener> listener)
      : listener_{std::move(listener)} {}
  asio::awaitable<std::expected<std::unique_ptr<link::Link>, link::LinkEnd>> accept() override {
    auto link = co_await listener_->accept();
    if (link) last_ = link->get();
    co_return link;
  }
  [[nodiscard]] link::Address address() const override { return listener_->address(); }
  void close() override { listener_->close(); }
  void cut() { last_->abort(); }

 private:
  std::unique_ptr<link::Listener> listener_;
  link::Link* last_ = nullptr;
};

OurServer::OurServer(asio::any_io_executor const& executor, Variant const& variant,
                     net::Acceptor acceptor)
    : mode_{variant.mode}, at_{variant.transport}, changed_{executor} {
  auto bound = link::listen(executor, at_.ours());
  REQUIRE(bound);
  listener_ = std::make_unique<FragileListener>(*std::move(bound));
  net::AcceptorBuilder builder;
  builder.rulebook(variant.rulebook).service("Testbed").on_connection(std::move(acceptor));
  builder.registry(std::make_shared<net::SessionRegistry>(variant.rulebook));
  net::ServeEvents events{.on_session = [this](net::Established const& session) {
    begun_.push_back(session);
    changed_.notify();
  }};
  asio::co_spawn(executor, net::serve(*listener_, std::move(builder), std::move(events)),
                 asio::detached);
}

OurServer::~OurServer() = default;

asio::awaitable<RustPeer> OurServer::dialled(std::map<std::string, std::string> environment) const {
  return RustPeer::dialling(listener_->address(), mode_, std::move(environment));
}

asio::awaitable<net::Established> OurServer::next_session() {
  co_await changed_.until([this] { return !begun_.empty(); });
  auto session = std::move(begun_.front());
  begun_.pop_front();
  co_return session;
}

void OurServer::cut() {
  listener_->cut();
}

}  // namespace voxspec::interop
