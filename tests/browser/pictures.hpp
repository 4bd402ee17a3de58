// What is looked for in pictures of pages, and a picture for pages to show. For the tests of reports.
#pragma once

#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <string>
#include <vector>

namespace vbench::test {

inline const cv::Scalar kMagenta(255, 0, 255), kGreen(0, 255, 0);  // blue, green, red

/// Pictures of one colour, the last one of another, as JPEG.
inline std::string strip_of_pictures() {
  cv::Mat picture(96, 8 * 96, CV_8UC3, kMagenta);
  picture.colRange(7 * 96, 8 * 96).setTo(kGreen);
  std::vector<unsigned char> bytes;
  cv::imencode(".jpg", picture, bytes);
  return {bytes.begin(), bytes.end()};
}

/// How far pixels are from grey: curves and cells are, axes and texts are not, bands are a little.
inline cv::Mat colour_of(const cv::Mat& picture) {
  std::vector<cv::Mat> channels;
  cv::split(picture, channels);
  const cv::Mat most = cv::max(cv::max(channels[0], channels[1]), channels[2]),
                least = cv::min(cv::min(channels[0], channels[1]), channels[2]);
  return most - least;
}

inline cv::Mat ink_of(const cv::Mat& picture) { return colour_of(picture) > 60; }

/// Whether something runs across a drawing: axes alone do not.
inline bool is_drawn(const cv::Mat& picture) {
  if (picture.empty()) return false;
  const auto ink = ink_of(picture);
  return cv::countNonZero(ink) > 100 && cv::boundingRect(ink).width > picture.cols / 3;
}

}  // namespace vbench::test
