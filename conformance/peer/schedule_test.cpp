#include "conformance/peer/schedule.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>

using namespace voxspec;
using namespace std::chrono_literals;

TEST_SUITE_BEGIN("peer");

TEST_CASE("a schedule is a function of the seed and the case") {
  auto const words = [](std::uint64_t seed, std::string_view id) {
    Schedule schedule{seed, id};
    std::string text;
    for (int sends = 0; sends < 20; ++sends) {
      for (auto const& piece : schedule.pieces(100)) {
        text += std::to_string(piece.end) + "+" + std::to_string(piece.pause.count()) + " ";
      }
    }
    return text;
  };
  CHECK(words(1, "link/a") == words(1, "link/a"));
  CHECK(words(1, "link/a") != words(2, "link/a"));
  CHECK(words(1, "link/a") != words(1, "link/b"));
}

TEST_CASE("the pieces of a schedule are the whole stream, cut at every place sooner or later") {
  Schedule schedule{7, "x"};
  std::set<std::size_t> seen;
  bool is_paused = false;
  for (int sends = 0; sends < 2000; ++sends) {
    auto const pieces = schedule.pieces(24);
    REQUIRE_FALSE(pieces.empty());
    std::size_t begin = 0;
    for (auto const& piece : pieces) {
      CHECK(piece.end > begin);
      CHECK(piece.pause <= 3ms);
      is_paused = is_paused || piece.pause > 0ms;
      begin = piece.end;
      seen.insert(piece.end);
    }
    CHECK(begin == 24);
  }
  CHECK(seen.size() == 24);
  CHECK(is_paused);
  CHECK(schedule.pieces(1).size() == 1);
  CHECK(schedule.pieces(0).size() == 1);
}

TEST_SUITE_END();
