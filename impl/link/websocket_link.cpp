#include "impl/link/websocket_link.hpp"

#include "impl/link/condition.hpp"
#include "impl/link/socket_listener.hpp"
#include "impl/link/tcp.hpp"
#include "impl/link/transport_end.hpp"
#include "impl/link/websocket_end.hpp"
#include "spec/assert.hpp"

#include <boost/beast/websocket/error.hpp>
#include <boost/beast/websocket/stream.hpp>

#include <sstream>

namespace vox::link {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;
using asio::ip::tcp;
using boost::system::error_code;
using namespace std::chrono_literals;

constexpr std::size_t read_bytes = 64uz << 10;
// Peers built on tungstenite take no larger frame by default, but larger messages of several
// frames.
constexpr std::size_t frame_bytes_unsplit_max = 16uz << 20;
constexpr auto open_patience = 10s;  // for the opening handshake
constexpr auto close_patience = 2s;  // for the answer to a close frame

websocket::stream_base::timeout handshake_within(std::chrono::steady_clock::duration patience) {
  return {.handshake_timeout = patience,
          .idle_timeout = websocket::stream_base::none(),
          .keep_alive_pings = false};
}

enum class Phase : std::uint8_t { opening, open, closing, dead };

// The socket and what goes on with it in the background, so that a receive or send that is
// cancelled never leaves a frame half read or half written. An operation under way keeps this
// alive.
class WebSocket : public std::enable_shared_from_this<WebSocket> {
 public:
  WebSocket(tcp::socket socket, std::size_t payload_bytes_max)
      : changed_{socket.get_executor()}, stream_{std::move(socket)}, chunk_(read_bytes) {
    error_code ignored;
    stream_.next_layer().set_option(tcp::no_delay{true}, ignored);
    stream_.set_option(handshake_within(open_patience));
    stream_.read_message_max(payload_bytes_max);
    stream_.binary(true);
  }

  void open_as_server() {
    stream_.async_accept([self = shared_from_this()](error_code ec) { self->has_opened(ec); });
  }
  void open_as_client(std::string const& authority, std::string const& target) {
    stream_.async_handshake(authority, target,
                            [self = shared_from_this()](error_code ec) { self->has_opened(ec); });
  }

  // How the opening handshake failed, if it did.
  asio::awaitable<std::optional<LinkEnd>> opened() {
    co_await changed_.until([this] { return phase_ != Phase::opening; });
    co_return phase_ == Phase::open ? std::nullopt : receive_end_;
  }

  asio::awaitable<Received> receive() {
    co_await changed_.until([this] { return phase_ != Phase::opening; });
    if (phase_ == Phase::open && !reading_ && !arrived_) read_some();
    co_await changed_.until([this] { return arrived_ || receive_end_; });
    if (std::exchange(arrived_, false)) co_return Backing{std::exchange(message_, {})};
    VOX_ASSERT(receive_end_);
    co_return std::unexpected(*receive_end_);
  }

  asio::awaitable<Sent> send(ByteView payload) {
    co_await changed_.until([this] { return phase_ != Phase::opening && !writing_; });
    if (send_end_) co_return std::unexpected(*send_end_);
    write(payload);
    co_await changed_.until([this] { return !writing_; });
    if (!write_failed_) co_return Sent{};
    VOX_ASSERT(send_end_);
    co_return std::unexpected(*send_end_);
  }

  asio::awaitable<void> finish() {
    co_await changed_.until([this] { return phase_ != Phase::opening && !writing_; });
    if (send_end_) co_return;
    send_end_ = stopped("this side has finished sending");
    start_close(websocket::close_code::normal);
  }

  // A message that is only partly written leaves no place for a close frame, so that the socket
  // then closes without one.
  void close() {
    stop("this side closed the link");
    if (phase_ == Phase::open && !writing_) {
      start_close(websocket::close_code::normal);
    } else if (phase_ != Phase::closing) {
      die();
    }
  }

  void abort() {
    stop("this side aborted the link");
    error_code ignored;
    stream_.next_layer().set_option(asio::socket_base::linger{true, 0}, ignored);
    die();
  }

 private:
  void has_opened(error_code ec) {
    if (phase_ != Phase::opening) return;  // It was closed meanwhile.
    if (!ec) {
      phase_ = Phase::open;
      changed_.notify();
      return;
    }
    auto end = websocket_end(ec);
    end.detail = "the WebSocket's opening handshake failed: " + end.detail;
    end_with(end);
  }

  void read_some() {
    reading_ = true;
    stream_.async_read_some(
        asio::buffer(chunk_), [self = shared_from_this()](error_code ec, std::size_t count) {
          self->reading_ = false;
          auto const piece = ByteView{self->chunk_}.first(count);
          self->message_.insert(self->message_.end(), piece.begin(), piece.end());
          self->has_read(ec);
        });
  }

  void has_read(error_code ec) {
    if (ec == websocket::error::closed) {
      end_with(close_frame_end(stream_.reason()));
    } else if (ec && phase_ == Phase::closing) {
      return;  // It only makes room for the closing handshake, whose end decides.
    } else if (ec == asio::error::eof && !(message_.empty() && stream_.is_message_done())) {
      end_with({.kind = LinkEndKind::truncated, .detail = "the stream ended inside a message"});
    } else if (ec) {
      end_with(websocket_end(ec));
    } else if (stream_.got_text()) {
      refuse_text();
    } else if (!stream_.is_message_done()) {
      read_some();
    } else if (!receive_end_) {
      arrived_ = true;
      changed_.notify();
    }
  }

  void refuse_text() {
    if (!receive_end_) {
      receive_end_ = {.kind = LinkEndKind::protocol,
                      .detail = "the peer sent a text message; a vox link has none"};
    }
    if (!send_end_) send_end_ = receive_end_;
    if (phase_ == Phase::open) start_close(websocket::close_code::unknown_data);
    changed_.notify();
  }

