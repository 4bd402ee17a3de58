#include "metrics/statistics.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace vbench {
namespace {

using Numbers = std::vector<double>;
constexpr double kNotANumber = std::numeric_limits<double>::quiet_NaN();

TEST(Mean, IsTheSumOverTheCount) { EXPECT_DOUBLE_EQ(mean(Numbers{1, 2, 6}), 3); }

TEST(SampleStd, DividesByOneLessThanTheCount) {
  EXPECT_DOUBLE_EQ(sample_std(Numbers{1, 3}), std::sqrt(2.0));
  EXPECT_DOUBLE_EQ(sample_std(Numbers{2, 4, 4, 4, 5, 5, 7, 9}), std::sqrt(32.0 / 7));
}

TEST(SampleStd, IsZeroForOneNumber) { EXPECT_EQ(sample_std(Numbers{0.7}), 0); }

// 0.1 + 0.1 + 0.1 is 0.30000000000000004.
TEST(Statistics, OfEqualNumbersAreThatNumberAndNoSpread) {
  for (const double value : {0.1, 0.7, 1e300, std::numeric_limits<double>::infinity()}) {
    for (const size_t count : {1, 3, 7, 10}) {
      const Numbers equal(count, value);
      EXPECT_EQ(mean(equal), value) << count;
      EXPECT_EQ(sample_std(equal), 0) << count << " times " << value;
    }
  }
}

TEST(SampleStd, KeepsItsDigitsFarFromZero) { EXPECT_NEAR(sample_std(Numbers{1e8 + 1, 1e8 + 2, 1e8 + 3}), 1, 1e-9); }

TEST(Median, IsTheMiddleNumberOfAnOddCount) {
  EXPECT_EQ(median(Numbers{9, 1, 5}), 5);
  EXPECT_EQ(median(Numbers{4}), 4);
}

TEST(Median, IsTheMeanOfTheTwoMiddleNumbersOfAnEvenCount) {
  EXPECT_EQ(median(Numbers{9, 1, 2, 5}), 3.5);
  EXPECT_EQ(median(Numbers{3, 3}), 3);
}

TEST(Statistics, OfNothingAreNan) {
  EXPECT_TRUE(std::isnan(mean({})));
  EXPECT_TRUE(std::isnan(sample_std({})));
  EXPECT_TRUE(std::isnan(median({})));
}

TEST(Statistics, ANanAmongTheNumbersIsNotHidden) {
  for (const auto& numbers : {Numbers{kNotANumber}, Numbers{kNotANumber, 1, 2}, Numbers{1, 2, kNotANumber}}) {
    EXPECT_TRUE(std::isnan(mean(numbers)));
    EXPECT_TRUE(std::isnan(sample_std(numbers)));
    EXPECT_TRUE(std::isnan(median(numbers)));
  }
}

}  // namespace
}  // namespace vbench
