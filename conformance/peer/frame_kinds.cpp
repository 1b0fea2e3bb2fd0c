#include "conformance/peer/frame_kinds.hpp"

#include "spec/assert.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace voxspec {
namespace {

using enum FieldType;

constexpr FrameField version_field{"version", u8, "9", "The version of the transport protocol"};
constexpr FrameField reserved_field{"reserved", reserved, R"("0000")",
                                    "Two bytes that later versions may use"};
constexpr FrameField metadata_field{"metadata", metadata, "[]", "Keys, values and flags"};
constexpr FrameField request_id{"id", id, "", "The request's id, of its sender's parity"};
constexpr FrameField channel_id{"id", id, "", "The channel's id, of its opener's parity"};
constexpr FrameField inline_schemas{"schemas", schema_payload, R"({"hex": ""})",
                                    "Schemas sent along with the request itself"};
constexpr FrameField settings_field{"connection_settings", settings,
                                    R"({"parity": "ours", "max_concurrent_requests": 64})",
                                    "What the sender announces for the connection"};
constexpr FrameField message_schema_field{"message_payload_schema", message_schema, R"("own")",
                                          "The sender's schemas of the message type"};
constexpr FrameField supports_retry{"supports_retry", boolean, "true",
                                    "Whether the sender keeps operations for a retry"};
constexpr FrameField extra_field{"extra", extra, "{}",
                                 "Entries that the protocol does not know, as CBOR"};

constexpr std::array hello_fields{
    version_field,
    FrameField{"mode", u8, "0", "The conduit: 0 is bare, 1 is stable"},
    reserved_field,
};
constexpr std::array reject_fields{
    version_field,
    FrameField{"reason", u8, "1", "Why: 1 is an unsupported mode"},
    reserved_field,
};
constexpr std::array session_hello_fields{
    FrameField{"parity", parity, R"("odd")", "The half of the ids that the initiator takes"},
    settings_field,
    message_schema_field,
    supports_retry,
    FrameField{"resume_key", key, R"("none")", "The key of the session to go on with"},
    FrameField{"metadata", metadata, R"([{"key": "vox-service", "value": "Testbed", "flags": 0}])",
               "Keys, values and flags"},
    extra_field,
};
constexpr std::array hello_yourself_fields{
    settings_field,
    message_schema_field,
    supports_retry,
    FrameField{"resume_key", key, R"({"hex": "766f78737065632d726573756d652d31"})",
               "The key under which the session can be gone on with"},
    metadata_field,
    extra_field,
};
constexpr std::array lets_go_fields{extra_field};
constexpr std::array sorry_fields{
    FrameField{"reason", text, R"("no")", "Why the handshake ends here"},
    extra_field,
};
constexpr std::array client_hello_fields{
    FrameField{"resume_key", key, R"("none")", "The key of the conduit to go on with"},
    FrameField{"last_received", maybe_u32, R"("none")",
               "The last sequence number that the sender has received"},
};
constexpr std::array server_hello_fields{
    FrameField{"rejected", boolean, "false", "Whether the client's key was refused"},
    FrameField{"resume_key", key, R"({"hex": "766f78737065632d737461626c652d31"})",
               "The key under which the conduit can be gone on with"},
    FrameField{"last_received", maybe_u32, R"("none")",
               "The last sequence number that the sender has received"},
};
constexpr std::array stable_frame_fields{
    FrameField{"seq", u32, "", "The sequence number"},
    FrameField{"ack", maybe_u32, R"("none")", "The highest sequence number received"},
    FrameField{"message", message, R"("none")", "The message inside"},
    FrameField{"item", bytes, R"("none")", "In place of a message: bytes that are none"},
};
constexpr std::array protocol_error_fields{
    FrameField{"description", text, R"("")", "What the sender found wrong"}};
constexpr std::array settings_and_metadata{settings_field, metadata_field};
constexpr std::array only_metadata{metadata_field};
constexpr std::array call_fields{
    request_id,     FrameField{"method_id", method_id, "", "The method"},
    metadata_field, FrameField{"args", bytes, R"({"hex": ""})", "The encoded arguments"},
    inline_schemas,
};
constexpr std::array response_fields{
    request_id,
    metadata_field,
    FrameField{"ret", bytes, R"({"hex": ""})", "The encoded result"},
    inline_schemas,
};
constexpr std::array cancel_fields{request_id, metadata_field};
constexpr std::array schema_fields{
    FrameField{"method_id", method_id, "", "The method"},
    FrameField{"direction", direction, R"("args")", "Which half of the method is bound"},
    FrameField{"schemas", schema_payload, "", "The schemas and their root"},
};
constexpr std::array item_fields{channel_id,
                                 FrameField{"item", bytes, R"({"hex": ""})", "The encoded item"}};
constexpr std::array channel_end_fields{channel_id, metadata_field};
constexpr std::array grant_fields{
    channel_id, FrameField{"additional", u32, "", "How many more items may be sent"}};
constexpr std::array nonce_fields{
    FrameField{"nonce", u64, "0", "The number that the answer repeats"}};

constexpr std::array settings_field_table{
    FrameField{"parity", parity, R"("ours")", "The half of the ids that the sender takes"},
    FrameField{"max_concurrent_requests", u32, "64", "How many requests it takes at a time"},
    FrameField{"initial_channel_credit", u32, "16",
               "How many items of a channel it takes before it grants more (vox_0_5)"},
};
// vox_0_4 lacks the last.
constexpr std::size_t settings_fields_0_4 = 2;
constexpr std::array metadata_entry_table{
    FrameField{"key", text, "", "The key"},
    FrameField{"value", metadata_value, "", "A string, a number, or bytes"},
    FrameField{"flags", u64, "0", "1 is sensitive, 2 is not to be passed on"},
};

constexpr std::array kinds{
    FrameKind{"transport_hello", Layer::prologue, hello_fields, "Asks for a conduit mode", -1, -1,
              "VOTH"},
    FrameKind{"transport_accept", Layer::prologue, hello_fields, "Grants the mode asked for", -1,
              -1, "VOTA"},
    FrameKind{"transport_reject", Layer::prologue, reject_fields, "Refuses it", -1, -1, "VOTR"},
    FrameKind{"hello", Layer::handshake, session_hello_fields, "The initiator introduces itself",
              -1, -1, "Hello"},
    FrameKind{"hello_yourself", Layer::handshake, hello_yourself_fields, "The acceptor does", -1,
              -1, "HelloYourself"},
    FrameKind{"lets_go", Layer::handshake, lets_go_fields, "The initiator ends the handshake", -1,
              -1, "LetsGo"},
    FrameKind{"sorry", Layer::handshake, sorry_fields, "One side gives the handshake up", -1, -1,
              "Sorry"},
    FrameKind{"client_hello", Layer::stable_hello, client_hello_fields,
              "The initiator of a stable conduit greets", -1, -1, "VOCH"},
    FrameKind{"server_hello", Layer::stable_hello, server_hello_fields, "The acceptor of one does",
              -1, -1, "VOSH"},
    FrameKind{"stable_frame", Layer::stable, stable_frame_fields, "One frame of a stable conduit"},
    FrameKind{"protocol_error", Layer::message, protocol_error_fields,
              "The sender met a violation and leaves", 0},
    FrameKind{"connection_open", Layer::message, settings_and_metadata,
              "Asks for a connection on this id", 1},
    FrameKind{"connection_accept", Layer::message, settings_and_metadata, "Grants it", 2},
    FrameKind{"connection_reject", Layer::message, only_metadata, "Refuses it", 3},
    FrameKind{"connection_close", Layer::message, only_metadata, "Ends the connection", 4},
    FrameKind{"request_call", Layer::message, call_fields, "Calls a method", 5, 0},
    FrameKind{"request_response", Layer::message, response_fields, "Answers a call", 5, 1},
    FrameKind{"request_cancel", Layer::message, cancel_fields, "Takes a call back", 5, 2},
    FrameKind{"schema", Layer::message, schema_fields, "Announces the schemas of a method", 6},
    FrameKind{"channel_item", Layer::message, item_fields, "One item of a channel", 7, 0},
    FrameKind{"channel_close", Layer::message, channel_end_fields, "The sender has no more", 7, 1},
    FrameKind{"channel_reset", Layer::message, channel_end_fields, "The receiver wants no more", 7,
              2},
    FrameKind{"channel_grant_credit", Layer::message, grant_fields, "Lets more items be sent", 7,
              3},
    FrameKind{"ping", Layer::message, nonce_fields, "Asks for a pong", 8},
    FrameKind{"pong", Layer::message, nonce_fields, "Answers a ping", 9},
};

// The fields of vox_0_5: those of vox_0_4, two of them of another type.
template <std::size_t count>
constexpr std::array<FrameField, count> in_0_5(std::array<FrameField, count> fields) {
  for (auto& field : fields) {
    if (field.type == settings) field.type = settings_0_5;
    if (field.type == message_schema) field.type = message_schema_0_5;
  }
  return fields;
}
constexpr auto session_hello_fields_0_5 = in_0_5(session_hello_fields);
constexpr auto hello_yourself_fields_0_5 = in_0_5(hello_yourself_fields);
constexpr auto settings_and_metadata_0_5 = in_0_5(settings_and_metadata);

constexpr auto kinds_0_5 = [] {
  auto out = kinds;
  for (auto& kind : out) {
    if (kind.name == "hello") kind.fields = session_hello_fields_0_5;
    if (kind.name == "hello_yourself") kind.fields = hello_yourself_fields_0_5;
    if (kind.name == "connection_open" || kind.name == "connection_accept") {
      kind.fields = settings_and_metadata_0_5;
    }
  }
  return out;
}();

}  // namespace

