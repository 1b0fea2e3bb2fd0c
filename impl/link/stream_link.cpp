#include "impl/link/stream_link.hpp"

#include "impl/link/byte_stream.hpp"
#include "impl/link/condition.hpp"
#include "impl/link/outgoing.hpp"
#include "impl/link/transport_end.hpp"
#include "impl/wire/stream_framing.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <limits>
#include <memory>
#include <new>
#include <optional>
#include <sstream>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace vox::link {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::size_t length_max =
    std::numeric_limits<std::uint32_t>::max();  // what a prefix holds

// r[impl link.rx.eof]
LinkEnd stream_end(wire::StreamEnd end) {
  switch (end) {
    case wire::StreamEnd::between_frames:
      return {.kind = LinkEndKind::eof, .detail = "the peer ended its stream"};
    case wire::StreamEnd::inside_header:
      return {.kind = LinkEndKind::eof,
              .detail = "the peer ended its stream inside a length prefix"};
    case wire::StreamEnd::inside_body:
      break;
  }
  return {.kind = LinkEndKind::truncated, .detail = "the peer ended its stream inside a payload"};
}

// What a link shares with a write that goes on after its flush was cancelled.
template <class Stream>
struct Sending : std::enable_shared_from_this<Sending<Stream>> {
  Sending(asio::any_io_executor const& executor, Stream both, std::size_t header_bytes,
          std::size_t frame_bytes_max)
      : stream{std::move(both)}, out{executor, header_bytes, frame_bytes_max} {}

  // Hands over what the transport takes at once, and goes on in the background from there.
  void write_batches() {
    while (out.take_batch()) {
      error_code ec;
      auto const block = out.batch().block();
      written = stream.writer().write_some(asio::buffer(block.data(), block.size()), ec);
      bytes_moved += written;
      if (ec && ec != asio::error::would_block) return out.fail(transport_end(ec));
      if (written < block.size()) return write_rest();
      out.done();
    }
  }

  void write_rest() {
    auto const rest = out.batch().block().subspan(written);
    stream.writer().async_write_some(
        asio::buffer(rest.data(), rest.size()),
        [self = this->shared_from_this()](error_code ec, std::size_t count) {
          self->written += count;
          self->bytes_moved += count;
          if (ec) return self->out.fail(transport_end(ec));
          if (self->written < self->out.batch().block().size()) return self->write_rest();
          self->out.done();
          self->write_batches();
        });
  }

  Stream stream;
  Outgoing out;
  std::size_t written = 0;  // of the batch
  std::uint64_t bytes_moved = 0;
};

template <class Stream>
class StreamLink final : public Link {
 public:
  StreamLink(asio::any_io_executor const& executor, Stream stream, std::string name,
             LinkOptions options)
      : StreamLink{
            executor, std::move(stream), std::move(name),
            options.counts_descriptors ? wire::counting_header_bytes : wire::frame_header_bytes,
            std::min(options.frame_bytes_max, length_max)} {}
  StreamLink(StreamLink const&) = delete;
  StreamLink(StreamLink&&) = delete;
  StreamLink& operator=(StreamLink const&) = delete;
  StreamLink& operator=(StreamLink&&) = delete;
  ~StreamLink() override { close(); }

  // What was read stays for the next receive if this one is cancelled meanwhile.
  asio::awaitable<Received> receive() override {
    for (;;) {
      if (auto received = take_received()) co_return std::move(*received);
      auto const room = read_room();
      if (!room) continue;
      auto const [ec, count] = co_await sending_->stream.reader().async_read_some(
          *room, asio::as_tuple(asio::use_awaitable));
      decoder_.advance(count);
      bytes_received_ += count;
      auto const cancellation = co_await asio::this_coro::cancellation_state;
      if (receive_end_) continue;  // Somebody closed this side meanwhile.
      if (ec == asio::error::eof) {
        receive_end_ = stream_end(decoder_.end());
      } else if (ec && ec != asio::error::operation_aborted) {
        receive_end_ = transport_end(ec);
      }
      if (cancellation.cancelled() != asio::cancellation_type::none) throw_cancelled();
    }
  }

  void limit_received(std::size_t payload_bytes_max) override {
    decoder_.limit_frames(std::min(payload_bytes_max, write_buffer().payload_bytes_max()));
  }

  WriteBuffer& write_buffer() override { return sending_->out.filling(); }

  asio::awaitable<Sent> flush() override {
    auto& out = sending_->out;
    auto const batch = out.ask();
    sending_->write_batches();
    if (!out.is_settled(batch)) {
      co_await out.changed.until([&] { return out.is_settled(batch); });
    }
    co_return out.outcome(batch);
  }

  asio::awaitable<Sent> send_raw(ByteView bytes) override {
    write_buffer().put_raw(bytes);
    return flush();
  }

  asio::awaitable<void> finish() override {
    static_cast<void>(co_await flush());
    auto& sending = *sending_;
    if (sending.out.end()) co_return;
    sending.out.stop(stopped("this side has finished sending"));
    sending.stream.finish();
  }

  void close() override {
    if (!stop("this side closed the link")) return;
    sending_->stream.close();
  }

  void abort() override {
    if (!stop("this side aborted the link")) return;
    sending_->stream.abort();
  }

  [[nodiscard]] std::uint64_t bytes_moved() const override {
    return bytes_received_ + sending_->bytes_moved;
  }

