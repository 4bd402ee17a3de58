// The two networks that turn a clip and a spectrogram into features: R(2+1)D-18 and a 2D ResNet. Used by network.hpp, classifier.hpp,
// tests.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "methods/selavi/config.hpp"
#include "methods/selavi/layers.hpp"

namespace vbench::selavi {

/// relu(main(x) + shortcut(x)); an empty shortcut is x itself.
struct ResidualBlock {
  std::vector<ConvLayer> main, shortcut;
};

/// A residual network without its classifier.
class Encoder {
 public:
  /// torchvision's r2plus1d_18: every 3x3x3 convolution is a 1x3x3 and a 3x1x1 one with BatchNorm and ReLU between them.
  [[nodiscard]] static Encoder video(int64_t divisor, const at::Device& device);
  /// torchvision's layout of ResNets, with a first convolution that takes one channel.
  [[nodiscard]] static Encoder audio(AudioDepth depth, int64_t divisor, const at::Device& device);

  /// @param x  clips [B, 3, T, H, W] or spectrograms [B, 1, F, frames] @return [B, 512 / divisor], mean over all places
  /// @throws Error kInput for other shapes
  [[nodiscard]] at::Tensor forward(const at::Tensor& x, const Pass& pass) const;

  /// Convolution, BatchNorm and ReLU of one layer, computed by somebody else.
  using Convolve = std::function<at::Tensor(const ConvLayer&, const at::Tensor&)>;
  /// The same with layers computed by somebody else, who may use oneDNN's layouts between them and give spectrograms an axis of time.
  [[nodiscard]] at::Tensor run(const at::Tensor& x, const Convolve& convolve) const;
  /// What run() averages over all places, not in oneDNN's layout: [B, 512 / divisor, T', H', W'] of clips.
  [[nodiscard]] at::Tensor map(const at::Tensor& x, const Convolve& convolve) const;
  /// @throws Error kInput unless forward() takes x
  void check(const at::Tensor& x) const;
  [[nodiscard]] bool planar() const { return planar_; }

  void initialize(uint64_t seed, const std::string& prefix) const;
  /// In the order of torchvision's state dict.
  void collect(const std::string& prefix, Weights& weights) const;
  [[nodiscard]] std::vector<const ConvLayer*> layers() const;    ///< they live as long as this
  [[nodiscard]] int64_t multiply_adds(const Size3& size) const;  ///< of the convolutions, for one input
  [[nodiscard]] Size3 map_size(const Size3& size) const;         ///< of map(), for one input

 private:
  explicit Encoder(bool planar) : planar_(planar) {}
  /// @param size  of the input; becomes that of map()   @return multiplications
  int64_t follow(Size3& size) const;

  bool planar_;  // spectrograms: max pool behind the stem
  std::vector<ConvLayer> stem_;
  std::vector<ResidualBlock> blocks_;
};

}  // namespace vbench::selavi
