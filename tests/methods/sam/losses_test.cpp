#include "methods/sam/losses.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/utils.h>

#include <limits>
#include <map>

#include "harness/train/optimizer.hpp"
#include "tests/methods/sam/reference.hpp"

namespace vbench::sam::test {
namespace {

using testing::HasSubstr;
using vbench::test::error_of;
using vbench::test::expect_same;

/// Sets of three: seven subsets, six nodes, embeddings of two numbers.
struct Example {
  Network::Heads heads{torch::zeros({2, 7, 2}), torch::zeros({2, 7, 6})};
  at::Tensor embeddings = torch::zeros({2, 7, 2}), labels = torch::zeros({2, 7}, torch::kLong);

  [[nodiscard]] std::map<std::string, double> terms(int64_t min_size = 1, const LossOptions& options = {}) const {
    const auto loss = sam_loss(heads, embeddings, labels, min_size, options);
    return {loss.terms.begin(), loss.terms.end()};
  }
};

TEST(SamLoss, IsTheWeightedMeanSquaredErrorPlusTheWeightedCrossEntropy) {
  Example example;
  example.heads.embeddings.index_put_({0, 3, 1}, 2.0);
  const auto loss = sam_loss(example.heads, example.embeddings, example.labels, 1, {7, 3});
  const double embed = 7 * 4.0 / (2 * 7 * 2), abstr = 3 * std::log(6.0);
  EXPECT_NEAR(loss.total.item<double>(), embed + abstr, 1e-5);
  const auto terms = example.terms(1, {7, 3});
  EXPECT_NEAR(terms.at("embed"), embed, 1e-6);
  EXPECT_NEAR(terms.at("abstr"), abstr, 1e-5);
  EXPECT_EQ(loss.weight, 2);
}

TEST(SamLoss, MetersCountEverySubsetAndEachSizeOnItsOwn) {
  Example example;
  example.heads.logits.select(2, 4).fill_(1);  // node 4 is first everywhere, the others tie
  example.labels.index_put_({0, 0}, 4);        // a single
  example.labels.index_put_({1, 4}, 4);        // a pair
  example.labels.index_put_({1, 6}, 5);        // the whole set: node 5 is the last of the tied, sixth
  const auto terms = example.terms();
  EXPECT_NEAR(terms.at("top1@abstr"), 100 * 2.0 / 14, 1e-9);
  EXPECT_NEAR(terms.at("top1@abstr_1"), 100 * 1.0 / 6, 1e-9);
  EXPECT_NEAR(terms.at("top1@abstr_2"), 100 * 1.0 / 6, 1e-9);
  EXPECT_EQ(terms.at("top1@abstr_3"), 0);
  EXPECT_NEAR(terms.at("top5@abstr"), 100 * 13.0 / 14, 1e-9);
  EXPECT_EQ(terms.at("top5@abstr_1"), 100);
  EXPECT_EQ(terms.at("top5@abstr_3"), 50);
  EXPECT_EQ(terms.count("top1@abstr_4"), 0U);
}

TEST(SamLoss, SubsetsBelowTheSmallestScaleAreCutOffTheTargets) {
  Example example;
  example.heads = {torch::zeros({2, 4, 2}), torch::zeros({2, 4, 6})};
  example.embeddings.narrow(1, 0, 3).fill_(100);
  example.labels.narrow(1, 0, 3).fill_(5);
  const auto terms = example.terms(2);
  EXPECT_EQ(terms.at("embed"), 0);
  EXPECT_EQ(terms.at("top1@abstr"), 100);
  EXPECT_EQ(terms.count("top1@abstr_1"), 0U);
  EXPECT_EQ(terms.at("top1@abstr_2"), 100);
}

TEST(SamLoss, AHeadOfWeightZeroHasZeroGradientsAndStillDecays) {
  const Network network(small_options(), 1, at::kCPU);
  const auto sets = random_sets(2, 4, network.options(), 2);
  const auto before = weight(network, "embedding_linear.weight").detach().clone();
  const auto loss = sam_loss(network.forward(sets), torch::ones({2, 15, 3}), torch::zeros({2, 15}, torch::kLong), 1, {0, 1});
  loss.total.backward();
  const auto gradient = weight(network, "embedding_linear.weight").grad();
  ASSERT_TRUE(gradient.defined());
  expect_same(gradient, torch::zeros_like(gradient));
  OptimizerOptions options;
  options.weight_decay = 5e-4;
  Optimizer::make(options, network.parameters())->step(1e-3);
  EXPECT_FALSE(torch::equal(weight(network, "embedding_linear.weight"), before));
}

TEST(SamLoss, ADivergedLossIsHandedOnWithoutMeters) {
  Example example;
  example.heads.logits.index_put_({0, 0, 0}, std::numeric_limits<float>::quiet_NaN());
  const auto terms = example.terms();
  EXPECT_TRUE(std::isnan(terms.at("abstr")));
  EXPECT_EQ(terms.count("top1@abstr"), 0U);
}

TEST(SamLoss, MisfitsAreNamed) {
  const auto message = [](const std::function<void(Example&)>& spoil, int64_t min_size = 1) {
    Example example;
    spoil(example);
    return error_of([&] { (void)example.terms(min_size); });
  };
  EXPECT_THAT(message([](Example& e) { e.labels = torch::zeros({2, 6}, torch::kLong); }), HasSubstr("not of the same subsets"));
  EXPECT_THAT(message([](Example&) {}, 2), HasSubstr("2 sets of 3 with subsets from size 2"));
  EXPECT_THAT(message([](Example& e) { e.embeddings = torch::zeros({2, 7, 3}); }), HasSubstr("embeddings of 2 numbers"));
  EXPECT_THAT(message([](Example& e) { e.labels.index_put_({0, 0}, 6); }), HasSubstr("labels 0 to 6 where the graph has 6 nodes"));
  EXPECT_THAT(message([](Example& e) { e.heads.logits = torch::zeros({2, 7, 4}); }), HasSubstr("needs a graph of as many"));
  EXPECT_THAT(message([](Example& e) {
                e.labels = torch::zeros({2, 8}, torch::kLong);
                e.embeddings = torch::zeros({2, 8, 2});
              }),
              HasSubstr("8 targets a set"));
}

}  // namespace
}  // namespace vbench::sam::test
