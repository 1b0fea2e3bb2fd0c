// The records of operations: how many there are, which are over, and what gives way.
#include "impl/rpc/operations.hpp"
#include "spec/assert.hpp"

#include <algorithm>
#include <utility>

namespace vox::rpc {

namespace {

// An outcome that is forgotten leaves its memory to the next one, within bounds.
constexpr std::size_t spare_outcomes_max = 4;
constexpr std::size_t spare_bytes_max = 256uz << 10;  // of each

bool is_over(OperationPhase phase) {
  return phase == OperationPhase::sealed || phase == OperationPhase::released ||
         phase == OperationPhase::indeterminate;
}

}  // namespace

OperationRecord* Operations::find(OperationId id) {
  auto const place = by_id_.find(id);
  return place == by_id_.end() ? nullptr : place->second;
}

OperationRecord* Operations::find_execution(OperationId id, RequestToken execution) {
  auto* const record = find(id);
  return record != nullptr && execution != 0 && record->execution == execution ? record : nullptr;
}

OperationRecord* Operations::find_attempt(OperationId id, RequestToken attempt) {
  auto* const record = find(id);
  if (record == nullptr || attempt == 0) return nullptr;
  return std::ranges::find(record->attempts, attempt) == record->attempts.end() ? nullptr : record;
}

OperationRecord& Operations::make_record(OperationId id, OperationMethod const& method,
                                         PayloadDigest const& digest) {
  auto* record = unused_.empty() ? &records_.emplace_back() : &unused_.front();
  if (!unused_.empty()) unused_.pop_front();
  record->id = id;
  record->method = method;
  record->digest = digest;
  by_id_.emplace(id, record);
  return *record;
}

void Operations::remove(OperationRecord& record) {
  if (record.is_linked()) list_of(record).erase(OperationList::s_iterator_to(record));
  clear_outcome(record);
  end_execution(record);
  record.phase = OperationPhase::absent;
  record.waiting = 0;
  record.store_number = 0;
  record.attempts.clear();
  by_id_.erase(record.id);
  unused_.push_front(record);
}

void Operations::enter(TimePoint now, OperationRecord& record, OperationPhase phase) {
  if (phase == OperationPhase::absent) return remove(record);
  record.phase = phase;
  if (phase != OperationPhase::sealed && phase != OperationPhase::sealing) clear_outcome(record);
  if (is_over(phase) == record.is_linked()) return;
  auto& list = list_of(record);
  if (record.is_linked()) {
    list.erase(OperationList::s_iterator_to(record));
  } else {
    record.over_since = now;
    list.push_back(record);
  }
}

// r[impl retry.gc.live-protected] r[impl retry.gc.fail-closed]
bool Operations::make_room(std::size_t records, std::size_t bytes) {
  auto const& limits = options_.limits;
  // Forgetting all others would not make room for this one.
  if (bytes > limits.operation_bytes_max) return false;
  auto const fits = [&] {
    return by_id_.size() + records <= limits.operations_max &&
           outcome_bytes_ <= limits.operation_bytes_max - bytes;
  };
  while (!fits()) {
    if (options_.at_limit == AtLimit::refuse || over_in_memory_.empty()) return false;
    auto& oldest = over_in_memory_.front();
    VOX_ASSERT(row(oldest, OperationEvent::room_needed) != nullptr);
    if (!expired_.insert(oldest.id)) return false;
    remove(oldest);
  }
  return true;
}

void Operations::set_outcome(OperationRecord& record, Bytes ret,
                             std::shared_ptr<schema::SchemaPayload const> type) {
  std::shared_ptr<SealedOutcome> outcome;
  if (spare_outcomes_.empty()) {
    outcome = std::make_shared<SealedOutcome>();
  } else {
    outcome = std::move(spare_outcomes_.back());
    spare_outcomes_.pop_back();
  }
  outcome_bytes_ += ret.capacity();
  outcome->ret = std::move(ret);
  outcome->type = std::move(type);
  record.outcome = std::move(outcome);
}

void Operations::clear_outcome(OperationRecord& record) {
  if (!record.outcome) return;
  outcome_bytes_ -= record.outcome->ret.capacity();
  // What a store was asked to keep may be in use elsewhere.
  bool const reusable = !is_persistent(class_of(record.method)) &&
                        record.outcome.use_count() == 1 &&
                        record.outcome->ret.capacity() <= spare_bytes_max &&
                        spare_outcomes_.size() < spare_outcomes_max;
  if (reusable) spare_outcomes_.push_back(std::const_pointer_cast<SealedOutcome>(record.outcome));
  record.outcome.reset();
}

OperationList& Operations::list_of(OperationRecord const& record) {
  return is_persistent(class_of(record.method)) ? over_durable_ : over_in_memory_;
}

}  // namespace vox::rpc
