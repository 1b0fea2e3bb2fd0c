#include "impl/net/establish.hpp"

#include "impl/conduit/stable_conduit.hpp"
#include "impl/net/prologue_exchange.hpp"
#include "impl/net/stable_greeting.hpp"
#include "impl/wire/reader.hpp"
#include "impl/wire/stable.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace vox::net {

namespace {

namespace asio = boost::asio;
using session::protocol_error;
using session::SessionError;

template <class T>
using Outcome = std::expected<T, SessionError>;

SessionError stable_error(GreetingError const& error) {
  return protocol_error("stable conduit setup failed: " + error.detail);
}

asio::awaitable<void> send_all(Link& link, session::Handshake& handshake) {
  while (auto const output = handshake.poll()) {
    auto const payload = to_bytes(*output);
    if (auto const sent = co_await link.send(payload); !sent) {
      handshake.lose_link(sent.error().detail);
    }
  }
}

// Takes the peer's next payload, or what became of the link.
void feed(session::Handshake& handshake, Received const& payload) {
  if (payload) {
    handshake.receive(payload->view());
    return;
  }
  handshake.lose_link(is_orderly(payload.error()) ? std::string_view{} : payload.error().detail);
}

// `first` is what was received of the handshake already.
// r[impl session.handshake]
asio::awaitable<Outcome<session::HandshakeOutcome>> shake_hands(Link& link,
                                                                session::HandshakeOptions options,
                                                                std::optional<Received> first) {
  session::Handshake handshake{std::move(options)};
  co_await send_all(link, handshake);
  if (first) {
    feed(handshake, *first);
    co_await send_all(link, handshake);
  }
  while (!handshake.is_over()) {
    auto const payload = co_await link.receive();
    feed(handshake, payload);
    co_await send_all(link, handshake);
  }
  if (handshake.failure()) co_return std::unexpected(*handshake.failure());
  co_return *handshake.outcome();
}

asio::awaitable<Greeted<void>> greet_first_client(Link& link, conduit::StableConduit& stable,
                                                  Rulebook rulebook) {
  auto const hello = co_await hear_client(link, rulebook);
  if (!hello) co_return std::unexpected(hello.error());
  co_return co_await answer_client(link, first_link, stable, *hello);
}

// r[impl stable.handshake]
asio::awaitable<Outcome<conduit::StableConduit>> greet(Link& link, Role role, Rulebook rulebook) {
  conduit::StableConduit stable{{.rulebook = rulebook}};
  auto greeting = role == Role::initiator ? greet_server(link, first_link, stable)
                                          : greet_first_client(link, stable, rulebook);
  auto const greeted = co_await std::move(greeting);
  if (!greeted) co_return std::unexpected(stable_error(greeted.error()));
  co_return std::move(stable);
}

// Everything after the prologue.
asio::awaitable<Establishment> attach(std::unique_ptr<Link> link, ConduitMode mode,
                                      session::HandshakeOptions options, StableLinks links,
                                      std::optional<Received> first) {
  auto const executor = co_await asio::this_coro::executor;
  auto const role = options.role;
  auto const rulebook = options.rulebook;
  auto outcome = co_await shake_hands(*link, std::move(options), std::move(first));
  if (!outcome) {
    link->close();
    co_return std::unexpected(std::move(outcome.error()));
  }
  if (mode == ConduitMode::bare) {
    Attachment bare{.conduit = make_bare_conduit(std::move(link)), .outcome = std::move(*outcome)};
    co_return std::move(bare);
  }
  auto stable = co_await greet(*link, role, rulebook);
  if (!stable) {
    link->close();
    co_return std::unexpected(std::move(stable.error()));
  }
  Attachment attachment{
      .conduit = StableMessageConduit::make(executor, std::move(link), std::move(*stable), rulebook,
                                            std::move(links)),
      .outcome = std::move(*outcome),
      .mode = mode};
  co_return std::move(attachment);
}

// r[impl stable.reconnect] r[impl stable.reconnect.failure]
asio::awaitable<Acceptance> take_up(std::unique_ptr<Link> link, wire::ClientHello hello,
                                    std::shared_ptr<StableRegistry> registry) {
  auto const conduit = hello.resume_key ? registry->find(*hello.resume_key) : nullptr;
  if (!conduit) {
    co_await refuse_client(*link);
    link->close();
    co_return std::unexpected(protocol_error("stable conduit unknown"));
  }
  auto const taken = co_await conduit->take_up(std::move(link), hello);
  if (!taken) co_return std::unexpected(taken.error());
  co_return TakenUp{};
}

}  // namespace

asio::awaitable<Establishment> establish_as_initiator(std::unique_ptr<Link> link, ConduitMode mode,
                                                      session::HandshakeOptions options,
                                                      StableLinks links) {
  options.role = Role::initiator;
  if (auto agreed = co_await request_mode(*link, mode); !agreed) {
    link->close();
    co_return std::unexpected(std::move(agreed.error()));
  }
  co_return co_await attach(std::move(link), mode, std::move(options), std::move(links),
                            std::nullopt);
}

asio::awaitable<Establishment> establish_as_acceptor(std::unique_ptr<Link> link,
                                                     session::HandshakeOptions options) {
  options.role = Role::acceptor;
  auto mode = co_await answer_mode(*link, options.rulebook);
  if (!mode) {
    link->close();
    co_return std::unexpected(std::move(mode.error()));
  }
  co_return co_await attach(std::move(link), *mode, std::move(options), StableLinks{},
                            std::nullopt);
}

asio::awaitable<Acceptance> accept_link(std::unique_ptr<Link> link,
                                        session::HandshakeOptions options,
                                        std::shared_ptr<StableRegistry> registry) {
  options.role = Role::acceptor;
  auto mode = co_await answer_mode(*link, options.rulebook);
  if (!mode) {
    link->close();
    co_return std::unexpected(std::move(mode.error()));
  }
  std::optional<Received> first;
  // A client whose conduit stands greets at once, where a new one begins with the handshake. 0.4.0
  // knows of new ones only.
  if (*mode == ConduitMode::stable && registry && options.rulebook == Rulebook::spec) {
    first = co_await link->receive();
    auto const hello = *first ? wire::decode_client_hello((*first)->view())
                              : violates("stable.handshake.client-hello", 0, "no hello came");
    if (hello) co_return co_await take_up(std::move(link), *hello, std::move(registry));
  }
  StableLinks links;
  if (options.rulebook == Rulebook::spec) links.registry = std::move(registry);
  auto attachment = co_await attach(std::move(link), *mode, std::move(options), std::move(links),
                                    std::move(first));
  if (!attachment) co_return std::unexpected(std::move(attachment.error()));
  co_return std::move(*attachment);
}

}  // namespace vox::net
