#include "results/throughput_rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace vbench::store_rows {

using nlohmann::json;
using sqlite::Database;
using sqlite::Statement;

// NULL stands for NaN: what was not counted, or has no peak to compare with.
const char* const kThroughputSchema = R"sql(
CREATE TABLE throughput(
  id INTEGER PRIMARY KEY, measurement TEXT NOT NULL, created_unix INTEGER NOT NULL,
  method TEXT NOT NULL, variant TEXT NOT NULL, dataset TEXT NOT NULL, source TEXT NOT NULL CHECK(source IN ('real', 'synthetic')),
  stage TEXT NOT NULL, batch INTEGER NOT NULL, precision TEXT NOT NULL, threads INTEGER NOT NULL, workers INTEGER NOT NULL,
  repetition INTEGER NOT NULL, seconds REAL, clips_per_s REAL, samples_per_s REAL, gflop_per_s REAL,
  peak_share REAL, peak_bytes INTEGER NOT NULL, environment TEXT NOT NULL) STRICT;
CREATE INDEX throughput_by_method ON throughput(method, dataset, variant);
CREATE TABLE kernels(
  id INTEGER PRIMARY KEY, measurement TEXT NOT NULL, created_unix INTEGER NOT NULL, program TEXT NOT NULL, name TEXT NOT NULL,
  seconds REAL, deviation REAL, figures TEXT NOT NULL, peak_bytes INTEGER NOT NULL, environment TEXT NOT NULL) STRICT;
)sql";

namespace {

constexpr const char* kColumns =
    "measurement, created_unix, method, variant, dataset, source, stage, batch, precision, threads, workers, repetition, seconds, "
    "clips_per_s, samples_per_s, gflop_per_s, peak_share, peak_bytes, environment";

/// A JSON object whose members are all of this type.
template <class Value>
std::map<std::string, Value> object_of(const Database& database, const std::string& text) {
  try {
    return json::parse(text).get<std::map<std::string, Value>>();
  } catch (const json::exception&) {
    database.fail_damaged("facts of measured speeds are not what they should be");
  }
}

template <class Value>
std::string text_of(const std::map<std::string, Value>& object) {
  return json(object).dump(-1, ' ', false, json::error_handler_t::replace);
}

bool has_table(const Database& database, const char* name) {
  Statement found(database, "SELECT 1 FROM sqlite_master WHERE type='table' AND name=?");
  return found.bind(std::string(name)).step();
}

ThroughputRow row_of(const Database& database, const Statement& row) {
  ThroughputRow read;
  read.measurement = row.text(0);
  read.created_unix = row.integer(1);
  read.method = row.text(2);
  read.variant = row.text(3);
  read.dataset = row.text(4);
  read.source = row.text(5) == to_string(Source::kReal) ? Source::kReal : Source::kSynthetic;
  read.stage = row.text(6);
  const auto& stages = throughput_stages();
  if (std::find(stages.begin(), stages.end(), read.stage) == stages.end())
    database.fail_damaged(fmt::format("speeds were measured of a stage '{}' that does not exist", read.stage));
  read.batch = row.integer(7);
  read.precision = row.text(8);
  read.threads = row.integer(9);
  read.workers = row.integer(10);
  read.repetition = row.integer(11);
  read.seconds = row.real(12);
  read.clips_per_s = row.real(13);
  read.samples_per_s = row.real(14);
  read.gflop_per_s = row.real(15);
  read.peak_share = row.real(16);
  read.peak_bytes = row.integer(17);
  read.environment = object_of<std::string>(database, row.text(18));
  return read;
}

}  // namespace

void insert(const Database& database, const std::vector<ThroughputRow>& rows) {
  Statement statement(database, std::string("INSERT INTO throughput(") + kColumns + ") VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
  for (const auto& row : rows) {
    const std::string source = to_string(row.source), environment = text_of(row.environment);
    statement
        .bind(row.measurement, row.created_unix, row.method, row.variant, row.dataset, source, row.stage, row.batch, row.precision,
              row.threads, row.workers, row.repetition, row.seconds, row.clips_per_s, row.samples_per_s, row.gflop_per_s, row.peak_share,
              row.peak_bytes, environment)
        .run();
  }
}

std::vector<ThroughputRow> select(const Database& database, const ThroughputFilter& filter) {
  if (!has_table(database, "throughput")) return {};
  Statement statement(database, std::string("SELECT ") + kColumns +
                                    " FROM throughput WHERE (?1='' OR method=?1) AND (?2='' OR dataset=?2) AND (?3='' OR variant=?3)"
                                    " ORDER BY measurement, id");
  std::vector<ThroughputRow> rows;
  for (statement.bind(filter.method, filter.dataset, filter.variant); statement.step();) rows.push_back(row_of(database, statement));
  return rows;
}

void insert(const Database& database, const std::vector<KernelSpeed>& speeds) {
  Statement statement(database,
                      "INSERT INTO kernels(measurement, created_unix, program, name, seconds, deviation, figures, peak_bytes, environment) "
                      "VALUES(?,?,?,?,?,?,?,?,?)");
  for (const auto& speed : speeds) {
    const std::string figures = text_of(speed.figures), environment = text_of(speed.environment);
    statement
        .bind(speed.measurement, speed.created_unix, speed.program, speed.name, speed.seconds, speed.deviation, figures, speed.peak_bytes,
              environment)
        .run();
  }
}

std::vector<KernelSpeed> select_kernels(const Database& database) {
  if (!has_table(database, "kernels")) return {};
  Statement row(database,
                "SELECT measurement, created_unix, program, name, seconds, deviation, figures, peak_bytes, environment FROM kernels "
                "ORDER BY measurement, id");
  std::vector<KernelSpeed> speeds;
  while (row.step()) {
    speeds.push_back({row.text(0), row.integer(1), row.text(2), row.text(3), row.real(4), row.real(5),
                      object_of<double>(database, row.text(6)), row.integer(7), object_of<std::string>(database, row.text(8))});
  }
  return speeds;
}

}  // namespace vbench::store_rows
