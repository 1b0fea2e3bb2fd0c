#include "impl/store/sqlite_store.hpp"

#include "impl/store/sqlite_database.hpp"
#include "impl/store/sqlite_statements.hpp"

#include <utility>

namespace vox::store {

SqliteStore::SqliteStore(std::unique_ptr<Database> database) : database_{std::move(database)} {}
SqliteStore::~SqliteStore() = default;
SqliteStore::SqliteStore(SqliteStore&&) noexcept = default;
SqliteStore& SqliteStore::operator=(SqliteStore&&) noexcept = default;

std::expected<SqliteStore, std::string> SqliteStore::open(std::string const& path,
                                                          SqliteLimits const& limits) {
  auto database = std::make_unique<Database>(path, limits);
  if (auto failed = database->open()) return std::unexpected(std::move(*failed));
  auto const known = database->sessions();
  if (!known) return std::unexpected(known.error());
  SqliteStore store{std::move(database)};
  for (auto const& session : *known) {
    store.earlier_.emplace(session.resume_key, session.identity);
    if (session.previous_key) store.earlier_.emplace(*session.previous_key, session.identity);
  }
  return store;
}

rpc::StoreDone SqliteStore::perform(rpc::StoreRequest const& request) {
  return database_->perform(request);
}

std::expected<std::vector<rpc::StoredSession>, std::string> SqliteStore::sessions() {
  return database_->sessions();
}

std::expected<std::vector<rpc::StoredOperation>, std::string> SqliteStore::load(
    rpc::SessionIdentity const& session) {
  return database_->load(session);
}

std::expected<std::optional<rpc::RestoredSession>, std::string> SqliteStore::take(
    ResumeKey const& key) {
  auto const found = earlier_.find(key);
  if (found == earlier_.end()) return std::nullopt;
  auto const identity = found->second;
  auto operations = database_->load(identity);
  if (!operations) return std::unexpected(std::move(operations.error()));
  std::erase_if(earlier_, [&](auto const& entry) { return entry.second == identity; });
  return rpc::RestoredSession{.identity = identity, .operations = std::move(*operations)};
}

std::size_t SqliteStore::operation_count() const {
  return database_->operation_count();
}

std::size_t SqliteStore::outcome_bytes() const {
  return database_->outcome_bytes();
}

}  // namespace vox::store
