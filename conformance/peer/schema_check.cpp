#include "conformance/peer/schema_check.hpp"

#include "conformance/peer/numbers.hpp"
#include "conformance/peer/schema_payload.hpp"
#include "impl/schema/cbor_form.hpp"
#include "impl/schema/content_hash.hpp"
#include "impl/wire/bytes.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace voxspec {
namespace {

using vox::schema::Schema;
using vox::schema::TypeId;
using vox::schema::TypeRef;

std::string in_hex(TypeId id) {
  return hash_json(id).get<std::string>();
}

void add_variables(TypeRef const& type, std::set<std::string_view>& names) {
  if (auto const* const variable = std::get_if<vox::schema::Variable>(&type.form)) {
    names.insert(variable->name);
    return;
  }
  for (auto const& argument : std::get<vox::schema::Concrete>(type.form).args)
    add_variables(argument, names);
}

// What the declarations refer to, by their ids.
using References = std::map<TypeId, std::set<TypeId>>;

References references_of(std::span<Schema const> schemas) {
  References out;
  for (auto const& schema : schemas) {
    auto& ids = out[schema.id];
    vox::schema::for_each_ref(schema.kind, [&](TypeRef const& type) {
      vox::schema::for_each_type_id(type, [&](TypeId id) { ids.insert(id); });
    });
  }
  return out;
}

bool is_recursive(TypeId id, References const& references) {
  std::set<TypeId> seen;
  std::vector<TypeId> next{id};
  while (!next.empty()) {
    auto const found = references.find(next.back());
    next.pop_back();
    if (found == references.end()) continue;
    for (auto const inner : found->second) {
      if (inner == id) return true;
      if (seen.insert(inner).second) next.push_back(inner);
    }
  }
  return false;
}

std::optional<std::string> flaw_in(Schema const& schema, References const& references) {
  std::set<std::string_view> names;
  vox::schema::for_each_ref(schema.kind, [&](TypeRef const& type) { add_variables(type, names); });
  for (auto const name : names) {
    auto const has = std::ranges::any_of(schema.type_params,
                                         [&](auto const& param) { return param.view() == name; });
    if (!has) return "the variable " + std::string{name} + " is no parameter of its declaration";
  }
  auto const hash = vox::schema::content_hash(schema);
  if (hash == schema.id || is_recursive(schema.id, references)) return std::nullopt;
  return "the schema " + in_hex(schema.id) + " has the content of " + in_hex(hash);
}

// What is wanted or referred to, and not there.
std::optional<std::string> flaw_for_want(References const& references, std::set<TypeId> wanted) {
  for (auto const& [id, inner] : references)
    wanted.insert(inner.begin(), inner.end());
  for (auto const id : wanted) {
    if (!references.contains(id)) return "the schema " + in_hex(id) + " is missing";
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> flaw_in_schemas(Value const& payload, bool is_whole) {
  auto const decoded = schema_payload(payload);
  if (!decoded) return decoded.error().detail;
  auto const references = references_of(decoded->schemas);
  if (references.size() != decoded->schemas.size()) return "a schema stands in the list twice";
  for (auto const& schema : decoded->schemas) {
    if (auto flaw = flaw_in(schema, references)) return flaw;
  }
  if (!is_whole) return std::nullopt;
  std::set<TypeId> wanted;
  vox::schema::for_each_type_id(decoded->root, [&](TypeId id) { wanted.insert(id); });
  return flaw_for_want(references, std::move(wanted));
}

std::optional<std::string> flaw_in_schema_list(Value const& list) {
  auto const decoded = schema_list(list);
  if (!decoded) return decoded.error().detail;
  return flaw_for_want(references_of(*decoded), {});
}

}  // namespace voxspec
