#pragma once
#include "impl/rpc/operation.hpp"
#include "impl/rpc/operation_table.hpp"
#include "spec/clock.hpp"

#include <boost/container/small_vector.hpp>
#include <boost/intrusive/list.hpp>

#include <cstdint>
#include <memory>

namespace vox::rpc {

class Operations;

// One operation. Its hook is in the list of those that are over, oldest first, or of unused
// records.
struct OperationRecord : boost::intrusive::list_base_hook<> {
  Operations* table = nullptr;  // that holds it
  OperationId id = 0;
  OperationMethod method{};
  PayloadDigest digest{};
  OperationPhase phase = OperationPhase::absent;
  RequestToken execution = 0;  // whose handler runs; 0 if none does
  RequestToken waiting = 0;    // whose handler starts when the store, or the execution, is done
  boost::container::small_vector<RequestToken, 2> attempts;  // who waits for an answer
  std::shared_ptr<SealedOutcome const> outcome;
  std::uint64_t store_number = 0;  // of the request whose StoreDone is waited for
  TimePoint over_since{};
};
using OperationList = boost::intrusive::list<OperationRecord>;

}  // namespace vox::rpc
