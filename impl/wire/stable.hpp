#pragma once
#include "impl/wire/bytes.hpp"
#include "impl/wire/reader.hpp"
#include "impl/wire/resume_key.hpp"
#include "impl/wire/violation.hpp"
#include "impl/wire/writer.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

// What the stable conduit says on a link: two hellos of 25 fixed bytes, then frames.
namespace vox::wire {

inline constexpr std::size_t stable_hello_bytes = 25;
using StableHello = std::array<std::byte, stable_hello_bytes>;

// The client's key of the conduit it wants back, if it has one, and the last number it received.
// r[impl stable.handshake.client-hello]
struct ClientHello {
  static constexpr std::string_view name = "ClientHello";
  std::optional<ResumeKey> resume_key{};
  std::optional<std::uint32_t> last_received{};
  bool operator==(ClientHello const&) const = default;
};

// The server's answer: the key to use next time, or that the presented key is unknown to it.
// r[impl stable.handshake.server-hello] r[impl stable.reconnect.failure]
struct ServerHello {
  static constexpr std::string_view name = "ServerHello";
  bool rejected = false;
  ResumeKey resume_key{};
  std::optional<std::uint32_t> last_received{};
  bool operator==(ServerHello const&) const = default;
};

[[nodiscard]] StableHello encode_client_hello(ClientHello const& hello);
[[nodiscard]] StableHello encode_server_hello(ServerHello const& hello);
// 0.4.0 servers look at nothing but the size, so in their reading any magic will do.
[[nodiscard]] Result<ClientHello> decode_client_hello(ByteView payload,
                                                      Strictness strictness = Strictness::strict);
[[nodiscard]] Result<ServerHello> decode_server_hello(ByteView payload);

// One message under way. The item is an encoded Message, and a view into the payload.
// r[impl stable.framing.encoding] r[impl zerocopy.framing.conduit.stable]
struct StableFrame {
  static constexpr std::string_view name = "StableFrame";
  std::uint32_t seq = 0;
  std::optional<std::uint32_t> ack{};
  ByteView item{};
  bool operator==(StableFrame const& other) const {
    return seq == other.seq && ack == other.ack && equal(item, other.item);
  }
};

// What a frame has beside its item, at most: a number, perhaps another one, and a length.
inline constexpr std::size_t stable_frame_overhead_max = 5 + (1 + 5) + 4;

[[nodiscard]] Result<StableFrame> decode_stable_frame(ByteView payload,
                                                      Strictness strictness = Strictness::strict);
void encode_stable_frame(Buffer& out, StableFrame const& frame);

// Encodes a frame in one pass: what is appended to the buffer between begin and end is the item.
// `end` gets what `begin` gave. Nothing else may be under way in the buffer.
[[nodiscard]] std::size_t begin_stable_frame(Buffer& out, std::uint32_t seq,
                                             std::optional<std::uint32_t> ack);
void end_stable_frame(Buffer& out, std::size_t begin);

}  // namespace vox::wire
