// Operators that change colours in place: blurs, brightness, contrast, hue, noise. Deterministic; augment.hpp draws their parameters.
// Used by the clip pipeline.
#pragma once

#include <array>
#include <cstdint>
#include <opencv2/core.hpp>

#include "datasets/transforms/geometry.hpp"

namespace vbench::video {

/// One number a channel, in the order in which the image has them.
using PerChannel = std::array<double, 3>;

// Every operator takes an 8-bit image of three channels and gives a new one.

/// @param sigma  pixels, positive
[[nodiscard]] cv::Mat blur_gaussian(const cv::Mat& image, double sigma);
/// Mean of a square of `size` pixels a side; 1 changes nothing.
[[nodiscard]] cv::Mat blur_average(const cv::Mat& image, int64_t size);
/// Mean along a line of `size` pixels (odd) that leans `degrees` from the vertical.
[[nodiscard]] cv::Mat blur_motion(const cv::Mat& image, int64_t size, double degrees);

/// Adds a number to each channel, rounded, halves to even.
[[nodiscard]] cv::Mat add(const cv::Mat& image, const PerChannel& value);
/// Multiplies all channels. Images of 224 x 224 pixels and more lose the fraction, smaller ones round, as the original's library does.
[[nodiscard]] cv::Mat multiply(const cv::Mat& image, double factor);
/// 255 (v / 255)^gamma a channel, without the fraction: even 1 takes one off a few values.
[[nodiscard]] cv::Mat contrast_gamma(const cv::Mat& image, const PerChannel& gamma);
/// 127 + alpha (v - 127), without the fraction.
[[nodiscard]] cv::Mat contrast_linear(const cv::Mat& image, double alpha);

/// Turns the hue and adds to the saturation of an image whose channels are taken as red, green, blue.
/// @param hue         255 is a full turn
/// @param saturation  added, ends at 0 and 255
[[nodiscard]] cv::Mat shift_hue_saturation(const cv::Mat& image, int64_t hue, int64_t saturation);

/// Away from (factor > 1) or towards the grey image of the same luminance; channels are taken as red, green, blue.
[[nodiscard]] cv::Mat enhance_colour(const cv::Mat& image, double factor);

/// Normal noise, rounded, one number a pixel and channel: 16-bit signed, three channels. The same key gives the same noise.
[[nodiscard]] cv::Mat noise(const ImageSize& size, double standard_deviation, uint64_t key);
[[nodiscard]] cv::Mat add_noise(const cv::Mat& image, const cv::Mat& noise_values);

}  // namespace vbench::video