  void write(ByteView payload) {
    writing_ = true;
    outbound_ = to_bytes(payload);
    stream_.auto_fragment(outbound_.size() > frame_bytes_unsplit_max);
    stream_.async_write(asio::buffer(outbound_),
                        [self = shared_from_this()](error_code ec, std::size_t) {
                          self->writing_ = false;
                          self->outbound_ = {};
                          self->write_failed_ = ec.failed();
                          if (ec && !self->send_end_) self->send_end_ = self->why_not_written(ec);
                          self->changed_.notify();
                        });
  }

  // Beast calls a write after the end of the reading side aborted; the reading side knows why.
  [[nodiscard]] LinkEnd why_not_written(error_code ec) const {
    return receive_end_ ? *receive_end_ : websocket_end(ec);
  }

  void start_close(websocket::close_code code) {
    phase_ = Phase::closing;
    stream_.set_option(handshake_within(close_patience));
    stream_.async_close(code, [self = shared_from_this()](error_code ec) {
      self->end_with(ec ? websocket_end(ec) : close_frame_end(self->stream_.reason()));
    });
  }

  void stop(std::string const& detail) {
    if (!receive_end_) receive_end_ = stopped(detail);
    if (!send_end_) send_end_ = stopped(detail);
    arrived_ = false;
    changed_.notify();
  }

  // The first end stays.
  void end_with(LinkEnd const& end) {
    if (!receive_end_) receive_end_ = end;
    if (!send_end_) send_end_ = end;
    die();
  }

  void die() {
    phase_ = Phase::dead;
    error_code ignored;
    stream_.next_layer().close(ignored);
    changed_.notify();
  }

  Condition changed_;
  websocket::stream<tcp::socket, false> stream_;
  Phase phase_ = Phase::opening;
  bool reading_ = false;
  bool arrived_ = false;  // message_ is whole and waits to be received
  bool writing_ = false;
  bool write_failed_ = false;
  Bytes chunk_;
  Bytes message_;
  Bytes outbound_;
  std::optional<LinkEnd> receive_end_;
  std::optional<LinkEnd> send_end_;
};

class WebSocketLink final : public Link {
 public:
  WebSocketLink(std::shared_ptr<WebSocket> socket, std::string name, LinkOptions options)
      : socket_{std::move(socket)}, name_{std::move(name)}, options_{options} {}
  WebSocketLink(WebSocketLink const&) = delete;
  WebSocketLink(WebSocketLink&&) = delete;
  WebSocketLink& operator=(WebSocketLink const&) = delete;
  WebSocketLink& operator=(WebSocketLink&&) = delete;
  ~WebSocketLink() override { socket_->close(); }

  asio::awaitable<Received> receive() override { return socket_->receive(); }
  asio::awaitable<Sent> send(ByteView payload) override {
    if (payload.size() > options_.frame_bytes_max) {
      co_return std::unexpected(above_limit(payload.size(), options_.frame_bytes_max));
    }
    co_return co_await socket_->send(payload);
  }
  asio::awaitable<Sent> send_raw(ByteView /*bytes*/) override {
    LinkEnd refusal{.kind = LinkEndKind::refused,
                    .detail = "a WebSocket link sends nothing but whole messages"};
    co_return std::unexpected(std::move(refusal));
  }
  asio::awaitable<void> finish() override { return socket_->finish(); }
  void close() override { socket_->close(); }
  void abort() override { socket_->abort(); }
  [[nodiscard]] std::string describe() const override { return name_; }

 private:
  std::shared_ptr<WebSocket> socket_;
  std::string name_;
  LinkOptions options_;
};

std::string name_of(tcp::socket const& socket) {
  error_code ec;
  std::ostringstream name;
  name << "ws " << socket.remote_endpoint(ec);
  return name.str();
}

std::string authority_of(Address const& address) {
  bool const ipv6 = address.host.contains(':');
  auto const host = ipv6 ? "[" + address.host + "]" : address.host;
  return host + ":" + std::to_string(address.port);
}

}  // namespace

asio::awaitable<std::expected<std::unique_ptr<Link>, std::string>> connect_websocket(
    Address const& address, LinkOptions options) {
  auto socket = co_await connect_tcp_socket(address);
  if (!socket) co_return std::unexpected(std::move(socket.error()));
  auto name = name_of(*socket);
  auto const state = std::make_shared<WebSocket>(std::move(*socket), options.frame_bytes_max);
  auto link = std::make_unique<WebSocketLink>(state, std::move(name), options);
  state->open_as_client(authority_of(address), address.path);
  auto const failure = co_await state->opened();
  if (failure) {
    co_return std::unexpected("cannot connect to " + to_string(address) + ": " + failure->detail);
  }
  co_return std::move(link);
}

std::expected<std::unique_ptr<Listener>, std::string> listen_websocket(
    asio::any_io_executor const& executor, Address const& address, LinkOptions options) {
  auto acceptor = bind_tcp(executor, address);
  if (!acceptor) return std::unexpected(std::move(acceptor.error()));
  auto bound = address;
  bound.port = acceptor->local_endpoint().port();
  auto make_link =
      [options](tcp::socket socket) -> std::expected<std::unique_ptr<Link>, std::string> {
    auto name = name_of(socket);
    auto const state = std::make_shared<WebSocket>(std::move(socket), options.frame_bytes_max);
    state->open_as_server();
    return std::make_unique<WebSocketLink>(state, std::move(name), options);
  };
  return std::make_unique<SocketListener<tcp>>(std::move(*acceptor), std::move(bound), make_link);
}

}  // namespace vox::link
