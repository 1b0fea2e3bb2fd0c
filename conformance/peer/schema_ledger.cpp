#include "conformance/peer/schema_ledger.hpp"

#include "conformance/peer/method_name.hpp"
#include "conformance/peer/numbers.hpp"
#include "conformance/peer/typed_value.hpp"

namespace voxspec {

std::expected<std::optional<Json>, std::string> SchemaLedger::announce(std::uint64_t connection,
                                                                       std::string_view method,
                                                                       std::string_view direction) {
  auto payload = method_schemas(method, direction);
  if (!payload) {
    return std::unexpected("the schemas of " + full_method_name(method) +
                           " are not known here; send them as a schema message");
  }
  auto const id = hash_json(method_id(method));
  if (bound_.contains({connection, id.get<std::string>(), std::string{direction}})) {
    return std::optional<Json>{};
  }
  auto const& sent = schema_ids_[connection];
  Json missing = Json::array();
  for (auto const& schema : (*payload)["schemas"]) {
    if (!sent.contains(schema["id"].get_ref<std::string const&>())) missing.push_back(schema);
  }
  (*payload)["schemas"] = std::move(missing);
  Json item{
      {"on", number_json(connection)},
      {"schema", {{"method_id", id}, {"direction", direction}, {"schemas", std::move(*payload)}}}};
  note_sent(item);
  return std::optional{std::move(item)};
}

void SchemaLedger::note_sent(Json const& item) {
  if (!item.contains("schema") || !item.contains("on")) return;
  auto const connection = number_from(item["on"]);
  auto const& body = item["schema"];
  if (!connection || !body.contains("schemas") || !body["schemas"].contains("schemas")) return;
  bound_.emplace(*connection, body["method_id"].get<std::string>(),
                 body["direction"].get<std::string>());
  for (auto const& schema : body["schemas"]["schemas"]) {
    if (schema.is_object() && schema.contains("id") && schema["id"].is_string()) {
      schema_ids_[*connection].insert(schema["id"].get<std::string>());
    }
  }
}

}  // namespace voxspec
