// Operators that move pixels: resize, crop, flip, rotate, perspective. Deterministic; augment.hpp draws their parameters.
// Used by the clip pipeline.
#pragma once

#include <array>
#include <cstdint>
#include <opencv2/core.hpp>

namespace vbench::video {

/// Side lengths of an image in pixels.
struct ImageSize {
  int64_t height = 0;
  int64_t width = 0;
  bool operator==(const ImageSize&) const = default;
};

[[nodiscard]] ImageSize size_of(const cv::Mat& image);

// Every operator takes an 8-bit image of three channels and gives a new one or, where nothing changes, the same pixels.

/// Size after the shorter side became `shorter`; the longer one follows, halves to even.
[[nodiscard]] ImageSize resized_shorter_side(const ImageSize& size, int64_t shorter);

/// Bicubic.
[[nodiscard]] cv::Mat resize_shorter_side(const cv::Mat& image, int64_t shorter);
/// Bicubic.
[[nodiscard]] cv::Mat resize_to(const cv::Mat& image, const ImageSize& size);

/// Place of a crop: a share of what is left beside it, counted from the far side (1 is the left or upper edge).
struct CropPosition {
  double x = 0.5;
  double y = 0.5;
};

/// A window of at most `size`; an axis that is not longer than that stays whole. Shares the image's pixels.
[[nodiscard]] cv::Mat crop_at(const cv::Mat& image, const ImageSize& size, const CropPosition& position);
[[nodiscard]] inline cv::Mat crop_centre(const cv::Mat& image, const ImageSize& size) { return crop_at(image, size, {}); }

/// Left becomes right.
[[nodiscard]] cv::Mat flip_horizontally(const cv::Mat& image);

/// About the image's centre, bilinear, black where nothing was; positive is clockwise on the screen.
[[nodiscard]] cv::Mat rotate(const cv::Mat& image, double degrees);

/// A quadrilateral that is pulled out to a rectangle.
struct Perspective {
  cv::Matx33d matrix;
  ImageSize size;  ///< of that rectangle
};

/// Corners [upper left, upper right, lower right, lower left], each moved inward by shares (x, y) of the image's sides, from [0, 0.5).
[[nodiscard]] Perspective perspective_of(const ImageSize& image, const std::array<std::array<double, 2>, 4>& inward);

/// Bilinear, black where nothing was; back in the size of the image.
[[nodiscard]] cv::Mat warp_perspective(const cv::Mat& image, const Perspective& perspective);

}  // namespace vbench::video
