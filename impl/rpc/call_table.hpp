#pragma once
#include "impl/rpc/channel.hpp"
#include "impl/rpc/method.hpp"
#include "impl/session/body.hpp"
#include "impl/session/ids.hpp"
#include "impl/wire/metadata.hpp"

#include <boost/container/small_vector.hpp>
#include <boost/describe/enum.hpp>
#include <boost/unordered/unordered_flat_map.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

namespace vox::rpc {

// How far a call of ours has come.
//  waiting   for room among the peer's requests or in the session, or for a link
//  sent      the session has taken it
//  unsent    the session has taken it, and it did not go out before the link was lost
//  stuck     it went out on a link that is lost, to a peer that cannot tell a repeat: 0.4.0 waits
enum class CallState : std::uint8_t { waiting, sent, unsent, stuck };
BOOST_DESCRIBE_ENUM(CallState, waiting, sent, unsent, stuck)

// One call of ours without a response.
struct Call {
  CallId id = 0;
  session::ConnectionId connection_id = 0;
  session::RequestId request_id = 0;  // 0 until it is first sent
  Method const* method = nullptr;
  CallState state = CallState::waiting;
  // Of the cancel that follows once the call is sent, where it was cancelled before.
  std::optional<wire::Metadata> cancel{};
  std::optional<OperationId> operation;
  wire::Metadata metadata;
  // As long as the call may have to be sent (again); the session has them otherwise.
  session::Body args;
  std::size_t args_counted = 0;  // among the bytes of the table
  boost::container::small_vector<ChannelRef, 2> channels;
};

// The calls of an endpoint by their names. A call stays where it is until another one is added.
class CallTable {
 public:
  Call& add(session::ConnectionId connection_id, Method const& method) {
    auto const id = ++last_;
    auto& call = calls_[id];
    call.id = id;
    call.connection_id = connection_id;
    call.method = &method;
    return call;
  }
  [[nodiscard]] Call* find(CallId id) {
    auto const found = calls_.find(id);
    return found == calls_.end() ? nullptr : &found->second;
  }
  void remove(CallId id) {
    auto const found = calls_.find(id);
    if (found == calls_.end()) return;
    count_args(found->second, 0);
    calls_.erase(found);
  }
  // The call keeps so many bytes of arguments from here on.
  void count_args(Call& call, std::size_t bytes) {
    bytes_ += bytes;
    bytes_ -= std::exchange(call.args_counted, bytes);
  }
  // Of the arguments that calls keep.
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  [[nodiscard]] std::size_t size() const { return calls_.size(); }

 private:
  boost::unordered_flat_map<CallId, Call> calls_;
  CallId last_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace vox::rpc
