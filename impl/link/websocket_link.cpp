#include "impl/link/websocket_link.hpp"

#include "impl/link/outgoing.hpp"
#include "impl/link/socket_listener.hpp"
#include "impl/link/tcp.hpp"
#include "impl/link/transport_end.hpp"
#include "impl/link/websocket_end.hpp"
#include "spec/assert.hpp"

#include <boost/asio/bind_allocator.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/websocket/error.hpp>
#include <boost/beast/websocket/stream.hpp>

#include <algorithm>
#include <array>
#include <limits>
#include <memory_resource>
#include <new>
#include <span>
#include <sstream>

namespace vox::link {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;
using asio::ip::tcp;
using boost::system::error_code;
using namespace std::chrono_literals;

constexpr std::size_t chunk_bytes = 16uz << 10;
// Peers built on tungstenite take no larger frame by default, but larger messages of several
// frames.
constexpr std::size_t frame_bytes_unsplit_max = 16uz << 20;
constexpr auto close_patience = 2s;  // for the answer to a close frame

websocket::stream_base::timeout handshake_within(std::chrono::steady_clock::duration patience) {
  return {.handshake_timeout = patience,
          .idle_timeout = websocket::stream_base::none(),
          .keep_alive_pings = false};
}

// Counts what goes through a socket; it limits nothing.
class CountingPolicy {
 public:
  [[nodiscard]] std::uint64_t bytes_moved() const { return bytes_moved_; }

 private:
  friend class beast::rate_policy_access;
  static std::size_t available_read_bytes() { return std::numeric_limits<std::size_t>::max(); }
  static std::size_t available_write_bytes() { return std::numeric_limits<std::size_t>::max(); }
  void transfer_read_bytes(std::size_t count) { bytes_moved_ += count; }
  void transfer_write_bytes(std::size_t count) { bytes_moved_ += count; }
  void on_timer() {}

  std::uint64_t bytes_moved_ = 0;
};
using CountedSocket = beast::basic_stream<tcp, asio::any_io_executor, CountingPolicy>;

enum class Phase : std::uint8_t { opening, open, closing, dead };

// The socket and what goes on with it in the background, so that a receive or send that is
// cancelled never leaves a frame half read or half written. An operation under way keeps this
// alive.
class WebSocket : public std::enable_shared_from_this<WebSocket> {
 public:
  WebSocket(tcp::socket socket, LinkOptions options)
      : out_{socket.get_executor(), 0, options.frame_bytes_max},
        received_bytes_max_{options.frame_bytes_max},
        message_bytes_max_{options.frame_bytes_max},
        stream_{std::move(socket)} {
    error_code ignored;
    stream_.next_layer().socket().set_option(tcp::no_delay{true}, ignored);
    stream_.set_option(handshake_within(options.opening_time));
    stream_.read_message_max(message_bytes_max_);
    stream_.binary(true);
  }

  void limit_received(std::size_t payload_bytes_max) {
    received_bytes_max_ = std::min(payload_bytes_max, write_buffer().payload_bytes_max());
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
    co_await out_.changed.until([this] { return phase_ != Phase::opening; });
    co_return phase_ == Phase::open ? std::nullopt : receive_end_;
  }

  asio::awaitable<Received> receive() {
    if (phase_ == Phase::opening) {
      co_await out_.changed.until([this] { return phase_ != Phase::opening; });
    }
    if (phase_ == Phase::open && !reading_ && !arrived_ && !receive_end_) read_message();
    if (!arrived_ && !receive_end_) {
      co_await out_.changed.until([this] { return arrived_ || receive_end_; });
    }
    if (arrived_) co_return take_message();
    VOX_ASSERT(receive_end_);
    co_return std::unexpected(*receive_end_);
  }

  [[nodiscard]] WriteBuffer& write_buffer() { return out_.filling(); }

  asio::awaitable<Sent> flush() {
    auto const batch = out_.ask();
    write_batches();
    if (!out_.is_settled(batch)) {
      co_await out_.changed.until([&] { return out_.is_settled(batch); });
    }
    co_return out_.outcome(batch);
  }

  asio::awaitable<void> finish() {
    static_cast<void>(co_await flush());
    if (out_.end()) co_return;
    out_.stop(stopped("this side has finished sending"));
    start_close(websocket::close_code::normal);
  }

