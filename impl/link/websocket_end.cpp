#include "impl/link/websocket_end.hpp"

#include "impl/link/transport_end.hpp"

#include <boost/asio/error.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/websocket/error.hpp>

#include <string>
#include <utility>

namespace vox::link {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;

LinkEnd websocket_end(boost::system::error_code error) {
  if (error == asio::error::eof || error == beast::http::error::end_of_stream) {
    return {.kind = LinkEndKind::eof, .detail = "the peer ended its stream without a close frame"};
  }
  if (error == websocket::error::message_too_big) {
    return {.kind = LinkEndKind::oversize, .detail = "the peer's message is above the limit"};
  }
  if (error == websocket::condition::protocol_violation ||
      error == websocket::condition::handshake_failed ||
      error.category() == make_error_code(beast::http::error::bad_method).category()) {
    return {.kind = LinkEndKind::protocol, .detail = error.message()};
  }
  return transport_end(error);
}

LinkEnd close_frame_end(websocket::close_reason const& reason) {
  std::string detail = "the peer closed the WebSocket";
  if (reason.code != websocket::close_code::none) {
    detail += " with code " + std::to_string(reason.code);
  }
  if (!reason.reason.empty()) detail += ": " + std::string{reason.reason.c_str()};
  return {.kind = LinkEndKind::closed, .detail = std::move(detail)};
}

}  // namespace vox::link
