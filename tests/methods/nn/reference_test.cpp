#include <gtest/gtest.h>
#include <torch/cuda.h>

#include "tests/methods/nn/cases.hpp"

namespace vbench::test {
namespace {

// Sum of all results, each element with its own fixed weight.
torch::Tensor scalar_of(const Tensors& results) {
  auto sum = torch::zeros({}, torch::kDouble);
  for (const auto& result : results)
    sum = sum + (result * (torch::arange(result.numel(), torch::kDouble) * 0.7).sin().view(result.sizes())).sum();
  return sum;
}

TEST(Reference, HasGradientsThatAgreeWithFiniteDifferences) {
  constexpr double kStep = 1e-5;
  for (const auto& item : block_cases()) {
    Tensors inputs = as_double(item.inputs);
    for (size_t i = 0; i + item.constants < inputs.size(); ++i) {
      Tensors leaves = inputs;
      leaves[i] = inputs[i].clone().requires_grad_();
      scalar_of(item.reference(leaves)).backward();
      const auto direction = torch::randn_like(inputs[i]);
      const auto at = [&](double step) {
        Tensors moved = inputs;
        moved[i] = inputs[i] + step * direction;
        return scalar_of(item.reference(moved)).item<double>();
      };
      const double numeric = (at(kStep) - at(-kStep)) / (2 * kStep), exact = (leaves[i].grad() * direction).sum().item<double>();
      EXPECT_NEAR(exact, numeric, 1e-5 * std::max(1.0, std::abs(numeric))) << item.name << ", input " << i;
    }
  }
}

// Independent of both implementations: one sequence at a time, by the definition.
TEST(Reference, AttendsWithinEverySequence) {
  torch::manual_seed(1);
  const auto spans = nn::Spans::of({3, 1, 6});
  const auto qkv = torch::randn({10, 24}, torch::kDouble);
  const auto actual = nn::reference::self_attention(qkv, spans, 2, {});
  for (int64_t n = 0; n < spans.size(); ++n) {
    const auto rows = qkv.narrow(0, spans.offsets[static_cast<size_t>(n)], spans.lengths[static_cast<size_t>(n)]);
    for (int64_t head = 0; head < 2; ++head) {
      const auto q = rows.narrow(1, 4 * head, 4), k = rows.narrow(1, 8 + 4 * head, 4), v = rows.narrow(1, 16 + 4 * head, 4);
      const auto expected = torch::softmax(torch::mm(q, k.t()) / 2, -1).mm(v);
      const auto part = actual.narrow(0, spans.offsets[static_cast<size_t>(n)], rows.size(0)).narrow(1, 4 * head, 4);
      EXPECT_LE(distance(part, expected), 1e-14);
    }
  }
}

TEST(Reference, PoolsEveryChannelWithItsOwnSoftmax) {
  const auto spans = nn::Spans::of({2, 1});
  const auto x = torch::tensor({{1.0, 10.0}, {3.0, 20.0}, {7.0, 8.0}}, torch::kDouble);
  const auto logits = torch::tensor({{0.0, std::log(3.0)}, {0.0, 0.0}, {5.0, -5.0}}, torch::kDouble);
  const auto expected = torch::tensor({{2.0, 12.5}, {7.0, 8.0}}, torch::kDouble);
  EXPECT_LE(distance(nn::reference::channel_softmax_pool(x, logits, spans, {}, {}), expected), 1e-14);
}

TEST(Reference, NormalisesByTheUnbiasedDeviation) {
  const auto x = torch::tensor({{1.0, 2.0, 3.0}}, torch::kDouble);  // mean 2, deviation 1
  const auto y =
      nn::reference::deviation_norm(x, torch::tensor({1.0, 1.0, 2.0}, torch::kDouble), torch::tensor({0.0, 5.0, 0.0}, torch::kDouble), 1.0);
  EXPECT_LE(distance(y, torch::tensor({{-0.5, 5.0, 1.0}}, torch::kDouble)), 1e-14);
}

TEST(Reference, RunsOnAGraphicsCardLikeOnTheProcessor) {
  if (!torch::cuda::is_available()) GTEST_SKIP() << "no CUDA device";
  for (const auto& item : block_cases()) {
    Tensors moved;
    for (const auto& x : item.inputs) moved.push_back(x.to(torch::kCUDA, torch::kDouble));
    const auto there = item.block(moved), here = item.reference(as_double(item.inputs));
    for (size_t i = 0; i < here.size(); ++i) EXPECT_LE(distance(there[i].cpu(), here[i]), 1e-6) << item.name;
  }
}

}  // namespace
}  // namespace vbench::test
