#include "results/throughput.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cmath>

#include "harness/core/error.hpp"
#include "harness/core/files.hpp"
#include "results/store.hpp"
#include "tests/results/records.hpp"
#include "tests/support/golden.hpp"

namespace vbench {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

ThroughputRow row_of(const std::string& stage, int64_t repetition, double clips_per_s) {
  ThroughputRow row;
  row.measurement = "m1";
  row.created_unix = 1700000000;
  row.method = "srtg";
  row.variant = "mini";
  row.dataset = "ucf101";
  row.source = Source::kSynthetic;
  row.stage = stage;
  row.batch = 16;
  row.precision = "fp32";
  row.threads = 2;
  row.workers = 2;
  row.repetition = repetition;
  row.seconds = 16 / clips_per_s;
  row.clips_per_s = row.samples_per_s = clips_per_s;
  row.peak_bytes = 500 << 20;
  row.environment = {{"cpu", "a processor"}, {"revision", "abc"}};
  return row;
}

/// What Google Benchmark 1.7 writes, with a member replaced.
std::string output(const std::string& from = "", const std::string& to = "") {
  std::string text = R"({
  "context": {"date": "x", "num_cpus": 2, "method": "srtg", "variant": "mini", "dataset": "ucf101", "source": "synthetic",
    "precision": "bf16", "threads": "2", "workers": "3", "environment_cpu": "a processor"},
  "benchmarks": [
    {"name": "forward/iterations:1/repeats:2/manual_time", "run_type": "iteration", "repetition_index": 0, "real_time": 250.0,
     "time_unit": "ms", "clips_per_s": 64.0, "samples_per_s": 32.0, "batch": 8.0, "peak_bytes": 1048576.0, "gflop_per_s": 50.0},
    {"name": "forward_median", "run_type": "aggregate", "real_time": 1.0, "time_unit": "ms"},
    {"name": "load/iterations:1/repeats:2/manual_time", "run_type": "iteration", "repetition_index": 1, "real_time": 2.0,
     "time_unit": "s", "clips_per_s": 4.0, "samples_per_s": 4.0, "batch": 8.0, "peak_bytes": 0}
  ]})";
  if (!from.empty()) text.replace(text.find(from), from.size(), to);
  return text;
}

class ThroughputOutput : public testing::Test {
 protected:
  std::string error_of(const std::string& text) {
    write_file_atomically(file_, text);
    return test::error_of([&] { (void)read_stages(file_); });
  }
  test::TemporaryFolder folder_;
  fs::path file_ = folder_ / "out.json";
};

TEST_F(ThroughputOutput, BecomesARowForEachRepetition) {
  write_file_atomically(file_, output());
  const auto rows = read_stages(file_);
  ASSERT_EQ(rows.size(), 2U) << "means over repetitions are no repetitions";
  EXPECT_EQ(rows[0].method + rows[0].variant + rows[0].dataset + rows[0].precision, "srtgminiucf101bf16");
  EXPECT_EQ(rows[0].source, Source::kSynthetic);
  EXPECT_EQ(rows[0].stage, "forward");
  EXPECT_EQ(rows[0].threads, 2);
  EXPECT_EQ(rows[0].workers, 3);
  EXPECT_EQ(rows[0].batch, 8);
  EXPECT_DOUBLE_EQ(rows[0].seconds, 0.25);
  EXPECT_DOUBLE_EQ(rows[0].gflop_per_s, 50);
  EXPECT_EQ(rows[0].peak_bytes, 1 << 20);
  EXPECT_EQ(rows[0].environment, (std::map<std::string, std::string>{{"cpu", "a processor"}}));
  EXPECT_EQ(rows[1].stage, "load");
  EXPECT_DOUBLE_EQ(rows[1].seconds, 2);
  EXPECT_EQ(rows[1].repetition, 1);
  EXPECT_TRUE(std::isnan(rows[1].gflop_per_s));
}

TEST_F(ThroughputOutput, LeavesOutStagesThatTheProgramDoesNotFind) {
  write_file_atomically(
      file_, output("\"repetition_index\": 1", "\"repetition_index\": 1, \"error_occurred\": true, \"error_message\": \"no such stage\""));
  EXPECT_EQ(read_stages(file_).size(), 1U);
}

