#include "conformance/trace/parameters.hpp"

#include <algorithm>
#include <vector>

namespace voxspec {
namespace {

Json parameter(Place const& place, Scope const& scope) {
  auto const there = place / "$";
  auto name = there.text();
  auto const as_name = name.starts_with('$');
  if (as_name) name.erase(0, 1);
  auto const* const value = scope.find(name);
  if (value == nullptr) {
    auto const known = scope.names();
    std::vector<std::string_view> const views{known.begin(), known.end()};
    there.fail("there is no parameter '" + name + "'" + nearest_hint(name, views),
               known.empty() ? "parameters come from the rows of 'with' and from repeat"
                             : "parameters here: " + joined(views));
  }
  if (!as_name) return *value;
  if (!value->is_string()) there.fail("the parameter '" + name + "' is no name");
  return "$" + value->get<std::string>();
}

bool has_parameter(Json const& value) {
  if (value.is_object() && value.contains("$")) return true;
  return value.is_structured() && std::ranges::any_of(value, has_parameter);
}

Json spliced(Place const& place, Scope const& scope, bool deep) {
  auto const& object = place.value();
  if (object.contains("$") && object.size() == 1) return parameter(place, scope);
  Json out = Json::object();
  for (auto const& [key, value] : object.items()) {
    if (key != "$") {
      out[key] = deep ? substituted(place / key, scope) : value;
      continue;
    }
    auto const entries = parameter(place, scope);
    if (!entries.is_object()) {
      (place / key)
          .fail("a parameter beside other keys has to be an object",
                "an object's entries take its place");
    }
    for (auto const& [inner_key, inner] : entries.items()) {
      if (object.contains(inner_key)) (place / key).fail("'" + inner_key + "' is there twice");
      out[inner_key] = inner;
    }
  }
  return out;
}

}  // namespace

Json const* Scope::find(std::string const& name) const {
  auto const found = values_.find(name);
  if (found != values_.end()) {
    used_.insert(name);
    return &found->second;
  }
  return around_ == nullptr ? nullptr : around_->find(name);
}

std::vector<std::string> Scope::names() const {
  auto names = around_ == nullptr ? std::vector<std::string>{} : around_->names();
  for (auto const& [name, value] : values_)
    names.push_back(name);
  return names;
}

std::vector<std::string> Scope::unused() const {
  std::vector<std::string> names;
  for (auto const& [name, value] : values_) {
    if (!used_.contains(name)) names.push_back(name);
  }
  return names;
}

Json substituted(Place const& place, Scope const& scope) {
  auto const& value = place.value();
  if (!has_parameter(value)) return value;
  if (value.is_array()) {
    Json out = Json::array();
    for (std::size_t i = 0; i < value.size(); ++i)
      out.push_back(substituted(place / i, scope));
    return out;
  }
  return spliced(place, scope, true);
}

Json const& substituted(Place const& place, Scope const& scope, Json& made) {
  if (!has_parameter(place.value())) return place.value();
  made = substituted(place, scope);
  return made;
}

Json const& substituted_shallow(Place const& place, Scope const& scope, Json& made) {
  if (!place.has("$")) return place.value();
  made = spliced(place, scope, false);
  return made;
}

}  // namespace voxspec
