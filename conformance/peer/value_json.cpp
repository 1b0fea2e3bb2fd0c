#include "conformance/peer/value_json.hpp"

#include "conformance/peer/numbers.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace voxspec {
namespace {

constexpr std::array<std::string_view, 5> special_keys{"hex", "u64", "cbor_map", "cbor_tag",
                                                       "undefined"};

bool looks_special(std::string_view first_key) {
  return std::ranges::find(special_keys, first_key) != special_keys.end();
}

bool is_cbor(FieldType type) {
  return type == FieldType::cbor || type == FieldType::schema || type == FieldType::metadata_value;
}

struct AsJson {
  FieldType type;

  Json operator()(Null) const { return nullptr; }
  Json operator()(None) const { return "none"; }
  Json operator()(Undefined) const { return Json{{"undefined", true}}; }
  Json operator()(bool value) const { return value; }
  Json operator()(std::uint64_t value) const {
    if (type == FieldType::method_id || type == FieldType::type_id) return hash_json(value);
    auto json = number_json(value);
    if (json.is_string() && is_cbor(type)) return Json{{"u64", std::move(json)}};
    return json;
  }
  Json operator()(std::int64_t value) const {
    auto const is_plain = value >= -static_cast<std::int64_t>(plain_number_max);
    if (type == FieldType::typed && !is_plain) return std::to_string(value);
    return value;
  }
  Json operator()(double value) const { return value; }
  Json operator()(std::string const& value) const { return value; }
  Json operator()(vox::Bytes const& value) const {
    if (type == FieldType::reserved) return vox::to_hex(value);
    return hex_json(value);
  }
  Json operator()(ValueList const& list) const {
    Json out = Json::array();
    for (auto const& value : list)
      out.push_back(value_json(value, inner_type(type)));
    return out;
  }
  Json operator()(Record const& record) const {
    auto const& entries = record.entries;
    if (is_cbor(type) && !entries.empty() && looks_special(entries.front().name)) {
      Json pairs = Json::array();
      for (auto const& [name, value] : entries)
        pairs.push_back(Json::array({name, value_json(value, type)}));
      return Json{{"cbor_map", std::move(pairs)}};
    }
    Json out = Json::object();
    for (auto const& [name, value] : entries)
      out[name] = value_json(value, inner_type(type, name));
    return out;
  }
  Json operator()(Pairs const& pairs) const {
    Json list = Json::array();
    for (std::size_t i = 0; i + 1 < pairs.items.size(); i += 2) {
      list.push_back(Json::array({value_json(pairs.items[i]), value_json(pairs.items[i + 1])}));
    }
    return Json{{"cbor_map", std::move(list)}};
  }
  Json operator()(Tagged const& tagged) const {
    return Json{{"cbor_tag", number_json(tagged.tag)}, {"item", value_json(tagged.item.at(0))}};
  }
  Json operator()(Foreign const& foreign) const {
    return Json{{"cbor", value_json(foreign.item.at(0))}};
  }
};

std::optional<Value> special_from(Json const& object, FieldType type) {
  auto const& key = object.begin().key();
  auto const& inner = object.begin().value();
  if (type == FieldType::typed && key != "hex") return std::nullopt;
  if (key == "hex" && object.size() == 1 && inner.is_string()) {
    if (auto bytes = vox::from_hex(inner.get_ref<std::string const&>())) {
      return Value{std::move(*bytes)};
    }
  } else if (key == "u64" && object.size() == 1) {
    if (auto const number = number_from(inner)) return Value{*number};
  } else if (key == "undefined" && object.size() == 1) {
    return Value{Undefined{}};
  } else if (key == "cbor_tag" && object.size() == 2 && object.contains("item")) {
    auto const tag = number_from(inner);
    if (!tag) return std::nullopt;
    return Value{Tagged{.tag = *tag, .item = {value_from_json(object["item"], type)}}};
  } else if (key == "cbor_map" && object.size() == 1 && inner.is_array()) {
    Pairs pairs;
    for (auto const& pair : inner) {
      if (!pair.is_array() || pair.size() != 2) return std::nullopt;
      pairs.items.push_back(value_from_json(pair[0], type));
      pairs.items.push_back(value_from_json(pair[1], type));
    }
    return Value{std::move(pairs)};
  }
  return std::nullopt;
}

}  // namespace

Json value_json(Value const& value, FieldType type) {
  return std::visit(AsJson{type}, value.of);
}

Value value_from_json(Json const& json, FieldType type) {
  if (type == FieldType::type_id && !json.is_number()) {
    auto const is_large = json.is_object() && json.size() == 1 && json.contains("u64");
    if (auto const id = number_from(is_large ? json["u64"] : json)) return *id;
  }
  if (json.is_object()) {
    if (!json.empty() && looks_special(json.begin().key())) {
      if (auto special = special_from(json, type)) return *std::move(special);
    }
    Record record;
    for (auto const& [key, inner] : json.items()) {
      record.entries.push_back(
          {.name = key, .value = value_from_json(inner, inner_type(type, key))});
    }
    return record;
  }
  if (json.is_array()) {
    ValueList list;
    for (auto const& inner : json)
      list.push_back(value_from_json(inner, inner_type(type)));
    return list;
  }
  if (json.is_string()) return json.get<std::string>();
  if (json.is_number_unsigned()) return json.get<std::uint64_t>();
  if (json.is_number_integer()) return number_value(json.get<std::int64_t>());
  if (json.is_number_float()) return json.get<double>();
  if (json.is_boolean()) return json.get<bool>();
  return {};
}

}  // namespace voxspec
