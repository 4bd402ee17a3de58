// SAM's published computation, written down subset by subset: the yardstick of bench_sam, used nowhere else.
#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

#include "harness/core/experiment.hpp"
#include "methods/sam/relations.hpp"

namespace vbench::throughput {

/// One pair of layers a scale on the concatenated members of every subset; the features of a subset are stacked and summed again for every
/// set that contains it; two separate heads.
class DirectSam {
 public:
  /// Copies of the weights of a network.
  DirectSam(const std::vector<NamedTensor>& weights, std::vector<int64_t> scales);

  [[nodiscard]] at::Tensor features(const at::Tensor& sets) const;  ///< [B, n, D] -> [B, K, O]
  struct Heads {
    at::Tensor embeddings;  ///< [B, K, E]
    at::Tensor logits;      ///< [B, C, K], as the loss wants them
  };
  [[nodiscard]] Heads forward(const at::Tensor& sets) const;
  /// Mean squared error plus cross-entropy; the top-1 and top-5 accuracies that are measured beside it are calculated too.
  [[nodiscard]] at::Tensor loss(const Heads& heads, const at::Tensor& embeddings, const at::Tensor& labels) const;

  /// By semantic embeddings; the whole power set of the queries, of which the singles are used.
  [[nodiscard]] at::Tensor completion(const at::Tensor& reference, const at::Tensor& query) const;
  [[nodiscard]] at::Tensor outlier(const at::Tensor& sets) const;

  [[nodiscard]] std::vector<Parameter> parameters() const;
  /// Scales the gradients by their common norm, as the published training does.
  void clip(double largest) const;

 private:
  [[nodiscard]] const at::Tensor& weight(const std::string& name) const;
  [[nodiscard]] at::Tensor layer(const at::Tensor& x, const std::string& name) const;

  std::vector<NamedTensor> weights_;
  std::vector<int64_t> scales_;
};

}  // namespace vbench::throughput