TEST_F(ThroughputOutput, IsNotBelievedWhateverItHolds) {
  EXPECT_THAT(error_of("{"), AllOf(HasSubstr(file_.string()), HasSubstr("is no JSON")));
  EXPECT_THAT(error_of("[]"), HasSubstr("has no 'context' and 'benchmarks'"));
  EXPECT_THAT(error_of(R"({"context": {}, "benchmarks": []})"), HasSubstr("'method' is missing"));
  EXPECT_THAT(error_of(output("\"source\": \"synthetic\"", "\"source\": \"true\"")), HasSubstr("no source 'true'"));
  EXPECT_THAT(error_of(output("\"threads\": \"2\"", "\"threads\": \"-2\"")), HasSubstr("'threads' is no number"));
  EXPECT_THAT(error_of(output("\"threads\": \"2\"", "\"threads\": 2")), HasSubstr("'threads' is missing or no text"));
  EXPECT_THAT(error_of(output("forward/iter", "for\\u001bward/iter")), HasSubstr("no stage 'for\\x1bward'"));
  EXPECT_THAT(error_of(output("250.0", "-1")), HasSubstr("'real_time' is -1"));
  EXPECT_THAT(error_of(output("250.0", "1e300")), HasSubstr("'real_time' is 1e+300"));
  EXPECT_THAT(error_of(output("250.0", "\"fast\"")), HasSubstr("'real_time' is missing or no number"));
  EXPECT_THAT(error_of(output("\"ms\", \"clips", "\"weeks\", \"clips")), HasSubstr("no unit of time 'weeks'"));
  EXPECT_THAT(
      error_of(output("\"iteration\", \"repetition_index\": 0", "\"iteration\", \"error_occurred\": true, \"error_message\": \"boom\"")),
      HasSubstr("boom"));
  std::string nothing = output();
  for (size_t at = nothing.find("\"iteration\""); at != std::string::npos; at = nothing.find("\"iteration\""))
    nothing.replace(at, 11, "\"aggregate\"");
  EXPECT_THAT(error_of(nothing), HasSubstr("nothing was measured"));
}

TEST_F(ThroughputOutput, ThePeakIsTheBestOfAllKernelsAndRepetitions) {
  const std::string text = R"({"context": {}, "benchmarks": [
    {"name": "peak/blas_fp32/iterations:1", "run_type": "iteration", "gflop_per_s": 100.0},
    {"name": "peak/own_fp32/iterations:1", "run_type": "iteration", "gflop_per_s": 120.0},
    {"name": "peak/blas_fp32/iterations:1", "run_type": "iteration", "gflop_per_s": 110.0},
    {"name": "peak/triad/iterations:1", "run_type": "iteration", "gbyte_per_s": 9.5},
    {"name": "peak/triad/iterations:1", "run_type": "iteration", "gbyte_per_s": 9.0}]})";
  write_file_atomically(file_, text);
  const auto peak = read_peak(file_);
  EXPECT_EQ(peak.gflop_per_s, 120);
  EXPECT_EQ(peak.kernel, "own_fp32");
  EXPECT_EQ(peak.gbyte_per_s, 9.5);
  write_file_atomically(file_, R"({"context": {}, "benchmarks": []})");
  EXPECT_THAT(test::error_of([&] { (void)read_peak(file_); }), HasSubstr("no peak of this machine"));
}

TEST(ThroughputTable, ShowsMediansAndTheShareOfThePeak) {
  std::vector<ThroughputRow> rows;
  for (const double rate : {10.0, 40.0, 20.0}) rows.push_back(row_of("forward", static_cast<int64_t>(rows.size()), rate));
  for (auto& row : rows) row.gflop_per_s = row.clips_per_s * 2;
  add_peak(rows, {.gflop_per_s = 160, .gbyte_per_s = 10, .kernel = "own_fp32"});
  const auto tables = throughput_tables(rows);
  ASSERT_EQ(tables.size(), 1U);
  // Median of 10, 40, 20 is 20: 16 clips in 0.8 s, from 10 to 40 is 1.5 of it, 40 GFLOP/s, a quarter of 160.
  EXPECT_THAT(render(tables, OutputFormat::kCsv),
              HasSubstr("ucf101,synthetic,a processor,srtg,mini,forward,16,fp32,2,800,20,20,1.5,40,0.25,524288000,10,40,3,abc,m1"));
  const auto text = render(tables, OutputFormat::kTable);
  EXPECT_THAT(text, AllOf(HasSubstr("ucf101: SYNTHETIC stand-in data, throughput on a processor"), HasSubstr("150.0"), HasSubstr("25.0"),
                          HasSubstr("500"), HasSubstr("160 GFLOP/s (product of matrices, own_fp32), 10.0 GB/s"),
                          HasSubstr("SYNTHETIC: generated")));
}

