#pragma once
// What differs between the byte streams that a link can go over, for stream_link.cpp alone.
#include <boost/asio/buffer.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/system/error_code.hpp>

#include <array>
#include <cstddef>

namespace vox::link {

using StreamSocket = boost::asio::generic::stream_protocol::socket;

// Takes in what has arrived, for closing a socket with unread bytes resets the connection, and that
// would destroy what the peer has not read yet. Bounded, because a peer may send for ever.
inline void discard_arrived(StreamSocket& socket) {
  std::array<std::byte, 16uz << 10> scratch{};
  boost::system::error_code ec;
  for (int rounds = 0; rounds < 64 && !ec; ++rounds) {
    socket.read_some(boost::asio::buffer(scratch), ec);
  }
}

// One socket for both directions.
struct SocketStream {
  StreamSocket socket;

  StreamSocket& reader() { return socket; }
  StreamSocket& writer() { return socket; }
  [[nodiscard]] bool open() const { return socket.is_open(); }
  void finish() {
    boost::system::error_code ignored;  // A connection that is gone has no direction to end.
    socket.shutdown(StreamSocket::shutdown_send, ignored);
  }
  void close() {
    boost::system::error_code ignored;
    socket.shutdown(StreamSocket::shutdown_send, ignored);
    discard_arrived(socket);
    socket.close(ignored);
  }
  void abort() {
    boost::system::error_code ignored;
    socket.set_option(boost::asio::socket_base::linger{true, 0}, ignored);  // TCP alone knows this.
    socket.close(ignored);
  }
};

// One descriptor for each direction.
struct PipeStream {
  boost::asio::posix::stream_descriptor readable;
  boost::asio::posix::stream_descriptor writable;

  boost::asio::posix::stream_descriptor& reader() { return readable; }
  boost::asio::posix::stream_descriptor& writer() { return writable; }
  [[nodiscard]] bool open() const { return readable.is_open(); }
  void finish() {
    boost::system::error_code ignored;
    writable.close(ignored);
  }
  void close() {
    boost::system::error_code ignored;
    writable.close(ignored);
    readable.close(ignored);
  }
  void abort() { close(); }
};

}  // namespace vox::link
