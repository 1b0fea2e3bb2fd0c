#include "impl/schema/extract.hpp"

#include "conformance/subjects/testbed/types.hpp"
#include "impl/schema/cbor_form.hpp"
#include "impl/schema/channel_id.hpp"
#include "impl/schema/describe.hpp"
#include "impl/schema/shapes_for_test.hpp"
#include "impl/schema/vox_error.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <expected>
#include <fstream>
#include <map>
#include <string>
#include <string_view>

namespace vox::schema {

namespace shapes {

struct Channels {
  static constexpr std::string_view rust_name = "Channels";
  Rx<String> input;
  Tx<Vec<u8>> output;
  Tx<u32> more;
};
BOOST_DESCRIBE_STRUCT(Channels, (), (input, output, more))

}  // namespace shapes

namespace {

using namespace shapes;  // NOLINT(google-build-using-namespace): the table below reads as Rust.
using voxspec::testbed::Canvas;
using voxspec::testbed::Color;
using voxspec::testbed::GnarlyPayload;
using voxspec::testbed::LookupError;
using voxspec::testbed::MathError;
using voxspec::testbed::Person;
using voxspec::testbed::Point;
using Unit = std::monostate;
template <class... T>
using Tup = std::tuple<T...>;
template <class T, std::size_t N>
using Array = std::array<T, N>;
template <class T, class E>
using Res = std::expected<T, E>;
template <class T>
using HashSet = std::unordered_set<T>;
template <class T>
using BTreeSet = std::set<T>;
template <class K, class V>
using BTreeMap = std::map<K, V>;

// What the Rust crates announce for a type, by its Rust name.
std::map<std::string, std::string> const& rust_schemas() {
  static auto const schemas = [] {
    std::map<std::string, std::string> by_type;
    auto const rows = nlohmann::json::parse(std::ifstream{"conformance/vectors/schemas.json"});
    for (auto const& row : rows)
      by_type.emplace(row.at("name"), row.at("hex"));
    return by_type;
  }();
  return schemas;
}

void check_same(std::string const& rust_type, LocalType const& local) {
  CAPTURE(rust_type);
  auto const expected = rust_schemas().find(rust_type);
  REQUIRE(expected != rust_schemas().end());
  CHECK(to_hex(encode(local.payload)) == expected->second);
}
template <class T>
void check(std::string const& rust_type) {
  check_same(rust_type, local_type<T>());
}

TEST_SUITE_BEGIN("schema");

TEST_CASE("r[schema.format.primitive] primitives are announced as Rust announces them") {
  check<Unit>("()");
  check<bool>("bool");
  check<u8>("u8");
  check<std::byte>("u8");
  check<u16>("u16");
  check<u32>("u32");
  check<u64>("u64");
  check<U128>("u128");
  check<u64>("usize");
  check<std::int8_t>("i8");
  check<std::int16_t>("i16");
  check<std::int32_t>("i32");
  check<std::int64_t>("i64");
  check<I128>("i128");
  check<std::int64_t>("isize");
  check<float>("f32");
  check<double>("f64");
  check<char32_t>("char");
  check<String>("String");
  check<std::string_view>("&'static str");
  check<Infallible>("Infallible");
  check<shape::Payload>("std::time::Duration");
  check<shape::Payload>("Payload<'static>");
}

TEST_CASE("r[schema.format.container] containers are announced as Rust announces them") {
  check<Vec<u8>>("Vec<u8>");
  check<Vec<std::byte>>("Vec<u8>");
  check<Vec<u32>>("Vec<u32>");
  check<Vec<Unit>>("Vec<()>");
  check<Vec<Vec<u8>>>("Vec<Vec<u8>>");
  check<Vec<Vec<Vec<u8>>>>("Vec<Vec<Vec<u8>>>");
  check<Vec<Vec<String>>>("Vec<Vec<String>>");
  check<Vec<Opt<u32>>>("Vec<Option<u32>>");
  check<Opt<u32>>("Option<u32>");
  check<Opt<Unit>>("Option<()>");
  check<Opt<Opt<u32>>>("Option<Option<u32>>");
  check<Opt<Vec<u8>>>("Option<Vec<u8>>");
  check<Opt<Vec<String>>>("Option<Vec<String>>");
  check<Array<u8, 4>>("[u8; 4]");
  check<Array<String, 2>>("[String; 2]");
  check<Array<Array<u8, 2>, 3>>("[[u8; 2]; 3]");
  check<Tup<Array<u8, 2>, Array<u32, 5>>>("([u8; 2], [u32; 5])");
  check<Tup<Array<u32, 5>, Array<u8, 2>>>("([u32; 5], [u8; 2])");
  check<HashSet<String>>("HashSet<String>");
  check<BTreeSet<u8>>("BTreeSet<u8>");
  check<std::unordered_map<String, Vec<u8>>>("HashMap<String, Vec<u8>>");
  check<BTreeMap<u8, u8>>("BTreeMap<u8, u8>");
  check<BTreeMap<u8, BTreeMap<String, Vec<u8>>>>("BTreeMap<u8, BTreeMap<String, Vec<u8>>>");
  check<Tup<HashSet<u8>, HashSet<String>>>("(HashSet<u8>, HashSet<String>)");
  check<Box<u32>>("Box<u32>");
  check<std::shared_ptr<String>>("Arc<String>");
}

TEST_CASE("r[schema.format.tuple] tuples are generic over their elements") {
  check<Tup<u32>>("(u32,)");
  check<Tup<u32, String>>("(u32, String)");
  check<std::pair<u32, String>>("(u32, String)");
  check<Tup<u8, u8, u8>>("(u8, u8, u8)");
  check<Tup<u8, u16, u32, u64>>("(u8, u16, u32, u64)");
  check<Tup<Vec<Vec<u8>>>>("(Vec<Vec<u8>>,)");
  check<Tup<Tup<std::int32_t, String>>>("((i32, String),)");
  check<Tup<Tup<u8, u8>, Tup<u16>>>("((u8, u8), (u16,))");
  check<Tup<Unit, Tup<u8>>>("((), (u8,))");
  check<Tup<Vec<u8>, Vec<String>>>("(Vec<u8>, Vec<String>)");
  check<Tup<Vec<String>, Vec<u8>>>("(Vec<String>, Vec<u8>)");
  check<Tup<Vec<String>, Vec<Vec<u8>>>>("(Vec<String>, Vec<Vec<u8>>)");
  check<TupN>("TupN");
}

TEST_CASE("r[schema.format.channel] channels are announced with the type of their items") {
  check<Tx<std::int32_t>>("Tx<i32>");
  check<Rx<std::int32_t>>("Rx<i32>");
  check<Tx<Vec<u8>>>("Tx<Vec<u8>>");
  check<Tx<Tup<u8, String>>>("Tx<(u8, String)>");
  check<Rx<Point>>("Rx<Point>");
  check<Tup<Rx<std::int32_t>, Tx<std::int32_t>>>("(Rx<i32>, Tx<i32>)");
  check<Tup<Rx<String>, Tx<std::int32_t>>>("(Rx<String>, Tx<i32>)");
  check<Tup<Tx<std::int32_t>, Tx<String>>>("(Tx<i32>, Tx<String>)");
  check<Tup<u32, Rx<u32>>>("(u32, Rx<u32>)");
  check<Tup<u32, Tx<u32>>>("(u32, Tx<u32>)");
  check<Channels>("Channels");
}

TEST_CASE("r[schema.format.struct] structs are announced with their fields") {
  check<Point>("Point");
  check<Canvas>("Canvas");
  check<GnarlyPayload>("GnarlyPayload");
  check<Vec<Color>>("Vec<Color>");
  check<Tup<Point, Vec<Point>>>("(Point, Vec<Point>)");
  check<Dflt>("Dflt");
  check<Options>("Options");
  check<Sets>("Sets");
  check<StrKinds>("StrKinds");
  check<Refs>("Refs<'static>");
}

TEST_CASE("r[schema.format.enum] enums are announced with every kind of payload") {
  check<Color>("Color");
  check<Disc>("Disc");
  check<DefaultInVariant>("DefaultInVariant");
  check<VoxError<>>("VoxError");
  check<VoxError<String>>("VoxError<String>");
  check<VoxError<MathError>>("VoxError<MathError>");
}

TEST_CASE("the first Vec of a pass says what all others look like, and so does the first array") {
  check<BytesFirst>("BytesFirst");
  check<BytesLast>("BytesLast");
  check<BytesBetween>("BytesBetween");
  check<BytesNested>("BytesNested");
  check<Arr>("Arr");
  check<ArrA>("ArrA");
}

TEST_CASE("a generic declaration is announced once, as its first instantiation has it") {
  check<Wrap<u8>>("Wrap<u8>");
  check<Wrap<u32>>("Wrap<u32>");
  check<Wrap<String>>("Wrap<String>");
  check<Wrap<Vec<u8>>>("Wrap<Vec<u8>>");
  check<Wrap<Wrap<u8>>>("Wrap<Wrap<u8>>");
  check<TwoWrap>("TwoWrap");
  check<Gen<u8, u16>>("Gen<u8, u16>");
  check<Gen<u8, u8>>("Gen<u8, u8>");
  check<shapes::Pair<u8, String>>("Pair<u8, String>");
  check<shapes::Pair<String, u8>>("Pair<String, u8>");
  check<shapes::Pair<u8, u8>>("Pair<u8, u8>");
  check<Tup<shapes::Pair<u8, String>, shapes::Pair<String, u8>>>(
      "(Pair<u8, String>, Pair<String, u8>)");
  check<Either<u8, String>>("Either<u8, String>");
  check<Either<u8, u8>>("Either<u8, u8>");
  check<GenericTuple<u8>>("GenericTuple<u8>");
  check<GenericTuple<String>>("GenericTuple<String>");
}

TEST_CASE("r[schema.hash.recursive] recursive types are announced as Rust announces them") {
  check<Node>("Node");
  check<Tup<Node>>("(Node,)");
  check<Vec<Node>>("Vec<Node>");
  check<Outer>("Outer");
  check<TreeNode>("TreeNode");
  check<Tree>("Tree");
  check<Tup<Tree>>("(Tree,)");
  check<M1>("M1");
  check<M2>("M2");
  check<M3>("M3");
  check<Tup<M1, M2>>("(M1, M2)");
  check<A1>("A1");
  check<B1>("B1");
  check<Expr>("Expr");
  check<ExprBody>("ExprBody");
  check<MapNode>("MapNode");
  check<Document>("Document");
  check<TwoCycles>("TwoCycles");
  check<Tup<Node, Outer>>("(Node, Outer)");
  check<GenericTree<u32>>("GenericTree<u32>");
  check<GenericTree<String>>("GenericTree<String>");
}

TEST_CASE("newtypes are one-element tuples unless they are transparent") {
  check<Unit0>("Unit0");
  check<NT>("NT");
  check<NTT>("NTT");
  check<Blob>("Blob");
  check<Blob>("CborPayload");
  check<NTT>("ConnectionId");
  check<TS>("TS");
  check<Tup<NTT, NT>>("(NTT, NT)");
  check<Vec<NTT>>("Vec<NTT>");
}

TEST_CASE("r[rpc.fallible] results are generic over value and error") {
  check<Res<String, VoxError<>>>("Result<String, VoxError>");
  check<Res<Unit, VoxError<>>>("Result<(), VoxError>");
  check<Res<u32, VoxError<String>>>("Result<u32, VoxError<String>>");
  check<Res<String, VoxError<String>>>("Result<String, VoxError<String>>");
  check<Res<String, String>>("Result<String, String>");
  check<Res<u32, String>>("Result<u32, String>");
  check<Res<Unit, Unit>>("Result<(), ()>");
  check<Res<Opt<u32>, String>>("Result<Option<u32>, String>");
  check<Outcome<Vec<u8>, MathError>>("Result<Vec<u8>, VoxError<MathError>>");
  check<Outcome<Person, LookupError>>("Result<Person, VoxError<LookupError>>");
  check<Outcome<Vec<Color>>>("Result<Vec<Color>, VoxError>");
  check<Outcome<Res<u8, u16>>>("Result<Result<u8, u16>, VoxError>");
}

// What C++ has no counterpart of is described by hand.
TEST_CASE("a struct without fields is not the unit") {
  TypeGraph graph;
  check_same("EmptyS", extract(*graph.structure("EmptyS", {})));
}

TEST_CASE("a variant may have parts of every kind, and none of them") {
  TypeGraph graph;
  auto const* const string = graph.primitive(Primitive::string);
  auto const* const byte = graph.primitive(Primitive::u8);
  using Of = shape::VariantKind;
  check_same("Payloads", extract(*graph.enumeration(
                             "Payloads", {{"Unit", Of::unit, {}},
                                          {"Empty", Of::tuple, {}},
                                          {"One", Of::newtype, {{{}, string}}},
                                          {"Two", Of::tuple, {{{}, byte}, {{}, byte}}},
                                          {"Named", Of::structure, {{"a", graph.vec(byte)}}},
                                          {"NoNames", Of::structure, {}}})));
}

TEST_CASE("defaults are kept with the type they belong to") {
  auto const& local = local_type<Dflt>();
  REQUIRE(local.defaults.size() == 2);
  CHECK(local.defaults[0].owner == local.payload.root);
  CHECK(local.defaults[0].field == "a");
  CHECK(to_hex(local.defaults[0].value) == "ac02");
  CHECK(local.defaults[1].field == "c");
  CHECK(to_hex(local.defaults[1].value) == "00");
}

TEST_SUITE_END();

}  // namespace
}  // namespace vox::schema
