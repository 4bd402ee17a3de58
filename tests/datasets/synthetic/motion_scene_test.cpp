#include "datasets/synthetic/motion_scene.hpp"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <cmath>
#include <numbers>
#include <opencv2/imgproc.hpp>

namespace vbench::synthetic {
namespace {

using std::numbers::pi;

constexpr int64_t kSide = 72;
constexpr double kChance = 1.0 / kMotions;

MotionScene scene(int64_t motion, int64_t video, uint64_t seed = 1) { return {seed, static_cast<Motion>(motion), video, kSide}; }

bool same(const std::vector<cv::Mat>& a, const std::vector<cv::Mat>& b) {
  for (size_t i = 0; i < a.size(); ++i) {
    if (a[i].size() != b[i].size() || cv::norm(a[i], b[i], cv::NORM_INF) != 0) return false;
  }
  return a.size() == b.size();
}

/// Feature vectors and their classes.
struct Samples {
  std::vector<float> values;
  std::vector<int64_t> labels;
  [[nodiscard]] torch::Tensor features() const {
    return torch::tensor(values).view({static_cast<int64_t>(labels.size()), -1}).to(torch::kFloat64);
  }
};

/// Share of right answers of a linear classifier (least squares on one-hot targets, `decay` relative to the features' variance of 1).
double linear_accuracy(const Samples& train, const Samples& test, double decay) {
  const auto train_features = train.features();
  const auto mean = train_features.mean(0, true), deviation = train_features.std(0, true, true) + 1e-9;
  const auto with_bias = [&](const torch::Tensor& features) {
    return torch::cat({(features - mean) / deviation, torch::ones({features.size(0), 1}, torch::kFloat64)}, 1);
  };
  const auto x = with_bias(train_features), targets = torch::eye(kMotions, torch::kFloat64).index_select(0, torch::tensor(train.labels));
  const auto gram = x.t().mm(x) + decay * x.size(0) * torch::eye(x.size(1), torch::kFloat64);
  const auto weight = torch::linalg_solve(gram, x.t().mm(targets));
  const auto answers = with_bias(test.features()).mm(weight).argmax(1);
  return answers.eq(torch::tensor(test.labels)).to(torch::kFloat64).mean().item<double>();
}

double centroid_accuracy(const Samples& train, const Samples& test) {
  const auto features = train.features(), labels = torch::tensor(train.labels);
  const auto deviation = features.std(0, true, true) + 1e-9;
  std::vector<torch::Tensor> centroids;
  for (int64_t i = 0; i < kMotions; ++i) centroids.push_back(features.index_select(0, labels.eq(i).nonzero().flatten()).mean(0));
  const auto answers = torch::cdist(test.features() / deviation, torch::stack(centroids) / deviation).argmin(1);
  return answers.eq(torch::tensor(test.labels)).to(torch::kFloat64).mean().item<double>();
}

/// Pixels of a 12 x 9 thumbnail, and how far they are from the picture's mean: where something lies whatever its colour.
void add_single_frame(Samples& samples, const cv::Mat& frame, int64_t label) {
  cv::Mat small;
  cv::resize(frame, small, {12, 9}, 0, 0, cv::INTER_AREA);
  const cv::Scalar mean = cv::mean(small);
  for (auto pixel = small.begin<cv::Vec3b>(); pixel != small.end<cv::Vec3b>(); ++pixel) {
    double distance = 0;
    for (int channel = 0; channel < 3; ++channel) {
      samples.values.push_back((*pixel)[channel]);
      distance += std::abs((*pixel)[channel] - mean[channel]);
    }
    samples.values.push_back(static_cast<float>(distance));
  }
  samples.labels.push_back(label);
}

/// What changed between two frames, on the torus: its amount, its place and how far it spreads.
class Change {
 public:
  Change(const cv::Mat& before, const cv::Mat& after) {
    cv::Mat difference;
    cv::absdiff(before, after, difference);
    cv::transform(difference, difference, cv::Matx13f(1, 1, 1));
    cv::threshold(difference, difference, 90, 1, cv::THRESH_BINARY);
    difference.convertTo(difference, CV_32F);
    amount_ = cv::sum(difference)[0];
    cv::Mat columns, rows;
    cv::reduce(difference, columns, 0, cv::REDUCE_SUM);
    cv::reduce(difference, rows, 1, cv::REDUCE_SUM);
    x_ = first_harmonic(columns);
    y_ = first_harmonic(rows);
  }

  [[nodiscard]] double amount() const { return amount_; }
  /// Of the centre since `before`, in shares of the picture's width (x) and height (y).
  [[nodiscard]] double step_x(const Change& before) const { return std::arg(x_ * std::conj(before.x_)) / (2 * pi); }
  [[nodiscard]] double step_y(const Change& before) const { return std::arg(y_ * std::conj(before.y_)) / (2 * pi); }
  [[nodiscard]] double spread() const { return std::sqrt(2 - (std::abs(x_) + std::abs(y_)) / (amount_ + 1)); }

 private:
  static std::complex<double> first_harmonic(const cv::Mat& sums) {
    std::complex<double> total;
    const auto count = static_cast<int>(sums.total());
    for (int i = 0; i < count; ++i) total += std::polar<double>(sums.ptr<float>()[i], 2 * pi * i / count);
    return total;
  }

  double amount_ = 0;
  std::complex<double> x_, y_;
};

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + static_cast<int64_t>(values.size() / 2), values.end());
  return values[values.size() / 2];
}

