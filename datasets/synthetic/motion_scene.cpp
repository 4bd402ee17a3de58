#include "datasets/synthetic/motion_scene.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <opencv2/imgproc.hpp>

namespace vbench::synthetic {
namespace {

using std::numbers::pi;

// The radius of the smallest shape in heights, and how much larger the largest is.
constexpr double kSmallestRadius = 0.12;
constexpr double kSizeRange = 2.4;

constexpr int kMargin = 4;     // pixels of background beyond each edge, and so the bound of the shake
constexpr int kNoise = 4;      // largest change of a pixel
constexpr int kPointBits = 8;  // fraction of a corner's coordinates

// Shapes are brighter than what is behind them: a small network has to find them before it can follow them.
constexpr double kBrightest = 255, kDimShape = 170, kBrightBackground = 90, kDarkBackground = 40, kTexture = 30;

/// x modulo `range`, in [0, range).
double wrapped(double x, double range) {
  const double rest = x - range * std::floor(x / range);
  return rest < range ? rest : 0;
}

double either_way(RandomStream& random) { return random.below(2) == 0 ? -1 : 1; }

cv::Scalar draw_colour(RandomStream& random, double low, double high) {
  const double blue = random.uniform(low, high), green = random.uniform(low, high);
  return {blue, green, random.uniform(low, high)};
}

/// A random grid of colours, stretched.
cv::Mat draw_texture(RandomStream& random, const cv::Size& grid, const cv::Size& size, const cv::Scalar& mean, double deviation) {
  cv::Mat cells(grid, CV_8UC3);
  for (auto cell = cells.begin<cv::Vec3b>(); cell != cells.end<cv::Vec3b>(); ++cell) {
    for (int channel = 0; channel < 3; ++channel) {
      (*cell)[channel] = cv::saturate_cast<uchar>(mean[channel] + random.uniform(-deviation, deviation));
    }
  }
  cv::Mat texture;
  cv::resize(cells, texture, size, 0, 0, cv::INTER_CUBIC);
  return texture;
}

/// @param dent  the radius of every second corner: 1 leaves it on the circle
std::vector<cv::Point2d> star(int points, double dent) {
  std::vector<cv::Point2d> corners;
  for (int i = 0; i < 2 * points; ++i) {
    const double radius = i % 2 == 0 ? 1 : dent, angle = pi * i / points;
    corners.emplace_back(radius * std::cos(angle), radius * std::sin(angle));
  }
  return corners;
}

std::vector<cv::Point2d> draw_corners(RandomStream& random) {
  switch (random.below(5)) {
    case 0:
      return star(16, 1);  // a disc
    case 1:
      return star(3, 0.5);  // a triangle
    case 2:
      return star(4, std::numbers::sqrt2 / 2);  // a square
    case 3:
      return star(4, 0.45);
    default:
      return star(5, 0.5);
  }
}

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

MotionScene::MotionScene(uint64_t seed, Motion motion, int64_t video, int64_t side)
    : size_(static_cast<int>(2 * ((4 * side + 3) / 6)), static_cast<int>(side)) {
  RandomStream random(seed, "motion", static_cast<uint64_t>(motion), static_cast<uint64_t>(video));
  noise_seed_ = random.next_u64();
  start_ = {.x = random.uniform(0, width()), .y = random.uniform(), .size = random.uniform(), .angle = random.uniform(0, 2 * pi)};
  spin_ = random.uniform(-0.03, 0.03);
  shake_ = std::min<double>(random.uniform(0, 0.012) * static_cast<double>(side), kMargin - 1);
  path_ = draw_path(motion, random);
  const cv::Scalar mean = draw_colour(random, kDarkBackground, kBrightBackground);
  outline_ = draw_outline(random);
  draw_background(random, mean);
}

MotionScene::Path MotionScene::draw_path(Motion motion, RandomStream& random) {
  // A swing turns round at least every 8 frames, so that 15 frames never show one way only. Speeds of the steady motions and of the
  // swings overlap.
  const double speed = random.uniform(0.020, 0.050), way = either_way(random), swing = random.uniform(0.08, 0.14);
  const double growth = 1 / random.uniform(16, 28);
  Path path{.period = random.uniform(10, 16), .phase = random.uniform(0, 2 * pi)};
  switch (motion) {
    case Motion::kBob:
      path.swing_y = swing;
      break;
    case Motion::kCircle:
      path.swing_x = swing;
      path.swing_y = way * swing;
      break;
    case Motion::kFall:
      path.velocity_y = speed;
      break;
    case Motion::kGlide:
      path.velocity_x = way * speed;
      break;
    case Motion::kGrow:
      path.growth = growth;
      break;
    case Motion::kRise:
      path.velocity_y = -speed;
      break;
    case Motion::kShrink:
      path.growth = -growth;
      break;
    case Motion::kSway:
      path.swing_x = swing;
      break;
  }
  return path;
}

MotionScene::Outline MotionScene::draw_outline(RandomStream& random) {
  Outline outline;
  outline.corners = draw_corners(random);
  outline.colour = draw_colour(random, kDimShape, kBrightest);
  outline.inner_colour = draw_colour(random, kBrightBackground, kBrightest);
  return outline;
}

void MotionScene::draw_background(RandomStream& random, const cv::Scalar& mean) {
  const cv::Size size(size_.width + 2 * kMargin, size_.height + 2 * kMargin);
  const cv::Mat coarse = draw_texture(random, {6, 5}, size, mean, kTexture);
  const cv::Mat fine = draw_texture(random, {20, 15}, size, mean, kTexture);
  const double share = random.uniform(0.3, 0.9);
  cv::addWeighted(coarse, share, fine, 1 - share, 0, background_);
}

Pose MotionScene::pose(int64_t frame) const {
  const auto t = static_cast<double>(frame);
  const double turn = path_.phase + 2 * pi * t / path_.period;
  return {.x = wrapped(start_.x + path_.velocity_x * t + path_.swing_x * std::cos(turn), width()),
          .y = wrapped(start_.y + path_.velocity_y * t + path_.swing_y * std::sin(turn), 1),
          .size = wrapped(start_.size + path_.growth * t, 1),
          .angle = start_.angle + spin_ * t};
}

cv::Mat MotionScene::render(int64_t frame) const {
  RandomStream random(noise_seed_, "shake", static_cast<uint64_t>(frame));
  const double shake_x = random.uniform(-shake_, shake_);
  const cv::Point2d shake(shake_x, random.uniform(-shake_, shake_));
  // The centre of a picture is half a pixel before half its size.
  const cv::Point2d centre((background_.cols - 1) / 2.0 - shake.x, (background_.rows - 1) / 2.0 - shake.y);
  cv::Mat image;
  cv::getRectSubPix(background_, size_, centre, image);
  draw_shape(image, pose(frame), shake);
  add_noise(image, frame);
  return image;
}

std::vector<cv::Mat> MotionScene::frames(int64_t count) const {
  std::vector<cv::Mat> all;
  for (int64_t i = 0; i < count; ++i) all.push_back(render(i));
  return all;
}

void MotionScene::draw_shape(cv::Mat& image, const Pose& pose, const cv::Point2d& shake) const {
  const double height = size_.height, radius = kSmallestRadius * std::pow(kSizeRange, pose.size) * height;
  const cv::Point2d place(pose.x * height + shake.x, pose.y * height + shake.y);
  const auto draw = [&](const cv::Point2d& centre, double outer, const cv::Scalar& colour) {
    std::vector<cv::Point> corners;
    for (const auto& corner : outline_.corners) {
      const double x = corner.x * std::cos(pose.angle) - corner.y * std::sin(pose.angle);
      const double y = corner.x * std::sin(pose.angle) + corner.y * std::cos(pose.angle);
      corners.emplace_back(cvRound((centre.x + outer * x) * (1 << kPointBits)), cvRound((centre.y + outer * y) * (1 << kPointBits)));
    }
    cv::fillPoly(image, std::vector<std::vector<cv::Point>>{corners}, colour, cv::LINE_AA, kPointBits);
  };
  for (int down = -1; down <= 1; ++down) {
    for (int right = -1; right <= 1; ++right) {
      const cv::Point2d centre(place.x + right * size_.width, place.y + down * size_.height);
      const double reach = radius + 1;
      if (centre.x < -reach || centre.y < -reach || centre.x > size_.width + reach || centre.y > size_.height + reach) continue;
      draw(centre, radius, outline_.colour);
      draw(centre, radius / 2, outline_.inner_colour);
    }
  }
}

void MotionScene::add_noise(cv::Mat& image, int64_t frame) const {
  NoiseBits noise(noise_seed_ + (static_cast<uint64_t>(frame) << 32));
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
