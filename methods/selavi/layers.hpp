// Convolutions with their BatchNorm, and linear layers: all that SeLaVi's networks are made of. Used by encoder.hpp, heads.hpp and
// classifier.hpp.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "harness/core/experiment.hpp"
#include "methods/nn/clip_layers.hpp"
#include "methods/nn/weights.hpp"

namespace vbench::selavi {

using nn::BatchNorm;
using nn::ConvShape;
using nn::Size3;  ///< frames, height, width; of a spectrogram 1, filters, frames
using nn::trainable;
using nn::Weights;
using nn::wide_type;

/// How a forward pass is made.
struct Pass {
  bool training = false;     ///< BatchNorm by the batch's statistics, running ones updated; dropout
  uint64_t dropout_key = 0;  ///< names the masks of this pass: the same key draws the same masks
  double momentum = 0.1;     ///< of the running statistics
};

/// Rows of length 1, zeros excepted. @param x  [B, C]
[[nodiscard]] at::Tensor unit_rows(const at::Tensor& x);

/// dropout(x) with the mask of this pass and layer; x itself outside training.
[[nodiscard]] at::Tensor drop(const at::Tensor& x, double p, const Pass& pass, uint64_t layer);

/// Fills a CPU copy with random numbers whose streams belong to `name`, and copies that into the target.
enum class Spread { kNormal, kUniform };
void fill_random(const at::Tensor& target, Spread spread, double scale, uint64_t seed, const std::string& name);

/// Names below the network: "layer1.0.conv1.0.3" and "layer1.0.conv1.1" for instance.
struct LayerNames {
  std::string conv, norm;
};

/// Convolution without bias, BatchNorm, and ReLU if `relu`.
struct ConvLayer {
  LayerNames names;
  ConvShape shape;
  bool planar = false;  ///< 2D: weight and maps have no axis for the first of the three
  bool relu = true;
  Spread spread = Spread::kNormal;  ///< at the start: normal by fan-out, or uniform by fan-in
  at::Tensor weight;                ///< [out, in, kernel]
  BatchNorm norm;

  ConvLayer(LayerNames layer_names, const ConvShape& conv_shape, bool is_planar, bool with_relu, const at::Device& device);
  [[nodiscard]] at::Tensor forward(const at::Tensor& x, const Pass& pass) const;
  void initialize(uint64_t seed, const std::string& prefix) const;
  void collect(const std::string& prefix, Weights& weights) const;
};

struct Linear {
  at::Tensor weight, bias;  ///< [out, in]; [out] or undefined

  Linear() = default;
  Linear(int64_t in, int64_t out, bool with_bias, const at::Device& device);
  [[nodiscard]] at::Tensor forward(const at::Tensor& x) const;
  void initialize(uint64_t seed, const std::string& prefix) const;  ///< PyTorch's default: uniform within 1 / sqrt(in)
  void collect(const std::string& prefix, Weights& weights) const;
};

/// Parts share a network's tensors, so the data moves and the tensors stay.
void move_to(const Weights& weights, const at::Device& device);
void convert_to(const Weights& weights,
                at::ScalarType type);  ///< counters stay integers

/// The tensors that require gradients.
[[nodiscard]] std::vector<Parameter> parameters_of(const Weights& weights);

/// One line a layer with its kind, and the number of parameters.
[[nodiscard]] ModelSummary list_layers(const Weights& weights);

}  // namespace vbench::selavi
