// The SRTG networks: 3D ResNets of every published shape, with or without squeeze and recursion. Used by the method, tests, benchmarks.
#pragma once

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "methods/srtg/blocks.hpp"

namespace vbench::srtg {

/// Structure and sizes at run time; defaults as published.
struct NetworkOptions {
  Config config;
  std::array<int64_t, 4> planes{64, 128, 256, 512};  ///< channels of the four stages
  int64_t stem_channels = 64;
  int64_t stem_middle = 0;  ///< (2+1)D stem: channels between its convolutions; 0: 3D stem
  int64_t lstm_layers = 2;
  int64_t classes = 400;

  /// Published sizes: (2+1)D networks have a (2+1)D stem.
  [[nodiscard]] static NetworkOptions of(const Config& config, int64_t classes);
};

/// How far parts of a pretrained network follow the learning rate.
enum class FineTune {
  kNone,      ///< training from scratch: all alike
  kUpstream,  ///< as the authors' code does it: recurrence 1, all the rest 0.6, the classifier included
  kReadme,    ///< as their description has it: classifier 1, recurrence 0.5, the rest 0.6
};
[[nodiscard]] double learning_rate_multiplier(const std::string& name, FineTune fine_tune);

class Network {
 public:
  /// Weights of convolutions, LSTMs and the classifier are zero until initialize() or an import; BatchNorm is the identity. On the meta
  /// device a network has names and shapes without memory.
  /// @throws Error kUsage for structures that do not fit
  explicit Network(const NetworkOptions& options, const at::Device& device = at::Device(at::kCPU));

  /// As published: convolutions normal with variance 2 / (out x kernel), LSTMs uniform within 1 / sqrt(C), classifier normal with
  /// deviation 0.01 and no bias. Every tensor has its own random stream, so that networks with and without SRTG begin with the same
  /// convolutions.
  void initialize(uint64_t seed);

  /// @param clips  [B, 3, T, H, W], normalised   @return logits [B, classes]
  [[nodiscard]] at::Tensor forward(const at::Tensor& clips, const Pass& pass) const;

  /// The same with parts computed by somebody else, who may use oneDNN's layouts between them.
  /// @param stages  as in Pass
  [[nodiscard]] at::Tensor run(const at::Tensor& clips, const Runner& runner, std::vector<NamedTensor>* stages) const;

  /// All tensors in the order of the authors' state dict; writing into them changes the network.
  [[nodiscard]] const Weights& weights() const { return weights_; }
  [[nodiscard]] std::vector<Parameter> parameters(FineTune fine_tune = FineTune::kNone) const;
  [[nodiscard]] const NetworkOptions& options() const { return options_; }
  [[nodiscard]] Cost cost(const Size3& clip) const;  ///< of one clip of (frames, height, width)
  /// "layer1.0", ... in the order of Pass::gates.
  [[nodiscard]] std::vector<std::string> gate_names() const;

  void to(const at::Device& device);
  void to(at::ScalarType type);  ///< parameters and running statistics; counters stay integers

  [[nodiscard]] std::vector<const ConvLayer*> conv_layers() const;  ///< all; they live as long as the network

 private:
  NetworkOptions options_;
  Unit stem_;
  std::array<std::vector<ResidualBlock>, 4> stages_;
  at::Tensor classifier_weight_, classifier_bias_;
  Weights weights_;
};

/// What `vbench show` prints: one line a convolution, BatchNorm, LSTM and linear layer; cost of one clip.
[[nodiscard]] ModelSummary summarise(const Network& network, const Size3& clip);

}  // namespace vbench::srtg
