// Evaluation at speed: every BatchNorm folded into its convolution, oneDNN's own layouts between the layers. Used by the method, tests and
// benchmarks.
#pragma once

#include <map>

#include "methods/srtg/network.hpp"

namespace vbench::srtg {

/// Equal to Network::forward in evaluation up to rounding; without gradients.
class FoldedNetwork {
 public:
  /// Folds at the first forward pass, and again whenever a weight has changed since. The network must outlive this.
  explicit FoldedNetwork(const Network& network) : network_(&network) {}

  /// @param clips  [B, 3, T, H, W] on the network's device   @return logits [B, classes]
  /// Computes in nn::evaluation_type(clips).
  [[nodiscard]] at::Tensor forward(const at::Tensor& clips, const Pass& pass = {});
  /// The same in a given type: the clips' own, or bfloat16 of float32.
  [[nodiscard]] at::Tensor forward_in(at::ScalarType type, const at::Tensor& clips, const Pass& pass = {});

 private:
  [[nodiscard]] at::Tensor run_unit(const Unit& unit, const at::Tensor& x) const;
  void fold(at::ScalarType type, const at::Device& device);

  const Network* network_;
  std::map<const ConvLayer*, nn::Folded> layers_;
  nn::Versions folded_of_;
  at::ScalarType type_ = at::kFloat;
};

}  // namespace vbench::srtg