TEST(ThroughputTable, HasNoShareOfThePeakWhereOperationsAreNotCounted) {
  std::vector<ThroughputRow> rows{row_of("forward", 0, 10)};
  add_peak(rows, {.gflop_per_s = 160, .gbyte_per_s = 10, .kernel = "own_fp32"});
  EXPECT_TRUE(std::isnan(rows[0].peak_share));
  EXPECT_EQ(throughput_tables(rows).at(0).rows.at(0).at(9).text, "") << "one repetition has no spread";
  EXPECT_EQ(throughput_tables(rows).at(0).rows.at(0).at(10).text, "");
  EXPECT_EQ(throughput_tables(rows).at(0).rows.at(0).at(11).text, "");
}

TEST(ThroughputTable, SaysWhatSpeaksAgainstItsFigures) {
  auto row = row_of("forward", 0, 10);
  row.precision = "bf16";
  row.gflop_per_s = 20;
  row.environment["speed_unreliable"] = "other programs used 1.5 of 2 processors meanwhile";
  std::vector<ThroughputRow> rows{row};
  add_peak(rows, {.gflop_per_s = 160, .gbyte_per_s = 10, .kernel = "own_fp32"});
  const auto notes = throughput_tables(rows).at(0).notes;
  EXPECT_THAT(notes, testing::Contains("Unreliable: other programs used 1.5 of 2 processors meanwhile."));
  EXPECT_THAT(notes, testing::Contains(HasSubstr("Products in bfloat16 were slower than those in float32.")));
  add_peak(rows, {.gflop_per_s = 320, .gbyte_per_s = 10, .kernel = "blas_bf16"});
  EXPECT_THAT(throughput_tables(rows).at(0).notes, testing::Not(testing::Contains(HasSubstr("were slower"))));
}

TEST(ThroughputTable, LeavesStagesEmptyThatADatasetHasNot) {
  const auto tables = throughput_tables({row_of("read", 0, 100), row_of("load", 0, 50)});
  ASSERT_EQ(tables.at(0).rows.size(), 4U);
  const std::vector<std::string> stages{"read", "decode", "augment", "load"};
  for (size_t i = 0; i < 4; ++i) EXPECT_EQ(tables[0].rows[i].at(2).text, stages[i]);
  EXPECT_EQ(tables[0].rows[0].at(7).text, "100.0");
  EXPECT_EQ(tables[0].rows[1].at(7).text, "");
  EXPECT_THAT(render(tables, OutputFormat::kJson), HasSubstr("\"clips_per_s\": null"));
  EXPECT_THAT(tables[0].notes, testing::Contains(HasSubstr("Without figures")));
}

TEST(ThroughputTable, KeepsRealAndSyntheticAndMachinesApart) {
  auto real = row_of("load", 0, 50), other = row_of("load", 0, 60);
  real.source = Source::kReal;
  other.environment["cpu"] = "another";
  const auto tables = throughput_tables({row_of("load", 0, 40), real, other});
  ASSERT_EQ(tables.size(), 3U);
  for (const auto& table : tables)
    EXPECT_EQ(table.title.find("SYNTHETIC") == std::string::npos, table.title.find("real data") != std::string::npos);
}

TEST(ThroughputTable, ShowsTheNewestMeasurement) {
  auto newer = row_of("load", 0, 50);
  newer.measurement = "m2";
  EXPECT_EQ(throughput_tables({newer, row_of("load", 0, 40)}).at(0).rows.at(3).at(7).text, "50.00");
}

