#include "impl/rpc/aged_numbers.hpp"

#include <iterator>

namespace vox::rpc {

std::optional<std::uint64_t> AgedNumbers::add(TimePoint now, std::uint64_t number) {
  if (contains(number)) return std::nullopt;
  entries_.push_back({.number = number, .since = now});
  places_.emplace(number, std::prev(entries_.end()));
  if (size() <= numbers_max_) return std::nullopt;
  auto const oldest = entries_.front().number;
  remove(oldest);
  return oldest;
}

void AgedNumbers::remove(std::uint64_t number) {
  auto const place = places_.find(number);
  if (place == places_.end()) return;
  entries_.erase(place->second);
  places_.erase(place);
}

std::optional<AgedNumbers::Entry> AgedNumbers::oldest() const {
  if (entries_.empty()) return std::nullopt;
  return entries_.front();
}

}  // namespace vox::rpc
