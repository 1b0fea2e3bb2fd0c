#include "impl/session/flat_map.hpp"

#include "conformance/testing/property.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

using vox::session::FlatMap;
using voxspec::test::holds;

TEST_SUITE_BEGIN("session");

TEST_CASE("a flat map does what a map does") {
  // Few different ids make long runs, many make growth.
  holds([](std::vector<std::pair<std::uint8_t, bool>> const& operations, std::uint64_t seed) {
    FlatMap<std::size_t> flat{seed};
    std::map<std::uint64_t, std::size_t> model;
    for (std::size_t i = 0; i < operations.size(); ++i) {
      auto const [id, is_assign] = operations[i];
      if (is_assign) {
        RC_ASSERT(flat.assign(id, i) == model.insert_or_assign(id, i).second);
      } else {
        auto const taken = flat.take(id);
        auto const known = model.extract(id);
        RC_ASSERT(taken.has_value() == !known.empty());
        if (taken) RC_ASSERT(*taken == known.mapped());
      }
      RC_ASSERT(flat.size() == model.size());
    }
    for (std::uint64_t id = 0; id < 256; ++id) {
      auto const* const found = flat.find(id);
      auto const known = model.find(id);
      RC_ASSERT((found != nullptr) == (known != model.end()));
      if (found != nullptr) RC_ASSERT(*found == known->second);
    }
  });
}

TEST_CASE("a flat map takes large ids, ids that only differ high up, and is empty after clear") {
  FlatMap<int> flat;
  for (std::uint64_t shift = 0; shift < 64; ++shift)
    flat.assign(std::uint64_t{1} << shift, 1);
  flat.assign(~std::uint64_t{0}, 2);
  flat.assign(0, 3);
  CHECK(flat.size() == 66);
  CHECK(*flat.find(~std::uint64_t{0}) == 2);
  CHECK(*flat.find(0) == 3);
  flat.clear();
  CHECK(flat.empty());
  CHECK(flat.find(0) == nullptr);
  CHECK_FALSE(flat.take(0));
}

TEST_SUITE_END();
