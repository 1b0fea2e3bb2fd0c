#pragma once
#include "impl/store/sqlite_database.hpp"
#include "impl/store/statement.hpp"

// The SQL of the store. Ids are unsigned on the wire and stored as SQLite's signed integers, bit
// for bit.
namespace vox::store {

// "vox0": tells an operation store from other SQLite files.
inline constexpr std::uint64_t application_id = 0x766f7830;
inline constexpr std::uint64_t format_version = 1;

inline constexpr char const* make_tables_sql = R"(
CREATE TABLE sessions (
  identity BLOB PRIMARY KEY NOT NULL CHECK (length(identity) = 16),
  resume_key BLOB NOT NULL CHECK (length(resume_key) = 16),
  previous_key BLOB CHECK (length(previous_key) = 16),
  context BLOB NOT NULL
) WITHOUT ROWID;
CREATE TABLE operations (
  session BLOB NOT NULL REFERENCES sessions (identity) ON DELETE CASCADE,
  operation INTEGER NOT NULL,
  method INTEGER NOT NULL,
  idempotent INTEGER NOT NULL CHECK (idempotent IN (0, 1)),
  digest BLOB NOT NULL CHECK (length(digest) = 32),
  ret BLOB,                                   -- NULL until the operation is sealed
  type BLOB CHECK (ret NOT NULL OR type IS NULL),
  UNIQUE (session, operation)
);
PRAGMA application_id = 0x766f7830;
PRAGMA user_version = 1;
)";

struct SqliteStore::Database::Statements {
  explicit Statements(sqlite3* handle)
      : begin{handle, "BEGIN IMMEDIATE"},
        commit{handle, "COMMIT"},
        rollback{handle, "ROLLBACK"},
        keep_session{handle,
                     "INSERT INTO sessions VALUES (?1, ?2, NULL, ?3) ON CONFLICT DO UPDATE SET "
                     "previous_key = iif(resume_key = ?2, previous_key, resume_key), "
                     "resume_key = ?2, context = ?3"},
        has_session{handle, "SELECT 1 FROM sessions WHERE identity = ?1"},
        admit{handle,
              "INSERT INTO operations VALUES (?1, ?2, ?3, ?4, ?5, NULL, NULL) "
              "ON CONFLICT DO NOTHING"},
        find{handle,
             "SELECT method, idempotent, digest, ret, type FROM operations "
             "WHERE session = ?1 AND operation = ?2"},
        touch{handle,
              "UPDATE operations SET digest = digest WHERE session = ?1 AND operation = ?2"},
        seal{handle,
             "UPDATE operations SET ret = ?3, type = ?4 "
             "WHERE session = ?1 AND operation = ?2 AND ret IS NULL"},
        forget{handle,
               "DELETE FROM operations WHERE session = ?1 AND operation = ?2 "
               "RETURNING coalesce(length(ret), 0)"},
        forget_operations{handle,
                          "DELETE FROM operations WHERE session = ?1 "
                          "RETURNING coalesce(length(ret), 0)"},
        forget_session{handle, "DELETE FROM sessions WHERE identity = ?1"},
        sessions{handle,
                 "SELECT identity, resume_key, previous_key, context FROM sessions "
                 "ORDER BY identity"},
        load{handle,
             "SELECT operation, method, idempotent, digest, ret, type FROM operations "
             "WHERE session = ?1 ORDER BY operation"} {}

  [[nodiscard]] bool good() const {
    return begin && commit && rollback && keep_session && has_session && admit && find && touch &&
           seal && forget && forget_operations && forget_session && sessions && load;
  }

  Statement begin;
  Statement commit;
  Statement rollback;
  Statement keep_session;
  Statement has_session;
  Statement admit;
  Statement find;
  Statement touch;
  Statement seal;
  Statement forget;
  Statement forget_operations;
  Statement forget_session;
  Statement sessions;
  Statement load;
};

}  // namespace vox::store