TEST(ThroughputComparison, JudgesByRanksCorrectedOverTheTable) {
  std::vector<ThroughputRow> base, candidate;
  for (int64_t i = 0; i < 6; ++i) {
    base.push_back(row_of("forward", i, 10 + static_cast<double>(i)));
    candidate.push_back(row_of("forward", i, 20 + static_cast<double>(i)));
    base.push_back(row_of("load", i, 100 + static_cast<double>(2 * i)));
    candidate.push_back(row_of("load", i, 101 + static_cast<double>(2 * i)));
  }
  const auto table = comparison_tables(base, candidate).at(0);
  // All of one side above all of the other: 2 of the 924 orders of six and six, doubled by Holm's correction over two rows.
  EXPECT_NEAR(*table.rows.at(1).at(9).value, 0.004329, 1e-6);
  EXPECT_NEAR(*table.rows.at(1).at(8).value, 22.5 / 12.5, 1e-12);
  EXPECT_EQ(table.rows.at(1).at(10).text, "faster");
  EXPECT_TRUE(table.rows.at(1).at(10).bold);
  EXPECT_EQ(table.rows.at(0).at(10).text, "no difference shown");
  EXPECT_EQ(comparison_tables(candidate, base).at(0).rows.at(1).at(10).text, "slower");
  EXPECT_THAT(table.notes, testing::Not(testing::Contains(HasSubstr("Unreliable"))));
  for (auto& row : candidate) row.environment["speed_unreliable"] = "busy";
  EXPECT_THAT(comparison_tables(base, candidate).at(0).notes, testing::Contains("Unreliable: busy."));
}

TEST(ThroughputComparison, SaysWhenSoFewRepetitionsCannotShowAnything) {
  std::vector<ThroughputRow> base, candidate;
  for (int64_t i = 0; i < 4; ++i) {
    for (const char* stage : {"forward", "backward"}) {
      base.push_back(row_of(stage, i, 10 + static_cast<double>(i)));
      candidate.push_back(row_of(stage, i, 20 + static_cast<double>(i)));
    }
  }
  // 2 of the 70 orders of four and four, in two rows: 0.057.
  EXPECT_THAT(comparison_tables(base, candidate).at(0).notes, testing::Contains(HasSubstr("more --repetitions")));
  const auto alone = comparison_tables({base[0], base[2], base[4], base[6]}, {candidate[0], candidate[2], candidate[4], candidate[6]});
  EXPECT_THAT(alone.at(0).notes, testing::Not(testing::Contains(HasSubstr("more --repetitions"))));
}

TEST(ThroughputComparison, NamesWhatOnlyOneBuildHas) {
  EXPECT_EQ(comparison_tables({row_of("load", 0, 1)}, {row_of("forward", 0, 1)}).at(0).rows.at(0).at(10).text, "not in both");
}

void expect_same(const ThroughputRow& a, const ThroughputRow& b) {
  EXPECT_EQ(std::tie(a.measurement, a.created_unix, a.method, a.variant, a.dataset, a.stage, a.batch, a.precision, a.threads, a.workers),
            std::tie(b.measurement, b.created_unix, b.method, b.variant, b.dataset, b.stage, b.batch, b.precision, b.threads, b.workers));
  EXPECT_EQ(std::tie(a.source, a.repetition, a.seconds, a.clips_per_s, a.samples_per_s, a.peak_bytes, a.environment),
            std::tie(b.source, b.repetition, b.seconds, b.clips_per_s, b.samples_per_s, b.peak_bytes, b.environment));
}

TEST(ThroughputStore, GivesBackWhatWasMeasured) {
  const test::TemporaryFolder folder;
  auto written = row_of("forward", 3, 12.5);
  written.gflop_per_s = 33;
  auto other = row_of("load", 0, 7);
  other.method = "coot";
  Store store = Store::open(folder / "results.db");
  store.add(std::vector{written, other});
  const auto rows = store.throughput({.method = "srtg"});
  ASSERT_EQ(rows.size(), 1U);
  expect_same(rows[0], written);
  EXPECT_EQ(rows[0].gflop_per_s, 33);
  EXPECT_TRUE(std::isnan(rows[0].peak_share));
  EXPECT_EQ(store.throughput().size(), 2U);
  EXPECT_EQ(store.throughput({.variant = "maxi"}).size(), 0U);
}

