#include "datasets/transforms/geometry.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <opencv2/imgproc.hpp>

#include "harness/core/error.hpp"

namespace vbench::video {
namespace {

constexpr int64_t kLongestSide = 32767;  // OpenCV's warps index pixels with 16 bits

cv::Size checked(const ImageSize& size) {
  if (size.height < 1 || size.width < 1 || size.height > kLongestSide || size.width > kLongestSide)
    throw usage_error(fmt::format("an image of {} x {} pixels", size.height, size.width), "",
                      fmt::format("sides are from 1 to {}", kLongestSide));
  return {static_cast<int>(size.width), static_cast<int>(size.height)};
}

cv::Mat resized(const cv::Mat& image, const ImageSize& size, int interpolation) {
  const cv::Size target = checked(size);
  if (image.size() == target) return image;
  cv::Mat result;
  cv::resize(image, result, target, 0, 0, interpolation);
  return result;
}

cv::Matx33d shift(double x, double y) { return {1, 0, x, 0, 1, y, 0, 0, 1}; }

double distance(const cv::Point2f& a, const cv::Point2f& b) { return std::hypot(double{a.x} - double{b.x}, double{a.y} - double{b.y}); }

}  // namespace

ImageSize size_of(const cv::Mat& image) { return {image.rows, image.cols}; }

ImageSize resized_shorter_side(const ImageSize& size, int64_t shorter) {
  const auto follow = [&](int64_t longer, int64_t short_side) {
    const double length = static_cast<double>(shorter) * static_cast<double>(longer) / static_cast<double>(short_side);
    return static_cast<int64_t>(std::nearbyint(length));
  };
  if (size.height < size.width) return {shorter, follow(size.width, size.height)};
  return {follow(size.height, size.width), shorter};
}

cv::Mat resize_shorter_side(const cv::Mat& image, int64_t shorter) {
  return resize_to(image, resized_shorter_side(size_of(image), shorter));
}

cv::Mat resize_to(const cv::Mat& image, const ImageSize& size) { return resized(image, size, cv::INTER_CUBIC); }

cv::Mat crop_at(const cv::Mat& image, const ImageSize& size, const CropPosition& position) {
  checked(size);
  const auto window = [](int side, int64_t target, double place) {
    if (side <= target) return cv::Range(0, side);
    const auto first = std::clamp(static_cast<int>((1 - place) * static_cast<double>(side - target)), 0, side - static_cast<int>(target));
    return cv::Range(first, first + static_cast<int>(target));
  };
  return image(window(image.rows, size.height, position.y), window(image.cols, size.width, position.x));
}

cv::Mat flip_horizontally(const cv::Mat& image) {
  cv::Mat result;
  cv::flip(image, result, 1);
  return result;
}

cv::Mat rotate(const cv::Mat& image, double degrees) {
  const double angle = degrees * std::numbers::pi / 180;
  const double c = std::cos(angle), s = std::sin(angle);
  const double x = image.cols / 2.0, y = image.rows / 2.0;
  // Pixels are points at half-integer places of the plane, hence the half steps.
  const cv::Matx33d turn = shift(x, y) * shift(-0.5, -0.5) * cv::Matx33d(c, -s, 0, s, c, 0, 0, 0, 1) * shift(0.5, 0.5) * shift(-x, -y);
  cv::Mat result;
  cv::warpAffine(image, result, turn.get_minor<2, 3>(0, 0), image.size(), cv::INTER_LINEAR, cv::BORDER_CONSTANT, cv::Scalar());
  return result;
}

Perspective perspective_of(const ImageSize& image, const std::array<std::array<double, 2>, 4>& inward) {
  const auto w = static_cast<double>(image.width), h = static_cast<double>(image.height);
  std::array<cv::Point2f, 4> corners;
  for (size_t i = 0; i < 4; ++i) {
    const bool right = i == 1 || i == 2, lower = i >= 2;
    const double x = right ? 1 - inward[i][0] : inward[i][0];
    const double y = lower ? 1 - inward[i][1] : inward[i][1];
    corners[i] = {static_cast<float>(x * w), static_cast<float>(y * h)};
  }
  // One pixel has no perspective: two a side is the least.
  const auto longest = [&](size_t a, size_t b, size_t c, size_t d) {
    return std::max<int64_t>(2, static_cast<int64_t>(std::max(distance(corners[a], corners[b]), distance(corners[c], corners[d]))));
  };
  const ImageSize size{longest(1, 2, 0, 3), longest(0, 1, 3, 2)};
  const auto right = static_cast<float>(size.width), bottom = static_cast<float>(size.height);
  const std::array<cv::Point2f, 4> rectangle{cv::Point2f{0, 0}, {right, 0}, {right, bottom}, {0, bottom}};
  return {cv::getPerspectiveTransform(corners.data(), rectangle.data()), size};
}

cv::Mat warp_perspective(const cv::Mat& image, const Perspective& perspective) {
  cv::Mat rectangle;
  cv::warpPerspective(image, rectangle, perspective.matrix, checked(perspective.size), cv::INTER_LINEAR, cv::BORDER_CONSTANT, cv::Scalar());
  const bool grows = rectangle.rows < image.rows || rectangle.cols < image.cols;
  return resized(rectangle, size_of(image), grows ? cv::INTER_AREA : cv::INTER_LINEAR);
}

}  // namespace vbench::video
