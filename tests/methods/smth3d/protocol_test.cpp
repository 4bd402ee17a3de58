#include "methods/smth3d/protocol.hpp"

#include <gmock/gmock.h>
#include <torch/types.h>

#include <cmath>
#include <opencv2/imgcodecs.hpp>

#include "datasets/formats/csv.hpp"
#include "harness/core/files.hpp"
#include "methods/smth3d/confusion_picture.hpp"
#include "tests/support/golden.hpp"

namespace vbench::smth3d {
namespace {

using test::error_of;
using test::TemporaryFolder;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

at::Tensor labels_of(const std::vector<int64_t>& labels) { return torch::tensor(labels, torch::kLong); }

/// Logits whose best class is `predicted`.
Outputs batch_of(const std::vector<int64_t>& predicted, const std::vector<int64_t>& labels, int64_t classes,
                 const std::string& prefix = "v") {
  Outputs outputs{torch::zeros({static_cast<int64_t>(predicted.size()), classes}),
                  torch::ones({static_cast<int64_t>(predicted.size()), 2}),
                  labels_of(labels),
                  {}};
  for (size_t i = 0; i < predicted.size(); ++i) {
    outputs.logits[static_cast<int64_t>(i)][predicted[i]] = 1;
    outputs.ids.push_back(prefix + std::to_string(i));
  }
  return outputs;
}

std::vector<std::vector<std::string>> rows_of(const std::filesystem::path& file) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& row : csv::parse(read_file(file), file.string()).rows) rows.push_back(row.cells);
  return rows;
}

TEST(SomethingProtocol, ScoresAndItemsOfAllBatches) {
  SomethingProtocol protocol;
  protocol.add(batch_of({0, 0, 6}, {0, 0, 6}, 7, "a"));
  protocol.add(batch_of({0}, {6}, 7, "b"));
  const auto evaluation = protocol.finish();
  EXPECT_DOUBLE_EQ(evaluation.scores.at("top1"), 0.75);
  EXPECT_DOUBLE_EQ(evaluation.scores.at("top5"), 0.75);  // class 6 comes last among the six equal ones
  EXPECT_DOUBLE_EQ(evaluation.scores.at("class_top1"), 0.75);
  EXPECT_EQ(evaluation.scores.size(), 3U);
  ASSERT_EQ(evaluation.outputs.size(), 3U);
  EXPECT_EQ(evaluation.outputs[0].name, "rank");
  EXPECT_EQ(evaluation.outputs[0].values, (std::vector<float>{1, 1, 1, 7}));
  EXPECT_EQ(evaluation.outputs[1].values, (std::vector<float>{0, 0, 6, 6}));
  EXPECT_EQ(evaluation.outputs[2].values, (std::vector<float>{0, 0, 6, 0}));
  EXPECT_THAT(evaluation.outputs[2].ids, ElementsAre("a0", "a1", "a2", "b0"));
}

TEST(SomethingProtocol, ClassesCountTheSameInTheirMean) {
  SomethingProtocol protocol;
  protocol.add(batch_of({0, 0, 0, 0}, {0, 0, 0, 3}, 6));
  EXPECT_DOUBLE_EQ(protocol.finish().scores.at("class_top1"), 0.5);
}

TEST(SomethingProtocol, TheBestEpochHasTheLowestMeanLossOfVideosNotOfBatches) {
  SomethingProtocol protocol;
  protocol.add(batch_of({0, 0, 0}, {0, 0, 0}, 2));
  protocol.add(batch_of({0}, {1}, 2));
  const double right = std::log1p(std::exp(-1.0)), wrong = std::log1p(std::exp(1.0));
  EXPECT_NEAR(protocol.finish().selection, -(3 * right + wrong) / 4, 1e-7);
}

TEST(SomethingProtocol, UnlabelledVideosHavePredictionsAndNoScores) {
  SomethingProtocol protocol;
  protocol.add(batch_of({2, 1}, {-1, -1}, 3));
  const auto evaluation = protocol.finish();
  EXPECT_TRUE(evaluation.scores.empty());
  ASSERT_EQ(evaluation.outputs.size(), 1U);
  EXPECT_EQ(evaluation.outputs[0].name, "predicted");
  const TemporaryFolder folder;
  protocol.write_evaluation_files(folder.path());
  EXPECT_TRUE(list_folder(folder.path()).empty());
  protocol.save_predictions(folder / "submission.csv", 3);
  EXPECT_EQ(read_file(folder / "submission.csv"), "v0;2;0;1\nv1;1;0;2\n");
  protocol.add(batch_of({0, 1}, {0, 0}, 3, "known"));
  EXPECT_DOUBLE_EQ(protocol.finish().scores.at("top1"), 0.5);
}

