// Convolutions with their BatchNorm, and linear layers: all that SeLaVi's networks are made of. Used by encoder.hpp, heads.hpp and
// classifier.hpp.
#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "harness/core/experiment.hpp"

namespace vbench::selavi {

/// Named tensors in the order of the authors' state dict; buffers do not require gradients.
using Weights = std::vector<NamedTensor>;

/// How a forward pass is made.
struct Pass {
  bool training = false;     ///< BatchNorm by the batch's statistics, running ones updated; dropout
  uint64_t dropout_key = 0;  ///< names the masks of this pass: the same key draws the same masks
  double momentum = 0.1;     ///< of the running statistics
};

/// A tensor that the optimiser changes.
[[nodiscard]] at::Tensor trainable(const at::Tensor& tensor);

/// In which means and losses are taken: float32, or double if x is double.
[[nodiscard]] inline at::ScalarType wide_type(const at::Tensor& x) { return x.scalar_type() == at::kDouble ? at::kDouble : at::kFloat; }

/// Rows of length 1, zeros excepted. @param x  [B, C]
[[nodiscard]] at::Tensor unit_rows(const at::Tensor& x);

/// dropout(x) with the mask of this pass and layer; x itself outside training.
[[nodiscard]] at::Tensor drop(const at::Tensor& x, double p, const Pass& pass, uint64_t layer);

/// Fills a CPU copy with random numbers whose streams belong to `name`, and copies that into the target.
enum class Spread { kNormal, kUniform };
void fill_random(const at::Tensor& target, Spread spread, double scale, uint64_t seed, const std::string& name);

/// Frames, height, width; of a spectrogram 1, filters, frames.
using Size3 = std::array<int64_t, 3>;

struct ConvShape {
  int64_t in = 1, out = 1;
  Size3 kernel{1, 1, 1}, stride{1, 1, 1}, padding{0, 0, 0};
  bool planar = false;  ///< 2D: weight and maps have no axis for the first of the three

  [[nodiscard]] Size3 output(const Size3& input) const;
};

struct BatchNorm {
  at::Tensor weight, bias, mean, variance;  ///< [C]
  at::Tensor batches;                       ///< int64 scalar: training batches seen

  BatchNorm() = default;
  BatchNorm(int64_t channels, const at::Device& device);
  /// @throws Error kUsage in training for one value a channel: its variance would be 0 / 0, and stay in the running one
  [[nodiscard]] at::Tensor forward(const at::Tensor& x, const Pass& pass) const;
  void collect(const std::string& prefix, Weights& weights) const;
};

/// Names below the network: "layer1.0.conv1.0.3" and "layer1.0.conv1.1" for instance.
struct LayerNames {
  std::string conv, norm;
};

/// Convolution without bias, BatchNorm, and ReLU if `relu`.
struct ConvLayer {
  LayerNames names;
  ConvShape shape;
  bool relu = true;
  Spread spread = Spread::kNormal;  ///< at the start: normal by fan-out, or uniform by fan-in
  at::Tensor weight;                ///< [out, in, kernel]
  BatchNorm norm;

  ConvLayer(LayerNames layer_names, const ConvShape& conv_shape, bool with_relu, const at::Device& device);
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
void convert_to(const Weights& weights, at::ScalarType type);  ///< counters stay integers

/// The tensors that require gradients.
[[nodiscard]] std::vector<Parameter> parameters_of(const Weights& weights);

/// One line a layer with its kind, and the number of parameters.
[[nodiscard]] ModelSummary list_layers(const Weights& weights);

}  // namespace vbench::selavi
