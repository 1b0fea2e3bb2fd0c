#pragma once
#include "spec/clock.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>

namespace vox::rpc {

// Numbers in the order of their age, with a limit on how many there are.
class AgedNumbers {
 public:
  struct Entry {
    std::uint64_t number = 0;
    TimePoint since{};
    bool operator==(Entry const&) const = default;
  };

  explicit AgedNumbers(std::size_t numbers_max) : numbers_max_{numbers_max} {}

  // Takes a number in; one that is there already keeps its age. If that makes too many, the oldest
  // goes and is returned. With a limit of 0 that is the number itself.
  std::optional<std::uint64_t> add(TimePoint now, std::uint64_t number);
  void remove(std::uint64_t number);

  [[nodiscard]] bool contains(std::uint64_t number) const { return places_.contains(number); }
  [[nodiscard]] std::size_t size() const { return places_.size(); }
  [[nodiscard]] std::optional<Entry> oldest() const;

 private:
  std::size_t numbers_max_;
  std::list<Entry> entries_;  // oldest first
  boost::unordered_flat_map<std::uint64_t, std::list<Entry>::iterator> places_;
};

}  // namespace vox::rpc
