#include "methods/nn/weights.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace vbench::nn {

at::Tensor trainable(const at::Tensor& tensor) {
  at::Tensor leaf = tensor;
  return leaf.requires_grad_();
}

Versions versions_of(const Weights& weights) {
  Versions versions;
  for (const auto& [name, tensor] : weights) versions.emplace_back(tensor.data_ptr(), tensor._version());
  return versions;
}

ModelSummary list_layers(const Weights& weights, const std::function<const char*(const NamedTensor&)>& kind_of) {
  ModelSummary summary;
  for (const auto& weight : weights) {
    const auto& [name, tensor] = weight;
    const std::string layer = name.substr(0, name.rfind('.'));
    if (summary.layers.empty() || summary.layers.back().name != layer)
      summary.layers.push_back({layer, kind_of(weight), fmt::format("{}", fmt::join(tensor.sizes(), "x")), 0});
    if (!tensor.requires_grad()) continue;
    summary.layers.back().parameters += tensor.numel();
    summary.parameters += tensor.numel();
  }
  return summary;
}

}  // namespace vbench::nn
