#pragma once
#include "impl/rpc/command.hpp"
#include "impl/session/event.hpp"
#include "impl/session/ids.hpp"
#include "impl/session/session.hpp"

#include <expected>
#include <functional>

// What passes between two joined connections, of one session or of two.
namespace vox::rpc {

// Sends on the target; the command needs to hold during the call only.
using SendOn = std::function<std::expected<Accepted, Refusal>(Command&&)>;

// Sends one message that came on one connection on the other one, `id` of the session `target`, as
// it came: same ids, same payload bytes, no look at services or types. Schemas are taken from what
// the source was told, and announced on the target where they are missing. An event that is no
// message is accepted and nothing is sent; so is a cancel whose response is out already.
// r[impl core.Y1] r[impl core.X4]
[[nodiscard]] std::expected<Accepted, Refusal> pass_on(session::Event const& message,
                                                       session::Session const& target,
                                                       session::ConnectionId id,
                                                       SendOn const& send);

}  // namespace vox::rpc
