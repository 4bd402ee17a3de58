// Images for the tests of clip transforms, and their way from and to tensors.
#pragma once

#include <torch/types.h>

#include <cmath>
#include <cstring>
#include <opencv2/core.hpp>
#include <vector>

namespace vbench::test {

/// Waves of other lengths in each channel; `phase` moves them.
inline cv::Mat waves(int height, int width, double phase = 0) {
  cv::Mat image(height, width, CV_8UC3);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (int c = 0; c < 3; ++c) {
        const double wave = std::sin(0.31 * x + 0.9 * c + phase) + std::sin(0.23 * y * (c + 1) - phase);
        image.at<cv::Vec3b>(y, x)[c] = static_cast<uchar>(127 + 60 * wave);
      }
    }
  }
  return image;
}

/// T frames whose waves move.
inline std::vector<cv::Mat> moving_waves(int frames, int height, int width) {
  std::vector<cv::Mat> clip;
  for (int t = 0; t < frames; ++t) clip.push_back(waves(height, width, 0.2 * t));
  return clip;
}

/// [H, W, 3] uint8.
inline torch::Tensor to_tensor(const cv::Mat& image) {
  const cv::Mat whole = image.isContinuous() ? image : image.clone();
  return torch::from_blob(whole.data, {whole.rows, whole.cols, 3}, torch::kUInt8).clone();
}

inline cv::Mat to_image(const torch::Tensor& pixels) {
  const auto flat = pixels.contiguous();
  cv::Mat image(static_cast<int>(flat.size(0)), static_cast<int>(flat.size(1)), CV_8UC3);
  std::memcpy(image.data, flat.data_ptr<uint8_t>(), static_cast<size_t>(flat.numel()));
  return image;
}

/// [T, H, W, 3] uint8 to T images.
inline std::vector<cv::Mat> to_images(const torch::Tensor& frames) {
  std::vector<cv::Mat> images;
  for (int64_t t = 0; t < frames.size(0); ++t) images.push_back(to_image(frames[t]));
  return images;
}

inline bool same_pixels(const cv::Mat& a, const cv::Mat& b) {
  return a.size() == b.size() && a.type() == b.type() && torch::equal(to_tensor(a), to_tensor(b));
}

}  // namespace vbench::test
