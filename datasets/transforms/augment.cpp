#include "datasets/transforms/augment.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "harness/core/settings.hpp"

namespace vbench::video {
namespace {

constexpr double kStrongest = 4;  // times the published range; nothing turns negative up to there

AugmentOptions with_probabilities(double group, double member) {
  AugmentOptions options;
  options.group_probability = group;
  options.member_probability = member;
  return options;
}

// Draws for one operator after the other. `taken` tells whether the operator runs; its numbers are drawn in any case.
class Drawer {
 public:
  Drawer(const AugmentOptions& options, RandomStream& random)
      : options_(options), random_(random), changed_(random.uniform() < options.group_probability && options.enabled) {}

  bool taken(double strength) {
    const bool chosen = random_.uniform() < options_.member_probability;
    return changed_ && chosen && strength > 0;
  }

  /// From the range that reaches from `below` under the neutral value to `above` over it, stretched.
  double about(double neutral, double below, double above, double strength) { return neutral + strength * random_.uniform(-below, above); }
  PerChannel about_each(double neutral, double below, double above, double strength) {
    PerChannel values{};
    for (double& value : values) value = about(neutral, below, above, strength);
    return values;
  }
  /// One of 0 .. n - 1. Takes one number whatever n is.
  int64_t one_of(int64_t n) { return std::min(static_cast<int64_t>(random_.uniform() * static_cast<double>(n)), n - 1); }
  /// A whole number, each of -reach .. reach equally likely.
  int64_t whole(double reach) {
    const auto limit = static_cast<int64_t>(std::nearbyint(reach));
    return one_of(2 * limit + 1) - limit;
  }
  uint64_t key() { return random_.next_u64(); }

  /// How far each corner moves inward, in shares of the sides.
  AugmentDraw::Corners corners(double strength) {
    constexpr double kFarthest = 0.45;  // beyond the middle the corners would change places
    const double scale = strength * random_.uniform(0.02, 0.05);
    AugmentDraw::Corners corners{};
    for (auto& corner : corners) {
      for (double& share : corner) share = std::min(std::abs(scale * random_.normal()), kFarthest);
    }
    return corners;
  }

