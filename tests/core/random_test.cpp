#include "harness/core/random.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <set>
#include <vector>

namespace vbench {
namespace {

std::vector<uint32_t> first_numbers(RandomStream stream, int count = 16) {
  std::vector<uint32_t> numbers;
  for (int i = 0; i < count; ++i) numbers.push_back(stream());
  return numbers;
}

TEST(RandomStream, SameKeyGivesTheSameNumbers) {
  EXPECT_EQ(first_numbers(RandomStream(7, "augment", 3, 11)), first_numbers(RandomStream(7, "augment", 3, 11)));
}

TEST(RandomStream, EveryPartOfTheKeyMatters) {
  const std::set<std::vector<uint32_t>> all{
      first_numbers(RandomStream(7, "augment", 3, 11)), first_numbers(RandomStream(8, "augment", 3, 11)),
      first_numbers(RandomStream(7, "order", 3, 11)), first_numbers(RandomStream(7, "augment", 4, 11)),
      first_numbers(RandomStream(7, "augment", 3, 12))};
  EXPECT_EQ(all.size(), 5U);
}

TEST(RandomStream, UniformHasTheRightMomentsAndStaysBelowOne) {
  RandomStream stream(1, "test");
  double sum = 0, squares = 0;
  constexpr int kDraws = 100000;
  for (int i = 0; i < kDraws; ++i) {
    const double x = stream.uniform();
    ASSERT_GE(x, 0);
    ASSERT_LT(x, 1);
    sum += x;
    squares += x * x;
  }
  // The standard error of the mean is 0.29 / sqrt(100000) = 0.0009; five of them.
  EXPECT_NEAR(sum / kDraws, 0.5, 0.0046);
  EXPECT_NEAR(squares / kDraws, 1.0 / 3, 0.0048);
}

TEST(RandomStream, NormalHasUnitVarianceAndTruncationHolds) {
  RandomStream stream(2, "test");
  double squares = 0;
  for (int i = 0; i < 100000; ++i) squares += std::pow(stream.normal(), 2);
  EXPECT_NEAR(squares / 100000, 1, 0.025);  // variance of x^2 is 2: five standard errors are 0.022
  for (int i = 0; i < 10000; ++i) ASSERT_LE(std::abs(stream.truncated_normal(2)), 2);
}

TEST(RandomStream, BelowReachesEveryValueEquallyOften) {
  RandomStream stream(3, "test");
  std::vector<int> counts(7, 0);
  for (int i = 0; i < 70000; ++i) ++counts[stream.below(7)];
  for (const int count : counts) EXPECT_NEAR(count, 10000, 500);  // five standard deviations are 463
}

TEST(RandomStream, ShuffleIsAPermutationThatDependsOnTheKey) {
  std::vector<int> a(100), b(100);
  std::iota(a.begin(), a.end(), 0);
  std::iota(b.begin(), b.end(), 0);
  RandomStream(1, "order", 0).shuffle(std::span(a));
  RandomStream(1, "order", 1).shuffle(std::span(b));
  EXPECT_NE(a, b);
  EXPECT_EQ(std::set<int>(a.begin(), a.end()).size(), 100U);
}

}  // namespace
}  // namespace vbench
