#include "impl/schema/extract.hpp"

#include "impl/schema/content_hash.hpp"

#include <cstddef>
#include <map>
#include <set>
#include <utility>

namespace vox::schema {

namespace {

using Form = TypeNode::Form;

// One pass over the types that a root is made of. Ids are numbers in order of first meeting;
// content ids follow when all is known.
class Extractor {
 public:
  LocalType run(TypeNode const& root) && {
    SchemaPayload numbered;
    numbered.root = extract(root);
    // The defaults' owners ride along as arguments of the root, to get their content ids with it.
    Parts<TypeRef> owners{std::move(numbered.root)};
    for (auto& field : defaults_)
      owners.push_back(std::move(field.owner));
    numbered.root = TypeRef::concrete(numbered_.front().id, std::move(owners));
    numbered.schemas = std::move(numbered_);

    LocalType local{.payload = with_content_ids(std::move(numbered)),
                    .defaults = std::move(defaults_)};
    auto resolved = std::move(std::get<Concrete>(local.payload.root.form).args);
    for (std::size_t i = 0; i < local.defaults.size(); ++i) {
      local.defaults[i].owner = std::move(resolved[i + 1]);
    }
    local.payload.root = std::move(resolved.front());
    return local;
  }

 private:
  TypeRef extract(TypeNode const& node) {
    if (node.form == Form::channel) return extract_channel(node);
    auto const id = id_of(node);
    bool const first_meeting = seen_.insert(&node).second;
    if (!first_meeting || emitted_.contains(node.declaration)) {
      // In a cycle, or known by another instantiation: only the arguments are new.
      auto reference = TypeRef::concrete(id, instantiation_args(node));
      if (first_meeting) keep_defaults(node, reference);
      return reference;
    }
    return extract_first(node, id);
  }

  // A channel's own schema follows its element even if it is the second one of its kind.
  TypeRef extract_channel(TypeNode const& node) {
    auto element = extract(*node.parts.front().type);
    auto const id = id_of(node);
    emit(node, {"T"}, Channel{.direction = node.direction, .element = TypeRef::variable("T")});
    seen_.insert(&node);
    return TypeRef::concrete(id, {std::move(element)});
  }

  TypeRef extract_first(TypeNode const& node, TypeId id) {
    if (node.form == Form::primitive || is_bytes(node)) {
      emit(node, {}, is_bytes(node) ? Primitive::bytes : node.primitive);
      return TypeRef::concrete(id);
    }
    if (node.form == Form::tuple) return extract_tuple(node, id);
    auto kind = body(node);
    auto reference = TypeRef::concrete(id, instantiation_args(node));
    Parts<Text> type_params;
    type_params.reserve(node.params.size());
    for (auto const& param : node.params)
      type_params.emplace_back(param.name);
    emit(node, std::move(type_params), std::move(kind));
    keep_defaults(node, reference);
    return reference;
  }

  // Anonymous tuples are generic over their elements, whatever those are.
  TypeRef extract_tuple(TypeNode const& node, TypeId id) {
    auto args = instantiation_args(node);
    Parts<Text> type_params;
    Tuple tuple;
    for (std::size_t i = 0; i < node.parts.size(); ++i) {
      type_params.emplace_back("T" + std::to_string(i));
      tuple.elements.push_back(TypeRef::variable(type_params.back()));
    }
    emit(node, std::move(type_params), std::move(tuple));
    return TypeRef::concrete(id, std::move(args));
  }

  Kind body(TypeNode const& node) {
    auto const element = [&](std::size_t i) { return reference_in(node, *node.parts[i].type); };
    switch (node.form) {
      case Form::list:
        return List{element(0)};
      case Form::option:
        return Option{element(0)};
      case Form::array:
        return Array{.element = element(0), .length = node.length};
      case Form::map: {
        auto key = element(0);
        return Map{.key = std::move(key), .value = element(1)};
      }
      case Form::structure:
        return Struct{.name = node.name, .fields = fields_in(node, node.parts)};
      case Form::enumeration:
        return Enum{.name = node.name, .variants = variants_of(node)};
      case Form::tuple_struct:
      case Form::tuple:
      case Form::primitive:
      case Form::channel:
        break;
    }
    return Tuple{types_in(node, node.parts)};
  }

  // A reference in the body of a declaration: what is a parameter of it there is one here too.
  TypeRef reference_in(TypeNode const& declaration, TypeNode const& type) {
    auto concrete = extract(type);
    for (auto const& param : declaration.params) {
      if (param.type == &type) return TypeRef::variable(param.name);
    }
    return concrete;
  }
  Parts<TypeRef> types_in(TypeNode const& node, std::vector<NodePart> const& parts) {
    Parts<TypeRef> types;
    types.reserve(parts.size());
    for (auto const& part : parts)
      types.push_back(reference_in(node, *part.type));
    return types;
  }
  Parts<Field> fields_in(TypeNode const& node, std::vector<NodePart> const& parts) {
    Parts<Field> fields;
    fields.reserve(parts.size());
    for (auto const& part : parts) {
      fields.push_back({.name = part.name,
                        .type = reference_in(node, *part.type),
                        .required = !part.default_value});
    }
    return fields;
  }
  Parts<Variant> variants_of(TypeNode const& node) {
    Parts<Variant> variants;
    variants.reserve(node.variants.size());
    for (auto const& variant : node.variants) {
      variants.push_back({.name = variant.name,
                          .index = static_cast<std::uint32_t>(variants.size()),
                          .payload = payload_of(node, variant)});
    }
    return variants;
  }
  VariantPayload payload_of(TypeNode const& node, NodeVariant const& variant) {
    switch (variant.kind) {
      case shape::VariantKind::unit:
        break;
      case shape::VariantKind::newtype:
        return NewtypePayload{reference_in(node, *variant.parts.front().type)};
      case shape::VariantKind::tuple:
        return TuplePayload{types_in(node, variant.parts)};
      case shape::VariantKind::structure:
        return StructPayload{fields_in(node, variant.parts)};
    }
    return UnitPayload{};
  }

  Parts<TypeRef> instantiation_args(TypeNode const& node) {
    Parts<TypeRef> args;
    if (node.form == Form::tuple) {
      for (auto const& part : node.parts)
        args.push_back(extract(*part.type));
    } else {
      for (auto const& param : node.params)
        args.push_back(extract(*param.type));
    }
    return args;
  }

  static bool is_bytes(TypeNode const& node) {
    if (!node.may_be_bytes) return false;
    auto const& element = *node.parts.front().type;
    return element.form == Form::primitive && element.primitive == Primitive::u8;
  }

  TypeId id_of(TypeNode const& node) {
    return id_of_.try_emplace(node.declaration, id_of_.size() + 1).first->second;
  }

  void emit(TypeNode const& node, Parts<Text> type_params, Kind kind) {
    if (!emitted_.insert(node.declaration).second) return;
    numbered_.push_back(
        {.id = id_of(node), .type_params = std::move(type_params), .kind = std::move(kind)});
  }

  void keep_defaults(TypeNode const& node, TypeRef const& reference) {
    if (node.form != Form::structure) return;
    for (auto const& part : node.parts) {
      if (!part.default_value) continue;
      defaults_.push_back({.owner = reference, .field = part.name, .value = *part.default_value});
    }
  }

  std::vector<Schema> numbered_;
  std::vector<FieldDefault> defaults_;
  std::map<std::string, TypeId> id_of_;
  std::set<std::string> emitted_;
  std::set<TypeNode const*> seen_;
};

}  // namespace

LocalType extract(TypeNode const& root) {
  return Extractor{}.run(root);
}

}  // namespace vox::schema
