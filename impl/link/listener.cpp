#include "impl/link/listener.hpp"

#include "impl/link/deadline.hpp"
#include "impl/link/local.hpp"
#include "impl/link/stdio.hpp"
#include "impl/link/tcp.hpp"
#include "impl/link/transport_end.hpp"
#include "impl/link/websocket_link.hpp"

#include <exception>
#include <string>
#include <utility>

namespace vox::link {
namespace {

namespace asio = boost::asio;
using Connected = std::expected<std::unique_ptr<Link>, std::string>;
using Accepted = std::expected<std::unique_ptr<Link>, LinkEnd>;
using Listening = std::expected<std::unique_ptr<Listener>, std::string>;

asio::awaitable<Connected> connect_stdio(LinkOptions options) {
  auto const executor = co_await asio::this_coro::executor;
  co_return take_stdio(executor, options);
}

asio::awaitable<Connected> dial(Address const& address, LinkOptions options) {
  switch (address.transport) {
    case Transport::tcp:
      return connect_tcp(address, options);
    case Transport::local:
      return connect_local(address, options);
    case Transport::websocket:
      return connect_websocket(address, options);
    case Transport::stdio:
      break;
  }
  return connect_stdio(options);
}

// Gives its one link to the first who accepts; a second accept waits until the listener closes.
class StdioListener final : public Listener {
 public:
  StdioListener(asio::any_io_executor const& executor, std::unique_ptr<Link> link)
      : link_{std::move(link)}, changed_{executor} {}

  asio::awaitable<Accepted> accept() override {
    co_await changed_.until([this] { return closed_ || link_; });
    if (link_) co_return std::move(link_);
    co_return std::unexpected(stopped("the listener was closed"));
  }
  [[nodiscard]] Address address() const override {
    return {.transport = Transport::stdio, .host = {}, .port = 0, .path = {}};
  }
  void close() override {
    closed_ = true;
    link_.reset();
    changed_.notify();
  }

 private:
  std::unique_ptr<Link> link_;
  bool closed_ = false;
  Condition changed_;
};

Listening listen_stdio(asio::any_io_executor const& executor, LinkOptions options) {
  auto link = take_stdio(executor, options);
  if (!link) return std::unexpected(std::move(link.error()));
  return std::make_unique<StdioListener>(executor, std::move(*link));
}

}  // namespace

void Listener::tell_busy(std::string const& why) const noexcept {
  try {
    if (on_busy_) on_busy_({.kind = LinkEndKind::busy, .detail = "cannot accept: " + why});
  } catch (...) {  // NOLINT(bugprone-empty-catch): a log that fails must not end the listener.
  }
}

asio::awaitable<Connected> connect(Address address, ConnectOptions options) {
  std::string why;
  try {
    auto link = co_await within(options.timeout, dial(address, options.link));
    if (link) co_return std::move(*link);
    why = "no answer within " + std::to_string(options.timeout.count()) + " ms";
  } catch (boost::system::system_error const& error) {
    if (error.code() == asio::error::operation_aborted) throw;  // This connect was cancelled.
    why = error.code().message();
  } catch (std::exception const& exception) {  // Memory or a thread is missing.
    why = exception.what();
  }
  co_return std::unexpected("cannot connect to " + to_string(address) + ": " + why);
}

namespace {

Listening listen_at(asio::any_io_executor const& executor, Address const& address,
                    LinkOptions options) {
  switch (address.transport) {
    case Transport::tcp:
      return listen_tcp(executor, address, options);
    case Transport::local:
      return listen_local(executor, address, options);
    case Transport::websocket:
      return listen_websocket(executor, address, options);
    case Transport::stdio:
      break;
  }
  return listen_stdio(executor, options);
}

}  // namespace

Listening listen(asio::any_io_executor const& executor, Address const& address,
                 LinkOptions options) {
  std::string why;
  try {
    return listen_at(executor, address, options);
  } catch (boost::system::system_error const& error) {
    why = error.code().message();
  } catch (std::exception const& exception) {
    why = exception.what();
  }
  return std::unexpected("cannot listen on " + to_string(address) + ": " + why);
}

}  // namespace vox::link
