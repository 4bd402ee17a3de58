// The network that is fine-tuned on UCF-101 and HMDB-51: the video network and a linear layer. Used by the method and tests.
#pragma once

#include <vector>

#include "methods/selavi/encoder.hpp"

namespace vbench::selavi {

class Classifier {
 public:
  /// Weights are zero until initialize() or an import. @throws Error kUsage as check(options) does
  explicit Classifier(const ClassifierOptions& options, const at::Device& device = at::Device(at::kCPU));

  /// The video network as in Network::initialize, so that both begin alike; the linear layer orthogonal, without bias.
  void initialize(uint64_t seed);

  /// @param clips  [B, 3, T, H, W], normalised   @return [B, 512 / divisor]: before normalisation and BatchNorm. With a frozen base no
  /// gradient is computed for it; its running statistics follow the batches all the same, as with the authors.
  [[nodiscard]] at::Tensor features(const at::Tensor& clips, const Pass& pass) const;
  /// @param features  [B, 512 / divisor]   @return [B, classes]
  [[nodiscard]] at::Tensor logits(const at::Tensor& features, const Pass& pass) const;
  [[nodiscard]] at::Tensor forward(const at::Tensor& clips, const Pass& pass) const { return logits(features(clips, pass), pass); }

  [[nodiscard]] const Encoder& base() const { return base_; }
  /// All tensors, named as in the authors' files: "base.stem.0.weight", ..., "final_bn.weight", ..., "classifier.weight".
  [[nodiscard]] const Weights& weights() const { return weights_; }
  /// The video network learns at 0.1 of the linear layer's rate, or not at all if it is frozen. BatchNorm of the features keeps gain 1 and
  /// shift 0: the authors give it to no optimiser.
  [[nodiscard]] std::vector<Parameter> parameters() const;
  [[nodiscard]] const ClassifierOptions& options() const { return options_; }
  [[nodiscard]] int64_t multiply_adds(const Size3& clip) const { return base_.multiply_adds(clip) + classifier_.weight.numel(); }

  void to(const at::Device& device) { move_to(weights_, device); }
  void to(at::ScalarType type) { convert_to(weights_, type); }

 private:
  ClassifierOptions options_;
  Encoder base_;
  BatchNorm norm_;  // undefined without batch_norm
  Linear classifier_;
  Weights weights_;
};

/// What `vbench show` prints; cost of one clip of (frames, height, width).
[[nodiscard]] ModelSummary summarise(const Classifier& classifier, const Size3& clip);

}  // namespace vbench::selavi
