#pragma once
#include "impl/rpc/expired_ids.hpp"
#include "impl/rpc/operation.hpp"
#include "impl/rpc/operation_budget.hpp"
#include "impl/rpc/operation_reaction.hpp"
#include "impl/rpc/operation_record.hpp"
#include "impl/rpc/operation_table.hpp"
#include "impl/rpc/store_events.hpp"
#include "impl/wire/bytes.hpp"
#include "impl/wire/resume_key.hpp"
#include "spec/clock.hpp"
#include "spec/limits.hpp"
#include "spec/rulebook.hpp"

#include <boost/describe/enum.hpp>
#include <boost/unordered/unordered_flat_map.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace vox::rpc {

// What may give way where a new operation finds the table full.
enum class AtLimit : std::uint8_t {
  // The oldest outcomes of volatile methods, before their retry window is over. Their ids are still
  // recognised, so that a repeat is refused and never runs anew.
  forget_oldest,
  // Nothing: new operations are refused until retry windows are over.
  refuse,
};
BOOST_DESCRIBE_ENUM(AtLimit, forget_oldest, refuse)

struct OperationsOptions {
  Rulebook rulebook = Rulebook::spec;
  Limits limits{};
  // How long an operation that is over is remembered: the longest time in which a retry can come,
  // and a margin. r[impl retry.gc.ttl]
  Duration retry_window = Limits{}.resume_window + std::chrono::minutes{5};
  AtLimit at_limit = AtLimit::forget_oldest;
  // Somebody performs the StoreRequests. Without, persistent methods are kept in memory only.
  bool durable = false;
  SessionIdentity session{};
  ResumeKey resume_key{};
  Bytes context{};
  // Of a session that has several tables, with the same limits and retry window. Null: this is the
  // only one.
  std::shared_ptr<OperationBudget> budget{};
};

// The operations that a session's peer asks of us: for each id whether it runs, how it ended, and
// which requests wait for it. Sans-IO, and it knows neither messages nor handlers. What happens in
// which state is in operation_table.hpp. In spec there is one for a session, whichever connection
// an attempt comes on; in vox_0_4 one for each connection, and these share the session's limits.
//
// An execution is named by the token of the request that started it. Its owner reports the end of
// each one exactly once, by seal() or drop(), also after `stop`.
//
//   auto const admission = operations.admit(now, id, method, arguments, token);
//   run           start the handler; at its return:
//                     auto const todo = operations.seal(now, id, token, ret, type);
//                     for (auto const& answer : todo.answers) ...   // the first is token's own
//   run_later     keep the request; done = store.perform(request); todo = stored(now, done);
//   join          nothing: a Reaction answers it
//   others        answer at once, as the kind says
//
// All other events (cancel, leave, disconnect, ...) give a Reaction, too. After each call the owner
// takes the store's requests by poll_store_request(), if `durable`.
// r[impl retry.state.live.session-owned] r[impl retry.op-id.scope]
class Operations {
 public:
  explicit Operations(OperationsOptions options);
  Operations(Operations const&) = delete;
  Operations(Operations&&) = delete;
  Operations& operator=(Operations const&) = delete;
  Operations& operator=(Operations&&) = delete;
  ~Operations();
  // What the store holds of the session, before anything else happens. What was admitted and never
  // sealed is indeterminate; retry windows begin anew. r[impl retry.policy.persist.crash]
  void restore(TimePoint now, std::span<StoredOperation const> operations);

  // An attempt arrives. `payload` are the arguments without the ids of their channels.
  [[nodiscard]] Admission admit(TimePoint now, OperationId id, OperationMethod const& method,
                                ByteView payload, RequestToken attempt);
  // The handler of this execution has returned, an error of the application as well as a value.
  // r[impl retry.seal.return] r[impl retry.policy.persist.seal]
  [[nodiscard]] Reaction seal(TimePoint now, OperationId id, RequestToken execution, Bytes ret,
                              std::shared_ptr<schema::SchemaPayload const> type,
                              wire::MetadataView metadata = {});
  // It has ended without an answer: it failed, or was stopped.
  [[nodiscard]] Reaction drop(TimePoint now, OperationId id, RequestToken execution);
  // The peer cancels one attempt.
  [[nodiscard]] Reaction cancel(TimePoint now, OperationId id, RequestToken attempt);
  // The connection of one attempt is closed: nobody can be answered.
  [[nodiscard]] Reaction leave(TimePoint now, OperationId id, RequestToken attempt);
  // The link is lost, and with it all attempts and channels.
  [[nodiscard]] Reaction disconnect(TimePoint now);
  // The session goes on over another link.
  [[nodiscard]] Reaction resume(TimePoint now);
  // The peer was given another resume key.
  void renew_key(ResumeKey const& key);
  // The session is over. Persistent methods run on.
  [[nodiscard]] Reaction end(TimePoint now);
  // It cannot be resumed either: the store forgets it.
  void forget_session();

