#include "impl/schema/instances.hpp"

#include "spec/limits.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace vox::schema {

namespace {

std::string_view rust_name_of(Primitive primitive) {
  switch (primitive) {
    case Primitive::string:
      return "String";
    case Primitive::unit:
      return "()";
    case Primitive::bytes:
      return "Vec<u8>";
    case Primitive::payload:
      return "Payload";
    case Primitive::boolean:
    case Primitive::u8:
    case Primitive::u16:
    case Primitive::u32:
    case Primitive::u64:
    case Primitive::u128:
    case Primitive::i8:
    case Primitive::i16:
    case Primitive::i32:
    case Primitive::i64:
    case Primitive::i128:
    case Primitive::f32:
    case Primitive::f64:
    case Primitive::character:
    case Primitive::never:
      break;
  }
  return name_of(primitive);
}

template <class... Text>
struct Overloaded : Text... {
  using Text::operator()...;
};

}  // namespace

std::string hex_of(TypeId id) {
  std::array<std::byte, 8> big_endian{};
  for (std::size_t i = 0; i < big_endian.size(); ++i) {
    big_endian[i] = static_cast<std::byte>(id >> (56 - 8 * i));
  }
  return to_hex(big_endian);
}

std::string_view excerpt(std::string_view name) {
  constexpr std::size_t length_max = 64;
  if (name.size() <= length_max) return name;
  auto const is_continuation = [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) == 0x80;
  };
  auto length = length_max;
  while (length > 0 && is_continuation(name[length]))
    --length;
  return name.substr(0, length);
}

std::string text_of(Unresolved const& unresolved) {
  return std::visit(Overloaded{[](UnknownId const& unknown) {
                                 return "type " + hex_of(unknown.id) + " was never announced";
                               },
                               [](UnboundVariable const& unbound) {
                                 return "type variable '" + std::string{excerpt(unbound.name)} +
                                        "' stands for nothing";
                               },
                               [](TooManyTypes) -> std::string {
                                 return "the type leads to more types than the limit";
                               }},
                    unresolved);
}

std::expected<Instances::Index, Unresolved> Instances::resolve(TypeRef const& reference,
                                                               std::optional<Index> body) {
  if (!spend(1)) return std::unexpected(TooManyTypes{});
  if (auto const* const variable = std::get_if<Variable>(&reference.form)) {
    if (!body) return std::unexpected(UnboundVariable{variable->name});
    return resolve_variable(*variable, *body);
  }
  auto const& concrete = std::get<Concrete>(reference.form);
  Instance instance{.schema = registry_->find(concrete.type_id), .args = {}};
  if (instance.schema == nullptr) return std::unexpected(UnknownId{concrete.type_id});
  for (auto const& argument : concrete.args) {
    auto const index = resolve(argument, body);
    if (!index) return index;
    instance.args.push_back(*index);
  }
  return intern(std::move(instance));
}

std::expected<Instances::Index, Unresolved> Instances::resolve_variable(Variable const& variable,
                                                                        Index body) {
  auto const& [schema, args] = instances_[body];
  if (is_list_in_disguise(body)) return args.front();
  auto const param = std::ranges::find(schema->type_params, variable.name);
  auto const place = static_cast<std::size_t>(param - schema->type_params.begin());
  // Every name before it was compared, and names may be long.
  if (!spend(place * (1 + variable.name.size() / 64))) return std::unexpected(TooManyTypes{});
  if (place >= args.size()) return std::unexpected(UnboundVariable{variable.name});
  return args[place];
}

std::expected<Instances::Index, Unresolved> Instances::intern(Instance instance) {
  if (auto const known = index_of_.find(instance); known != index_of_.end()) return known->second;
  auto const weight = 1 + instance.args.size();
  if (weight > weight_left_) return std::unexpected(TooManyTypes{});
  weight_left_ -= weight;
  auto const index = static_cast<Index>(instances_.size());
  instances_.push_back(instance);
  index_of_.emplace(std::move(instance), index);
  return index;
}

bool Instances::spend(std::size_t work) {
  if (work > work_left_) {
    work_left_ = 0;
    return false;
  }
  work_left_ -= work;
  return true;
}

