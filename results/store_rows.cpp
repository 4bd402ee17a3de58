#include "results/store_rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "harness/core/error.hpp"
#include "results/packed_output.hpp"

namespace vbench::store_rows {

using sqlite::Bytes;
using sqlite::Database;
using sqlite::Statement;

// NULL stands for NaN in every REAL column.
const char* const kSchema = R"sql(
CREATE TABLE runs(
  id INTEGER PRIMARY KEY, run_id TEXT NOT NULL UNIQUE,
  method TEXT NOT NULL, variant TEXT NOT NULL, dataset TEXT NOT NULL, source TEXT NOT NULL CHECK(source IN ('real', 'synthetic')),
  protocol TEXT NOT NULL, protocol_version INTEGER NOT NULL, protocol_description TEXT NOT NULL,
  split TEXT NOT NULL, items INTEGER NOT NULL, missing INTEGER NOT NULL, dropped INTEGER NOT NULL, data_hash TEXT NOT NULL,
  seed INTEGER NOT NULL, epochs INTEGER NOT NULL, best_epoch INTEGER NOT NULL,
  command_line TEXT NOT NULL, valid INTEGER NOT NULL, created_unix INTEGER NOT NULL) STRICT;
CREATE INDEX runs_by_board ON runs(dataset, method, variant);
CREATE TABLE reasons(run INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE, position INTEGER NOT NULL, reason TEXT NOT NULL,
  PRIMARY KEY(run, position)) STRICT, WITHOUT ROWID;
CREATE TABLE scores(run INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE, name TEXT NOT NULL, value REAL,
  PRIMARY KEY(run, name)) STRICT, WITHOUT ROWID;
CREATE TABLE speeds(run INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE, name TEXT NOT NULL, value REAL,
  PRIMARY KEY(run, name)) STRICT, WITHOUT ROWID;
CREATE TABLE environment(run INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE, name TEXT NOT NULL, value TEXT NOT NULL,
  PRIMARY KEY(run, name)) STRICT, WITHOUT ROWID;
CREATE TABLE settings(run INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE, name TEXT NOT NULL, value TEXT NOT NULL,
  PRIMARY KEY(run, name)) STRICT, WITHOUT ROWID;
CREATE TABLE epochs(run INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE, position INTEGER NOT NULL, epoch INTEGER NOT NULL,
  learning_rate REAL, seconds REAL, improved INTEGER NOT NULL,
  PRIMARY KEY(run, position)) STRICT, WITHOUT ROWID;
CREATE TABLE epoch_values(run INTEGER NOT NULL, position INTEGER NOT NULL, kind INTEGER NOT NULL, name TEXT NOT NULL, value REAL,
  PRIMARY KEY(run, position, kind, name), FOREIGN KEY(run, position) REFERENCES epochs(run, position) ON DELETE CASCADE) STRICT, WITHOUT ROWID;
CREATE TABLE outputs(run INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE, name TEXT NOT NULL, items INTEGER NOT NULL, width INTEGER NOT NULL,
  ids BLOB NOT NULL, "values" BLOB NOT NULL, checksum INTEGER NOT NULL,
  PRIMARY KEY(run, name)) STRICT;
)sql";

