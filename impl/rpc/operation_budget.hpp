#pragma once
#include "impl/rpc/operation_record.hpp"

#include <cstddef>

namespace vox::rpc {

// What all tables of operations of one session hold together: the limits are the session's, however
// many connections it has. Each table adds what it holds and takes it back with its end.
struct OperationBudget {
  std::size_t records = 0;
  std::size_t outcome_bytes = 0;
  std::size_t expired_ranges = 0;
  // The operations of volatile methods that are over, in the order in which their retry windows
  // end: the first gives way where a table needs room, whichever table it is of.
  OperationList over_in_memory{};
  // Those of persistent methods, in the same order, which give way to none.
  OperationList over_durable{};
};

}  // namespace vox::rpc
