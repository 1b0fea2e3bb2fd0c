#include "impl/net/establish.hpp"

#include "impl/net/drive_establishment.hpp"
#include "impl/net/entropy.hpp"

#include <optional>
#include <utility>

namespace vox::net {

namespace {

namespace asio = boost::asio;
using session::protocol_error;

// A session that begins, or goes on, after this handshake.
template <class Begun>
asio::awaitable<Acceptance> attach(std::unique_ptr<Link> link, Begun begun, Rulebook rulebook,
                                   StableLinks links) {
  auto const executor = co_await asio::this_coro::executor;
  Attachment attachment{.conduit = {}, .outcome = std::move(begun.handshake), .mode = begun.mode};
  if (!begun.stable) {
    attachment.conduit = make_bare_conduit(std::move(link));
    co_return std::move(attachment);
  }
  auto const stable = StableMessageConduit::make(
      executor, std::move(link), std::move(*begun.stable), rulebook, std::move(links));
  co_await stable->transmit();
  attachment.conduit = stable;
  co_return std::move(attachment);
}

// r[impl stable.reconnect] r[impl stable.reconnect.failure]
asio::awaitable<Acceptance> attach(std::unique_ptr<Link> link, rpc::ResumeConduit resumed, Rulebook,
                                   StableLinks links) {
  auto const conduit = links.registry->find(resumed.session);
  if (!conduit) {
    link->close();
    co_return std::unexpected(protocol_error("stable conduit unknown"));
  }
  auto const hello = std::get<wire::ClientHello>(resumed.hello);
  auto const taken = co_await conduit->take_up(std::move(link), hello);
  if (!taken) co_return std::unexpected(taken.error());
  co_return TakenUp{};
}

asio::awaitable<Acceptance> establish(std::unique_ptr<Link> link, rpc::EstablishmentOptions options,
                                      StableLinks links) {
  options.fresh_key = fresh_resume_key;
  options.link = first_link;
  auto const rulebook = options.handshake.rulebook;
  auto* const keys = links.registry ? &links.registry->keys() : nullptr;
  auto outcome = co_await drive_establishment(*link, std::move(options), keys);
  if (!outcome) {
    link->close();
    co_return std::unexpected(std::move(outcome.error()));
  }
  auto attached = std::visit(
      [&](auto&& what) {
        return attach(std::move(link), std::move(what), rulebook, std::move(links));
      },
      std::move(*outcome));
  co_return co_await std::move(attached);
}

asio::awaitable<Establishment> attachment_of(asio::awaitable<Acceptance> work) {
  auto accepted = co_await std::move(work);
  if (!accepted) co_return std::unexpected(std::move(accepted.error()));
  co_return std::get<Attachment>(std::move(*accepted));
}

}  // namespace

asio::awaitable<Establishment> establish_as_initiator(std::unique_ptr<Link> link, ConduitMode mode,
                                                      session::HandshakeOptions options,
                                                      StableLinks links) {
  options.role = Role::initiator;
  return attachment_of(establish(std::move(link), {.handshake = std::move(options), .mode = mode},
                                 std::move(links)));
}

asio::awaitable<Establishment> establish_as_acceptor(std::unique_ptr<Link> link,
                                                     session::HandshakeOptions options) {
  options.role = Role::acceptor;
  return attachment_of(
      establish(std::move(link), {.handshake = std::move(options)}, StableLinks{}));
}

// 0.4.0 knows of new conduits only.
asio::awaitable<Acceptance> accept_link(std::unique_ptr<Link> link,
                                        session::HandshakeOptions options,
                                        std::shared_ptr<StableRegistry> registry) {
  options.role = Role::acceptor;
  StableLinks links;
  if (options.rulebook == Rulebook::spec) links.registry = std::move(registry);
  return establish(std::move(link), {.handshake = std::move(options)}, std::move(links));
}

}  // namespace vox::net
