#pragma once
#include "impl/store/sqlite_store.hpp"
#include "impl/store/statement.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <sqlite3.h>
#include <string>
#include <string_view>

namespace vox::store {

// The open file with its compiled statements. One request is one transaction.
class SqliteStore::Database {
 public:
  Database(std::string path, SqliteLimits const& limits);
  ~Database();
  Database(Database const&) = delete;
  Database& operator=(Database const&) = delete;

  // Each gives a sentence on failure.
  std::optional<std::string> open();
  rpc::StoreDone perform(rpc::StoreRequest const& request);
  std::expected<std::vector<rpc::StoredSession>, std::string> sessions();
  std::expected<std::vector<rpc::StoredOperation>, std::string> load(
      rpc::SessionIdentity const& session);

  [[nodiscard]] std::size_t operation_count() const { return operations_; }
  [[nodiscard]] std::size_t outcome_bytes() const { return outcome_bytes_; }

 private:
  struct Closer {
    void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
  };
  struct Statements;
  struct Outcome;  // of one request

  std::optional<std::string> configure();
  std::optional<std::string> check_format();
  std::optional<std::string> count();
  [[nodiscard]] bool execute(char const* sql);
  // The first column of the first row.
  [[nodiscard]] std::optional<std::uint64_t> ask_number(std::string_view sql);
  // What SQLite says of its last error, with the path and what to do.
  [[nodiscard]] std::string sentence(std::string_view what) const;

  Outcome keep_session(rpc::SessionIdentity const& session,
                       rpc::store_request::KeepSession const& wanted);
  Outcome admit(rpc::SessionIdentity const& session, rpc::store_request::Admit const& wanted);
  Outcome admit_again(rpc::SessionIdentity const& session, rpc::store_request::Admit const& wanted);
  Outcome seal(rpc::SessionIdentity const& session, rpc::store_request::Seal const& wanted);
  Outcome forget(rpc::SessionIdentity const& session, rpc::store_request::Forget const& wanted);
  Outcome forget_session(rpc::SessionIdentity const& session);

  std::string path_;
  SqliteLimits limits_;
  std::unique_ptr<sqlite3, Closer> handle_;
  std::unique_ptr<Statements> statements_;  // goes before the handle
  std::size_t sessions_ = 0;
  std::size_t operations_ = 0;
  std::size_t outcome_bytes_ = 0;
};

}  // namespace vox::store
