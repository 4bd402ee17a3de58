#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/utils.h>

#include <cmath>

#include "methods/sam/losses.hpp"
#include "tests/methods/sam/reference.hpp"
#include "tests/support/threads.hpp"

namespace vbench::sam::test {
namespace {

using testing::HasSubstr;
using vbench::test::error_of;
using vbench::test::expect_close;
using vbench::test::expect_same;
using vbench::test::Threads;

const Tolerance kDouble{1e-12, 1e-9, "double"};

NetworkOptions with_scales(std::vector<int64_t> scales) { return small_options(std::move(scales)); }

TEST(SamNetwork, FeaturesAreSumsOfTheRelationsOfAllContainedSubsets) {
  for (const std::vector<int64_t>& scales : std::vector<std::vector<int64_t>>{{1, 2, 3, 4}, {2}, {1, 3}, {2, 4}, {3}}) {
    for (int64_t n = scales.front(); n <= 6; ++n) {
      const auto network = widened(with_scales(scales), 3);
      const auto sets = random_sets(2, n, network.options(), 4).to(torch::kDouble);
      expect_close(network.features(sets), features_by_definition(network, sets), kDouble, std::to_string(n) + " members");
    }
  }
}

TEST(SamNetwork, TheOrderOfTheMembersMatters) {
  const auto network = widened(small_options(), 5);
  const auto sets = random_sets(2, 4, network.options(), 6).to(torch::kDouble);
  const auto whole = network.features_of_size(sets, 4), reversed = network.features_of_size(sets.flip(1), 4);
  EXPECT_FALSE(torch::allclose(whole, reversed));
}

/// Two networks with the same weights, one driven through forward() and one through the definition.
void expect_forward_equals_definition(int64_t batch) {
  const auto network = widened(small_options(), 7), definition = widened(small_options(), 7);
  const auto sets = random_sets(batch, 4, network.options(), 8).to(torch::kDouble);
  const auto direct = definition.heads(features_by_definition(definition, sets));
  const auto ours = network.forward(sets);
  expect_close(ours.embeddings, direct.embeddings, kDouble, "embeddings");
  expect_close(ours.logits, direct.logits, kDouble, "logits");
  const auto weights = torch::rand_like(direct.logits);
  ((ours.logits * weights).sum() + ours.embeddings.square().sum()).backward();
  ((direct.logits * weights).sum() + direct.embeddings.square().sum()).backward();
  for (const auto& parameter : network.parameters()) {
    expect_close(parameter.tensor.grad(), weight(definition, parameter.name).grad(), kDouble, parameter.name);
  }
}

TEST(SamNetwork, ForwardWithUnfoldedHeadsHasTheDefinitionsDerivatives) { expect_forward_equals_definition(1); }
TEST(SamNetwork, ForwardWithFoldedHeadsHasTheDefinitionsDerivatives) { expect_forward_equals_definition(50); }

TEST(SamNetwork, FeaturesAndHeadsAreDifferentiableOnTheirOwn) {
  const auto network = widened(small_options(), 9), definition = widened(small_options(), 9);
  const auto sets = random_sets(3, 4, network.options(), 10).to(torch::kDouble);
  const auto a = sets.clone().requires_grad_(), b = sets.clone().requires_grad_();
  network.heads(network.features(a)).logits.square().sum().backward();
  definition.heads(features_by_definition(definition, b)).logits.square().sum().backward();
  expect_close(a.grad(), b.grad(), kDouble, "sets");
  for (const auto& parameter : network.parameters()) {
    expect_close(parameter.tensor.grad(), weight(definition, parameter.name).grad(), kDouble, parameter.name);
  }
}

TEST(SamNetwork, FeaturesOfOneSizeAreThoseRowsOfAllFeatures) {
  for (const std::vector<int64_t>& scales : std::vector<std::vector<int64_t>>{{1, 2, 3, 4}, {1, 3}, {2}}) {
    const auto network = widened(with_scales(scales), 11);
    const auto sets = random_sets(2, 5, network.options(), 12).to(torch::kDouble);
    const auto all = network.features(sets);
    int64_t row = 0;
    for (int64_t size = scales.front(); size <= 5; ++size) {
      const auto part = network.features_of_size(sets, size);
      expect_close(part, all.narrow(1, row, part.size(1)), kDouble, "size " + std::to_string(size));
      row += part.size(1);
    }
    EXPECT_EQ(row, all.size(1));
  }
}

TEST(SamNetwork, ASetsFeaturesDoNotDependOnItsBatchMates) {
  const auto network = widened(small_options(), 13);
  const auto sets = random_sets(4, 3, network.options(), 14).to(torch::kDouble);
  const auto together = network.forward(sets);
  const auto alone = network.forward(sets.narrow(0, 2, 1));
  expect_close(together.logits.narrow(0, 2, 1), alone.logits, kDouble);
  EXPECT_FALSE(torch::allclose(together.logits[0], together.logits[1]));
}

TEST(SamNetwork, InputsAreLeftAsTheyAre) {
  const auto network = Network(small_options(), 15, at::kCPU);
  for (const auto& [batch, members] : std::vector<std::pair<int64_t, int64_t>>{{1, 1}, {1, 4}, {3, 1}, {3, 4}}) {
    const auto sets = random_sets(batch, members, network.options(), 16), before = sets.clone();
    (void)network.forward(sets);
    (void)network.features_of_size(sets, 1);
    expect_same(sets, before);
  }
}

TEST(SamNetwork, AnEmptyBatchGivesEmptyOutputs) {
  const auto network = Network(small_options(), 15, at::kCPU);
  const torch::NoGradGuard no_grad;
  EXPECT_EQ(network.forward(torch::zeros({0, 4, 6})).logits.sizes().vec(), (std::vector<int64_t>{0, 15, 7}));
}

TEST(SamNetwork, TheSameThreadsGiveTheSameBits) {
  auto options = small_options();
  options.in_features = options.out_features = 64;
  options.bottleneck = 48;
  const Threads threads(2);
  const auto gradient = [&] {
    const Network network(options, 17, at::kCPU);
    const auto heads = network.forward(random_sets(64, 4, options, 18));
    (heads.logits.square().sum() + heads.embeddings.sum()).backward();
    return weight(network, "relations.2.relate.1.weight").grad();
  };
  expect_same(gradient(), gradient());
}

TEST(SamNetwork, WeightsStartUniformWithinOneOverTheRootOfTheirInputs) {
  auto options = small_options();
  options.in_features = 40;
  options.bottleneck = 60;
  const Network network(options, 19, at::kCPU);
  const auto expect_uniform = [&](const std::string& name, double inputs) {
    const auto values = weight(network, name);
    const double bound = 1 / std::sqrt(inputs), largest = values.abs().max().item<double>();
    EXPECT_LE(largest, bound) << name;
    EXPECT_GT(largest, 0.8 * bound) << name;
    if (values.numel() > 1000) {
      EXPECT_NEAR(values.std().item<double>(), bound / std::sqrt(3.0), 0.03 * bound) << name;
    }
  };
  expect_uniform("relations.2.relate.1.weight", 3 * 40);
  expect_uniform("relations.2.relate.1.bias", 3 * 40);
  expect_uniform("relations.2.relate.3.bias", 60);
  expect_uniform("last_linear.weight", 8);
  expect_same(weight(network, "linear.weight"), torch::ones({1, 4}));
  expect_same(weight(network, "linear.bias"), torch::zeros({1}));
  const Network again(options, 19, at::kCPU), other(options, 20, at::kCPU);
  expect_same(weight(again, "embedding_linear.weight"), weight(network, "embedding_linear.weight"));
  EXPECT_FALSE(torch::equal(weight(other, "embedding_linear.weight"), weight(network, "embedding_linear.weight")));
  EXPECT_FALSE(torch::equal(weight(network, "relations.0.relate.3.weight"), weight(network, "relations.1.relate.3.weight")));
}

TEST(SamNetwork, TheOptimiserSeesAllButTheUnusedMix) {
  const Network network(small_options({2, 4}), 1, at::kCPU);
  EXPECT_EQ(network.weights().size(), 2U * 4 + 6);
  EXPECT_EQ(network.parameters().size(), network.weights().size() - 2);
  for (const auto& parameter : network.parameters()) EXPECT_NE(parameter.name.substr(0, 7), "linear.");
  expect_same(weight(network, "linear.weight"), torch::ones({1, 4}));
}

TEST(SamNetwork, SetsBelowTheSmallestRelationAreRefusedByName) {
  const Network network(small_options({3, 4}), 1, at::kCPU);
  const auto sets = torch::zeros({2, 2, 6});
  for (const auto& message :
       {error_of([&] { (void)network.features(sets); }), error_of([&] { (void)network.forward(sets); }),
        error_of([&] { (void)network.features_of_size(sets, 2); }), error_of([&] { (void)network.aggregate(sets); })}) {
    EXPECT_THAT(message, HasSubstr("a set of 2 is smaller than the smallest relation, which takes 3 videos"));
  }
}

TEST(SamNetwork, SmallSetsAreTiledOrGetOneMemberTwice) {
  const Network network(small_options({4}), 1, at::kCPU);
  EXPECT_EQ(network.enlargement(1).tiles, 4);
  EXPECT_EQ(network.enlargement(2).tiles, 2);
  EXPECT_EQ(network.enlargement(3).repeats, (std::vector<std::vector<int64_t>>{{0}, {1}, {2}}));
  EXPECT_EQ(network.enlargement(4).tiles, 1);
  EXPECT_TRUE(network.enlargement(4).repeats.empty());
  EXPECT_EQ(Network(small_options({5}), 1, at::kCPU).enlargement(3).repeats, (std::vector<std::vector<int64_t>>{{0, 1}, {0, 2}, {1, 2}}));
  EXPECT_THAT(error_of([&] { (void)network.enlargement(0); }), HasSubstr("an empty set"));
}

TEST(SamNetwork, BadScalesAndSizesAreRefused) {
  for (const auto& scales : std::vector<std::vector<int64_t>>{{}, {2, 1}, {1, 1}, {0, 1}, {-1}, {17}}) {
    EXPECT_THAT(error_of([&] { Network(small_options(scales), 1, at::kCPU); }), HasSubstr("ascending"));
  }
  auto options = small_options();
  options.bottleneck = 0;
  EXPECT_THAT(error_of([&] { Network(options, 1, at::kCPU); }), HasSubstr("the bottleneck is 0"));
}

TEST(SamNetwork, FeaturesOfAnotherWidthAreRefused) {
  const Network network(small_options(), 1, at::kCPU);
  EXPECT_THAT(error_of([&] { (void)network.forward(torch::zeros({2, 4, 5})); }), HasSubstr("2 x 4 x 5 do not fit"));
  EXPECT_THAT(error_of([&] { (void)network.heads(torch::zeros({2, 9})); }), HasSubstr("2 x 9 do not fit"));
  EXPECT_THAT(error_of([&] { (void)network.relation(1, torch::zeros({2, 3, 6})); }), HasSubstr("3 vectors where relation 1 takes 2"));
  EXPECT_THAT(error_of([&] { (void)network.features(torch::zeros({1, 17, 6})); }), HasSubstr("too many subsets"));
}

TEST(SamNetwork, CountsTheMultiplyAddsOfThePublishedFormula) {
  const int64_t layers = 2048 * 512;
  EXPECT_EQ(multiply_adds({}, 4), 32 * layers + 15 * layers + 15 * 2048 * (391 + 300));
  NetworkOptions pairs;
  pairs.scales = {2};
  EXPECT_EQ(multiply_adds(pairs, 3), 3 * 3 * layers + 4 * 2048 * (391 + 300));
}

}  // namespace
}  // namespace vbench::sam::test
