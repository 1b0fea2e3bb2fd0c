#include "impl/wire/stable.hpp"

#include <algorithm>

namespace vox::wire {

namespace {

constexpr std::string_view client_magic = "VOCH";
constexpr std::string_view server_magic = "VOSH";

constexpr std::size_t flags_at = 4;
constexpr std::size_t key_at = 5;
constexpr std::size_t last_received_at = 21;

constexpr std::uint8_t has_key_or_rejected = 1;  // bit 0: a client has a key, a server rejects one
constexpr std::uint8_t has_last_received = 2;

StableHello packed(std::string_view magic, std::uint8_t flags, ResumeKey const& key,
                   std::optional<std::uint32_t> last_received) {
  if (last_received) flags |= has_last_received;
  StableHello bytes{};
  std::ranges::copy(as_bytes(magic), bytes.begin());
  bytes[flags_at] = static_cast<std::byte>(flags);
  std::ranges::copy(key, bytes.begin() + key_at);
  auto const number = last_received.value_or(0);
  for (std::size_t i = 0; i < 4; ++i) {
    bytes[last_received_at + i] = static_cast<std::byte>(number >> (8 * i));
  }
  return bytes;
}

struct Fields {
  bool bit_0 = false;
  ResumeKey key{};
  std::optional<std::uint32_t> last_received;
};

Result<Fields> unpacked(ByteView payload, Rule rule, std::string_view magic, bool magic_counts) {
  if (payload.size() != stable_hello_bytes) {
    return violates(rule, std::min(payload.size(), stable_hello_bytes),
                    "a stable hello is not 25 bytes long");
  }
  if (magic_counts && !as_text(payload).starts_with(magic)) {
    return violates(rule, 0, "a stable hello has the wrong magic");
  }
  Reader reader{payload.subspan(flags_at), rule};
  auto const flags = reader.take_u8();
  auto const key = reader.take_exactly(sizeof(ResumeKey));
  auto const number = reader.take_u32_le();
  Fields fields{.bit_0 = (flags & has_key_or_rejected) != 0, .key = {}, .last_received = {}};
  std::ranges::copy(key, fields.key.begin());
  if ((flags & has_last_received) != 0) fields.last_received = number;
  return reader.result(fields);
}

std::optional<std::uint32_t> take_optional_u32(Reader& reader) {
  if (!reader.take_bool()) return std::nullopt;
  return reader.take_varint_u32();
}

}  // namespace

StableHello encode_client_hello(ClientHello const& hello) {
  return packed(client_magic, hello.resume_key ? has_key_or_rejected : 0,
                hello.resume_key.value_or(ResumeKey{}), hello.last_received);
}

StableHello encode_server_hello(ServerHello const& hello) {
  return packed(server_magic, hello.rejected ? has_key_or_rejected : 0, hello.resume_key,
                hello.last_received);
}

Result<ClientHello> decode_client_hello(ByteView payload, Strictness strictness) {
  auto const fields = unpacked(payload, "stable.handshake.client-hello", client_magic,
                               strictness == Strictness::strict);
  if (!fields) return std::unexpected(fields.error());
  ClientHello hello{.resume_key = {}, .last_received = fields->last_received};
  if (fields->bit_0) hello.resume_key = fields->key;
  return hello;
}

Result<ServerHello> decode_server_hello(ByteView payload) {
  auto const fields = unpacked(payload, "stable.handshake.server-hello", server_magic, true);
  if (!fields) return std::unexpected(fields.error());
  return ServerHello{
      .rejected = fields->bit_0, .resume_key = fields->key, .last_received = fields->last_received};
}

Result<StableFrame> decode_stable_frame(ByteView payload, Strictness strictness) {
  Reader reader{payload, "stable.framing.encoding", strictness};
  StableFrame frame;
  frame.seq = reader.take_varint_u32();
  frame.ack = take_optional_u32(reader);
  frame.item = reader.take_opaque();
  return reader.result(frame);
}

std::size_t begin_stable_frame(Buffer& out, std::uint32_t seq, std::optional<std::uint32_t> ack) {
  Writer writer{out};
  writer.put_varint(seq);
  writer.put_bool(ack.has_value());
  if (ack) writer.put_varint(*ack);
  return writer.begin_opaque();
}

void end_stable_frame(Buffer& out, std::size_t begin) {
  Writer{out}.end_opaque(begin);
}

void encode_stable_frame(Buffer& out, StableFrame const& frame) {
  auto const begin = begin_stable_frame(out, frame.seq, frame.ack);
  Writer{out}.put_bytes(frame.item);
  end_stable_frame(out, begin);
}

}  // namespace vox::wire