std::optional<TypeRef> Instances::reference(Index index, std::size_t depth,
                                            std::size_t& parts_left) const {
  if (depth == Limits{}.schema_depth_max || parts_left == 0) return std::nullopt;
  --parts_left;
  auto const& [schema, args] = instances_[index];
  Parts<TypeRef> references;
  for (auto const argument : args) {
    auto reference_to = reference(argument, depth + 1, parts_left);
    if (!reference_to) return std::nullopt;
    references.push_back(*std::move(reference_to));
  }
  return TypeRef::concrete(schema->id, std::move(references));
}

// In 0.4.0, all Vecs of an extraction share the schema of the first one, which may be `bytes`.
bool Instances::is_list_in_disguise(Index index) const {
  auto const& [schema, args] = instances_[index];
  return args.size() == 1 && schema->kind == Kind{Primitive::bytes};
}

Kind const& Instances::kind(Index index) const {
  static Kind const list = List{TypeRef::variable("T")};
  return is_list_in_disguise(index) ? list : instances_[index].schema->kind;
}

bool Instances::is_bytes(Index index) {
  auto const& form = kind(index);
  if (form == Kind{Primitive::bytes}) return true;
  auto const* const list = std::get_if<List>(&form);
  if (list == nullptr) return false;
  auto const element = resolve(list->element, index);
  return element && kind(*element) == Kind{Primitive::u8};
}

// Appends the names of types until the text is long enough, so that a hostile name stays short.
class Instances::RustName {
 public:
  explicit RustName(Instances& types) : types_{&types} {}

  void put(Index index) {
    if (is_long()) return;
    ++depth_;
    std::visit([&](auto const& form) { put_kind(form, index); }, types_->kind(index));
    --depth_;
  }
  std::string take() && {
    if (is_long()) text_ += "…";
    return std::move(text_);
  }

 private:
  [[nodiscard]] bool is_long() const { return text_.size() > length_max || depth_ > depth_max; }

  void put_ref(TypeRef const& reference, Index body) {
    auto const index = types_->resolve(reference, body);
    if (index) return put(*index);
    text_ += '?';
  }
  void put_generic(std::string_view name, TypeRef const& argument, Index body) {
    text_ += name;
    text_ += '<';
    put_ref(argument, body);
    text_ += '>';
  }
  void put_nominal(std::string_view name, Index index) {
    text_ += excerpt(name);
    auto const args = types_->instances_[index].args;
    for (std::size_t i = 0; i < args.size() && !is_long(); ++i) {
      text_ += i == 0 ? "<" : ", ";
      put(args[i]);
    }
    if (!args.empty()) text_ += '>';
  }

  void put_kind(Primitive primitive, Index) { text_ += rust_name_of(primitive); }
  void put_kind(Struct const& structure, Index index) { put_nominal(structure.name, index); }
  void put_kind(Enum const& enumeration, Index index) { put_nominal(enumeration.name, index); }
  void put_kind(List const& list, Index index) { put_generic("Vec", list.element, index); }
  void put_kind(Option const& option, Index index) { put_generic("Option", option.element, index); }
  void put_kind(Channel const& channel, Index index) {
    bool const sends = channel.direction == shape::ChannelDirection::tx;
    put_generic(sends ? "Tx" : "Rx", channel.element, index);
  }
  void put_kind(Tuple const& tuple, Index index) {
    text_ += '(';
    for (std::size_t i = 0; i < tuple.elements.size() && !is_long(); ++i) {
      if (i > 0) text_ += ", ";
      put_ref(tuple.elements[i], index);
    }
    text_ += tuple.elements.size() == 1 ? ",)" : ")";
  }
  void put_kind(Map const& map, Index index) {
    text_ += "HashMap<";
    put_ref(map.key, index);
    text_ += ", ";
    put_ref(map.value, index);
    text_ += '>';
  }
  void put_kind(Array const& array, Index index) {
    text_ += '[';
    put_ref(array.element, index);
    text_ += "; " + std::to_string(array.length) + ']';
  }

  static constexpr std::size_t length_max = 160;
  static constexpr int depth_max = 16;
  Instances* types_;
  std::string text_;
  int depth_ = 0;
};

std::string Instances::rust_name(Index index) {
  RustName name{*this};
  name.put(index);
  return std::move(name).take();
}

}  // namespace vox::schema
