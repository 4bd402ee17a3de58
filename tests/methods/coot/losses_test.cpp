#include "methods/coot/losses.hpp"

#include <gtest/gtest.h>

#include "tests/methods/coot/reference.hpp"

namespace vbench::coot::test {
namespace {

using vbench::test::expect_close;
using vbench::test::expect_same;

torch::Tensor unit(const torch::Tensor& rows) { return rows / rows.norm(2, {1}, true); }

/// Rows that share a direction, so that every kind of loss finds violations.
Outputs random_outputs(int64_t videos, int64_t clips) {
  const auto rows = [](int64_t count, int64_t width) { return torch::randn({count, width}) + 2; };
  return {rows(videos, 8), rows(videos, 8), rows(clips, 4), rows(clips, 4), rows(videos, 4), rows(videos, 4)};
}

double value_of(const LossTerms& terms, const std::string& name) {
  for (const auto& [term, value] : terms.terms) {
    if (term == name) return value;
  }
  return 0;
}

TEST(CootLosses, ContrastiveLossOfAWorkedExample) {
  // s = [[1, 0.9], [0, 0.5]], margin 0.2. Rows: 0.2 + 0.9 - 1 = 0.1 and 0 (-0.3). Columns: 0.2 + 0.9 - 0.5 = 0.6 and 0 (-0.8). Divided
  // by 4.
  const auto a = torch::eye(2);
  const auto b = torch::tensor({{1.0F, 0.0F}, {0.9F, 0.5F}});
  expect_close(contrastive_loss(a, b, 0.2, false, true), torch::tensor(0.175F), kLoss);
  expect_close(contrastive_loss(a, b, 0.2, false, false), torch::tensor(0.7F), kLoss);
}

TEST(CootLosses, MaxViolationKeepsOneTermOfEachRowAndColumn) {
  torch::manual_seed(1);
  const auto a = unit(torch::randn({5, 6})), b = unit(torch::randn({5, 6}));
  const auto s = torch::matmul(a, b.t()), d = s.diagonal();
  const auto off = 1 - torch::eye(5);
  const auto rows = ((0.2 + s - d.unsqueeze(1)).clamp_min(0) * off).amax(1),
             columns = ((0.2 + s - d.unsqueeze(0)).clamp_min(0) * off).amax(0);
  expect_close(contrastive_loss(a, b, 0.2, true, false), rows.sum() + columns.sum(), kLoss);
}

TEST(CootLosses, GradientsOfTheContrastiveLossAreThoseOfAutograd) {
  torch::manual_seed(2);
  for (const bool max_violation : {false, true}) {
    const auto a = unit(torch::randn({7, 6})).requires_grad_(), b = unit(torch::randn({7, 6})).requires_grad_();
    contrastive_loss(a, b, 0.2, max_violation, true).backward();
    const auto x = a.detach().clone().requires_grad_(), y = b.detach().clone().requires_grad_();
    const auto s = torch::matmul(x, y.t()), d = s.diagonal();
    const auto off = 1 - torch::eye(7);
    const auto rows = (0.2 + s - d.unsqueeze(1)).clamp_min(0) * off, columns = (0.2 + s - d.unsqueeze(0)).clamp_min(0) * off;
    ((max_violation ? rows.amax(1).sum() + columns.amax(0).sum() : rows.sum() + columns.sum()) / 49).backward();
    expect_close(a.grad(), x.grad(), kGradient);
    expect_close(b.grad(), y.grad(), kGradient);
  }
}

TEST(CootLosses, EveryWeightSwitchesItsOwnTerm) {
  torch::manual_seed(3);
  const auto outputs = random_outputs(4, 9);
  LossOptions none;
  none.high = none.high_internal = none.low = none.low_internal = none.context = none.context_internal = 0;
  EXPECT_EQ(total_contrastive_loss(outputs, none).total.item<float>(), 0);
  const std::vector<std::pair<std::string, double LossOptions::*>> weights{{"high", &LossOptions::high},
                                                                           {"high_internal", &LossOptions::high_internal},
                                                                           {"low", &LossOptions::low},
                                                                           {"low_internal", &LossOptions::low_internal},
                                                                           {"context", &LossOptions::context}};
  for (const auto& [name, field] : weights) {
    auto one = none, two = none;
    one.*field = 1;
    two.*field = 2;
    const auto terms = total_contrastive_loss(outputs, one);
    ASSERT_EQ(terms.terms.size(), 1U) << name;
    EXPECT_GT(value_of(terms, name), 0) << name;
    EXPECT_NEAR(value_of(total_contrastive_loss(outputs, two), name), 2 * value_of(terms, name), 1e-6) << name;
  }
}

TEST(CootLosses, TheContextInternalTermTakesTheWrongWeightUnlessFixed) {
  torch::manual_seed(4);
  const auto outputs = random_outputs(4, 9);
  LossOptions options;
  options.low_internal = 0.5;
  options.context_internal = 0.7;
  const double upstream = value_of(total_contrastive_loss(outputs, options), "context_internal");
  options.context_internal_fix = true;
  const double fixed = value_of(total_contrastive_loss(outputs, options), "context_internal");
  ASSERT_GT(fixed, 0);
  EXPECT_NEAR(upstream / fixed, 0.5 / 0.7, 1e-5);
}

TEST(CootLosses, EqualClipsAndSentencesCycleHomeMoreOftenThanUnrelatedOnes) {
  torch::manual_seed(5);
  const auto clips = torch::randn({7, 6}) * 10;
  const auto all = CyclePositions::all({4, 3});
  EXPECT_LT(cycle_consistency(clips, clips, {4, 3}, {4, 3}, all, all).item<float>(), 1e-3);
  EXPECT_GT(cycle_consistency(clips, torch::randn({7, 6}) * 10, {4, 3}, {4, 3}, all, all).item<float>(), 0.1);
}

TEST(CootLosses, PaddingDoesNotChangeACycle) {
  torch::manual_seed(6);
  const auto c = torch::randn({1, 3, 6}), s = torch::randn({1, 3, 6});
  const auto longer = [](const torch::Tensor& x) { return torch::cat({x, torch::full({1, 2, 6}, 0.1)}, 1); };
  const auto all = CyclePositions::all({3});
  expect_close(cycle_loss(longer(c), {3}, longer(s), {3}, all), cycle_loss(c, {3}, s, {3}, all), kLoss);
}

TEST(CootLosses, SampledPositionsAreValidDifferentAndUniform) {
  const std::vector<int64_t> lengths{1, 5, 2};
  std::vector<int64_t> counts(5, 0);
  RandomStream random(1, "test");
  for (int round = 0; round < 2000; ++round) {
    const auto one = CyclePositions::sample(lengths, 1, random);
    expect_same(one.weight, torch::ones({3, 1}));
    for (int64_t b = 0; b < 3; ++b) ASSERT_LT(one.index[b][0].item<int64_t>(), lengths[static_cast<size_t>(b)]);
    ++counts[static_cast<size_t>(one.index[1][0].item<int64_t>())];
  }
  for (const int64_t count : counts) EXPECT_NEAR(static_cast<double>(count), 400, 80);
  const auto three = CyclePositions::sample(lengths, 3, random);
  expect_same(three.weight.gt(0).sum(1), torch::tensor({1, 3, 2}, torch::kLong));
  expect_close(three.weight.sum(1), torch::ones({3}), kLoss);
  EXPECT_EQ(std::get<0>(at::_unique(three.index[1])).numel(), 3);
}

TEST(CootLosses, SamplingFollowsTheStepAndThePurpose) {
  torch::manual_seed(7);
  const auto outputs = random_outputs(8, 64);
  const std::vector<int64_t> counts(8, 8);
  const auto cycle = [&](int64_t step, const std::string& purpose) {
    return value_of(coot_loss(outputs, counts, counts, LossOptions{}, {.seed = 1, .epoch = 0, .step = step, .global_step = step}, purpose),
                    "cycle");
  };
  EXPECT_EQ(cycle(3, "train"), cycle(3, "train"));
  EXPECT_NE(cycle(3, "train"), cycle(4, "train"));
  EXPECT_NE(cycle(3, "train"), cycle(3, "evaluate"));
}

TEST(CootLosses, TermsAddUpToTheTotal) {
  torch::manual_seed(8);
  const auto outputs = random_outputs(4, 9);
  const auto loss = coot_loss(outputs, {2, 3, 1, 3}, {2, 3, 1, 3}, LossOptions{}, {}, "train");
  double sum = 0;
  for (const auto& [name, value] : loss.terms) sum += value;
  EXPECT_NEAR(sum, loss.total.item<double>(), 1e-6);
  EXPECT_EQ(loss.terms.size(), 6U) << "high, low, context, two internal ones and the cycle";
}

}  // namespace
}  // namespace vbench::coot::test
