#pragma once
#include "impl/link/address.hpp"
#include "impl/link/listener.hpp"
#include "impl/net/session_builder.hpp"
#include "impl/session/error.hpp"
#include "spec/conduit_mode.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <memory>

// Sessions by address: tcp://, local:// and ws://.
namespace vox::net {

// Dials the address as the initiator, and again whenever the link is lost. The links take payloads
// up to the builder's Limits::frame_bytes_max.
[[nodiscard]] boost::asio::awaitable<SessionResult> connect_session(
    link::Address const& address, InitiatorBuilder const& builder,
    ConduitMode mode = ConduitMode::bare);

// What a server hears about its links. All may be empty; what they throw is logged.
struct ServeEvents {
  // A session has begun. Its root is kept as long as the session lives.
  std::function<void(Established const&)> on_session{};
  // A link came to nothing: its handshake failed or took too long, nobody may come back by its key,
  // or there are Limits::sessions_max sessions.
  std::function<void(session::SessionError const&)> on_refused{};
};

// Accepts links until the listener is closed, and returns why. Each link is established on its own,
// and begins a session or resumes one of the builder's registry; how many may be without a session
// at once, and how long, is a matter of Limits, and so is how many sessions there may be: a new one
// beyond them ends at once, while an old one may still come back. When the system has no room for
// another link, the server says so in its log, waits for a while and goes on. Sessions go on when
// this has returned.
[[nodiscard]] boost::asio::awaitable<link::LinkEnd> serve(link::Listener& listener,
                                                          AcceptorBuilder builder,
                                                          ServeEvents events = {});

}  // namespace vox::net
