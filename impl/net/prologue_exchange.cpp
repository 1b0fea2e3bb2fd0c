#include "impl/net/prologue_exchange.hpp"

#include "impl/wire/prologue.hpp"

#include <optional>
#include <string_view>
#include <utility>
#include <variant>

namespace vox::net {

namespace asio = boost::asio;
using session::protocol_error;
using session::SessionError;

namespace {

template <class T>
using Outcome = std::expected<T, SessionError>;

constexpr std::string_view closed_in_prologue = "link closed during transport prologue";

SessionError prologue_error(LinkEnd const& end) {
  return is_orderly(end) ? protocol_error(closed_in_prologue) : session::io_error(end.detail);
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

}  // namespace

bool is_orderly(LinkEnd const& end) {
  return end.kind == LinkEndKind::eof || end.kind == LinkEndKind::closed;
}

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

}  // namespace vox::net
