#include "conformance/peer/cbor_json.hpp"
#include "conformance/peer/encode_values.hpp"
#include "conformance/peer/handshake_cbor.hpp"
#include "conformance/peer/schema_json.hpp"
#include "impl/wire/cbor.hpp"
#include "impl/wire/writer.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string>

namespace voxspec {
namespace {

using vox::Bytes;
using vox::wire::Buffer;
using vox::wire::CborWriter;

void put_parity_cbor(CborWriter& writer, Json const& value) {
  writer.put_map(1);
  writer.put_text(parity_index(value) == 0 ? "Odd" : "Even");
  writer.put_null();
}

void put_metadata_cbor(CborWriter& writer, Json const& entries) {
  writer.put_array(entries.size());
  for (auto const& entry : entries) {
    auto const& value = entry["value"];
    writer.put_map(3);
    writer.put_text("key");
    writer.put_text(literal(entry["key"]));
    writer.put_text("value");
    writer.put_map(1);
    if (value.is_string()) {
      writer.put_text("String");
      writer.put_text(literal(value));
    } else if (value.is_number() || value.contains("u64")) {
      writer.put_text("U64");
      writer.put_uint(number(value.is_number() ? value : value["u64"]));
    } else {
      writer.put_text("Bytes");
      writer.put_bytes(bytes_of(value));
    }
    writer.put_text("flags");
    writer.put_uint(number(entry["flags"]));
  }
}

void put_cbor_fields(CborWriter& writer, std::span<FrameField const> fields, Json const& body);

void put_handshake_field(CborWriter& writer, FieldType type, Json const& value) {
  if (value.is_object() && value.size() == 1 && value.contains("cbor")) {
    put_cbor(writer, value["cbor"]);
    return;
  }
  if (type == FieldType::parity) {
    put_parity_cbor(writer, value);
    return;
  }
  if (type == FieldType::settings) {
    put_cbor_fields(writer, settings_fields(), value);
    return;
  }
  if (type == FieldType::metadata) {
    put_metadata_cbor(writer, value);
    return;
  }
  if (type == FieldType::boolean) {
    writer.put_bool(value.get<bool>());
    return;
  }
  if (type == FieldType::u32) {
    writer.put_uint(number(value));
    return;
  }
  if (type == FieldType::text) {
    writer.put_text(literal(value));
    return;
  }
  if (type == FieldType::key) {
    if (value == "none") {
      writer.put_null();
      return;
    }
    writer.put_map(1);
    writer.put_text("bytes");
    writer.put_bytes(bytes_of(value));
    return;
  }
  VOX_ASSERT(type == FieldType::message_schema);
  if (value == "own") {
    writer.put_encoded(own_message_schemas());
    return;
  }
  if (value.is_object()) {
    writer.put_encoded(bytes_of(value));
    return;
  }
  put_schema_cbor(writer, value);
}

void put_cbor_fields(CborWriter& writer, std::span<FrameField const> fields, Json const& body) {
  auto const extra = body.contains("extra") ? body["extra"] : Json::object();
  auto count = extra.size();
  auto const is_there = [&](FrameField const& field) {
    std::string const name{field.name};
    return field.type != FieldType::extra && body.contains(name) && !body[name].is_null();
  };
  count += static_cast<std::size_t>(std::ranges::count_if(fields, is_there));
  writer.put_map(count);
  for (auto const& field : fields) {
    if (!is_there(field)) continue;
    writer.put_text(field.name);
    put_handshake_field(writer, field.type, body[std::string{field.name}]);
  }
  for (auto const& [key, value] : extra.items()) {
    writer.put_text(key);
    put_cbor(writer, value);
  }
}

}  // namespace

Bytes handshake_bytes(FrameKind const& kind, Json const& body) {
  static constexpr std::array<std::array<std::string_view, 2>, 4> names{{
      {"hello", "Hello"},
      {"hello_yourself", "HelloYourself"},
      {"lets_go", "LetsGo"},
      {"sorry", "Sorry"},
  }};
  auto const* const name =
      std::ranges::find(names, kind.name, [](auto const& row) { return row[0]; });
  Buffer out;
  CborWriter writer{out};
  writer.put_map(1);
  writer.put_text((*name)[1]);
  put_cbor_fields(writer, kind.fields, body);
  return out.take();
}

}  // namespace voxspec
