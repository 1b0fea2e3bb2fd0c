#pragma once
#include "impl/session/command.hpp"
#include "impl/session/transmit.hpp"
#include "impl/wire/message.hpp"

#include <optional>

// Which message is which, found out without the session's help.
namespace voxspec::test {

// Read from the message itself.
[[nodiscard]] vox::session::Receipt receipt_of(vox::wire::Message const& message);
// Of the message that an accepted command puts into the queue, if it does. `is_root` says that the
// connection is the one that the handshake made, whose consent is between us alone.
[[nodiscard]] std::optional<vox::session::Receipt> promised_by(vox::session::Command const& command,
                                                               vox::session::ConnectionId id,
                                                               bool is_root);
// Messages that go out only because a command or a Ping of the peer asked for them.
[[nodiscard]] bool is_always_asked_for(vox::session::SendKind kind);

}  // namespace voxspec::test
