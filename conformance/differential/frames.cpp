#include "conformance/differential/frames.hpp"

#include "conformance/peer/frame.hpp"
#include "impl/wire/handshake.hpp"

#include <utility>
#include <variant>

namespace voxspec::differential {

namespace wire = vox::wire;

namespace {

constexpr std::size_t handshake_kind = 100;
constexpr std::size_t undecodable_kind = 101;

}  // namespace

vox::Result<wire::Message> read_message(vox::ByteView payload) {
  return wire::decode_message(payload, wire::Strictness::vox_0_4);
}

std::optional<ResponseIn> response_in(wire::Message const& message) {
  auto const* const request = std::get_if<wire::RequestMessage>(&message.payload);
  if (request == nullptr) return std::nullopt;
  auto const* const response = std::get_if<wire::Response>(&request->body);
  if (response == nullptr) return std::nullopt;
  return ResponseIn{.name = {message.connection_id, request->id}, .response = *response};
}

bool is_invalid_payload(vox::ByteView ret) {
  constexpr std::byte start[] = {std::byte{1}, std::byte{2}};
  return ret.size() > 2 && vox::equal(ret.first(2), start);
}

std::optional<Kinship> kinship(Heard const& heard) {
  if (heard.in_handshake) return Kinship{.kind = handshake_kind};
  auto const message = read_message(heard.payload);
  if (!message) return Kinship{.kind = undecodable_kind};
  if (std::holds_alternative<wire::SchemaMessage>(message->payload)) return std::nullopt;
  Kinship kin{.kind = message->payload.index(), .connection_id = message->connection_id};
  if (auto const response = response_in(*message)) kin.response = response->name;
  return kin;
}

std::optional<vox::ResumeKey> key_in(vox::ByteView handshake_payload) {
  auto const message = wire::decode_handshake(handshake_payload, wire::Strictness::vox_0_4);
  if (!message) return std::nullopt;
  auto const* const answer = std::get_if<wire::HelloYourself>(&*message);
  return answer == nullptr ? std::nullopt : answer->resume_key;
}

std::string readable(vox::ByteView payload, bool in_handshake) {
  auto const layer = in_handshake ? Layer::handshake : Layer::message;
  auto frame = decode(layer, payload, {.strictness = wire::Strictness::vox_0_4});
  if (!frame) return "{\"frame\":\"" + vox::to_hex(payload) + "\"}";
  if (auto* const schemas = frame->body.find("message_payload_schema")) {
    if (auto const* const list = schemas->get<ValueList>()) {
      *schemas = std::to_string(list->size()) + " schemas";
    }
  }
  return frame_json(*frame).dump();
}

void append_framed(vox::Bytes& out, vox::ByteView payload) {
  for (unsigned shift = 0; shift < 32; shift += 8)
    out.push_back(static_cast<std::byte>(payload.size() >> shift));
  out.insert(out.end(), payload.begin(), payload.end());
}

}  // namespace voxspec::differential
