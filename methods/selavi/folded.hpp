// Evaluation at speed: every BatchNorm folded into its convolution, oneDNN's own layouts between the layers. Used by the method, tests and
// benchmarks.
#pragma once

#include <map>

#include "methods/selavi/encoder.hpp"

namespace vbench::selavi {

/// Equal to Encoder::forward in evaluation up to rounding; without gradients.
class FoldedEncoder {
 public:
  /// Folds at the first forward pass, and again whenever a weight has changed since. The encoder must outlive this.
  explicit FoldedEncoder(const Encoder& encoder) : encoder_(&encoder) { encoder.collect("", weights_); }

  /// @param x  as Encoder::forward takes it   @return [B, 512 / divisor], computed in nn::evaluation_type(x)
  [[nodiscard]] at::Tensor forward(const at::Tensor& x);
  /// What forward() averages, as Encoder::map().
  [[nodiscard]] at::Tensor map(const at::Tensor& x);
  /// forward() in a given type: that of x, or bfloat16 of float32.
  [[nodiscard]] at::Tensor forward_in(at::ScalarType type, const at::Tensor& x);

 private:
  using Way = at::Tensor (Encoder::*)(const at::Tensor&, const Encoder::Convolve&) const;
  at::Tensor through(Way way, at::ScalarType type, const at::Tensor& x);
  void fold(at::ScalarType type, const at::Device& device);

  const Encoder* encoder_;
  Weights weights_;
  std::map<const ConvLayer*, nn::Folded> layers_;
  nn::Versions folded_of_;
  at::ScalarType type_ = at::kFloat;
};

}  // namespace vbench::selavi
