// Text and lines on pictures, and pictures as files. Used by the charts, the confusion picture and the contact sheets.
#pragma once

#include <filesystem>
#include <opencv2/core.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace vbench::smth3d {

inline const cv::Scalar kPaper(255, 255, 255), kInk(45, 40, 38), kPale(140, 135, 130), kGrid(226, 224, 222);  // BGR

struct TextStyle {
  double height = 11;  ///< of a capital letter, pixels
  bool bold = false;
  cv::Scalar colour = kInk;
};

enum class Align { kStart, kMiddle, kEnd };

/// What the built-in letters can show: characters beyond ASCII become one '?', control characters a blank.
[[nodiscard]] std::string drawable(std::string_view text);

[[nodiscard]] double text_width(const std::string& text, const TextStyle& style);

/// One line of text. @param place  start, middle or end of the line, at half the height of its capitals
void put_text(cv::Mat& picture, const std::string& text, cv::Point2d place, const TextStyle& style, Align align = Align::kStart);
/// The same, reading upward: the start is below.
void put_text_upward(cv::Mat& picture, const std::string& text, cv::Point2d place, const TextStyle& style, Align align = Align::kStart);

/// The text, or as much of its beginning as fits and "...".
[[nodiscard]] std::string shortened(const std::string& text, const TextStyle& style, double width);
/// Lines of at most `width` pixels, broken at blanks and where a word alone is longer. What is beyond `most` lines is shortened away.
[[nodiscard]] std::vector<std::string> wrapped(const std::string& text, const TextStyle& style, double width, size_t most = 1000);

/// Between points of a pixel's fraction.
void put_line(cv::Mat& picture, cv::Point2d from, cv::Point2d to, const cv::Scalar& colour, int thickness = 1);

/// PNG, whole or not at all. @throws Error kInput if it cannot be written
void write_png(const std::filesystem::path& file, const cv::Mat& picture);

}  // namespace vbench::smth3d
