#include "impl/rpc/plan_cache.hpp"

#include "impl/rpc/method_types.hpp"
#include "impl/schema/channel_id.hpp"

#include <boost/describe/class.hpp>
#include <doctest/doctest.h>

#include <cstdint>
#include <string_view>
#include <tuple>
#include <variant>

namespace {

using namespace vox;
using namespace vox::rpc;

// The item of a channel, as we and as a peer have it: its fields stand in another order.
struct OurPoint {
  static constexpr std::string_view rust_name = "Point";
  std::uint8_t x;
  std::uint32_t y;
};
BOOST_DESCRIBE_STRUCT(OurPoint, (), (x, y))
struct TheirPoint {
  static constexpr std::string_view rust_name = "Point";
  std::uint32_t y;
  std::uint8_t x;
};
BOOST_DESCRIBE_STRUCT(TheirPoint, (), (y, x))

template <class Point>
Method method_of_points() {
  return {"Points", "send", method_types<std::tuple<schema::Rx<Point>>, std::monostate>()};
}

// A connection on which the peer has announced the arguments of one method.
struct Announced {
  Method ours = method_of_points<OurPoint>();
  PlanCache plans{wire::Strictness::strict, Limits{}};
  schema::ReceiveTracker tracker;
  schema::Binding binding{.method_id = ours.id(), .direction = wire::BindingDirection::args};

  explicit Announced(Method const& theirs) {
    REQUIRE(theirs.id() == ours.id());
    REQUIRE(tracker.record(binding, *theirs.args_schemas()));
  }
  PlanCache::ItemPlan items() {
    REQUIRE(plans.args(tracker.announced(binding), ours));
    return plans.items(ours, 0, 0);
  }
};

TEST_SUITE_BEGIN("rpc");

TEST_CASE("the plan of a channel's items is made once for as long as its arguments have one type") {
  Announced announced{method_of_points<TheirPoint>()};
  auto const first = announced.items();
  REQUIRE(first);
  REQUIRE(*first != nullptr);
  CHECK(*announced.items() == *first);
  // Of another type of the arguments it is another one.
  auto const same = method_of_points<OurPoint>().args_schemas();
  announced.tracker.reset();
  REQUIRE(announced.tracker.record(announced.binding, *same));
  auto const now = announced.items();
  REQUIRE(now);
  CHECK(*now == nullptr);
}

TEST_CASE("a type that is announced anew again and again costs no plan each time") {
  Announced announced{method_of_points<TheirPoint>()};
  auto const theirs = *method_of_points<TheirPoint>().args_schemas();
  auto const other = theirs.schemas.front().id;
  std::size_t refused = 0;
  for (int i = 0; i < 100; ++i) {
    schema::SchemaPayload again{
        .schemas = {}, .root = i % 2 == 0 ? schema::TypeRef::concrete(other) : theirs.root};
    REQUIRE(announced.tracker.record(announced.binding, std::move(again)));
    auto const plan =
        announced.plans.args(announced.tracker.announced(announced.binding), announced.ours);
    if (!plan && plan.error().contains("too often")) ++refused;
  }
  // The type of the last plan is still served.
  CHECK(refused >= 40);
}

TEST_CASE("r[core.M4] after another attachment the plans of items are made anew") {
  Announced announced{method_of_points<TheirPoint>()};
  auto const first = announced.items();
  announced.plans.clear();
  auto const again = announced.items();
  REQUIRE(first);
  REQUIRE(again);
  CHECK(*again != *first);
}

TEST_SUITE_END();

}  // namespace
