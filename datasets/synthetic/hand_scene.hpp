// A hand that moves an object, or a camera that turns: nothing but the order of the frames tells which way. Used by hand_world.cpp.
#pragma once

#include <cstdint>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

#include "datasets/synthetic/drawing.hpp"

namespace vbench::synthetic {

/// Pulling: the hand goes ahead of the object; pushing: behind it. A camera that turns left sees everything move to the right.
enum class HandMotion { kDown, kUp, kPullRight, kPullLeft, kPushRight, kPushLeft, kTurnLeft, kTurnRight };
inline constexpr int64_t kHandMotions = 8;

/// What a video of this motion shows when it is mirrored.
[[nodiscard]] HandMotion mirrored(HandMotion motion);

/// A video. The pictures of a motion are those of mirrored(motion), flipped, if both are drawn from the same random numbers. Places, sizes,
/// colours, speeds, shake and noise are drawn alike for all motions, and times so that a motion played backwards is its opposite.
class HandScene {
 public:
  /// @param size        of the pictures, pixels
  /// @param max_frames  of the longest video, at least 4; this one has between three quarters of it and all
  HandScene(RandomStream random, HandMotion motion, const cv::Size& size, int64_t max_frames);

  [[nodiscard]] int64_t length() const { return length_; }  ///< in frames
  [[nodiscard]] cv::Mat render(int64_t frame) const;        ///< CV_8UC3, BGR
  [[nodiscard]] std::vector<cv::Mat> frames() const;
  [[nodiscard]] const std::string& object() const { return object_name_; }  ///< "blue star"

 private:
  /// How far the way is done, from -1/2 to 1/2.
  [[nodiscard]] double progress(int64_t frame) const;
  void draw_object(RandomStream& random);
  void draw_skin(RandomStream& random);
  void render_hand(cv::Mat& image, const cv::Point2d& object) const;

  HandMotion motion_;
  cv::Size size_;
  int64_t length_ = 0;
  bool flipped_ = false;  // rendered as its mirror image
  // Lengths in heights of the picture.
  cv::Point2d middle_, way_;                 // of the object: where it is after half of the time, and how far it gets
  double rest_before_ = 0, rest_after_ = 0;  // shares of the time
  double shake_ = 0;                         // largest offset of the camera
  double side_ = 1;                          // of the object where the hand is: -1 left, 1 right
  bool hand_ = true;
  double hand_size_ = 1, arm_slope_ = 0, radius_ = 0, angle_ = 0;
  Corners corners_;
  cv::Scalar colour_, inner_colour_, skin_, sleeve_;
  std::string object_name_;
  cv::Mat background_;  // wider than the picture by what a turn can show
  uint64_t noise_seed_ = 0;
};

}  // namespace vbench::synthetic
