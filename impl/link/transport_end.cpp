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

AcceptFailure accept_failure(boost::system::error_code error) {
  namespace errc = boost::system::errc;
  if (error == errc::too_many_files_open || error == errc::too_many_files_open_in_system ||
      error == errc::no_buffer_space || error == errc::not_enough_memory) {
    return AcceptFailure::shortage;
  }
  // Linux hands the errors of a connection that was not accepted yet to accept itself, and a
  // firewall refuses with EPERM.
  for (auto const of_peer :
       {errc::connection_aborted, errc::connection_reset, errc::protocol_error,
        errc::no_protocol_option, errc::host_unreachable, errc::network_unreachable,
        errc::network_down, errc::operation_not_supported, errc::operation_not_permitted,
        errc::timed_out, errc::interrupted}) {
    if (error == of_peer) return AcceptFailure::peer;
  }
  return AcceptFailure::lasting;
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
