#include "methods/srtg/folded.hpp"

#include <gtest/gtest.h>
#include <torch/utils.h>

#include "harness/train/device.hpp"
#include "tests/methods/srtg/reference.hpp"

namespace vbench::srtg::test {
namespace {

std::vector<Config> configs() {
  std::vector<Config> all;
  for (const auto builder : {Builder::kConv3d, Builder::kConv2Plus1d, Builder::kDepthwise, Builder::kIpDepthwise, Builder::kSpatial}) {
    for (const bool recursion : {false, true}) {
      Config config;
      config.block = BlockKind::kBottleneck;
      config.builder = builder;
      config.recursion = recursion;
      all.push_back(config);
    }
  }
  all.push_back(config_of("r3d_18"));
  all.push_back(with_srtg(config_of("r3d_18"), Gate::kJune2020));
  all.push_back(with_srtg(config_of("r2plus1d_18"), Gate::kHead));
  return all;
}

Network shaken_network(const Config& config, at::ScalarType type) {
  Network network(small_options(config));
  network.initialize(3);
  shake_norms(network, 3);
  network.to(type);
  return network;
}

void expect_folded_equals(at::ScalarType type, at::ScalarType folded_type, double relative) {
  const torch::NoGradGuard no_grad;
  for (const auto& config : configs()) {
    const auto network = shaken_network(config, type);
    FoldedNetwork folded(network);
    // Odd sizes, and frames that halve down to one.
    const auto clips = random_clips({2, 3, 5, 41, 35}, 4, type);
    std::vector<NamedTensor> stages, folded_stages;
    Pass pass;
    pass.stages = &stages;
    const auto logits = network.forward(clips, pass);
    pass.stages = &folded_stages;
    expect_close(folded.forward_in(folded_type, clips, pass), logits, {relative * magnitude(logits), 0, "another order of rounding"},
                 "logits");
    ASSERT_EQ(folded_stages.size(), stages.size());
    for (size_t i = 0; i < stages.size(); ++i) {
      EXPECT_EQ(folded_stages[i].name, stages[i].name);
      const double most = relative * magnitude(stages[i].tensor);
      expect_close(folded_stages[i].tensor.to(type), stages[i].tensor, {most, 0, "another order of rounding"}, stages[i].name);
    }
  }
}

TEST(SrtgFolded, EqualsTheNetworkInEveryStageForEveryBuilder) {
  expect_folded_equals(at::kDouble, at::kDouble, 1e-12);
  expect_folded_equals(at::kFloat, at::kFloat, 1e-5);
}

TEST(SrtgFolded, EqualsTheNetworkInBfloat16AsFarAsThatGoes) { expect_folded_equals(at::kFloat, at::kBFloat16, 0.1); }

TEST(SrtgFolded, FollowsTheWeights) {
  const torch::NoGradGuard no_grad;
  auto network = shaken_network(config_of("srtg_r3d_18"), at::kFloat);
  FoldedNetwork folded(network);
  const auto clips = random_clips({2, 3, 4, 32, 32});
  const auto first = folded.forward(clips);
  expect_same(folded.forward(clips), first, "nothing has changed");
  for (const auto& name : {"stem.0.weight", "layer2.0.conv1.1.bias", "layer4.0.conv2.1.running_var", "layer3.0.sar.lstm.bias_ih_l0"}) {
    for (const auto& weight : network.weights()) {
      at::Tensor target = weight.tensor;
      if (weight.name == name) target.mul_(1.5).add_(0.1);
    }
    const auto now = network.forward(clips, {});
    expect_close(folded.forward(clips), now, {1e-5 * magnitude(now), 0, "another order of rounding"}, name);
  }
  Pass training;
  training.training = true;
  (void)network.forward(clips * 3, training);
  const auto now = network.forward(clips, {});
  expect_close(folded.forward(clips), now, {1e-5 * magnitude(now), 0, "another order of rounding"}, "statistics of a training step");
}

TEST(SrtgFolded, TakesASingleFrameAndTheSmallestClip) {
  const torch::NoGradGuard no_grad;
  for (const auto& config : {with_srtg(config_of("r3d_18"), Gate::kAligned), config_of("srtg_r2plus1d_18")}) {
    const auto network = shaken_network(config, at::kFloat);
    FoldedNetwork folded(network);
    for (const auto& shape : std::vector<std::vector<int64_t>>{{1, 3, 1, 1, 1}, {2, 3, 1, 9, 1}, {2, 3, 3, 1, 20}}) {
      const auto clips = random_clips(shape);
      const auto logits = network.forward(clips, {});
      expect_close(folded.forward(clips), logits, {1e-5 * magnitude(logits), 0, "another order of rounding"}, "logits");
    }
  }
}

TEST(SrtgFolded, ObeysAutocastWhereThatPays) {
  const auto network = shaken_network(config_of("srtg_r3d_18"), at::kFloat);
  FoldedNetwork folded(network);
  const auto clips = random_clips({1, 3, 4, 32, 32});
  EXPECT_EQ(nn::evaluation_type(clips), at::kFloat);
  const auto reference = folded.forward(clips);
  EXPECT_FALSE(reference.requires_grad());
  const Autocast autocast(Precision::kBf16, at::kCPU);
  const auto type = nn::evaluation_type(clips);
  EXPECT_TRUE(type == at::kFloat || type == at::kBFloat16);
  const double relative = type == at::kFloat ? 0 : 0.1;
  expect_close(folded.forward(clips), reference, {relative * magnitude(reference), 0, "8 bits of mantissa"}, "logits");
}

}  // namespace
}  // namespace vbench::srtg::test
