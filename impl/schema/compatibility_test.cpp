#include "impl/schema/compatibility.hpp"

#include "impl/schema/extract.hpp"
#include "impl/schema/type_graph.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <vector>

namespace vox::schema {
namespace {

TypeGraph::Node u32(TypeGraph& graph) {
  return graph.primitive(Primitive::u32);
}

// struct Point { <fields> }
SchemaPayload point(std::vector<std::string> const& fields, bool last_has_default = false) {
  TypeGraph graph;
  std::vector<NodePart> parts;
  for (auto const& field : fields)
    parts.push_back({.name = field, .type = u32(graph)});
  if (last_has_default) parts.back().default_value = Bytes{std::byte{0}};
  return extract(*graph.structure("Point", parts)).payload;
}

// enum Shape { <variants> }
SchemaPayload shape(std::vector<std::string> const& variants) {
  TypeGraph graph;
  std::vector<NodeVariant> units;
  for (auto const& variant : variants)
    units.push_back({variant, shape::VariantKind::unit, {}});
  return extract(*graph.enumeration("Shape", units)).payload;
}

TEST_SUITE_BEGIN("schema");

TEST_CASE("a type is compatible with itself, and with its fields in another order") {
  CHECK(compare(point({"x", "y"}), point({"x", "y"})).verdict() == Verdict::compatible);
  CHECK(compare(point({"x", "y"}), point({"y", "x"})).verdict() == Verdict::compatible);
}

TEST_CASE("a field that is required and new can be read one way") {
  auto const added = compare(point({"x"}), point({"x", "y"}));
  CHECK(added.verdict() == Verdict::only_b_as_a);
  CHECK(added.a_as_b.error->detail.starts_with("required field 'y' of type `u32` missing"));
  CHECK(compare(point({"x", "y"}), point({"x"})).verdict() == Verdict::only_a_as_b);
}

TEST_CASE("a new field with a default breaks nothing") {
  CHECK(compare(point({"x"}), point({"x", "y"}, true)).verdict() == Verdict::compatible);
}

TEST_CASE("types of different kinds are told by their place") {
  TypeGraph graph;
  auto const* const text = graph.structure("Point", {{"x", graph.primitive(Primitive::string)}});
  auto const broken = compare(point({"x"}), extract(*text).payload);
  CHECK(broken.verdict() == Verdict::breaking);
  CHECK(broken.a_as_b.error->path == ".x");
  CHECK(broken.a_as_b.error->detail.find("remote is `u32`") != std::string::npos);
  CHECK(broken.a_as_b.error->detail.find("local is `String`") != std::string::npos);
  CHECK(broken.b_as_a.error->detail.find("remote is `String`") != std::string::npos);
}

TEST_CASE("a variant that only one side knows is named, though the types go together") {
  auto const grown = compare(shape({"Dot"}), shape({"Dot", "Line"}));
  CHECK(grown.verdict() == Verdict::compatible);
  CHECK(grown.a_as_b.unreadable.empty());
  CHECK(grown.b_as_a.unreadable == std::vector<std::string>{"Shape::Line"});
}

TEST_SUITE_END();

}  // namespace
}  // namespace vox::schema
