#include "impl/schema/content_hash.hpp"
#include "impl/schema/describe.hpp"
#include "impl/schema/plan.hpp"
#include "impl/schema/shapes_for_test.hpp"
#include "impl/schema/translate.hpp"
#include "impl/wire/postcard.hpp"
#include "impl/wire/utf8.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Types and values made to hurt: none may cost more than its limit.
namespace vox::schema {
namespace {

TypeRef ref(TypeId id, Parts<TypeRef> args = {}) {
  return TypeRef::concrete(id, std::move(args));
}
TypeRef var(std::string_view name) {
  return TypeRef::variable(std::string{name});
}

// Walks over bytes as a value of the last schema.
Result<void> walk_over(std::vector<Schema> const& schemas, std::string_view hex) {
  auto const walk = build_walk(Registry{schemas}, ref(schemas.back().id));
  REQUIRE(walk);
  wire::Buffer out;
  return translate(*walk, from_hex(hex).value(), out);
}

// TreeNode with its two fields the other way round.
SchemaPayload reversed_tree() {
  auto remote = local_type<shapes::TreeNode>().payload;
  auto& fields = std::get<Struct>(remote.schemas.back().kind).fields;
  std::swap(fields[0], fields[1]);
  return remote;
}

TEST_SUITE_BEGIN("schema");

TEST_CASE("r[schema.format.recursive] recursive types are planned, and their values translated") {
  auto const plan = build_plan(reversed_tree(), local_type<shapes::TreeNode>());
  REQUIRE(plan);
  wire::Buffer out;
  // { children: [{ children: [], label: "b" }], label: "a" }
  REQUIRE(translate(*plan, from_hex("01 00 0162 0161").value(), out));
  CHECK(to_hex(out.view()) ==
        "0161010162"
        "00");
}

TEST_CASE("a value nested beyond the limit is refused without overflowing the stack") {
  auto const& node = local_type<shapes::Node>().payload;
  std::string list;
  for (int i = 0; i < 100'000; ++i)
    list += "0101";
  auto const refused = walk_over(node.schemas, list + "0100");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().detail == "values are nested too deeply");
}

TEST_CASE("a type that is nothing but itself has no values") {
  std::vector<Schema> const loop{{1, {}, Struct{"Loop", {{"again", ref(1)}}}}};
  CHECK_FALSE(walk_over(loop, ""));
  std::vector<Schema> const list{{1, {}, List{ref(1)}}};
  CHECK(walk_over(list, "02 00 00"));
}

TEST_CASE("a type that grows with every use is refused") {
  // struct Grow<T> { next: Option<Grow<(T, T)>> }
  std::vector<Schema> const grow{
      {1, {}, Primitive::u8},
      {2, {"T"}, Option{var("T")}},
      {3, {"A", "B"}, Tuple{{var("A"), var("B")}}},
      {4, {"T"}, Struct{"Grow", {{"next", ref(2, {ref(4, {ref(3, {var("T"), var("T")})})})}}}}};
  auto const plan = build_walk(Registry{grow}, ref(4, {ref(1)}));
  REQUIRE_FALSE(plan);
  CHECK(plan.error().text().size() < 2000);
}

TEST_CASE("a reference of many parts cannot be resolved again and again") {
  // struct Big<T> { a: Tuple(u8, u8, … 20,000), b: T }, with 900 different types for T
  std::vector<Schema> schemas{{1, {}, Primitive::u8}};
  Parts<Text> const params(20'000, "P");
  schemas.push_back({2, params, Tuple{{var("P")}}});
  auto const wide = ref(2, Parts<TypeRef>(params.size(), ref(1)));
  schemas.push_back({3, {"T"}, Struct{"Big", {{"a", wide}, {"b", var("T")}}}});
  Tuple uses;
  for (TypeId id = 100; id < 1000; ++id) {
    schemas.push_back({id, {}, Option{ref(1)}});
    uses.elements.push_back(ref(3, {ref(id)}));
  }
  schemas.push_back({4, {}, uses});
  auto const plan = build_walk(Registry{schemas}, ref(4));
  REQUIRE_FALSE(plan);
  CHECK(plan.error().detail.ends_with("the type leads to more types than the limit"));
}

TEST_CASE("a declaration of many parameters cannot be searched again and again") {
  Parts<Text> params;
  Tuple uses;
  for (int i = 0; i < 20'000; ++i) {
    params.emplace_back("P" + std::to_string(i));
    uses.elements.push_back(var(params.back()));
  }
  std::vector<Schema> const schemas{{1, {}, Primitive::u8}, {2, params, uses}};
  auto const type = ref(2, Parts<TypeRef>(params.size(), ref(1)));
  auto const plan = build_walk(Registry{schemas}, type);
  REQUIRE_FALSE(plan);
  CHECK(plan.error().detail.ends_with("the type leads to more types than the limit"));
}

TEST_CASE("long names cannot be compared again and again") {
  std::string const name(1uz << 20, 'n');
  std::vector<Schema> schemas{{1, {}, Primitive::u8}, {3, {"T"}, Struct{name, {{name, var("T")}}}}};
  Tuple uses;
  for (TypeId id = 100; id < 1000; ++id) {
    schemas.push_back({id, {}, Option{ref(1)}});
    uses.elements.push_back(ref(3, {ref(id)}));
  }
  schemas.push_back({4, {}, uses});
  auto const plan = build_walk(Registry{schemas}, ref(4));
  REQUIRE_FALSE(plan);
  CHECK(plan.error().detail == "the types lead to more steps than the limit");
}

TEST_CASE("types nested in a long chain are planned without overflowing the stack") {
  std::vector<Schema> chain{{1, {}, Primitive::u8}};
  for (TypeId id = 2; id < 20'000; ++id)
    chain.push_back({id, {}, Option{ref(id - 1)}});
  auto const plan = build_walk(Registry{chain}, ref(chain.back().id));
  CHECK(plan);
}

TEST_CASE("a reference that leads nowhere is named") {
  auto const missing = build_walk(Registry{}, ref(0xabc));
  REQUIRE_FALSE(missing);
  CHECK(missing.error().rule == Rule{"schema.format.self-contained"});
  CHECK(missing.error().text() == "remote type 0000000000000abc was never announced");
  std::vector<Schema> const unbound{{1, {"T"}, List{var("T")}}};
  auto const plan = build_walk(Registry{unbound}, ref(1));
  REQUIRE_FALSE(plan);
  CHECK(plan.error().rule == Rule{"schema.format.type-ref"});
  CHECK_FALSE(build_walk(Registry{unbound}, var("T")));
}

TEST_CASE("elements without bytes cannot keep us busy") {
  std::vector<Schema> const units{{1, {}, Primitive::unit}, {2, {}, List{ref(1)}}};
  CHECK(walk_over(units, "8008"));
  CHECK_FALSE(walk_over(units, "ffffffffffffffffff01"));
  std::vector<Schema> const array{{1, {}, Primitive::unit}, {2, {}, Array{ref(1), ~0ULL}}};
  CHECK_FALSE(walk_over(array, ""));
}

// A pair of pairs of pairs …, so deep; ids from `first` on, the innermost of type `inner`.
std::vector<Schema> nested_pairs(TypeId inner, TypeId first, TypeId depth) {
  std::vector<Schema> pairs;
  for (TypeId id = first; id < first + depth; ++id) {
    auto const of = id == first ? inner : id - 1;
    pairs.push_back({id, {}, Tuple{{ref(of), ref(of)}}});
  }
  return pairs;
}

TEST_CASE("a type of 2^60 parts without bytes is passed over at once, wanted or not") {
  auto theirs = nested_pairs(1, 10, 60);
  theirs.insert(theirs.begin(), {1, {}, Primitive::unit});
  theirs.push_back({2, {}, Primitive::u8});
  theirs.push_back({3, {}, Struct{"S", {{"unwanted", ref(69)}, {"a", ref(2)}}}});
  CHECK(walk_over(theirs, "07"));
  std::vector<Schema> const ours{{2, {}, Primitive::u8}, {3, {}, Struct{"S", {{"a", ref(2)}}}}};
  auto const plan = build_plan({theirs, ref(3)}, LocalType{{ours, ref(3)}, {}});
  REQUIRE(plan);
  wire::Buffer out;
  REQUIRE(translate(*plan, from_hex("07").value(), out));
  CHECK(to_hex(out.view()) == "07");
  // In lists and arrays, and inside of each other.
  theirs.push_back({4, {}, Array{ref(69), 1000}});
  theirs.push_back({5, {}, List{ref(4)}});
  CHECK(walk_over(theirs, "8008"));
  CHECK_FALSE(walk_over(theirs, "ffffffffffffffffff01"));
}

TEST_CASE("parts that take no bytes there, but some here, have a budget") {
  // struct Empty {} here has a field with a default, and there are 2^30 of it.
  auto theirs = nested_pairs(1, 10, 30);
  theirs.insert(theirs.begin(), {1, {}, Struct{"Empty", {}}});
  auto ours = nested_pairs(1, 10, 30);
  ours.insert(ours.begin(), {1, {}, Struct{"Empty", {{"b", ref(2), false}}}});
  ours.insert(ours.begin(), {2, {}, Primitive::u8});
  LocalType const local{{ours, ref(39)}, {{ref(1), "b", Bytes{std::byte{7}}}}};
  auto const plan = build_plan({theirs, ref(39)}, local);
  REQUIRE(plan);
  wire::Buffer out;
  auto const refused = translate(*plan, {}, out);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().detail == "a value takes more steps than its limit");
  CHECK(out.size() < Limits{}.walk_steps_max);
}

TEST_CASE("bytes wrapped in many types each have a budget") {
  std::vector<Schema> schemas{{1, {}, Primitive::u8}};
  for (TypeId id = 2; id < 502; ++id)
    schemas.push_back({id, {}, Tuple{{ref(id - 1)}}});
  schemas.push_back({1000, {}, List{ref(501)}});
  std::string elements;
  for (int i = 0; i < 10'000; ++i)
    elements += "07";
  auto const refused = walk_over(schemas, "904e" + elements);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().detail == "a value takes more steps than its limit");
  // A list of plain numbers may be as long as it likes.
  std::vector<Schema> const numbers{{1, {}, Primitive::u32}, {2, {}, List{ref(1)}}};
  std::string many;
  for (int i = 0; i < 2'000'000; ++i)
    many += "07";
  CHECK(walk_over(numbers, "80897a" + many));
}

TEST_CASE("moving nested fields about has a budget") {
  // Each level moves all that is below it: 500 times 4 MiB.
  auto const remote = reversed_tree();
  auto const plan = build_plan(remote, local_type<shapes::TreeNode>());
  REQUIRE(plan);
  // { children: [{ children: [ … ], label: "" }], label: "" }
  std::string const text(4uz << 20, 'x');
  wire::Buffer value;
  wire::Writer writer{value};
  constexpr int depth = 250;
  for (int i = 0; i < depth; ++i)
    writer.put_varint(1);
  writer.put_varint(0);
  writer.put_text(text);
  for (int i = 0; i < depth; ++i)
    writer.put_varint(0);
  wire::Buffer out;
  auto const refused = translate(*plan, value.view(), out);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().detail == "a value takes more steps than its limit");
}

TEST_CASE("a count that the value cannot hold ends where the value does") {
  std::vector<Schema> const list{{1, {}, Primitive::u32}, {2, {}, List{ref(1)}}};
  CHECK_FALSE(walk_over(list, "ffffffffffffffffff01"));
  CHECK_FALSE(walk_over({{1, {}, Primitive::string}}, "ffffffff0f"));
}

TEST_CASE("defaults cannot make a value larger than its limit") {
  TypeGraph theirs;
  auto const remote = extract(*theirs.vec(theirs.structure("S", {})));
  TypeGraph ours;
  auto const* const bytes = ours.vec(ours.primitive(Primitive::u8));
  auto const local = extract(
      *ours.vec(ours.structure("S", {{"b", bytes, wire::encode_value(std::string(100, 'x'))}})));
  auto const plan = build_plan(remote.payload, local);
  REQUIRE(plan);
  wire::Buffer out;
  REQUIRE(translate(*plan, from_hex("02").value(), out));
  CHECK(out.size() == 1 + 2 * 101);
  out.clear();
  CHECK_FALSE(
      translate(*plan, from_hex("808004").value(), out, {.limits = {.frame_bytes_max = 1000}}));
  CHECK(out.size() <= 1000);
}

TEST_CASE("names that a peer chose stay short in errors, and UTF-8") {
  std::string name;
  for (int i = 0; i < 1000; ++i)
    name += "é";
  std::vector<Schema> const theirs{{1, {}, Struct{name, {}}}};
  std::vector<Schema> const ours{{1, {}, Struct{"S", {}}}};
  auto const plan =
      build_plan({theirs, ref(1)}, LocalType{{ours, ref(1)}, {}}, {.as_shipped = true});
  REQUIRE_FALSE(plan);
  CHECK(plan.error().text().size() < 300);
  CHECK(wire::is_utf8(as_bytes(plan.error().text())));
}

TEST_CASE("repeated field names do not confuse the order") {
  std::vector<Schema> const theirs{{1, {}, Primitive::u8},
                                   {2, {}, Struct{"S", {{"a", ref(1)}, {"a", ref(1)}}}}};
  std::vector<Schema> const ours{{1, {}, Primitive::u8}, {2, {}, Struct{"S", {{"a", ref(1)}}}}};
  auto const plan = build_plan({theirs, ref(2)}, LocalType{{ours, ref(2)}, {}});
  REQUIRE(plan);
  wire::Buffer out;
  REQUIRE(translate(*plan, from_hex("0102").value(), out));
  CHECK(to_hex(out.view()) == "01");
}

TEST_SUITE_END();

}  // namespace
}  // namespace vox::schema
