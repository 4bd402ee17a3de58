#include "datasets/transforms/colour.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "harness/core/random.hpp"

namespace vbench::video {
namespace {

// A crop's neighbours in the image that it was cut from must not shine in.
constexpr int kBorder = cv::BORDER_REFLECT_101 | cv::BORDER_ISOLATED;
constexpr int kHueSteps = 180;                          // OpenCV's 8-bit hue counts two degrees a step
constexpr size_t kTableValues = size_t{224} * 224 * 3;  // from here on multiplying goes through a table

uchar cut(float value) { return static_cast<uchar>(std::clamp(value, 0.0F, 255.0F)); }

cv::Mat through_table(const cv::Mat& image, const cv::Mat& table) {
  cv::Mat result;
  cv::LUT(image, table, result);
  return result;
}

// Replaces every value by map(value), whatever its channel; fractions are cut off.
template <class Map>
cv::Mat map_values(const cv::Mat& image, const Map& map) {
  cv::Mat table(1, 256, CV_8U);
  for (int value = 0; value < 256; ++value) table.at<uchar>(value) = cut(map(static_cast<float>(value)));
  return through_table(image, table);
}

}  // namespace

cv::Mat blur_gaussian(const cv::Mat& image, double sigma) {
  const int size = static_cast<int>(std::max(3.3 * sigma, 5.0)) | 1;
  cv::Mat result;
  cv::GaussianBlur(image, result, {size, size}, sigma, sigma, kBorder);
  return result;
}

cv::Mat blur_average(const cv::Mat& image, int64_t size) {
  if (size <= 1) return image.clone();
  cv::Mat result;
  cv::blur(image, result, {static_cast<int>(size), static_cast<int>(size)}, {-1, -1}, kBorder);
  return result;
}

cv::Mat blur_motion(const cv::Mat& image, int64_t size, double degrees) {
  const int side = static_cast<int>(size), half = side / 2;
  cv::Mat line(side, side, CV_32F, cv::Scalar(0));
  line.col(half).setTo(1);
  const auto middle = static_cast<float>(half);
  cv::Mat kernel;
  cv::warpAffine(line, kernel, cv::getRotationMatrix2D({middle, middle}, -degrees, 1), line.size(), cv::INTER_LINEAR);
  kernel /= cv::sum(kernel)[0];
  cv::Mat result;
  cv::filter2D(image, result, -1, kernel, {-1, -1}, 0, kBorder);
  return result;
}

cv::Mat add(const cv::Mat& image, const PerChannel& value) {
  cv::Mat result;
  cv::add(image, cv::Scalar(std::nearbyint(value[0]), std::nearbyint(value[1]), std::nearbyint(value[2])), result);
  return result;
}

cv::Mat multiply(const cv::Mat& image, double factor) {
  if (image.total() * 3 >= kTableValues) return map_values(image, [f = static_cast<float>(factor)](float value) { return value * f; });
  cv::Mat result;
  cv::multiply(image, cv::Scalar::all(factor), result);
  return result;
}

cv::Mat contrast_gamma(const cv::Mat& image, const PerChannel& gamma) {
  cv::Mat table(1, 256, CV_8UC3);
  for (int value = 0; value < 256; ++value) {
    for (int channel = 0; channel < 3; ++channel) {
      const auto exponent = static_cast<float>(gamma[static_cast<size_t>(channel)]);
      table.at<cv::Vec3b>(value)[channel] = cut(std::pow(static_cast<float>(value) / 255.0F, exponent) * 255.0F);
    }
  }
  return through_table(image, table);
}

cv::Mat contrast_linear(const cv::Mat& image, double alpha) {
  return map_values(image, [a = static_cast<float>(alpha)](float value) { return 127.0F + a * (value - 127.0F); });
}

cv::Mat shift_hue_saturation(const cv::Mat& image, int64_t hue, int64_t saturation) {
  const auto turn = static_cast<int>(static_cast<double>(hue) / 255 * kHueSteps);
  const auto more = static_cast<int>(std::clamp<int64_t>(saturation, -255, 255));
  cv::Mat table(1, 256, CV_8UC3);
  for (int value = 0; value < 256; ++value) {
    const int turned = ((value + turn) % kHueSteps + kHueSteps) % kHueSteps;
    table.at<cv::Vec3b>(value) = {static_cast<uchar>(turned), cv::saturate_cast<uchar>(value + more), static_cast<uchar>(value)};
  }
  cv::Mat hsv, result;
  cv::cvtColor(image, hsv, cv::COLOR_RGB2HSV);
  cv::cvtColor(through_table(hsv, table), result, cv::COLOR_HSV2RGB);
  return result;
}

cv::Mat enhance_colour(const cv::Mat& image, double factor) {
  cv::Mat grey, spread, result;
  cv::cvtColor(image, grey, cv::COLOR_RGB2GRAY);
  cv::cvtColor(grey, spread, cv::COLOR_GRAY2RGB);
  cv::addWeighted(image, factor, spread, 1 - factor, 0, result);
  return result;
}

cv::Mat noise(const ImageSize& size, double standard_deviation, uint64_t key) {
  RandomStream random(key, "pixel noise");
  cv::Mat result(static_cast<int>(size.height), static_cast<int>(size.width), CV_16SC3);
  const int values = result.cols * result.channels();
  for (int row = 0; row < result.rows; ++row) {
    auto* to = result.ptr<int16_t>(row);
    for (int i = 0; i < values; ++i) to[i] = cv::saturate_cast<int16_t>(standard_deviation * random.normal());
  }
  return result;
}

cv::Mat add_noise(const cv::Mat& image, const cv::Mat& noise_values) {
  cv::Mat result;
  cv::add(image, noise_values, result, cv::noArray(), CV_8U);
  return result;
}

}  // namespace vbench::video
