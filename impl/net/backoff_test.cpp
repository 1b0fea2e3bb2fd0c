#include "impl/net/backoff.hpp"

#include "impl/net/entropy.hpp"

#include <doctest/doctest.h>

#include <set>

namespace {

using namespace vox;
using namespace vox::net;
using std::chrono::milliseconds;

TEST_SUITE_BEGIN("net");

TEST_CASE("r[core.B1] each pause is twice the last one, up to five seconds") {
  Backoff backoff;
  for (int const pause : {100, 200, 400, 800, 1600, 3200, 5000, 5000}) {
    CHECK(backoff.next() == milliseconds{pause});
  }
}

TEST_CASE("resume keys and seeds do not repeat") {
  std::set<ResumeKey> keys;
  std::set<std::uint64_t> seeds;
  for (int i = 0; i < 64; ++i) {
    keys.insert(fresh_resume_key());
    seeds.insert(fresh_seed());
  }
  CHECK(keys.size() == 64);
  CHECK(seeds.size() == 64);
}

TEST_SUITE_END();

}  // namespace
