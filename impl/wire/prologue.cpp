#include "impl/wire/prologue.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace vox::wire {

namespace {

constexpr std::string_view hello_magic = "VOTH";
constexpr std::string_view accept_magic = "VOTA";
constexpr std::string_view reject_magic = "VOTR";

constexpr std::size_t version_at = 4;
constexpr std::size_t value_at = 5;
constexpr std::size_t reserved_at = 6;

constexpr Rule request_rule{"transport.prologue.request"};
constexpr Rule answer_rule{"transport.prologue.accept"};

Prologue packed(std::string_view magic, std::uint8_t value, std::uint16_t reserved) {
  Prologue bytes{};
  std::ranges::copy(as_bytes(magic), bytes.begin());
  bytes[version_at] = static_cast<std::byte>(prologue_version);
  bytes[value_at] = static_cast<std::byte>(value);
  bytes[reserved_at] = static_cast<std::byte>(reserved);
  bytes[reserved_at + 1] = static_cast<std::byte>(reserved >> 8U);
  return bytes;
}

bool has_magic(ByteView payload, std::string_view magic) {
  return as_text(payload).starts_with(magic);
}

std::uint8_t byte_at(ByteView payload, std::size_t offset) {
  return std::to_integer<std::uint8_t>(payload[offset]);
}

std::uint16_t reserved_of(ByteView payload) {
  return static_cast<std::uint16_t>(byte_at(payload, reserved_at) |
                                    byte_at(payload, reserved_at + 1) << 8U);
}

std::unexpected<Violation> wrong_size(Rule rule, ByteView payload) {
  return violates(rule, std::min(payload.size(), prologue_bytes),
                  "transport prologue message size mismatch");
}

// What every message has in common, once its magic is known; nothing if it is in order.
std::optional<Violation> envelope_violation(Rule rule, ByteView payload) {
  if (payload.size() != prologue_bytes) return wrong_size(rule, payload).error();
  auto const version = byte_at(payload, version_at);
  if (version == prologue_version) return std::nullopt;
  return violates(rule, version_at, "unsupported transport version " + std::to_string(version))
      .error();
}

std::unexpected<Violation> unknown_mode(Rule rule, ConduitMode mode) {
  return violates(rule, value_at,
                  "unknown conduit mode " + std::to_string(std::to_underlying(mode)));
}

TransportHello hello_of(ByteView payload) {
  return {.mode = ConduitMode{byte_at(payload, value_at)}, .reserved = reserved_of(payload)};
}
TransportAccept accept_of(ByteView payload) {
  return {.mode = ConduitMode{byte_at(payload, value_at)}, .reserved = reserved_of(payload)};
}
TransportReject reject_of(ByteView payload) {
  return {.reason = RejectReason{byte_at(payload, value_at)}, .reserved = reserved_of(payload)};
}

std::string_view mode_name(ConduitMode mode) {
  return mode == ConduitMode::bare ? "Bare" : "Stable";
}

struct Pack {
  Prologue operator()(TransportHello const& hello) const {
    return packed(hello_magic, std::to_underlying(hello.mode), hello.reserved);
  }
  Prologue operator()(TransportAccept const& accept) const {
    return packed(accept_magic, std::to_underlying(accept.mode), accept.reserved);
  }
  Prologue operator()(TransportReject const& reject) const {
    return packed(reject_magic, std::to_underlying(reject.reason), reject.reserved);
  }
};

}  // namespace

Prologue encode_prologue(PrologueMessage const& message) {
  return std::visit(Pack{}, message);
}

Result<PrologueMessage> decode_prologue(ByteView payload) {
  constexpr Rule rule{"transport.prologue"};
  bool const is_hello = has_magic(payload, hello_magic);
  bool const is_accept = has_magic(payload, accept_magic);
  if (payload.size() >= hello_magic.size() && !is_hello && !is_accept &&
      !has_magic(payload, reject_magic)) {
    return violates(rule, 0, "no transport prologue message has this magic");
  }
  if (auto violation = envelope_violation(rule, payload)) {
    return std::unexpected(std::move(*violation));
  }
  if (is_hello) return hello_of(payload);
  if (is_accept) return accept_of(payload);
  return reject_of(payload);
}

// r[impl transport.prologue.first-payload]
Result<ConduitMode> decode_transport_hello(ByteView payload) {
  if (payload.size() != prologue_bytes) return wrong_size(request_rule, payload);
  if (!has_magic(payload, hello_magic)) {
    return violates(request_rule, 0, "transport hello magic mismatch");
  }
  if (auto violation = envelope_violation(request_rule, payload)) {
    return std::unexpected(std::move(*violation));
  }
  auto const mode = hello_of(payload).mode;
  if (!is_known(mode)) return unknown_mode(request_rule, mode);
  return mode;
}

Result<TransportAnswer> decode_transport_answer(ByteView payload, ConduitMode requested) {
  if (payload.size() < accept_magic.size()) return wrong_size(answer_rule, payload);
  bool const is_accept = has_magic(payload, accept_magic);
  if (!is_accept && !has_magic(payload, reject_magic)) {
    return violates(answer_rule, 0, "expected TransportAccept or TransportReject");
  }
  if (auto violation = envelope_violation(answer_rule, payload)) {
    return std::unexpected(std::move(*violation));
  }
  if (is_accept) {
    auto const accept = accept_of(payload);
    if (!is_known(accept.mode)) return unknown_mode(answer_rule, accept.mode);
    if (accept.mode != requested) {
      return violates("transport.prologue.no-fallback", value_at,
                      std::string{"transport selected "}
                          .append(mode_name(accept.mode))
                          .append(", requested ")
                          .append(mode_name(requested)));
    }
    return accept;
  }
  auto const reject = reject_of(payload);
  if (reject.reason != RejectReason::unsupported_mode) {
    return violates(
        answer_rule, value_at,
        "unknown transport reject reason " + std::to_string(std::to_underlying(reject.reason)));
  }
  return reject;
}

}  // namespace vox::wire
