#pragma once
#include "conformance/peer/schedule.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <random>
#include <vector>

namespace voxspec {

// Leaves at most `max` of the items, in their order; all if it is 0. Each has a number of its own
// by the seed and its name, so that the same seed draws the same ones even where an item more or
// less stands in the list.
template <class Item, class Name>
void keep_drawn(std::vector<Item>& items, std::size_t max, std::uint64_t seed,
                Name const& name_of) {
  if (max == 0 || items.size() <= max) return;
  auto const number_of = [&](Item const& item) {
    return std::mt19937_64{seed ^ digest(std::invoke(name_of, item))}();
  };
  std::vector<std::uint64_t> numbers;
  for (auto const& item : items)
    numbers.push_back(number_of(item));
  auto const last = numbers.begin() + static_cast<std::ptrdiff_t>(max - 1);
  std::ranges::nth_element(numbers, last);
  std::erase_if(items, [&](Item const& item) { return number_of(item) > *last; });
}

}  // namespace voxspec
