#include "tests/support/weights.hpp"

#include <torch/utils.h>

#include <algorithm>

namespace vbench::test {

int64_t integer(const Golden& golden, const std::string& group, const std::string& attribute) {
  return static_cast<int64_t>(golden.number(group, attribute));
}

void expect_order(const Weights& weights, const nlohmann::json& order) {
  ASSERT_EQ(weights.size(), order.size());
  for (size_t i = 0; i < weights.size(); ++i) {
    EXPECT_EQ(weights[i].name, order[i][0]);
    EXPECT_EQ(weights[i].tensor.sizes().vec(), order[i][1].get<std::vector<int64_t>>()) << weights[i].name;
  }
}

void load_weights(const Golden& golden, const std::string& group, const Weights& weights) {
  const torch::NoGradGuard no_grad;
  EXPECT_EQ(golden.file().children(group).size(), weights.size()) << group;
  for (const auto& [name, tensor] : weights) {
    const auto stored = golden[group + "/" + name];
    ASSERT_EQ(stored.sizes(), tensor.sizes()) << name;
    at::Tensor target = tensor;
    target.copy_(stored);
  }
}

namespace {

at::Tensor named(const Weights& weights, const std::string& name) {
  for (const auto& weight : weights) {
    if (weight.name == name) return weight.tensor;
  }
  ADD_FAILURE() << "no weight is called " << name;
  return torch::zeros({});
}

}  // namespace

void expect_weights(const Golden& golden, const std::string& group, const Weights& weights, const Tolerance& tolerance) {
  const auto buffers = std::count_if(weights.begin(), weights.end(), [](const auto& weight) { return !weight.tensor.requires_grad(); });
  const auto stored_count = golden.file().children(group).size();
  EXPECT_TRUE(stored_count == weights.size() || stored_count == static_cast<size_t>(buffers))
      << group << " holds neither all weights nor all buffers";
  for (const auto& name : golden.file().children(group)) {
    const auto stored = golden[group + "/" + name];
    expect_close(named(weights, name), stored, stored.is_floating_point() ? tolerance : Tolerance{0, 0, "a counter"}, name);
  }
}

void expect_gradients(const Golden& golden, const std::string& group, const Weights& weights, const GradientTolerance& tolerance) {
  size_t trained = 0;
  for (const auto& weight : weights) trained += weight.tensor.requires_grad() ? 1 : 0;
  EXPECT_EQ(golden.file().children(group).size(), trained) << group;
  for (const auto& name : golden.file().children(group)) {
    const auto stored = golden[group + "/" + name];
    const auto weight = named(weights, name);
    const auto gradient = weight.grad().defined() ? weight.grad() : torch::zeros_like(weight);
    expect_close(gradient, stored, tolerance(magnitude(stored)), name);
  }
}

void convert(const Weights& weights, at::ScalarType type) {
  for (const auto& [name, tensor] : weights) {
    if (tensor.is_floating_point()) tensor.set_data(tensor.detach().to(type));
  }
}

double magnitude(const at::Tensor& x) { return x.numel() == 0 ? 0 : x.detach().abs().max().item<double>(); }

at::Tensor random_clips(at::IntArrayRef shape, uint64_t seed, at::ScalarType type) {
  torch::manual_seed(seed);
  return torch::randn(shape, torch::kDouble).to(type);
}

void shake_norms(const Weights& weights, uint64_t seed) {
  const torch::NoGradGuard no_grad;
  torch::manual_seed(seed);
  for (const auto& [name, tensor] : weights) {
    at::Tensor target = tensor;
    if (name.ends_with("running_var")) target.uniform_(0.5, 2);
    if (name.ends_with("running_mean") || (tensor.dim() == 1 && name.ends_with("bias"))) target.normal_(0, 0.2);
    if (tensor.dim() == 1 && name.ends_with("weight")) target.uniform_(0.7, 1.4);
  }
}

}  // namespace vbench::test
