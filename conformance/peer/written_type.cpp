#include "conformance/peer/written_type.hpp"

#include "conformance/peer/cbor_value.hpp"
#include "conformance/peer/typed_value.hpp"
#include "impl/schema/cbor_form.hpp"
#include "impl/schema/extract.hpp"
#include "impl/schema/kind.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace voxspec {
namespace {

using vox::schema::NodePart;
using vox::schema::NodeVariant;
using vox::schema::Primitive;
using vox::schema::TypeGraph;
using vox::shape::ChannelDirection;
using vox::shape::VariantKind;
using Form = vox::schema::TypeNode::Form;
using Node = TypeGraph::Node;

constexpr std::size_t type_depth_max = 64;

// The types of one text. Errors are faults at the places of the case.
class WrittenTypes {
 public:
  explicit WrittenTypes(Place place) : place_{std::move(place)} {}

  Node node(Place const& place) {
    if (++depth_ > type_depth_max) place.fail("types are nested too deeply");
    auto const* const made = make(place);
    --depth_;
    return made;
  }

 private:
  Node make(Place const& place) {
    auto const& value = place.value();
    if (value.is_string()) return named(place);
    if (value.is_array()) return tuple(place);
    static constexpr std::array<std::string_view, 9> keys{
        "list", "option", "tx", "rx", "array", "length", "map", "returns", "fails"};
    place.check_keys(keys);
    if (place.has("list")) return graph_.vec(node(place / "list"));
    if (place.has("option")) return graph_.option(node(place / "option"));
    if (place.has("tx")) return graph_.channel(ChannelDirection::tx, node(place / "tx"));
    if (place.has("rx")) return graph_.channel(ChannelDirection::rx, node(place / "rx"));
    if (place.has("returns")) return result(place);
    if (place.has("map")) {
      auto const pair = (place / "map").list();
      if (pair.size() != 2) (place / "map").fail("a map has a key and a value");
      auto const* const key = node(pair[0]);
      return graph_.btree_map(key, node(pair[1]));
    }
    if (!place.has("array") || !place.has("length")) place.wanted("a type");
    return graph_.array(node(place / "array"), (place / "length").number());
  }

  Node named(Place const& place) {
    auto const name = place.text();
    if (place_.has("types") && (place_ / "types").has(name)) {
      return declared(place_ / "types" / name, name);
    }
    if (auto const primitive = vox::schema::primitive_named(name)) {
      return graph_.primitive(*primitive);
    }
    auto const found = find_type({.by = "as", .name = name});
    if (!found) place.fail(found.error().what, found.error().advice);
    return *found;
  }

  Node declared(Place const& place, std::string const& name) {
    static constexpr std::array<std::string_view, 2> keys{"struct", "enum"};
    place.check_keys(keys);
    if (place.value().size() != 1) place.fail("a declared type is a struct or an enum");
    auto const is_struct = place.has("struct");
    auto const [type, is_new] =
        graph_.declare(is_struct ? Form::structure : Form::enumeration, name);
    if (!is_new) return type;
    if (is_struct) {
      auto parts = fields(place / "struct");
      type->parts = std::move(parts);
    } else {
      auto variants = variants_of(place / "enum");
      type->variants = std::move(variants);
    }
    return type;
  }

  std::vector<NodePart> fields(Place const& place) {
    if (!place.value().is_object()) place.wanted("the fields by name");
    std::vector<NodePart> out;
    for (auto const& [name, value] : place.value().items()) {
      auto const field = place / name;
      if (field.has("defaulted")) {
        out.push_back(
            {.name = name, .type = node(field / "defaulted"), .default_value = vox::Bytes{}});
      } else {
        out.push_back({.name = name, .type = node(field)});
      }
    }
    return out;
  }

  std::vector<NodeVariant> variants_of(Place const& place) {
    static constexpr std::array<std::string_view, 3> keys{"newtype", "tuple", "struct"};
    if (!place.value().is_object()) place.wanted("the variants by name");
    std::vector<NodeVariant> out;
    for (auto const& [name, value] : place.value().items()) {
      auto const variant = place / name;
      if (value.is_null()) {
        out.push_back({.name = name, .kind = VariantKind::unit, .parts = {}});
        continue;
      }
      variant.check_keys(keys);
      if (value.size() != 1) variant.fail("one of 'newtype', 'tuple' and 'struct', or null");
      if (variant.has("newtype")) {
        out.push_back({.name = name,
                       .kind = VariantKind::newtype,
                       .parts = {{.name = {}, .type = node(variant / "newtype")}}});
      } else if (variant.has("tuple")) {
        out.push_back(
            {.name = name, .kind = VariantKind::tuple, .parts = elements(variant / "tuple")});
      } else {
        out.push_back(
            {.name = name, .kind = VariantKind::structure, .parts = fields(variant / "struct")});
      }
    }
    return out;
  }

