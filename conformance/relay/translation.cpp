#include "conformance/relay/translation.hpp"

#include "conformance/peer/cbor_value.hpp"
#include "conformance/peer/message_plan.hpp"
#include "conformance/peer/schema_ledger.hpp"
#include "impl/schema/cbor_form.hpp"
#include "impl/schema/content_hash.hpp"
#include "impl/schema/message_schema.hpp"
#include "spec/assert.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace voxspec::relay {
namespace {

using vox::schema::Schema;
using vox::schema::TypeRef;

constexpr std::string_view extra_variant_name = "LaterVariant";

Record* kind_named(Value& schema, std::string_view name) {
  auto* const record = schema.get<Record>();
  auto* const kind = record == nullptr ? nullptr : record->find("kind");
  auto* const body = kind == nullptr ? nullptr : kind->get<Record>();
  auto const* const own = body == nullptr ? nullptr : body->find("name");
  return own != nullptr && own->text() == name ? body : nullptr;
}

// Wherever a list of fields stands: in a struct, and in a variant with fields.
void reverse_fields(Value& value) {
  if (auto* const list = value.get<ValueList>()) {
    for (auto& inner : *list)
      reverse_fields(inner);
  } else if (auto* const record = value.get<Record>()) {
    for (auto& [name, inner] : record->entries) {
      reverse_fields(inner);
      auto* const fields = name == "fields" ? inner.get<ValueList>() : nullptr;
      if (fields != nullptr) std::ranges::reverse(*fields);
    }
  }
}

void add_field(ValueList& schemas) {
  for (auto& schema : schemas) {
    auto* const settings = kind_named(schema, "ConnectionSettings");
    if (settings == nullptr) continue;
    auto* const fields = settings->find("fields")->get<ValueList>();
    VOX_ASSERT(fields != nullptr && !fields->empty());
    auto another = fields->back();
    (*another.get<Record>())["name"] = Value{later_field_name};
    (*another.get<Record>())["required"] = false;
    fields->insert(fields->begin(), std::move(another));
  }
}

void add_variant(ValueList& schemas) {
  for (auto& schema : schemas) {
    auto* const payloads = kind_named(schema, "MessagePayload");
    if (payloads == nullptr) continue;
    auto* const variants = payloads->find("variants")->get<ValueList>();
    VOX_ASSERT(variants != nullptr);
    variants->emplace_back(Record{{{"name", extra_variant_name},
                                   {"index", std::uint64_t{variants->size()}},
                                   {"payload", Value{"unit"}}}});
  }
}

// The same schemas with the ids that their content gives them.
Value with_own_ids(Value const& schemas) {
  auto const list = vox::schema::decode_schemas(cbor_bytes(schemas));
  VOX_ASSERT(list.has_value() && !list->empty());
  auto const done =
      vox::schema::with_content_ids({.schemas = std::vector<Schema>(list->begin(), list->end()),
                                     .root = TypeRef::concrete(list->back().id)});
  return canonical_cbor(vox::schema::encode(done.schemas)).value();
}

}  // namespace

Value other_layout(Layout how, Dialect dialect) {
  auto schemas = own_message_schemas(dialect);
  auto& list = *schemas.get<ValueList>();
  switch (how) {
    case Layout::reversed:
      reverse_fields(schemas);
      break;
    case Layout::extra_field:
      add_field(list);
      break;
    case Layout::extra_variant:
      add_variant(list);
      break;
  }
  return with_own_ids(schemas);
}

}  // namespace voxspec::relay