  [[nodiscard]] std::optional<StoreRequest> poll_store_request();
  [[nodiscard]] Reaction stored(TimePoint now, StoreDone const& done);

  // Operations whose retry window is over are forgotten. Every event does this by itself, so that
  // it need be called at next_deadline() only.
  void expire(TimePoint now);
  [[nodiscard]] std::optional<TimePoint> next_deadline() const;

  [[nodiscard]] OperationState state(OperationId id) const;
  [[nodiscard]] OperationPhase phase(OperationId id) const;
  [[nodiscard]] std::size_t size() const { return by_id_.size(); }
  [[nodiscard]] std::size_t outcome_bytes() const { return outcome_bytes_; }
  // Operations whose handlers have not ended.
  [[nodiscard]] std::size_t running() const { return running_; }

 private:
  OperationRecord* find(OperationId id);
  // The record whose handler this execution is, or for whose outcome this attempt waits; else null.
  OperationRecord* find_execution(OperationId id, RequestToken execution);
  OperationRecord* find_attempt(OperationId id, RequestToken attempt);
  [[nodiscard]] OperationTransition const* row(OperationRecord const& record,
                                               OperationEvent event) const;

  Admission admit_attempt(TimePoint now, OperationRecord& record, OperationEvent event,
                          RequestToken attempt);
  // Does what the table says of the event. `attempt` is whom it is about, if it is about one.
  void apply(TimePoint now, OperationRecord& record, OperationEvent event, RequestToken attempt,
             Reaction& reaction);
  struct Parties {
    RequestToken attempt;  // 0 if the event is about none
    RequestToken owner;    // whose handler runs, or ran up to this event
  };
  void perform(OperationRecord& record, OperationAction action, Parties const& parties,
               Reaction& reaction);
  // To every operation that is not over, in the order of the ids.
  Reaction apply_to_all(TimePoint now, OperationEvent event);
  void begin_execution(OperationRecord& record, RequestToken execution);
  void end_execution(OperationRecord& record);

  OperationRecord& make_record(OperationId id, OperationMethod const& method,
                               PayloadDigest const& digest);
  void remove(OperationRecord& record);
  void enter(TimePoint now, OperationRecord& record, OperationPhase phase);
  // Its id stays recognised; false, and nothing happens, if there is no room for that.
  [[nodiscard]] bool keep_expired(OperationRecord const& record);
  // Its retry window is over.
  void forget(OperationRecord& record);
  // Room for so many records and bytes of outcome more.
  [[nodiscard]] bool make_room(std::size_t records, std::size_t bytes);
  void set_outcome(OperationRecord& record, Bytes ret,
                   std::shared_ptr<schema::SchemaPayload const> type, wire::MetadataView metadata);
  void hold_outcome(OperationRecord& record, std::shared_ptr<SealedOutcome const> outcome);
  void clear_outcome(OperationRecord& record);
  OperationList& list_of(OperationRecord const& record);

  std::uint64_t ask(decltype(StoreRequest::what) what);
  void ask_to_admit(OperationRecord& record);

  OperationsOptions options_;
  std::shared_ptr<OperationBudget> budget_;
  std::deque<OperationRecord> records_;  // their addresses are stable
  boost::unordered_flat_map<OperationId, OperationRecord*> by_id_;
  OperationList unused_;
  ExpiredIds expired_;
  std::vector<std::shared_ptr<SealedOutcome>> spare_outcomes_;
  std::size_t outcome_bytes_ = 0;
  std::size_t running_ = 0;
  std::deque<StoreRequest> requests_;
  std::uint64_t last_number_ = 0;
  bool session_kept_ = false;  // the store was asked to keep the session
};

}  // namespace vox::rpc
