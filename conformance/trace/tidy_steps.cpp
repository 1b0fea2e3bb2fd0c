#include "conformance/trace/tidy_steps.hpp"

#include "conformance/peer/method_name.hpp"
#include "conformance/peer/term_json.hpp"
#include "conformance/peer/typed_value.hpp"
#include "conformance/peer/value_json.hpp"

#include <algorithm>

namespace voxspec {
namespace {

Json const* inner(Json const& object, char const* key) {
  if (!object.is_object()) return nullptr;
  auto const found = object.find(key);
  return found == object.end() ? nullptr : &*found;
}

std::string on_of(Json const& item) {
  auto const* const on = inner(item, "on");
  return on == nullptr ? "0" : on->dump();
}
void put_on(Json& macro, Json const& item) {
  if (auto const* const on = inner(item, "on")) macro["on"] = *on;
}

std::string method_in(Json const& body) {
  auto const* const id = inner(body, "method_id");
  auto const* const name = id == nullptr ? nullptr : inner(*id, "method");
  return name != nullptr && name->is_string() ? name->get<std::string>() : std::string{};
}

bool has_only(Json const& object, std::initializer_list<std::string_view> keys) {
  return std::ranges::all_of(object.items(), [&](auto const& entry) {
    return std::ranges::find(keys, entry.key()) != keys.end();
  });
}

// The one frame that the step awaits in the way that a macro does.
Json const* awaited(Json const* step) {
  if (step == nullptr || !has_only(*step, {"expect", "passing", "ahead"})) return nullptr;
  auto const* const frames = inner(*step, "expect");
  return frames != nullptr && frames->is_array() && frames->size() == 1 ? &frames->front()
                                                                        : nullptr;
}

}  // namespace

bool StepTidier::is_next(std::uint64_t& used, Json const& id) {
  auto const* const ours = inner(id, "ours");
  if (ours == nullptr || !ours->is_number_unsigned()) return false;
  auto const n = ours->get<std::uint64_t>();
  auto const is_it = n == used + 1;
  used = std::max(used, n);
  return is_it;
}

Json StepTidier::steps(Json const& steps) {
  Json out = Json::array();
  for (std::size_t i = 0; i < steps.size(); ++i) {
    auto const* const next = i + 1 < steps.size() ? &steps[i + 1] : nullptr;
    auto const is_plain = has_only(steps[i], {"send"}) && inner(steps[i], "send") != nullptr &&
                          steps[i]["send"].is_array();
    if (!is_plain) {
      out.push_back(steps[i]);
      continue;
    }
    bool takes_next = false;
    add_send(steps[i], next, out, takes_next);
    if (takes_next) ++i;
  }
  return out;
}

// Items for which there is no macro stay together.
void StepTidier::add_send(Json const& step, Json const* next, Json& out, bool& takes_next) {
  Json plain = Json::array();
  auto const flush = [&] {
    if (!plain.empty()) out.push_back(Json{{"send", plain}});
    plain = Json::array();
  };
  auto const& items = step["send"];
  for (std::size_t i = 0; i < items.size(); ++i) {
    auto const* const after = i + 1 == items.size() ? next : nullptr;
    auto macro = announce(items[i]);
    if (macro) {
      flush();
      out.push_back(*std::move(macro));
      continue;
    }
    if (plain.empty()) macro = request(items[i], after, out, takes_next);
    if (!macro) macro = opening(items[i], after, takes_next);
    if (!macro) macro = small_macro(items[i]);
    if (!macro) {
      plain.push_back(items[i]);
      continue;
    }
    flush();
    out.push_back(*std::move(macro));
  }
  flush();
}

// A schema message, if it has what an announcement would send: the method's schemas less those that
// the connection has.
std::optional<Json> StepTidier::announce(Json const& item) {
  auto const* const body = inner(item, "schema");
  auto const* const direction = body == nullptr ? nullptr : inner(*body, "direction");
  auto const* const given = body == nullptr ? nullptr : inner(*body, "schemas");
  if (given == nullptr) return std::nullopt;
  auto const method = method_in(*body);
  std::string const name{short_method_name(method)};
  auto const half = direction == nullptr ? "args" : direction->get<std::string>();
  auto const on = on_of(item);
  auto whole = method_schemas(name, half);
  if (!whole) return std::nullopt;
  auto json = value_json(Value{*std::move(whole)}, FieldType::schema_payload);
  Json missing = Json::array();
  for (auto const& schema : json["schemas"]) {
    if (!schema_ids_.contains({on, schema["id"].dump()})) missing.push_back(schema);
  }
  json["schemas"] = missing;
  if (auto const* const list = inner(*given, "schemas"); list != nullptr && list->is_array()) {
    for (auto const& schema : *list) {
      if (auto const* const id = inner(schema, "id")) schema_ids_.emplace(on, id->dump());
    }
  }
  if (half == "args") announced_.emplace(on, method);
  if (json != *given) return std::nullopt;
  Json macro = Json::object();
  put_on(macro, item);
  macro["method"] = name;
  if (half != "args") macro["direction"] = half;
  return Json{{"announce", std::move(macro)}};
}

std::optional<Json> StepTidier::request(Json const& item, Json const* next, Json& out,
                                        bool& takes_next) {
  auto const* const body = inner(item, "request_call");
  auto const* const args = body == nullptr ? nullptr : inner(*body, "args");
  auto const method = body == nullptr ? std::string{} : method_in(*body);
  std::string const name{short_method_name(method)};
  if (method.empty() || !has_only(*body, {"id", "method_id", "args", "metadata"})) {
    return std::nullopt;
  }
  auto const* const of = args == nullptr ? nullptr : inner(*args, "args_of");
  if (of == nullptr || *of != name) return std::nullopt;
  Json macro = Json::object();
  put_on(macro, item);
  macro["method"] = name;
  if ((*args)["value"] != Json::array()) macro["args"] = (*args)["value"];
  auto const& id = (*body)["id"];
  if (!is_next(requests_[on_of(item)], id)) macro["id"] = id;
  if (auto const* const metadata = inner(*body, "metadata")) macro["metadata"] = *metadata;
  // The macro announces what is not announced yet; right before it that is what happened.
  if (!announced_.contains({on_of(item), method})) macro["announced"] = true;
  if (!out.empty() && out.back().contains("announce")) {
    Json before = Json::object();
    put_on(before, item);
    before["method"] = name;
    if (out.back() == Json{{"announce", before}}) out.erase(out.size() - 1);
  }
  auto const* const answer = awaited(next);
  auto const* const response = answer == nullptr ? nullptr : inner(*answer, "request_response");
  if (response == nullptr || (*response)["id"] != id || on_of(*answer) != on_of(item) ||
      !has_only(*response, {"id", "ret"})) {
    return Json{{"request", std::move(macro)}};
  }
  if (auto const* const ret = inner(*response, "ret")) {
    auto const* const by = inner(*ret, "returned_by");
    if (by == nullptr || *by != name) return Json{{"request", std::move(macro)}};
    macro["returns"] = (*ret)["value"];
  }
  takes_next = true;
  return Json{{"call", std::move(macro)}};
}

std::optional<Json> StepTidier::opening(Json const& item, Json const* next, bool& takes_next) {
  auto const* const body = inner(item, "connection_open");
  auto const* const on = inner(item, "on");
  if (body == nullptr || on == nullptr) return std::nullopt;
  auto const is_fresh = is_next(connections_, *on);
  auto const* const answer = awaited(next);
  auto const is_accepted = answer != nullptr && inner(*answer, "connection_accept") != nullptr &&
                           on_of(*answer) == on->dump();
  if (!is_accepted || !has_only(*body, {"connection_settings", "metadata"})) return std::nullopt;
  Json macro{{"as", "connection" + std::to_string(connections_)}};
  if (!is_fresh) macro["id"] = *on;
  Json const settings{{"parity", "odd"}, {"max_concurrent_requests", 64}};
  if (auto const given = body->value("connection_settings", settings); given != settings) {
    macro["settings"] = given;
  }
  auto const metadata = body->value("metadata", Json::array());
  Json const service = Json::array({{{"key", "vox-service"}, {"value", "Testbed"}}});
  if (metadata != service) macro["metadata"] = metadata;
  if (auto const& accept = (*answer)["connection_accept"]; !accept.empty()) {
    macro["accept"] = accept;
  }
  takes_next = true;
  return Json{{"open_connection", std::move(macro)}};
}

std::optional<Json> StepTidier::small_macro(Json const& item) {
  Json macro = Json::object();
  put_on(macro, item);
  if (auto const* const grant = inner(item, "channel_grant_credit")) {
    macro["channel"] = (*grant)["id"];
    macro["credit"] = (*grant)["additional"];
    return Json{{"grant", std::move(macro)}};
  }
  auto const* const body = inner(item, "channel_item");
  auto const* const value = body == nullptr ? nullptr : inner(*body, "item");
  auto const* const type = value == nullptr ? nullptr : inner(*value, "as");
  if (type == nullptr) return std::nullopt;
  macro["channel"] = (*body)["id"];
  macro["type"] = *type;
  macro["value"] = (*value)["value"];
  return Json{{"item", std::move(macro)}};
}

}  // namespace voxspec