TEST(SomethingProtocol, CommonsenseNeedsAGroupWithVideos) {
  const ClassKnowledge knowledge{{"a", "b", "c", "d"}, {{{0, 1}, {0, 1}}, {{2, 3}, {0, 1}}}};
  SomethingProtocol protocol(knowledge);
  protocol.add(batch_of({3, 1}, {0, 1}, 4));
  const auto scores = protocol.finish().scores;
  EXPECT_DOUBLE_EQ(scores.at("commonsense"), 1);  // class 3 does not compete, and of the equal ones the first is right
  EXPECT_DOUBLE_EQ(scores.at("commonsense_chance"), 0.5);
  const TemporaryFolder folder;
  protocol.write_evaluation_files(folder.path());
  const auto rows = rows_of(folder / "contrastive_groups.csv");
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_THAT(rows[1], ElementsAre("1", "a | b", "2", "100.00", "50.00", "1 0 | 0 1"));
  EXPECT_THAT(rows[2], ElementsAre("2", "c | d", "0", "", "", "0 0 | 0 0"));
  SomethingProtocol elsewhere({knowledge.names, {knowledge.groups[1]}});
  elsewhere.add(batch_of({0}, {0}, 4));
  EXPECT_FALSE(elsewhere.finish().scores.contains("commonsense"));
}

TEST(SomethingProtocol, MergedClassesOfAGroupStandTogether) {
  SomethingProtocol protocol({{"a", "b", "c"}, {{{2, 0, 1}, {5, 9, 9}}}});
  protocol.add(batch_of({1, 2}, {0, 2}, 3));
  const TemporaryFolder folder;
  protocol.write_evaluation_files(folder.path());
  EXPECT_THAT(rows_of(folder / "contrastive_groups.csv").at(1), ElementsAre("1", "c | a + b", "2", "100.00", "50.00", "1 0 | 0 1"));
}

TEST(SomethingProtocol, NamesMayHoldAnything) {
  const std::vector<std::string> names{"Holding, \"carefully\"", "two\nlines\tand a tab", "Pretending \xc3\xbc \xff", ""};
  SomethingProtocol protocol({names, {{{0, 1}, {0, 1}}}});
  protocol.add(batch_of({1, 0, 2, 3, 2}, {0, 0, 1, 2, 3}, 4));
  const TemporaryFolder folder;
  protocol.write_evaluation_files(folder.path());
  const auto rows = rows_of(folder / "confusion.csv");
  ASSERT_EQ(rows.size(), 5U);
  EXPECT_THAT(rows[0], ElementsAre("true class", names[0], names[1], names[2], names[3]));
  EXPECT_THAT(rows[1], ElementsAre(names[0], "1", "1", "0", "0"));
  EXPECT_THAT(rows[2], ElementsAre(names[1], "0", "0", "1", "0"));
  const auto top = rows_of(folder / "top_confusions.csv");
  ASSERT_EQ(top.size(), 1U + 4 + 3);
  EXPECT_THAT(top[1], ElementsAre("all", "1", names[1], names[2], "100.00", "1"));
  EXPECT_THAT(top[4], ElementsAre("all", "4", names[0], names[1], "50.00", "1"));
  EXPECT_THAT(top[7], ElementsAre("pretending", "3", names[3], names[2], "100.00", "1"));
  EXPECT_FALSE(cv::imread((folder / "confusion.png").string()).empty());
}

TEST(SomethingProtocol, ClassesWithoutNamesAreCalledByTheirNumbers) {
  SomethingProtocol protocol;
  protocol.add(batch_of({1}, {0}, 2));
  const TemporaryFolder folder;
  protocol.write_evaluation_files(folder.path());
  EXPECT_EQ(read_file(folder / "confusion.csv"), "true class,class 0,class 1\nclass 0,0,1\nclass 1,0,0\n");
  EXPECT_FALSE(std::filesystem::exists(folder / "contrastive_groups.csv"));
}

