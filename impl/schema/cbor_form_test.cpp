#include "impl/schema/cbor_form.hpp"

#include "impl/schema/content_hash.hpp"
#include "impl/wire/cbor_writer.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

namespace vox::schema {
namespace {

nlohmann::json load(char const* path) {
  return nlohmann::json::parse(std::ifstream{path});
}
Bytes bytes_of(nlohmann::json const& hex) {
  return from_hex(hex.get<std::string>()).value();
}
std::vector<nlohmann::json> payload_rows() {
  return load("conformance/vectors/schemas.json");
}

// CBOR by hand: a text stands for itself behind its head, what is in braces is put as it is.
Bytes cbor(std::initializer_list<std::string_view> items) {
  wire::Buffer out;
  for (auto const item : items) {
    if (auto const raw = item.starts_with('#') ? from_hex(item.substr(1)) : std::nullopt) {
      wire::Writer{out}.put_bytes(*raw);
    } else {
      wire::CborWriter{out}.put_text(item);
    }
  }
  return out.take();
}
Bytes schema_with_kind(std::initializer_list<std::string_view> kind) {
  wire::Buffer out;
  wire::CborWriter writer{out};
  writer.put_array(1);
  writer.put_map(2);
  writer.put_text("id");
  writer.put_uint(1);
  writer.put_text("kind");
  writer.put_encoded(cbor(kind));
  return out.take();
}
std::string_view broken_rule(Result<SchemaList> const& decoded) {
  return decoded ? std::string_view{} : decoded.error().rule.id();
}

TEST_SUITE_BEGIN("schema");

TEST_CASE(
    "r[schema.principles.cbor] every schema payload of the Rust crates survives a round trip") {
  for (auto const& row : payload_rows()) {
    CAPTURE(row.at("name"));
    auto const wire = bytes_of(row.at("hex"));
    auto const payload = decode_payload(wire);
    REQUIRE(payload);
    CHECK(encode(*payload) == wire);
    CHECK(decode_payload(encode(*payload)) == payload);
  }
}

TEST_CASE("r[schema.type-id.hash] every type id of the Rust crates is the hash of its content") {
  for (auto const& row : payload_rows()) {
    CAPTURE(row.at("name"));
    auto const payload = decode_payload(bytes_of(row.at("hex")));
    REQUIRE(payload);
    std::vector<TypeId> ids;
    for (auto const& id : row.at("ids"))
      ids.push_back(std::stoull(id.get<std::string>(), nullptr, 16));
    CHECK(content_ids(payload->schemas) == ids);
  }
}

TEST_CASE("no strict prefix of a payload is one") {
  for (auto const& row : payload_rows()) {
    auto const wire = bytes_of(row.at("hex"));
    if (wire.size() > 1000) continue;
    CAPTURE(row.at("name"));
    for (std::size_t length = 0; length < wire.size(); ++length) {
      CAPTURE(length);
      CHECK_FALSE(decode_payload(ByteView{wire}.first(length)));
    }
  }
}

TEST_CASE("bytes after a payload are refused, or forgiven") {
  auto wire = bytes_of(payload_rows().front().at("hex"));
  wire.push_back(std::byte{0});
  CHECK_FALSE(decode_payload(wire));
  CHECK(decode_payload(wire, wire::Strictness::vox_0_4));
}

TEST_CASE("r[schema.format.primitive] an unknown primitive is refused by name of the rule") {
  CHECK(broken_rule(decode_schemas(schema_with_kind(
            {"#a2", "tag", "primitive", "primitive_type", "u7"}))) == "schema.format.primitive");
}

TEST_CASE("r[schema.format] the tag stands anywhere in its map, but 0.4.0 has to find it first") {
  auto const first = schema_with_kind({"#a2", "tag", "primitive", "primitive_type", "u8"});
  auto const last = schema_with_kind({"#a2", "primitive_type", "u8", "tag", "primitive"});
  auto const schemas = decode_schemas(last);
  REQUIRE(schemas);
  CHECK(std::ranges::equal(*schemas, *decode_schemas(first)));
  CHECK(broken_rule(decode_schemas(last, wire::Strictness::vox_0_4)) == "schema.format");
  CHECK(broken_rule(decode_schemas(schema_with_kind({"#a1", "primitive_type", "u8"}))) ==
        "schema.format");
  CHECK(broken_rule(decode_schemas(schema_with_kind({"#a0"}))) == "schema.format");
  CHECK(broken_rule(decode_schemas(schema_with_kind({"#a1", "tag", "pair"}))) == "schema.format");
}

TEST_CASE("r[schema.format.type-ref] a reference says what it is, and has all its parts") {
  auto const list_of = [](std::initializer_list<std::string_view> reference) {
    auto const bytes = cbor(reference);
    auto const raw = "#" + to_hex(bytes);
    return broken_rule(decode_schemas(schema_with_kind({"#a2", "tag", "list", "element", raw})));
  };
  CHECK(list_of({"#a2", "tag", "var", "name", "T"}).empty());
  CHECK(list_of({"#a3", "tag", "concrete", "type_id", "#05", "args", "#80"}).empty());
  CHECK(list_of({"#a2", "tag", "concrete", "type_id", "#05"}) == "schema.format.type-ref");
  CHECK(list_of({"#a2", "tag", "Var", "name", "T"}) == "schema.format.type-ref");
  CHECK(list_of({"#a3", "tag", "concrete", "type_id", "#20", "args", "#80"}) ==
        "schema.format.type-id");
}

TEST_CASE("r[schema.format.channel] a channel is tx or rx") {
  auto const channel = [](std::string_view direction) {
    return decode_schemas(schema_with_kind({"#a3", "tag", "channel", "direction", direction,
                                            "element", "#a2", "tag", "var", "name", "T"}));
  };
  CHECK(channel("tx"));
  CHECK(broken_rule(channel("send")) == "schema.format.channel");
}

TEST_CASE("r[schema.format.tuple] a tuple without elements is refused where the rule counts") {
  auto const empty = schema_with_kind({"#a2", "tag", "tuple", "elements", "#80"});
  CHECK(broken_rule(decode_schemas(empty)) == "schema.format.tuple");
  CHECK(decode_schemas(empty, wire::Strictness::vox_0_4));
}

TEST_CASE("r[schema.format.struct] a struct without a name is refused where the rule counts") {
  auto const nameless = schema_with_kind({"#a3", "tag", "struct", "name", "#60", "fields", "#80"});
  CHECK(broken_rule(decode_schemas(nameless)) == "schema.format.struct");
  CHECK(decode_schemas(nameless, wire::Strictness::vox_0_4));
}

TEST_CASE("r[schema.format.enum] a variant's index fits 32 bits; 0.4.0 cuts it down") {
  auto const wide =
      schema_with_kind({"#a3", "tag", "enum", "name", "E", "variants", "#81", "#a3", "name", "V",
                        "index", "#1b0000000100000005", "payload", "unit"});
  CHECK(broken_rule(decode_schemas(wide)) == "schema.format.enum");
  auto const cut = decode_schemas(wide, wire::Strictness::vox_0_4);
  REQUIRE(cut);
  CHECK(std::get<Enum>(cut->front().kind).variants.front().index == 5);
}

TEST_CASE("the last of repeated keys counts where repeating is forgiven") {
  auto const repeated = schema_with_kind(
      {"#a3", "tag", "primitive", "primitive_type", "u8", "primitive_type", "u16"});
  CHECK_FALSE(decode_schemas(repeated));
  auto const last = decode_schemas(repeated, wire::Strictness::vox_0_4);
  REQUIRE(last);
  CHECK(last->front().kind == Kind{Primitive::u16});
}

TEST_CASE("more schemas than the limit are refused before they are read") {
  CHECK_FALSE(decode_schemas(cbor({"#82", "#00", "#00"}), wire::Strictness::strict,
                             {.schema_count_max = 1}));
  auto const two = encode(std::vector<Schema>{{1, {}, Primitive::u8}, {2, {}, Primitive::u16}});
  CHECK(decode_schemas(two, wire::Strictness::strict, {.schema_count_max = 2}));
  CHECK_FALSE(decode_schemas(two, wire::Strictness::strict, {.schema_count_max = 1}));
}

TEST_CASE("references nested beyond the limit are refused without overflowing the stack") {
  auto reference = TypeRef::concrete(1);
  for (int i = 0; i < 64; ++i)
    reference = TypeRef::concrete(1, {std::move(reference)});
  auto const nested = encode(SchemaPayload{{}, reference});
  CHECK_FALSE(decode_payload(nested));
  CHECK(decode_payload(nested, wire::Strictness::strict, {.schema_depth_max = 65}));
  std::string deep;
  for (int i = 0; i < 100'000; ++i)
    deep +=
        "a363746167"
        "68636f6e6372657465"
        "6461726773"
        "81";
  CHECK_FALSE(decode_payload(cbor({"#a1", "root", "#" + deep})));
}

TEST_CASE("a claimed count that the payload cannot hold is refused") {
  CHECK_FALSE(decode_schemas(from_hex("9b ffffffffffffffff").value()));
  CHECK_FALSE(
      decode_schemas(schema_with_kind({"#a2", "tag", "tuple", "elements", "#9b00000000ffffffff"})));
}

// A hello with these schemas, as the map's only list.
Bytes hello_with(ByteView schemas) {
  return wire::encode_handshake(wire::Hello{.message_payload_schema = schemas});
}

TEST_CASE("r[session.handshake.protocol-schema] a hello is read together with its schemas") {
  std::vector<Schema> const two{
      {1, {}, Primitive::u8},
      {2, {"T"}, Struct{"A name that is long enough", {{"field", TypeRef::variable("T")}}}}};
  auto const list = encode(two);
  auto const hello = hello_with(list);
  auto const greeting = decode_greeting(hello);
  REQUIRE(greeting);
  CHECK(greeting->message == wire::decode_handshake(hello).value());
  REQUIRE(greeting->schemas);
  CHECK(*greeting->schemas == std::span<Schema const>{two});
  CHECK_FALSE(greeting->has_known_schemas);

  auto const known = decode_greeting(hello, wire::Strictness::strict, {}, list);
  REQUIRE(known);
  CHECK(known->message == greeting->message);
  CHECK(known->has_known_schemas);
  CHECK(known->schemas->empty());

  auto const none = decode_greeting(wire::encode_handshake(wire::LetsGo{}));
  REQUIRE(none);
  CHECK(none->schemas->empty());
}

TEST_CASE("a list that holds no schemas does not hide the hello that it came with") {
  auto const hello = hello_with(from_hex("8100").value());
  auto const greeting = decode_greeting(hello);
  REQUIRE(greeting);
  CHECK(greeting->message == wire::decode_handshake(hello).value());
  CHECK_FALSE(greeting->schemas);
  // What is no CBOR is no hello either.
  for (std::size_t length = 0; length < hello.size(); ++length)
    CHECK_FALSE(decode_greeting(ByteView{hello}.first(length)));
}

TEST_CASE("a schema that was copied out of a list does not depend on it") {
  auto list = decode_schemas(encode(std::vector<Schema>{
      {2, {"Parameter of the declaration"}, Struct{"A name that is long enough", {}}}}));
  REQUIRE(list);
  Schema const copy = list->front();
  *list = SchemaList{};
  CHECK(copy.type_params.front() == "Parameter of the declaration");
  CHECK(std::get<Struct>(copy.kind).name == "A name that is long enough");
}

TEST_CASE("more parts than the limit are refused, wherever they stand") {
  std::vector<Schema> const wide{{1, {"A", "B", "C"}, Tuple{{TypeRef::variable("A")}}}};
  auto const cbor = encode(wide);
  CHECK(decode_schemas(cbor, wire::Strictness::strict, {.schema_parts_max = 4}));
  CHECK_FALSE(decode_schemas(cbor, wire::Strictness::strict, {.schema_parts_max = 3}));
}

TEST_SUITE_END();

}  // namespace
}  // namespace vox::schema
