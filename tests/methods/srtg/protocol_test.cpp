#include "methods/srtg/protocol.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include "harness/core/files.hpp"
#include "tests/support/golden.hpp"

namespace vbench::srtg {
namespace {

using ::testing::DoubleNear;
using ::testing::HasSubstr;

/// Logits of `videos` that put class 0 first, then 1, 2, ...
at::Tensor descending(int64_t videos, int64_t classes) {
  return -torch::arange(classes, at::kFloat).unsqueeze(0).expand({videos, classes}).contiguous();
}

std::vector<std::string> names(size_t count, const std::string& prefix = "v") {
  std::vector<std::string> all;
  for (size_t i = 0; i < count; ++i) all.push_back(prefix + std::to_string(i));
  return all;
}

TEST(ClipProtocol, TopFiguresAndTheMeanOverClasses) {
  ClipProtocol protocol;
  protocol.add({descending(4, 7), torch::tensor({0, 0, 0, 6}), {1, 1, 1, 1}, names(4)});
  const auto evaluation = protocol.finish();
  EXPECT_DOUBLE_EQ(evaluation.scores.at("top1"), 0.75);
  EXPECT_DOUBLE_EQ(evaluation.scores.at("top5"), 0.75);
  EXPECT_DOUBLE_EQ(evaluation.scores.at("class_top1"), 0.5);
  EXPECT_DOUBLE_EQ(evaluation.selection, 0.75);
  ASSERT_EQ(evaluation.outputs.size(), 3U);
  EXPECT_EQ(evaluation.outputs[0].values, (std::vector<float>{1, 1, 1, 7}));
  EXPECT_EQ(evaluation.outputs[1].values, (std::vector<float>{0, 0, 0, 6}));
  EXPECT_EQ(evaluation.outputs[2].values, (std::vector<float>{0, 0, 0, 0}));
}

TEST(ClipProtocol, UpstreamFiguresAreMeansOfRunningMeans) {
  ClipProtocol protocol;
  protocol.add({descending(1, 6), torch::tensor({0}), {1}, {"a"}});
  protocol.add({descending(3, 6), torch::tensor({5, 5, 5}), {1, 1, 1}, names(3)});
  const auto scores = protocol.finish().scores;
  EXPECT_DOUBLE_EQ(scores.at("top1"), 0.25);
  EXPECT_DOUBLE_EQ(scores.at("upstream_top1"), (1.0 + 0.25) / 2);
  EXPECT_DOUBLE_EQ(scores.at("upstream_top5"), (1.0 + 0.25) / 2);
}

TEST(ClipProtocol, SeveralClipsAVideoAreAveragedAndReportedUnderAnotherName) {
  // The two clips of the first video disagree; the surer one wins. The second video has one clip.
  const auto logits = torch::tensor({{0.0F, 1.0F}, {9.0F, 0.0F}, {0.0F, 2.0F}});
  const Outputs outputs{logits, torch::tensor({0, 0}), {2, 1}, names(2)};
  const auto scores = video_scores(outputs);
  EXPECT_TRUE(torch::allclose(scores[0], torch::softmax(logits.narrow(0, 0, 2), 1).mean(0)));
  ClipProtocol protocol;
  protocol.add(outputs);
  const auto result = protocol.finish().scores;
  EXPECT_DOUBLE_EQ(result.at("video_top1"), 0.5);
  EXPECT_DOUBLE_EQ(result.at("video_top5"), 1.0);
  EXPECT_FALSE(result.contains("top1"));
  EXPECT_FALSE(result.contains("upstream_top1"));
}

TEST(EpochCsv, HoldsTheAuthorsFiguresOfEveryEpoch) {
  const test::TemporaryFolder folder;
  EpochRecord first, second;
  first.train_loss = {{"total", 2.5}, {"top1", 0.25}, {"top5", 1}};
  second.epoch = 1;
  second.train_loss = {{"total", 1.5}, {"top1", 0.5}, {"top5", 1}};
  second.scores = {{"upstream_top1", 0.125}, {"upstream_top5", 0.75}, {"upstream_loss", 2}};
  write_epoch_csv(folder.path(), {first, second});
  EXPECT_EQ(read_file(folder.path() / "train_results_s0000.csv"), "Epoch,Top1,Top5,Loss\n0,0.25,1.0,2.5\n1,0.5,1.0,1.5\n");
  EXPECT_EQ(read_file(folder.path() / "val_results_s0000.csv"), "Epoch,Top1,Top5,Loss\n1,0.125,0.75,2.0\n");
}

}  // namespace
}  // namespace vbench::srtg
