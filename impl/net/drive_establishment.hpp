#pragma once
#include "impl/link/link.hpp"
#include "impl/rpc/establishment.hpp"
#include "impl/session/error.hpp"

#include <boost/asio/awaitable.hpp>

#include <expected>

namespace vox::net {

using namespace link;

// Begins an establishment and moves payloads between it and the link until it is over. The link is
// to be closed if there is an error; what is owed to the peer was sent.
[[nodiscard]] boost::asio::awaitable<std::expected<rpc::Outcome, session::SessionError>>
drive_establishment(Link& link, rpc::EstablishmentOptions options,
                    rpc::SessionRegistry* registry = nullptr);

}  // namespace vox::net
