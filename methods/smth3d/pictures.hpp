// Pictures and videos of explanations. Used by the method's explanations and tests.
#pragma once

#include <ATen/core/Tensor.h>

#include <opencv2/core.hpp>
#include <string>
#include <vector>

namespace vbench::smth3d {

/// JET colours of uint8(255 mask) over the picture, both in [0, 1], divided by the sum's own maximum.
/// @param picture  CV_8UC3, BGR   @param mask  [H, W] float32 in [0, 1], of the picture's size   @return CV_8UC3, BGR
[[nodiscard]] cv::Mat overlay(const cv::Mat& picture, const at::Tensor& mask);

/// A few frames, evenly spread: originals above, overlays below, with their numbers from 1; `lines` of text on top, the first one large.
/// @param pictures  at least one, all of one size   @param overlays  as many
[[nodiscard]] cv::Mat contact_sheet(const std::vector<cv::Mat>& pictures, const std::vector<cv::Mat>& overlays,
                                    const std::vector<std::string>& lines);

/// Pictures and overlays side by side, enlarged by a whole factor where they are small; sides are even, with a black edge if need be.
[[nodiscard]] std::vector<cv::Mat> side_by_side(const std::vector<cv::Mat>& pictures, const std::vector<cv::Mat>& overlays);

}  // namespace vbench::smth3d
