// The 3D column of the something-something-v2 baseline and its classifier over the mean of several clips. Used by the method, Grad-CAM,
// tests and benchmarks.
#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "harness/core/experiment.hpp"
#include "methods/nn/clip_layers.hpp"
#include "methods/smth3d/config.hpp"

namespace vbench::smth3d {

/// Structure and sizes at run time; defaults as published.
struct NetworkOptions {
  Config config = {};
  int64_t divisor = 1;  ///< of every number of channels but the three colours
  int64_t classes = 174;
  double dropout = 0.2;  ///< of whole channels, at the end of blocks 1 to 4
};

/// One forward pass: how it is made, and what it reports.
struct Pass {
  bool training = false;                       ///< BatchNorm by the batch's statistics, running ones updated; dropout
  uint64_t dropout_key = 0;                    ///< names the masks of this pass
  std::vector<NamedTensor>* blocks = nullptr;  ///< if given: outputs of block1..5
};

struct Prediction {
  at::Tensor logits;    ///< [B, classes]
  at::Tensor features;  ///< [B, 512 / divisor]: mean over time, height, width and clips
};

/// Convolution with bias, BatchNorm, ReLU.
struct ConvLayer {
  nn::ConvShape shape;
  at::Tensor weight;  ///< [out, in, 3, K, K]
  at::Tensor bias;    ///< [out]
  nn::BatchNorm norm;

  ConvLayer(const nn::ConvShape& conv_shape, const at::Device& device);
  /// [N, in, T, H, W] -> [N, out, T, H', W']
  [[nodiscard]] at::Tensor forward(const at::Tensor& x, bool training) const;
};

class Network {
 public:
  /// Weights are zero until initialize() or an import; BatchNorm is the identity. On the meta device a network has names and shapes
  /// without memory. @throws Error kUsage for sizes that do not fit
  explicit Network(const NetworkOptions& options, const at::Device& device = at::Device(at::kCPU));

  /// PyTorch's default: weights and biases uniform within 1 / sqrt(fan-in). Every tensor has its own random stream.
  void initialize(uint64_t seed);

  /// Output of block 5. @param clips  [N, 3, T, H, W], normalised   @return [N, 512 / divisor, T', H', W']
  [[nodiscard]] at::Tensor column(const at::Tensor& clips, const Pass& pass) const;
  /// The same with layers computed by somebody else, who may use oneDNN's layouts between them.
  using LayerFunction = std::function<at::Tensor(const ConvLayer&, const at::Tensor&)>;
  [[nodiscard]] at::Tensor run(const at::Tensor& clips, const LayerFunction& layer, const Pass& pass) const;
  /// @param maps   output of block 5   @param views  [B] consecutive clips of each video, they sum to N
  [[nodiscard]] Prediction classify(const at::Tensor& maps, const std::vector<int64_t>& views) const;
  /// Both. In training the videos' first clips pass through the column together, then the second ones, and so on: each are a batch of their
  /// own to BatchNorm and dropout, as they are to the authors' network.
  [[nodiscard]] Prediction forward(const at::Tensor& clips, const std::vector<int64_t>& views, const Pass& pass) const;

  /// All tensors in the order of the authors' state dict ("conv_column.block1.0.weight", ...); writing into them changes the network.
  [[nodiscard]] const nn::Weights& weights() const { return weights_; }
  [[nodiscard]] std::vector<Parameter> parameters() const;
  [[nodiscard]] const NetworkOptions& options() const { return options_; }
  using Blocks = std::array<std::vector<ConvLayer>, kUnitsOfBlock.size()>;
  [[nodiscard]] const Blocks& blocks() const { return blocks_; }

 private:
  NetworkOptions options_;
  Blocks blocks_;
  at::Tensor classifier_weight_, classifier_bias_;
  nn::Weights weights_;
};

/// What `vbench show` prints; cost of one clip of (frames, height, width).
[[nodiscard]] ModelSummary summarise(const Network& network, const nn::Size3& clip);

}  // namespace vbench::smth3d
