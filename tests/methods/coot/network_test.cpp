#include "methods/coot/network.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/core/settings.hpp"
#include "tests/methods/coot/reference.hpp"

namespace vbench::coot::test {
namespace {

using testing::HasSubstr;
using vbench::test::error_of;
using vbench::test::expect_close;
using vbench::test::expect_same;

NetworkOptions local_options() {
  NetworkOptions options;
  options.input_width = 20;
  options.width = 16;
  options.heads = 4;
  options.feed_forward = 24;
  options.pooler_hidden = 32;
  return options;
}

NetworkOptions global_options() {
  auto options = local_options();
  options.level = Level::kGlobal;
  options.input_width = options.width;
  return options;
}

Network made(const NetworkOptions& options) {
  Network network(options);
  initialize(network.weights(), "test/", 0.2, 7);
  return network;
}

torch::Tensor embedding(const Network& network, const torch::Tensor& rows, const std::vector<int64_t>& lengths, nn::DropoutKeys keys = {}) {
  const auto spans = nn::Spans::of(lengths);
  return network.pool(network.encode(network.embed(rows, {&spans}, keys).front(), spans, keys), spans, keys);
}

torch::Tensor global_embedding(const Network& network, const torch::Tensor& x, const std::vector<int64_t>& lengths,
                               const torch::Tensor& context) {
  nn::DropoutKeys keys;
  return network.forward(x, lengths, context, keys);
}

TEST(CootNetwork, ALocalEmbeddingDoesNotDependOnItsBatchMates) {
  torch::manual_seed(1);
  const auto network = made(local_options());
  const auto rows = torch::randn({12, 20});
  const auto together = embedding(network, rows, {5, 1, 6});
  const auto alone = torch::cat({embedding(network, rows.slice(0, 0, 5), {5}), embedding(network, rows.slice(0, 5, 6), {1}),
                                 embedding(network, rows.slice(0, 6, 12), {6})});
  expect_close(together, alone, kForward);
}

TEST(CootNetwork, TheSameRowsReadAsTwoSetsOfSequencesEqualTwoSeparateReadings) {
  torch::manual_seed(2);
  const auto network = made(local_options());
  const auto rows = torch::randn({9, 20});
  const auto whole = nn::Spans::of({9}), parts = nn::Spans::of({4, 5});
  nn::DropoutKeys keys;
  const auto shared = network.embed(rows, {&whole, &parts}, keys);
  expect_same(shared[0], network.embed(rows, {&whole}, keys)[0]);
  expect_same(shared[1], network.embed(rows, {&parts}, keys)[0]);
  EXPECT_FALSE(torch::equal(shared[0], shared[1])) << "positions count from each sequence's start";
}

TEST(CootNetwork, UpstreamAverageDependsOnTheLongestSequenceAndMaskedDoesNot) {
  torch::manual_seed(3);
  const auto x = torch::randn({1, 3, 16}), context = torch::randn({1, 16});
  const auto longer = torch::cat({x, torch::zeros({1, 2, 16})}, 1);
  auto options = global_options();
  const auto upstream = made(options);
  EXPECT_FALSE(torch::allclose(global_embedding(upstream, x, {3}, context), global_embedding(upstream, longer, {3}, context), 0, 1e-3));
  options.average = Average::kMasked;
  const auto masked = made(options);
  expect_close(global_embedding(masked, x, {3}, context), global_embedding(masked, longer, {3}, context), kForward);
}

TEST(CootNetwork, PaddedKeysGetNoAttention) {
  torch::manual_seed(4);
  auto options = global_options();
  options.average = Average::kMasked;
  const auto network = made(options);
  const auto context = torch::randn({2, 16});
  auto x = torch::randn({2, 4, 16});
  const auto before = global_embedding(network, x, {4, 2}, context);
  x[1].slice(0, 2, 4).fill_(100);
  expect_same(global_embedding(network, x, {4, 2}, context), before);
}

TEST(CootNetwork, ChainedLayersDifferFromUnchainedOnesAndTrainAllLayers) {
  torch::manual_seed(5);
  auto options = local_options();
  options.layers = 2;
  const auto rows = torch::randn({6, 20});
  const auto unchained = made(options);
  options.chained = true;
  const auto chained = made(options);
  const auto y = embedding(chained, rows, {6});
  EXPECT_FALSE(torch::allclose(y, embedding(unchained, rows, {6}), 0, 1e-3));
  y.sum().backward();
  for (const auto& [name, tensor] : chained.weights()) {
    EXPECT_EQ(tensor.requires_grad(), tensor.grad().defined()) << name;
  }
}

TEST(CootNetwork, SeveralInputLayersAndTheirShortcutAreUsed) {
  torch::manual_seed(6);
  auto options = local_options();
  options.input_layers = 2;
  options.input_hidden = 12;
  options.input_residual = true;
  const auto network = made(options);
  embedding(network, torch::randn({6, 20}), {2, 4}).sum().backward();
  int used = 0;
  for (const auto& [name, tensor] : network.weights()) {
    if (name.rfind("input_fc.", 0) == 0) used += tensor.grad().abs().max().item<float>() > 0;
  }
  EXPECT_EQ(used, 6);
}

TEST(CootNetwork, DropoutFollowsItsKeyAndEvaluationHasNone) {
  torch::manual_seed(7);
  auto options = local_options();
  options.dropout = 0.3;
  const auto network = made(options);
  const auto rows = torch::randn({8, 20});
  const std::vector<int64_t> lengths{3, 5};
  expect_same(embedding(network, rows, lengths, nn::DropoutKeys(1)), embedding(network, rows, lengths, nn::DropoutKeys(1)));
  EXPECT_FALSE(torch::equal(embedding(network, rows, lengths, nn::DropoutKeys(1)), embedding(network, rows, lengths, nn::DropoutKeys(2))));
  options.dropout = 0;
  expect_same(embedding(network, rows, lengths), embedding(made(options), rows, lengths));
}

TEST(CootNetwork, WeightsAndBiasesStartAsTruncatedNormalsAndNormsAsIdentities) {
  auto options = local_options();
  options.width = 64;
  options.pooler_hidden = 128;
  Network network(options);
  initialize(network.weights(), "net/", 0.01, 3);
  std::vector<at::Tensor> drawn;
  for (const auto& [name, tensor] : network.weights()) {
    if (name == "embedding.pe") continue;
    if (name.ends_with("genpool_one") || name.ends_with(".gain")) {
      expect_same(tensor, torch::ones_like(tensor), name);
    } else if (name.find("norm_input.") == 0 || name.find("layer_normalization.") != std::string::npos) {
      expect_same(tensor, torch::zeros_like(tensor), name);
    } else {
      drawn.push_back(tensor.detach().flatten());
      EXPECT_GT(tensor.abs().max().item<float>(), 0) << name;
    }
  }
  const auto all = torch::cat(drawn);
  EXPECT_LE(all.abs().max().item<float>(), 0.02F);
  EXPECT_GT(all.abs().max().item<float>(), 0.0195F);
  EXPECT_NEAR(all.mean().item<float>(), 0, 2e-4);
  EXPECT_NEAR(all.std().item<float>(), 0.0088, 1e-4) << "a normal cut at two deviations keeps 0.88 of its deviation";
}

TEST(CootNetwork, InitialWeightsDependOnSeedAndNameAlone) {
  const auto options = local_options();
  Network a(options), b(options), c(options);
  initialize(a.weights(), "x/", 0.01, 1);
  initialize(b.weights(), "x/", 0.01, 1);
  initialize(c.weights(), "x/", 0.01, 2);
  for (size_t i = 0; i < a.weights().size(); ++i) expect_same(a.weights()[i].tensor, b.weights()[i].tensor, a.weights()[i].name);
  EXPECT_FALSE(torch::equal(a.weights()[2].tensor, c.weights()[2].tensor));
}

TEST(CootNetwork, ImpossibleSizesAreRefused) {
  const auto refused = [](auto change) {
    return error_of([&] {
      auto options = local_options();
      change(options);
      const Network network(options);
    });
  };
  EXPECT_THAT(refused([](NetworkOptions& o) { o.heads = 3; }), HasSubstr("width 16 is not a multiple of 3 attention heads"));
  EXPECT_THAT(refused([](NetworkOptions& o) { o.pools = 2; }), HasSubstr("2 pools"));
  EXPECT_THAT(refused([](NetworkOptions& o) { o.pooler_heads = 5; }), HasSubstr("5 pooler heads"));
  EXPECT_THAT(refused([](NetworkOptions& o) { o.dropout = 1; }), HasSubstr("dropout 1"));
  EXPECT_THAT(refused([](NetworkOptions& o) { o.level = Level::kGlobal; }), HasSubstr("as wide as the network"));
}

TEST(CootNetwork, ASequenceLongerThanThePositionsIsRefused) {
  auto options = local_options();
  options.positions = 4;
  const auto network = made(options);
  EXPECT_THAT(error_of([&] {
                (void)embedding(network, torch::randn({5, 20}), {5});
              }),
              HasSubstr("a sequence of 5 is longer than the 4 positions"));
}

}  // namespace
}  // namespace vbench::coot::test