  // A message that is only partly written leaves no place for a close frame, so that the socket
  // then closes without one.
  void close() {
    stop("this side closed the link");
    if (phase_ == Phase::open && !out_.is_writing()) {
      start_close(websocket::close_code::normal);
    } else if (phase_ != Phase::closing) {
      die();
    }
  }

  void abort() {
    stop("this side aborted the link");
    error_code ignored;
    stream_.next_layer().socket().set_option(asio::socket_base::linger{true, 0}, ignored);
    die();
  }

  [[nodiscard]] std::uint64_t bytes_moved() const {
    return stream_.next_layer().rate_policy().bytes_moved();
  }

 private:
  // Beast takes the memory of its operations from the handler's allocator. They are too large for
  // the memory that Asio keeps.
  template <class Handler>
  auto with_memory(Handler handler) {
    return asio::bind_allocator(std::pmr::polymorphic_allocator<std::byte>{&memory_},
                                std::move(handler));
  }

  void has_opened(error_code ec) {
    if (phase_ != Phase::opening) return;  // It was closed meanwhile.
    if (!ec) {
      phase_ = Phase::open;
      out_.changed.notify();
      write_batches();
      return;
    }
    auto end = websocket_end(ec);
    end.detail = "the WebSocket's opening handshake failed: " + end.detail;
    end_with(end);
  }

  // A message keeps the limit that there is when it begins.
  void read_message() {
    message_bytes_max_ = received_bytes_max_;
    stream_.read_message_max(message_bytes_max_);
    read_some();
  }

  // r[impl zerocopy.recv.websocket]
  // A message that fits in the chunk is copied from there; the rest of a larger one is read to
  // where it stays.
  void read_some() {
    std::span<std::byte> room;
    try {
      if (chunk_.empty()) chunk_.resize(chunk_bytes);
      if (is_large_) {
        room = large_.room();
      } else if (chunk_used_ == chunk_.size()) {
        large_.begin(pool_, message_bytes_max_, BackingPool::block_bytes_max);
        large_.put(chunk_);
        is_large_ = true;
        room = large_.room();
      } else {
        room = std::span{chunk_}.subspan(chunk_used_);
      }
    } catch (std::bad_alloc const&) {
      return end_with(no_memory());
    }
    if (room.empty()) room = no_more_;
    reading_ = true;
    stream_.async_read_some(
        asio::buffer(room.data(), room.size()),
        with_memory([self = shared_from_this()](error_code ec, std::size_t count) {
          self->reading_ = false;
          if (self->is_large_) {
            self->large_.advance(count);
          } else {
            self->chunk_used_ += count;
          }
          self->has_read(ec);
        }));
  }

  Received take_message() {
    arrived_ = false;
    try {
      if (std::exchange(is_large_, false)) {
        chunk_used_ = 0;
        return large_.finish();
      }
      return pool_.copy(std::span{chunk_}.first(std::exchange(chunk_used_, 0)));
    } catch (std::bad_alloc const&) {
      end_with(no_memory());
      return std::unexpected(*receive_end_);
    }
  }

  void has_read(error_code ec) {
    if (ec == websocket::error::closed) {
      end_with(close_frame_end(stream_.reason()));
    } else if (ec && phase_ == Phase::closing) {
      return;  // It only makes room for the closing handshake, whose end decides.
    } else if (ec == asio::error::eof && (chunk_used_ != 0 || !stream_.is_message_done())) {
      end_with({.kind = LinkEndKind::truncated, .detail = "the stream ended inside a message"});
    } else if (ec) {
      end_with(websocket_end(ec));
    } else if (stream_.got_text()) {
      refuse_text();
    } else if (!stream_.is_message_done()) {
      read_some();
    } else if (!receive_end_) {
      arrived_ = true;
      out_.changed.notify();
    }
  }

  void refuse_text() {
    if (!receive_end_) {
      receive_end_ = {.kind = LinkEndKind::protocol,
                      .detail = "the peer sent a text message; a vox link has none"};
    }
    out_.stop(*receive_end_);
    if (phase_ == Phase::open) start_close(websocket::close_code::unknown_data);
  }

  void write_batches() {
    if (phase_ != Phase::open || !out_.take_batch()) return;
    written_ = 0;
    write_payload();
  }

