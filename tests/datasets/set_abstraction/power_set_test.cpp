#include "datasets/set_abstraction/power_set.hpp"
#include "datasets/set_abstraction/sample.hpp"
#include "datasets/set_abstraction/semantic_outliers.hpp"

#include "harness/core/error.hpp"
#include "tests/support/golden.hpp"

namespace vbench::set_abstraction {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(PowerSet, SizesAscendAndSubsetsOfASizeAreLexicographic) {
  EXPECT_THAT(subsets_of_size(4, 2), ElementsAre(Subset{0, 1}, Subset{0, 2}, Subset{0, 3}, Subset{1, 2}, Subset{1, 3}, Subset{2, 3}));
  EXPECT_THAT(subsets_of_size(3, 4), IsEmpty());
  EXPECT_THAT(power_set(3), ElementsAre(Subset{0}, Subset{1}, Subset{2}, Subset{0, 1}, Subset{0, 2}, Subset{1, 2}, Subset{0, 1, 2}));
  EXPECT_THAT(power_set(3, 3), ElementsAre(Subset{0, 1, 2}));
}

TEST(PowerSet, ItsSizeIsCountedWithoutBuildingIt) {
  for (int64_t n = 0; n <= 6; ++n) {
    for (int64_t least = 1; least <= n + 1; ++least) {
      EXPECT_EQ(power_set_size(n, least), static_cast<int64_t>(power_set(n, least).size())) << n << " from " << least;
    }
  }
  EXPECT_EQ(power_set_size(16), (1 << 16) - 1);
  EXPECT_EQ(power_set_size(5, 3), 16);
}

TEST(PowerSet, RowsAreFoundByMask) {
  const auto subsets = power_set(4);
  const auto rows = power_set_rows(4);
  EXPECT_EQ(rows[0], -1);
  for (size_t row = 0; row < subsets.size(); ++row) EXPECT_EQ(rows[subset_mask(subsets[row])], static_cast<int64_t>(row));
}

TEST(PowerSet, TooManyMembersAreABug) {
  try {
    (void)power_set(17);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kInternal);
  }
}

Sample set_of(int64_t n, const std::string& name) {
  Sample sample;
  sample.name = name;
  sample.features = torch::full({n, 3}, n, torch::kFloat);
  sample.labels = torch::arange(power_set_size(n));
  sample.embeddings = torch::zeros({power_set_size(n), 2});
  return sample;
}

Sample completion_of(int64_t n, const std::string& name) {
  Sample sample;
  sample.task = Task::kCompletion;
  sample.name = name;
  sample.features = torch::zeros({n, 3});
  sample.query = torch::zeros({5, 3});
  sample.distances = torch::zeros({5}, torch::kDouble);
  return sample;
}

TEST(Collate, SetsOfOneTaskAndSizeShareAGroup) {
  Sample odd;
  odd.task = Task::kOddOneOut;
  odd.name = "o";
  odd.features = torch::zeros({4, 3});
  odd.outlier = 3;
  const Batch batch = collate({set_of(4, "a"), completion_of(4, "b"), set_of(2, "c"), set_of(4, "d"), odd, completion_of(3, "e")});
  ASSERT_EQ(batch.groups.size(), 5U);
  EXPECT_EQ(batch.size(), 6);
  const Group& first = batch.groups[0];
  EXPECT_THAT(first.names, ElementsAre("a", "d"));
  EXPECT_THAT(first.features.sizes(), ElementsAre(2, 4, 3));
  EXPECT_THAT(first.labels.sizes(), ElementsAre(2, 15));
  EXPECT_THAT(first.embeddings.sizes(), ElementsAre(2, 15, 2));
  EXPECT_FALSE(first.query.defined());
  EXPECT_THAT(first.outliers, IsEmpty());
  EXPECT_THAT(batch.groups[1].query.sizes(), ElementsAre(1, 5, 3));
  EXPECT_THAT(batch.groups[2].labels.sizes(), ElementsAre(1, 3));
  EXPECT_THAT(batch.groups[3].outliers, ElementsAre(3));
  EXPECT_THAT(batch.groups[4].names, ElementsAre("e"));
  EXPECT_EQ(batch.to(torch::kCPU).groups[1].distances.scalar_type(), torch::kDouble);
}

TEST(SemanticOutliers, TheMemberFarthestFromTheSharedMeaningIsChosen) {
  Sample sample = set_of(3, "a");
  sample.embeddings[0] = torch::tensor({1.0F, 0.0F});
  sample.embeddings[1] = torch::tensor({0.0F, 1.0F});
  sample.embeddings[2] = torch::tensor({1.0F, 0.2F});
  sample.embeddings[6] = torch::tensor({1.0F, 0.1F});
  EXPECT_THAT(semantic_outliers(sample), ElementsAre(1));
}

}  // namespace
}  // namespace vbench::set_abstraction