namespace {

constexpr const char* kRunColumns =
    "run_id, method, variant, dataset, source, protocol, protocol_version, protocol_description, split, items, missing, dropped, "
    "data_hash, "
    "seed, epochs, best_epoch, command_line, valid, created_unix";

/// The three kinds of values of an epoch, in the order of epoch_values.kind.
template <class Record>
auto value_maps(Record& epoch) {
  return std::array{&epoch.train_loss, &epoch.val_loss, &epoch.scores};
}

template <class Map>
void insert_map(const Database& database, const std::string& table, int64_t run, const Map& values) {
  Statement statement(database, "INSERT INTO " + table + "(run, name, value) VALUES(?, ?, ?)");
  for (const auto& [name, value] : values) statement.bind(run, name, value).run();
}

int64_t insert_run(const Database& database, const RunRecord& record, const std::string& run_id) {
  const std::string source = to_string(record.source);
  Statement statement(database, std::string("INSERT INTO runs(") + kRunColumns + ") VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
  statement
      .bind(run_id, record.method, record.variant, record.dataset, source, record.protocol.name, record.protocol.version,
            record.protocol.description, record.data.split, record.data.items, record.data.missing, record.data.dropped, record.data.hash,
            record.seed, record.epochs, record.best_epoch, record.command_line, int64_t{record.verdict.valid}, record.created_unix)
      .run();
  return sqlite3_last_insert_rowid(database.handle());
}

void insert_history(const Database& database, int64_t run, const std::vector<EpochRecord>& history) {
  Statement epochs(database, "INSERT INTO epochs(run, position, epoch, learning_rate, seconds, improved) VALUES(?,?,?,?,?,?)");
  Statement values(database, "INSERT INTO epoch_values(run, position, kind, name, value) VALUES(?,?,?,?,?)");
  for (size_t i = 0; i < history.size(); ++i) {
    const auto position = static_cast<int64_t>(i);
    epochs.bind(run, position, history[i].epoch, history[i].learning_rate, history[i].seconds, int64_t{history[i].improved}).run();
    const auto maps = value_maps(history[i]);
    for (size_t kind = 0; kind < maps.size(); ++kind) {
      for (const auto& [name, value] : *maps[kind]) values.bind(run, position, static_cast<int64_t>(kind), name, value).run();
    }
  }
}

void insert_outputs(const Database& database, int64_t run, const std::vector<ItemOutput>& outputs) {
  Statement statement(database, "INSERT INTO outputs(run, name, items, width, ids, \"values\", checksum) VALUES(?,?,?,?,?,?,?)");
  for (const auto& output : outputs) {
    const PackedOutput packed = pack(output);
    statement.bind(run, packed.name, packed.items, packed.width, Bytes{packed.ids}, Bytes{packed.values}, packed.checksum).run();
  }
}

RunRecord run_of(const Statement& row) {
  RunRecord record;
  record.run_id = row.text(1);
  record.method = row.text(2);
  record.variant = row.text(3);
  record.dataset = row.text(4);
  record.source = row.text(5) == to_string(Source::kReal) ? Source::kReal : Source::kSynthetic;
  record.protocol = {row.text(6), row.integer(7), row.text(8)};
  record.data = {row.text(9), row.integer(10), row.integer(11), row.integer(12), row.text(13)};
  record.seed = row.integer(14);
  record.epochs = row.integer(15);
  record.best_epoch = row.integer(16);
  record.command_line = row.text(17);
  record.verdict.valid = row.integer(18) != 0;
  record.created_unix = row.integer(19);
  return record;
}

std::string place_of(const Database& database, const std::string& run_id) { return database.file().string() + ", run " + run_id; }

PackedOutput packed_output(const Statement& row) {
  return {row.text(0), row.integer(1), row.integer(2), row.blob(3), row.blob(4), row.integer(5)};
}

/// Reads what hangs on a run; its statements are prepared once for many runs.
class Details {
 public:
  explicit Details(const Database& database)
      : database_(database),
        reasons_(database, "SELECT reason FROM reasons WHERE run=? ORDER BY position"),
        scores_(database, "SELECT name, value FROM scores WHERE run=?"),
        speeds_(database, "SELECT name, value FROM speeds WHERE run=?"),
        environment_(database, "SELECT name, value FROM environment WHERE run=?"),
        settings_(database, "SELECT name, value FROM settings WHERE run=?"),
        epochs_(database, "SELECT epoch, learning_rate, seconds, improved FROM epochs WHERE run=? ORDER BY position"),
        values_(database, "SELECT position, kind, name, value FROM epoch_values WHERE run=?"),
        outputs_(database, "SELECT name, items, width, ids, \"values\", checksum FROM outputs WHERE run=? ORDER BY rowid") {}

  void read(int64_t run, RunRecord& record) {
    for (reasons_.bind(run); reasons_.step();) record.verdict.reasons.push_back(reasons_.text(0));
    for (scores_.bind(run); scores_.step();) record.scores[scores_.text(0)] = scores_.real(1);
    for (speeds_.bind(run); speeds_.step();) record.speed[speeds_.text(0)] = speeds_.real(1);
    for (environment_.bind(run); environment_.step();) record.environment[environment_.text(0)] = environment_.text(1);
    for (settings_.bind(run); settings_.step();) record.settings[settings_.text(0)] = settings_.text(1);
  }

  void read_history(int64_t run, RunRecord& record) {
    for (epochs_.bind(run); epochs_.step();) {
      EpochRecord epoch;
      epoch.epoch = epochs_.integer(0);
      epoch.learning_rate = epochs_.real(1);
      epoch.seconds = epochs_.real(2);
      epoch.improved = epochs_.integer(3) != 0;
      record.history.push_back(std::move(epoch));
    }
    for (values_.bind(run); values_.step();) {
      const auto position = static_cast<size_t>(values_.integer(0)), kind = static_cast<size_t>(values_.integer(1));
      if (position >= record.history.size() || kind >= 3)
        database_.fail_damaged("run " + record.run_id + " has values of an epoch that is not there");
      (*value_maps(record.history[position])[kind])[values_.text(2)] = values_.real(3);
    }
  }

  void read_outputs(int64_t run, RunRecord& record) {
    const std::string where = place_of(database_, record.run_id);
    for (outputs_.bind(run); outputs_.step();) record.outputs.push_back(unpack(packed_output(outputs_), where));
  }

 private:
  const Database& database_;
  Statement reasons_, scores_, speeds_, environment_, settings_, epochs_, values_, outputs_;
};

}  // namespace

void insert(const Database& database, const RunRecord& record, const std::string& run_id) {
  const int64_t run = insert_run(database, record, run_id);
  Statement reasons(database, "INSERT INTO reasons(run, position, reason) VALUES(?,?,?)");
  for (size_t i = 0; i < record.verdict.reasons.size(); ++i) reasons.bind(run, static_cast<int64_t>(i), record.verdict.reasons[i]).run();
  insert_map(database, "scores", run, record.scores);
  insert_map(database, "speeds", run, record.speed);
  insert_map(database, "environment", run, record.environment);
  insert_map(database, "settings", run, record.settings);
  insert_history(database, run, record.history);
  insert_outputs(database, run, record.outputs);
}

std::vector<RunRecord> select(const Database& database, const RunFilter& filter, const std::string& run_id) {
  Statement runs(database,
                 std::string("SELECT id, ") + kRunColumns +
                     " FROM runs WHERE (?1='' OR method=?1) AND (?2='' OR dataset=?2) AND (?3='' OR variant=?3) AND (?4='' OR source=?4)"
                     " AND (?5 OR valid) AND (?6='' OR run_id=?6) ORDER BY run_id");
  const std::string source = filter.source ? to_string(*filter.source) : "";
  Details details(database);
  std::vector<RunRecord> records;
  for (runs.bind(filter.method, filter.dataset, filter.variant, source, int64_t{filter.include_invalid}, run_id); runs.step();) {
    RunRecord record = run_of(runs);
    const int64_t run = runs.integer(0);
    details.read(run, record);
    if (filter.with_history) details.read_history(run, record);
    if (filter.with_outputs) details.read_outputs(run, record);
    records.push_back(std::move(record));
  }
  return records;
}

std::vector<ItemOutput> select_outputs(const Database& database, const std::string& run_id, const std::vector<std::string>& names) {
  Statement rows(database,
                 "SELECT name, items, width, ids, \"values\", checksum FROM outputs WHERE run=(SELECT id FROM runs WHERE run_id=?)"
                 " ORDER BY rowid");
  std::vector<ItemOutput> outputs;
  for (rows.bind(run_id); rows.step();) {
    if (!names.empty() && std::find(names.begin(), names.end(), rows.text(0)) == names.end()) continue;
    outputs.push_back(unpack(packed_output(rows), place_of(database, run_id)));
  }
  return outputs;
}

std::vector<std::string> select_output_names(const Database& database, const std::string& run_id) {
  Statement rows(database, "SELECT name FROM outputs WHERE run=(SELECT id FROM runs WHERE run_id=?) ORDER BY rowid");
  std::vector<std::string> names;
  for (rows.bind(run_id); rows.step();) names.push_back(rows.text(0));
  return names;
}

void amend(const Database& database, const ScoreChange& change) {
  const std::string where = place_of(database, change.run_id);
  Statement runs(database, "SELECT id FROM runs WHERE run_id=?");
  if (!runs.bind(change.run_id).step()) throw input_error("there is no such run", where);
  const int64_t run = runs.integer(0);
  Statement scores(database, "SELECT value FROM scores WHERE run=? AND name=?");
  const bool known = scores.bind(run, change.metric).step();
  if (known != change.replaces.has_value())
    throw input_error(fmt::format("the score {} {}", change.metric, known ? "is there already" : "is not there"), where);
  const auto same = [](double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); };
  if (known && !same(scores.real(0), *change.replaces))
    throw input_error(fmt::format("the score {} was changed meanwhile", change.metric), where, "look at it again");
  Statement write(database, "INSERT OR REPLACE INTO scores(run, name, value) VALUES(?, ?, ?)");
  write.bind(run, change.metric, change.value).run();
  // Later notes stand behind earlier ones: nothing that was ever stored is forgotten.
  const std::string note =
      known ? fmt::format("computed from the stored outputs, was {}", *change.replaces) : std::string("computed from the stored outputs");
  Statement fact(
      database,
      "INSERT INTO environment(run, name, value) VALUES(?1, ?2, ?3) ON CONFLICT(run, name) DO UPDATE SET value=value || '; ' || ?3");
  fact.bind(run, "rescored." + change.metric, note).run();
}

}  // namespace vbench::store_rows
