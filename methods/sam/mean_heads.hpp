// The baseline without relations: the two heads on the mean feature of every subset. Used by method.hpp.
#pragma once

#include "methods/sam/relations.hpp"

namespace vbench::sam {

class MeanHeads {
 public:
  /// Uses in_features, nodes and embedding of the options; PyTorch's default initialisation from `seed`.
  MeanHeads(const NetworkOptions& options, uint64_t seed, const at::Device& device);

  [[nodiscard]] std::vector<NamedTensor> weights() const;
  [[nodiscard]] std::vector<Parameter> parameters() const;
  [[nodiscard]] static int64_t min_scale() { return 1; }
  /// @param sets  [B, n, D]   @return rows of power_set(n)
  [[nodiscard]] Network::Heads forward(const at::Tensor& sets) const;

 private:
  at::Tensor logit_weight_, logit_bias_, embedding_weight_, embedding_bias_;
};

}  // namespace vbench::sam
