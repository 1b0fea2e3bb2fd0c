#include "conformance/peer/rust_types.hpp"

#include <array>
#include <utility>
#include <vector>

namespace voxspec {

using vox::schema::NodePart;
using vox::schema::NodeVariant;
using vox::schema::Primitive;
using vox::schema::TypeGraph;
using vox::schema::TypeNode;
using vox::shape::ChannelDirection;
using vox::shape::VariantKind;

namespace {

struct ParseError {
  std::string what;
};

NodePart element(TypeGraph::Node type) {
  NodePart part;
  part.type = type;
  return part;
}

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

}  // namespace

// Recursive descent over one notation. Depth is bounded by `depth_`, errors are thrown and caught
// in find().
class RustTypes::Parser {
 public:
  Parser(RustTypes& types, std::string_view text, std::size_t depth)
      : types_{&types}, rest_{text}, depth_{depth} {
    if (depth_ > depth_max) throw ParseError{"the type is nested too deeply"};
  }

  TypeGraph::Node whole_type() {
    auto const* const node = type();
    skip_space();
    if (!rest_.empty()) throw ParseError{"'" + std::string{rest_} + "' follows the type"};
    return node;
  }

  void body_into(TypeNode& node, bool is_enum) {
    expect("{");
    if (is_enum) {
      while (!peek("}")) {
        node.variants.push_back(variant());
        if (!accept(",")) break;
      }
    } else {
      node.parts = fields("}");
    }
    expect("}");
  }

 private:
  TypeGraph::Node type() {
    if (++depth_ > depth_max) throw ParseError{"the type is nested too deeply"};
    auto const* const node = accept("(") ? tuple() : named();
    --depth_;
    return node;
  }

  TypeGraph::Node tuple() {
    std::vector<TypeGraph::Node> elements;
    while (!peek(")")) {
      elements.push_back(type());
      if (!accept(",")) break;
    }
    expect(")");
    return types_->graph_.tuple(elements);
  }

  TypeGraph::Node named() {
    auto const name = word();
    auto& graph = types_->graph_;
    if (name == "String") return graph.primitive(Primitive::string);
    if (auto const primitive = vox::schema::primitive_named(name)) {
      return graph.primitive(*primitive);
    }
    if (name == "Vec") return graph.vec(argument());
    if (name == "Option") return graph.option(argument());
    if (name == "Tx") return graph.channel(ChannelDirection::tx, argument());
    if (name == "Rx") return graph.channel(ChannelDirection::rx, argument());
    if (name == "VoxError") return vox_error(argument());
    if (name == "Result") {
      expect("<");
      auto const* const ok = type();
      expect(",");
      auto const* const error = type();
      expect(">");
      return graph.result(ok, error);
    }
    return declared(name);
  }

  TypeGraph::Node argument() {
    expect("<");
    auto const* const node = type();
    expect(">");
    return node;
  }

  TypeGraph::Node vox_error(TypeGraph::Node error) {
    auto const [node, is_new] = types_->graph_.declare(TypeNode::Form::enumeration, "VoxError",
                                                       {{.name = "E", .type = error}}, "VoxError");
    if (!is_new) return node;
    auto const unit = [](char const* name) {
      NodeVariant variant;
      variant.name = name;
      return variant;
    };
    auto const* const string = types_->graph_.primitive(Primitive::string);
    node->variants = {
        {.name = "User", .kind = VariantKind::newtype, .parts = {element(error)}},
        unit("UnknownMethod"),
        {.name = "InvalidPayload", .kind = VariantKind::newtype, .parts = {element(string)}},
        unit("Cancelled"),
        unit("ConnectionClosed"),
        unit("SessionShutdown"),
        unit("SendFailed"),
        unit("Indeterminate")};
    return node;
  }

  TypeGraph::Node declared(std::string const& name) {
    auto const found = types_->bodies_.find(name);
    if (found == types_->bodies_.end()) throw ParseError{"unknown type '" + name + "'"};
    std::string_view body = found->second;
    auto const is_enum = body.starts_with("enum");
    auto const form = is_enum ? TypeNode::Form::enumeration : TypeNode::Form::structure;
    auto const [node, is_new] = types_->graph_.declare(form, name);
    if (is_new) {
      body.remove_prefix(body.find(' '));
      Parser{*types_, body, depth_ + 1}.body_into(*node, is_enum);
    }
    return node;
  }

  std::vector<NodePart> fields(std::string_view end) {
    std::vector<NodePart> parts;
    while (!peek(end)) {
      auto name = word();
      expect(":");
      parts.push_back(element(type()));
      parts.back().name = std::move(name);
      if (!accept(",")) break;
    }
    return parts;
  }

  NodeVariant variant() {
    NodeVariant made;
    made.name = word();
    if (accept("(")) {
      made.kind = VariantKind::newtype;
      made.parts = {element(type())};
      expect(")");
    } else if (accept("{")) {
      made.kind = VariantKind::structure;
      made.parts = fields("}");
      expect("}");
    }
    return made;
  }

  void skip_space() {
    while (!rest_.empty() && (rest_.front() == ' ' || rest_.front() == '\n'))
      rest_.remove_prefix(1);
  }
  bool peek(std::string_view text) {
    skip_space();
    return rest_.starts_with(text);
  }
  bool accept(std::string_view text) {
    if (!peek(text)) return false;
    rest_.remove_prefix(text.size());
    return true;
  }
  void expect(std::string_view text) {
    if (!accept(text)) {
      throw ParseError{"'" + std::string{text} + "' is missing before '" + std::string{rest_} +
                       "'"};
    }
  }
  std::string word() {
    skip_space();
    std::size_t length = 0;
    while (length < rest_.size() && is_word(rest_[length]))
      ++length;
    if (length == 0) throw ParseError{"a name is missing before '" + std::string{rest_} + "'"};
    std::string const name{rest_.substr(0, length)};
    rest_.remove_prefix(length);
    return name;
  }

  static constexpr std::size_t depth_max = 32;

  RustTypes* types_;
  std::string_view rest_;
  std::size_t depth_;
};

RustTypes::RustTypes(std::span<std::string_view const> declarations) {
  for (auto const declaration : declarations) {
    auto const name_at = declaration.find(' ') + 1;
    auto const body_at = declaration.find(' ', name_at);
    std::string const name{declaration.substr(name_at, body_at - name_at)};
    bodies_[name] =
        std::string{declaration.substr(0, name_at - 1)} + std::string{declaration.substr(body_at)};
  }
}

std::expected<TypeGraph::Node, std::string> RustTypes::find(std::string_view notation) {
  std::scoped_lock const lock{mutex_};
  try {
    return Parser{*this, notation, 0}.whole_type();
  } catch (ParseError const& error) {
    return std::unexpected(error.what + " in the type '" + std::string{notation} + "'");
  }
}

}  // namespace voxspec
