#pragma once
#include "impl/link/link_end.hpp"

#include <boost/beast/websocket/rfc6455.hpp>
#include <boost/system/error_code.hpp>

namespace vox::link {

// What an error of a WebSocket, or of the connection below it, means for a link.
[[nodiscard]] LinkEnd websocket_end(boost::system::error_code error);

// The end by the peer's close frame.
[[nodiscard]] LinkEnd close_frame_end(boost::beast::websocket::close_reason const& reason);

}  // namespace vox::link
