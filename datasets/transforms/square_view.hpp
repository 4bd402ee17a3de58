// Pictures scaled, turned and cut to a square as OpenCV and torchvision do it unasked: plain bilinear. Used by something-something.
#pragma once

#include <cstdint>
#include <opencv2/core.hpp>

#include "datasets/transforms/clip_tensor.hpp"
#include "datasets/transforms/geometry.hpp"

namespace vbench::video {

/// Size after the shorter side became `shorter`; the longer one follows without its fraction.
[[nodiscard]] ImageSize truncated_shorter_side(const ImageSize& size, int64_t shorter);

/// Bilinear, without a filter against aliasing; the same pixels if the shorter side has that length.
[[nodiscard]] cv::Mat scale_shorter_side(const cv::Mat& image, int64_t shorter);

/// The middle, `side` pixels high and wide: odd remainders are rounded to even offsets, black where the image is smaller. Never shares
/// pixels with the image.
[[nodiscard]] cv::Mat cut_centre(const cv::Mat& image, int64_t side);

/// A square within the image. @param x, y  shares in [0, 1) of the places that its left and upper edge can take; the very last one is
/// never taken unless it is the only one. Never shares pixels. @throws Error kUsage for an image that is smaller
[[nodiscard]] cv::Mat cut_square(const cv::Mat& image, int64_t side, double x, double y);

/// About the point (width / 2, height / 2), bilinear, black where nothing was; positive is counter-clockwise on the screen.
[[nodiscard]] cv::Mat turn_left(const cv::Mat& image, double degrees);

/// Mean and deviation of ImageNet, red, green, blue.
[[nodiscard]] Normalisation imagenet_normalisation();

}  // namespace vbench::video
