#include "metrics/confusion.hpp"

#include <gmock/gmock.h>
#include <torch/types.h>

#include <cmath>

#include "tests/support/golden.hpp"

namespace vbench {
namespace {

using test::error_of;
using ::testing::HasSubstr;

at::Tensor classes_of(const std::vector<int64_t>& values) { return torch::tensor(values, torch::kLong); }

TEST(ConfusionMatrix, RowsAreTheTruth) {
  const auto matrix = confusion_matrix(classes_of({0, 0, 0, 2}), classes_of({0, 2, 2, 1}), 3);
  test::expect_same(matrix, torch::tensor({1, 0, 2, 0, 0, 0, 0, 1, 0}, torch::kLong).view({3, 3}));
}

TEST(ConfusionMatrix, NamesWhatDoesNotFit) {
  EXPECT_THAT(error_of([] {
                (void)confusion_matrix(classes_of({0, 3}), classes_of({0, 0}), 3);
              }),
              HasSubstr("target of sample 1 is 3, not one of 3 classes"));
  EXPECT_THAT(error_of([] {
                (void)confusion_matrix(classes_of({0, 1}), classes_of({-1, 0}), 3);
              }),
              HasSubstr("prediction of sample 0 is -1"));
  EXPECT_THAT(error_of([] { (void)confusion_matrix(classes_of({0, 1}), classes_of({1}), 3); }), HasSubstr("2 targets and 1 predictions"));
  EXPECT_THAT(error_of([] { (void)confusion_matrix(torch::zeros({2}), classes_of({1, 1}), 3); }), HasSubstr("int64"));
}

TEST(Confusions, LargestShareOfTheTrueClassFirstAndLowerClassesAmongEqualOnes) {
  // Class 1 has two samples, class 2 has ten: one mistake of the first weighs as much as five of the second.
  const auto matrix = torch::tensor({4, 0, 1, 0, 1, 1, 5, 0, 5}, torch::kLong).view({3, 3});
  const auto all = confusions(matrix);
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(std::pair(all[0].target, all[0].predicted), std::pair(int64_t{1}, int64_t{2}));
  EXPECT_EQ(std::pair(all[1].target, all[1].predicted), std::pair(int64_t{2}, int64_t{0}));
  EXPECT_EQ(std::pair(all[2].target, all[2].predicted), std::pair(int64_t{0}, int64_t{2}));
  EXPECT_DOUBLE_EQ(all[0].share, 0.5);
  EXPECT_DOUBLE_EQ(all[1].share, 0.5);
  EXPECT_EQ(all[1].count, 5);
  EXPECT_DOUBLE_EQ(all[2].share, 0.2);
}

TEST(Confusions, ThereAreNoneOnTheDiagonalOrWithoutSamples) {
  EXPECT_TRUE(confusions(torch::eye(4, torch::kLong) * 7).empty());
  EXPECT_TRUE(confusions(torch::zeros({3, 3}, torch::kLong)).empty());
}

TEST(DiagonalShare, IsWhatWasRight) {
  EXPECT_DOUBLE_EQ(diagonal_share(torch::tensor({3, 1, 0, 4}, torch::kLong).view({2, 2})), 7.0 / 8);
  EXPECT_TRUE(std::isnan(diagonal_share(torch::zeros({2, 2}, torch::kLong))));
  EXPECT_THAT(error_of([] { (void)diagonal_share(torch::zeros({2, 3}, torch::kLong)); }), HasSubstr("[classes, classes]"));
}

}  // namespace
}  // namespace vbench
