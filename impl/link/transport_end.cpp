#include "impl/link/transport_end.hpp"

#include <boost/system/errc.hpp>

#include <string>
#include <utility>

namespace vox::link {

LinkEnd transport_end(boost::system::error_code error) {
  namespace errc = boost::system::errc;
  bool const reset = error == errc::connection_reset || error == errc::broken_pipe ||
                     error == errc::connection_aborted;
  return {.kind = reset ? LinkEndKind::reset : LinkEndKind::error, .detail = error.message()};
}

LinkEnd stopped(std::string detail) {
  return {.kind = LinkEndKind::stopped, .detail = std::move(detail)};
}

LinkEnd no_memory() {
  return {.kind = LinkEndKind::error, .detail = "no memory for the payload that arrives"};
}

// r[impl link.tx.alloc.limits]
LinkEnd above_limit(std::size_t payload_bytes, std::size_t payload_bytes_max) {
  return {.kind = LinkEndKind::refused,
          .detail = "a payload of " + std::to_string(payload_bytes) +
                    " bytes is above the limit of " + std::to_string(payload_bytes_max)};
}

}  // namespace vox::link
