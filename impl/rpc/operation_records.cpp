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

std::size_t bytes_of(SealedOutcome const& outcome) {
  return outcome.ret.capacity() + outcome.metadata.view().encoded_bytes();
}

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
  record->table = this;
  record->id = id;
  record->method = method;
  record->digest = digest;
  by_id_.emplace(id, record);
  ++budget_->records;
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
  --budget_->records;
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

bool Operations::keep_expired(OperationRecord const& record) {
  auto const of_others = budget_->expired_ranges - expired_.ranges();
  expired_.limit(options_.limits.operations_max - of_others);
  bool const kept = expired_.insert(record.id);
  budget_->expired_ranges = of_others + expired_.ranges();
  return kept;
}

// Where there is no room for the id it is not recognised any more, which is allowed: the window was
// chosen so that no retry comes.
void Operations::forget(OperationRecord& record) {
  VOX_ASSERT(row(record, OperationEvent::window_over) != nullptr);
  static_cast<void>(keep_expired(record));
  remove(record);
}

// r[impl retry.gc.live-protected] r[impl retry.gc.fail-closed]
bool Operations::make_room(std::size_t records, std::size_t bytes) {
  auto const& limits = options_.limits;
  // Forgetting all others would not make room for this one.
  if (bytes > limits.operation_bytes_max) return false;
  auto const fits = [&] {
    return budget_->records + records <= limits.operations_max &&
           budget_->outcome_bytes <= limits.operation_bytes_max - bytes;
  };
  while (!fits()) {
    auto& over = budget_->over_in_memory;
    if (options_.at_limit == AtLimit::refuse || over.empty()) return false;
    auto& oldest = over.front();
    VOX_ASSERT(row(oldest, OperationEvent::room_needed) != nullptr);
    if (!oldest.table->keep_expired(oldest)) return false;
    oldest.table->remove(oldest);
  }
  return true;
}

void Operations::set_outcome(OperationRecord& record, Bytes ret,
                             std::shared_ptr<schema::SchemaPayload const> type,
                             wire::MetadataView metadata) {
  std::shared_ptr<SealedOutcome> outcome;
  if (spare_outcomes_.empty()) {
    outcome = std::make_shared<SealedOutcome>();
  } else {
    outcome = std::move(spare_outcomes_.back());
    spare_outcomes_.pop_back();
  }
  outcome->ret = std::move(ret);
  outcome->type = std::move(type);
  outcome->metadata.clear();
  for (auto const& entry : metadata)
    outcome->metadata.add(entry);
  hold_outcome(record, std::move(outcome));
}

void Operations::hold_outcome(OperationRecord& record,
                              std::shared_ptr<SealedOutcome const> outcome) {
  outcome_bytes_ += bytes_of(*outcome);
  budget_->outcome_bytes += bytes_of(*outcome);
  record.outcome = std::move(outcome);
}

void Operations::clear_outcome(OperationRecord& record) {
  if (!record.outcome) return;
  outcome_bytes_ -= bytes_of(*record.outcome);
  budget_->outcome_bytes -= bytes_of(*record.outcome);
  // What a store was asked to keep may be in use elsewhere.
  bool const reusable =
      !is_persistent(class_of(record.method)) && record.outcome.use_count() == 1 &&
      bytes_of(*record.outcome) <= spare_bytes_max && spare_outcomes_.size() < spare_outcomes_max;
  if (reusable) spare_outcomes_.push_back(std::const_pointer_cast<SealedOutcome>(record.outcome));
  record.outcome.reset();
}

OperationList& Operations::list_of(OperationRecord const& record) {
  return is_persistent(class_of(record.method)) ? budget_->over_durable : budget_->over_in_memory;
}

}  // namespace vox::rpc
