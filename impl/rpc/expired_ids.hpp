#pragma once
#include <boost/container/flat_map.hpp>

#include <cstddef>
#include <cstdint>

namespace vox::rpc {

// A set of ids kept as ranges, so that a caller who counts its ids costs one range however many
// there were. The number of ranges is bounded.
// r[impl retry.gc.fail-closed]
class ExpiredIds {
 public:
  explicit ExpiredIds(std::size_t ranges_max) : ranges_max_{ranges_max} {}

  // Another bound. Ranges that are there already stay.
  void limit(std::size_t ranges_max) { ranges_max_ = ranges_max; }
  // False if there is no room for another range; then nothing has changed.
  [[nodiscard]] bool insert(std::uint64_t id);
  [[nodiscard]] bool contains(std::uint64_t id) const;
  [[nodiscard]] std::size_t ranges() const { return last_by_first_.size(); }

 private:
  std::size_t ranges_max_;
  boost::container::flat_map<std::uint64_t, std::uint64_t> last_by_first_;
};

}  // namespace vox::rpc
