#pragma once
#include "impl/rpc/channel_table.hpp"
#include "impl/rpc/operations.hpp"
#include "impl/rpc/plan_cache.hpp"
#include "impl/rpc/service.hpp"
#include "impl/session/ids.hpp"
#include "impl/session/ring.hpp"
#include "spec/settings.hpp"

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace vox::rpc {

// What an endpoint keeps of one connection beside the session's slot, from its opening to its
// close.
struct Connection {
  Connection(session::ConnectionId of, ConnectionSettings const& ours, PlanCache cache)
      : id{of},
        our_settings{ours},
        request_ids{ours.parity},
        channel_ids{ours.parity},
        plans{std::move(cache)} {}

  session::ConnectionId id;
  ConnectionSettings our_settings;
  Service const* serves = nullptr;  // what the peer may call
  session::IdAllocator request_ids;
  session::IdAllocator channel_ids;  // by free_channel_id()
  PlanCache plans;

  // Calls of ours: those that wait, and by request id those that the session has taken. Each is in
  // one of the two until it is done; what waits may be done already.
  session::Ring<CallId> waiting_calls;
  bool calls_want_room = false;  // they wait for room in the session, or for a link
  boost::unordered_flat_map<session::RequestId, CallId> calls;
  std::uint64_t next_operation_id = 1;

  // Requests of the peer that are not answered, and these together with those that are and whose
  // handlers run.
  boost::unordered_flat_map<session::RequestId, RequestToken> requests;
  boost::unordered_flat_set<RequestToken> all_requests;
  std::optional<Operations> operations;
  // Methods whose response type is too large to be announced.
  boost::unordered_flat_set<MethodId> unannounceable;

  bool is_forwarded = false;  // by a proxy, which gets its messages as they come

  boost::unordered_flat_set<ChannelRef> channels;
  // Messages for channels that no call has named yet. An id up to the watermark was named by one.
  std::vector<EarlyMessage> early;
  std::size_t early_bytes = 0;
  session::ChannelId named_channels = 0;
};

}  // namespace vox::rpc
