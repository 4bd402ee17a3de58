// One encoded picture to pixels and back. Used by the frame sources and the conversion.
#pragma once

#include <cstdint>
#include <opencv2/core.hpp>
#include <string>
#include <string_view>

namespace vbench::video {

/// Where a picture lies, for messages.
struct PicturePlace {
  const std::string& source;
  int64_t frame;
};

/// Decodes JPEG (anything that OpenCV reads is accepted). The pixels are those of cv::imdecode, or of its IMREAD_REDUCED_COLOR_2/4/8.
/// @param min_shorter_side  as ReadOptions
/// @return CV_8UC3, BGR
/// @throws Error kInput naming the place if the data are no picture, cut short or damaged (as far as the decoder notices)
[[nodiscard]] cv::Mat decode_picture(std::string_view bytes, int64_t min_shorter_side, const PicturePlace& place);

/// JPEG bytes of a CV_8UC3 BGR picture.
[[nodiscard]] std::string encode_jpeg(const cv::Mat& picture, int64_t quality);

}  // namespace vbench::video
