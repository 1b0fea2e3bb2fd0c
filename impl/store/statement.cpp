#include "impl/store/statement.hpp"

#include <bit>
#include <cstddef>

namespace vox::store {

Statement::Statement(sqlite3* database, std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  sqlite3_prepare_v3(database, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                     &statement, nullptr);
  statement_.reset(statement);
}

void Statement::reset() {
  sqlite3_reset(statement_.get());
  sqlite3_clear_bindings(statement_.get());
  binding_ = SQLITE_OK;
}

void Statement::bind(int parameter, std::uint64_t value) {
  note(sqlite3_bind_int64(statement_.get(), parameter + 1, std::bit_cast<std::int64_t>(value)));
}

void Statement::bind(int parameter, ByteView bytes) {
  // A null pointer would be bound as NULL, which empty bytes are not.
  void const* const data = bytes.empty() ? static_cast<void const*>("") : bytes.data();
  note(sqlite3_bind_blob64(statement_.get(), parameter + 1, data, bytes.size(), SQLITE_STATIC));
}

void Statement::bind_null(int parameter) {
  note(sqlite3_bind_null(statement_.get(), parameter + 1));
}

int Statement::step() {
  return binding_ == SQLITE_OK ? sqlite3_step(statement_.get()) : binding_;
}

std::uint64_t Statement::number(int column) const {
  return std::bit_cast<std::uint64_t>(std::int64_t{sqlite3_column_int64(statement_.get(), column)});
}

ByteView Statement::bytes(int column) const {
  auto const* const data =
      static_cast<std::byte const*>(sqlite3_column_blob(statement_.get(), column));
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

bool Statement::is_null(int column) const {
  return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

void Statement::note(int result) {
  if (result != SQLITE_OK) binding_ = result;
}

}  // namespace vox::store
