#include "impl/store/sqlite_database.hpp"

#include "impl/schema/cbor_form.hpp"
#include "impl/store/sqlite_statements.hpp"

#include <algorithm>
#include <utility>
#include <variant>

namespace vox::store {

using rpc::StoreResult;

// What became of one request before its commit, and by how much the counts change with it.
struct SqliteStore::Database::Outcome {
  StoreResult result = StoreResult::stored;
  std::string error{};
  std::shared_ptr<rpc::SealedOutcome const> recovered{};
  std::ptrdiff_t sessions = 0;
  std::ptrdiff_t operations = 0;
  std::ptrdiff_t outcome_bytes = 0;
};

namespace {

std::string_view const not_written =
    "cannot be written; nothing changed: see to the disk and its free space";

template <std::size_t Size>
std::array<std::byte, Size> fixed(ByteView bytes) {
  std::array<std::byte, Size> array{};
  std::ranges::copy_n(bytes.begin(), static_cast<std::ptrdiff_t>(std::min(Size, bytes.size())),
                      array.begin());
  return array;
}

// From the columns `ret` and `type`; an error if the type cannot be read.
std::expected<std::shared_ptr<rpc::SealedOutcome const>, std::string> read_outcome(
    Statement const& row, int ret_column) {
  if (row.is_null(ret_column)) return nullptr;
  auto outcome = std::make_shared<rpc::SealedOutcome>();
  outcome->ret = to_bytes(row.bytes(ret_column));
  if (!row.is_null(ret_column + 1)) {
    auto type = schema::decode_payload(row.bytes(ret_column + 1), wire::Strictness::vox_0_4);
    if (!type) return std::unexpected(type.error().detail);
    outcome->type = std::make_shared<schema::SchemaPayload const>(std::move(*type));
  }
  return outcome;
}

}  // namespace

rpc::StoreDone SqliteStore::Database::perform(rpc::StoreRequest const& request) {
  namespace asked = rpc::store_request;
  rpc::StoreDone done{.number = request.number, .session = request.session};
  if (auto const* const admit = std::get_if<asked::Admit>(&request.what))
    done.operation = admit->operation;
  if (auto const* const seal = std::get_if<asked::Seal>(&request.what))
    done.operation = seal->operation;
  auto& statements = *statements_;
  statements.begin.reset();
  if (statements.begin.step() != SQLITE_DONE) {
    done.result = StoreResult::refused;
    done.error = sentence(not_written);
    return done;
  }
  auto const& session = request.session;
  auto outcome = std::visit(
      [&]<class Wanted>(Wanted const& wanted) {
        if constexpr (std::same_as<Wanted, asked::KeepSession>) {
          return keep_session(session, wanted);
        } else if constexpr (std::same_as<Wanted, asked::Admit>) {
          return admit(session, wanted);
        } else if constexpr (std::same_as<Wanted, asked::Seal>) {
          return seal(session, wanted);
        } else if constexpr (std::same_as<Wanted, asked::Forget>) {
          return forget(session, wanted);
        } else {
          return forget_session(session);
        }
      },
      request.what);
  done.outcome = std::move(outcome.recovered);
  if (outcome.result == StoreResult::stored) {
    statements.commit.reset();
    if (statements.commit.step() == SQLITE_DONE) {
      sessions_ += static_cast<std::size_t>(outcome.sessions);
      operations_ += static_cast<std::size_t>(outcome.operations);
      outcome_bytes_ += static_cast<std::size_t>(outcome.outcome_bytes);
      return done;
    }
    outcome.result = StoreResult::failed;
    outcome.error = sentence("may not have been written: see to the disk and its free space");
  }
  done.result = outcome.result;
  done.error = std::move(outcome.error);
  // Some errors have rolled back by themselves.
  if (sqlite3_get_autocommit(handle_.get()) == 0) {
    statements.rollback.reset();
    if (statements.rollback.step() != SQLITE_DONE && done.result == StoreResult::refused)
      done.result = StoreResult::failed;
  }
  return done;
}

SqliteStore::Database::Outcome SqliteStore::Database::keep_session(
    rpc::SessionIdentity const& session, rpc::store_request::KeepSession const& wanted) {
  auto& find = statements_->has_session;
  find.reset();
  find.bind(0, session);
  bool const known = find.step() == SQLITE_ROW;
  find.reset();
  if (!known && sessions_ >= limits_.sessions_max)
    return {StoreResult::refused, "the operation store " + path_ +
                                      " holds as many sessions as it may; raise sessions_max"};
  if (wanted.context.size() > limits_.context_bytes_max)
    return {StoreResult::refused,
            "the context of a session is larger than context_bytes_max of the operation store"};
  auto& keep = statements_->keep_session;
  keep.reset();
  keep.bind(0, session);
  keep.bind(1, wanted.resume_key);
  keep.bind(2, wanted.context);
  if (keep.step() != SQLITE_DONE) return {StoreResult::refused, sentence(not_written)};
  return {.sessions = known ? 0 : 1};
}

// r[impl retry.policy.persist.admission]
SqliteStore::Database::Outcome SqliteStore::Database::admit(
    rpc::SessionIdentity const& session, rpc::store_request::Admit const& wanted) {
  auto& insert = statements_->admit;
  insert.reset();
  insert.bind(0, session);
  insert.bind(1, wanted.operation);
  insert.bind(2, wanted.method.method);
  insert.bind(3, std::uint64_t{wanted.method.idempotent ? 1U : 0U});
  insert.bind(4, wanted.digest);
  auto const result = insert.step();
  if (result == SQLITE_CONSTRAINT_FOREIGNKEY)
    return {StoreResult::refused, "the operation store " + path_ + " does not hold the session"};
  if (result != SQLITE_DONE) return {StoreResult::refused, sentence(not_written)};
  if (sqlite3_changes(handle_.get()) == 0) return admit_again(session, wanted);
  if (operations_ >= limits_.operations_max || outcome_bytes_ >= limits_.outcome_bytes_max)
    return {StoreResult::refused,
            "the operation store " + path_ +
                " is full; raise its limits, or wait until retry windows are over"};
  return {.operations = 1};
}

// The store knows the id. If it is sealed its outcome is what the caller needs. Else it is written
// once more, since an earlier commit that failed may not be on the disk.
SqliteStore::Database::Outcome SqliteStore::Database::admit_again(
    rpc::SessionIdentity const& session, rpc::store_request::Admit const& wanted) {
  auto& find = statements_->find;
  find.reset();
  find.bind(0, session);
  find.bind(1, wanted.operation);
  if (find.step() != SQLITE_ROW) return {StoreResult::refused, sentence("cannot be read")};
  bool const same =
      find.number(0) == wanted.method.method && vox::equal(find.bytes(2), wanted.digest);
  auto outcome = read_outcome(find, 3);
  find.reset();
  if (!same)
    return {StoreResult::refused, "the operation store " + path_ + " holds the operation " +
                                      std::to_string(wanted.operation) +
                                      " with another method or other arguments"};
  if (!outcome)
    return {StoreResult::failed, "the operation store " + path_ +
                                     " holds a type that cannot be read: " + outcome.error()};
  if (*outcome)
    return {StoreResult::recovered, "the operation is sealed already", std::move(*outcome)};
  auto& touch = statements_->touch;
  touch.reset();
  touch.bind(0, session);
  touch.bind(1, wanted.operation);
  if (touch.step() != SQLITE_DONE) return {StoreResult::failed, sentence(not_written)};
  return {};
}

// r[impl retry.policy.persist.seal]
SqliteStore::Database::Outcome SqliteStore::Database::seal(rpc::SessionIdentity const& session,
                                                           rpc::store_request::Seal const& wanted) {
  auto const type = wanted.outcome->type ? schema::encode(*wanted.outcome->type) : Bytes{};
  auto& update = statements_->seal;
  update.reset();
  update.bind(0, session);
  update.bind(1, wanted.operation);
  update.bind(2, wanted.outcome->ret);
  if (wanted.outcome->type) {
    update.bind(3, type);
  } else {
    update.bind_null(3);
  }
  auto const result = update.step();
  update.reset();
  if (result != SQLITE_DONE) return {StoreResult::refused, sentence(not_written)};
  if (sqlite3_changes(handle_.get()) == 0)
    return {StoreResult::refused, "the operation store " + path_ + " holds no live operation " +
                                      std::to_string(wanted.operation)};
  return {.outcome_bytes = static_cast<std::ptrdiff_t>(wanted.outcome->ret.size())};
}

// r[impl retry.gc.persist-durable]
SqliteStore::Database::Outcome SqliteStore::Database::forget(
    rpc::SessionIdentity const& session, rpc::store_request::Forget const& wanted) {
  Outcome outcome;
  auto& remove = statements_->forget;
  for (auto const operation : wanted.operations) {
    remove.reset();
    remove.bind(0, session);
    remove.bind(1, operation);
    auto result = remove.step();
    for (; result == SQLITE_ROW; result = remove.step()) {
      --outcome.operations;
      outcome.outcome_bytes -= static_cast<std::ptrdiff_t>(remove.number(0));
    }
    if (result != SQLITE_DONE) return {StoreResult::refused, sentence(not_written)};
  }
  return outcome;
}

SqliteStore::Database::Outcome SqliteStore::Database::forget_session(
    rpc::SessionIdentity const& session) {
  Outcome outcome;
  auto& operations = statements_->forget_operations;
  operations.reset();
  operations.bind(0, session);
  auto result = operations.step();
  for (; result == SQLITE_ROW; result = operations.step()) {
    --outcome.operations;
    outcome.outcome_bytes -= static_cast<std::ptrdiff_t>(operations.number(0));
  }
  if (result != SQLITE_DONE) return {StoreResult::refused, sentence(not_written)};
  auto& remove = statements_->forget_session;
  remove.reset();
  remove.bind(0, session);
  if (remove.step() != SQLITE_DONE) return {StoreResult::refused, sentence(not_written)};
  outcome.sessions = -sqlite3_changes(handle_.get());
  return outcome;
}

std::expected<std::vector<rpc::StoredSession>, std::string> SqliteStore::Database::sessions() {
  std::vector<rpc::StoredSession> all;
  auto& row = statements_->sessions;
  row.reset();
  auto result = row.step();
  for (; result == SQLITE_ROW; result = row.step()) {
    auto& session = all.emplace_back();
    session.identity = fixed<16>(row.bytes(0));
    session.resume_key = fixed<16>(row.bytes(1));
    if (!row.is_null(2)) session.previous_key = fixed<16>(row.bytes(2));
    session.context = to_bytes(row.bytes(3));
  }
  row.reset();
  if (result != SQLITE_DONE) return std::unexpected(sentence("cannot be read"));
  return all;
}

// r[impl retry.policy.persist.crash]
std::expected<std::vector<rpc::StoredOperation>, std::string> SqliteStore::Database::load(
    rpc::SessionIdentity const& session) {
  std::vector<rpc::StoredOperation> all;
  auto& row = statements_->load;
  row.reset();
  row.bind(0, session);
  auto result = row.step();
  for (; result == SQLITE_ROW; result = row.step()) {
    auto outcome = read_outcome(row, 4);
    if (!outcome) {
      row.reset();
      return std::unexpected("the operation store " + path_ +
                             " holds a type that cannot be read: " + outcome.error());
    }
    all.push_back(
        {.operation = row.number(0),
         .method = {.method = row.number(1), .idempotent = row.number(2) != 0, .persistent = true},
         .digest = fixed<32>(row.bytes(3)),
         .outcome = std::move(*outcome)});
  }
  row.reset();
  if (result != SQLITE_DONE) return std::unexpected(sentence("cannot be read"));
  return all;
}

}  // namespace vox::store
