#include "datasets/transforms/square_view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "harness/core/error.hpp"

namespace vbench::video {
namespace {

/// What an axis of the image gives to the middle of a square, and where it lies in it.
struct Middle {
  int from, length, at;
};

Middle middle_of(int length, int side) {
  if (length < side) return {0, length, (side - length) / 2};
  return {static_cast<int>(std::nearbyint((length - side) / 2.0)), side, 0};
}

int place(int length, int side, double share) {
  const int places = std::max(1, length - side);
  return std::clamp(static_cast<int>(share * places), 0, places - 1);
}

}  // namespace

ImageSize truncated_shorter_side(const ImageSize& size, int64_t shorter) {
  if (size.height < size.width) return {shorter, shorter * size.width / size.height};
  return {shorter * size.height / size.width, shorter};
}

cv::Mat scale_shorter_side(const cv::Mat& image, int64_t shorter) {
  if (std::min(image.rows, image.cols) == shorter) return image;
  const ImageSize size = truncated_shorter_side(size_of(image), shorter);
  cv::Mat scaled;
  cv::resize(image, scaled, {static_cast<int>(size.width), static_cast<int>(size.height)}, 0, 0, cv::INTER_LINEAR);
  return scaled;
}

cv::Mat cut_centre(const cv::Mat& image, int64_t side) {
  const auto length = static_cast<int>(side);
  const Middle x = middle_of(image.cols, length), y = middle_of(image.rows, length);
  cv::Mat square(length, length, image.type(), cv::Scalar());
  image(cv::Rect(x.from, y.from, x.length, y.length)).copyTo(square(cv::Rect(x.at, y.at, x.length, y.length)));
  return square;
}

cv::Mat cut_square(const cv::Mat& image, int64_t side, double x, double y) {
  if (image.rows < side || image.cols < side)
    throw usage_error(fmt::format("no square of {} pixels a side lies in {} x {} pixels", side, image.cols, image.rows));
  const auto length = static_cast<int>(side);
  return image(cv::Rect(place(image.cols, length, x), place(image.rows, length, y), length, length)).clone();
}

cv::Mat turn_left(const cv::Mat& image, double degrees) {
  if (degrees == 0) return image;
  const cv::Point2f centre(static_cast<float>(image.cols) / 2, static_cast<float>(image.rows) / 2);
  cv::Mat turned;
  cv::warpAffine(image, turned, cv::getRotationMatrix2D(centre, degrees, 1), image.size(), cv::INTER_LINEAR, cv::BORDER_CONSTANT);
  return turned;
}

Normalisation imagenet_normalisation() { return {{0.485, 0.456, 0.406}, {0.229, 0.224, 0.225}}; }

}  // namespace vbench::video