TEST(SomethingProtocol, PredictionsNameTheLowerOfEqualClassesFirst) {
  SomethingProtocol protocol;
  protocol.add({torch::tensor({{1.F, 3.F, 3.F, 1.F, 9.F, 1.F}}), torch::zeros({1, 1}), labels_of({-1}), {"166766"}});
  const TemporaryFolder folder;
  protocol.save_predictions(folder / "submission.csv", 5);
  EXPECT_EQ(read_file(folder / "submission.csv"), "166766;4;1;2;0;3\n");
  EXPECT_THAT(error_of([&] { protocol.save_predictions(folder / "other.csv", 7); }), HasSubstr("the 7 best of 6 classes"));
  EXPECT_THAT(error_of([&] { protocol.save_predictions(folder / "other.csv", 0); }), HasSubstr("the 0 best"));
  EXPECT_FALSE(std::filesystem::exists(folder / "other.csv"));
}

TEST(SomethingProtocol, PredictionsRefuseIdsAndScoresThatTheFormatCannotHold) {
  const TemporaryFolder folder;
  SomethingProtocol ids, scores;
  ids.add({torch::zeros({1, 2}), torch::zeros({1, 1}), labels_of({-1}), {"1;2\n3"}});
  EXPECT_THAT(error_of([&] { ids.save_predictions(folder / "a.csv", 1); }), HasSubstr("the video '1;2\\x0a3' cannot be named"));
  scores.add({torch::full({1, 2}, NAN), torch::zeros({1, 1}), labels_of({-1}), {"17"}});
  EXPECT_THAT(error_of([&] { scores.save_predictions(folder / "a.csv", 1); }), HasSubstr("'17' hold a NaN"));
  EXPECT_TRUE(list_folder(folder.path()).empty());
}

TEST(SomethingProtocol, EmbeddingsHoldWhatTheNetworkSaid) {
  SomethingProtocol protocol({{"a", "b\n"}, {}});
  const auto first = batch_of({1, 0}, {0, -1}, 2, "a"), second = batch_of({1}, {1}, 2, "b");
  protocol.add(first);
  protocol.add(second);
  const TemporaryFolder folder;
  protocol.save_embeddings(folder / "embeddings.h5");
  const auto file = hdf5::File::open(folder / "embeddings.h5");
  test::expect_same(file.read("logits"), torch::cat({first.logits, second.logits}));
  test::expect_same(file.read("features"), torch::ones({3, 2}));
  test::expect_same(file.read("labels"), labels_of({0, -1, 1}));
  EXPECT_THAT(file.read_strings("ids"), ElementsAre("a0", "a1", "b0"));
  EXPECT_THAT(file.read_strings("classes"), ElementsAre("a", "b\n"));
}

TEST(ConfusionPicture, HasAUsefulSizeForAnyNumberOfClasses) {
  for (const int64_t classes : {1, 2, 8, 60, 174, 700}) {
    const std::vector<std::string> names(static_cast<size_t>(classes), "Pretending to put something underneath something else entirely");
    const auto picture = confusion_picture(torch::eye(classes, torch::kLong), names);
    EXPECT_GT(picture.cols, 300) << classes;
    EXPECT_GT(picture.rows, 180) << classes;
    EXPECT_LT(std::max(picture.cols, picture.rows), 2600) << classes;
  }
}

TEST(ConfusionPicture, TheDiagonalIsDarkAndRowsWithoutVideosAreGrey) {
  auto counts = torch::eye(600, torch::kLong);  // cells of three pixels, no names
  counts[5][5] = 0;
  const auto picture = confusion_picture(counts, std::vector<std::string>(600, "x"));
  cv::Mat dark, grey;
  cv::inRange(picture, cv::Scalar(92, 40, 8), cv::Scalar(92, 40, 8), dark);
  cv::inRange(picture, cv::Scalar(236, 236, 236), cv::Scalar(236, 236, 236), grey);
  EXPECT_GE(cv::countNonZero(dark), 599 * 9);
  EXPECT_GE(cv::countNonZero(grey), 600 * 9 - 100);
}

}  // namespace
}  // namespace vbench::smth3d
