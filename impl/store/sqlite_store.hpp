#pragma once
#include "impl/rpc/store_events.hpp"

#include <cstddef>
#include <cstdint>
#include <expected>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace vox::store {

// What one file may hold. Nothing of it is dropped to make room: new operations are refused.
struct SqliteLimits {
  std::size_t sessions_max = 1uz << 16;
  std::size_t operations_max = 1uz << 20;
  std::size_t outcome_bytes_max = 1uz << 30;  // what was admitted is sealed even beyond it
  std::size_t context_bytes_max = 1uz << 16;  // of one session
};

// The durable operations of one process, in one SQLite file (with -wal beside it). Each request
// that it calls stored is on the disk: it outlives the process and, as far as the disk keeps its
// word, a loss of power. One process at a time has the file. Calls block; one thread at a time may
// make them.
//
// After a restart: sessions() lists what is to be resumed, load() gives Operations::restore its
// operations; take() does both for one key. A session that ends forgets itself by ForgetSession;
// one whose process was stopped, and whose peer never comes back, is given up by whoever owns the
// file.
// r[impl retry.policy.persist.admission] r[impl retry.seal.persist.recoverable]
class SqliteStore {
 public:
  // Opens or makes the file. An error is one sentence for the operator of the process.
  [[nodiscard]] static std::expected<SqliteStore, std::string> open(
      std::string const& path, SqliteLimits const& limits = {});
  ~SqliteStore();
  SqliteStore(SqliteStore&&) noexcept;
  SqliteStore& operator=(SqliteStore&&) noexcept;

  // Does what is asked in one transaction.
  [[nodiscard]] rpc::StoreDone perform(rpc::StoreRequest const& request);

  [[nodiscard]] std::expected<std::vector<rpc::StoredSession>, std::string> sessions();
  [[nodiscard]] std::expected<std::vector<rpc::StoredOperation>, std::string> load(
      rpc::SessionIdentity const& session);

  // The session of an earlier process that has this key now, or had it before its last renewal.
  // Once: who takes it makes the session anew.
  [[nodiscard]] std::expected<std::optional<rpc::RestoredSession>, std::string> take(
      ResumeKey const& key);

  [[nodiscard]] std::size_t operation_count() const;
  [[nodiscard]] std::size_t outcome_bytes() const;

 private:
  class Database;
  explicit SqliteStore(std::unique_ptr<Database> database);

  std::unique_ptr<Database> database_;
  // Of earlier processes, that nobody has taken yet.
  std::map<ResumeKey, rpc::SessionIdentity> earlier_;
};

}  // namespace vox::store
