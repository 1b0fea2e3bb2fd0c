#include "conformance/runner/lot.hpp"

#include <doctest/doctest.h>

#include <string>

namespace voxspec {
namespace {

std::vector<std::string> names(int count) {
  std::vector<std::string> out;
  for (int i = 0; i < count; ++i)
    out.push_back("fault-" + std::to_string(i));
  return out;
}

std::vector<std::string> drawn(std::vector<std::string> items, std::size_t max,
                               std::uint64_t seed) {
  keep_drawn(items, max, seed, [](std::string const& name) { return name; });
  return items;
}

TEST_CASE("a lot has as many items as it may, in their order, and all where no limit is set") {
  auto const some = drawn(names(100), 7, 1);
  CHECK(some.size() == 7);
  std::size_t at = 0;
  for (auto const& name : names(100))
    at += at < some.size() && some[at] == name ? 1U : 0U;
  CHECK(at == some.size());
  CHECK(drawn(names(100), 0, 1) == names(100));
  CHECK(drawn(names(5), 7, 1) == names(5));
}

TEST_CASE("the same seed draws the same items, another seed others") {
  CHECK(drawn(names(100), 7, 1) == drawn(names(100), 7, 1));
  CHECK(drawn(names(100), 7, 1) != drawn(names(100), 7, 2));
}

TEST_CASE("an item that is gone changes nothing about which others are drawn before it") {
  auto const before = drawn(names(100), 7, 1);
  auto fewer = names(100);
  std::erase(fewer, before.front());
  auto const after = drawn(fewer, 7, 1);
  auto const kept = std::ranges::count_if(after, [&](std::string const& name) {
    return std::ranges::find(before, name) != before.end();
  });
  CHECK(kept == 6);
}

}  // namespace
}  // namespace voxspec
