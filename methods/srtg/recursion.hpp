// Squeeze and recursion: features averaged over space, an LSTM over the frames, and the product of both. Used by blocks.hpp and tests.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

#include "methods/srtg/config.hpp"
#include "methods/srtg/layers.hpp"

namespace vbench::srtg {

/// LSTM layers as wide as their input, zero initial state, PyTorch's names and gate order (i, f, g, o).
class Lstm {
 public:
  Lstm() = default;
  Lstm(int64_t channels, int64_t layers, const at::Device& device);

  struct Output {
    at::Tensor sequence;      ///< [T, B, C] of the last layer
    at::Tensor hidden, cell;  ///< [layers, B, C] behind the last frame
  };
  [[nodiscard]] Output forward(const at::Tensor& x) const;  ///< [T, B, C]
  [[nodiscard]] int64_t channels() const { return weights_.front().size(1); }
  void collect(const std::string& prefix, Weights& weights) const;
  [[nodiscard]] int64_t multiply_adds(int64_t frames) const;

 private:
  std::vector<at::Tensor> weights_;  // per layer: [4C, C], [4C, C], [4C], [4C]
};

/// The block called `sar` in the authors' names: y = x S, S the LSTM's output for the spatial means of x, for samples whose gate is open;
/// y = x for the others. The gate's decision has no gradient; if nobody is open the LSTM has none at all, so that an optimiser leaves it
/// alone.
class SqueezeRecursion {
 public:
  SqueezeRecursion() = default;
  SqueezeRecursion(int64_t channels, int64_t lstm_layers, Gate gate, const at::Device& device)
      : lstm_(channels, lstm_layers, device), gate_(gate) {}

  /// x [B, C, T, H, W] of any H and W -> the same shape.
  [[nodiscard]] at::Tensor forward(const at::Tensor& x, const Pass& pass) const;
  /// Spatial means [B, C, T], at least float32.
  [[nodiscard]] static at::Tensor squeeze(const at::Tensor& x);

  [[nodiscard]] const Lstm& lstm() const { return lstm_; }
  [[nodiscard]] Gate gate() const { return gate_; }

 private:
  Lstm lstm_;
  Gate gate_ = Gate::kOff;
};

}  // namespace vbench::srtg
