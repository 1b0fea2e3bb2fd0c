#include "conformance/peer/message_plan.hpp"

#include "conformance/peer/cbor_value.hpp"
#include "conformance/peer/schema_ledger.hpp"
#include "conformance/peer/schema_payload.hpp"
#include "impl/schema/message_schema.hpp"

#include <optional>
#include <utility>

namespace voxspec {

std::expected<vox::schema::Plan, std::string> plan_to(Value const& announced, Dialect dialect) {
  auto const list = schema_list(announced);
  if (!list || list->empty()) return std::unexpected("the announced schemas are none");
  vox::schema::LocalType reader;
  reader.payload.schemas.assign(list->begin(), list->end());
  reader.payload.root = vox::schema::TypeRef::concrete(list->back().id);
  for (auto const& schema : reader.payload.schemas) {
    reader.defaults.push_back({.owner = vox::schema::TypeRef::concrete(schema.id),
                               .field = std::string{later_field_name},
                               .value = vox::Bytes(1)});
  }
  auto plan = vox::schema::build_plan(vox::schema::message_type(dialect).payload, reader);
  if (!plan) return std::unexpected(plan.error().text());
  return *std::move(plan);
}

vox::schema::Plan plan_of_hello(Frame const& hello, Dialect dialect) {
  auto const* const announced = hello.field("message_payload_schema");
  if (announced == nullptr || *announced == own_message_schemas(dialect)) return {};
  // A case may give them as bytes.
  auto const* const bytes = announced->get<vox::Bytes>();
  auto const schemas = bytes == nullptr ? std::optional{*announced} : canonical_cbor(*bytes);
  return schemas ? plan_to(*schemas, dialect).value_or(vox::schema::Plan{}) : vox::schema::Plan{};
}

}  // namespace voxspec
