#include "impl/schema/type_graph.hpp"

#include <utility>

namespace vox::schema {

namespace {

using Form = TypeNode::Form;

std::string joined_identities(auto const& typed) {
  std::string joined;
  for (auto const& one : typed) {
    if (!joined.empty()) joined += ", ";
    joined += one.type->identity;
  }
  return joined;
}

NodePart element_part(TypeGraph::Node type) {
  return {.name = {}, .type = type};
}

TypeNode node_with(Form form, std::string_view declaration, std::vector<NodeParam> params = {},
                   std::span<TypeGraph::Node const> elements = {}) {
  TypeNode node;
  node.form = form;
  node.declaration = declaration;
  node.params = std::move(params);
  for (auto const* const element : elements)
    node.parts.push_back(element_part(element));
  return node;
}
TypeNode node_with(Form form, std::string_view declaration, std::vector<NodeParam> params,
                   std::initializer_list<TypeGraph::Node> elements) {
  return node_with(form, declaration, std::move(params), std::span{elements});
}

}  // namespace

TypeGraph::Declared TypeGraph::intern(TypeNode node) {
  if (node.identity.empty()) {
    node.identity = node.declaration;
    if (!node.params.empty()) node.identity += "<" + joined_identities(node.params) + ">";
  }
  auto const [place, is_new] = node_of_.try_emplace(node.identity, nullptr);
  if (is_new) place->second = &nodes_.emplace_back(std::move(node));
  return {place->second, is_new};
}

TypeGraph::Node TypeGraph::primitive(Primitive primitive, std::string_view declaration) {
  auto node = node_with(Form::primitive, declaration.empty() ? name_of(primitive) : declaration);
  node.primitive = primitive;
  return intern(std::move(node)).node;
}

TypeGraph::Node TypeGraph::list(std::string_view declaration, Node element, bool may_be_bytes) {
  auto node = node_with(Form::list, declaration, {{"T", element}}, {element});
  node.may_be_bytes = may_be_bytes;
  return intern(std::move(node)).node;
}

// The set's hasher is a parameter to Rust, though not an element of the value.
TypeGraph::Node TypeGraph::hash_set(Node element) {
  auto const* const hasher = primitive(Primitive::payload, "RandomState");
  return intern(node_with(Form::list, "HashSet", {{"T", element}, {"S", hasher}}, {element})).node;
}

TypeGraph::Node TypeGraph::map(std::string_view declaration, Node key, Node value) {
  return intern(node_with(Form::map, declaration, {{"K", key}, {"V", value}}, {key, value})).node;
}

TypeGraph::Node TypeGraph::array(Node element, std::uint64_t length) {
  auto node = node_with(Form::array, "[T; N]", {{"T", element}}, {element});
  node.identity = "[" + element->identity + "; " + std::to_string(length) + "]";
  node.length = length;
  return intern(std::move(node)).node;
}

TypeGraph::Node TypeGraph::option(Node element) {
  return intern(node_with(Form::option, "Option", {{"T", element}}, {element})).node;
}

TypeGraph::Node TypeGraph::tuple(std::span<Node const> elements) {
  if (elements.empty()) return primitive(Primitive::unit);
  auto node = node_with(Form::tuple, "(" + std::to_string(elements.size()) + ")", {}, elements);
  node.identity = "(" + joined_identities(node.parts) + ")";
  return intern(std::move(node)).node;
}

TypeGraph::Node TypeGraph::channel(shape::ChannelDirection direction, Node element) {
  bool const sends = direction == shape::ChannelDirection::tx;
  auto node = node_with(Form::channel, sends ? "Tx" : "Rx", {{"T", element}}, {element});
  node.direction = direction;
  return intern(std::move(node)).node;
}

TypeGraph::Node TypeGraph::result(Node ok, Node error) {
  auto const [node, is_new] =
      declare(Form::enumeration, "Result", {{"T", ok}, {"E", error}}, "Result");
  if (is_new) {
    node->variants = {{"Ok", shape::VariantKind::newtype, {element_part(ok)}},
                      {"Err", shape::VariantKind::newtype, {element_part(error)}}};
  }
  return node;
}

// Declared types stand apart from the built-in ones, which a program may have namesakes of.
TypeGraph::Declared TypeGraph::declare(Form form, std::string_view name,
                                       std::vector<NodeParam> params,
                                       std::string_view declaration) {
  auto node = node_with(form, "declared " + std::string{declaration.empty() ? name : declaration});
  node.name = name;
  node.params = std::move(params);
  return intern(std::move(node));
}

TypeGraph::Node TypeGraph::structure(std::string_view name, std::vector<NodePart> fields) {
  auto const [node, is_new] = declare(Form::structure, name);
  if (is_new) node->parts = std::move(fields);
  return node;
}

TypeGraph::Node TypeGraph::enumeration(std::string_view name, std::vector<NodeVariant> variants) {
  auto const [node, is_new] = declare(Form::enumeration, name);
  if (is_new) node->variants = std::move(variants);
  return node;
}

}  // namespace vox::schema