void change_by_sql(const fs::path& file, const std::string& sql) {
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(file.c_str(), &database), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(database);
  sqlite3_close(database);
}

int64_t version_of(const fs::path& file) {
  sqlite3* database = nullptr;
  EXPECT_EQ(sqlite3_open(file.c_str(), &database), SQLITE_OK);
  sqlite3_stmt* statement = nullptr;
  sqlite3_prepare_v2(database, "PRAGMA user_version", -1, &statement, nullptr);
  sqlite3_step(statement);
  const int64_t version = sqlite3_column_int64(statement, 0);
  sqlite3_finalize(statement);
  sqlite3_close(database);
  return version;
}

/// A store as the first vbench wrote it, with one run.
fs::path old_store(const test::TemporaryFolder& folder) {
  const fs::path file = folder / "results.db";
  (void)Store::open(file).add(test::full_run());
  change_by_sql(file, "DROP TABLE throughput; DROP TABLE kernels; PRAGMA user_version=1");
  return file;
}

TEST(OldStore, IsReadAsItIs) {
  const test::TemporaryFolder folder;
  const fs::path file = old_store(folder);
  {
    const auto store = Store::open_existing(file);
    ASSERT_TRUE(store);
    EXPECT_EQ(store->runs({.include_invalid = true}).size(), 1U);
    EXPECT_TRUE(store->throughput().empty());
    EXPECT_TRUE(store->kernels().empty());
  }
  EXPECT_EQ(version_of(file), 1) << "reading changes nothing";
}

TEST(OldStore, GetsTheNewTableWhenItIsWrittenTo) {
  const test::TemporaryFolder folder;
  const fs::path file = old_store(folder);
  {
    Store store = Store::open(file);
    store.add(std::vector{row_of("load", 0, 7)});
    EXPECT_EQ(store.throughput().size(), 1U);
    const auto runs = store.runs({.include_invalid = true, .with_outputs = true, .with_history = true});
    ASSERT_EQ(runs.size(), 1U);
    EXPECT_EQ(runs[0].settings, test::full_run().settings);
    EXPECT_EQ(runs[0].outputs.size(), 3U);
  }
  EXPECT_EQ(version_of(file), 2);
  EXPECT_EQ(Store::open(file).throughput().size(), 1U) << "once is enough";
}

TEST(OldStore, IsBroughtUpToDateByTwoProcessesAtOnce) {
  const test::TemporaryFolder folder;
  const fs::path file = old_store(folder);
  std::array<pid_t, 2> children{};
  for (pid_t& child : children) {
    child = ::fork();
    if (child != 0) continue;
    int code = 0;
    try {
      for (int i = 0; i < 20; ++i) Store::open(file).add(std::vector{row_of("load", i, 7)});
    } catch (const Error& error) {
      std::fprintf(stderr, "%s\n", error.what());
      code = 1;
    }
    ::_exit(code);
  }
  for (const pid_t child : children) {
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
  }
  const Store store = Store::open(file);
  EXPECT_EQ(store.throughput().size(), 40U);
  EXPECT_EQ(store.runs({.include_invalid = true}).size(), 1U);
  EXPECT_EQ(version_of(file), 2);
}

TEST(DamagedThroughput, IsReported) {
  const test::TemporaryFolder folder;
  const fs::path file = folder / "results.db";
  Store::open(file).add(std::vector{row_of("load", 0, 7)});
  change_by_sql(file, "UPDATE throughput SET environment='no object'");
  EXPECT_THAT(test::error_of([&] { (void)Store::open(file).throughput(); }), HasSubstr("the results store is damaged"));
}