 private:
  const AugmentOptions& options_;
  RandomStream& random_;
  bool changed_;
};

template <class T>
std::optional<T> when(bool taken, T value) {
  return taken ? std::optional<T>(std::move(value)) : std::nullopt;
}

void draw_colours(const AugmentStrengths& strength, Drawer& drawer, AugmentDraw& draw) {
  bool taken = drawer.taken(strength.gaussian_blur);
  draw.gaussian_blur = when(taken, 0.1 * static_cast<double>(1 + drawer.one_of(3)) * strength.gaussian_blur);
  taken = drawer.taken(strength.add);
  draw.add = when(taken, drawer.about_each(0, 5, 15, strength.add));
  taken = drawer.taken(strength.average_blur);
  draw.average_blur = when(taken, 1 + drawer.one_of(1 + static_cast<int64_t>(std::ceil(strength.average_blur))));
  taken = drawer.taken(strength.motion_blur);
  const int64_t half = 1 + drawer.one_of(std::max<int64_t>(1, static_cast<int64_t>(std::ceil(3 * strength.motion_blur))));
  draw.motion_blur = when(taken, AugmentDraw::MotionBlur{2 * half + 1, drawer.about(0, 0, 360, 1)});
  taken = drawer.taken(strength.multiply);
  draw.multiply = when(taken, drawer.about(1, 0.2, 0.2, strength.multiply));
  taken = drawer.taken(strength.gamma);
  draw.gamma = when(taken, drawer.about_each(1, 0.15, 0.15, strength.gamma));
  taken = drawer.taken(std::max(strength.hue, strength.saturation));
  const int64_t hue = drawer.whole(16 * strength.hue);
  draw.hue_saturation = when(taken, AugmentDraw::HueSaturation{hue, drawer.whole(16 * strength.saturation)});
  taken = drawer.taken(strength.colour);
  draw.colour = when(taken, 1 + strength.colour * drawer.about(0, -0.2, 0.6, 1));
  taken = drawer.taken(strength.linear_contrast);
  draw.linear_contrast = when(taken, drawer.about(1, 0.15, 0.115, strength.linear_contrast));
  taken = drawer.taken(strength.noise);
  draw.noise = when(taken, AugmentDraw::Noise{76.5 * strength.noise, drawer.key()});
}

// Either the perspective or the rotation; where one is switched off, the other has the place alone.
void draw_warp(const AugmentStrengths& strength, Drawer& drawer, AugmentDraw& draw) {
  const bool taken = drawer.taken(std::max(strength.perspective, strength.rotate));
  const bool first = drawer.one_of(2) == 0;
  const bool perspective = strength.perspective > 0 && (first || strength.rotate <= 0);
  draw.perspective = when(taken && perspective, drawer.corners(strength.perspective));
  draw.rotate = when(taken && !perspective, drawer.about(0, 10, 10, strength.rotate));
}

}  // namespace

void AugmentOptions::bind(Settings& settings) {
  const Range probability{0, 1};
  settings.flag("augment.enabled", enabled, "change training clips at random; crops are random in any case");
  settings.number("augment.group_probability", group_probability, "that a clip is changed at all, the flip apart", probability);
  settings.number("augment.member_probability", member_probability, "of each operator in a clip that is changed", probability);
  settings.number("augment.flip_probability", flip_probability, "of left becoming right", probability);
  const auto bind_strength = [&](const char* name, double& field, const char* published) {
    settings.number(fmt::format("augment.{}", name), field, fmt::format("strength; 0: off, 1: {}", published), {0, kStrongest});
  };
  bind_strength("gaussian_blur", strength.gaussian_blur, "sigma 0.1, 0.2 or 0.3");
  bind_strength("add", strength.add, "-5 to 15 on each channel");
  bind_strength("average_blur", strength.average_blur, "squares of 1 or 2 pixels");
  bind_strength("motion_blur", strength.motion_blur, "lines of 3, 5 or 7 pixels");
  bind_strength("multiply", strength.multiply, "factor 0.8 to 1.2");
  bind_strength("gamma", strength.gamma, "exponent 0.85 to 1.15 of each channel");
  bind_strength("hue", strength.hue, "-16 to 16 of 255");
  bind_strength("saturation", strength.saturation, "-16 to 16");
  bind_strength("colour", strength.colour, "colours enhanced by 1.2 to 1.6");
  bind_strength("linear_contrast", strength.linear_contrast, "factor 0.85 to 1.115");
  bind_strength("noise", strength.noise, "normal noise of standard deviation 76.5");
  bind_strength("perspective", strength.perspective, "corners moved by 0.02 to 0.05 of a side");
  bind_strength("rotate", strength.rotate, "-10 to 10 degrees");
}

AugmentOptions ucf101_augmentation() { return with_probabilities(0.65, 0.3); }

AugmentOptions hmdb51_augmentation() { return with_probabilities(0.8, 0.4); }

AugmentOptions kinetics_augmentation() {
  auto options = with_probabilities(0.9, 0.4);
  options.strength.average_blur = 1;
  options.strength.multiply = 1;
  options.strength.gamma = 1;
  return options;
}

AugmentDraw draw_augmentation(const AugmentOptions& options, RandomStream& random) {
  AugmentDraw draw;
  draw.flip = random.uniform() < options.flip_probability && options.enabled;
  Drawer drawer(options, random);
  draw_colours(options.strength, drawer, draw);
  draw_warp(options.strength, drawer, draw);
  return draw;
}

void apply_augmentation(const AugmentDraw& draw, std::vector<cv::Mat>& frames) {
  if (frames.empty()) return;
  const ImageSize size = size_of(frames.front());
  const cv::Mat noise_values = draw.noise ? noise(size, draw.noise->standard_deviation, draw.noise->key) : cv::Mat();
  const auto perspective = draw.perspective ? perspective_of(size, *draw.perspective) : Perspective{};
  for (cv::Mat& frame : frames) {
    if (draw.gaussian_blur) frame = blur_gaussian(frame, *draw.gaussian_blur);
    if (draw.add) frame = add(frame, *draw.add);
    if (draw.average_blur) frame = blur_average(frame, *draw.average_blur);
    if (draw.motion_blur) frame = blur_motion(frame, draw.motion_blur->size, draw.motion_blur->degrees);
    if (draw.multiply) frame = multiply(frame, *draw.multiply);
    if (draw.gamma) frame = contrast_gamma(frame, *draw.gamma);
    if (draw.hue_saturation) frame = shift_hue_saturation(frame, draw.hue_saturation->hue, draw.hue_saturation->saturation);
    if (draw.colour) frame = enhance_colour(frame, *draw.colour);
    if (draw.linear_contrast) frame = contrast_linear(frame, *draw.linear_contrast);
    if (draw.noise) frame = add_noise(frame, noise_values);
    if (draw.perspective) frame = warp_perspective(frame, perspective);
    if (draw.rotate) frame = rotate(frame, *draw.rotate);
    if (draw.flip) frame = flip_horizontally(frame);
  }
}

}  // namespace vbench::video
