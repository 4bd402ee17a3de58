#include "methods/smth3d/network.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/utils.h>

#include <cmath>
#include <functional>

#include "harness/train/device.hpp"
#include "tests/methods/smth3d/reference.hpp"
#include "tests/support/threads.hpp"

namespace vbench::smth3d::test {
namespace {

using testing::HasSubstr;
using vbench::test::error_of;

TEST(Smth3dNetwork, RefusesSizesThatDoNotFit) {
  const auto error = [](const NetworkOptions& options) { return error_of([&] { const Network network(options, at::Device(at::kMeta)); }); };
  for (const int64_t divisor : {0, 3, 64})
    EXPECT_THAT(error({.divisor = divisor}), testing::AllOf(HasSubstr("model.divisor"), HasSubstr("does not divide the 32 channels")));
  EXPECT_THAT(error({.classes = 0}), HasSubstr("at least one class"));
  for (const double dropout : {-0.1, 1.0}) EXPECT_THAT(error({.dropout = dropout}), HasSubstr("model.dropout"));
}

TEST(Smth3dNetwork, RefusesWhatIsNoBatchOfClips) {
  const auto network = small_network();
  for (const auto& shape : std::vector<std::vector<int64_t>>{{2, 1, 4, 16, 16}, {3, 4, 16, 16}, {0, 3, 4, 16, 16}})
    EXPECT_THAT(error_of([&] { (void)network.column(torch::zeros(shape), {}); }), HasSubstr("expected batch x 3 x frames"));
}

TEST(Smth3dNetwork, BeginsWithPyTorchsDistributionsOnAnyNumberOfThreads) {
  Network network({.divisor = 2});
  network.initialize(5);
  const auto expect_uniform = [&](const std::string& name, double fan_in) {
    const auto values = named(network, name);
    const double bound = 1 / std::sqrt(fan_in);
    EXPECT_NEAR(values.max().item<double>(), bound, 0.1 * bound) << name;
    EXPECT_NEAR(values.min().item<double>(), -bound, 0.1 * bound) << name;
    EXPECT_NEAR(values.std().item<double>(), bound / std::sqrt(3), 0.15 * bound) << name;
  };
  expect_uniform("conv_column.block1.0.weight", 3 * 75);
  expect_uniform("conv_column.block4.6.weight", 128 * 27);
  expect_uniform("conv_column.block4.6.bias", 128 * 27);
  expect_uniform("clf_layers.0.weight", 256);
  expect_uniform("clf_layers.0.bias", 256);
  EXPECT_EQ(magnitude(named(network, "conv_column.block4.7.weight") - 1), 0);
  EXPECT_EQ(magnitude(named(network, "conv_column.block4.7.bias")), 0);
  const vbench::test::Threads one(1);
  Network again({.divisor = 2}), other({.divisor = 2});
  again.initialize(5);
  other.initialize(6);
  for (const auto& [name, tensor] : network.weights()) expect_same(named(again, name), tensor, name);
  EXPECT_GT(magnitude(named(other, "conv_column.block1.0.weight") - named(network, "conv_column.block1.0.weight")), 0.01);
}

/// A gradient of every parameter, by way of the training mode.
std::vector<at::Tensor> train(const Network& network, const at::Tensor& clips, const Pass& pass = {.training = true}) {
  const auto logits = network.forward(clips, single_views(clips.size(0)), pass).logits;
  at::cross_entropy_loss(logits, torch::arange(clips.size(0))).backward();
  std::vector<at::Tensor> gradients{logits.detach()};
  for (const auto& parameter : network.parameters()) {
    gradients.push_back(parameter.tensor.grad().clone());
    parameter.tensor.mutable_grad() = at::Tensor();
  }
  return gradients;
}

// In float32 on the CPU layers take another way than elsewhere; float64 takes the plain one, and so do clips of three frames.
TEST(Smth3dNetwork, TrainsInFloat32AsInFloat64) {
  for (const auto& config : {kModel1, kModel224}) {
    for (const int64_t frames : {3, 4, 9}) {
      const auto exact = small_network(config), network = small_network(config);
      vbench::test::convert(exact.weights(), at::kDouble);
      const auto clips = random_clips({3, 3, frames, 21, 26}, 4);
      const auto expected = train(exact, clips.to(at::kDouble)), actual = train(network, clips);
      for (size_t i = 0; i < actual.size(); ++i)
        expect_close(actual[i], expected[i], {1e-3 * magnitude(expected[i]) + 1e-6, 0, "float32"}, std::to_string(i));
      for (const auto& [name, tensor] : network.weights())
        expect_close(tensor, named(exact, name), {1e-5 * magnitude(tensor) + 1e-6, 0, "float32"}, name);
    }
  }
}

TEST(Smth3dNetwork, EveryLayerButTheFirstPassesGradientsOnAndThePictureGetsThemOnRequest) {
  const auto network = small_network();
  const auto clips = random_clips({2, 3, 6, 20, 20}).requires_grad_();
  network.forward(clips, {1, 1}, {.training = true}).logits.square().sum().backward();
  EXPECT_GT(magnitude(clips.grad()), 0);
}

TEST(Smth3dNetwork, TheLargerModelAveragesThreeFramesAndCountsThePadding) {
  for (const int64_t frames : {1, 2, 5, 8}) {
    const auto network = small_network(kModel224), plain = small_network(kModel1);
    const auto clips = random_clips({2, 3, frames, 18, 18});
    std::vector<NamedTensor> blocks, before;
    (void)network.column(clips, {.blocks = &blocks});
    (void)plain.column(clips, {.blocks = &before});
    const auto padded = at::constant_pad_nd(before[1].tensor, {0, 0, 0, 0, 1, 1});
    expect_close(blocks[1].tensor, at::avg_pool3d(padded, {3, 1, 1}, {2, 1, 1}), {1e-6, 1e-6, "order of the sum"},
                 std::to_string(frames) + " frames");
  }
}

TEST(Smth3dNetwork, FeaturesAreTheMeanOverAVideosClips) {
  const torch::NoGradGuard no_grad;
  const auto network = small_network();
  const auto clips = random_clips({6, 3, 4, 16, 16});
  const auto each = network.forward(clips, single_views(6), {}).features;
  const auto [logits, features] = network.forward(clips, {1, 3, 2}, {});
  const auto expected = torch::stack({each[0], each.slice(0, 1, 4).mean(0), each.slice(0, 4, 6).mean(0)});
  expect_close(features, expected, {1e-6, 1e-5, "float32"}, "features");
  expect_close(logits, at::linear(expected, named(network, "clf_layers.0.weight"), named(network, "clf_layers.0.bias")),
               {1e-5, 1e-5, "float32"}, "logits");
  EXPECT_THAT(error_of([&] { (void)network.forward(clips, {1, 3}, {}); }), HasSubstr("clips are not the batch's"));
}

// The authors' network runs its column once for each clip of the videos.
TEST(Smth3dNetwork, InTrainingClipsOfAVideoAreBatchesOfTheirOwn) {
  const auto network = small_network(), again = small_network();
  const auto clips = random_clips({5, 3, 4, 16, 16});  // videos of two and of three clips
  const auto features = network.forward(clips, {2, 3}, {.training = true}).features;
  const auto turn = [&](std::vector<int64_t> places) {
    return again.column(clips.index_select(0, torch::tensor(places)), {.training = true}).mean({2, 3, 4});
  };
  const auto first = turn({0, 2}), second = turn({1, 3}), third = turn({4});
  const auto expected = torch::stack({(first[0] + second[0]) / 2, (first[1] + second[1] + third[0]) / 3});
  expect_close(features, expected, {1e-6, 1e-5, "float32"}, "features");
  for (const auto& [name, tensor] : network.weights()) expect_same(tensor, named(again, name), name);
}

/// Channels of block `block` that are zero everywhere: [N, C] bool.
at::Tensor dropped(const NamedTensor& block) { return block.tensor.eq(0).flatten(2).all(2); }

TEST(Smth3dNetwork, DropsWholeChannelsBehindFourBlocksByTheKeyAlone) {
  Network network({.divisor = 4, .classes = 5, .dropout = 0.5});
  network.initialize(1);
  const auto clips = random_clips({4, 3, 5, 24, 24});
  std::vector<NamedTensor> first, again, other;
  (void)network.column(clips, {.training = true, .dropout_key = 7, .blocks = &first});
  (void)network.column(clips, {.training = true, .dropout_key = 7, .blocks = &again});
  (void)network.column(clips, {.training = true, .dropout_key = 8, .blocks = &other});
  for (size_t i = 0; i < 5; ++i) {
    const double share = dropped(first[i]).to(at::kFloat).mean().item<double>();
    if (i < 4) {
      EXPECT_NEAR(share, 0.5, 0.2) << first[i].name;
      EXPECT_FALSE(torch::equal(dropped(first[i]), dropped(other[i]))) << first[i].name;
    } else {
      EXPECT_LT(share, 0.2) << "block 5 drops nothing";
    }
    expect_same(first[i].tensor, again[i].tensor, "the same key: " + first[i].name);
  }
  EXPECT_FALSE(torch::equal(dropped(first[1]).slice(1, 0, 8), dropped(first[0]))) << "blocks have masks of their own";
}

TEST(Smth3dNetwork, WhatDropoutKeepsIsScaledAndEvaluationDropsNothing) {
  Network with({.divisor = 8, .classes = 5, .dropout = 0.2}), without({.divisor = 8, .classes = 5, .dropout = 0});
  with.initialize(1);
  without.initialize(1);
  std::vector<NamedTensor> some, all;
  const auto clips = random_clips({2, 3, 4, 20, 20});
  expect_same(with.column(clips, {.dropout_key = 3}), without.column(clips, {}), "evaluation drops nothing");
  (void)with.column(clips, {.training = true, .dropout_key = 3, .blocks = &some});
  (void)without.column(clips, {.training = true, .dropout_key = 3, .blocks = &all});
  const auto kept = dropped(some[0]).logical_not().to(at::kFloat).view({2, -1, 1, 1, 1});
  expect_close(some[0].tensor, all[0].tensor * kept / 0.8, {1e-6, 1e-6, "float32"}, "block1");
}

// PyTorch would write a variance of 0 / 0 into the running one.
TEST(Smth3dNetwork, OneValueAChannelIsTooFewToTrainOn) {
  const auto network = small_network();
  EXPECT_THAT(error_of([&] {
                (void)network.column(random_clips({1, 3, 1, 16, 16}), {.training = true});
              }),
              HasSubstr("too few for BatchNorm"));
  EXPECT_NO_THROW((void)network.column(random_clips({1, 3, 1, 16, 16}), {}));
  EXPECT_NO_THROW((void)network.column(random_clips({1, 3, 4, 16, 16}), {.training = true}));
}

TEST(Smth3dNetwork, TrainsInBfloat16Autocast) {
  const auto network = small_network();
  const auto clips = random_clips({2, 3, 6, 24, 24});
  const auto reference = network.forward(clips, {1, 1}, {.training = true}).logits.detach();
  at::Tensor logits;
  {
    const Autocast autocast(Precision::kBf16, at::kCPU);
    logits = network.forward(clips, {1, 1}, {.training = true}).logits.to(at::kFloat);
  }
  expect_close(logits, reference, {0.1 * magnitude(reference) + 0.05, 0, "8 bits of mantissa"}, "logits");
  logits.square().sum().backward();
  for (const auto& parameter : network.parameters()) EXPECT_TRUE(parameter.tensor.grad().isfinite().all().item<bool>()) << parameter.name;
}

TEST(Smth3dNetwork, SummaryNamesEveryLayerAndCountsItsCost) {
  const Network network({.divisor = 32, .classes = 3}, at::Device(at::kMeta));
  const auto summary = summarise(network, {6, 16, 16});
  EXPECT_EQ(summary.layers.size(), 23U);
  EXPECT_EQ(summary.layers.front().kind, "Conv3d");
  EXPECT_EQ(summary.layers.front().shape, "1x3x3x5x5");
  EXPECT_EQ(summary.layers[1].kind, "BatchNorm3d");
  EXPECT_EQ(summary.layers.back().name, "clf_layers.0");
  EXPECT_EQ(summary.layers.back().kind, "Linear");
  int64_t parameters = 0;
  for (const auto& layer : summary.layers) parameters += layer.parameters;
  EXPECT_EQ(parameters, summary.parameters);
  EXPECT_EQ(summary.flops_of, "one clip of 6x16x16");
  // By hand: products of every layer's weights with each place of its output; maps of 8, 8, 4, 4, 4, 2, 2, 2, 1, 1, 1 pixels a side.
  const int64_t weights[] = {225, 54, 216, 432, 432, 864, 1728, 1728, 3456, 6912, 6912};
  const int64_t sides[] = {8, 8, 4, 4, 4, 2, 2, 2, 1, 1, 1};
  int64_t products = 16 * 3, halved = 16 * 3;
  for (size_t i = 0; i < 11; ++i) {
    products += weights[i] * 6 * sides[i] * sides[i];
    halved += weights[i] * (i < 3 ? 6 : 3) * sides[i] * sides[i];
  }
  EXPECT_EQ(summary.flops, 2 * products);
  const Network larger({.config = kModel224, .divisor = 32, .classes = 3}, at::Device(at::kMeta));
  EXPECT_EQ(summarise(larger, {6, 16, 16}).flops, 2 * halved);
}

}  // namespace
}  // namespace vbench::smth3d::test
