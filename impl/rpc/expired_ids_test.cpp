#include "impl/rpc/expired_ids.hpp"

#include "conformance/testing/property.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <cstdint>
#include <limits>
#include <set>
#include <vector>

using vox::rpc::ExpiredIds;

TEST_SUITE("retry") {
  TEST_CASE(
      "r[retry.gc.fail-closed] ids that are counted take one range, in whichever order they come") {
    ExpiredIds ids{2};
    for (std::uint64_t id = 0; id < 1000; id += 2)
      if (!ids.insert(id)) break;
    CHECK(ids.ranges() == 2);  // 0 and 2
    CHECK(ids.insert(1));
    CHECK(ids.ranges() == 1);
    for (std::uint64_t id = 1000; id > 2; --id)
      CHECK(ids.insert(id));
    CHECK(ids.ranges() == 1);
    CHECK(ids.contains(999));
    CHECK_FALSE(ids.contains(1001));
  }
  TEST_CASE("the largest id has no successor") {
    constexpr auto last = std::numeric_limits<std::uint64_t>::max();
    ExpiredIds ids{3};
    CHECK(ids.insert(last));
    CHECK(ids.insert(0));
    CHECK(ids.insert(last - 1));
    CHECK(ids.ranges() == 2);
    CHECK(ids.contains(last));
    CHECK_FALSE(ids.contains(1));
  }
  TEST_CASE("it is a set") {
    voxspec::test::holds([](std::vector<std::uint8_t> const& inserted) {
      ExpiredIds ids{256};
      std::set<std::uint64_t> model;
      for (auto const id : inserted) {
        RC_ASSERT(ids.insert(id));
        model.insert(id);
      }
      for (std::uint64_t id = 0; id < 258; ++id)
        RC_ASSERT(ids.contains(id) == model.contains(id));
      std::size_t ranges = 0;
      for (auto const id : model)
        ranges += model.contains(id + 1) ? 0U : 1U;
      RC_ASSERT(ids.ranges() == ranges);
    });
  }
}
