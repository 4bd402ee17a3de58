#include "methods/selavi/folded.hpp"

#include <gtest/gtest.h>
#include <torch/utils.h>

#include "harness/train/device.hpp"
#include "tests/methods/selavi/reference.hpp"

namespace vbench::selavi::test {
namespace {

/// As training leaves a network: statistics and gains that are not one and zero.
Network shaken_network(AudioDepth depth, at::ScalarType type) {
  auto options = small_options();
  options.audio = depth;
  Network network = small_network(3, options);
  const torch::NoGradGuard no_grad;
  torch::manual_seed(3);
  for (const auto& [name, tensor] : network.weights()) {
    at::Tensor target = tensor;
    if (name.ends_with("running_var")) target.uniform_(0.5, 2);
    if (name.ends_with("running_mean") || (tensor.dim() == 1 && name.ends_with("bias"))) target.normal_(0, 0.2);
    if (tensor.dim() == 1 && name.ends_with("weight")) target.uniform_(0.7, 1.4);
  }
  network.to(type);
  return network;
}

void expect_folded_equals(at::ScalarType type, at::ScalarType folded_type, double relative) {
  const torch::NoGradGuard no_grad;
  for (const auto depth : {AudioDepth::kResNet9, AudioDepth::kResNet18}) {
    const auto network = shaken_network(depth, type);
    FoldedEncoder video(network.video()), audio(network.audio());
    // Odd sizes, and frames that halve down to one.
    for (const auto& clip : std::vector<std::vector<int64_t>>{{2, 3, 5, 41, 35}, {1, 3, 1, 1, 1}}) {
      const auto x = random_input(clip, 4, type);
      const auto expected = network.video_features(x, {});
      expect_close(video.forward_in(folded_type, x).to(type), expected, {relative * magnitude(expected), 0, "another order of rounding"},
                   "video");
    }
    for (const auto& spectrogram : std::vector<std::vector<int64_t>>{{2, 1, 41, 35}, {1, 1, 1, 1}}) {
      const auto x = random_input(spectrogram, 4, type);
      const auto expected = network.audio_features(x, {});
      expect_close(audio.forward_in(folded_type, x).to(type), expected, {relative * magnitude(expected), 0, "another order of rounding"},
                   "audio");
    }
  }
}

TEST(SelaviFolded, EqualsBothNetworksAtEverySize) {
  expect_folded_equals(at::kDouble, at::kDouble, 1e-12);
  expect_folded_equals(at::kFloat, at::kFloat, 1e-5);
}

TEST(SelaviFolded, EqualsBothNetworksInBfloat16AsFarAsThatGoes) { expect_folded_equals(at::kFloat, at::kBFloat16, 0.1); }

TEST(SelaviFolded, FollowsTheWeights) {
  const torch::NoGradGuard no_grad;
  const auto network = shaken_network(AudioDepth::kResNet9, at::kFloat);
  FoldedEncoder audio(network.audio());
  const auto x = small_spectrograms();
  const auto first = audio.forward(x);
  expect_same(audio.forward(x), first, "nothing has changed");
  for (const auto& name : {"conv1.weight", "layer2.0.bn1.bias", "layer4.0.downsample.1.running_var"}) {
    weight(network.weights(), std::string("audio_network.base.") + name).mul_(1.5).add_(0.1);
    const auto now = network.audio_features(x, {});
    expect_close(audio.forward(x), now, {1e-5 * magnitude(now), 0, "another order of rounding"}, name);
  }
  (void)network.audio_features(x * 3, {.training = true});
  const auto now = network.audio_features(x, {});
  expect_close(audio.forward(x), now, {1e-5 * magnitude(now), 0, "another order of rounding"}, "statistics of a training step");
}

TEST(SelaviFolded, GivesWideFeaturesWithoutGradientsUnderAutocast) {
  const auto network = shaken_network(AudioDepth::kResNet9, at::kFloat);
  FoldedEncoder video(network.video());
  const auto x = small_clips();
  const auto reference = video.forward(x);
  EXPECT_FALSE(reference.requires_grad());
  const Autocast autocast(Precision::kBf16, at::kCPU);
  const auto features = video.forward(x);
  EXPECT_EQ(features.scalar_type(), at::kFloat);
  expect_close(features, reference, {0.1 * magnitude(reference), 0, "8 bits of mantissa"}, "features");
}

}  // namespace
}  // namespace vbench::selavi::test
