// Opening the file: how SQLite is to behave, whether the file is ours, and what it holds.
#include "impl/store/sqlite_database.hpp"
#include "impl/store/sqlite_statements.hpp"

#include <utility>

namespace vox::store {

namespace {

// How long to wait for a process that is just going.
constexpr int busy_ms = 2000;

}  // namespace

SqliteStore::Database::Database(std::string path, SqliteLimits const& limits)
    : path_{std::move(path)}, limits_{limits} {}
SqliteStore::Database::~Database() = default;

std::optional<std::string> SqliteStore::Database::open() {
  sqlite3* handle = nullptr;
  auto const flags =
      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  auto const opened = sqlite3_open_v2(path_.c_str(), &handle, flags, nullptr);
  handle_.reset(handle);  // It is there after most failures, too, and holds the reason.
  if (opened != SQLITE_OK)
    return sentence("cannot be opened; name a file in a folder that this process may write to");
  if (auto failed = configure()) return failed;
  if (auto failed = check_format()) return failed;
  statements_ = std::make_unique<Statements>(handle_.get());
  if (!statements_->good()) return sentence("lacks tables; name another file");
  return count();
}

// One process has the file for itself, so that no two servers run one operation. Every commit waits
// for the disk.
std::optional<std::string> SqliteStore::Database::configure() {
  sqlite3_busy_timeout(handle_.get(), busy_ms);
  bool const good = execute("PRAGMA locking_mode = EXCLUSIVE") &&
                    execute("PRAGMA journal_mode = WAL") && execute("PRAGMA synchronous = FULL") &&
                    execute("PRAGMA foreign_keys = ON") && execute("PRAGMA trusted_schema = OFF");
  if (good && ask_number("PRAGMA synchronous") == 2) return std::nullopt;
  auto const code = sqlite3_errcode(handle_.get()) & 0xff;
  if (code == SQLITE_BUSY || code == SQLITE_LOCKED)
    return sentence("is in use by another process; end it or name another file");
  if (code == SQLITE_NOTADB) return sentence("is no SQLite file; name another one");
  return sentence("cannot be set up for durable writing");
}

std::optional<std::string> SqliteStore::Database::check_format() {
  if (!execute("BEGIN IMMEDIATE"))
    return sentence("cannot be written to; name a file that this process may write to");
  auto const application = ask_number("PRAGMA application_id");
  auto const version = ask_number("PRAGMA user_version");
  auto const tables = ask_number("SELECT count(*) FROM sqlite_schema");
  if (!application || !version || !tables) {
    auto failed = sentence("cannot be read");
    static_cast<void>(execute("ROLLBACK"));
    return failed;
  }
  if (*tables == 0 && *application == 0 && *version == 0) {
    if (execute(make_tables_sql) && execute("COMMIT")) return std::nullopt;
    auto failed = sentence("cannot be made");
    static_cast<void>(execute("ROLLBACK"));
    return failed;
  }
  static_cast<void>(execute("ROLLBACK"));
  if (*application != application_id)
    return "the operation store " + path_ + " is a database of something else; name another file";
  if (*version != format_version)
    return "the operation store " + path_ + " has the format " + std::to_string(*version) +
           ", and this program knows " + std::to_string(format_version) +
           " only; use the program that made it, or name another file";
  return std::nullopt;
}

std::optional<std::string> SqliteStore::Database::count() {
  auto const sessions = ask_number("SELECT count(*) FROM sessions");
  auto const operations = ask_number("SELECT count(*) FROM operations");
  auto const bytes = ask_number("SELECT coalesce(sum(length(ret)), 0) FROM operations");
  if (!sessions || !operations || !bytes) return sentence("cannot be read");
  sessions_ = *sessions;
  operations_ = *operations;
  outcome_bytes_ = *bytes;
  return std::nullopt;
}

bool SqliteStore::Database::execute(char const* sql) {
  return sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr) == SQLITE_OK;
}

std::optional<std::uint64_t> SqliteStore::Database::ask_number(std::string_view sql) {
  Statement statement{handle_.get(), sql};
  if (!statement || statement.step() != SQLITE_ROW) return std::nullopt;
  return statement.number(0);
}

std::string SqliteStore::Database::sentence(std::string_view what) const {
  std::string text = "the operation store ";
  text += path_;
  text += ' ';
  text += what;
  text += " (SQLite: ";
  text += handle_ ? sqlite3_errmsg(handle_.get()) : "out of memory";
  text += ')';
  return text;
}

}  // namespace vox::store
