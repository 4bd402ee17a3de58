// Counted operations against those that follow from the shapes by hand.
#include "harness/throughput/operation_counter.hpp"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <functional>

#include "harness/train/device.hpp"
#include "methods/nn/blocks.hpp"
#include "methods/nn/clip_layers.hpp"
#include "methods/nn/frame_convolution.hpp"

namespace vbench::throughput {
namespace {

/// Multiply-adds.
double counted(const std::function<void()>& work) {
  const OperationCounter counter;
  work();
  return counter.operations() / 2;
}

double backward_of(const at::Tensor& result) {
  const auto loss = result.sum();
  return counted([&] { loss.backward(); });
}

at::Tensor learned(at::IntArrayRef shape) { return torch::rand(shape).requires_grad_(); }

TEST(OperationCounter, CountsProductsOfLibTorchOnceEach) {
  const auto a = torch::rand({3, 5}), b = torch::rand({5, 7}), bias = torch::rand({7}), v = torch::rand({5});
  const auto stack = torch::rand({2, 3, 5}), other = torch::rand({2, 5, 7});
  EXPECT_EQ(counted([&] { (void)at::mm(a, b); }), 3 * 5 * 7);
  EXPECT_EQ(counted([&] { (void)at::addmm(bias, a, b); }), 3 * 5 * 7);
  EXPECT_EQ(counted([&] { (void)at::linear(a, b.t().contiguous(), bias); }), 3 * 5 * 7);
  EXPECT_EQ(counted([&] { (void)at::linear(stack, b.t().contiguous(), bias); }), 2 * 3 * 5 * 7) << "leading axes are rows";
  EXPECT_EQ(counted([&] { (void)at::matmul(stack, other); }), 2 * 3 * 5 * 7);
  EXPECT_EQ(counted([&] { (void)at::baddbmm(torch::rand({2, 3, 7}), stack, other); }), 2 * 3 * 5 * 7);
  EXPECT_EQ(counted([&] { (void)at::einsum("bij,bjk->bik", {stack, other}); }), 2 * 3 * 5 * 7);
  EXPECT_EQ(counted([&] { (void)at::mv(a, v); }), 3 * 5);
  EXPECT_EQ(counted([&] { (void)at::dot(v, v); }), 5);
  auto out = torch::empty({3, 7});
  EXPECT_EQ(counted([&] { at::mm_out(out, a, b); }), 3 * 5 * 7);
  EXPECT_EQ(counted([&] { (void)at::relu(a + a * a).sum().item<float>(); }), 0) << "elementwise work is not counted";
  const Autocast autocast(Precision::kBf16, at::kCPU);
  EXPECT_EQ(counted([&] { (void)at::mm(a, b); }), 3 * 5 * 7) << "autocast calls it twice";
}

TEST(OperationCounter, CountsTheGradientsThatAreAskedFor) {
  const auto a = torch::rand({3, 5}), weight = learned({5, 7});
  EXPECT_EQ(backward_of(at::mm(a, weight)), 3 * 5 * 7);
  EXPECT_EQ(backward_of(at::mm(a.clone().requires_grad_(), weight)), 2 * 3 * 5 * 7);
}

TEST(OperationCounter, CountsConvolutions) {
  const auto x = torch::rand({2, 3, 4, 9, 9}), weight = learned({8, 3, 3, 3, 3}), grouped = learned({6, 1, 3, 3, 3});
  // [2, 8, 4, 5, 5] each of 3 * 27 products.
  constexpr int64_t kProducts = 2 * 8 * 4 * 5 * 5 * 81;
  at::Tensor y;
  EXPECT_EQ(counted([&] { y = at::conv3d(x, weight, {}, {1, 2, 2}, {1, 1, 1}); }), kProducts);
  EXPECT_EQ(backward_of(y), kProducts) << "nobody asks for the gradient of x";
  EXPECT_EQ(backward_of(at::conv3d(x.clone().requires_grad_(), weight, {}, {1, 2, 2}, {1, 1, 1})), 2 * kProducts);
  EXPECT_EQ(backward_of(at::conv3d(x.clone().requires_grad_(), weight.detach(), {}, {1, 2, 2}, {1, 1, 1})), kProducts) << "frozen weights";
  EXPECT_EQ(counted([&] { (void)at::conv3d(x, grouped, {}, {1, 2, 2}, {1, 1, 1}, 1, 3); }), 2 * 6 * 4 * 5 * 5 * 27);
  EXPECT_EQ(counted([&] { (void)at::conv2d(x[0], torch::rand({5, 4, 1, 1})); }), 3 * 5 * 9 * 9 * 4);
}

TEST(OperationCounter, CountsConvolutionsInBlockedLayouts) {
  const nn::ConvShape shape{.in = 16, .out = 32, .kernel = {1, 3, 3}, .stride = {1, 2, 2}, .padding = {0, 1, 1}};
  if (!nn::takes_blocked(at::kFloat, at::kCPU)) GTEST_SKIP() << "LibTorch without oneDNN";
  const at::NoGradGuard no_grad;
  const nn::Folded folded{nn::blocked_weight(torch::rand({32, 16, 1, 3, 3}), shape), torch::rand({32})};
  const auto x = torch::rand({2, 16, 4, 8, 8});
  EXPECT_EQ(counted([&] { (void)nn::convolve(x.to_mkldnn(), folded, shape); }), 2 * 32 * 4 * 4 * 4 * 16 * 9);
}

TEST(OperationCounter, CountsOurOwnLinearLayersAsThoseOfLibTorch) {
  for (const auto type : {at::kFloat, at::kDouble}) {  // own tiles, or what ATen calls
    const auto x = torch::rand({30, 20}, type).requires_grad_(), weight = torch::rand({10, 20}, type).requires_grad_(),
               bias = torch::rand({10}, type).requires_grad_();
    at::Tensor y;
    EXPECT_EQ(counted([&] { y = nn::linear(x, weight, bias); }), 30 * 20 * 10);
    EXPECT_EQ(backward_of(y), 2 * 30 * 20 * 10);
  }
}

TEST(OperationCounter, CountsAttentionByTheLengths) {
  const std::vector<int64_t> lengths{3, 1, 6};
  constexpr int64_t kWidth = 16, kPairs = 9 + 1 + 36;  // of a query and a key
  const auto spans = nn::Spans::of(lengths);
  const auto qkv = learned({spans.rows, 3 * kWidth});
  at::Tensor y;
  EXPECT_EQ(counted([&] { y = nn::self_attention(qkv, spans, 4, {}); }), 2 * kPairs * kWidth) << "scores, then the values' means";
  EXPECT_EQ(backward_of(y), 5 * kPairs * kWidth) << "scores again, then those of weights, values, queries, keys";
}

TEST(OperationCounter, CountsWhatIsComputedNotWhatItStandsFor) {
  const auto clips = torch::rand({1, 4, 8, 6, 6}), weight = torch::rand({4, 4, 3, 3, 3}), bias = torch::rand({4});
  const at::NoGradGuard no_grad;
  if (!nn::takes_frames(clips)) GTEST_SKIP() << "LibTorch without oneDNN";
  const double plain = counted([&] { (void)at::conv3d(clips, weight, bias, {1, 1, 1}, {1, 1, 1}); });
  const double few = counted([&] { (void)nn::convolve_frames(clips, weight, bias, {1, 1}); });
  EXPECT_EQ(plain, 4 * 8 * 6 * 6 * 4 * 27);
  EXPECT_GT(few, 0.45 * plain) << "Winograd's six instead of twelve";
  EXPECT_LT(few, 0.75 * plain);
}

TEST(OperationCounter, StartsFromNothingAndStopsWithItsEnd) {
  const auto a = torch::rand({3, 3});
  EXPECT_EQ(counted([&] { (void)at::mm(a, a); }), 27);
  (void)at::mm(a, a);
  EXPECT_EQ(counted([&] { (void)at::mm(a, a); }), 27);
}

TEST(OperationCounter, GoesOnBehindAnError) {
  const auto a = torch::rand({3, 5}), b = torch::rand({5, 3});
  (void)counted([&] { EXPECT_ANY_THROW((void)at::mm(a, a)); });
  EXPECT_EQ(counted([&] { (void)at::mm(a, b); }), 3 * 5 * 3) << "what failed has ended";
}

}  // namespace
}  // namespace vbench::throughput
