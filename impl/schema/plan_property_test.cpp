#include "conformance/testing/property.hpp"
#include "impl/schema/extract.hpp"
#include "impl/schema/plan.hpp"
#include "impl/schema/translate.hpp"
#include "impl/schema/type_graph.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace vox::schema {
namespace {

// A field as two peers may have it: a value of one of a few types, known to one side or to both.
struct FieldCase {
  Primitive type = Primitive::u8;
  Bytes value;
  bool sent = true;
  bool wanted = true;
  std::uint32_t rank = 0;  // where it stands at the sender
};

rc::Gen<FieldCase> any_field() {
  static std::vector<std::pair<Primitive, char const*>> const values{
      {Primitive::u8, "07"},        {Primitive::u64, "ac02"}, {Primitive::string, "0161"},
      {Primitive::boolean, "01"},   {Primitive::unit, ""},    {Primitive::f32, "0000803f"},
      {Primitive::bytes, "020102"}, {Primitive::string, "00"}};
  return rc::gen::exec([] {
    auto const& [type, hex] = *rc::gen::elementOf(values);
    auto const known = *rc::gen::inRange(0, 4);
    return FieldCase{.type = type,
                     .value = from_hex(hex).value(),
                     .sent = known != 0,
                     .wanted = known != 1,
                     .rank = *rc::gen::arbitrary<std::uint32_t>()};
  });
}

void append(Bytes& bytes, Bytes const& more) {
  bytes.insert(bytes.end(), more.begin(), more.end());
}

Bytes const encoded_default = from_hex("03 646566").value();

TEST_SUITE_BEGIN("schema");

TEST_CASE(
    "r[schema.translation.field-matching] fields find their places whatever the peer's order") {
  voxspec::test::holds([] {
    auto fields = *rc::gen::container<std::vector<FieldCase>>(any_field());
    TypeGraph ours;
    TypeGraph theirs;
    std::vector<NodePart> our_parts;
    std::vector<NodePart> their_parts;
    Bytes expected;
    Bytes sent;
    std::vector<std::size_t> order(fields.size());
    for (std::size_t i = 0; i < order.size(); ++i) {
      order[i] = i;
      auto& field = fields[i];
      // A field that does not come must have a default, which is a text here.
      bool const defaulted = field.wanted && !field.sent;
      if (defaulted) field.type = Primitive::string;
      if (!field.wanted) continue;
      NodePart part{.name = std::to_string(i), .type = ours.primitive(field.type)};
      if (defaulted) part.default_value = encoded_default;
      append(expected, defaulted ? encoded_default : field.value);
      our_parts.push_back(std::move(part));
    }
    std::ranges::sort(order, {}, [&](std::size_t i) { return std::pair{fields[i].rank, i}; });
    for (auto const i : order) {
      if (!fields[i].sent) continue;
      their_parts.push_back({.name = std::to_string(i), .type = theirs.primitive(fields[i].type)});
      append(sent, fields[i].value);
    }
    auto const local = extract(*ours.structure("S", our_parts));
    auto const remote = extract(*theirs.structure("S", their_parts));

    auto const plan = build_plan(remote.payload, local);
    RC_ASSERT(plan.has_value());
    wire::Buffer out;
    RC_ASSERT(translate(*plan, sent, out).has_value());
    RC_ASSERT(to_hex(out.view()) == to_hex(expected));
    if (!sent.empty()) {
      wire::Buffer part;
      RC_ASSERT(!translate(*plan, ByteView{sent}.first(sent.size() - 1), part).has_value() ||
                plan->is_identity());
    }
  });
}

TEST_CASE("r[schema.translation.enum] variants find their places whatever the peer's order") {
  voxspec::test::holds([] {
    auto const ranks = *rc::gen::nonEmpty(rc::gen::arbitrary<std::vector<std::uint32_t>>());
    std::vector<std::size_t> order(ranks.size());
    for (std::size_t i = 0; i < order.size(); ++i)
      order[i] = i;
    std::vector<NodeVariant> ours;
    for (auto const i : order)
      ours.push_back({std::to_string(i), shape::VariantKind::unit, {}});
    std::ranges::sort(order, {}, [&](std::size_t i) { return std::pair{ranks[i], i}; });
    std::vector<NodeVariant> theirs;
    for (auto const i : order)
      theirs.push_back({std::to_string(i), shape::VariantKind::unit, {}});
    TypeGraph our_graph;
    TypeGraph their_graph;
    auto const local = extract(*our_graph.enumeration("E", ours));
    auto const remote = extract(*their_graph.enumeration("E", theirs));
    auto const plan = build_plan(remote.payload, local);
    RC_ASSERT(plan.has_value());
    auto const pick = *rc::gen::inRange<std::size_t>(0, order.size());
    wire::Buffer sent;
    wire::Writer{sent}.put_varint(pick);
    wire::Buffer expected;
    wire::Writer{expected}.put_varint(order[pick]);
    wire::Buffer out;
    RC_ASSERT(translate(*plan, sent.view(), out).has_value());
    RC_ASSERT(to_hex(out.view()) == to_hex(expected.view()));
  });
}

TEST_CASE("arbitrary bytes are translated or refused, never worse") {
  TypeGraph ours;
  TypeGraph theirs;
  auto const make = [](TypeGraph& graph, bool reversed) {
    auto const* const text = graph.primitive(Primitive::string);
    auto const* const number = graph.primitive(Primitive::u64);
    auto const [node, is_new] = graph.declare(TypeNode::Form::structure, "Node");
    node->parts = {
        {"text", text}, {"number", number}, {"next", graph.option(node)}, {"all", graph.vec(node)}};
    if (reversed) std::ranges::reverse(node->parts);
    return extract(*node);
  };
  auto const plan = build_plan(make(theirs, true).payload, make(ours, false));
  REQUIRE(plan);
  voxspec::test::holds([&] {
    auto const raw =
        *rc::gen::container<std::vector<std::uint8_t>>(rc::gen::inRange<std::uint8_t>(0, 4));
    wire::Buffer out;
    auto const bytes = std::as_bytes(std::span{raw});
    if (translate(*plan, bytes, out)) RC_ASSERT(out.size() == bytes.size());
  });
}

TEST_SUITE_END();

}  // namespace
}  // namespace vox::schema
