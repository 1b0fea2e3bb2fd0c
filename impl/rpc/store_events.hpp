#pragma once
#include "impl/rpc/operation.hpp"
#include "impl/wire/resume_key.hpp"

#include <boost/describe/enum.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

// What the endpoint asks of a durable store, and what the store answers. Requests of one session
// are performed in the order in which they came; each gets one StoreDone.
namespace vox::rpc {

namespace store_request {

// The session is to be found again by this key. The key before it is found, too, since the peer may
// not have received the new one. `context` is for whoever makes the session anew; no store reads
// it.
struct KeepSession {
  ResumeKey resume_key{};
  Bytes context{};
  bool operator==(KeepSession const&) const = default;
};
// From now on the operation is live, or indeterminate after a crash. Refused without a KeepSession.
struct Admit {
  OperationId operation = 0;
  OperationMethod method{};
  PayloadDigest digest{};
  bool operator==(Admit const&) const = default;
};
struct Seal {
  OperationId operation = 0;
  std::shared_ptr<SealedOutcome const> outcome;
  bool operator==(Seal const&) const = default;
};
// Nobody can ask for these operations any more: they are over, and so is their retry window.
struct Forget {
  std::vector<OperationId> operations;
  bool operator==(Forget const&) const = default;
};
// The session is over and cannot be resumed, and none of its handlers runs: nothing of it is kept.
struct ForgetSession {
  bool operator==(ForgetSession const&) const = default;
};

}  // namespace store_request

struct StoreRequest {
  std::uint64_t number = 0;  // unique within the session
  SessionIdentity session{};
  std::variant<store_request::KeepSession, store_request::Admit, store_request::Seal,
               store_request::Forget, store_request::ForgetSession>
      what;
  bool operator==(StoreRequest const&) const = default;
};

enum class StoreResult : std::uint8_t {
  stored,     // durable: it outlives the process and the machine's power
  refused,    // certainly nothing of it was kept
  recovered,  // an admission of what the store holds as sealed: here is the outcome
  failed,     // it may be kept or not
};
BOOST_DESCRIBE_ENUM(StoreResult, stored, refused, recovered, failed)

struct StoreDone {
  std::uint64_t number = 0;
  SessionIdentity session{};
  OperationId operation = 0;  // of Admit and Seal
  StoreResult result = StoreResult::stored;
  std::shared_ptr<SealedOutcome const> outcome{};  // of recovered
  std::string error{};                             // a sentence, unless it is stored
};

// What a store holds of a session, to make it anew after a restart.
struct StoredSession {
  SessionIdentity identity{};
  ResumeKey resume_key{};
  std::optional<ResumeKey> previous_key{};
  Bytes context{};
  bool operator==(StoredSession const&) const = default;
};
struct StoredOperation {
  OperationId operation = 0;
  OperationMethod method{};
  PayloadDigest digest{};
  std::shared_ptr<SealedOutcome const> outcome{};  // null: admitted and never sealed
};

// A session of an earlier process, as its peer comes back to it.
struct RestoredSession {
  SessionIdentity identity{};
  std::vector<StoredOperation> operations{};
};

}  // namespace vox::rpc
