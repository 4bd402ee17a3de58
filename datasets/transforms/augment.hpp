// Random changes of training clips: what may be changed and how strongly, what one clip draws, and its application to every frame alike.
// Used by the clip pipeline.
#pragma once

#include <array>
#include <cstdint>
#include <opencv2/core.hpp>
#include <optional>
#include <vector>

#include "datasets/transforms/colour.hpp"
#include "datasets/transforms/geometry.hpp"
#include "harness/core/random.hpp"

namespace vbench {
class Settings;
}

namespace vbench::video {

/// How strongly each operator may act: 1 is the published range, 0 switches the operator off, values between and above stretch the range
/// about "no change". Operators stand in the order in which they run.
struct AugmentStrengths {
  double gaussian_blur = 1;    ///< sigma one of 0.1, 0.2, 0.3
  double add = 1;              ///< -5..15 to each channel
  double average_blur = 0;     ///< square of 1 or 2 pixels a side
  double motion_blur = 0;      ///< line of 3, 5 or 7 pixels at any angle
  double multiply = 0;         ///< 0.8..1.2
  double gamma = 0;            ///< 0.85..1.15, drawn for each channel
  double hue = 1;              ///< -16..16 of 255
  double saturation = 1;       ///< -16..16
  double colour = 0;           ///< enhancement 1.2..1.6
  double linear_contrast = 1;  ///< 0.85..1.115
  double noise = 0;            ///< normal, standard deviation 76.5
  double perspective = 1;      ///< corners moved by |N(0, 0.02..0.05)| of a side; excludes rotation
  double rotate = 1;           ///< -10..10 degrees; excludes perspective
};

struct AugmentOptions {
  bool enabled = true;              ///< false: no operator and no flip; crops stay random
  double group_probability = 0.65;  ///< that a clip is changed at all, the flip apart
  double member_probability = 0.3;  ///< of each operator in a clip that is changed
  double flip_probability = 0.5;
  AugmentStrengths strength;

  void bind(Settings& settings);  ///< names them "augment.enabled", "augment.hue", ...
};

/// UCF-101.
[[nodiscard]] AugmentOptions ucf101_augmentation();
/// HMDB-51 and Diving-48.
[[nodiscard]] AugmentOptions hmdb51_augmentation();
/// Kinetics, HACS and Moments in Time.
[[nodiscard]] AugmentOptions kinetics_augmentation();

/// What one clip draws; an operator without a value does not run.
struct AugmentDraw {
  struct MotionBlur {
    int64_t size = 3;
    double degrees = 0;
  };
  struct HueSaturation {
    int64_t hue = 0;
    int64_t saturation = 0;
  };
  struct Noise {
    double standard_deviation = 0;
    uint64_t key = 0;
  };
  using Corners = std::array<std::array<double, 2>, 4>;  ///< as perspective_of takes them

  std::optional<double> gaussian_blur;
  std::optional<PerChannel> add;
  std::optional<int64_t> average_blur;
  std::optional<MotionBlur> motion_blur;
  std::optional<double> multiply;
  std::optional<PerChannel> gamma;
  std::optional<HueSaturation> hue_saturation;
  std::optional<double> colour;
  std::optional<double> linear_contrast;
  std::optional<Noise> noise;
  std::optional<Corners> perspective;
  std::optional<double> rotate;
  bool flip = false;
};

/// Takes the same numbers from the stream whatever the options: switching one operator off leaves the others' draws as they were.
[[nodiscard]] AugmentDraw draw_augmentation(const AugmentOptions& options, RandomStream& random);

/// The same change for every frame, in place of the frames. All must have one size.
void apply_augmentation(const AugmentDraw& draw, std::vector<cv::Mat>& frames);

}  // namespace vbench::video
