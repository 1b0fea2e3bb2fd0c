#include "impl/store/sqlite_store.hpp"

#include "impl/rpc/operations.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sqlite3.h>
#include <string>
#include <utility>

using namespace vox;
using namespace vox::rpc;
using vox::store::SqliteLimits;
using vox::store::SqliteStore;

namespace {

// A folder of its own that goes with the test.
class Scratch {
 public:
  Scratch() {
    std::string name = (std::filesystem::temp_directory_path() / "vox_store_XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    folder_ = name;
  }
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  Scratch(Scratch const&) = delete;
  Scratch& operator=(Scratch const&) = delete;

  [[nodiscard]] std::string path(char const* name = "operations.db") const {
    return (folder_ / name).string();
  }

 private:
  std::filesystem::path folder_;
};

template <class Array>
Array filled(unsigned value) {
  Array made{};
  made[0] = static_cast<std::byte>(value);
  return made;
}
SessionIdentity identity(unsigned value) {
  return filled<SessionIdentity>(value);
}
ResumeKey resume_by(unsigned value) {
  return filled<ResumeKey>(value);
}

constexpr OperationMethod pay{.method = 0xf000'0000'0000'0001, .persistent = true};

StoreRequest keep(unsigned who, unsigned resume_key = 1) {
  return {1, identity(who), store_request::KeepSession{resume_by(resume_key), Bytes(3)}};
}
StoreRequest admit(unsigned who, OperationId id, unsigned digest = 0) {
  return {2, identity(who), store_request::Admit{id, pay, filled<PayloadDigest>(digest)}};
}
StoreRequest seal(unsigned who, OperationId id, std::string_view ret) {
  auto outcome = std::make_shared<SealedOutcome>();
  outcome->ret = to_bytes(as_bytes(ret));
  schema::SchemaPayload type;
  type.schemas.push_back({.id = 7, .type_params = {}, .kind = schema::List{schema::TypeRef{}}});
  outcome->type = std::make_shared<schema::SchemaPayload const>(std::move(type));
  return {3, identity(who), store_request::Seal{id, outcome}};
}

SqliteStore opened(std::string const& path, SqliteLimits const& limits = {}) {
  auto store = SqliteStore::open(path, limits);
  if (!store) FAIL(store.error());
  return std::move(*store);
}

void execute(std::string const& path, char const* sql) {
  sqlite3* database = nullptr;
  REQUIRE(sqlite3_open(path.c_str(), &database) == SQLITE_OK);
  CHECK(sqlite3_exec(database, sql, nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(database);
}

}  // namespace

TEST_SUITE("retry") {
  TEST_CASE(
      "r[retry.policy.persist.admission] what was admitted and sealed is there after a reopening") {
    Scratch const scratch;
    {
      auto store = opened(scratch.path());
      CHECK(store.perform(keep(1)).result == StoreResult::stored);
      CHECK(store.perform(admit(1, 5)).result == StoreResult::stored);
      CHECK(store.perform(admit(1, ~0ULL)).result == StoreResult::stored);
      CHECK(store.perform(seal(1, 5, "done")).result == StoreResult::stored);
    }
    auto store = opened(scratch.path());
    auto const operations = store.load(identity(1)).value();
    REQUIRE(operations.size() == 2);
    CHECK(operations[0].operation == ~0ULL);  // negative in SQLite
    CHECK(operations[0].outcome == nullptr);
    CHECK(operations[1].operation == 5);
    CHECK(operations[1].method == pay);
    REQUIRE(operations[1].outcome != nullptr);
    CHECK(as_text(operations[1].outcome->ret) == "done");
    REQUIRE(operations[1].outcome->type != nullptr);
    CHECK(operations[1].outcome->type->schemas.front().id == 7);
    CHECK(store.operation_count() == 2);
    CHECK(store.outcome_bytes() == 4);
    CHECK(store.load(identity(2)).value().empty());
  }
  TEST_CASE("r[retry.op-id.scope] an id belongs to its session") {
    Scratch const scratch;
    auto store = opened(scratch.path());
    CHECK(store.perform(admit(1, 5)).result == StoreResult::refused);  // no such session
    CHECK(store.perform(keep(1)).result == StoreResult::stored);
    CHECK(store.perform(keep(2)).result == StoreResult::stored);
    CHECK(store.perform(admit(1, 5)).result == StoreResult::stored);
    CHECK(store.perform(admit(2, 5, 9)).result == StoreResult::stored);
    CHECK(store.perform(seal(2, 5, "two")).result == StoreResult::stored);
    CHECK(store.load(identity(1)).value().front().outcome == nullptr);
    CHECK(store.load(identity(2)).value().front().outcome != nullptr);
  }
  TEST_CASE("r[retry.seal.persist.recoverable] an admission of what is sealed gives the outcome") {
    Scratch const scratch;
    auto store = opened(scratch.path());
    CHECK(store.perform(keep(1)).result == StoreResult::stored);
    CHECK(store.perform(admit(1, 5)).result == StoreResult::stored);
    CHECK(store.perform(admit(1, 5)).result == StoreResult::stored);
    CHECK(store.perform(admit(1, 5, 9)).result == StoreResult::refused);  // other arguments
    CHECK(store.perform(seal(1, 5, "done")).result == StoreResult::stored);
    auto const again = store.perform(admit(1, 5));
    CHECK(again.result == StoreResult::recovered);
    REQUIRE(again.outcome != nullptr);
    CHECK(as_text(again.outcome->ret) == "done");
    CHECK(store.perform(seal(1, 5, "other")).result == StoreResult::refused);
    CHECK(as_text(store.load(identity(1)).value().front().outcome->ret) == "done");
  }
  TEST_CASE(
      "r[retry.gc.persist-durable] only what was asked is forgotten, and a session with all it "
      "has") {
    Scratch const scratch;
    auto store = opened(scratch.path());
    for (unsigned const who : {1U, 2U})
      CHECK(store.perform(keep(who)).result == StoreResult::stored);
    for (OperationId id = 0; id < 4; ++id)
      CHECK(store.perform(admit(1, id)).result == StoreResult::stored);
    CHECK(store.perform(seal(1, 0, "abc")).result == StoreResult::stored);
    StoreRequest const forget{4, identity(1), store_request::Forget{{0, 2, 99}}};
    CHECK(store.perform(forget).result == StoreResult::stored);
    CHECK(store.load(identity(1)).value().size() == 2);
    CHECK(store.operation_count() == 2);
    CHECK(store.outcome_bytes() == 0);
    CHECK(store.perform({5, identity(1), store_request::ForgetSession{}}).result ==
          StoreResult::stored);
    CHECK(store.operation_count() == 0);
    REQUIRE(store.sessions().value().size() == 1);
    CHECK(store.sessions().value().front().identity == identity(2));
  }
  TEST_CASE("a session is found by its newest key and by the one before") {
    Scratch const scratch;
    auto store = opened(scratch.path());
    for (unsigned const resume_key : {1U, 2U, 2U, 3U})
      CHECK(store.perform(keep(1, resume_key)).result == StoreResult::stored);
    auto const sessions = store.sessions().value();
    REQUIRE(sessions.size() == 1);
    CHECK(sessions[0] == StoredSession{identity(1), resume_by(3), resume_by(2), Bytes(3)});
  }
  TEST_CASE("a full store refuses new operations and seals the old ones") {
    Scratch const scratch;
    auto store =
        opened(scratch.path(), {.sessions_max = 1, .operations_max = 3, .outcome_bytes_max = 10});
    CHECK(store.perform(keep(1)).result == StoreResult::stored);
    CHECK(store.perform(keep(1, 2)).result == StoreResult::stored);
    CHECK(store.perform(keep(2)).result == StoreResult::refused);
    for (OperationId id = 0; id < 3; ++id)
      CHECK(store.perform(admit(1, id)).result == StoreResult::stored);
    CHECK(store.perform(admit(1, 3)).result == StoreResult::refused);
    CHECK(store.load(identity(1)).value().size() == 3);
    CHECK(store.perform(seal(1, 0, "0123456789")).result == StoreResult::stored);
    CHECK(store.perform(seal(1, 1, "0123456789")).result == StoreResult::stored);
    CHECK(store.perform({5, identity(1), store_request::Forget{{2}}}).result ==
          StoreResult::stored);
    CHECK(store.perform(admit(1, 3)).error.contains("is full"));
  }
  TEST_CASE("r[retry.op-id.scope] a session that is forgotten makes room for another") {
    Scratch const scratch;
    auto store = opened(scratch.path(), {.sessions_max = 1});
    for (unsigned session = 1; session <= 5; ++session) {
      CHECK(store.perform(keep(session)).result == StoreResult::stored);
      CHECK(store.perform(admit(session, 1)).result == StoreResult::stored);
      CHECK(store.perform({5, identity(session), store_request::ForgetSession{}}).result ==
            StoreResult::stored);
    }
    CHECK(store.sessions().value().empty());
    CHECK(store.operation_count() == 0);
  }
  TEST_CASE("what cannot be opened is told in one sentence that names the path") {
    Scratch const scratch;
    auto const folder = scratch.path("none/operations.db");
    CHECK(SqliteStore::open(folder).error().contains(folder));

    auto const text = scratch.path("text");
    std::ofstream{text} << std::string(4096, 'x');
    CHECK(SqliteStore::open(text).error().contains("is no SQLite file"));

    auto const foreign = scratch.path("foreign.db");
    execute(foreign, "CREATE TABLE sessions (x)");
    CHECK(SqliteStore::open(foreign).error().contains("is a database of something else"));

    {
      auto const store = opened(scratch.path());
    }
    execute(scratch.path(), "PRAGMA user_version = 2");
    CHECK(SqliteStore::open(scratch.path()).error().contains("has the format 2"));
  }
  TEST_CASE("two stores cannot have one file") {
    Scratch const scratch;
    auto const store = opened(scratch.path());
    CHECK(SqliteStore::open(scratch.path()).error().contains("is in use by another process"));
  }
  TEST_CASE(
      "r[retry.policy.persist.crash] after a restart, admitted is indeterminate and sealed is "
      "replayed") {
    Scratch const scratch;
    TimePoint const now{};
    OperationsOptions options;
    options.durable = true;
    options.session = identity(1);
    options.resume_key = resume_by(4);
    auto const settle = [&](SqliteStore& store, Operations& operations) {
      std::vector<Reaction> reactions;
      while (auto const request = operations.poll_store_request())
        reactions.push_back(operations.stored(now, store.perform(*request)));
      return reactions;
    };
    {
      auto store = opened(scratch.path());
      Operations operations{options};
      CHECK(operations.admit(now, 1, pay, as_bytes("a"), 11).kind == AdmissionKind::run_later);
      CHECK(operations.admit(now, 2, pay, as_bytes("b"), 12).kind == AdmissionKind::run_later);
      auto const started = settle(store, operations);
      REQUIRE(started.size() == 3);
      CHECK(started[1].run.front() == 11);
      CHECK(started[2].run.front() == 12);
      CHECK(operations.seal(now, 1, 11, to_bytes(as_bytes("paid")), nullptr).empty());
      auto const shown = settle(store, operations);
      REQUIRE(shown.size() == 1);
      CHECK(shown[0].answers.front() == Answer{11, OperationAnswer::outcome});
      CHECK(as_text(shown[0].outcome->ret) == "paid");
    }
    auto store = opened(scratch.path());
    auto const sessions = store.sessions().value();
    REQUIRE(sessions.size() == 1);
    CHECK(sessions[0].resume_key == resume_by(4));
    Operations operations{options};
    operations.restore(now, store.load(sessions[0].identity).value());
    auto const replay = operations.admit(now, 1, pay, as_bytes("a"), 21);
    CHECK(replay.kind == AdmissionKind::replay);
    CHECK(as_text(replay.outcome->ret) == "paid");
    CHECK(operations.admit(now, 2, pay, as_bytes("b"), 22).kind == AdmissionKind::indeterminate);
    CHECK(operations.admit(now, 2, pay, as_bytes("c"), 23).kind == AdmissionKind::conflict);
  }
}
