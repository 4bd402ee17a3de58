#include "tests/methods/sam/reference.hpp"

#include <fmt/format.h>
#include <torch/utils.h>

#include <algorithm>

#include "datasets/set_abstraction/power_set.hpp"

namespace vbench::sam::test {

using set_abstraction::power_set;
using set_abstraction::Subset;

int64_t integer(const Golden& golden, const std::string& group, const std::string& attribute) {
  return static_cast<int64_t>(golden.number(group, attribute));
}

NetworkOptions options_of(const Golden& golden, const std::string& group) {
  NetworkOptions options;
  options.in_features = integer(golden, group, "in_features");
  options.bottleneck = integer(golden, group, "bottleneck_dim");
  options.out_features = integer(golden, group, "out_features");
  options.nodes = integer(golden, group, "num_nodes");
  options.embedding = integer(golden, group, "embedding_dim");
  options.scales.clear();
  for (const auto& entry : golden.json(group, "param_order")) {
    if (!entry.at(0).get<std::string>().ends_with(".relate.1.weight")) continue;
    options.scales.push_back(entry.at(1).at(1).get<int64_t>() / options.in_features);
  }
  return options;
}

void expect_order(const Network& network, const nlohmann::json& order) {
  const auto weights = network.weights();
  ASSERT_EQ(weights.size(), order.size());
  for (size_t i = 0; i < weights.size(); ++i) {
    EXPECT_EQ(weights[i].name, order[i].at(0).get<std::string>());
    EXPECT_EQ(weights[i].tensor.sizes().vec(), order[i].at(1).get<std::vector<int64_t>>()) << weights[i].name;
  }
}

Network stored_network(const Golden& golden, const std::string& group, const std::string& weights) {
  Network network(options_of(golden, group), 1, at::kCPU);
  expect_order(network, golden.json(group, "param_order"));
  const torch::NoGradGuard no_grad;
  for (const auto& [name, tensor] : network.weights()) {
    at::Tensor target = tensor;
    target.copy_(golden[group + "/" + weights + "/" + name]);
  }
  return network;
}

at::Tensor weight(const Network& network, const std::string& name) {
  for (const auto& weight : network.weights()) {
    if (weight.name == name) return weight.tensor;
  }
  ADD_FAILURE() << "no weight " << name;
  return {};
}

NetworkOptions small_options(std::vector<int64_t> scales) {
  NetworkOptions options;
  options.scales = std::move(scales);
  options.in_features = 6;
  options.bottleneck = 5;
  options.out_features = 8;
  options.nodes = 7;
  options.embedding = 3;
  return options;
}

Network widened(const NetworkOptions& options, uint64_t seed) {
  Network network(options, seed, at::kCPU);
  for (const auto& [name, tensor] : network.weights()) at::Tensor(tensor).set_data(tensor.detach().to(at::kDouble));
  return network;
}

at::Tensor features_by_definition(const Network& network, const at::Tensor& sets) {
  const auto& scales = network.options().scales;
  const auto subsets = power_set(sets.size(1), network.min_scale());
  std::vector<at::Tensor> features;
  for (const Subset& subset : subsets) {
    at::Tensor sum;
    for (const Subset& part : subsets) {
      const auto scale = std::find(scales.begin(), scales.end(), static_cast<int64_t>(part.size()));
      if (scale == scales.end() || !std::includes(subset.begin(), subset.end(), part.begin(), part.end())) continue;
      const auto own = network.relation(scale - scales.begin(), sets.index_select(1, torch::tensor(part)));
      sum = sum.defined() ? sum + own : own;
    }
    features.push_back(sum);
  }
  return torch::cat(features, 1);
}

at::Tensor random_sets(int64_t batch, int64_t members, const NetworkOptions& options, uint64_t seed) {
  torch::manual_seed(seed);
  return torch::randn({batch, members, options.in_features});
}

}  // namespace vbench::sam::test
