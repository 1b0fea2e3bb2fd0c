#pragma once
#include "impl/conduit/stable_conduit.hpp"
#include "impl/link/link.hpp"
#include "impl/wire/stable.hpp"
#include "spec/rulebook.hpp"

#include <boost/asio/awaitable.hpp>

#include <expected>
#include <string>

// The hellos by which a stable conduit takes up a link, after the prologue.
namespace vox::net {

using namespace link;

// Why a link was not taken up. A broken link says nothing about the conduit; another one may do.
struct GreetingError {
  bool is_link_lost = false;
  std::string detail;
};
template <class T>
using Greeted = std::expected<T, GreetingError>;

// The client's part: greets and takes the answer.
// r[impl stable.handshake] r[impl stable.handshake.client-hello] r[impl stable.reconnect.failure]
[[nodiscard]] boost::asio::awaitable<Greeted<void>> greet_server(Link& link,
                                                                 conduit::LinkNumber number,
                                                                 conduit::StableConduit& stable);

// The server's part: hears the client, who says which conduit it means, and answers for that one.
// r[impl stable.handshake.server-hello]
[[nodiscard]] boost::asio::awaitable<Greeted<wire::ClientHello>> hear_client(Link& link,
                                                                             Rulebook rulebook);
[[nodiscard]] boost::asio::awaitable<Greeted<void>> answer_client(Link& link,
                                                                  conduit::LinkNumber number,
                                                                  conduit::StableConduit& stable,
                                                                  wire::ClientHello hello);
// Tells a client that its conduit is not known here.
[[nodiscard]] boost::asio::awaitable<void> refuse_client(Link& link);

}  // namespace vox::net
