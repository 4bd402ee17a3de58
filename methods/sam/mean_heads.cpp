#include "methods/sam/mean_heads.hpp"

#include <torch/types.h>

#include <cmath>

#include "datasets/set_abstraction/power_set.hpp"
#include "harness/core/random.hpp"

namespace vbench::sam {
namespace {

// Uniform within 1 / sqrt(fan in), as PyTorch initialises a linear layer's weight and bias.
at::Tensor uniform(at::IntArrayRef sizes, int64_t fan_in, RandomStream& random, const at::Device& device) {
  const double bound = 1 / std::sqrt(static_cast<double>(fan_in));
  auto tensor = torch::empty(sizes, torch::kFloat);
  float* values = tensor.data_ptr<float>();
  for (int64_t i = 0; i < tensor.numel(); ++i) values[i] = static_cast<float>(random.uniform(-bound, bound));
  return tensor.to(device).requires_grad_();
}

// [K, n]: row k averages the members of subset k.
at::Tensor averaging(int64_t n, const at::TensorOptions& options) {
  const auto subsets = set_abstraction::power_set(n);
  auto rows = torch::zeros({static_cast<int64_t>(subsets.size()), n}, torch::kDouble);
  auto value = rows.accessor<double, 2>();
  for (size_t k = 0; k < subsets.size(); ++k) {
    for (const int64_t member : subsets[k]) value[static_cast<int64_t>(k)][member] = 1.0 / static_cast<double>(subsets[k].size());
  }
  return rows.to(options);
}

}  // namespace

MeanHeads::MeanHeads(const NetworkOptions& options, uint64_t seed, const at::Device& device) {
  RandomStream random(seed, "sam mean heads");
  const int64_t width = options.in_features;
  logit_weight_ = uniform({options.nodes, width}, width, random, device);
  logit_bias_ = uniform({options.nodes}, width, random, device);
  embedding_weight_ = uniform({options.embedding, width}, width, random, device);
  embedding_bias_ = uniform({options.embedding}, width, random, device);
}

std::vector<NamedTensor> MeanHeads::weights() const {
  return {{"last_linear.weight", logit_weight_},
          {"last_linear.bias", logit_bias_},
          {"embedding_linear.weight", embedding_weight_},
          {"embedding_linear.bias", embedding_bias_}};
}

std::vector<Parameter> MeanHeads::parameters() const {
  std::vector<Parameter> parameters;
  for (const auto& [name, tensor] : weights()) parameters.push_back({name, tensor});
  return parameters;
}

Network::Heads MeanHeads::forward(const at::Tensor& sets) const {
  const auto means = torch::matmul(averaging(sets.size(1), sets.options()), sets);
  return {at::linear(means, embedding_weight_, embedding_bias_), at::linear(means, logit_weight_, logit_bias_)};
}

}  // namespace vbench::sam
