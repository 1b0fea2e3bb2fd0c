#pragma once
#include "impl/schema/kind.hpp"
#include "impl/wire/bytes.hpp"
#include "impl/wire/shape.hpp"

#include <cstdint>
#include <deque>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace vox::schema {

struct TypeNode;

// A parameter of a generic declaration, and the type that stands for it in this instantiation.
struct NodeParam {
  std::string name;
  TypeNode const* type = nullptr;
};

// A part of a type: a field, an element, a key. Elements have no name. A field that a sender may
// leave out has the encoded value that it then takes.
struct NodePart {
  std::string name;
  TypeNode const* type = nullptr;
  std::optional<Bytes> default_value = std::nullopt;
};

struct NodeVariant {
  std::string name;
  shape::VariantKind kind = shape::VariantKind::unit;
  std::vector<NodePart> parts;
};

// One type of a program, as the extraction looks at it: not yet a schema, since what a type's
// schema says depends on what was met before it (see extract.hpp).
struct TypeNode {
  enum class Form : std::uint8_t {
    primitive,
    list,
    map,
    array,
    option,
    tuple,         // anonymous, (A, B)
    tuple_struct,  // struct Name(A, B)
    structure,
    enumeration,
    channel,
  };
  Form form = Form::primitive;
  // All instantiations of one generic declaration share it; `identity` tells them apart.
  std::string declaration;
  std::string identity;
  std::string name;
  std::vector<NodeParam> params;
  // The fields, the elements of a tuple, the one element of a container, a map's key and value.
  std::vector<NodePart> parts;
  std::vector<NodeVariant> variants;
  Primitive primitive = Primitive::unit;
  shape::ChannelDirection direction = shape::ChannelDirection::tx;
  std::uint64_t length = 0;
  // A Vec or a slice, which is `bytes` where its element is a u8.
  bool may_be_bytes = false;
};

// The types of one extraction. It owns its nodes and holds each type once, so that two types are
// the same exactly if their nodes are. Recursive types refer to their own nodes.
class TypeGraph {
 public:
  using Node = TypeNode const*;

  // Rust has several strings and units, of different declarations; by default the primitive's name.
  Node primitive(Primitive primitive, std::string_view declaration = {});
  Node vec(Node element) { return list("Vec", element, true); }
  Node slice(Node element) { return list("[T]", element, true); }
  Node btree_set(Node element) { return list("BTreeSet", element, false); }
  Node hash_set(Node element);
  Node btree_map(Node key, Node value) { return map("BTreeMap", key, value); }
  Node hash_map(Node key, Node value) { return map("HashMap", key, value); }
  Node array(Node element, std::uint64_t length);
  Node option(Node element);
  // No element makes the unit.
  Node tuple(std::span<Node const> elements);
  Node tuple(std::initializer_list<Node> elements) { return tuple(std::span{elements}); }
  Node channel(shape::ChannelDirection direction, Node element);
  Node result(Node ok, Node error);

  // A declared type. The first time it is new and empty, to be filled in by the caller, who may
  // already refer to it.
  struct Declared {
    TypeNode* node;
    bool is_new;
  };
  Declared declare(TypeNode::Form form, std::string_view name, std::vector<NodeParam> params = {},
                   std::string_view declaration = {});
  // A declared type that does not refer to itself.
  Node structure(std::string_view name, std::vector<NodePart> fields);
  Node enumeration(std::string_view name, std::vector<NodeVariant> variants);

 private:
  Declared intern(TypeNode node);
  Node list(std::string_view declaration, Node element, bool may_be_bytes);
  Node map(std::string_view declaration, Node key, Node value);

  std::deque<TypeNode> nodes_;
  std::unordered_map<std::string, TypeNode*> node_of_;
};

}  // namespace vox::schema
