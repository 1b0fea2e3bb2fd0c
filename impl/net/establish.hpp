#pragma once
#include "impl/link/link.hpp"
#include "impl/net/message_conduit.hpp"
#include "impl/net/stable_message_conduit.hpp"
#include "impl/net/stable_registry.hpp"
#include "impl/session/error.hpp"
#include "impl/session/handshake.hpp"
#include "impl/session/handshake_outcome.hpp"
#include "spec/conduit_mode.hpp"

#include <boost/asio/awaitable.hpp>

#include <expected>
#include <memory>
#include <variant>

// From a fresh link to a conduit with a finished handshake: prologue, session handshake, and, in
// the stable mode, the hellos of the conduit.
namespace vox::net {

using namespace link;

// What a session begins on, or is resumed on.
struct Attachment {
  std::shared_ptr<MessageConduit> conduit;
  session::HandshakeOutcome outcome{};
  ConduitMode mode = ConduitMode::bare;
};

// A link that cannot be used is gone when this is an error: it was closed after what was owed to
// the peer, and the text is that of 0.4.0. A broken link is an io error, one that the peer closed a
// protocol error.
using Establishment = std::expected<Attachment, session::SessionError>;

// Asks for the mode and greets first. The options' role is set here; `links` are for the losses of
// a stable conduit.
// r[impl transport.prologue] r[impl transport.prologue.first-payload]
// r[impl transport.prologue.post-accept]
[[nodiscard]] boost::asio::awaitable<Establishment> establish_as_initiator(
    std::unique_ptr<Link> link, ConduitMode mode, session::HandshakeOptions options,
    StableLinks links = {});

// Takes whichever mode is asked for, and answers. A stable conduit ends with its link.
[[nodiscard]] boost::asio::awaitable<Establishment> establish_as_acceptor(
    std::unique_ptr<Link> link, session::HandshakeOptions options);

// The link went to a stable conduit that has lost its own.
struct TakenUp {};
using Acceptance = std::expected<std::variant<Attachment, TakenUp>, session::SessionError>;

// The same, and stable conduits are known to the registry: they wait for their clients, who come
// back through here.
[[nodiscard]] boost::asio::awaitable<Acceptance> accept_link(
    std::unique_ptr<Link> link, session::HandshakeOptions options,
    std::shared_ptr<StableRegistry> registry);

}  // namespace vox::net
