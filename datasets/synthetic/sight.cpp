#include "datasets/synthetic/sight.hpp"

#include <cmath>
#include <numbers>
#include <opencv2/imgproc.hpp>

namespace vbench::synthetic {
namespace {

using std::numbers::pi;

// Lengths in heights of the picture, times in seconds.
constexpr int kDiscs = 9;
constexpr double kPulse = 0.4;  // share by which a disc's radius changes

struct Disc {
  double x = 0, y = 0, radius = 0;
  double phase = 0;  // of its size
};

/// How much of the figure covers each pixel, in [0, 1], at a time.
class Figure {
 public:
  Figure(Sight sight, const cv::Size& size, RandomStream& random) : sight_(sight), size_(size) {
    period_ = random.uniform(0.16, 0.24);
    lean_ = random.uniform(-0.14, 0.14);
    speed_ = random.uniform(0.45, 0.8);
    way_ = random.below(2) == 0 ? -1 : 1;
    phase_ = random.uniform(0, 2 * pi);
    beat_ = random.uniform(1.5, 2.5);
    const double width = static_cast<double>(size.width) / size.height;
    centre_ = {width * random.uniform(0.3, 0.7), random.uniform(0.3, 0.7)};
    discs_.resize(kDiscs);
    for (Disc& disc : discs_) {
      disc.x = random.uniform(0, width);
      disc.y = random.uniform();
      disc.radius = random.uniform(0.07, 0.11);
      disc.phase = random.uniform(0, 2 * pi);
    }
  }

  [[nodiscard]] cv::Mat at(double seconds) const {
    if (sight_ == Sight::kPulsingDiscs || sight_ == Sight::kRisingDiscs) return discs_at(seconds);
    cv::Mat cover(size_, CV_32F);
    for (int y = 0; y < size_.height; ++y) {
      auto* row = cover.ptr<float>(y);
      for (int x = 0; x < size_.width; ++x)
        row[x] = wave(static_cast<double>(x) / size_.height, static_cast<double>(y) / size_.height, seconds);
    }
    return cover;
  }

 private:
  /// Stripes or rings: soft edges, half of the period each.
  [[nodiscard]] float wave(double x, double y, double seconds) const {
    double place = 0;
    if (sight_ == Sight::kRings) place = std::hypot(x - centre_.x, y - centre_.y) - speed_ * seconds;
    if (sight_ == Sight::kFlatBars) place = y + lean_ * x + way_ * speed_ * seconds;
    if (sight_ == Sight::kUprightBars) place = x + lean_ * y + way_ * speed_ * seconds;
    constexpr double kSteepness = 3;
    return static_cast<float>(0.5 + 0.5 * std::tanh(kSteepness * std::sin(2 * pi * place / period_ + phase_)));
  }

  [[nodiscard]] cv::Mat discs_at(double seconds) const {
    constexpr int kBits = 6;  // fraction of a coordinate
    const auto fixed = [this](double length) { return cvRound(length * size_.height * (1 << kBits)); };
    cv::Mat cover = cv::Mat::zeros(size_, CV_8U);
    const bool pulsing = sight_ == Sight::kPulsingDiscs;
    for (const Disc& disc : discs_) {
      const double size = 1 + kPulse * std::sin(disc.phase + (pulsing ? 2 * pi * beat_ * seconds : 0));
      const double y = pulsing ? disc.y : disc.y - speed_ * seconds;
      for (int copy = -1; copy <= 1; ++copy) {  // who leaves at the top comes back at the bottom
        cv::circle(cover, {fixed(disc.x), fixed(y - std::floor(y) + copy)}, fixed(disc.radius * size), 255, cv::FILLED, cv::LINE_AA, kBits);
      }
    }
    cv::Mat share;
    cover.convertTo(share, CV_32F, 1 / 255.0);
    return share;
  }

  Sight sight_;
  cv::Size size_;
  double period_ = 1, lean_ = 0, speed_ = 0, way_ = 1, phase_ = 0, beat_ = 0;
  cv::Point2d centre_;
  std::vector<Disc> discs_;
};

cv::Vec3f draw_colour(double brightness, RandomStream& random) {
  cv::Vec3f colour;
  for (int c = 0; c < 3; ++c) colour[c] = static_cast<float>(brightness + random.uniform(-45, 45));
  return colour;
}

/// Large soft spots, added to every picture of a video.
cv::Mat draw_spots(const cv::Size& size, RandomStream& random) {
  cv::Mat cells(4, 5, CV_32FC3), spots;
  for (auto cell = cells.begin<cv::Vec3f>(); cell != cells.end<cv::Vec3f>(); ++cell) {
    for (int c = 0; c < 3; ++c) (*cell)[c] = static_cast<float>(random.uniform(-25, 25));
  }
  cv::resize(cells, spots, size, 0, 0, cv::INTER_LINEAR);
  return spots;
}

}  // namespace

std::vector<cv::Mat> draw_sight(Sight sight, int64_t frames, double frames_per_second, int64_t side, RandomStream& random) {
  const cv::Size size(static_cast<int>(2 * ((4 * side + 3) / 6)), static_cast<int>(side));
  const double dark = random.uniform(45, 85), bright = random.uniform(165, 205);
  const bool bright_figure = random.below(2) == 0;
  const cv::Vec3f figure_colour = draw_colour(bright_figure ? bright : dark, random);
  const cv::Vec3f ground_colour = draw_colour(bright_figure ? dark : bright, random);
  const cv::Mat spots = draw_spots(size, random);
  const double noise = random.uniform(2, 8);
  cv::RNG noise_bits(random.next_u64());
  const Figure figure(sight, size, random);
  std::vector<cv::Mat> pictures;
  for (int64_t i = 0; i < frames; ++i) {
    const cv::Mat cover = figure.at(static_cast<double>(i) / frames_per_second);
    cv::Mat grain(size, CV_32FC3), picture(size, CV_8UC3);
    noise_bits.fill(grain, cv::RNG::UNIFORM, -noise, noise);
    for (int y = 0; y < size.height; ++y) {
      for (int x = 0; x < size.width; ++x) {
        const float share = cover.at<float>(y, x);
        const cv::Vec3f value =
            ground_colour + share * (figure_colour - ground_colour) + spots.at<cv::Vec3f>(y, x) + grain.at<cv::Vec3f>(y, x);
        picture.at<cv::Vec3b>(y, x) = cv::Vec3b(value);
      }
    }
    pictures.push_back(picture);
  }
  return pictures;
}

}  // namespace vbench::synthetic
