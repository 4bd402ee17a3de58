// One stand-in video: a shape that moves over a textured background, frame by frame. Used by motion_world.cpp and tests.
#pragma once

#include <array>
#include <cstdint>
#include <opencv2/core.hpp>
#include <vector>

#include "harness/core/random.hpp"

namespace vbench::synthetic {

/// The classes, in index order.
enum class Motion : uint8_t { kBob, kCircle, kFall, kGlide, kGrow, kRise, kShrink, kSway };
inline constexpr int64_t kMotions = 8;

/// The number of a class's first test video: however many training videos there are, it stays the same video.
inline constexpr int64_t kFirstTestVideo = int64_t{1} << 32;

/// Where the shape is. A picture is one height high and `width` heights wide, and its edges are joined: what leaves on one side enters on
/// the other.
struct Pose {
  double x = 0;      ///< in heights, [0, width)
  double y = 0;      ///< in heights, [0, 1), downward
  double size = 0;   ///< [0, 1): from the smallest to the largest, on a logarithmic scale; the largest is followed by the smallest
  double angle = 0;  ///< radians
};

/// A video, without end. Depends on (seed, motion, video, side) only.
///
/// No frame tells the motion: place and size start anywhere with equal probability, and a motion adds to them what does not depend on where
/// they started. As the picture's edges are joined, and so are the ends of the range of sizes, they stay just as equally distributed at
/// every later frame, whatever the motion. All else that can be seen (shape, colours, background, turning, shake, noise) is drawn alike for
/// all motions.
class MotionScene {
 public:
  /// @param side  height in pixels, even; the width is the nearest even number to 4/3 of it
  MotionScene(uint64_t seed, Motion motion, int64_t video, int64_t side);

  [[nodiscard]] Pose pose(int64_t frame) const;
  [[nodiscard]] cv::Mat render(int64_t frame) const;  ///< CV_8UC3, BGR
  [[nodiscard]] std::vector<cv::Mat> frames(int64_t count) const;
  [[nodiscard]] double width() const { return static_cast<double>(size_.width) / size_.height; }

 private:
  /// What a motion adds to the first pose. Lengths in heights, times in frames.
  struct Path {
    double velocity_x = 0, velocity_y = 0, growth = 0;
    double swing_x = 0, swing_y = 0, period = 1, phase = 0;
  };
  struct Outline {
    std::vector<cv::Point2d> corners;  // within the unit circle, counted from the centre
    cv::Scalar colour, inner_colour;
  };

  static Path draw_path(Motion motion, RandomStream& random);
  static Outline draw_outline(RandomStream& random);
  void draw_shape(cv::Mat& image, const Pose& pose, const cv::Point2d& shake) const;

  cv::Size size_;
  Pose start_;
  double spin_ = 0;   // radians a frame
  double shake_ = 0;  // largest offset of the camera, in pixels
  Path path_;
  Outline outline_;
  cv::Mat background_;  // with a margin for the camera's shake
  uint64_t noise_seed_ = 0;
};

}  // namespace vbench::synthetic
