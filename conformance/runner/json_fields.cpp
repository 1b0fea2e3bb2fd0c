#include "conformance/runner/json_fields.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <utility>

namespace voxspec {

using nlohmann::json;

namespace {

template <class Document>
std::expected<Document, std::string> load(std::filesystem::path const& file) {
  std::ifstream in{file, std::ios::binary};
  if (!in) return std::unexpected(file.string() + ": cannot be read");
  std::string const text{std::istreambuf_iterator<char>{in}, {}};
  try {
    return Document::parse(text);
  } catch (json::parse_error const& error) {
    return std::unexpected(file.string() + ": not JSON: byte " + std::to_string(error.byte) +
                           " is not what can stand there");
  } catch (json::out_of_range const&) {
    return std::unexpected(file.string() + ": not JSON: a number in it is too large");
  }
}

}  // namespace

std::expected<json, std::string> load_json(std::filesystem::path const& file) {
  return load<json>(file);
}

std::expected<nlohmann::ordered_json, std::string> load_ordered_json(
    std::filesystem::path const& file) {
  return load<nlohmann::ordered_json>(file);
}

JsonFields::JsonFields(json const& object, std::string where)
    : object_{object}, where_{std::move(where)} {
  if (!object.is_object()) error_ = where_ + ": not a JSON object";
}

json const* JsonFields::find(std::string const& key) {
  read_.insert(key);
  if (error_) return nullptr;
  auto const at = object_.find(key);
  return at == object_.end() ? nullptr : &*at;
}

std::string JsonFields::text(std::string const& key) {
  auto value = optional_text(key);
  if (!value) fail(key, "is missing");
  return std::move(value).value_or("");
}

std::optional<std::string> JsonFields::optional_text(std::string const& key) {
  auto const* const value = find(key);
  if (value == nullptr) return std::nullopt;
  if (!value->is_string()) {
    fail(key, "is not a text");
    return std::nullopt;
  }
  return value->get<std::string>();
}

std::vector<std::string> JsonFields::texts(std::string const& key, std::size_t count_min) {
  std::vector<std::string> result;
  auto const* const value = find(key);
  if (value != nullptr) {
    if (!value->is_array() || !std::ranges::all_of(*value, &json::is_string)) {
      fail(key, "is not a list of texts");
      return {};
    }
    result = value->get<std::vector<std::string>>();
  }
  if (result.size() < count_min) fail(key, value == nullptr ? "is missing" : "is empty");
  return result;
}

std::map<std::string, std::string> JsonFields::text_map(std::string const& key) {
  auto const* const value = find(key);
  if (value == nullptr) return {};
  if (!value->is_object() || !std::ranges::all_of(*value, &json::is_string)) {
    fail(key, "is not an object of texts");
    return {};
  }
  return value->get<std::map<std::string, std::string>>();
}

json const* JsonFields::objects(std::string const& key) {
  auto const* const value = find(key);
  if (value != nullptr && value->is_array() && std::ranges::all_of(*value, &json::is_object)) {
    return value;
  }
  fail(key, value == nullptr ? "is missing" : "is not a list of objects");
  return nullptr;
}

void JsonFields::fail(std::string const& key, std::string const& why) {
  if (!error_) error_ = where_ + ": key '" + key + "' " + why;
}

std::optional<std::string> JsonFields::error() {
  if (error_) return error_;
  for (auto const& [key, value] : object_.items()) {
    if (!read_.contains(key)) fail(key, "is not one of those that can stand here");
  }
  return error_;
}

}  // namespace voxspec
