#pragma once
#include "conformance/peer/json.hpp"
#include "impl/wire/bytes.hpp"
#include "impl/wire/reader.hpp"
#include "impl/wire/violation.hpp"

#include <boost/describe/enum.hpp>

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <vector>

// Frames as JSON and back, for every layer of the wire:
//   prologue      {"transport_hello": {"mode": 0, "version": 9, "reserved": "0000"}}, …
//   handshake     {"hello": {"parity": "odd", …}}, hello_yourself, lets_go, sorry
//   stable_hello  {"client_hello": {…}}, {"server_hello": {…}}
//   message       {"on": 0, "ping": {"nonce": 7}}, …
//   stable        {"stable_frame": {"seq": 0, "ack": null, "message": {…}}}
namespace voxspec {

enum class Layer : std::uint8_t { prologue, handshake, stable_hello, message, stable };
BOOST_DESCRIBE_ENUM(Layer, prologue, handshake, stable_hello, message, stable)

// One payload of a layer. What is not a frame of that layer is a violation, with its byte offset.
[[nodiscard]] vox::Result<Json> decode_payload(
    Layer layer, vox::ByteView payload,
    vox::wire::Strictness strictness = vox::wire::Strictness::strict);

// A stream of framed payloads (u32le length before each), cut into payloads.
[[nodiscard]] vox::Result<std::vector<vox::ByteView>> split_frames(vox::ByteView stream);

// What an item is on the link: a payload that still has to be framed, or raw bytes.
struct EncodedItem {
  vox::Bytes bytes;
  bool raw = false;
};

// Encodes a resolved item: any frame above, {"frame": "hex"} (a payload as it is), {"cbor": value}
// (a payload of that CBOR), or {"bytes": "hex"} (raw, not to be framed). The error is a sentence
// about the item.
[[nodiscard]] std::expected<EncodedItem, std::string> encode_item(Json const& item);

// The layer that an item belongs to by its kind; nothing for raw bytes and frames given as hex.
[[nodiscard]] std::optional<Layer> layer_of(Json const& item);

}  // namespace voxspec
