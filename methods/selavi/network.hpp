// SeLaVi's network: features of a clip and of its sound, and the clusterings on top of them. Used by the method, tests and benchmarks.
#pragma once

#include <string>
#include <vector>

#include "methods/selavi/encoder.hpp"
#include "methods/selavi/heads.hpp"

namespace vbench::selavi {

/// [B, 512 / divisor] each.
struct Features {
  at::Tensor video, audio;
};

class Network {
 public:
  /// Weights of convolutions and linear layers are zero until initialize() or an import; BatchNorm is the identity. On the meta device a
  /// network has names and shapes without memory. @throws Error kUsage as check(options) does
  explicit Network(const NetworkOptions& options, const at::Device& device = at::Device(at::kCPU));

  /// As the authors' code: convolutions normal with variance 2 / (out x kernel), the first one that hears and all linear layers uniform
  /// within 1 / sqrt(fan-in). Every tensor has its own random stream, so that networks begin alike in what they share.
  void initialize(uint64_t seed);

  /// @param clips         [B, 3, T, H, W], normalised
  /// @param spectrograms  [B, 1, F, frames]
  [[nodiscard]] Features features(const at::Tensor& clips, const at::Tensor& spectrograms, const Pass& pass) const;
  [[nodiscard]] at::Tensor video_features(const at::Tensor& clips, const Pass& pass) const { return video_.forward(clips, pass); }
  [[nodiscard]] at::Tensor audio_features(const at::Tensor& spectrograms, const Pass& pass) const {
    return audio_.forward(spectrograms, pass);
  }
  [[nodiscard]] Logits logits(const Features& features, const Pass& pass) const;
  [[nodiscard]] Logits forward(const at::Tensor& clips, const at::Tensor& spectrograms, const Pass& pass) const {
    return logits(features(clips, spectrograms, pass), pass);
  }
  [[nodiscard]] const Head& video_head(int64_t head) const { return video_heads_.at(static_cast<size_t>(head)); }
  [[nodiscard]] const Head& audio_head(int64_t head) const { return audio_heads_.at(static_cast<size_t>(head)); }

  /// All tensors in the order of the authors' state dict; writing into them changes the network.
  [[nodiscard]] const Weights& weights() const { return weights_; }
  [[nodiscard]] std::vector<Parameter> parameters() const { return parameters_of(weights_); }
  [[nodiscard]] const NetworkOptions& options() const { return options_; }
  [[nodiscard]] int64_t multiply_adds(const Size3& clip, const Size3& spectrogram) const;  ///< of one video; spectrogram: 1, F, frames
  [[nodiscard]] const Encoder& video() const { return video_; }
  [[nodiscard]] const Encoder& audio() const { return audio_; }

  void to(const at::Device& device) { move_to(weights_, device); }
  void to(at::ScalarType type) { convert_to(weights_, type); }

 private:
  NetworkOptions options_;
  Encoder video_, audio_;
  std::vector<Head> video_heads_, audio_heads_;
  Weights weights_;
};

/// "mlp_v" of the only head, else "mlp_v3". @param modality  'v' or 'a'
[[nodiscard]] std::string head_name(char modality, int64_t head, int64_t heads);

/// What `vbench show` prints: one line a layer; cost of one clip (frames, height, width) with its spectrogram (1, filters, frames).
[[nodiscard]] ModelSummary summarise(const Network& network, const Size3& clip, const Size3& spectrogram);

}  // namespace vbench::selavi
