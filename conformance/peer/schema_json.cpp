#include "conformance/peer/schema_json.hpp"

#include "conformance/peer/cbor_json.hpp"
#include "conformance/peer/numbers.hpp"
#include "impl/schema/message_schema.hpp"

#include <string>
#include <utility>

namespace voxspec {
namespace {

bool is_id_key(std::string_view key) {
  return key == "id" || key == "type_id";
}

// {"u64": "…"}, the plain form of a large number, or whatever else a number is spelt like.
std::optional<std::uint64_t> id_from(Json const& value) {
  if (value.is_object() && value.size() == 1 && value.contains("u64")) {
    return number_from(value["u64"]);
  }
  return number_from(value);
}

// The plain CBOR form, in which ids are numbers.
Json plain(Json const& schemas) {
  if (schemas.is_array()) {
    Json out = Json::array();
    for (auto const& inner : schemas)
      out.push_back(plain(inner));
    return out;
  }
  if (!schemas.is_object()) return schemas;
  Json out = Json::object();
  for (auto const& [key, value] : schemas.items()) {
    auto const id = is_id_key(key) && value.is_string() ? id_from(value) : std::nullopt;
    out[key] = id ? Json{{"u64", std::to_string(*id)}} : plain(value);
  }
  return out;
}

}  // namespace

Json canonical_schema_json(Json const& schemas) {
  if (schemas.is_array()) {
    Json out = Json::array();
    for (auto const& inner : schemas)
      out.push_back(canonical_schema_json(inner));
    return out;
  }
  if (!schemas.is_object()) return schemas;
  Json out = Json::object();
  for (auto const& [key, value] : schemas.items()) {
    auto const id = is_id_key(key) ? id_from(value) : std::nullopt;
    out[key] = id ? hash_json(*id) : canonical_schema_json(value);
  }
  return out;
}

std::optional<Json> schema_json(vox::ByteView cbor) {
  vox::wire::CborReader reader{cbor, "schema.principles.cbor", vox::wire::Strictness::vox_0_4};
  auto const value = take_cbor(reader);
  if (reader.failed() || reader.remaining() > 0 || !value.is_structured()) return std::nullopt;
  auto canonical = canonical_schema_json(value);
  if (!vox::equal(schema_cbor(canonical), cbor)) return std::nullopt;
  return canonical;
}

Json schema_pattern_from_bytes(Json const& bytes) {
  if (!bytes.contains("hex") || !bytes["hex"].is_string()) return bytes;
  auto const raw = vox::from_hex(bytes["hex"].get_ref<std::string const&>());
  if (!raw) return bytes;
  return schema_json(*raw).value_or(bytes);
}

void put_schema_cbor(vox::wire::CborWriter& writer, Json const& schemas) {
  put_cbor(writer, plain(schemas));
}

vox::Bytes schema_cbor(Json const& schemas) {
  vox::wire::Buffer out;
  vox::wire::CborWriter writer{out};
  put_schema_cbor(writer, schemas);
  return out.take();
}

vox::ByteView own_message_schemas() {
  return vox::schema::message_schemas_cbor();
}

Json const& own_message_schemas_json() {
  static Json const json = schema_json(own_message_schemas()).value();
  return json;
}

}  // namespace voxspec
