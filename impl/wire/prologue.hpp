#pragma once
#include "impl/wire/bytes.hpp"
#include "impl/wire/violation.hpp"
#include "spec/conduit_mode.hpp"

#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <variant>

// The first payload in each direction of a fresh link, before any session hello: 8 bytes of magic,
// version, one mode or reason, and two bytes that are reserved, sent as zero and ignored.
namespace vox::wire {

inline constexpr std::uint8_t prologue_version = 9;
inline constexpr std::size_t prologue_bytes = 8;
using Prologue = std::array<std::byte, prologue_bytes>;

// The initiator asks for exactly this mode.
// r[impl transport.prologue.request]
struct TransportHello {
  static constexpr std::string_view name = "TransportHello";
  ConduitMode mode = ConduitMode::bare;
  std::uint16_t reserved = 0;
  bool operator==(TransportHello const&) const = default;
};
BOOST_DESCRIBE_STRUCT(TransportHello, (), (mode, reserved))

// The acceptor agrees to the mode that was asked for.
// r[impl transport.prologue.accept]
struct TransportAccept {
  static constexpr std::string_view name = "TransportAccept";
  ConduitMode mode = ConduitMode::bare;
  std::uint16_t reserved = 0;
  bool operator==(TransportAccept const&) const = default;
};
BOOST_DESCRIBE_STRUCT(TransportAccept, (), (mode, reserved))

// Why an acceptor refuses; other values can come in and are no reason.
enum class RejectReason : std::uint8_t { unsupported_mode = 1 };
BOOST_DESCRIBE_ENUM(RejectReason, unsupported_mode)

// The acceptor refuses; the link is of no more use.
struct TransportReject {
  static constexpr std::string_view name = "TransportReject";
  RejectReason reason = RejectReason::unsupported_mode;
  std::uint16_t reserved = 0;
  bool operator==(TransportReject const&) const = default;
};
BOOST_DESCRIBE_STRUCT(TransportReject, (), (reason, reserved))

using PrologueMessage = std::variant<TransportHello, TransportAccept, TransportReject>;

[[nodiscard]] Prologue encode_prologue(PrologueMessage const& message);

// Any prologue message of version 9, whatever its mode or reason; a watcher's view of the link.
[[nodiscard]] Result<PrologueMessage> decode_prologue(ByteView payload);
// The mode that an initiator asks for: what an acceptor makes of its first payload. On a violation
// it answers nothing and drops the link. A known mode is not yet a supported one.
[[nodiscard]] Result<ConduitMode> decode_transport_hello(ByteView payload);
// What an initiator makes of the answer: the mode it asked for was accepted, or the reject says why
// not. An answer that is neither is a violation.
// r[impl transport.prologue.no-fallback]
using TransportAnswer = std::variant<TransportAccept, TransportReject>;
[[nodiscard]] Result<TransportAnswer> decode_transport_answer(ByteView payload,
                                                              ConduitMode requested);

}  // namespace vox::wire
