// Measured speeds in the store, and stores of the time before there were any.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cmath>

#include "harness/core/error.hpp"
#include "results/store.hpp"
#include "tests/results/records.hpp"
#include "tests/results/speeds.hpp"
#include "tests/support/golden.hpp"

namespace vbench {
namespace {

namespace fs = std::filesystem;
using test::kernel_speed;
using test::speed_row;
using testing::AllOf;
using testing::HasSubstr;

void expect_same(const ThroughputRow& a, const ThroughputRow& b) {
  EXPECT_EQ(std::tie(a.measurement, a.created_unix, a.method, a.variant, a.dataset, a.stage, a.batch, a.precision, a.threads, a.workers),
            std::tie(b.measurement, b.created_unix, b.method, b.variant, b.dataset, b.stage, b.batch, b.precision, b.threads, b.workers));
  EXPECT_EQ(std::tie(a.source, a.repetition, a.seconds, a.clips_per_s, a.samples_per_s, a.peak_bytes, a.environment),
            std::tie(b.source, b.repetition, b.seconds, b.clips_per_s, b.samples_per_s, b.peak_bytes, b.environment));
}

TEST(ThroughputStore, GivesBackWhatWasMeasured) {
  const test::TemporaryFolder folder;
  auto written = speed_row("forward", 3, 12.5);
  written.gflop_per_s = 33;
  auto other = speed_row("load", 0, 7);
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
    store.add(std::vector{speed_row("load", 0, 7)});
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
      for (int i = 0; i < 20; ++i) Store::open(file).add(std::vector{speed_row("load", i, 7)});
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
  Store::open(file).add(std::vector{speed_row("load", 0, 7)});
  change_by_sql(file, "UPDATE throughput SET environment='no object'");
  EXPECT_THAT(test::error_of([&] { (void)Store::open(file).throughput(); }), HasSubstr("the results store is damaged"));
}

TEST(DamagedThroughput, OfAStageThatDoesNotExistIsReported) {
  const test::TemporaryFolder folder;
  const fs::path file = folder / "results.db";
  Store::open(file).add(std::vector{speed_row("load", 0, 7)});
  change_by_sql(file, "UPDATE throughput SET stage='novel'");
  EXPECT_THAT(test::error_of([&] { (void)Store::open(file).throughput(); }),
              AllOf(HasSubstr("the results store is damaged"), HasSubstr("stage 'novel'")));
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

}  // namespace
}  // namespace vbench
