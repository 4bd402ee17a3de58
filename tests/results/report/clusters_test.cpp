#include "results/report/clusters.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

namespace vbench::report {
namespace {

using testing::ElementsAre;
using testing::Pair;

TEST(Clusters, CountLabelsPurityAndEntropy) {
  const std::vector<int64_t> clusters{7, 2, 7, 7, 2, 7}, labels{1, 0, 0, 1, 0, 2};
  const auto found = clusters_of(clusters, labels);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].number, 2);
  EXPECT_EQ(found[0].purity, 1);
  EXPECT_EQ(found[0].entropy_bits, 0);
  EXPECT_FALSE(std::signbit(found[0].entropy_bits));
  EXPECT_EQ(found[1].number, 7);
  EXPECT_EQ(found[1].size(), 4);
  EXPECT_EQ(found[1].purity, 0.5);
  EXPECT_DOUBLE_EQ(found[1].entropy_bits, 1.5);
  EXPECT_THAT(found[1].labels, ElementsAre(Pair(1, 2), Pair(0, 1), Pair(2, 1)));
  EXPECT_THAT(found[1].members, ElementsAre(0, 3, 2, 5)) << "by labels, the most frequent first";
}

TEST(Clusters, ExamplesShowLabelsInTheirShares) {
  std::vector<int64_t> members(60);
  std::iota(members.begin(), members.end(), 0);
  const auto chosen = spread(members, 6);
  EXPECT_THAT(chosen, ElementsAre(5, 15, 25, 35, 45, 55));
  EXPECT_EQ(std::count_if(chosen.begin(), chosen.end(), [](int64_t video) { return video < 30; }), 3) << "half of the first half";
}

TEST(Clusters, FewMembersAreAllShown) {
  EXPECT_THAT(spread({4, 9}, 6), ElementsAre(4, 9));
  EXPECT_THAT(spread({4, 9}, 0), ElementsAre());
  EXPECT_THAT(spread({}, 6), ElementsAre());
}

}  // namespace
}  // namespace vbench::report
