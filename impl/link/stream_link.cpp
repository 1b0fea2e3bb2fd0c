#include "impl/link/stream_link.hpp"

#include "impl/link/byte_stream.hpp"
#include "impl/link/condition.hpp"
#include "impl/link/transport_end.hpp"
#include "impl/wire/stream_framing.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <limits>
#include <optional>
#include <sstream>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace vox::link {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::size_t read_bytes = 64uz << 10;
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

// What a link shares with a write that goes on after its send was cancelled.
template <class Stream>
struct Sending {
  Sending(asio::any_io_executor const& executor, Stream both)
      : stream{std::move(both)}, changed{executor} {}

  Stream stream;
  Bytes rest;            // of the payload under way, when the transport did not take it at once
  bool writing = false;  // the rest is on its way
  bool failed = false;   // the rest did not get there
  std::optional<LinkEnd> end;
  Condition changed;
};

template <class Stream>
class StreamLink final : public Link {
 public:
  StreamLink(asio::any_io_executor const& executor, Stream stream, std::string name,
             LinkOptions options)
      : sending_{std::make_shared<Sending<Stream>>(executor, std::move(stream))},
        frame_bytes_max_{std::min(options.frame_bytes_max, length_max)},
        decoder_{frame_bytes_max_},
        name_{std::move(name)} {}
  StreamLink(StreamLink const&) = delete;
  StreamLink(StreamLink&&) = delete;
  StreamLink& operator=(StreamLink const&) = delete;
  StreamLink& operator=(StreamLink&&) = delete;
  ~StreamLink() override { close(); }

  asio::awaitable<Received> receive() override {
    for (;;) {
      if (receive_end_) co_return std::unexpected(*receive_end_);
      auto const payload = decoder_.next(unread_);
      if (!payload) {
        receive_end_ = {LinkEndKind::oversize, payload.error().detail};
      } else if (*payload) {
        co_return Backing{to_bytes(**payload)};
      } else {
        co_await read_more();
      }
    }
  }

  asio::awaitable<Sent> send(ByteView payload) override {
    if (payload.size() > frame_bytes_max_) {
      co_return std::unexpected(above_limit(payload.size(), frame_bytes_max_));
    }
    auto const header = wire::frame_header(payload.size());
    co_return co_await write(header, payload);  // The header lives in this frame until it is out.
  }

  asio::awaitable<Sent> send_raw(ByteView bytes) override { return write({}, bytes); }

  asio::awaitable<void> finish() override {
    auto& sending = *sending_;
    co_await sending.changed.until([&] { return !sending.writing; });
    if (sending.end) co_return;
    sending.end = stopped("this side has finished sending");
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

  [[nodiscard]] std::string describe() const override { return name_; }

 private:
  // Whether there was still something to stop.
  bool stop(std::string const& detail) {
    if (!sending_->stream.open()) return false;
    if (!receive_end_) receive_end_ = stopped(detail);
    if (!sending_->end) sending_->end = stopped(detail);
    sending_->changed.notify();
    return true;
  }

  // Reads once. What was read stays for the next receive if this one was cancelled meanwhile.
  asio::awaitable<void> read_more() {
    read_buffer_.resize(read_bytes);
    auto const [ec, count] = co_await sending_->stream.reader().async_read_some(
        asio::buffer(read_buffer_), asio::as_tuple(asio::use_awaitable));
    unread_ = ByteView{read_buffer_}.first(count);
    auto const cancellation = co_await asio::this_coro::cancellation_state;
    if (receive_end_) co_return;  // Somebody closed this side meanwhile.
    if (ec == asio::error::eof) {
      receive_end_ = stream_end(decoder_.end());
    } else if (ec && ec != asio::error::operation_aborted) {
      receive_end_ = transport_end(ec);
    }
    if (cancellation.cancelled() != asio::cancellation_type::none) throw_cancelled();
  }

  // Hands all bytes to the transport. Once the first is out nothing holds the others back: a rest
  // that the transport does not take at once is copied and written even if the send is cancelled.
  asio::awaitable<Sent> write(ByteView head, ByteView body) {
    auto& sending = *sending_;
    co_await sending.changed.until([&] { return !sending.writing; });
    if (sending.end) co_return std::unexpected(*sending.end);
    std::array const buffers{asio::buffer(head.data(), head.size()),
                             asio::buffer(body.data(), body.size())};
    error_code ec;
    auto const written = sending.stream.writer().write_some(buffers, ec);
    if (ec && ec != asio::error::would_block) {
      sending.end = transport_end(ec);
      co_return std::unexpected(*sending.end);
    }
    if (written == head.size() + body.size()) co_return Sent{};
    write_rest(head, body, written);
    co_await sending.changed.until([&] { return !sending.writing; });
    if (sending.failed) co_return std::unexpected(*sending.end);
    co_return Sent{};
  }

  void write_rest(ByteView head, ByteView body, std::size_t written) {
    auto& sending = *sending_;
    auto const of_head = std::min(written, head.size());
    auto const rest_of_head = head.subspan(of_head);
    auto const rest_of_body = body.subspan(written - of_head);
    sending.rest.reserve(rest_of_head.size() + rest_of_body.size());
    sending.rest.assign(rest_of_head.begin(), rest_of_head.end());
    sending.rest.insert(sending.rest.end(), rest_of_body.begin(), rest_of_body.end());
    sending.writing = true;
    asio::async_write(sending.stream.writer(), asio::buffer(sending.rest),
                      [shared = sending_](error_code ec, std::size_t) {
                        shared->writing = false;
                        shared->rest = {};
                        shared->failed = ec.failed();
                        if (ec && !shared->end) shared->end = transport_end(ec);
                        shared->changed.notify();
                      });
  }

  std::shared_ptr<Sending<Stream>> sending_;
  std::size_t frame_bytes_max_;
  wire::FrameDecoder decoder_;
  Bytes read_buffer_;
  ByteView unread_;  // the part of read_buffer_ that the decoder has not had
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
  auto name = describe_socket(stream, local);
  return std::make_unique<StreamLink<SocketStream>>(executor, SocketStream{std::move(stream)},
                                                    std::move(name), options);
}

std::expected<std::unique_ptr<Link>, std::string> adopt_pipes(asio::any_io_executor const& executor,
                                                              int readable, int writable,
                                                              std::string name,
                                                              LinkOptions options) {
  std::signal(SIGPIPE, SIG_IGN);
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
