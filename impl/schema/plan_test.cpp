#include "impl/schema/plan.hpp"

#include "conformance/subjects/testbed/types.hpp"
#include "conformance/subjects/testbed/types_v2.hpp"
#include "impl/schema/channel_id.hpp"
#include "impl/schema/content_hash.hpp"
#include "impl/schema/describe.hpp"
#include "impl/schema/instances.hpp"
#include "impl/schema/message_schema.hpp"
#include "impl/schema/shapes_for_test.hpp"
#include "impl/schema/translate.hpp"
#include "impl/schema/vox_error.hpp"
#include "impl/wire/message.hpp"
#include "impl/wire/postcard.hpp"

#include <doctest/doctest.h>

#include <string>
#include <tuple>
#include <vector>

namespace vox::schema {
namespace {

namespace v1 = voxspec::testbed;
namespace v2 = voxspec::testbed::v2;

TypeRef ref(TypeId id) {
  return TypeRef::concrete(id);
}

template <class Remote, class Local>
std::expected<Plan, PlanError> plan_between(PlanOptions const& options = {}) {
  return build_plan(local_type<Remote>().payload, local_type<Local>(), options);
}
template <class Remote, class Local>
std::string error_between() {
  auto const plan = plan_between<Remote, Local>();
  return plan ? "" : plan.error().text();
}

// What a remote value becomes.
template <class Local, class Remote>
Result<Local> received(Remote const& value, PlanOptions const& options = {}) {
  auto const plan = plan_between<Remote, Local>(options);
  REQUIRE(plan);
  wire::Buffer out;
  auto const translated = translate(*plan, wire::encode_value(value), out);
  if (!translated) return std::unexpected(translated.error());
  return wire::decode_value<Local>(out.view());
}

TEST_SUITE_BEGIN("schema");

TEST_CASE("between equal types nothing is to be done") {
  auto const plan = plan_between<v1::GnarlyPayload, v1::GnarlyPayload>();
  REQUIRE(plan);
  CHECK(plan->is_identity());
  CHECK_FALSE(plan_between<v2::Record, v1::Record>()->is_identity());
}

TEST_CASE("a schema that only claims the id of ours is not taken for it") {
  auto lying = local_type<v1::Point>().payload;
  std::swap(std::get<Struct>(lying.schemas.back().kind).fields[0],
            std::get<Struct>(lying.schemas.back().kind).fields[1]);
  CHECK_FALSE(build_plan(lying, local_type<v1::Point>())->is_identity());
}

TEST_CASE("r[schema.translation.reorder] fields may come in another order") {
  v2::Record const remote{.gamma = 1.5, .alpha = -7, .beta = "b"};
  CHECK(received<v1::Record>(remote) == v1::Record{.alpha = -7, .beta = "b", .gamma = 1.5});
}

TEST_CASE("r[schema.translation.skip-unknown] a field that we do not have is passed over") {
  v1::Tag const remote{.label = "l", .priority = 300, .note = "unwanted"};
  CHECK(received<v2::Tag>(remote) == v2::Tag{.label = "l", .priority = 300});
  v2::Profile const profile{.name = "n", .bio = "b", .avatar = "a"};
  CHECK(received<v1::Profile>(profile) == v1::Profile{.name = "n", .bio = "b"});
}

// Dflt as a version that lacked two of its fields.
struct OldDflt {
  static constexpr std::string_view rust_name = "Dflt";
  std::optional<std::uint32_t> b;
};
BOOST_DESCRIBE_STRUCT(OldDflt, (), (b))

TEST_CASE("r[schema.translation.fill-defaults] a field that is missing takes its default") {
  auto const dflt = received<shapes::Dflt>(OldDflt{.b = 9});
  REQUIRE(dflt);
  CHECK(dflt->a == 300);
  CHECK(dflt->b == 9);
  CHECK_FALSE(dflt->c);
}

TEST_CASE("r[schema.errors.missing-required] a required field that is missing is named") {
  CHECK(error_between<std::tuple<v1::Config>, std::tuple<v2::Config>>() ==
        "at .0: required field 'owner' of type `String` missing from remote `Config` (type " +
            hex_of(local_type<v1::Config>().payload.schemas.back().id) +
            ") (remote has fields: key, value)");
  auto const plan = plan_between<v1::Profile, v2::Profile>();
  REQUIRE_FALSE(plan);
  CHECK(plan.error().rule == Rule{"schema.errors.missing-required"});
}

TEST_CASE("r[schema.errors.type-mismatch] a field of another type is named, with both types") {
  CHECK(error_between<std::tuple<v1::Measurement>, std::tuple<v2::Measurement>>() ==
        "at .0.value: structural mismatch: remote is `f64` (type 3f2e589db81e95bf), local is "
        "`String`");
  CHECK(plan_between<std::uint32_t, std::uint64_t>().error().rule ==
        Rule{"schema.errors.type-mismatch"});
}

TEST_CASE(
    "r[schema.translation.type-compat] the name of a type is the peer's own, but not in 0.4.0") {
  CHECK(error_between<v1::Point, v1::Color>() ==
        "structural mismatch: remote is `Point` (type b92332c67187108f), local is `Color`");
  std::vector<Schema> const theirs{{1, {}, Primitive::u8}, {2, {}, Struct{"Dot", {{"x", ref(1)}}}}};
  std::vector<Schema> const ours{{1, {}, Primitive::u8}, {2, {}, Struct{"Spot", {{"x", ref(1)}}}}};
  LocalType const local{{ours, ref(2)}, {}};
  CHECK(build_plan({theirs, ref(2)}, local));
  auto const refused = build_plan({theirs, ref(2)}, local, {.as_shipped = true});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().text().starts_with("type name mismatch"));
}

TEST_CASE("r[schema.format.enum] a variant goes by the index that is announced for it") {
  auto const with_indices = [](std::uint32_t a, std::uint32_t b) {
    return std::vector<Schema>{
        {2, {}, Enum{"E", {{"A", a, UnitPayload{}}, {"B", b, UnitPayload{}}}}}};
  };
  auto const ours = with_indices(0, 1);
  LocalType const local{{ours, ref(2)}, {}};
  auto const translated = [&](std::vector<Schema> const& theirs, std::string_view value,
                              PlanOptions const& options = {}) -> std::string {
    auto const plan = build_plan({theirs, ref(2)}, local, options);
    if (!plan) return plan.error().text();
    wire::Buffer out;
    if (!translate(*plan, from_hex(value).value(), out)) return "no value";
    return to_hex(out.view());
  };
  auto const swapped = with_indices(1, 0);
  CHECK(translated(swapped, "00") == "01");
  CHECK(translated(swapped, "01") == "00");
  CHECK(translated(swapped, "00", {.as_shipped = true}) == "00");
  auto const wide = with_indices(300, 7);
  CHECK(translated(wide, "ac02") == "00");
  CHECK(translated(wide, "07") == "01");
  CHECK(translated(wide, "00") == "no value");
  CHECK(translated(with_indices(4, 4), "04").contains("have the same index"));
}

TEST_CASE("r[schema.translation.enum.missing-variant] fewer variants at the peer are fine") {
  CHECK(received<v2::Status>(v1::Status::inactive) == v2::Status::inactive);
}

TEST_CASE("r[schema.translation.enum.unknown-variant] an unknown variant fails when it comes") {
  CHECK(received<v1::Status>(v2::Status::inactive) == v1::Status::inactive);
  auto const unknown = received<v1::Status>(v2::Status::suspended);
  REQUIRE_FALSE(unknown);
  CHECK(unknown.error().rule == Rule{"schema.errors.unknown-variant-runtime"});
  CHECK(unknown.error().detail == "variant 'Suspended' of the remote 'Status' is not known here");
}

enum class Traffic : std::uint8_t { blue, green, red };
BOOST_DESCRIBE_ENUM(Traffic, blue, green, red)
struct UnitOk {
  static constexpr std::string_view name = "Number";
};
BOOST_DESCRIBE_STRUCT(UnitOk, (), ())
struct OtherMessage : std::variant<v1::Data, UnitOk> {
  static constexpr std::string_view rust_name = "Message";
};

}  // namespace
}  // namespace vox::schema

