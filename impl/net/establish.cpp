#include "impl/net/establish.hpp"

#include "impl/conduit/stable_conduit.hpp"
#include "impl/net/entropy.hpp"
#include "impl/wire/prologue.hpp"
#include "impl/wire/reader.hpp"
#include "impl/wire/stable.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace vox::net {

namespace {

namespace asio = boost::asio;
using session::protocol_error;
using session::SessionError;

template <class T>
using Outcome = std::expected<T, SessionError>;

constexpr std::string_view closed_in_prologue = "link closed during transport prologue";
constexpr std::string_view stable_failure = "stable conduit setup failed: ";

// Whether the link ended because the peer wanted no more, as opposed to breaking.
bool is_orderly(LinkEnd const& end) {
  return end.kind == LinkEndKind::eof || end.kind == LinkEndKind::closed;
}

SessionError prologue_error(LinkEnd const& end) {
  return is_orderly(end) ? protocol_error(closed_in_prologue) : session::io_error(end.detail);
}

SessionError stable_error(std::string_view detail) {
  return protocol_error(std::string{stable_failure} + std::string{detail});
}

conduit::StableOptions stable_options(session::HandshakeOptions const& options) {
  return {.rulebook = options.rulebook};
}

// r[impl transport.prologue.request] r[impl transport.prologue.no-fallback]
asio::awaitable<Outcome<void>> request_mode(Link& link, ConduitMode mode) {
  auto const hello = wire::encode_prologue(wire::TransportHello{.mode = mode});
  if (auto const sent = co_await link.send(hello); !sent) {
    co_return std::unexpected(session::io_error(sent.error().detail));
  }
  auto const payload = co_await link.receive();
  if (!payload) co_return std::unexpected(prologue_error(payload.error()));
  auto const answer = wire::decode_transport_answer(payload->view(), mode);
  if (!answer) co_return std::unexpected(protocol_error(answer.error().detail));
  if (std::holds_alternative<wire::TransportReject>(*answer)) {
    co_return std::unexpected(protocol_error("transport rejected: unsupported conduit mode"));
  }
  co_return Outcome<void>{};
}

// What to say to a first payload that asks for nothing we have: a hello with an unknown mode is
// refused by name; 0.4.0 leaves it without an answer, as everybody does what is no hello at all.
// r[impl transport.prologue.reject-close]
std::optional<wire::Prologue> refusal_of(ByteView payload, Rulebook rulebook) {
  if (rulebook == Rulebook::vox_0_4) return std::nullopt;
  auto const message = wire::decode_prologue(payload);
  if (!message || !std::holds_alternative<wire::TransportHello>(*message)) return std::nullopt;
  return wire::encode_prologue(wire::TransportReject{});
}

// r[impl transport.prologue.accept]
asio::awaitable<Outcome<ConduitMode>> answer_mode(Link& link, Rulebook rulebook) {
  auto const payload = co_await link.receive();
  if (!payload) co_return std::unexpected(prologue_error(payload.error()));
  auto const mode = wire::decode_transport_hello(payload->view());
  if (!mode) {
    auto error = protocol_error(mode.error().detail);
    if (auto const refusal = refusal_of(payload->view(), rulebook)) {
      static_cast<void>(co_await link.send(*refusal));
    }
    co_return std::unexpected(std::move(error));
  }
  auto const accept = wire::encode_prologue(wire::TransportAccept{.mode = *mode});
  if (auto const sent = co_await link.send(accept); !sent) {
    co_return std::unexpected(session::io_error(sent.error().detail));
  }
  co_return *mode;
}

asio::awaitable<void> send_all(Link& link, session::Handshake& handshake) {
  while (auto const output = handshake.poll()) {
    auto const payload = to_bytes(*output);
    if (auto const sent = co_await link.send(payload); !sent) {
      handshake.lose_link(sent.error().detail);
    }
  }
}

// r[impl session.handshake]
asio::awaitable<Outcome<session::HandshakeOutcome>> shake_hands(Link& link,
                                                                session::HandshakeOptions options) {
  session::Handshake handshake{std::move(options)};
  co_await send_all(link, handshake);
  while (!handshake.is_over()) {
    auto const payload = co_await link.receive();
    if (payload) {
      handshake.receive(payload->view());
    } else {
      handshake.lose_link(is_orderly(payload.error()) ? std::string_view{}
                                                      : payload.error().detail);
    }
    co_await send_all(link, handshake);
  }
  if (handshake.failure()) co_return std::unexpected(*handshake.failure());
  co_return *handshake.outcome();
}

// r[impl stable.handshake] r[impl stable.handshake.client-hello]
asio::awaitable<Outcome<void>> greet_server(Link& link, conduit::StableConduit& stable) {
  auto const hello = wire::encode_client_hello(stable.client_hello());
  if (auto const sent = co_await link.send(hello); !sent) {
    co_return std::unexpected(stable_error(sent.error().detail));
  }
  auto const payload = co_await link.receive();
  if (!payload) co_return std::unexpected(stable_error(payload.error().detail));
  auto const answer = wire::decode_server_hello(payload->view());
  if (!answer) co_return std::unexpected(stable_error(answer.error().detail));
  if (auto const taken = stable.handle_server_hello(*answer); !taken) {
    co_return std::unexpected(stable_error(taken.error().detail));
  }
  co_return Outcome<void>{};
}

// r[impl stable.handshake] r[impl stable.handshake.server-hello]
asio::awaitable<Outcome<void>> greet_client(Link& link, conduit::StableConduit& stable,
                                            Rulebook rulebook) {
  auto const payload = co_await link.receive();
  if (!payload) co_return std::unexpected(stable_error(payload.error().detail));
  auto const strictness =
      rulebook == Rulebook::spec ? wire::Strictness::strict : wire::Strictness::vox_0_4;
  auto const hello = wire::decode_client_hello(payload->view(), strictness);
  if (!hello) co_return std::unexpected(stable_error(hello.error().detail));
  auto const answer =
      wire::encode_server_hello(stable.answer_client_hello(*hello, fresh_resume_key()));
  if (auto const sent = co_await link.send(answer); !sent) {
    co_return std::unexpected(stable_error(sent.error().detail));
  }
  co_return Outcome<void>{};
}

asio::awaitable<Outcome<void>> greet(Link& link, conduit::StableConduit& stable, Role role,
                                     Rulebook rulebook) {
  if (role == Role::initiator) return greet_server(link, stable);
  return greet_client(link, stable, rulebook);
}

// Everything after the prologue.
asio::awaitable<Establishment> attach(std::unique_ptr<Link> link, ConduitMode mode,
                                      session::HandshakeOptions options) {
  auto const role = options.role;
  auto const rulebook = options.rulebook;
  auto const stable = mode == ConduitMode::stable
                          ? std::make_shared<conduit::StableConduit>(stable_options(options))
                          : nullptr;
  auto outcome = co_await shake_hands(*link, std::move(options));
  if (!outcome) {
    link->close();
    co_return std::unexpected(std::move(outcome.error()));
  }
  if (stable) {
    auto greeted = co_await greet(*link, *stable, role, rulebook);
    if (!greeted) {
      link->close();
      co_return std::unexpected(std::move(greeted.error()));
    }
  }
  Attachment attachment{.conduit = std::make_unique<MessageConduit>(std::move(link), stable),
                        .outcome = std::move(*outcome)};
  co_return std::move(attachment);
}

}  // namespace

asio::awaitable<Establishment> establish_as_initiator(std::unique_ptr<Link> link, ConduitMode mode,
                                                      session::HandshakeOptions options) {
  options.role = Role::initiator;
  if (auto agreed = co_await request_mode(*link, mode); !agreed) {
    link->close();
    co_return std::unexpected(std::move(agreed.error()));
  }
  co_return co_await attach(std::move(link), mode, std::move(options));
}

asio::awaitable<Establishment> establish_as_acceptor(std::unique_ptr<Link> link,
                                                     session::HandshakeOptions options) {
  options.role = Role::acceptor;
  auto mode = co_await answer_mode(*link, options.rulebook);
  if (!mode) {
    link->close();
    co_return std::unexpected(std::move(mode.error()));
  }
  co_return co_await attach(std::move(link), *mode, std::move(options));
}

}  // namespace vox::net
