// Changes of colour of clips that are tensors already: grey, brightness, contrast, saturation. Used by the datasets of videos with sound.
#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>

#include "harness/core/random.hpp"

namespace vbench::video {

// Clips are [3, T, H, W] floating point with the channels red, green, blue.

/// All channels become the grey picture. The original weights the channels as if they came as blue, green, red; so does this.
[[nodiscard]] at::Tensor to_grey(const at::Tensor& clip);

/// alpha * clip + (1 - alpha) * other.
[[nodiscard]] at::Tensor blend(const at::Tensor& clip, const at::Tensor& other, double alpha);

/// What one clip draws: three operators in some order, each blending the clip with another one.
struct ColourDraw {
  enum class Operator { kBrightness, kContrast, kSaturation };
  bool changed = false;  ///< false: nothing of the rest happens
  std::array<Operator, 3> order{Operator::kBrightness, Operator::kContrast, Operator::kSaturation};
  std::array<double, 3> alphas{1, 1, 1};  ///< by operator
};

inline constexpr double kColourStrength = 0.4, kColourProbability = 0.8, kGreyProbability = 0.2;

/// Takes the same numbers from the stream whatever comes out.
[[nodiscard]] ColourDraw draw_colour_jitter(RandomStream& random);

/// Brightness blends with zeros, contrast with the mean grey of each frame, saturation with the grey clip.
[[nodiscard]] at::Tensor jitter_colours(const at::Tensor& clip, const ColourDraw& draw);

}  // namespace vbench::video
