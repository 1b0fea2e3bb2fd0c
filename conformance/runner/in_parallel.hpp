#pragma once
#include <cstddef>
#include <functional>

namespace voxspec {

// Calls `work` once with each index from `begin` to before `end`, in this order, from so many
// threads, the caller's among them; fewer where the machine gives no more. Returns when all is
// done.
void in_parallel(std::size_t begin, std::size_t end, std::size_t threads,
                 std::function<void(std::size_t)> const& work);

}  // namespace voxspec
