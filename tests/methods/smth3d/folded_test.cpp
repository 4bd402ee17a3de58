#include "methods/smth3d/folded.hpp"

#include <gtest/gtest.h>
#include <torch/utils.h>

#include "harness/train/device.hpp"
#include "tests/methods/smth3d/reference.hpp"

namespace vbench::smth3d::test {
namespace {

void expect_folded_equals(at::ScalarType type, at::ScalarType folded_type, const std::vector<int64_t>& shape, double relative) {
  const torch::NoGradGuard no_grad;
  for (const auto& config : {kModel1, kModel224}) {
    const auto network = small_network(config);
    vbench::test::convert(network.weights(), type);
    FoldedNetwork folded(network);
    const auto clips = random_clips(shape, 4, type);
    std::vector<NamedTensor> blocks, folded_blocks;
    (void)network.column(clips, {.blocks = &blocks});
    const auto maps = folded.column_in(folded_type, clips, &folded_blocks);
    ASSERT_EQ(folded_blocks.size(), blocks.size());
    for (size_t i = 0; i < blocks.size(); ++i) {
      EXPECT_EQ(folded_blocks[i].name, blocks[i].name);
      expect_close(folded_blocks[i].tensor.to(type), blocks[i].tensor,
                   {relative * magnitude(blocks[i].tensor), 0, "another order of rounding"}, blocks[i].name);
    }
    expect_same(maps, folded_blocks.back().tensor, "maps");
  }
}

TEST(Smth3dFolded, EqualsTheNetworkInEveryBlockForClipsOfEveryLength) {
  for (const int64_t frames : {1, 2, 3, 4, 5, 8, 11}) {
    SCOPED_TRACE(std::to_string(frames) + " frames");
    expect_folded_equals(at::kFloat, at::kFloat, {2, 3, frames, 23, 18}, 1e-5);
  }
  expect_folded_equals(at::kDouble, at::kDouble, {2, 3, 5, 23, 18}, 1e-12);
}

TEST(Smth3dFolded, TakesTheSmallestPictures) {
  for (const auto& shape : std::vector<std::vector<int64_t>>{{1, 3, 1, 1, 1}, {1, 3, 6, 1, 1}, {2, 3, 4, 9, 1}, {2, 3, 7, 1, 20}})
    expect_folded_equals(at::kFloat, at::kFloat, shape, 1e-5);
}

TEST(Smth3dFolded, EqualsTheNetworkInBfloat16AsFarAsThatGoes) { expect_folded_equals(at::kFloat, at::kBFloat16, {2, 3, 6, 20, 20}, 0.1); }

TEST(Smth3dFolded, FollowsTheWeights) {
  const torch::NoGradGuard no_grad;
  const auto network = small_network();
  FoldedNetwork folded(network);
  const auto clips = random_clips({2, 3, 6, 20, 20});
  const auto first = folded.forward(clips, {1, 1}).logits;
  expect_same(folded.forward(clips, {1, 1}).logits, first, "nothing has changed");
  const auto expect_network = [&](const std::string& what) {
    const auto now = network.forward(clips, {1, 1}, {}).logits;
    expect_close(folded.forward(clips, {1, 1}).logits, now, {1e-5 * magnitude(now), 0, "another order of rounding"}, what);
  };
  for (const auto& name : {"conv_column.block1.0.weight", "conv_column.block3.3.bias", "conv_column.block2.1.bias",
                           "conv_column.block4.7.running_var", "clf_layers.0.bias"}) {
    named(network, name).mul_(1.5).add_(0.1);
    expect_network(name);
  }
  (void)network.column(clips * 3, {.training = true});
  expect_network("statistics of a training step");
}

TEST(Smth3dFolded, ObeysAutocastWhereThatPaysAndKeepsNoGradients) {
  const auto network = small_network();
  FoldedNetwork folded(network);
  const auto clips = random_clips({1, 3, 6, 20, 20});
  const auto reference = folded.forward(clips, {1}).logits;
  EXPECT_FALSE(reference.requires_grad());
  const Autocast autocast(Precision::kBf16, at::kCPU);
  const auto type = nn::evaluation_type(clips);
  const double relative = type == at::kFloat ? 0 : 0.1;
  expect_close(folded.forward(clips, {1}).logits, reference, {relative * magnitude(reference), 0, "8 bits of mantissa"}, "logits");
}

}  // namespace
}  // namespace vbench::smth3d::test
