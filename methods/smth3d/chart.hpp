// Line charts. Used by the curves of a training.
#pragma once

#include <opencv2/core.hpp>
#include <string>
#include <vector>

namespace vbench::smth3d {

struct Series {
  std::string name;
  cv::Scalar colour;                ///< BGR
  std::vector<cv::Point2d> points;  ///< by rising x; those that are not finite are gaps
};

struct Chart {
  std::string title, across;   ///< across: what the horizontal axis counts, in whole numbers
  std::vector<Series> series;  ///< those without points are left out
  bool may_be_log = false;     ///< the vertical axis, where all values are positive and span a power of ten or more
};

/// Round numbers of [low, high], at most `most` but at least one if the interval holds any.
[[nodiscard]] std::vector<double> round_ticks(double low, double high, size_t most);
/// Powers of ten within [low, high], with their doubles and fives where they are few. @param low  positive
[[nodiscard]] std::vector<double> log_ticks(double low, double high);

[[nodiscard]] cv::Mat draw_chart(const Chart& chart, const cv::Size& size);

}  // namespace vbench::smth3d
