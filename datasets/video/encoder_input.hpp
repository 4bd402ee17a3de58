// What the writers of video files share: pictures as encoders take them, and the file on disk. Used by video_writer.cpp and av_writer.cpp.
#pragma once

#include <filesystem>
#include <functional>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

#include "datasets/formats/libav.hpp"

namespace vbench::video {

/// @throws Error kInput for frames that make no video: none, of odd, empty or different sizes, not CV_8UC3; kUsage for a rate below 1
void check_frames(const std::vector<cv::Mat>& frames, int frames_per_second);

/// An encoder that takes what PictureConverter gives and works in one thread, giving the same bytes for the same pictures.
[[nodiscard]] libav::CodecContext picture_encoder(const AVCodec* codec, const cv::Size& size, int frames_per_second);

/// BGR pictures as YUV with colours at half the size.
class PictureConverter {
 public:
  explicit PictureConverter(const cv::Size& size);
  /// @param index  the frame's time, in units of 1 / rate
  [[nodiscard]] libav::Frame operator()(const cv::Mat& picture, int64_t index) const;

 private:
  libav::ScaleContext scaler_;
};

/// Writes what `encode` gives, whole or not at all. @throws Error of encode, naming the file
void write_encoded(const std::filesystem::path& file, const std::function<std::string()>& encode);

}  // namespace vbench::video