template <>
struct vox::shape::Declared<vox::schema::Traffic> {
  static constexpr std::string_view rust_name = "Color";
};

namespace vox::schema {
namespace {

TEST_CASE("r[schema.translation.enum] variants are matched by name") {
  CHECK(received<v1::Color>(Traffic::blue) == v1::Color::blue);
  CHECK(received<v1::Color>(Traffic::red) == v1::Color::red);
}

TEST_CASE("r[schema.translation.enum.payload-compat] variants of one name carry the same kind") {
  auto const plan = plan_between<OtherMessage, v1::Message>();
  REQUIRE_FALSE(plan);
  CHECK(plan.error().rule == Rule{"schema.translation.enum.payload-compat"});
  CHECK(plan.error().path == "::Number");
}

TEST_CASE("r[schema.translation.tuple] tuples have the same length") {
  using Two = std::tuple<std::string, std::string>;
  auto const plan = plan_between<Two, std::tuple<std::string>>();
  REQUIRE_FALSE(plan);
  CHECK(plan.error().rule == Rule{"schema.translation.tuple"});
}

// A clean announcement of (Vec<u8>, Vec<String>), which Rust announces as (bytes, bytes<string>).
SchemaPayload clean_lists() {
  auto const list_of = [](TypeId id) { return TypeRef::concrete(3, {TypeRef::concrete(id)}); };
  return with_content_ids(
      {{{1, {}, Primitive::u8},
        {2, {}, Primitive::string},
        {3, {"T"}, List{TypeRef::variable("T")}},
        {4, {"A", "B"}, Tuple{{TypeRef::variable("A"), TypeRef::variable("B")}}}},
       TypeRef::concrete(4, {list_of(1), list_of(2)})});
}

TEST_CASE(
    "r[schema.translation.type-compat] bytes are lists of u8, and bytes of X are lists of X") {
  using Lists = std::tuple<std::vector<std::uint8_t>, std::vector<std::string>>;
  Lists const value{{1, 2}, {"a", "b"}};
  auto const plan = build_plan(clean_lists(), local_type<Lists>());
  REQUIRE(plan);
  wire::Buffer out;
  REQUIRE(translate(*plan, wire::encode_value(value), out));
  CHECK(wire::decode_value<Lists>(out.view()) == value);
  CHECK_FALSE(plan_between<std::vector<std::string>, std::vector<std::uint8_t>>());
  CHECK_FALSE(plan_between<std::string, std::vector<std::uint8_t>>());
}

TEST_CASE("r[schema.interaction.channels] channels match by direction and by their items") {
  CHECK(plan_between<std::tuple<Rx<v1::Record>>, std::tuple<Rx<v2::Record>>>());
  CHECK_FALSE(plan_between<Rx<std::string>, Tx<std::string>>());
  CHECK_FALSE(plan_between<Rx<std::string>, Rx<std::uint32_t>>());
}

TEST_CASE("a channel that we do not have is passed over with its id") {
  TypeGraph graph;
  auto const* const u8 = graph.primitive(Primitive::u8);
  auto const* const rx = graph.channel(shape::ChannelDirection::rx, u8);
  auto const remote = extract(*graph.structure("S", {{"input", rx}, {"n", u8}}));
  TypeGraph ours;
  auto const local = extract(*ours.structure("S", {{"n", ours.primitive(Primitive::u8)}}));
  auto const plan = build_plan(remote.payload, local);
  REQUIRE(plan);
  wire::Buffer out;
  REQUIRE(translate(*plan, from_hex("ac02 07").value(), out));
  CHECK(to_hex(out.view()) == "07");
}

TEST_CASE("nested values are translated all the way down") {
  using Remote = std::tuple<std::map<std::string, std::vector<std::optional<v2::Record>>>>;
  using Local = std::tuple<std::map<std::string, std::vector<std::optional<v1::Record>>>>;
  Remote const remote{{{"k", {v2::Record{1.0, 2, "x"}, std::nullopt}}, {"l", {}}}};
  Local const local{{{"k", {v1::Record{2, "x", 1.0}, std::nullopt}}, {"l", {}}}};
  CHECK(received<Local>(remote) == local);
}

TEST_CASE("every strict prefix of a value fails, and so do bytes after it") {
  auto const plan = plan_between<v2::Record, v1::Record>();
  auto bytes = wire::encode_value(v2::Record{.gamma = 1.5, .alpha = 300, .beta = "beta"});
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    wire::Buffer out;
    CHECK_FALSE(translate(*plan, ByteView{bytes}.first(length), out));
  }
  bytes.push_back(std::byte{0});
  wire::Buffer out;
  CHECK_FALSE(translate(*plan, bytes, out));
  CHECK(translate(*plan, bytes, out, {.strictness = wire::Strictness::vox_0_4}));
}

TEST_CASE("what a stand-in announced is taken for the method's own type") {
  using Announced = Outcome<std::monostate>;
  using Ours = Outcome<std::string, v1::MathError>;
  CHECK_FALSE(plan_between<Announced, Ours>());
  auto const plan = plan_between<Announced, Ours>({.stand_ins = true});
  REQUIRE(plan);
  for (auto const& sent :
       {Ours{"hi"}, Ours{std::unexpect, User{v1::MathError::overflow}},
        Ours{std::unexpect, Cancelled{}}, Ours{std::unexpect, InvalidPayload{"no"}}}) {
    wire::Buffer out;
    auto const bytes = wire::encode_value(sent);
    REQUIRE(translate(*plan, bytes, out));
    CHECK(equal(out.view(), bytes));
  }
}

TEST_CASE("r[session.message.payloads] messages of a peer that adds a field are understood") {
  CHECK(build_message_plan({})->is_identity());
  CHECK(build_message_plan(message_type().payload.schemas)->is_identity());
  auto schemas = message_type().payload.schemas;
  auto& ping =
      *std::ranges::find(schemas, "Ping", [](Schema const& s) { return nominal_name(s.kind); });
  std::get<Struct>(ping.kind).fields.insert(
      std::get<Struct>(ping.kind).fields.begin(),
      {.name = "extra", .type = TypeRef::concrete(schemas[1].id)});
  auto const plan = build_message_plan(schemas);
  REQUIRE(plan);
  wire::Buffer out;
  REQUIRE(translate(*plan, from_hex("00 08 02 6869 ac02").value(), out));
  auto const message = wire::decode_message(out.view());
  REQUIRE(message);
  CHECK(*message == wire::Message{0, wire::Ping{300}});
}

TEST_CASE("a value is passed over as what it is") {
  auto const& type = local_type<v1::GnarlyPayload>().payload;
  auto const walk = build_walk(Registry{type.schemas}, type.root);
  REQUIRE(walk);
  v1::GnarlyPayload value{
      .revision = 300, .mount = "/", .entries = {}, .footer = "f", .digest = {}};
  value.entries.push_back({.id = 1,
                           .parent = 2,
                           .name = "n",
                           .path = "p",
                           .attrs = {{"k", "v"}},
                           .chunks = {{std::byte{1}}},
                           .kind = v1::Symlink{"t", {1, 2}}});
  auto bytes = wire::encode_value(value);
  auto const length = bytes.size();
  bytes.push_back(std::byte{7});
  wire::Reader reader{bytes, "zerocopy.framing.value"};
  skip_value(*walk, reader);
  CHECK_FALSE(reader.failed());
  CHECK(reader.offset() == length);
}

TEST_SUITE_END();

}  // namespace
}  // namespace vox::schema
