// SQLite: owned handles, prepared statements and errors that say what to do. Used by the results store and the frame databases.
#pragma once

#include <sqlite3.h>

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace vbench::sqlite {

/// What messages call the file, and what they advise.
struct Subject {
  std::string name = "database";
  std::string no_space_hint = "free some space";
  std::string read_only_hint = {};
  std::string locked_hint = "wait for that process";
  std::string damaged_hint = {};
};

/// A connection. All failures become Error kInput about the file.
class Database {
 public:
  /// @param target  path, or URI when `flags` hold SQLITE_OPEN_URI
  Database(const std::filesystem::path& file, const std::string& target, int flags, Subject subject = {});

  void execute(const char* sql) const;
  /// Result code instead of an Error; for what may be tried again.
  [[nodiscard]] int try_execute(const char* sql) const;
  [[nodiscard]] int64_t number(const std::string& sql) const;  ///< first column of the first row
  [[nodiscard]] bool read_only() const { return sqlite3_db_readonly(handle_.get(), "main") != 0; }
  [[nodiscard]] sqlite3* handle() const { return handle_.get(); }
  [[nodiscard]] const std::filesystem::path& file() const { return file_; }

  [[noreturn]] void fail(int code) const;
  [[noreturn]] void fail_damaged(const std::string& detail) const;

 private:
  struct Close {
    void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
  };
  std::filesystem::path file_;
  Subject subject_;
  bool for_reading_;
  std::unique_ptr<sqlite3, Close> handle_;
};

/// Marks bytes to be bound as a blob.
struct Bytes {
  std::string_view bytes;
};

/// A prepared statement; parameters are bound in order from 1. Texts and blobs must live until the step.
class Statement {
 public:
  Statement(const Database& database, std::string_view sql);

  template <class... Values>
  Statement& bind(const Values&... values) {
    sqlite3_reset(handle_.get());
    int index = 0;
    (bind_at(++index, values), ...);
    return *this;
  }
  /// One row more? Bind again to start over.
  bool step();
  /// Ends a read before its last row, so that its lock goes.
  void reset() { sqlite3_reset(handle_.get()); }
  /// For statements without rows: runs to the end.
  void run();

  [[nodiscard]] int64_t integer(int column) const { return sqlite3_column_int64(handle_.get(), column); }
  [[nodiscard]] double real(int column) const;  ///< NULL is NaN: SQLite has no NaN
  [[nodiscard]] std::string text(int column) const;
  [[nodiscard]] std::string blob(int column) const;
  [[nodiscard]] std::string_view bytes(int column) const;  ///< as blob() without a copy; gone with the next step or bind

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* handle) const { sqlite3_finalize(handle); }
  };
  void bind_at(int index, int64_t value) { check(sqlite3_bind_int64(handle_.get(), index, value)); }
  void bind_at(int index, double value) { check(sqlite3_bind_double(handle_.get(), index, value)); }
  void bind_at(int index, const std::string& value) {
    check(sqlite3_bind_text64(handle_.get(), index, value.data(), value.size(), SQLITE_STATIC, SQLITE_UTF8));
  }
  void bind_at(int index, const Bytes& value) {
    check(sqlite3_bind_blob64(handle_.get(), index, value.bytes.data(), value.bytes.size(), SQLITE_STATIC));
  }
  void check(int code) const;

  const Database& database_;
  std::unique_ptr<sqlite3_stmt, Finalize> handle_;
};

/// Undone unless committed.
class Transaction {
 public:
  /// @param begin  "BEGIN IMMEDIATE" to write, "BEGIN" to read one state
  Transaction(const Database& database, const char* begin);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit();

 private:
  const Database& database_;
  bool open_ = true;
};

}  // namespace vbench::sqlite
