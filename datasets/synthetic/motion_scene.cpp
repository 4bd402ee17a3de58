#include "datasets/synthetic/motion_scene.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <opencv2/imgproc.hpp>

#include "datasets/synthetic/drawing.hpp"

namespace vbench::synthetic {
namespace {

using std::numbers::pi;

// The radius of the smallest shape in heights, and how much larger the largest is.
constexpr double kSmallestRadius = 0.12;
constexpr double kSizeRange = 2.4;

constexpr int kMarginPixels = 4;  // pixels of background beyond each edge, and so the bound of the shake

constexpr double kBrightest = 255, kDimShape = 170, kFineTexture = 30;

/// x modulo `range`, in [0, range).
double wrapped(double x, double range) {
  const double rest = x - range * std::floor(x / range);
  return rest < range ? rest : 0;
}

}  // namespace

MotionScene::MotionScene(uint64_t seed, Motion motion, int64_t video, int64_t side)
    : size_(static_cast<int>(2 * ((4 * side + 3) / 6)), static_cast<int>(side)) {
  RandomStream random(seed, "motion", static_cast<uint64_t>(motion), static_cast<uint64_t>(video));
  noise_seed_ = random.next_u64();
  start_ = {.x = random.uniform(0, width()), .y = random.uniform(), .size = random.uniform(), .angle = random.uniform(0, 2 * pi)};
  spin_ = random.uniform(-0.03, 0.03);
  shake_ = std::min<double>(random.uniform(0, 0.012) * static_cast<double>(side), kMarginPixels - 1);
  path_ = draw_path(motion, random);
  const cv::Scalar mean = draw_colour(random, kDarkBackground, kBrightBackground);
  outline_ = draw_outline(random);
  const cv::Size size(size_.width + 2 * kMarginPixels, size_.height + 2 * kMarginPixels);
  background_ = draw_background(random, size, mean, 6, kFineTexture);
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
  outline.corners = corners_of(static_cast<int64_t>(random.below(kShapes)));
  outline.colour = draw_colour(random, kDimShape, kBrightest);
  outline.inner_colour = draw_colour(random, kBrightBackground, kBrightest);
  return outline;
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
  add_noise(image, noise_seed_ + (static_cast<uint64_t>(frame) << 32));
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
  for (int down = -1; down <= 1; ++down) {
    for (int right = -1; right <= 1; ++right) {
      const cv::Point2d centre(place.x + right * size_.width, place.y + down * size_.height);
      const double reach = radius + 1;
      if (centre.x < -reach || centre.y < -reach || centre.x > size_.width + reach || centre.y > size_.height + reach) continue;
      fill_shape(image, outline_.corners, centre, radius, pose.angle, outline_.colour);
      fill_shape(image, outline_.corners, centre, radius / 2, pose.angle, outline_.inner_colour);
    }
  }
}

}  // namespace vbench::synthetic