  [[nodiscard]] std::string describe() const override { return name_; }

 private:
  using Room = std::array<asio::mutable_buffer, 2>;

  StreamLink(asio::any_io_executor const& executor, Stream stream, std::string name,
             std::size_t header_bytes, std::size_t frame_bytes_max)
      : sending_{std::make_shared<Sending<Stream>>(executor, std::move(stream), header_bytes,
                                                   frame_bytes_max)},
        decoder_{frame_bytes_max, header_bytes},
        name_{std::move(name)} {}

  // A payload that has come whole, or the end; nothing while more has to be read.
  std::optional<Received> take_received() {
    if (receive_end_) return std::unexpected(*receive_end_);
    try {
      auto payload = decoder_.next();
      if (payload && !*payload) return std::nullopt;
      if (payload) return std::move(**payload);
      receive_end_ = {.kind = LinkEndKind::oversize, .detail = payload.error().detail};
    } catch (std::bad_alloc const&) {
      receive_end_ = no_memory();
    }
    return std::unexpected(*receive_end_);
  }

  std::optional<Room> read_room() {
    try {
      auto const room = decoder_.room();
      return Room{asio::buffer(room[0].data(), room[0].size()),
                  asio::buffer(room[1].data(), room[1].size())};
    } catch (std::bad_alloc const&) {
      receive_end_ = no_memory();
      return std::nullopt;
    }
  }

  // Whether there was still something to stop.
  bool stop(std::string const& detail) {
    if (!sending_->stream.open()) return false;
    if (!receive_end_) receive_end_ = stopped(detail);
    sending_->out.stop(stopped(detail));
    return true;
  }

  std::shared_ptr<Sending<Stream>> sending_;
  wire::FrameDecoder decoder_;
  std::uint64_t bytes_received_ = 0;
  std::optional<LinkEnd> receive_end_;
  std::string name_;
};

// The endpoint of a socket, as far as it has a name: a client of a Unix socket has none.
std::string spell(StreamSocket::endpoint_type const& endpoint) {
  std::ostringstream text;
  if (endpoint.protocol().family() == AF_UNIX) {
    asio::local::stream_protocol::endpoint local;
    local.resize(endpoint.size());
    std::memcpy(local.data(), endpoint.data(), endpoint.size());
    text << local;
  } else {
    asio::ip::tcp::endpoint tcp;
    tcp.resize(endpoint.size());
    std::memcpy(tcp.data(), endpoint.data(), endpoint.size());
    text << tcp;
  }
  return text.str();
}

std::string describe_socket(StreamSocket const& socket, bool local) {
  error_code ec;
  auto name = spell(socket.remote_endpoint(ec));
  if (local && name.empty()) name = spell(socket.local_endpoint(ec));
  if (name.empty()) name = "without a name";
  return (local ? "local " : "tcp ") + name;
}

std::unexpected<std::string> cannot_adopt(error_code ec) {
  return std::unexpected("cannot make a link of the given descriptor: " + ec.message());
}

}  // namespace

std::expected<std::unique_ptr<Link>, std::string> adopt_socket(
    asio::any_io_executor const& executor, int socket, LinkOptions options) {
  sockaddr_storage own{};
  socklen_t own_bytes = sizeof own;
  error_code ec;
  if (getsockname(socket, reinterpret_cast<sockaddr*>(&own), &own_bytes) != 0) {
    ec = {errno, boost::system::system_category()};
  }
  int type = SOCK_STREAM;
  socklen_t type_bytes = sizeof type;
  if (!ec && getsockopt(socket, SOL_SOCKET, SO_TYPE, &type, &type_bytes) == 0 &&
      type != SOCK_STREAM) {
    ec = {ESOCKTNOSUPPORT, boost::system::system_category()};
  }
  StreamSocket stream{executor};
  if (!ec) stream.assign(asio::generic::stream_protocol{own.ss_family, 0}, socket, ec);
  if (ec) {
    ::close(socket);
    return cannot_adopt(ec);
  }
  stream.non_blocking(true, ec);
  if (ec) return cannot_adopt(ec);
  bool const local = own.ss_family == AF_UNIX;
  if (!local) stream.set_option(asio::ip::tcp::no_delay{true}, ec);
  options.counts_descriptors = options.counts_descriptors && local;
  auto name = describe_socket(stream, local);
  return std::make_unique<StreamLink<SocketStream>>(executor, SocketStream{std::move(stream)},
                                                    std::move(name), options);
}

std::expected<std::unique_ptr<Link>, std::string> adopt_pipes(asio::any_io_executor const& executor,
                                                              int readable, int writable,
                                                              std::string name,
                                                              LinkOptions options) {
  std::signal(SIGPIPE, SIG_IGN);
  options.counts_descriptors = false;
  PipeStream stream{asio::posix::stream_descriptor{executor},
                    asio::posix::stream_descriptor{executor}};
  error_code ec;
  stream.readable.assign(readable, ec);
  if (ec) ::close(readable);
  error_code other;
  stream.writable.assign(writable, other);
  if (other) ::close(writable);
  if (!ec) ec = other;
  if (!ec) stream.readable.non_blocking(true, ec);
  if (!ec) stream.writable.non_blocking(true, ec);
  if (ec) return cannot_adopt(ec);
  return std::make_unique<StreamLink<PipeStream>>(executor, std::move(stream), std::move(name),
                                                  options);
}

}  // namespace vox::link
