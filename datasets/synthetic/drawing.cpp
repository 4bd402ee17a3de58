#include "datasets/synthetic/drawing.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <opencv2/imgproc.hpp>

namespace vbench::synthetic {
namespace {

using std::numbers::pi;

constexpr int kNoise = 4;      // largest change of a pixel
constexpr int kPointBits = 8;  // fraction of a point's coordinates

cv::Point fixed_point(double x, double y) { return {cvRound(x * (1 << kPointBits)), cvRound(y * (1 << kPointBits))}; }

/// A random grid of colours, stretched.
cv::Mat draw_texture(RandomStream& random, const cv::Size& grid, const cv::Size& size, const cv::Scalar& mean, double contrast) {
  cv::Mat cells(grid, CV_8UC3);
  for (auto cell = cells.begin<cv::Vec3b>(); cell != cells.end<cv::Vec3b>(); ++cell) {
    for (int channel = 0; channel < 3; ++channel) {
      (*cell)[channel] = cv::saturate_cast<uchar>(mean[channel] + random.uniform(-contrast, contrast));
    }
  }
  cv::Mat texture;
  cv::resize(cells, texture, size, 0, 0, cv::INTER_CUBIC);
  return texture;
}

/// @param dent  the radius of every second corner: 1 leaves it on the circle
Corners star(int points, double dent) {
  Corners corners;
  for (int i = 0; i < 2 * points; ++i) {
    const double radius = i % 2 == 0 ? 1 : dent, angle = pi * i / points;
    corners.emplace_back(radius * std::cos(angle), radius * std::sin(angle));
  }
  return corners;
}

struct Shape {
  const char* name;
  int points;
  double dent;
};
constexpr std::array<Shape, kShapes> kAllShapes{
    {{"disc", 16, 1}, {"triangle", 3, 0.5}, {"square", 4, std::numbers::sqrt2 / 2}, {"cross", 4, 0.45}, {"star", 5, 0.5}}};

/// Random bits of one frame (splitmix64's sequence): many, and cheap.
class NoiseBits {
 public:
  explicit NoiseBits(uint64_t state) : state_(state) {}
  uint64_t operator()() {
    state_ += 0x9e3779b97f4a7c15ULL;
    uint64_t x = (state_ ^ (state_ >> 30)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
    return x ^ (x >> 31);
  }

 private:
  uint64_t state_;
};

}  // namespace

Corners corners_of(int64_t shape) {
  const Shape& chosen = kAllShapes.at(static_cast<size_t>(shape));
  return star(chosen.points, chosen.dent);
}

const char* name_of(int64_t shape) { return kAllShapes.at(static_cast<size_t>(shape)).name; }

double either_way(RandomStream& random) { return random.below(2) == 0 ? -1 : 1; }

cv::Scalar draw_colour(RandomStream& random, double low, double high) {
  const double blue = random.uniform(low, high), green = random.uniform(low, high);
  return {blue, green, random.uniform(low, high)};
}

cv::Mat draw_background(RandomStream& random, const cv::Size& size, const cv::Scalar& mean, int columns, double contrast) {
  const cv::Mat coarse = draw_texture(random, {columns, 5}, size, mean, contrast);
  const cv::Mat fine = draw_texture(random, {columns * 10 / 3, 15}, size, mean, contrast);
  const double share = random.uniform(0.3, 0.9);
  cv::Mat background;
  cv::addWeighted(coarse, share, fine, 1 - share, 0, background);
  return background;
}

void fill_shape(cv::Mat& image, const Corners& corners, const cv::Point2d& centre, double radius, double angle, const cv::Scalar& colour) {
  std::vector<cv::Point> turned;
  for (const auto& corner : corners) {
    const double x = corner.x * std::cos(angle) - corner.y * std::sin(angle);
    const double y = corner.x * std::sin(angle) + corner.y * std::cos(angle);
    turned.push_back(fixed_point(centre.x + radius * x, centre.y + radius * y));
  }
  cv::fillPoly(image, std::vector<std::vector<cv::Point>>{turned}, colour, cv::LINE_AA, kPointBits);
}

void draw_stroke(cv::Mat& image, const cv::Point2d& from, const cv::Point2d& to, double width, const cv::Scalar& colour) {
  cv::line(image, fixed_point(from.x, from.y), fixed_point(to.x, to.y), colour, std::max(1, cvRound(width)), cv::LINE_AA, kPointBits);
}

void add_noise(cv::Mat& image, uint64_t seed) {
  NoiseBits noise(seed);
  uint64_t bits = 0;
  int left = 0;
  for (int y = 0; y < image.rows; ++y) {
    auto* row = image.ptr<cv::Vec3b>(y);
    for (int x = 0; x < image.cols; ++x, --left, bits >>= 8) {
      if (left == 0) {
        bits = noise();
        left = 8;
      }
      const int change = static_cast<int>((bits & 0xff) * (2 * kNoise + 1) >> 8) - kNoise;
      for (int channel = 0; channel < 3; ++channel) row[x][channel] = cv::saturate_cast<uchar>(row[x][channel] + change);
    }
  }
}

}  // namespace vbench::synthetic
