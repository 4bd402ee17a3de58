// Convolutions with their BatchNorm, which is all that these networks have between SRTG blocks. Used by blocks.hpp and network.hpp.
#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "methods/nn/clip_layers.hpp"
#include "methods/srtg/config.hpp"

namespace vbench::srtg {

using nn::BatchNorm;
using nn::ConvShape;
using nn::Size3;
using nn::trainable;
using nn::Weights;
using nn::wide_type;

/// What one gate decided in one forward pass.
struct OpenSamples {
  int64_t open = 0, samples = 0;
};

/// One forward pass: how it is made, and what it reports.
struct Pass {
  bool training = false;                       ///< BatchNorm by the batch's statistics, running ones updated
  double momentum = 0.1;                       ///< of that update
  std::vector<OpenSamples>* gates = nullptr;   ///< if given: one entry a gated SRTG block, in order
  std::vector<NamedTensor>* stages = nullptr;  ///< if given: outputs of stem, pool, layer1..4, avgpool
};

/// What one clip costs, forward.
struct Cost {
  int64_t conv = 0, linear = 0, lstm = 0;      ///< multiply-adds
  int64_t batch_norm = 0, relu = 0, pool = 0;  ///< elements that pass through
  [[nodiscard]] int64_t multiply_adds() const { return conv + linear + lstm; }
};

/// The convolution, without the taps that no output needs because the map is too short for them.
/// @param x  [B, in, T, H, W]   @param weight  [out, in / groups, kernel]
[[nodiscard]] at::Tensor convolve(const at::Tensor& x, const at::Tensor& weight, const ConvShape& shape);

/// Names below the unit: "0.0" and "1" for instance.
struct LayerNames {
  std::string conv, norm;
};

/// Convolution without bias, BatchNorm, and ReLU if `relu`.
struct ConvLayer {
  LayerNames names;
  ConvShape shape;
  bool relu = true;
  at::Tensor weight;  ///< [out, in / groups, kernel]
  BatchNorm norm;

  ConvLayer(LayerNames layer_names, const ConvShape& conv_shape, bool with_relu, const at::Device& device);
  [[nodiscard]] at::Tensor forward(const at::Tensor& x, const Pass& pass) const;
};

/// Layers one behind the other.
class Unit {
 public:
  Unit() = default;
  explicit Unit(std::vector<ConvLayer> layers) : layers_(std::move(layers)) {}
  [[nodiscard]] at::Tensor forward(const at::Tensor& x, const Pass& pass) const;
  [[nodiscard]] bool empty() const { return layers_.empty(); }
  [[nodiscard]] const std::vector<ConvLayer>& layers() const { return layers_; }
  [[nodiscard]] int64_t channels() const { return layers_.back().shape.out; }
  void collect(const std::string& prefix, Weights& weights) const;
  /// Adds the cost for an input of this size; gives back the output's.
  [[nodiscard]] Size3 add_cost(Size3 size, Cost& cost) const;

 private:
  std::vector<ConvLayer> layers_;
};

/// What a 3x3x3 unit is made of.
struct UnitOptions {
  Builder builder = Builder::kConv3d;
  int64_t in = 1, out = 1;
  int64_t middle = 1;  ///< (2+1)D: channels between the two convolutions
  int64_t stride = 1;
  bool relu = true;  ///< behind the last BatchNorm
};
[[nodiscard]] Unit make_unit(const UnitOptions& options, const at::Device& device);

/// 1x1x1 convolution with BatchNorm.
[[nodiscard]] Unit make_pointwise(int64_t in, int64_t out, const Size3& stride, bool relu, const at::Device& device);

/// 3x7x7 from RGB, or 1x7x7 and 3x1x1 with `middle` channels between them if that is not 0; halves height and width.
[[nodiscard]] Unit make_stem(int64_t out, int64_t middle, const at::Device& device);

/// Stride of the shortcut's convolution beside a unit of this kind.
[[nodiscard]] Size3 shortcut_stride(Builder builder, int64_t stride);

}  // namespace vbench::srtg
