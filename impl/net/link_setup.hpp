#pragma once
#include "impl/link/link.hpp"
#include "impl/rpc/establishment.hpp"
#include "impl/rpc/session_registry.hpp"
#include "impl/session/error.hpp"

#include <boost/asio/awaitable.hpp>

#include <expected>
#include <memory>

namespace vox::net {

// A link that is set up, and what it is for.
struct Attachment {
  std::shared_ptr<link::Link> link;
  conduit::LinkNumber number = 0;
  rpc::Outcome outcome;
};
using AttachmentResult = std::expected<Attachment, session::SessionError>;

// Exchanges prologues, handshakes and hellos on the link until it is known what the link is for. A
// link that comes to nothing, or not in time, is closed after what was owed to the peer. It is
// closed, too, if the coroutine is cancelled. Meanwhile the link takes payloads up to the limit of
// an establishment, and afterwards up to that of a session. The registry, which may be null,
// outlives this.
// r[impl transport.prologue] r[impl session.handshake]
[[nodiscard]] boost::asio::awaitable<AttachmentResult> set_up_link(
    std::shared_ptr<link::Link> link, rpc::EstablishmentOptions options,
    rpc::SessionRegistry* registry = nullptr);

// Whether the peer ended the link in good order.
[[nodiscard]] bool is_orderly(link::LinkEnd const& end);

}  // namespace vox::net