std::span<FrameKind const> frame_kinds(Dialect dialect) {
  switch (dialect) {
    case Dialect::vox_0_4:
      return kinds;
    case Dialect::vox_0_5:
      return kinds_0_5;
  }
  VOX_ASSERT(false);
}

FrameKind const* find_frame_kind(std::string_view name, Dialect dialect) {
  auto const all = frame_kinds(dialect);
  auto const found = std::ranges::find(all, name, &FrameKind::name);
  return found == all.end() ? nullptr : &*found;
}

std::size_t FrameKind::field(std::string_view field_name) const {
  return static_cast<std::size_t>(std::ranges::find(fields, field_name, &FrameField::name) -
                                  fields.begin());
}

FieldType inner_type(FieldType type, std::string_view key) {
  auto const among = [&](std::span<FrameField const> fields) {
    auto const found = std::ranges::find(fields, key, &FrameField::name);
    return found == fields.end() ? cbor : found->type;
  };
  if (is_settings(type)) return among(settings_fields(type));
  if (type == metadata) return metadata_entry;
  if (type == metadata_entry) return among(metadata_entry_table);
  if (type == schema_payload || is_message_schema(type) || type == schema) {
    return key == "id" || key == "type_id" ? type_id : schema;
  }
  return type == typed ? typed : cbor;
}

std::span<FrameField const> settings_fields(FieldType type) {
  std::span<FrameField const> const all = settings_field_table;
  return dialect_of(type) == Dialect::vox_0_4 ? all.first(settings_fields_0_4) : all;
}
std::span<FrameField const> metadata_entry_fields() {
  return metadata_entry_table;
}

}  // namespace voxspec
