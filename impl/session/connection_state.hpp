#pragma once
#include <boost/describe/enum.hpp>

#include <cstddef>
#include <cstdint>

namespace vox::session {

// What is behind a connection id.
//  root              connection 0, while it is open
//  root_removed      connection 0 after it was closed
//  absent            an id that no connection had, as far as we remember, or that was rejected
//  forgotten         an id whose connection was closed so long ago that nothing else is remembered
//  pending_outbound  we have sent the open and wait for the answer
//  offered           the peer has sent the open and our acceptor has not decided
//  active            a virtual connection that both sides have agreed on
//  closed_here       we have sent a close, so the peer may still speak for a while
//  closed_by_peer    the peer has sent a close and may speak no more
enum class ConnectionState : std::uint8_t {
  root,
  root_removed,
  absent,
  forgotten,
  pending_outbound,
  offered,
  active,
  closed_here,
  closed_by_peer,
};
BOOST_DESCRIBE_ENUM(ConnectionState, root, root_removed, absent, forgotten, pending_outbound,
                    offered, active, closed_here, closed_by_peer)
inline constexpr std::size_t connection_state_count = 9;

}  // namespace vox::session
