#pragma once
#include "spec/dialect.hpp"

#include <boost/describe/enum.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

// The one list of frames and their fields, in wire order: what names a trace may use, what may
// stand behind each, and what is sent where a case says nothing. The reader, the codec and the
// tests of the JSON Schema all go by it.
namespace voxspec {

using vox::Dialect;

// A layer of the wire. Of a stable conduit, hellos and frames are two.
enum class Layer : std::uint8_t { prologue, handshake, stable_hello, message, stable };
BOOST_DESCRIBE_ENUM(Layer, prologue, handshake, stable_hello, message, stable)

// What may stand behind a key of a frame.
enum class FieldType : std::uint8_t {
  u8,
  u32,
  u64,
  id,         // a number, {"ours": n} or {"theirs": n}
  method_id,  // a number, "0x…" or {"method": "Testbed.echo"}
  text,
  boolean,
  bytes,               // {"hex": …}, {"text": …} or {"values": …}
  key,                 // 16 bytes, or "none"
  maybe_u32,           // a number, or "none"
  reserved,            // two bytes as four hex digits
  parity,              // "odd", "even", "ours", "theirs"
  direction,           // "args" or "response"
  settings,            // an object of parity and max_concurrent_requests
  settings_0_5,        // of these and initial_channel_credit: what vox_0_5 has in its place
  metadata,            // a list of entries
  schema_payload,      // a CBOR schema payload as JSON, or bytes
  message_schema,      // the list of schemas of the message type, or "own"
  message_schema_0_5,  // the same in vox_0_5, where "own" is another list
  message,             // a message frame inside a stable frame, or "none"
  extra,               // an object of CBOR entries that the protocol does not know
  // What stands inside of these:
  metadata_entry,
  metadata_value,  // a string, a number, or bytes
  schema,          // any part of a schema
  type_id,         // a schema's id
  cbor,            // any CBOR
  typed,           // a value of one of Testbed's types
};

// The type of what stands behind a key of such a value, or of a list's elements if there is no key.
[[nodiscard]] FieldType inner_type(FieldType type, std::string_view key = {});

[[nodiscard]] constexpr bool is_settings(FieldType type) {
  return type == FieldType::settings || type == FieldType::settings_0_5;
}
[[nodiscard]] constexpr bool is_message_schema(FieldType type) {
  return type == FieldType::message_schema || type == FieldType::message_schema_0_5;
}
// Of a type that only one dialect has.
[[nodiscard]] constexpr Dialect dialect_of(FieldType type) {
  auto const is_0_5 = type == FieldType::settings_0_5 || type == FieldType::message_schema_0_5;
  return is_0_5 ? Dialect::vox_0_5 : Dialect::vox_0_4;
}

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
  // Prologue and stable hello: the magic bytes. Handshake: the variant's name.
  std::string_view tag = {};

  // The field's index, or fields.size().
  [[nodiscard]] std::size_t field(std::string_view field_name) const;
};

[[nodiscard]] std::span<FrameKind const> frame_kinds(Dialect dialect = Dialect::vox_0_4);
[[nodiscard]] FrameKind const* find_frame_kind(std::string_view name,
                                               Dialect dialect = Dialect::vox_0_4);

// The fields of the two structures that frames hold: of settings, those of their dialect.
[[nodiscard]] std::span<FrameField const> settings_fields(FieldType type = FieldType::settings);
[[nodiscard]] std::span<FrameField const> metadata_entry_fields();

}  // namespace voxspec