  void write_payload() {
    auto const payload = out_.batch().payload(written_);
    stream_.auto_fragment(payload.size() > frame_bytes_unsplit_max);
    stream_.async_write(asio::buffer(payload.data(), payload.size()),
                        with_memory([self = shared_from_this()](error_code ec, std::size_t) {
                          if (ec) return self->out_.fail(self->why_not_written(ec));
                          if (++self->written_ < self->out_.batch().count()) {
                            return self->write_payload();
                          }
                          self->out_.done();
                          self->write_batches();
                        }));
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
    arrived_ = false;
    out_.stop(stopped(detail));
  }

  // The first end stays.
  void end_with(LinkEnd const& end) {
    if (!receive_end_) receive_end_ = end;
    out_.stop(end);
    die();
  }

  void die() {
    phase_ = Phase::dead;
    error_code ignored;
    stream_.next_layer().socket().close(ignored);
    out_.changed.notify();
  }

  std::pmr::unsynchronized_pool_resource memory_{
      {.max_blocks_per_chunk = 4, .largest_required_pool_block = 4096}};  // outlives what follows
  Outgoing out_;
  std::size_t received_bytes_max_;  // of the next message
  std::size_t message_bytes_max_;   // of the message under way
  websocket::stream<CountedSocket, false> stream_;
  Phase phase_ = Phase::opening;
  bool reading_ = false;
  bool arrived_ = false;     // a message is whole and waits to be received
  std::size_t written_ = 0;  // payloads of the batch
  Bytes chunk_;              // the message under way, as long as it fits
  std::size_t chunk_used_ = 0;
  bool is_large_ = false;  // the message under way is in large_
  BackingBuilder large_;
  std::array<std::byte, 1> no_more_{};  // room to read a message's end into
  BackingPool pool_;
  std::optional<LinkEnd> receive_end_;
};

class WebSocketLink final : public Link {
 public:
  WebSocketLink(std::shared_ptr<WebSocket> socket, std::string name)
      : socket_{std::move(socket)}, name_{std::move(name)} {}
  WebSocketLink(WebSocketLink const&) = delete;
  WebSocketLink(WebSocketLink&&) = delete;
  WebSocketLink& operator=(WebSocketLink const&) = delete;
  WebSocketLink& operator=(WebSocketLink&&) = delete;
  ~WebSocketLink() override { socket_->close(); }

  asio::awaitable<Received> receive() override { return socket_->receive(); }
  void limit_received(std::size_t payload_bytes_max) override {
    socket_->limit_received(payload_bytes_max);
  }
  WriteBuffer& write_buffer() override { return socket_->write_buffer(); }
  asio::awaitable<Sent> flush() override { return socket_->flush(); }
  asio::awaitable<Sent> send_raw(ByteView /*bytes*/) override {
    LinkEnd refusal{.kind = LinkEndKind::refused,
                    .detail = "a WebSocket link sends nothing but whole messages"};
    co_return std::unexpected(std::move(refusal));
  }
  asio::awaitable<void> finish() override { return socket_->finish(); }
  void close() override { socket_->close(); }
  void abort() override { socket_->abort(); }
  [[nodiscard]] std::uint64_t bytes_moved() const override { return socket_->bytes_moved(); }
  [[nodiscard]] std::string describe() const override { return name_; }

 private:
  std::shared_ptr<WebSocket> socket_;
  std::string name_;
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
  auto const state = std::make_shared<WebSocket>(std::move(*socket), options);
  auto link = std::make_unique<WebSocketLink>(state, std::move(name));
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
  error_code ec;
  bound.port = acceptor->local_endpoint(ec).port();
  if (ec) return std::unexpected("cannot listen on " + to_string(address) + ": " + ec.message());
  auto make_link =
      [options](tcp::socket socket) -> std::expected<std::unique_ptr<Link>, std::string> {
    auto name = name_of(socket);
    auto const state = std::make_shared<WebSocket>(std::move(socket), options);
    state->open_as_server();
    return std::make_unique<WebSocketLink>(state, std::move(name));
  };
  return std::make_unique<SocketListener<tcp>>(std::move(*acceptor), std::move(bound), make_link);
}

}  // namespace vox::link
