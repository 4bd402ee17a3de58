#include "metrics/contrastive.hpp"

#include <gmock/gmock.h>
#include <torch/types.h>

#include <cmath>
#include <fstream>

#include "tests/support/golden.hpp"

namespace vbench {
namespace {

using test::error_of;
using ::testing::HasSubstr;

at::Tensor labels(const std::vector<int64_t>& values) { return torch::tensor(values, torch::kLong); }

TEST(ContrastiveScore, OnlyTheGroupsClassesCompete) {
  // Class 3 would win everywhere, and the last sample belongs to no group.
  const auto logits = torch::tensor({{1.F, 2.F, 0.F, 9.F}, {3.F, 2.F, 0.F, 9.F}, {0.F, 1.F, 0.F, 9.F}, {0.F, 0.F, 0.F, 9.F}});
  const auto score = contrastive_score(logits, labels({0, 0, 1, 3}), {{{0, 1}, {0, 1}}});
  ASSERT_EQ(score.groups.size(), 1U);
  EXPECT_EQ(score.groups[0].samples(), 3);
  EXPECT_DOUBLE_EQ(score.accuracy, 2.0 / 3);
  EXPECT_DOUBLE_EQ(score.most_frequent, 2.0 / 3);
  test::expect_same(score.groups[0].confusion, torch::tensor({1, 1, 0, 1}, torch::kLong).view({2, 2}));
}

TEST(ContrastiveScore, MergedClassesCountAsOneInTruthAndPrediction) {
  const auto logits = torch::tensor({{0.F, 5.F, 1.F}, {5.F, 0.F, 1.F}, {0.F, 1.F, 5.F}});
  const auto target = labels({0, 1, 2});
  EXPECT_DOUBLE_EQ(contrastive_score(logits, target, {{{0, 1, 2}, {0, 1, 2}}}).accuracy, 1.0 / 3);
  const auto merged = contrastive_score(logits, target, {{{2, 0, 1}, {7, 4, 4}}});
  EXPECT_DOUBLE_EQ(merged.accuracy, 1);
  EXPECT_DOUBLE_EQ(merged.most_frequent, 2.0 / 3);
  test::expect_same(merged.groups[0].confusion, torch::tensor({1, 0, 0, 2}, torch::kLong).view({2, 2}));
}

TEST(ContrastiveScore, GroupsWithoutSamplesAreLeftOutOfTheMean) {
  const auto logits = torch::eye(4);
  const auto score = contrastive_score(logits.narrow(0, 0, 2), labels({0, 1}), {{{0, 1}, {0, 1}}, {{2, 3}, {0, 1}}});
  EXPECT_EQ(score.counted, 1);
  EXPECT_DOUBLE_EQ(score.accuracy, 1);
  ASSERT_EQ(score.groups.size(), 2U);
  EXPECT_TRUE(std::isnan(score.groups[1].accuracy) && std::isnan(score.groups[1].most_frequent));
  EXPECT_TRUE(std::isnan(contrastive_score(torch::zeros({0, 2}), labels({}), {{{0, 1}, {0, 1}}}).accuracy));
}

TEST(ContrastiveScore, TheFirstOfEqualClassesWins) {
  const auto score = contrastive_score(torch::zeros({1, 3}), labels({2}), {{{2, 0}, {0, 1}}});
  EXPECT_DOUBLE_EQ(score.accuracy, 1);
}

TEST(ContrastiveScore, NamesWhatDoesNotFit) {
  const auto logits = torch::zeros({1, 3});
  const auto score = [&](const ClassGroup& group) {
    return error_of([&] { (void)contrastive_score(logits, labels({0}), {{{0, 1}, {0, 1}}, group}); });
  };
  EXPECT_THAT(score({{0, 3}, {0, 1}}), HasSubstr("contrastive group 2: class 3 is not one of 3"));
  EXPECT_THAT(score({{0, 0}, {0, 1}}), HasSubstr("names class 0 twice"));
  EXPECT_THAT(score({{0, 1}, {0}}), HasSubstr("a merged number for each class"));
  EXPECT_THAT(score({{}, {}}), HasSubstr("has no classes"));
  EXPECT_THAT(error_of([&] { (void)contrastive_score(torch::full({1, 2}, NAN), labels({0}), {}); }), HasSubstr("sample 0 hold a NaN"));
  EXPECT_THAT(error_of([&] { (void)contrastive_score(logits, labels({3}), {}); }), HasSubstr("not one of 3 classes"));
}

TEST(PublishedGroups, MatricesOfThePublishedModelGiveItsCommonsenseScore) {
  const auto file = test::real_data_root() / "something-something-v2" / "published_contrastive_groups.json";
  if (!std::filesystem::exists(file)) GTEST_SKIP() << file << " is not there";
  std::ifstream stream(file);
  const auto published = nlohmann::json::parse(stream);
  constexpr double kPrinted = 0.005 + 1e-9;  // percents are printed with two decimals
  std::vector<GroupScore> groups;
  for (const auto& group : published.at("groups")) {
    const auto rows = group.at("confusion").get<std::vector<std::vector<int64_t>>>();
    std::vector<at::Tensor> tensors;
    for (const auto& row : rows) tensors.push_back(labels(row));
    groups.push_back(group_score(torch::stack(tensors)));
    EXPECT_NEAR(100 * groups.back().accuracy, group.at("accuracy_percent").get<double>(), kPrinted) << group.at("group");
    EXPECT_NEAR(100 * groups.back().most_frequent, group.at("most_probable_percent").get<double>(), kPrinted) << group.at("group");
  }
  const auto score = mean_of_groups(groups);
  EXPECT_EQ(score.counted, 69);
  EXPECT_NEAR(100 * score.accuracy, published.at("average_accuracy_percent").get<double>(), kPrinted);
  EXPECT_NEAR(100 * score.most_frequent, published.at("average_most_probable_percent").get<double>(), kPrinted);
  EXPECT_NEAR(100 * score.accuracy, 88.872, 5e-4);
}

}  // namespace
}  // namespace vbench
