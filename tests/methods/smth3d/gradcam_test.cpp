#include "methods/smth3d/gradcam.hpp"

#include <gmock/gmock.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <cmath>

#include "tests/support/golden.hpp"

namespace vbench::smth3d {
namespace {

using test::error_of;
using ::testing::HasSubstr;

constexpr int64_t kClasses = 5;

Network untrained_network(const Config& config = kModel224) {
  NetworkOptions options;
  options.config = config;
  options.divisor = 16;
  options.classes = kClasses;
  Network network(options);
  network.initialize(3);
  return network;
}

at::Tensor random_clip(int64_t frames, int64_t height, int64_t width) {
  torch::manual_seed(1);
  return torch::randn({1, 3, frames, height, width});
}

at::Tensor named(const Network& network, const std::string& name) {
  for (const auto& weight : network.weights()) {
    if (weight.name == name) return weight.tensor;
  }
  ADD_FAILURE() << name;
  return {};
}

TEST(ExplainClip, IsTheClassifiersRowOverTheMaps) {
  // The logit is linear in the mean of the maps: its gradient is the classifier's row over their size, wherever.
  const auto network = untrained_network();
  const auto clip = random_clip(8, 48, 64);
  const auto explanation = explain_clip(network, clip, 2);
  const torch::NoGradGuard no_grad;
  const auto maps = network.column(clip, {})[0].to(torch::kDouble);
  const auto size = static_cast<double>(maps.numel() / maps.size(0));
  const auto row = named(network, "clf_layers.0.weight")[2].to(torch::kDouble).view({-1, 1, 1, 1}) / size;
  const auto cam = (1 + (row * maps).sum(0)).clamp_min(0);
  auto mask = at::upsample_bilinear2d(cam.unsqueeze(0), {48, 64}, false)[0];
  mask = mask - mask.min();
  mask = (mask / mask.max()).repeat_interleave(8 / maps.size(1), 0);
  ASSERT_EQ(mask.size(0), 8);
  test::expect_close(explanation.mask, mask.to(torch::kFloat), {1e-5, 0, "weights of channels are float32"});
  EXPECT_GT(explanation.mask.std().item<float>(), 0.05);
  EXPECT_EQ(explanation.explained, 2);
  test::expect_close(explanation.logits, network.forward(clip, {1}, {}).logits[0], {1e-6, 1e-5, "the same pass"});
}

TEST(ExplainClip, LeavesNoTraceInTheParametersAndNeedsNoModeOfItsCaller) {
  const auto network = untrained_network();
  for (auto& parameter : network.parameters()) parameter.tensor.requires_grad_(true);
  const auto clip = random_clip(4, 32, 32);
  const auto first = explain_clip(network, clip, std::nullopt);
  for (const auto& parameter : network.parameters()) EXPECT_FALSE(parameter.tensor.grad().defined()) << parameter.name;
  EXPECT_FALSE(first.mask.requires_grad());
  EXPECT_FALSE(first.logits.requires_grad());
  const torch::NoGradGuard no_grad;
  test::expect_same(explain_clip(network, clip, std::nullopt).mask, first.mask);
  EXPECT_EQ(first.explained, first.logits.argmax().item<int64_t>());
}

TEST(ExplainClip, AConstantMapGivesZeros) {
  const auto network = untrained_network();
  torch::NoGradGuard no_grad;
  named(network, "clf_layers.0.weight").zero_();
  const auto mask = explain_clip(network, random_clip(4, 32, 32), 0).mask;
  test::expect_same(mask, torch::zeros({4, 32, 32}));
}

TEST(ExplainClip, TheMaskIsAsLongAndAsLargeAsTheClip) {
  for (const int64_t frames : {1, 2, 5, 13}) {
    for (const auto& config : {kModel1, kModel224}) {
      const auto mask = explain_clip(untrained_network(config), random_clip(frames, 33, 50), std::nullopt).mask;
      EXPECT_EQ(mask.sizes().vec(), (std::vector<int64_t>{frames, 33, 50}));
      EXPECT_GE(mask.min().item<float>(), 0);
      EXPECT_LE(mask.max().item<float>(), 1);
    }
  }
  const auto mask = explain_clip(untrained_network(), random_clip(5, 33, 50), std::nullopt).mask;  // three steps for five frames
  test::expect_same(mask[0], mask[1]);
  test::expect_same(mask[2], mask[3]);
  EXPECT_FALSE(torch::equal(mask[1], mask[2]));
  EXPECT_FALSE(torch::equal(mask[3], mask[4]));
}

TEST(ExplainClip, RefusesOtherClassesShapesAndNumbers) {
  const auto network = untrained_network();
  const auto clip = random_clip(4, 32, 32);
  EXPECT_THAT(error_of([&] { (void)explain_clip(network, clip, kClasses); }), HasSubstr("class 5 is not one of 5"));
  EXPECT_THAT(error_of([&] { (void)explain_clip(network, clip, -1); }), HasSubstr("class -1"));
  EXPECT_THAT(error_of([&] { (void)explain_clip(network, clip[0], 0); }), HasSubstr("one clip"));
  EXPECT_THAT(error_of([&] { (void)explain_clip(network, torch::cat({clip, clip}), 0); }), HasSubstr("one clip"));
  EXPECT_THAT(error_of([&] { (void)explain_clip(network, clip.narrow(1, 0, 2), 0); }), HasSubstr("network"));
  EXPECT_THAT(error_of([&] { (void)explain_clip(network, torch::full_like(clip, NAN), 0); }), HasSubstr("not finite"));
}

}  // namespace
}  // namespace vbench::smth3d
