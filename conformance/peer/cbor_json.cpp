#include "conformance/peer/cbor_json.hpp"

#include "conformance/peer/numbers.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace voxspec {
namespace {

using vox::wire::CborReader;
using vox::wire::CborType;
using vox::wire::CborWriter;

constexpr std::array<std::string_view, 5> special_keys{"hex", "u64", "cbor_map", "cbor_tag",
                                                       "undefined"};

bool looks_special(Json const& object) {
  return !object.empty() &&
         std::ranges::find(special_keys, object.begin().key()) != special_keys.end();
}

Json take_map(CborReader& reader, std::size_t depth);

Json take_item(CborReader& reader, std::size_t depth) {
  // The recursion is bounded apart from the reader's own limit, which is for skipping.
  if (depth > vox::Limits{}.cbor_depth_max) {
    reader.fail("CBOR is nested too deeply");
    return nullptr;
  }
  switch (reader.peek()) {
    case CborType::uint: {
      auto number = number_json(reader.take_uint());
      return number.is_number() ? number : Json{{"u64", number}};
    }
    case CborType::negative: {
      auto const n = reader.take_negative();
      if (n > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
        reader.fail("a negative number exceeds 64 bits");
        return nullptr;
      }
      return -1 - static_cast<std::int64_t>(n);
    }
    case CborType::bytes:
      return hex_json(reader.take_bytes());
    case CborType::text:
      return reader.take_text();
    case CborType::array: {
      Json list = Json::array();
      for (auto left = reader.take_array(); left > 0 && !reader.failed(); --left) {
        list.push_back(take_item(reader, depth + 1));
      }
      return list;
    }
    case CborType::map:
      return take_map(reader, depth);
    case CborType::tag: {
      auto const tag = reader.take_tag();
      return Json{{"cbor_tag", number_json(tag)}, {"item", take_item(reader, depth + 1)}};
    }
    case CborType::boolean:
      return reader.take_bool();
    case CborType::null:
      reader.take_null();
      return nullptr;
    case CborType::undefined:
      reader.skip_value();
      return Json{{"undefined", true}};
    case CborType::floating:
      return reader.take_float();
    case CborType::simple:
    case CborType::none:
      reader.fail("no CBOR item that JSON can show");
      return nullptr;
  }
  VOX_ASSERT(false);
}

Json take_map(CborReader& reader, std::size_t depth) {
  Json pairs = Json::array();
  Json object = Json::object();
  auto fits = true;
  for (auto left = reader.take_map(); left > 0 && !reader.failed(); --left) {
    auto key = take_item(reader, depth + 1);
    auto value = take_item(reader, depth + 1);
    fits = fits && key.is_string() && !object.contains(key.get_ref<std::string const&>());
    if (fits) object[key.get_ref<std::string const&>()] = value;
    pairs.push_back(Json::array({std::move(key), std::move(value)}));
  }
  if (fits && !looks_special(object)) return object;
  return Json{{"cbor_map", pairs}};
}

bool put_special(CborWriter& writer, Json const& object) {
  auto const& key = object.begin().key();
  auto const& value = object.begin().value();
  if (key == "hex" && object.size() == 1 && value.is_string()) {
    auto const bytes = vox::from_hex(value.get_ref<std::string const&>());
    if (bytes) writer.put_bytes(*bytes);
    return bytes.has_value();
  }
  if (key == "u64" && object.size() == 1) {
    auto const number = number_from(value);
    if (number) writer.put_uint(*number);
    return number.has_value();
  }
  if (key == "undefined" && object.size() == 1) return writer.put_undefined(), true;
  if (key == "cbor_tag" && object.size() == 2 && object.contains("item")) {
    auto const number = number_from(value);
    if (!number) return false;
    writer.put_tag(*number);
    put_cbor(writer, object["item"]);
    return true;
  }
  auto const is_pair = [](Json const& pair) { return pair.is_array() && pair.size() == 2; };
  if (key != "cbor_map" || object.size() != 1 || !value.is_array() ||
      !std::ranges::all_of(value, is_pair)) {
    return false;
  }
  writer.put_map(value.size());
  for (auto const& pair : value) {
    put_cbor(writer, pair[0]);
    put_cbor(writer, pair[1]);
  }
  return true;
}

}  // namespace

Json take_cbor(CborReader& reader) {
  return take_item(reader, 0);
}

void put_cbor(CborWriter& writer, Json const& value) {
  if (value.is_object()) {
    if (looks_special(value) && put_special(writer, value)) return;
    writer.put_map(value.size());
    for (auto const& [key, inner] : value.items()) {
      writer.put_text(key);
      put_cbor(writer, inner);
    }
  } else if (value.is_array()) {
    writer.put_array(value.size());
    for (auto const& inner : value)
      put_cbor(writer, inner);
  } else if (value.is_string()) {
    writer.put_text(value.get_ref<std::string const&>());
  } else if (value.is_number_unsigned()) {
    writer.put_uint(value.get<std::uint64_t>());
  } else if (value.is_number_integer()) {
    writer.put_int(value.get<std::int64_t>());
  } else if (value.is_number_float()) {
    writer.put_float64(value.get<double>());
  } else if (value.is_boolean()) {
    writer.put_bool(value.get<bool>());
  } else {
    writer.put_null();
  }
}

}  // namespace voxspec
