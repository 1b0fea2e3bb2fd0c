#include "impl/schema/channels.hpp"

#include "impl/schema/channel_id.hpp"
#include "impl/schema/describe.hpp"
#include "impl/schema/plan.hpp"
#include "impl/wire/postcard.hpp"

#include <boost/describe/class.hpp>
#include <doctest/doctest.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace vox::schema {
namespace {

using Direction = shape::ChannelDirection;

// Arguments whose channels stand in all places where one can.
struct Handles {
  static constexpr std::string_view rust_name = "Handles";
  std::string label;
  std::optional<Tx<std::string>> log;
  std::vector<Rx<std::uint32_t>> sources;
};
BOOST_DESCRIBE_STRUCT(Handles, (), (label, log, sources))

using Arguments = std::tuple<Rx<std::uint32_t>, Handles, std::map<std::string, Rx<std::string>>>;

Arguments const arguments{{1},
                          {.label = "l", .log = Tx<std::string>{3}, .sources = {{5}, {300}}},
                          {{"a", {9}}, {"b", {11}}}};

std::vector<std::uint64_t> ids_of(std::vector<ValueChannel> const& channels) {
  std::vector<std::uint64_t> ids;
  for (auto const& channel : channels)
    ids.push_back(channel.id);
  return ids;
}

template <class T>
ChannelWalk walk_of() {
  return ChannelWalk::of(local_type<T>());
}

// What is left of a value without its channels.
Bytes stripped(ChannelWalk const& walk, ByteView value) {
  wire::Buffer out;
  REQUIRE(walk.strip(value, out));
  return out.take();
}

TEST_SUITE_BEGIN("schema");

TEST_CASE("r[rpc.channel.payload-encoding] take(n = 3, rx) has the channel that the wire shows") {
  // wire facts 7.2: `take(n=3, rx)` → args `03 01`
  auto const walk = walk_of<std::tuple<std::uint32_t, Rx<std::uint32_t>>>();
  auto const value = from_hex("0301").value();
  auto const channels = walk.list(value).value();
  REQUIRE(channels.size() == 1);
  CHECK(channels[0].id == 1);
  auto const& type = walk.types()[channels[0].type];
  CHECK(type.direction == Direction::rx);
  // Its items are numbers of ours.
  CHECK(build_plan(*type.schemas, type.element, local_type<std::uint32_t>())->is_identity());
  CHECK(to_hex(stripped(walk, value)) == "03");
}

TEST_CASE("r[rpc.channel.discovery] channels are found in every place, in the order of the value") {
  auto const walk = walk_of<Arguments>();
  CHECK(walk.types().size() == 3);  // Rx<u32>, Tx<String>, Rx<String>
  auto const channels = walk.list(wire::encode_value(arguments)).value();
  CHECK(ids_of(channels) == std::vector<std::uint64_t>{1, 3, 5, 300, 9, 11});
  auto const direction = [&](std::size_t i) { return walk.types()[channels[i].type].direction; };
  CHECK(direction(0) == Direction::rx);
  CHECK(direction(1) == Direction::tx);
  CHECK(channels[0].type == channels[2].type);
  CHECK(channels[2].type == channels[3].type);
  CHECK(channels[4].type != channels[2].type);
}

TEST_CASE("a variant without the channel has none") {
  TypeGraph graph;
  auto const* const u32 = graph.primitive(Primitive::u32);
  auto const* const mode = graph.enumeration(
      "Mode",
      {{"Quiet", shape::VariantKind::unit, {}},
       {"Loud", shape::VariantKind::structure, {{"out", graph.channel(Direction::tx, u32)}}}});
  auto const walk = ChannelWalk::of(extract(*graph.tuple({graph.vec(mode)})));
  CHECK(ids_of(walk.list(from_hex("03 00 0107 00").value()).value()) ==
        std::vector<std::uint64_t>{7});
}

TEST_CASE("a type without channels is not walked over") {
  auto const walk = walk_of<std::tuple<std::string, std::uint32_t>>();
  CHECK(walk.empty());
  auto const value = from_hex("0161 07").value();
  CHECK(walk.list(value).value().empty());
  CHECK(stripped(walk, value) == value);
}

TEST_CASE("ids are rewritten where they stand") {
  auto const walk = walk_of<Arguments>();
  wire::Buffer out;
  REQUIRE(walk.rewrite(wire::encode_value(arguments), out,
                       [](ValueChannel channel) { return channel.id + 1000; }));
  CHECK(ids_of(walk.list(out.view()).value()) ==
        std::vector<std::uint64_t>{1001, 1003, 1005, 1300, 1009, 1011});
  auto const back = wire::decode_value<Arguments>(out.view()).value();
  CHECK(std::get<1>(back).label == "l");
}

TEST_CASE("two attempts that differ in their ids alone are equal without them") {
  auto const walk = walk_of<Arguments>();
  auto other = arguments;
  std::get<0>(other).id = 77;
  std::get<1>(other).sources[1].id = 4;
  auto const once = stripped(walk, wire::encode_value(arguments));
  CHECK(once == stripped(walk, wire::encode_value(other)));
  std::get<1>(other).label = "m";
  CHECK(once != stripped(walk, wire::encode_value(other)));
}

TEST_CASE("what a peer announced of its items is known by the channel") {
  // The peer's Handles has its fields in another order, and longer items.
  TypeGraph graph;
  auto const* const text = graph.primitive(Primitive::string);
  auto const* const item =
      graph.structure("Item", {{"b", text}, {"a", graph.primitive(Primitive::u8)}});
  auto const remote = extract(*graph.tuple({graph.channel(Direction::rx, item)}));
  TypeGraph ours;
  auto const* const our_text = ours.primitive(Primitive::string);
  auto const* const our_item =
      ours.structure("Item", {{"a", ours.primitive(Primitive::u8)}, {"b", our_text}});
  auto const local = extract(*ours.tuple({ours.channel(Direction::rx, our_item)}));

  auto const theirs = ChannelWalk::of(Registry{remote.payload.schemas}, remote.payload.root);
  REQUIRE(theirs);
  auto const mine = ChannelWalk::of(local);
  auto const value = from_hex("09").value();
  auto const from = theirs->list(value).value().at(0);
  auto const to = mine.list(value).value().at(0);
  CHECK(from.id == to.id);
  auto const plan = build_item_plan(theirs->types()[from.type], mine.types()[to.type]);
  REQUIRE(plan);
  wire::Buffer out;
  REQUIRE(translate(*plan, from_hex("0178 05").value(), out));
  CHECK(to_hex(out.view()) == "050178");
}

TEST_CASE("bytes that are no arguments are refused, and so are too many steps") {
  auto const walk = walk_of<Arguments>();
  auto const value = wire::encode_value(arguments);
  for (std::size_t length = 0; length < value.size(); ++length)
    CHECK_FALSE(walk.list(ByteView{value}.first(length)));
  auto long_value = value;
  long_value.push_back(std::byte{0});
  CHECK_FALSE(walk.list(long_value));
  CHECK(ChannelWalk::of(local_type<Arguments>(), {.strictness = wire::Strictness::vox_0_4})
            .list(long_value));
}

TEST_CASE("a channel's element that grows without end is an error, not a long wait") {
  auto const var = [](std::string_view name) { return TypeRef::variable(std::string{name}); };
  auto const ref = [](TypeId id, Parts<TypeRef> args = {}) {
    return TypeRef::concrete(id, std::move(args));
  };
  // Each of 60 declarations hands the next one a pair of what it got: 2^60 types as a tree.
  std::vector<Schema> schemas{{1, {}, Primitive::u8},
                              {2, {"A", "B"}, Tuple{{var("A"), var("B")}}},
                              {3, {"T"}, Channel{Direction::rx, var("T")}},
                              {100, {"T"}, Tuple{{ref(3, {var("T")})}}}};
  for (TypeId id = 101; id < 160; ++id)
    schemas.push_back({id, {"T"}, Tuple{{ref(id - 1, {ref(2, {var("T"), var("T")})})}}});
  CHECK_FALSE(ChannelWalk::of(Registry{schemas}, ref(159, {ref(1)})));
  CHECK(ChannelWalk::of(Registry{schemas}, ref(103, {ref(1)})));
}

TEST_CASE("many channels that lead into one long chain of types share its schemas") {
  constexpr TypeId count = 10'000;
  std::vector<Schema> schemas{{1, {}, Primitive::u8}};
  for (TypeId id = 2; id <= count; ++id)
    schemas.push_back({id, {}, Option{TypeRef::concrete(id - 1)}});
  Tuple channels;
  for (TypeId id = 2 * count; id < 4 * count; id += 2) {
    schemas.push_back({id, {}, Tuple{{TypeRef::concrete(count)}}});
    schemas.push_back({id + 1, {}, Channel{Direction::rx, TypeRef::concrete(id)}});
    channels.elements.push_back(TypeRef::concrete(id + 1));
  }
  schemas.push_back({count + 1, {}, std::move(channels)});
  auto const walk = ChannelWalk::of(Registry{schemas}, TypeRef::concrete(count + 1));
  REQUIRE(walk);
  REQUIRE(walk->types().size() == count);
  CHECK(walk->types().front().schemas == walk->types().back().schemas);
  CHECK(walk->types().front().schemas->size() == schemas.size());
}

TEST_CASE("many channels of one type of many parts are an error, not a copy of it for each") {
  auto const var = [](std::string_view name) { return TypeRef::variable(std::string{name}); };
  auto const ref = [](TypeId id, Parts<TypeRef> args = {}) {
    return TypeRef::concrete(id, std::move(args));
  };
  std::vector<Schema> schemas{{1, {}, Primitive::u8}, {2, {"A", "B"}, Tuple{{var("A"), var("B")}}}};
  Tuple channels;
  for (TypeId id = 1000; id < 1200; ++id) {
    schemas.push_back({id, {"T"}, Channel{Direction::rx, var("T")}});
    channels.elements.push_back(ref(id, {var("T")}));
  }
  schemas.push_back({100, {"T"}, std::move(channels)});
  for (TypeId id = 101; id <= 111; ++id)
    schemas.push_back({id, {"T"}, Tuple{{ref(id - 1, {ref(2, {var("T"), var("T")})})}}});
  CHECK_FALSE(ChannelWalk::of(Registry{schemas}, ref(111, {ref(1)})));  // 200 * 2^11 parts
  CHECK(ChannelWalk::of(Registry{schemas}, ref(103, {ref(1)})));
}

TEST_SUITE_END();

}  // namespace
}  // namespace vox::schema
