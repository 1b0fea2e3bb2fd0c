#include "conformance/peer/cbor_json.hpp"
#include "conformance/peer/encode_values.hpp"
#include "conformance/peer/frame_json.hpp"
#include "conformance/peer/frame_kinds.hpp"
#include "conformance/peer/frame_template.hpp"
#include "conformance/peer/handshake_cbor.hpp"
#include "conformance/peer/schema_json.hpp"
#include "impl/wire/writer.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace voxspec {
namespace {

using vox::Bytes;
using vox::wire::Buffer;
using vox::wire::CborWriter;
using vox::wire::Writer;

void put_metadata(Writer& writer, Json const& entries) {
  writer.put_varint(entries.size());
  for (auto const& entry : entries) {
    writer.put_text(literal(entry["key"]));
    auto const& value = entry["value"];
    if (value.is_string()) {
      writer.put_varint(0);
      writer.put_text(literal(value));
    } else if (value.is_number() || value.contains("u64")) {
      writer.put_varint(2);
      writer.put_varint(number(value.is_number() ? value : value["u64"]));
    } else {
      writer.put_varint(1);
      writer.put_sized_bytes(bytes_of(value));
    }
    writer.put_varint(number(entry["flags"]));
  }
}

Bytes schemas_of(Json const& value) {
  if (is_name(value) || (value.is_object() && (value.contains("hex") || value.contains("as")))) {
    return bytes_of(value);
  }
  return schema_cbor(value);
}

void put_field(Writer& writer, FieldType type, Json const& value) {
  switch (type) {
    case FieldType::u8:
      writer.put_u8(static_cast<std::uint8_t>(number(value)));
      return;
    case FieldType::u32:
    case FieldType::u64:
    case FieldType::id:
    case FieldType::method_id:
      writer.put_varint(number(value));
      return;
    case FieldType::text:
      writer.put_text(literal(value));
      return;
    case FieldType::boolean:
      writer.put_bool(value.get<bool>());
      return;
    case FieldType::bytes:
      writer.put_opaque(bytes_of(value));
      return;
    case FieldType::direction:
      writer.put_varint(literal(value) == "args" ? 0 : 1);
      return;
    case FieldType::settings:
      writer.put_varint(parity_index(value["parity"]));
      writer.put_varint(number(value["max_concurrent_requests"]));
      return;
    case FieldType::metadata:
      put_metadata(writer, value);
      return;
    case FieldType::schema_payload:
      writer.put_sized_bytes(schemas_of(value));
      return;
    case FieldType::key:
    case FieldType::maybe_u32:
    case FieldType::reserved:
    case FieldType::parity:
    case FieldType::message_schema:
    case FieldType::message:
    case FieldType::extra:
      break;
  }
  VOX_ASSERT(false);  // no field of a message
}

Bytes message_bytes(Json const& item) {
  auto const kind_name =
      std::string{item.begin().key() == "on" ? (++item.begin()).key() : item.begin().key()};
  auto const& kind = *find_frame_kind(kind_name);
  auto const& body = item[kind_name];
  Buffer out;
  Writer writer{out};
  writer.put_varint(number(item["on"]));
  writer.put_varint(static_cast<std::uint64_t>(kind.variant));
  for (std::size_t i = 0; i < kind.fields.size(); ++i) {
    auto const& field = kind.fields[i];
    // The id stands before the variant of the body.
    if (kind.body >= 0 && i == 1) writer.put_varint(static_cast<std::uint64_t>(kind.body));
    put_field(writer, field.type, body[std::string{field.name}]);
  }
  return out.take();
}

Bytes prologue_bytes(std::string_view kind, Json const& body) {
  static constexpr std::array<std::array<std::string_view, 2>, 3> magics{{
      {"transport_hello", "VOTH"},
      {"transport_accept", "VOTA"},
      {"transport_reject", "VOTR"},
  }};
  auto const* const magic = std::ranges::find(magics, kind, [](auto const& row) { return row[0]; });
  Buffer out;
  Writer writer{out};
  writer.put_bytes(vox::as_bytes((*magic)[1]));
  writer.put_u8(static_cast<std::uint8_t>(number(body["version"])));
  auto const* const detail = kind == "transport_reject" ? "reason" : "mode";
  writer.put_u8(static_cast<std::uint8_t>(number(body[detail])));
  writer.put_bytes(vox::from_hex(literal(body["reserved"])).value_or(Bytes{}));
  return out.take();
}

void put_stable_key(Writer& writer, Json const& value) {
  auto const bytes = value == "none" ? Bytes(16) : bytes_of(value);
  if (bytes.size() != 16) refuse("the resume key of a stable conduit has 16 bytes");
  writer.put_bytes(bytes);
}

Bytes stable_hello_bytes(std::string_view kind, Json const& body) {
  auto const is_client = kind == "client_hello";
  auto const& last = body["last_received"];
  auto const first_flag = is_client ? body["resume_key"] != "none" : body["rejected"].get<bool>();
  Buffer out;
  Writer writer{out};
  writer.put_bytes(vox::as_bytes(is_client ? "VOCH" : "VOSH"));
  writer.put_u8(static_cast<std::uint8_t>((first_flag ? 1U : 0U) | (last != "none" ? 2U : 0U)));
  put_stable_key(writer, body["resume_key"]);
  writer.put_u32_le(last == "none" ? 0 : static_cast<std::uint32_t>(number(last)));
  return out.take();
}

Bytes stable_frame_bytes(Json const& body) {
  Buffer out;
  Writer writer{out};
  writer.put_varint(number(body["seq"]));
  auto const& ack = body["ack"];
  writer.put_bool(ack != "none");
  if (ack != "none") writer.put_varint(number(ack));
  writer.put_opaque(body.contains("message") ? message_bytes(body["message"])
                                             : bytes_of(body["item"]));
  return out.take();
}

Bytes frame_bytes(Json const& item, FrameKind const& kind) {
  auto const& body = item[std::string{kind.name}];
  switch (kind.layer) {
    case Layer::prologue:
      return prologue_bytes(kind.name, body);
    case Layer::handshake:
      return handshake_bytes(kind, body);
    case Layer::stable_hello:
      return stable_hello_bytes(kind.name, body);
    case Layer::message:
      return message_bytes(item);
    case Layer::stable:
      return stable_frame_bytes(body);
  }
  VOX_ASSERT(false);
}

}  // namespace

