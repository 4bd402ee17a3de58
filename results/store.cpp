#include "results/store.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <ctime>
#include <random>
#include <thread>

#include "harness/core/error.hpp"
#include "harness/core/files.hpp"
#include "harness/core/sqlite.hpp"
#include "results/store_rows.hpp"
#include "results/throughput_rows.hpp"

namespace vbench {
namespace fs = std::filesystem;
using sqlite::Database;

namespace {

constexpr int64_t kApplicationId = 0x76626E63;  // "vbnc": tells a store from any other SQLite file

sqlite::Subject store_subject() {
  return {.name = "results store",
          .no_space_hint = "free some space or choose another folder with --out; the results stored before are intact",
          .read_only_hint = "choose a folder that can be written to, with --out",
          .locked_hint = "wait for that process, or choose another folder with --out",
          .damaged_hint = "nothing was changed; move the file away to start a new one, 'sqlite3 FILE .recover' may save its content"};
}

/// False for a file without content yet. @throws Error if it is somebody else's, newer or damaged
bool holds_store(const Database& database) {
  // In this order: another process may create the tables, application id and all, between any two of these reads.
  const bool empty = database.number("SELECT count(*) FROM sqlite_master") == 0;
  const int64_t application = database.number("PRAGMA application_id");
  const int64_t version = database.number("PRAGMA user_version");
  if (empty && application == 0) return false;
  if (application != kApplicationId) {
    throw input_error("is an SQLite file of another program, not a results store", database.file().string(),
                      "choose another folder with --out");
  }
  if (version > store_rows::kSchemaVersion) {
    throw input_error(
        fmt::format("the results store was written by a newer vbench (schema {}, this one knows {})", version, store_rows::kSchemaVersion),
        database.file().string(), "use that vbench, or choose another folder with --out");
  }
  for (const char* table : {"runs", "scores"}) {  // small tables; a full check would read every output
    sqlite::Statement check(database, fmt::format("PRAGMA quick_check({})", table));
    if (check.step() && check.text(0) != "ok") database.fail_damaged(check.text(0));
  }
  return true;
}

/// Switching to WAL needs the file alone for a moment, and SQLite's busy handler is not asked for it.
void use_wal(const Database& database) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  int code = database.try_execute("PRAGMA journal_mode=WAL");
  while ((code & 0xFF) == SQLITE_BUSY && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    code = database.try_execute("PRAGMA journal_mode=WAL");
  }
  if (code != SQLITE_OK) database.fail(code);
  database.execute("PRAGMA synchronous=FULL");
}

int64_t version_of(const Database& database) { return database.number("PRAGMA user_version"); }

/// Creates the tables of a new store and those that an older one lacks.
void create_tables(const Database& database) {
  sqlite::Transaction transaction(database, "BEGIN IMMEDIATE");
  if (!holds_store(database)) {  // another process may have been faster
    database.execute(store_rows::kSchema);
    database.execute(fmt::format("PRAGMA application_id={}", kApplicationId).c_str());
  }
  if (version_of(database) < store_rows::kSchemaVersion) {
    if (version_of(database) < 2) database.execute(store_rows::kThroughputSchema);
    database.execute(fmt::format("PRAGMA user_version={}", store_rows::kSchemaVersion).c_str());
  }
  transaction.commit();
}

std::string uri_of(const fs::path& file) {
  std::string uri = "file:";
  for (const char c : fs::absolute(file).string()) {
    if (c == '?' || c == '#' || c == '%') {
      uri += fmt::format("%{:02X}", static_cast<unsigned>(c));
    } else {
      uri += c;
    }
  }
  return uri + "?immutable=1";
}

void require_file(const fs::path& file) {
  std::error_code unreadable;  // SQLite will say more about it
  if (fs::is_directory(file, unreadable)) throw input_error("is a folder, the results store is a file", file.string());
}

}  // namespace

struct Store::Impl {
  Database database;
};

