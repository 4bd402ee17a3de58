// What the scenes of stand-in videos are drawn with: random colours, textures and shapes. Used by motion_scene.cpp and hand_scene.cpp.
#pragma once

#include <cstdint>
#include <opencv2/core.hpp>
#include <vector>

#include "harness/core/random.hpp"

namespace vbench::synthetic {

/// Shapes of objects are brighter than this, backgrounds are not: a small network has to find a shape before it can follow it.
inline constexpr double kBrightBackground = 90, kDarkBackground = 40;

/// Corners of shapes within the unit circle, counted from the centre.
using Corners = std::vector<cv::Point2d>;
inline constexpr int64_t kShapes = 5;
[[nodiscard]] Corners corners_of(int64_t shape);
[[nodiscard]] const char* name_of(int64_t shape);  ///< "disc", "triangle", ...

[[nodiscard]] double either_way(RandomStream& random);                                ///< -1 or 1
[[nodiscard]] cv::Scalar draw_colour(RandomStream& random, double low, double high);  ///< channels in [low, high)

/// Coarse and fine spots around the colour `mean`.
/// @param columns   coarse spots from left to right; from top to bottom there are 5
/// @param contrast  largest distance of a spot's colour from the mean
[[nodiscard]] cv::Mat draw_background(RandomStream& random, const cv::Size& size, const cv::Scalar& mean, int columns, double contrast);

void fill_shape(cv::Mat& image, const Corners& corners, const cv::Point2d& centre, double radius, double angle, const cv::Scalar& colour);

/// A round-ended line. @param width  pixels
void draw_stroke(cv::Mat& image, const cv::Point2d& from, const cv::Point2d& to, double width, const cv::Scalar& colour);

/// Changes every pixel of a CV_8UC3 picture by a few grey levels.
void add_noise(cv::Mat& image, uint64_t seed);

}  // namespace vbench::synthetic
