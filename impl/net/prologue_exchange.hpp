#pragma once
#include "impl/link/link.hpp"
#include "impl/session/error.hpp"
#include "spec/conduit_mode.hpp"
#include "spec/rulebook.hpp"

#include <boost/asio/awaitable.hpp>

#include <expected>

// The first payload in each direction of a fresh link. Whoever gets an error closes the link.
namespace vox::net {

using namespace link;

// Whether a link ended because the peer wanted no more, as opposed to breaking.
[[nodiscard]] bool is_orderly(LinkEnd const& end);

// Asks for the mode. A broken link is an io error, everything else a protocol error.
// r[impl transport.prologue.request] r[impl transport.prologue.no-fallback]
[[nodiscard]] boost::asio::awaitable<std::expected<void, session::SessionError>> request_mode(
    Link& link, ConduitMode mode);

// Agrees to the mode that is asked for.
// r[impl transport.prologue.accept]
[[nodiscard]] boost::asio::awaitable<std::expected<ConduitMode, session::SessionError>> answer_mode(
    Link& link, Rulebook rulebook);

}  // namespace vox::net
