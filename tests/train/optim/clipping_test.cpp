#include <gtest/gtest.h>
#include <torch/nn/utils/clip_grad.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <limits>

#include "harness/train/optimizer.hpp"
#include "tests/support/golden.hpp"

namespace vbench {
namespace {

Parameter with_gradient(const std::string& name, const std::vector<float>& gradient) {
  Parameter parameter{name, torch::zeros({static_cast<int64_t>(gradient.size())}, torch::requires_grad())};
  if (!gradient.empty()) parameter.tensor.mutable_grad() = torch::tensor(gradient);
  return parameter;
}

TEST(GradientNorm, TakesAllGradientsAsOneVectorAndSkipsMissingOnes) {
  EXPECT_DOUBLE_EQ(gradient_norm({with_gradient("a", {2, 4}), with_gradient("none", {}), with_gradient("b", {5, 6})}), 9.0);
  EXPECT_DOUBLE_EQ(gradient_norm({with_gradient("none", {})}), 0.0);
  EXPECT_DOUBLE_EQ(gradient_norm({}), 0.0);
}

TEST(ClipGradientNorm, ScalesAllGradientsToTheLimit) {
  const std::vector<Parameter> parameters{with_gradient("a", {3, 0}), with_gradient("none", {}), with_gradient("b", {4})};
  EXPECT_DOUBLE_EQ(clip_gradient_norm(parameters, 2.0), 5.0);
  test::expect_close(parameters[0].tensor.grad(), torch::tensor({1.2, 0.0}), {0, 1e-6, "float32"});
  test::expect_close(parameters[2].tensor.grad(), torch::tensor({1.6}), {0, 1e-6, "float32"});
  EXPECT_NEAR(gradient_norm(parameters), 2.0, 1e-5);
}

TEST(ClipGradientNorm, LeavesSmallerGradientsUntouched) {
  const std::vector<Parameter> parameters{with_gradient("a", {3, 4})};
  EXPECT_DOUBLE_EQ(clip_gradient_norm(parameters, 5.1), 5.0);
  test::expect_same(parameters[0].tensor.grad(), torch::tensor({3.0F, 4.0F}));
}

TEST(ClipGradientNorm, EqualsTheOneOfLibTorch) {
  torch::manual_seed(1);
  std::vector<Parameter> ours;
  std::vector<torch::Tensor> theirs;
  for (const int64_t size : {1, 7, 300}) {
    ours.push_back({std::to_string(size), torch::zeros({size}, torch::requires_grad())});
    ours.back().tensor.mutable_grad() = torch::randn({size});
    theirs.push_back(torch::zeros({size}, torch::requires_grad()));
    theirs.back().mutable_grad() = ours.back().tensor.grad().clone();
  }
  EXPECT_NEAR(clip_gradient_norm(ours, 0.7), torch::nn::utils::clip_grad_norm_(theirs, 0.7), 1e-4);
  for (size_t i = 0; i < ours.size(); ++i) test::expect_close(ours[i].tensor.grad(), theirs[i].grad(), {1e-8, 1e-5, "float32 sums"});
}

TEST(ClipGradientNorm, RefusesGradientsThatAreNotFinite) {
  const std::vector<Parameter> parameters{with_gradient("a", {1, std::numeric_limits<float>::infinity()})};
  EXPECT_NE(test::error_of([&] { clip_gradient_norm(parameters, 1.0); }).find("not finite"), std::string::npos);
  EXPECT_EQ(parameters[0].tensor.grad()[0].item<float>(), 1.0F);
}

}  // namespace
}  // namespace vbench
