#include "harness/core/sqlite.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <limits>
#include <utility>

#include "harness/core/error.hpp"

namespace vbench::sqlite {
namespace {

constexpr int kBusyMilliseconds = 60'000;  // a writer with megabytes of outputs on a slow disk needs seconds

/// errno of the last failure: of the connection, else of the database file, else of its write-ahead log.
int system_error_of(sqlite3* handle) {
  if (handle == nullptr) return 0;
  if (const int error = sqlite3_system_errno(handle); error != 0) return error;
  int error = 0;
  sqlite3_file_control(handle, "main", SQLITE_FCNTL_LAST_ERRNO, &error);
  if (error != 0) return error;
  sqlite3_file* log = nullptr;
  sqlite3_file_control(handle, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
  if (log != nullptr && log->pMethods != nullptr) log->pMethods->xFileControl(log, SQLITE_FCNTL_LAST_ERRNO, &error);
  return error;
}

/// Room ran out, whether or not SQLite kept the system's reason.
bool disk_full(int code, int system_error) {
  if ((code & 0xFF) == SQLITE_FULL || code == SQLITE_IOERR_SHMSIZE || code == SQLITE_IOERR_WRITE) return true;
  return (code & 0xFF) == SQLITE_IOERR && (system_error == ENOSPC || system_error == EDQUOT || system_error == EFBIG);
}

}  // namespace

Database::Database(const std::filesystem::path& file, const std::string& target, int flags, Subject subject)
    : file_(file), subject_(std::move(subject)), for_reading_((flags & SQLITE_OPEN_READONLY) != 0) {
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(target.c_str(), &handle, flags | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_NOMUTEX, nullptr);
  handle_.reset(handle);
  if (code != SQLITE_OK) fail(code);
  sqlite3_busy_timeout(handle, kBusyMilliseconds);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  execute("PRAGMA trusted_schema=OFF");  // a store may come from somebody else
  execute("PRAGMA cell_size_check=ON");
  execute("PRAGMA foreign_keys=ON");
}

int Database::try_execute(const char* sql) const { return sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr); }

void Database::execute(const char* sql) const {
  if (const int code = try_execute(sql); code != SQLITE_OK) fail(code);
}

int64_t Database::number(const std::string& sql) const {
  Statement statement(*this, sql);
  return statement.step() ? statement.integer(0) : 0;
}

void Database::fail(int code) const {
  const std::string message = handle_ == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(handle_.get());
  const int system_error = system_error_of(handle_.get());
  const std::string reason = system_error != 0 && (code & 0xFF) != SQLITE_READONLY ? std::strerror(system_error) : message;
  if (disk_full(code, system_error)) {
    throw input_error(fmt::format("cannot write to the {}: {}", subject_.name, system_error != 0 ? reason : "no space"), file_.string(),
                      subject_.no_space_hint);
  }
  switch (code & 0xFF) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      fail_damaged(message);
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
      throw input_error(fmt::format("cannot open the {} for {}: {}", subject_.name, for_reading_ ? "reading" : "writing", reason),
                        file_.string(), for_reading_ ? "" : subject_.read_only_hint);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      throw input_error(fmt::format("the {} was locked by another process for {} s", subject_.name, kBusyMilliseconds / 1000),
                        file_.string(), subject_.locked_hint);
    default:
      throw input_error(
          fmt::format("the {} cannot be used: {} (SQLite code {}{})", subject_.name, message, code, system_error != 0 ? ", " + reason : ""),
          file_.string());
  }
}

void Database::fail_damaged(const std::string& detail) const {
  throw input_error(fmt::format("the {} is damaged: {}", subject_.name, detail), file_.string(), subject_.damaged_hint);
}

Statement::Statement(const Database& database, std::string_view sql) : database_(database) {
  sqlite3_stmt* handle = nullptr;
  const int code = sqlite3_prepare_v2(database.handle(), sql.data(), static_cast<int>(sql.size()), &handle, nullptr);
  handle_.reset(handle);
  if (code != SQLITE_OK && (code & 0xFF) == SQLITE_ERROR) database.fail_damaged(sqlite3_errmsg(database.handle()));  // a table is missing
  check(code);
}

void Statement::check(int code) const {
  if (code != SQLITE_OK) database_.fail(code);
}

bool Statement::step() {
  const int code = sqlite3_step(handle_.get());
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) database_.fail(code);
  return false;
}

void Statement::run() {
  while (step()) {
  }
  sqlite3_reset(handle_.get());
}

double Statement::real(int column) const {
  if (sqlite3_column_type(handle_.get(), column) == SQLITE_NULL) return std::numeric_limits<double>::quiet_NaN();
  return sqlite3_column_double(handle_.get(), column);
}

std::string Statement::text(int column) const {
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(handle_.get(), column));
  return bytes == nullptr ? std::string() : std::string(bytes, static_cast<size_t>(sqlite3_column_bytes(handle_.get(), column)));
}

std::string_view Statement::bytes(int column) const {
  const auto* first = static_cast<const char*>(sqlite3_column_blob(handle_.get(), column));
  return first == nullptr ? std::string_view() : std::string_view(first, static_cast<size_t>(sqlite3_column_bytes(handle_.get(), column)));
}

std::string Statement::blob(int column) const { return std::string(bytes(column)); }

Transaction::Transaction(const Database& database, const char* begin) : database_(database) { database.execute(begin); }

Transaction::~Transaction() {
  if (open_) (void)database_.try_execute("ROLLBACK");  // after some failures SQLite has rolled back itself
}

void Transaction::commit() {
  database_.execute("COMMIT");
  open_ = false;
}

}  // namespace vbench::sqlite
