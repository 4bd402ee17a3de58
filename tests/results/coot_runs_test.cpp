#include "results/importers/coot_runs.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "harness/core/files.hpp"
#include "metrics/statistics.hpp"
#include "published/coot.hpp"
#include "results/published.hpp"
#include "tests/support/golden.hpp"

namespace vbench {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

/// One run: v2p R@1 0.1 and then `best` at epoch 1, validated again, worse, at epoch 2; `hours` to the best epoch.
void write_run(const fs::path& folder, double best, double hours) {
  make_folder(folder / "metrics");
  make_folder(folder / "models");
  write_file_atomically(folder / "config.yaml",
                        "dataset_train: \n    name: \"youcook2\"\ndataset_val: \n    same_as: \"x\"\n    split: \"val\"\n");
  const std::string metrics = "{\"val_base/vid2par-r1\": [[0, 0.1], [1, " + std::to_string(best) +
                              "], [2, 0.05]], \"val_base/loss\": [[0, 1.5]], " + "\"ztime/time_total\": [[0, 60], [1, " +
                              std::to_string(3600 * hours) + "], [2, 90000]]}";
  write_file_atomically(folder / "metrics" / "metrics_epoch_1.json", metrics);
  write_file_atomically(folder / "metrics" / "metrics_epoch_2.json", metrics);
  write_file_atomically(folder / "models" / "trainerstate_2.json",
                        R"({"infos_val_epochs": [0, 1, 2], "infos_val_is_good": [true, true, false]})");
}

TEST(CootRuns, AreAveragedAtTheBestEpochOfEach) {
  const test::TemporaryFolder folder;
  write_run(folder / "small_run1", 0.5, 1);
  write_run(folder / "small_run2", 0.7, 2);
  write_run(folder / "single_run7", 0.052, 0.5);
  make_folder(folder / "notes");
  EXPECT_EQ(coot_runs_table(folder.path()),  // (0.5, 0.7): mean 0.6, deviation 0.1 * sqrt(2); (1, 2): 1.5, sqrt(0.5)
            "\n"
            "experiment (num)|        v2p-r1|p2v-r1|c2s-r1|s2c-r1|      Time\n"
            "----------------|--------------|------|------|------|----------\n"
            "single_run (1)  |         5.20%| 0.00%| 0.00%| 0.00%|      0.50\n"
            "small_run (2)   |60.00% ±14.14%| 0.00%| 0.00%| 0.00%|1.50 ±0.71\n"
            "\n");
}

TEST(CootRuns, BecomeRecordsWithTheirHistory) {
  const test::TemporaryFolder folder;
  write_run(folder / "small_run2", 0.7, 2);
  const auto runs = import_coot_runs(folder.path());
  ASSERT_EQ(runs.size(), 1U);
  EXPECT_EQ(runs[0].run_id, "small_run2");
  EXPECT_EQ(runs[0].variant, "small_run");
  EXPECT_EQ(runs[0].dataset, "youcook2");
  EXPECT_EQ(runs[0].data.split, "val");
  EXPECT_EQ(runs[0].seed, 2);
  EXPECT_EQ(runs[0].best_epoch, 1);
  EXPECT_EQ(runs[0].epochs, 3);
  EXPECT_EQ(runs[0].scores, (Scores{{"v2p_r1", 0.7}}));
  ASSERT_EQ(runs[0].history.size(), 3U);
  EXPECT_EQ(runs[0].history[1].seconds, 7140);
  EXPECT_TRUE(runs[0].history[1].improved);
  EXPECT_FALSE(runs[0].history[2].improved);
}

TEST(CootRuns, SayWhatIsWrongWithThem) {
  const test::TemporaryFolder folder;
  const auto fault = [&] { return test::error_of([&] { (void)import_coot_runs(folder.path()); }); };
  EXPECT_THAT(fault(), HasSubstr("no published runs; expected folders like yc2_100m_coot_run1"));
  write_run(folder / "r1", 0.5, 1);
  write_file_atomically(folder / "r1/models/trainerstate_2.json",
                        R"({"infos_val_epochs": [0, 1, 2], "infos_val_is_good": [true, true, true]})");
  EXPECT_THAT(fault(), HasSubstr("epoch 1 is the best by its name, epoch 2 by the trainer state"));
  write_file_atomically(folder / "r1/models/trainerstate_2.json", R"({"infos_val_epochs": [0], "infos_val_is_good": []})");
  EXPECT_THAT(fault(), HasSubstr("must be lists of the same length"));
  write_run(folder / "r1", 0.5, 1);
  write_file_atomically(folder / "r1/metrics/metrics_epoch_2.json", R"({"val_base/vid2par-r1": [[0, "x"]]})");
  EXPECT_THAT(fault(), HasSubstr("[epoch, value] is expected, found [0,\"x\"]"));
  write_file_atomically(folder / "r1/metrics/metrics_epoch_2.json", R"({"val_base)");
  EXPECT_THAT(fault(), HasSubstr("not JSON"));
  write_file_atomically(folder / "r1/metrics/metrics_epoch_2.json", "{}");
  EXPECT_THAT(fault(), HasSubstr("ztime/time_total lacks epoch 1"));
  fs::remove_all(folder / "r1/metrics");
  EXPECT_THAT(fault(), HasSubstr("no file metrics_epoch_N.json"));
  EXPECT_NE(test::error_of([&] { (void)import_coot_runs(folder / "nowhere"); }), "");
}

fs::path real_runs() { return test::real_data_root() / "coot-published-runs"; }

TEST(PublishedCootRuns, GiveTheTableOfTheAuthorsViewerByteForByte) {
  if (!fs::exists(real_runs())) GTEST_SKIP() << real_runs() << " is not there; set VBENCH_REAL_DATA";
  EXPECT_EQ(coot_runs_table(real_runs()), read_file(real_runs() / "published_table.txt"));
}

TEST(PublishedCootRuns, AgreeWithTheFiguresThatWeCarry) {
  if (!fs::exists(real_runs())) GTEST_SKIP() << real_runs() << " is not there; set VBENCH_REAL_DATA";
  std::map<std::string, std::map<std::string, std::vector<double>>> values;
  for (const auto& run : import_coot_runs(real_runs())) {
    for (const auto& [key, value] : run.scores) values[run.variant][key].push_back(value);
  }
  size_t compared = 0;
  const auto carried = Published::parse(published::kCoot);
  for (const auto& row : carried.rows()) {
    if (row.set != "authors' runs") continue;
    ASSERT_EQ(row.scores.size(), values.at(row.row).size()) << row.row;
    for (const auto& [key, value] : row.scores) {
      EXPECT_NEAR(value, mean(values.at(row.row).at(key)), 5.1e-7) << row.row << " " << key;  // rounded to six digits
      EXPECT_NEAR(row.deviations.at(key), sample_std(values.at(row.row).at(key)), 5.1e-7) << row.row << " " << key;
      ++compared;
    }
  }
  EXPECT_EQ(compared, 12U + 24U + 24U);
}

}  // namespace
}  // namespace vbench
