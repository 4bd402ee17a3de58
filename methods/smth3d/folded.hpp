// Evaluation at speed: every BatchNorm folded into its convolution, and convolutions over time with half the products. Used by the method,
// tests and benchmarks.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "methods/nn/frame_convolution.hpp"
#include "methods/smth3d/network.hpp"

namespace vbench::smth3d {

/// Equal to Network in evaluation up to rounding; without gradients.
class FoldedNetwork {
 public:
  /// Folds at the first forward pass, and again whenever a weight has changed since. The network must outlive this.
  explicit FoldedNetwork(const Network& network) : network_(&network) {}

  /// As Network::column in evaluation, computed in nn::evaluation_type(clips).
  /// @param blocks  as in Pass   @return in that type, dense
  [[nodiscard]] at::Tensor column(const at::Tensor& clips, std::vector<NamedTensor>* blocks = nullptr);
  /// The same in a given type: the clips' own, or bfloat16 of float32.
  [[nodiscard]] at::Tensor column_in(at::ScalarType type, const at::Tensor& clips, std::vector<NamedTensor>* blocks = nullptr);
  [[nodiscard]] Prediction forward(const at::Tensor& clips, const std::vector<int64_t>& views);

 private:
  struct Layer {
    nn::Folded folded;                                   // plain, or blocked for 16 bits on a CPU
    std::optional<nn::PreparedFrameConvolution> frames;  // for clips that it takes
  };
  void fold(at::ScalarType type, const at::Device& device);

  const Network* network_;
  std::map<const ConvLayer*, Layer> layers_;
  nn::Versions folded_of_;
  at::ScalarType type_ = at::kFloat;
};

}  // namespace vbench::smth3d