Store::Store(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Store::Store(Store&&) noexcept = default;
Store& Store::operator=(Store&&) noexcept = default;
Store::~Store() = default;

const fs::path& Store::file() const { return impl_->database.file(); }

Store Store::open(const fs::path& file) {
  require_file(file);
  if (file.has_parent_path()) make_folder(file.parent_path());
  auto impl = std::make_unique<Impl>(Impl{Database(file, file.string(), SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, store_subject())});
  const Database& database = impl->database;
  const bool ours = holds_store(database);  // before anything is written: the file may be somebody else's
  if (database.read_only()) database.fail(SQLITE_READONLY);
  use_wal(database);
  if (!ours || version_of(database) < store_rows::kSchemaVersion) create_tables(database);
  return Store(std::move(impl));
}

std::optional<Store> Store::open_existing(const fs::path& file) {
  std::error_code error;
  if (fs::status(file, error).type() == fs::file_type::not_found) return std::nullopt;
  require_file(file);
  const auto open_with = [&](const std::string& target, int flags) -> std::optional<Store> {
    auto impl = std::make_unique<Impl>(Impl{Database(file, target, flags, store_subject())});
    if (!holds_store(impl->database)) return std::nullopt;
    return Store(std::move(impl));
  };
  // A write-ahead log needs a folder that can be written to. Without one, the file may still be read if no log waits beside it.
  const auto waiting = fs::file_size(file.string() + "-wal", error);
  const bool log_waits = !error && waiting > 0;
  try {
    return open_with(file.string(), SQLITE_OPEN_READWRITE);
  } catch (const Error&) {
    const bool writable = ::access(file.c_str(), W_OK) == 0 && ::access(fs::absolute(file).parent_path().c_str(), W_OK) == 0;
    if (writable || log_waits) throw;
  }
  return open_with(uri_of(file), SQLITE_OPEN_READONLY | SQLITE_OPEN_URI);
}

std::string Store::add(const RunRecord& record) {
  const Database& database = impl_->database;
  RunRecord dated = record;
  if (dated.created_unix == 0) dated.created_unix = std::time(nullptr);
  sqlite::Transaction transaction(database, "BEGIN IMMEDIATE");
  const std::string run_id = record.run_id.empty() ? new_run_id() : record.run_id;
  sqlite::Statement taken(database, "SELECT 1 FROM runs WHERE run_id=?");
  if (taken.bind(run_id).step()) throw input_error("holds a run " + run_id + " already", file().string());
  store_rows::insert(database, dated, run_id);
  transaction.commit();
  return run_id;
}

std::vector<RunRecord> Store::runs(const RunFilter& filter) const {
  const sqlite::Transaction one_state(impl_->database, "BEGIN");
  return store_rows::select(impl_->database, filter, "");
}

void Store::add(const std::vector<ThroughputRow>& rows) {
  sqlite::Transaction transaction(impl_->database, "BEGIN IMMEDIATE");
  store_rows::insert(impl_->database, rows);
  transaction.commit();
}

std::vector<ThroughputRow> Store::throughput(const ThroughputFilter& filter) const {
  const sqlite::Transaction one_state(impl_->database, "BEGIN");
  return store_rows::select(impl_->database, filter);
}

void Store::add(const std::vector<KernelSpeed>& speeds) {
  sqlite::Transaction transaction(impl_->database, "BEGIN IMMEDIATE");
  store_rows::insert(impl_->database, speeds);
  transaction.commit();
}

std::vector<KernelSpeed> Store::kernels() const {
  const sqlite::Transaction one_state(impl_->database, "BEGIN");
  return store_rows::select_kernels(impl_->database);
}

std::optional<RunRecord> Store::find(const std::string& run_id) const {
  if (run_id.empty()) return std::nullopt;
  RunFilter everything;
  everything.include_invalid = everything.with_outputs = everything.with_history = true;
  const sqlite::Transaction one_state(impl_->database, "BEGIN");
  auto found = store_rows::select(impl_->database, everything, run_id);
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

std::vector<ItemOutput> Store::outputs(const std::string& run_id, const std::vector<std::string>& names) const {
  const sqlite::Transaction one_state(impl_->database, "BEGIN");
  return store_rows::select_outputs(impl_->database, run_id, names);
}

std::vector<std::string> Store::output_names(const std::string& run_id) const {
  const sqlite::Transaction one_state(impl_->database, "BEGIN");
  return store_rows::select_output_names(impl_->database, run_id);
}

void Store::amend(const std::vector<ScoreChange>& changes) {
  sqlite::Transaction transaction(impl_->database, "BEGIN IMMEDIATE");
  for (const auto& change : changes) store_rows::amend(impl_->database, change);
  transaction.commit();
}

std::string new_run_id() {
  static std::atomic<int64_t> last{0};
  const auto now = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
  int64_t before = last.load(), mine = 0;
  do {
    mine = std::max<int64_t>(now, before + 1);  // the clock may stand still or be set back
  } while (!last.compare_exchange_weak(before, mine));
  std::random_device device;
  return fmt::format("{:%Y%m%dT%H%M%S}.{:06d}Z-{:08x}", fmt::gmtime(static_cast<std::time_t>(mine / 1'000'000)), mine % 1'000'000,
                     device());
}

}  // namespace vbench
