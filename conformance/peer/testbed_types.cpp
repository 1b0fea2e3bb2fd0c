#include "conformance/peer/cbor_value.hpp"
#include "conformance/peer/method_name.hpp"
#include "conformance/peer/typed_value.hpp"
#include "conformance/peer/written_type.hpp"
#include "conformance/subjects/testbed/catalog.hpp"
#include "impl/schema/cbor_form.hpp"
#include "impl/schema/kind.hpp"

#include <map>
#include <set>

namespace voxspec {
namespace {

using vox::schema::TypeNode;
using Form = TypeNode::Form;

testbed::CatalogEntry const* method_named(std::string_view name) {
  return testbed::find_method(short_method_name(name));
}

// The declared types, and the primitives, by name.
class Names {
 public:
  Names() {
    for (auto const& method : testbed::catalog()) {
      collect(*method.args_node);
      collect(*method.response_node);
    }
  }
  [[nodiscard]] TypeNode const* find(std::string_view name) {
    auto const found = types_.find(name);
    if (found != types_.end()) return found->second;
    return nullptr;
  }
  [[nodiscard]] std::vector<std::string_view> all() const {
    std::vector<std::string_view> names;
    for (auto const& [name, type] : types_)
      names.push_back(name);
    return names;
  }

 private:
  void collect(TypeNode const& type) {
    if (!seen_.insert(&type).second) return;
    auto const is_declared = type.form == Form::structure || type.form == Form::enumeration ||
                             type.form == Form::tuple_struct;
    if (is_declared && type.params.empty()) types_.emplace(type.name, &type);
    if (type.form == Form::primitive) {
      types_.emplace(vox::schema::name_of(type.primitive), &type);
    }
    for (auto const& part : type.parts)
      collect(*part.type);
    for (auto const& variant : type.variants) {
      for (auto const& part : variant.parts)
        collect(*part.type);
    }
  }

  std::map<std::string, TypeNode const*, std::less<>> types_;
  std::set<TypeNode const*> seen_;
};

}  // namespace

std::vector<std::string_view> known_methods() {
  std::vector<std::string_view> names;
  for (auto const& method : testbed::catalog())
    names.push_back(method.name);
  return names;
}

std::string_view method_of(std::uint64_t id) {
  auto const* const found = testbed::find_method(id);
  return found == nullptr ? std::string_view{} : found->name;
}

bool is_known_method(std::string_view method) {
  return method_named(method) != nullptr;
}

std::expected<vox::schema::TypeGraph::Node, Fault> find_type(TypeName const& type) {
  if (type.by == "written") return written_node(type.name);
  if (type.by == "as") {
    static Names names;
    if (auto const* const found = names.find(type.name)) return found;
    auto const known = names.all();
    return std::unexpected(
        Fault{.where = {},
              .what = "unknown type '" + type.name + "'" + nearest_hint(type.name, known),
              .advice = "known types: " + joined(known)});
  }
  auto const* const method = method_named(type.name);
  if (method == nullptr) {
    return std::unexpected(Fault{
        .where = {},
        .what = "unknown method '" + type.name + "'" + nearest_hint(type.name, known_methods()),
        .advice = "the methods of Testbed and Probe are known; give bytes for others"});
  }
  return type.by == "args_of" ? method->args_node : method->response_node;
}

std::optional<Record> method_schemas(std::string_view method, std::string_view direction) {
  auto const* const known = method_named(method);
  if (known == nullptr) return std::nullopt;
  auto const& type = direction == "args" ? *known->args : *known->response;
  auto value = canonical_cbor(vox::schema::encode(type.payload));
  return *value.value().get<Record>();
}

}  // namespace voxspec