/// What the changes of a clip say of the motion, without any optical flow.
void add_motion(Samples& samples, const std::vector<cv::Mat>& clip, int64_t label) {
  std::vector<Change> changes;
  for (size_t i = 1; i < clip.size(); ++i) changes.emplace_back(clip[i - 1], clip[i]);
  std::vector<double> right, down, sideways, upright, wider;
  for (size_t i = 1; i < changes.size(); ++i) {
    right.push_back(changes[i].step_x(changes[i - 1]));
    down.push_back(changes[i].step_y(changes[i - 1]));
    sideways.push_back(std::abs(right.back()));
    upright.push_back(std::abs(down.back()));
    wider.push_back(changes[i].spread() - changes[i - 1].spread());
  }
  const double steady_x = std::abs(median(right)), steady_y = median(down), speed_x = median(sideways), speed_y = median(upright);
  for (const double value : {steady_x, steady_y, std::abs(steady_y), speed_x, speed_y, std::min(speed_x, speed_y), median(wider)}) {
    samples.values.push_back(static_cast<float>(value));
    samples.values.push_back(static_cast<float>(std::tanh(100 * value)));  // mostly the direction
  }
  samples.labels.push_back(label);
}

/// Every `stride`-th of the frames that the video's number chooses, mirrored in every second video.
std::vector<cv::Mat> window(int64_t motion, int64_t video, int64_t frames, int64_t stride) {
  const auto shown = scene(motion, video);
  const int64_t start = video * 5 % (32 - (frames - 1) * stride);
  std::vector<cv::Mat> clip;
  for (int64_t i = 0; i < frames; ++i) {
    clip.push_back(shown.render(start + i * stride));
    if (video % 2 == 1) cv::flip(clip.back(), clip.back(), 1);
  }
  return clip;
}

Samples motion_samples(int64_t first, int64_t last, int64_t frames, int64_t stride) {
  Samples samples;
  for (int64_t motion = 0; motion < kMotions; ++motion) {
    for (int64_t video = first; video < last; ++video) add_motion(samples, window(motion, video, frames, stride), motion);
  }
  return samples;
}

TEST(MotionScene, FramesDependOnSeedMotionAndVideoAlone) {
  const auto frames = scene(2, 5).frames(6);
  EXPECT_EQ(frames.front().size(), cv::Size(96, 72));
  EXPECT_EQ(frames.front().type(), CV_8UC3);
  EXPECT_TRUE(same(frames, scene(2, 5).frames(6)));
  EXPECT_FALSE(same(frames, scene(2, 5, 2).frames(6)));
  EXPECT_FALSE(same(frames, scene(3, 5).frames(6)));
  EXPECT_FALSE(same(frames, scene(2, 6).frames(6)));
  EXPECT_TRUE(same({frames[4]}, {scene(2, 5).render(4)})) << "a frame depends on those before it";
}

TEST(MotionScene, WidthIsAnEvenNumberNearFourThirds) {
  for (const auto& [side, width] : std::vector<std::pair<int64_t, int>>{{24, 32}, {72, 96}, {74, 98}, {112, 150}, {240, 320}}) {
    EXPECT_EQ(MotionScene(1, Motion::kRise, 0, side).render(0).size(), cv::Size(width, static_cast<int>(side)));
  }
}

TEST(MotionScene, PlaceAndSizeAreEquallyDistributedAtEveryFrameOfEveryMotion) {
  constexpr int64_t kVideos = 1600, kBins = 4;
  // Five standard deviations of a binomial count: seen once in 10^6 counts.
  const double expected = static_cast<double>(kVideos) / kBins, tolerance = 5 * std::sqrt(expected * (1 - 1.0 / kBins));
  for (int64_t motion = 0; motion < kMotions; ++motion) {
    std::map<int64_t, std::array<std::array<int64_t, kBins>, 3>> counts;
    for (int64_t video = 0; video < kVideos; ++video) {
      const MotionScene shown(1, static_cast<Motion>(motion), video, 24);
      for (const int64_t frame : {0, 11, 31}) {
        const Pose pose = shown.pose(frame);
        const std::array<double, 3> place{pose.x / shown.width(), pose.y, pose.size};
        for (size_t i = 0; i < place.size(); ++i) {
          ASSERT_TRUE(place[i] >= 0 && place[i] < 1);
          ++counts[frame][i][static_cast<size_t>(place[i] * kBins)];
        }
      }
    }
    for (const auto& [frame, axes] : counts) {
      for (const auto& axis : axes) {
        for (const int64_t count : axis) EXPECT_NEAR(static_cast<double>(count), expected, tolerance) << motion << " at " << frame;
      }
    }
  }
}

TEST(MotionScene, SingleFramesTellNothing) {
  constexpr int64_t kTrain = 50, kTest = 40;
  Samples train, test;
  for (int64_t motion = 0; motion < kMotions; ++motion) {
    for (int64_t video = 0; video < kTrain + kTest; ++video) {
      const auto shown = scene(motion, video);
      for (int64_t i = 0; i < 3; ++i) {
        add_single_frame(video < kTrain ? train : test, shown.render((video * 7 + i * 11) % 32), motion);
      }
    }
  }
  EXPECT_LT(centroid_accuracy(train, test), 1.6 * kChance);
  EXPECT_LT(linear_accuracy(train, test, 0.1), 1.6 * kChance);
}

TEST(MotionScene, WindowsOfSixteenFramesTellTheMotionAlsoMirrored) {
  const auto train = motion_samples(0, 30, 16, 1), test = motion_samples(30, 60, 16, 1);
  EXPECT_GT(linear_accuracy(train, test, 1e-3), 0.7);
}

TEST(MotionScene, EightFramesOfEverySecondTellTheMotionAlsoMirrored) {
  const auto train = motion_samples(0, 30, 8, 2), test = motion_samples(30, 60, 8, 2);
  EXPECT_GT(linear_accuracy(train, test, 1e-3), 0.7);
}

}  // namespace
}  // namespace vbench::synthetic