  std::vector<NodePart> elements(Place const& place) {
    std::vector<NodePart> out;
    for (auto const& element : place.list())
      out.push_back({.name = {}, .type = node(element)});
    return out;
  }

  Node tuple(Place const& place) {
    std::vector<Node> out;
    for (auto const& element : place.list())
      out.push_back(node(element));
    return graph_.tuple(out);
  }

  Node result(Place const& place) {
    auto const* const error =
        place.has("fails") ? node(place / "fails") : graph_.primitive(Primitive::never);
    auto const* const ok = node(place / "returns");
    auto const [type, is_new] =
        graph_.declare(Form::enumeration, "VoxError", {{.name = "E", .type = error}});
    if (is_new) {
      auto const* const text = graph_.primitive(Primitive::string);
      auto const unit = [](char const* name) {
        return NodeVariant{.name = name, .kind = VariantKind::unit, .parts = {}};
      };
      auto const newtype = [](char const* name, Node inner) {
        return NodeVariant{
            .name = name, .kind = VariantKind::newtype, .parts = {{.name = {}, .type = inner}}};
      };
      type->variants = {
          newtype("User", error), unit("UnknownMethod"),    newtype("InvalidPayload", text),
          unit("Cancelled"),      unit("ConnectionClosed"), unit("SessionShutdown"),
          unit("SendFailed"),     unit("Indeterminate")};
    }
    return graph_.result(ok, type);
  }

  Place place_;
  TypeGraph graph_;
  std::size_t depth_ = 0;
};

// What was written is kept: schemas and values of one case are often of one type, and cases are
// read and played by several threads.
struct Known {
  Json json;
  std::unique_ptr<WrittenTypes> types;
  Node node = nullptr;
};
class Shelf {
 public:
  Node node(std::string const& text) {
    std::lock_guard const lock{mutex_};
    auto& known = known_[text];
    if (known.node != nullptr) return known.node;
    known.json = Json::parse(text);
    Place const place{known.json, {}};
    known.types = std::make_unique<WrittenTypes>(place);
    known.node = known.types->node(place / "as");
    return known.node;
  }

 private:
  std::mutex mutex_;
  std::map<std::string, Known, std::less<>> known_;
};

Json written(Place const& place) {
  Json out = Json::object();
  out["as"] = (place / "as").value();
  if (place.has("types")) out["types"] = (place / "types").value();
  return out;
}

// The id of the outermost declaration.
std::optional<std::uint64_t> id_of(vox::schema::TypeRef const& type) {
  auto const* const concrete = std::get_if<vox::schema::Concrete>(&type.form);
  return concrete == nullptr ? std::nullopt : std::optional{concrete->type_id};
}

void leave_out(Place const& place, std::vector<vox::schema::Schema>& schemas) {
  auto const without = place / "without";
  if (without.value() == "all") return schemas.clear();
  std::set<std::uint64_t> left_out;
  for (auto const& type : without.list()) {
    WrittenTypes types{place};
    auto const id = id_of(vox::schema::extract(*types.node(type)).payload.root);
    auto const is_there = std::ranges::any_of(
        schemas, [&](auto const& schema) { return schema.id == id.value_or(0); });
    if (!is_there) type.fail("the type has no schema here");
    left_out.insert(*id);
  }
  std::erase_if(schemas, [&](auto const& schema) { return left_out.contains(schema.id); });
}

}  // namespace

std::string written_type(Place const& place) {
  // Read once at its place, so that faults are found there.
  WrittenTypes types{place};
  (void)types.node(place / "as");
  return written(place).dump();
}

vox::schema::TypeGraph::Node written_node(std::string_view text) {
  static Shelf shelf;
  return shelf.node(std::string{text});
}

Json written_json(std::string_view text) {
  return Json::parse(text);
}

Value written_schemas(Place const& place) {
  static constexpr std::array<std::string_view, 3> keys{"as", "types", "without"};
  place.check_keys(keys);
  WrittenTypes types{place};
  auto payload = vox::schema::extract(*types.node(place / "as")).payload;
  if (place.has("without")) leave_out(place, payload.schemas);
  return canonical_cbor(vox::schema::encode(payload)).value();
}

}  // namespace voxspec
