#pragma once
#include "conformance/peer/frame_json.hpp"

#include <cstdint>
#include <span>
#include <string_view>

// The one list of frames and their fields, in wire order: what names a trace may use, what may
// stand behind each, and what is sent where a case says nothing. The reader, the codec, the JSON
// Schema and the documentation all go by it.
namespace voxspec {

// What may stand behind a key of a frame.
enum class FieldType : std::uint8_t {
  u8,
  u32,
  u64,
  id,         // a number, {"ours": n} or {"theirs": n}
  method_id,  // a number, "0x…" or {"method": "Testbed.echo"}
  text,
  boolean,
  bytes,           // {"hex": …}, {"text": …} or {"values": …}
  key,             // 16 bytes, or "none"
  maybe_u32,       // a number, or "none"
  reserved,        // two bytes as four hex digits
  parity,          // "odd", "even", "ours", "theirs"
  direction,       // "args" or "response"
  settings,        // an object of parity and max_concurrent_requests
  metadata,        // a list of entries
  schema_payload,  // a CBOR schema payload as JSON, or bytes
  message_schema,  // the list of schemas of the message type, or "own"
  message,         // a message frame inside a stable frame, or "none"
  extra,           // an object of CBOR entries that the protocol does not know
};

struct FrameField {
  std::string_view name;
  FieldType type;
  std::string_view preset;  // what is sent if the case says nothing, as JSON; empty: must be said
  std::string_view about;
};

struct FrameKind {
  std::string_view name;
  Layer layer;
  std::span<FrameField const> fields;
  std::string_view about;
  // Message layer: the variant's index, and that of the body where there is one (else -1).
  int variant = -1;
  int body = -1;
};

[[nodiscard]] std::span<FrameKind const> frame_kinds();
[[nodiscard]] FrameKind const* find_frame_kind(std::string_view name);

// The fields of the two structures that frames hold.
[[nodiscard]] std::span<FrameField const> settings_fields();
[[nodiscard]] std::span<FrameField const> metadata_entry_fields();

}  // namespace voxspec
