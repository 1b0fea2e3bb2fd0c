#pragma once
#include "impl/wire/bytes.hpp"

#include <cstdint>
#include <memory>
#include <sqlite3.h>
#include <string_view>

namespace vox::store {

// A compiled statement of SQLite. Parameters and columns count from 0 here.
class Statement {
 public:
  // Compiles; on failure it is false, and what is wrong is with the database.
  Statement(sqlite3* database, std::string_view sql);
  explicit operator bool() const { return statement_ != nullptr; }

  // Begins anew. Bytes have to hold until the statement was stepped to its end.
  void reset();
  void bind(int parameter, std::uint64_t value);
  void bind(int parameter, ByteView bytes);
  void bind_null(int parameter);
  // SQLITE_ROW, SQLITE_DONE or an error, which a failed binding is as well.
  [[nodiscard]] int step();

  [[nodiscard]] std::uint64_t number(int column) const;
  [[nodiscard]] ByteView bytes(int column) const;  // until the next step
  [[nodiscard]] bool is_null(int column) const;

 private:
  struct Finalizer {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  void note(int result);

  std::unique_ptr<sqlite3_stmt, Finalizer> statement_;
  int binding_ = SQLITE_OK;
};

}  // namespace vox::store
