#include "impl/schema/content_hash.hpp"

#include <doctest/doctest.h>

#include <string_view>
#include <utility>

namespace vox::schema {
namespace {

TypeRef var(std::string_view name) {
  return TypeRef::variable(std::string{name});
}
TypeId id_of(Kind kind, Parts<Text> type_params = {}) {
  return content_hash({.id = 0, .type_params = std::move(type_params), .kind = std::move(kind)});
}
constexpr TypeId i32_id = 0x361f4536eee9f991;
constexpr TypeId u32_id = 0x281c5be4f2ee63b4;
constexpr TypeId string_id = 0x6d7dce914ee150e8;

TEST_SUITE_BEGIN("schema");

TEST_CASE("r[schema.type-id.hash.primitives] each primitive has the id that all peers know") {
  constexpr TypeId ids[] = {
      0x178367a87f66fb46, 0x2c8d54f2314d0f20, 0x1be6c8d0625ea876, 0x281c5be4f2ee63b4,
      0xd9356298b81639ac, 0x767c691472231d95, 0x3bd6a76856978968, 0x269c2efb67f8a4c7,
      0x361f4536eee9f991, 0xc6eb8c46f1e17fba, 0xe935ee7d4b9fe594, 0x8e02f623d1b2310c,
      0x3f2e589db81e95bf, 0x18937b725e2e911b, 0x6d7dce914ee150e8, 0xbc5c33249a2dc720,
      0x5db70a394660f3e6, 0xba8125876d6388b4, 0x897ee6096f7bb726};
  static_assert(std::size(ids) == primitive_names.size());
  for (std::size_t i = 0; i < std::size(ids); ++i) {
    CAPTURE(primitive_names[i]);
    CHECK(id_of(static_cast<Primitive>(i)) == ids[i]);
  }
}

TEST_CASE("r[schema.type-id.hash.container] containers hash their tag and what they hold") {
  CHECK(id_of(List{var("T")}, {"T"}) == 0x0a96b404b4d79d67);
  CHECK(id_of(Option{var("T")}, {"T"}) == 0xdcafd4de6b7969bb);
  CHECK(id_of(Map{var("K"), var("V")}, {"K", "V"}) == 0xd2090ac76e20f7e9);
  CHECK(id_of(Map{var("K"), var("K")}, {"K", "V"}) == 0xbccec516fe4bf5c3);
  CHECK(id_of(List{var("T")}, {"T", "S"}) == 0x0a96b404b4d79d67);
}

TEST_CASE("r[schema.type-id.hash.tuple] tuples hash their elements") {
  CHECK(id_of(Tuple{{var("T0")}}) == 0x6847ab90feda71c1);
  CHECK(id_of(Tuple{{var("T0"), var("T1")}}) == 0xba0496aa8cee7a4c);
  CHECK(id_of(Tuple{{var("T0"), var("T1"), var("T2")}}) == 0xaa510ab07d34f141);
}

TEST_CASE("r[schema.type-id.hash.channel] channels hash the other words for their direction") {
  CHECK(id_of(Channel{shape::ChannelDirection::tx, var("T")}) == 0xc886545a493d06eb);
  CHECK(id_of(Channel{shape::ChannelDirection::rx, var("T")}) == 0x967a48ac345e2f5e);
}

TEST_CASE("r[schema.type-id.hash.struct] a struct hashes its name and its fields") {
  auto const i32 = TypeRef::concrete(i32_id);
  CHECK(id_of(Struct{"Point", {{"x", i32}, {"y", i32}}}) == 0xb92332c67187108f);
  CHECK(id_of(Struct{"Point", {{"x", i32, false}, {"y", i32}}}) == 0xb92332c67187108f);
  CHECK(id_of(Struct{"Point", {{"y", i32}, {"x", i32}}}) != 0xb92332c67187108f);
}

TEST_CASE("r[schema.type-id.hash.enum] an enum hashes its parameters and its variants") {
  auto const result = [](std::string_view error) {
    return id_of(
        Enum{"Result",
             {{"Ok", 0, NewtypePayload{var("T")}}, {"Err", 1, NewtypePayload{var(error)}}}},
        {"T", "E"});
  };
  CHECK(result("E") == 0x42046de663beeef0);
  CHECK(result("T") == 0x5c997256f7bd56ec);
}

TEST_CASE(
    "r[schema.type-id.hash.typeref] arguments of a reference are hashed only if there are some") {
  auto const list = TypeRef::concrete(0x0a96b404b4d79d67);
  auto const list_of_string = TypeRef::concrete(0x0a96b404b4d79d67, {TypeRef::concrete(string_id)});
  CHECK(id_of(Option{list}) != id_of(Option{list_of_string}));
}

// struct Node { value: u32, next: Option<Box<Node>> }, its schemas numbered from 1.
std::vector<Schema> node_schemas() {
  auto const next = TypeRef::concrete(2, {TypeRef::concrete(3)});
  return {{1, {}, Primitive::u32},
          {2, {"T"}, Option{var("T")}},
          {3, {}, Struct{"Node", {{"value", TypeRef::concrete(1)}, {"next", next}}}}};
}

TEST_CASE("r[schema.hash.recursive] a type that contains itself has the id that 0.4.0 gives it") {
  auto const schemas = node_schemas();
  CHECK(content_ids(schemas) ==
        std::vector<TypeId>{u32_id, 0xdcafd4de6b7969bb, 0x3bd54eaef951683c});
}

TEST_CASE("r[schema.hash.recursive.non-recursive] other schemas are hashed over final ids") {
  auto const payload = with_content_ids({node_schemas(), TypeRef::concrete(3)});
  CHECK(payload.root == TypeRef::concrete(0x3bd54eaef951683c));
  REQUIRE(payload.schemas.size() == 3);
  CHECK(content_hash(payload.schemas[0]) == payload.schemas[0].id);
  CHECK(content_hash(payload.schemas[1]) == payload.schemas[1].id);
  CHECK(content_ids(payload.schemas) == content_ids(node_schemas()));
}

TEST_CASE("schemas that turn out equal are kept once") {
  SchemaPayload const twice{{{1, {}, Primitive::string}, {2, {}, Primitive::string}},
                            TypeRef::concrete(2)};
  auto const once = with_content_ids(twice);
  CHECK(once.schemas == std::vector<Schema>{{string_id, {}, Primitive::string}});
  CHECK(once.root == TypeRef::concrete(string_id));
}

TEST_CASE("an id from elsewhere counts as final") {
  std::vector<Schema> const schemas{{7, {}, Option{TypeRef::concrete(string_id)}}};
  CHECK(content_ids(schemas) == std::vector<TypeId>{content_hash(schemas[0])});
}

TEST_SUITE_END();

}  // namespace
}  // namespace vox::schema