std::expected<EncodedItem, std::string> encode_item(Json const& item) {
  try {
    auto const checked = frame_template({item, {}}, Use::send);
    if (checked.contains("bytes"))
      return EncodedItem{.bytes = bytes_of(checked["bytes"]), .raw = true};
    if (checked.contains("frame"))
      return EncodedItem{.bytes = bytes_of(checked["frame"]), .raw = false};
    if (checked.contains("cbor")) {
      Buffer out;
      CborWriter writer{out};
      put_cbor(writer, checked["cbor"]);
      return EncodedItem{.bytes = out.take(), .raw = false};
    }
    for (auto const& kind : frame_kinds()) {
      if (checked.contains(std::string{kind.name})) {
        return EncodedItem{.bytes = frame_bytes(checked, kind), .raw = false};
      }
    }
    return std::unexpected("the item has no kind");
  } catch (Fault const& fault) {
    return std::unexpected((fault.where.empty() ? "" : readable(fault.where) + ": ") + fault.what);
  } catch (Json::exception const& error) {
    // A name that was bound to a value of another kind than the field's.
    return std::unexpected("a value does not fit its field: " + std::string{error.what()});
  }
}

std::optional<Layer> layer_of(Json const& item) {
  for (auto const& kind : frame_kinds()) {
    if (item.contains(std::string{kind.name})) return kind.layer;
  }
  return std::nullopt;
}

}  // namespace voxspec
