// Structure and sizes of the SeLaVi networks. Used by the networks, by method code as template and run-time parameters, and by tests.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace vbench::selavi {

/// The network that hears: a 2D ResNet over spectrograms.
enum class AudioDepth {
  kResNet9,   ///< one block a stage, as published
  kResNet18,  ///< two
};

/// The authors' names, "resnet9" and "resnet18". Empty for any other.
[[nodiscard]] constexpr std::optional<AudioDepth> find_audio_depth(std::string_view name) {
  if (name == "resnet9") return AudioDepth::kResNet9;
  if (name == "resnet18") return AudioDepth::kResNet18;
  return std::nullopt;
}
[[nodiscard]] std::vector<std::string_view> audio_depth_names();
/// @throws Error kUsage with the nearest name for an unknown one
[[nodiscard]] AudioDepth audio_depth(std::string_view name);

/// Blocks of each of the four stages.
[[nodiscard]] constexpr int64_t blocks_of(AudioDepth depth) { return depth == AudioDepth::kResNet9 ? 1 : 2; }

/// Channels of the four stages; the last is the width of the features.
inline constexpr std::array<int64_t, 4> kStageChannels{64, 128, 256, 512};

/// Defaults as published for VGG-Sound.
struct NetworkOptions {
  AudioDepth audio = AudioDepth::kResNet9;
  int64_t divisor = 1;     ///< of every number of channels and of the heads' hidden width; 1, 2, 4, ... 32
  int64_t heads = 10;      ///< clusterings learnt side by side
  int64_t clusters = 309;  ///< of each
  bool mlp = true;         ///< heads with a hidden layer; false: one linear layer
  double dropout = 0.3;    ///< of MLP heads, in front of both their layers
  bool normalise = false;  ///< outputs of heads have length 1; off in training

  [[nodiscard]] int64_t width() const { return kStageChannels.back() / divisor; }  ///< of the features
};

/// The network that is fine-tuned to recognise actions. Defaults as published for UCF-101.
struct ClassifierOptions {
  int64_t divisor = 1;       ///< of the pretrained network
  int64_t classes = 101;     ///< rows of the linear layer
  bool normalise = false;    ///< features have length 1
  bool batch_norm = false;   ///< of the features, behind that
  double dropout = 0;        ///< of the features, behind both; the authors' option takes 0.7
  bool frozen_base = false;  ///< only the linear layer learns ("feature_extract")
};

/// @throws Error kUsage for sizes that are not positive, a divisor that is none, probabilities outside [0, 1)
void check(const NetworkOptions& options);
void check(const ClassifierOptions& options);

}  // namespace vbench::selavi
