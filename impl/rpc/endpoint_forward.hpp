#pragma once
// For the sources of Endpoint alone.
#include "impl/rpc/endpoint.hpp"

#include <concepts>
#include <optional>
#include <utility>
#include <variant>

namespace vox::rpc {

// The connection that a message came on, and what it weighs.
struct MessageSource {
  session::ConnectionId connection_id = 0;
  std::size_t bytes = 0;
};

// Nothing for an event that is no message.
[[nodiscard]] inline std::optional<MessageSource> message_of(session::Event const& event) {
  return std::visit(
      [](auto const& said) -> std::optional<MessageSource> {
        using Said = std::remove_cvref_t<decltype(said)>;
        constexpr bool is_message = std::same_as<Said, session::event::CallReceived> ||
                                    std::same_as<Said, session::event::ResponseReceived> ||
                                    std::same_as<Said, session::event::CancelReceived> ||
                                    std::same_as<Said, session::event::ChannelReceived>;
        if constexpr (is_message) {
          return MessageSource{said.connection_id, said.backing.view().size()};
        } else {
          return std::nullopt;
        }
      },
      event);
}

// True if nobody has to look at the message now: it waits for the decision on its connection, goes
// to the proxy, or came too late.
template <class Received>
bool Endpoint::hold_or_hand_on(Received& received, Connection const* connection) {
  auto const bytes = received.backing.view().size();
  if (connection == nullptr) {
    if (!session_.connection(received.connection_id)) return true;
    held_.emplace_back(std::move(received));
    held_event_bytes_ += bytes;
    return true;
  }
  if (!connection->is_forwarded) return false;
  put(std::move(received), bytes);
  return true;
}

}  // namespace vox::rpc
