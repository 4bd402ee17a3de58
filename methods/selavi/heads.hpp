// Clusterings on top of the features: MLP or linear heads of both modalities and their loss. Used by network.hpp, the method and tests.
#pragma once

#include <string>

#include "methods/selavi/config.hpp"
#include "methods/selavi/layers.hpp"

namespace vbench::selavi {

/// Features -> Dropout -> Linear -> BatchNorm -> ReLU -> Dropout -> Linear -> scores of clusters; or one linear layer.
class Head {
 public:
  /// @param number  of this head among all of both modalities; its dropout masks differ from the others'
  Head(const NetworkOptions& options, int64_t number, const at::Device& device);

  /// Before softmax. @param features  [B, 512 / divisor]   @return [B, clusters]
  [[nodiscard]] at::Tensor forward(const at::Tensor& features, const Pass& pass) const;

  /// Its rows are the clusters; the alignment of both modalities permutes them.
  [[nodiscard]] const Linear& output() const { return output_; }

  void initialize(uint64_t seed, const std::string& prefix) const;
  void collect(const std::string& prefix, Weights& weights) const;
  [[nodiscard]] int64_t multiply_adds() const;

 private:
  double dropout_;
  bool normalise_;
  uint64_t first_dropout_;
  Linear hidden_;  // undefined weight: a linear head
  BatchNorm norm_;
  Linear output_;
};

/// Scores of all heads, [H, B, clusters].
struct Logits {
  at::Tensor video, audio;
};

/// total = (video + audio) / 2, each the mean over heads of the batch's mean cross-entropy; scalars.
struct HeadLoss {
  at::Tensor total, video, audio;
};

/// @param labels  [B, H] int64: cluster of every video under every head @throws Error kInternal for other shapes
[[nodiscard]] HeadLoss head_loss(const Logits& logits, const at::Tensor& labels);

}  // namespace vbench::selavi
