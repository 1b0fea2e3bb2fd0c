#include "impl/net/typed/declaration.hpp"

#include "impl/net/typed/service_of.hpp"
#include "impl/net/typed/typed_test.hpp"
#include "impl/schema/channel_id.hpp"
#include "impl/wire/method_id.hpp"
#include "impl/wire/postcard.hpp"

#include <memory>
#include <string>
#include <tuple>
#include <type_traits>
#include <variant>
#include <vector>

namespace {

using namespace vox;
using namespace vox::net;
using namespace vox::net::test;

struct Tree {
  std::vector<Tree> children;
  std::unique_ptr<Tree> parent;
};
BOOST_DESCRIBE_STRUCT(Tree, (), (children, parent))
struct Watched {
  Tree tree;
  std::tuple<int, std::unique_ptr<Sinks>> sinks;
};
BOOST_DESCRIBE_STRUCT(Watched, (), (tree, sinks))

// What a declaration says of its methods.
template <MethodName Name>
using Declared = MethodNamed<Calculator, Name>;
static_assert(std::is_same_v<Declared<"divide">::Args, std::tuple<std::int64_t, std::int64_t>>);
static_assert(std::is_same_v<Declared<"divide">::Return, std::int64_t>);
static_assert(std::is_same_v<Declared<"divide">::Error, MathError>);
static_assert(std::is_same_v<Declared<"forget">::Return, std::monostate>);
static_assert(std::is_same_v<Declared<"forget">::Error, shape::Never>);
static_assert(std::is_same_v<Declared<"note">::Return, std::monostate>);
static_assert(Declared<"note">::repeat == idempotent);
static_assert(Declared<"note">::persistence == persistent);
static_assert(Declared<"add">::repeat == rpc::Repeat::non_idempotent);
static_assert(Declared<"add">::persistence == rpc::Persistence::none);

// Where channels are found.
static_assert(!has_channels<Tree> && channels_are_placed<Tree>);
static_assert(has_channels<Watched> && channels_are_placed<Watched>);
static_assert(has_channels<Source> && channels_are_placed<Source>);
static_assert(has_channels<std::vector<Rx<int>>> && !channels_are_placed<std::vector<Rx<int>>>);
static_assert(!channels_are_placed<std::optional<std::vector<Sinks>>>);

TEST_SUITE_BEGIN("typed");

TEST_CASE("r[rpc.method-id] a declared method is known by the names of service and method") {
  auto const& method = method_of<Calculator, "divide">();
  CHECK(method.name() == "divide");
  CHECK(method.id() == wire::method_id("Calculator", "divide"));
  CHECK_FALSE(method.has_channels());
  CHECK(method_of<Calculator, "note">().operation().persistent);
  CHECK(method_of<Calculator, "note">().operation().idempotent);
  CHECK(method_of<Calculator, "sort">().has_channels());
}

TEST_CASE("r[rpc.channel.discovery] channels are visited in the order in which they are encoded") {
  Watched watched;
  auto& sinks = *(std::get<1>(watched.sinks) = std::make_unique<Sinks>());
  sinks.odd.emplace().set_channel_id(1);
  sinks.even.emplace().set_channel_id(2);
  std::tuple<Watched, Source, Source> value{std::move(watched), Numbers{}, Nothing{}};
  std::get<Numbers>(std::get<1>(value)).input.set_channel_id(3);
  std::vector<std::uint64_t> ids;
  auto visit = [&](ChannelHalf const& half) { ids.push_back(half.channel_id()); };
  for_each_channel(value, visit);
  CHECK(ids == std::vector<std::uint64_t>{1, 2, 3});
  sinks.odd.reset();
  ids.clear();
  for_each_channel(value, visit);
  CHECK(ids == std::vector<std::uint64_t>{2, 3});
}

TEST_SUITE_END();

}  // namespace
