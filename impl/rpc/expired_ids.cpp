#include "impl/rpc/expired_ids.hpp"

#include <iterator>
#include <limits>

namespace vox::rpc {

bool ExpiredIds::insert(std::uint64_t id) {
  auto const after = last_by_first_.upper_bound(id);
  bool const joins_after = id != std::numeric_limits<std::uint64_t>::max() &&
                           after != last_by_first_.end() && after->first == id + 1;
  if (after != last_by_first_.begin()) {
    auto const before = std::prev(after);
    if (before->second >= id) return true;
    if (before->second + 1 == id) {
      before->second = joins_after ? after->second : id;
      if (joins_after) last_by_first_.erase(after);
      return true;
    }
  }
  if (joins_after) {
    auto const last = after->second;
    auto const place = last_by_first_.erase(after);
    last_by_first_.emplace_hint(place, id, last);
    return true;
  }
  if (last_by_first_.size() >= ranges_max_) return false;
  last_by_first_.emplace_hint(after, id, id);
  return true;
}

bool ExpiredIds::contains(std::uint64_t id) const {
  auto const after = last_by_first_.upper_bound(id);
  return after != last_by_first_.begin() && std::prev(after)->second >= id;
}

}  // namespace vox::rpc