/// What Google Benchmark 1.7 writes of a benchmark that was repeated and of one that was not.
constexpr const char* kKernelOutput = R"({"context": {}, "benchmarks": [
  {"name": "small/table_mean", "run_name": "small/table/repeats:5/manual_time", "run_type": "aggregate", "aggregate_name": "mean",
   "aggregate_unit": "time",
   "repetitions": 5, "threads": 1, "iterations": 5, "real_time": 9.0, "cpu_time": 1.0, "time_unit": "ms", "GFLOP": 3.0},
  {"name": "small/table_median", "run_name": "small/table/repeats:5/manual_time", "run_type": "aggregate", "aggregate_name": "median",
   "aggregate_unit": "time",
   "repetitions": 5, "threads": 1, "iterations": 5, "real_time": 8.0, "cpu_time": 1.0, "time_unit": "ms", "GFLOP": 2.5},
  {"name": "small/table_cv", "run_name": "small/table/repeats:5/manual_time", "run_type": "aggregate", "aggregate_name": "cv",
   "aggregate_unit": "percentage",
   "repetitions": 5, "threads": 1, "iterations": 5, "real_time": 0.125, "cpu_time": 0.5, "time_unit": "ms", "GFLOP": 0.5},
  {"name": "large/real_time", "run_name": "large/real_time", "run_type": "iteration", "repetitions": 1, "repetition_index": 0,
   "threads": 1, "iterations": 1, "real_time": 2.0, "cpu_time": 1.0, "time_unit": "s", "items_per_second": 7.0}]})";

TEST_F(ThroughputOutput, OfOtherProgramsGivesMediansAndTheirOwnCounters) {
  write_file_atomically(file_, kKernelOutput);
  const auto speeds = read_kernels(file_);
  ASSERT_EQ(speeds.size(), 2U);
  EXPECT_EQ(speeds[0].name, "small/table");
  EXPECT_DOUBLE_EQ(speeds[0].seconds, 0.008);
  EXPECT_DOUBLE_EQ(speeds[0].deviation, 0.125);
  EXPECT_EQ(speeds[0].figures, (std::map<std::string, double>{{"GFLOP", 2.5}}));
  EXPECT_EQ(speeds[1].name, "large");
  EXPECT_DOUBLE_EQ(speeds[1].seconds, 2);
  EXPECT_TRUE(std::isnan(speeds[1].deviation));
  EXPECT_EQ(speeds[1].figures, (std::map<std::string, double>{{"items_per_second", 7}}));
  write_file_atomically(file_, R"({"context": {}, "benchmarks": []})");
  EXPECT_THAT(test::error_of([&] { (void)read_kernels(file_); }), HasSubstr("nothing was measured"));
}

KernelSpeed kernel_speed(const std::string& measurement, double seconds) {
  return {measurement, 1700000000, "clustering", "small/table", seconds, 0.125, {{"GFLOP", 2.5}}, 300 << 20, {{"cpu", "a processor"}}};
}

TEST(KernelSpeeds, AreGivenBackByTheStore) {
  const test::TemporaryFolder folder;
  Store store = Store::open(folder / "results.db");
  auto alone = kernel_speed("m2", 0.25);
  alone.deviation = NAN;
  store.add(std::vector{kernel_speed("m1", 0.5), alone});
  const auto speeds = store.kernels();
  ASSERT_EQ(speeds.size(), 2U);
  const auto written = kernel_speed("m1", 0.5);
  const auto& read = speeds[0];
  EXPECT_EQ(std::tie(read.measurement, read.created_unix, read.program, read.name, read.seconds, read.deviation, read.figures),
            std::tie(written.measurement, written.created_unix, written.program, written.name, written.seconds, written.deviation,
                     written.figures));
  EXPECT_EQ(read.peak_bytes, written.peak_bytes);
  EXPECT_EQ(read.environment, written.environment);
  EXPECT_TRUE(std::isnan(speeds[1].deviation));
}

TEST(KernelSpeeds, OfTheNewestMeasurementStandInATableForEachProcessor) {
  auto other = kernel_speed("m0", 1);
  other.environment = {{"cpu", "another"}, {"speed_unreliable", "busy"}};
  const auto tables = kernel_tables({kernel_speed("m2", 0.25), kernel_speed("m1", 0.5), other});
  ASSERT_EQ(tables.size(), 2U);
  EXPECT_THAT(render(tables[0], OutputFormat::kCsv), HasSubstr("a processor,clustering,small/table,250,0.125,GFLOP 2.5,314572800,"));
  EXPECT_THAT(tables[0].notes, testing::Not(testing::Contains(HasSubstr("Unreliable"))));
  EXPECT_THAT(tables[1].notes, testing::Contains("Unreliable: busy."));
}

}  // namespace
}  // namespace vbench
