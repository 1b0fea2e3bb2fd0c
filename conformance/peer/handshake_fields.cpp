#include "conformance/peer/handshake_fields.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

namespace voxspec {
namespace {

Value foreign(Value value) {
  Foreign out;
  out.item.push_back(std::move(value));
  return out;
}

// {"Odd": null} as "odd"; anything else is not a parity.
Value parity_value(Value const& value) {
  auto const* const map = value.get<Record>();
  if (map != nullptr && map->entries.size() == 1 && map->entries.front().value.is<Null>()) {
    if (map->entries.front().name == "Odd") return "odd";
    if (map->entries.front().name == "Even") return "even";
  }
  return foreign(value);
}

Value settings_value(FieldType settings, Value const& value) {
  auto const* const map = value.get<Record>();
  if (map == nullptr) return foreign(value);
  Record out;
  for (auto const& [name, inner] : map->entries) {
    auto const type = inner_type(settings, name);
    if (type == FieldType::parity) {
      out[name] = parity_value(inner);
    } else {
      out[name] = type != FieldType::u32 || inner.number() ? inner : foreign(inner);
    }
  }
  for (auto const& field : settings_fields(settings)) {
    if (out.find(field.name) == nullptr) out[field.name] = Null{};
  }
  return out;
}

std::optional<Value> metadata_entry_value(Value const& value) {
  auto const* const map = value.get<Record>();
  if (map == nullptr || map->entries.size() != 3) return std::nullopt;
  auto const* const key = map->find("key");
  auto const* const flags = map->find("flags");
  auto const* const content = map->find("value");
  if (key == nullptr || !key->text() || flags == nullptr || !flags->number() ||
      content == nullptr) {
    return std::nullopt;
  }
  auto const* const variant = content->get<Record>();
  if (variant == nullptr || variant->entries.size() != 1) return std::nullopt;
  auto const& [kind, inner] = variant->entries.front();
  auto const is_right = (kind == "String" && inner.text()) ||
                        (kind == "Bytes" && inner.is<vox::Bytes>()) ||
                        (kind == "U64" && inner.number());
  if (!is_right) return std::nullopt;
  return Record{{{"key", *key}, {"value", inner}, {"flags", *flags}}};
}

Value metadata_list_value(Value const& value) {
  auto const* const entries = value.get<ValueList>();
  if (entries == nullptr) return foreign(value);
  ValueList list;
  for (auto const& entry : *entries) {
    auto one = metadata_entry_value(entry);
    if (!one) return foreign(value);
    list.push_back(*std::move(one));
  }
  return list;
}

Value resume_key_value(Value const& value) {
  if (value.is<Null>()) return None{};
  auto const* const map = value.get<Record>();
  auto const* const bytes =
      map != nullptr && map->entries.size() == 1 ? map->find("bytes") : nullptr;
  return bytes != nullptr && bytes->is<vox::Bytes>() ? *bytes : foreign(value);
}

Value field_value(FieldType type, Value const& value) {
  if (type == FieldType::parity) return parity_value(value);
  if (is_settings(type)) return settings_value(type, value);
  if (type == FieldType::key) return resume_key_value(value);
  if (type == FieldType::metadata) return metadata_list_value(value);
  auto const is_right = (is_message_schema(type) && value.is<ValueList>()) ||
                        (type == FieldType::boolean && value.is<bool>()) ||
                        (type == FieldType::text && value.is<std::string>());
  return is_right ? value : foreign(value);
}

}  // namespace

Record handshake_fields(FrameKind const& kind, Record const& map) {
  Record body;
  Record extra;
  for (auto const& [name, value] : map.entries) {
    auto const index = kind.field(name);
    auto const is_known = index < kind.fields.size() && kind.fields[index].type != FieldType::extra;
    if (is_known) {
      body[name] = field_value(kind.fields[index].type, value);
    } else {
      extra[name] = value;
    }
  }
  for (auto const& field : kind.fields) {
    if (field.type != FieldType::extra && body.find(field.name) == nullptr)
      body[field.name] = Null{};
  }
  if (!extra.entries.empty()) body["extra"] = std::move(extra);
  return body;
}

}  // namespace voxspec
