// Connections whose messages are not looked at: those of a proxy, and those that are not decided
// on.
#include "impl/rpc/endpoint_forward.hpp"

#include "impl/rpc/endpoint.hpp"

#include <utility>
#include <variant>

namespace vox::rpc {

// r[impl core.Y1]
Endpoint::Result Endpoint::on(command::Forward& wanted) {
  auto* const connection = find(wanted.connection_id);
  if (connection == nullptr) return refused(Misuse::connection_unknown);
  if (connection->is_forwarded) return refused(Misuse::connection_forwarded);
  connection->is_forwarded = true;
  return Accepted{wanted.connection_id};
}

// What was held of a connection goes the way of everything that comes on it, or nowhere.
// r[impl core.R3]
void Endpoint::release_held(session::ConnectionId id, bool is_wanted) {
  if (held_.empty()) return;
  std::deque<session::Event> others;
  std::deque<session::Event> released;
  for (auto& event : held_) {
    auto const message = message_of(event);
    if (message->connection_id != id) {
      others.push_back(std::move(event));
      continue;
    }
    held_event_bytes_ -= message->bytes;
    released.push_back(std::move(event));
  }
  held_ = std::move(others);
  if (!is_wanted) return;
  for (auto& event : released)
    std::visit([this](auto& said) { on(std::move(said)); }, event);
}

}  // namespace vox::rpc
