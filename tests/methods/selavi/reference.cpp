#include "tests/methods/selavi/reference.hpp"

#include <torch/utils.h>

#include <cmath>

namespace vbench::selavi::test {

NetworkOptions small_options() {
  NetworkOptions options;
  options.divisor = 16;
  options.heads = 2;
  options.clusters = 7;
  return options;
}

Network small_network(uint64_t seed, const NetworkOptions& options) {
  Network network(options);
  network.initialize(seed);
  return network;
}

at::Tensor random_input(at::IntArrayRef shape, uint64_t seed, at::ScalarType type) {
  torch::manual_seed(seed);
  return torch::randn(shape, torch::kDouble).to(type);
}

at::Tensor small_clips(int64_t batch, uint64_t seed) { return random_input({batch, 3, 8, 32, 32}, seed); }
at::Tensor small_spectrograms(int64_t batch, uint64_t seed) { return random_input({batch, 1, 40, 50}, seed); }

at::Tensor weight(const Weights& weights, const std::string& name) {
  for (const auto& entry : weights) {
    if (entry.name == name) return entry.tensor;
  }
  ADD_FAILURE() << "no weight is called " << name;
  return torch::zeros({1});
}

double magnitude(const at::Tensor& x) { return x.numel() == 0 ? 0 : x.detach().abs().max().item<double>(); }

void set_formula_weights(const Weights& weights) {
  const torch::NoGradGuard no_grad;
  for (size_t p = 0; p < weights.size(); ++p) {
    const auto& [name, tensor] = weights[p];
    if (!tensor.is_floating_point()) continue;
    auto wave = torch::arange(tensor.numel(), torch::kDouble).mul_(0.11).add_(0.37 * static_cast<double>(p + 1)).sin_();
    if (tensor.dim() >= 2)
      wave.mul_(std::sqrt(2.0 / static_cast<double>(tensor.numel() / tensor.size(0))));
    else
      wave.mul_(0.05).add_(name.ends_with("weight") || name.ends_with("running_var") ? 1 : 0);
    at::Tensor(tensor).copy_(wave.view(tensor.sizes()));
  }
}

}  // namespace vbench::selavi::test
