#include "methods/smth3d/curves.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <opencv2/imgcodecs.hpp>

#include "harness/core/files.hpp"
#include "methods/smth3d/chart.hpp"
#include "tests/support/golden.hpp"

namespace vbench::smth3d {
namespace {

using ::testing::DoubleEq;
using ::testing::ElementsAre;
using ::testing::Pointwise;

std::vector<EpochRecord> history_of(int64_t epochs) {
  std::vector<EpochRecord> history;
  for (int64_t epoch = 0; epoch < epochs; ++epoch) {
    const double done = static_cast<double>(epoch) / 30;
    EpochRecord record;
    record.epoch = epoch;
    record.learning_rate = 0.008 * std::pow(0.5, static_cast<double>(epoch / 9));
    record.train_loss = {{"total", 0.4 + 4.6 * std::exp(-done)}, {"top1", 1 - std::exp(-done)}, {"top5", 1 - 0.8 * std::exp(-1.5 * done)}};
    record.val_loss = {{"total", 1.9 + 3.1 * std::exp(-1.3 * done)}};
    record.scores = {{"top1", 0.5 - 0.5 * std::exp(-done)}, {"top5", 0.8 - 0.7 * std::exp(-1.5 * done)}};
    history.push_back(record);
  }
  return history;
}

TEST(Curves, AreAPictureForOneEpochAndForAHundred) {
  const test::TemporaryFolder folder;
  for (const int64_t epochs : {1, 2, 100}) {
    write_curves(folder.path(), history_of(epochs));
    const auto picture = cv::imread((folder / "curves.png").string());
    EXPECT_EQ(picture.size(), cv::Size(1800, 440)) << epochs;
  }
  EXPECT_EQ(list_folder(folder.path()).size(), 1U);
}

TEST(Curves, NothingIsWrittenBeforeTheFirstEpoch) {
  const test::TemporaryFolder folder;
  write_curves(folder.path(), {});
  EXPECT_TRUE(list_folder(folder.path()).empty());
}

TEST(Curves, MissingAndInfiniteFiguresAreGaps) {
  auto history = history_of(6);
  history[2].val_loss.clear();
  history[2].scores.clear();
  history[3].train_loss["total"] = std::numeric_limits<double>::infinity();
  history[4].train_loss["total"] = std::nan("");
  EXPECT_EQ(draw_curves(history).size(), cv::Size(1800, 440));
  EXPECT_EQ(draw_curves({EpochRecord{}}).size(), cv::Size(1800, 440));
}

TEST(Curves, EveryFigureIsDrawn) {
  const auto whole = draw_curves(history_of(10));
  for (const std::string figure : {"total", "top1", "top5"}) {
    auto history = history_of(10);
    for (auto& record : history) record.train_loss.erase(figure);
    EXPECT_GT(cv::norm(draw_curves(history), whole), 0) << "training " << figure;
    history = history_of(10);
    for (auto& record : history) {
      record.val_loss.erase(figure);
      record.scores.erase(figure);
    }
    EXPECT_GT(cv::norm(draw_curves(history), whole), 0) << "validation " << figure;
  }
}

TEST(RoundTicks, AreRoundAndFew) {
  EXPECT_THAT(round_ticks(0, 1, 6), Pointwise(DoubleEq(), {0.0, 0.2, 2 * 0.2, 3 * 0.2, 4 * 0.2, 1.0}));
  EXPECT_THAT(round_ticks(1, 100, 8), ElementsAre(20, 40, 60, 80, 100));
  EXPECT_THAT(round_ticks(1, 3, 8), ElementsAre(1, 1.5, 2, 2.5, 3));
  EXPECT_THAT(round_ticks(5, 5, 8), ElementsAre(5));
}

TEST(RoundTicks, EndWhereTwoNumbersAreNeighbours) {
  for (const double low : {1.0, 100.0, 0.008}) EXPECT_LE(round_ticks(low, std::nextafter(low, 2 * low), 6).size(), 6U) << low;
}

TEST(LogTicks, AreTensOrFinerWhereTheyAreFew) {
  const auto values = log_ticks(9e-6, 9e-3);
  ASSERT_EQ(values.size(), 3U);
  EXPECT_NEAR(values[0], 1e-5, 1e-12);
  EXPECT_NEAR(values[2], 1e-3, 1e-12);
  EXPECT_EQ(log_ticks(0.001, 0.012).size(), 4U);
}

}  // namespace
}  // namespace vbench::smth3d
