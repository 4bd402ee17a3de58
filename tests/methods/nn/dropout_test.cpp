#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "tests/methods/nn/cases.hpp"

namespace vbench::test {
namespace {

constexpr int64_t kCount = 1 << 20;

torch::Tensor kept(double p, uint64_t key) { return nn::dropout_mask({kCount}, {p, key}, torch::kCPU).gt(0).to(torch::kDouble); }

double correlation(torch::Tensor a, torch::Tensor b) {
  a = a - a.mean();
  b = b - b.mean();
  return ((a * b).mean() / (a.square().mean() * b.square().mean()).sqrt()).item<double>();
}

constexpr double kFiveSigma = 5.0 / 1024;  // of a correlation over 2^20 elements

TEST(DropoutMask, DropsTheShareAskedForAndScalesTheRest) {
  for (const double p : {0.01, 0.05, 0.5, 0.9}) {
    const auto mask = nn::dropout_mask({kCount}, {p, 42}, torch::kCPU);
    EXPECT_NEAR(mask.eq(0).to(torch::kDouble).mean().item<double>(), p, 5 * std::sqrt(p * (1 - p) / kCount)) << p;
    EXPECT_FLOAT_EQ(mask.max().item<float>(), static_cast<float>(1 / (1 - p)));
  }
}

TEST(DropoutMask, OfDifferentKeysIsUncorrelated) {
  const auto base = kept(0.3, 0);
  for (const uint64_t key : {uint64_t{1}, uint64_t{2}, uint64_t{1} << 32, uint64_t{1} << 63, uint64_t{0x9E3779B9}}) {
    EXPECT_LT(std::abs(correlation(base, kept(0.3, key))), kFiveSigma) << key;
  }
}

TEST(DropoutMask, OfOneKeyIsUncorrelatedAcrossPositions) {
  const auto mask = kept(0.3, 7);
  for (const int64_t lag : {1, 2, 16, 384, 1152, 65536}) {
    EXPECT_LT(std::abs(correlation(mask.slice(0, lag), mask.slice(0, 0, kCount - lag))), kFiveSigma) << lag;
  }
}

TEST(DropoutMask, IsWhatTheLoopsApply) {
  const nn::Dropout some{0.2, 0xfeedfacecafebeefULL};
  for_every_table([&] {
    EXPECT_TRUE(torch::equal(nn::dropout(torch::ones({77, 13}), some), nn::dropout_mask({77, 13}, some, torch::kCPU)));
  });
}

TEST(DropoutMask, IsAllOnesForNoDropout) { EXPECT_TRUE(torch::equal(nn::dropout_mask({3, 2}, {}, torch::kCPU), torch::ones({3, 2}))); }

TEST(DropoutKeys, GiveEveryCallItsOwnKeyAndRepeatForTheSameStep) {
  nn::DropoutKeys first(9), again(9), other(10);
  std::set<uint64_t> keys;
  for (int i = 0; i < 100; ++i) {
    const auto drop = first.next(0.1);
    EXPECT_EQ(drop.key, again.next(0.1).key);
    keys.insert(drop.key);
    keys.insert(other.next(0.1).key);
  }
  EXPECT_EQ(keys.size(), 200U);
}

TEST(DropoutKeys, DropNothingInEvaluation) {
  nn::DropoutKeys keys;
  EXPECT_EQ(keys.next(0.5).p, 0);
}

}  // namespace
}  // namespace vbench::test
