#include "methods/nn/frame_convolution.hpp"

#include <gtest/gtest.h>
#include <torch/autograd.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <functional>
#include <limits>

#include "methods/nn/kernels/table.hpp"
#include "tests/support/golden.hpp"
#include "tests/support/threads.hpp"

namespace vbench::test {
namespace {

using Tensors = std::vector<at::Tensor>;

/// The kernels of one instruction set while it lives.
class UseTable {
 public:
  explicit UseTable(const nn::kernels::Table* table) { nn::kernels::use_table(table); }
  ~UseTable() { nn::kernels::use_table(nullptr); }
  UseTable(const UseTable&) = delete;
  UseTable& operator=(const UseTable&) = delete;
};

void on_every_table(const std::function<void()>& body) {
  const nn::kernels::Table* all[3];
  for (int i = 0; i < nn::kernels::tables(all); ++i) {
    SCOPED_TRACE(all[i]->name);
    const UseTable table(all[i]);
    body();
  }
}

/// A result and the gradients of all inputs for a cotangent that is not constant.
Tensors with_gradients(const std::function<at::Tensor(const Tensors&)>& body, const Tensors& inputs) {
  Tensors leaves;
  for (const auto& input : inputs) leaves.push_back(input.detach().clone().requires_grad_());
  const auto y = body(leaves);
  y.backward(torch::sin(0.7 * torch::arange(y.numel(), at::kDouble)).view(y.sizes()).to(y.scalar_type()));
  Tensors results{y.detach()};
  for (const auto& leaf : leaves) results.push_back(leaf.grad());
  return results;
}

Tensors doubled(const Tensors& tensors) {
  Tensors results;
  for (const auto& tensor : tensors) results.push_back(tensor.to(at::kDouble));
  return results;
}

void expect_near(const Tensors& actual, const Tensors& expected, double relative) {
  for (size_t i = 0; i < expected.size(); ++i)
    expect_close(actual[i], expected[i], {relative * expected[i].abs().max().item<double>() + 1e-5, 0, "float32"}, std::to_string(i));
}

struct ConvCase {
  std::vector<int64_t> clips;
  int64_t out, side;
  nn::FrameConvolution shape;
};

TEST(FrameConvolution, EqualsAConvolutionOfClipsWithItsGradients) {
  torch::manual_seed(1);
  const std::vector<ConvCase> cases{{{2, 3, 8, 9, 7}, 4, 5, {2, 2}},    {{1, 5, 4, 6, 6}, 3, 3, {1, 1}},   {{2, 4, 5, 7, 5}, 6, 3, {2, 1}},
                                    {{3, 2, 6, 4, 9}, 2, 3, {1, 1}},    {{2, 1, 7, 5, 5}, 1, 3, {1, 1}},   {{1, 3, 9, 1, 1}, 5, 3, {1, 1}},
                                    {{2, 16, 11, 8, 8}, 16, 3, {1, 1}}, {{1, 8, 12, 30, 31}, 8, 3, {2, 1}}};
  on_every_table([&] {
    for (const auto& [clips, out, side, shape] : cases) {
      SCOPED_TRACE(std::to_string(clips[1]) + " channels, " + std::to_string(clips[2]) + " frames");
      const Tensors inputs{torch::randn(clips), torch::randn({out, clips[1], 3, side, side}), torch::randn({out})};
      const auto conv = shape;
      const auto plain = [conv](const Tensors& in) {
        return at::conv3d(in[0], in[1], in[2], {1, conv.stride, conv.stride}, {1, conv.padding, conv.padding});
      };
      const auto expected = with_gradients(plain, doubled(inputs));
      const auto actual = with_gradients([conv](const Tensors& in) { return nn::convolve_frames(in[0], in[1], in[2], conv); }, inputs);
      expect_near(actual, expected, 1e-5);
      const auto relu = nn::PreparedFrameConvolution({inputs[1].to(at::kDouble), inputs[2].to(at::kDouble)}, conv).relu(inputs[0]);
      expect_near({relu}, {expected[0].relu()}, 1e-5);
    }
  });
}

TEST(FrameConvolution, ClipsThatNeedNoGradientGetNone) {
  const auto clips = torch::randn({1, 3, 4, 5, 5}), weight = torch::randn({2, 3, 3, 3, 3}).requires_grad_();
  const auto bias = torch::zeros({2}).requires_grad_();
  nn::convolve_frames(clips, weight, bias, {}).sum().backward();
  EXPECT_TRUE(weight.grad().defined() && bias.grad().defined());
  EXPECT_FALSE(clips.grad().defined());
}

TEST(FrameConvolution, TakesFloat32OfFourFramesOnTheCpu) {
  EXPECT_TRUE(nn::takes_frames(torch::zeros({1, 3, 4, 2, 2})));
  EXPECT_FALSE(nn::takes_frames(torch::zeros({1, 3, 3, 2, 2})));
  EXPECT_FALSE(nn::takes_frames(torch::zeros({1, 3, 4, 2, 2}, at::kDouble)));
  EXPECT_FALSE(nn::takes_frames(torch::zeros({1, 3, 4, 2, 2}, at::TensorOptions().device(at::kMeta))));
}

TEST(FrameConvolution, WhatIsNotANumberStaysOne) {
  auto clips = torch::zeros({1, 1, 4, 3, 3});
  clips.flatten()[13] = std::numeric_limits<float>::quiet_NaN();
  const nn::PreparedFrameConvolution prepared({torch::ones({1, 1, 3, 3, 3}), torch::zeros({1})}, {});
  on_every_table([&] {
    EXPECT_TRUE(prepared.relu(clips).isnan().any().item<bool>());
    const nn::BatchNorm norm(1, at::kCPU);
    EXPECT_TRUE(nn::norm_relu(clips, norm, 0.1).isnan().any().item<bool>());
  });
}

nn::BatchNorm random_norm(int64_t channels, at::ScalarType type) {
  torch::manual_seed(5);
  nn::BatchNorm norm(channels, at::kCPU);
  norm.weight = torch::rand({channels}, at::kDouble).add_(0.5).to(type);
  norm.bias = torch::randn({channels}, at::kDouble).to(type);
  norm.mean = torch::randn({channels}, at::kDouble).to(type);
  norm.variance = torch::rand({channels}, at::kDouble).to(type);
  return norm;
}

TEST(NormRelu, EqualsBatchNormWithReluAndItsGradientsAndStatistics) {
  on_every_table([] {
    for (const int64_t channels : {1, 3, 4, 64, 70}) {
      SCOPED_TRACE(std::to_string(channels) + " channels");
      torch::manual_seed(2);
      const Tensors inputs{torch::randn({3, channels, 4, 5, 6}) * 2 + 3};
      auto norm = random_norm(channels, at::kFloat), exact = random_norm(channels, at::kDouble);
      const auto run = [](nn::BatchNorm& its, const Tensors& x, const std::function<at::Tensor(const at::Tensor&)>& body) {
        return with_gradients(
            [&](const Tensors& in) {
              its.weight = in[1];
              its.bias = in[2];
              return body(in[0]);
            },
            {x[0], its.weight, its.bias});
      };
      const auto actual = run(norm, inputs, [&](const at::Tensor& x) { return nn::norm_relu(x, norm, 0.3); });
      const auto expected = run(exact, doubled(inputs), [&](const at::Tensor& x) { return exact.forward(x, true, 0.3).relu(); });
      expect_near(actual, expected, 1e-5);
      expect_near({norm.mean, norm.variance}, {exact.mean, exact.variance}, 1e-6);
      EXPECT_EQ(norm.batches.item<int64_t>(), 1);
    }
  });
}

TEST(NormRelu, GivesTheSameBitsOnAnyNumberOfThreads) {
  torch::manual_seed(2);
  const auto x = torch::randn({2, 5, 6, 21, 20});
  const auto run = [&](int threads) {
    const Threads guard(threads);
    const auto norm = random_norm(5, at::kFloat);
    auto results = with_gradients([&](const Tensors& in) { return nn::norm_relu(in[0], norm, 0.1); }, {x});
    results.push_back(norm.variance);
    return results;
  };
  const auto one = run(1);
  for (const int threads : {2, 5}) {
    const auto several = run(threads);
    for (size_t i = 0; i < one.size(); ++i) EXPECT_TRUE(torch::equal(one[i], several[i])) << i;
  }
}

}  // namespace
}  // namespace vbench::test
