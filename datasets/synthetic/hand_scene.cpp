#include "datasets/synthetic/hand_scene.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <opencv2/imgproc.hpp>

namespace vbench::synthetic {
namespace {

using std::numbers::pi;

// Lengths in heights of the picture.
constexpr double kShortestWay = 0.40, kLongestWay = 0.60;
constexpr double kLargestDrift = 0.05;  // across the way
constexpr double kLargestShake = 0.01;
constexpr double kMargin = 0.05;                                                        // of background beyond what turns show
constexpr double kPalm = 0.11, kFinger = 0.13, kFingerWidth = 0.045, kArmWidth = 0.12;  // of a hand of size 1
constexpr double kArm = 2;                                                              // leaves the picture whatever the place

// Backgrounds are dark, but what a camera's turn does to them must be seen by a small network.
constexpr double kTexture = 60;

/// Objects' colours, BGR. None is near skin, which is reddish.
struct Colour {
  const char* name;
  double blue, green, red;
};
constexpr std::array<Colour, 6> kColours{{{"blue", 240, 110, 60},
                                          {"green", 70, 220, 90},
                                          {"turquoise", 220, 210, 50},
                                          {"violet", 235, 80, 180},
                                          {"white", 240, 240, 235},
                                          {"yellow", 50, 225, 225}}};
constexpr double kColourSpread = 20;
constexpr std::array<double, 3> kLightSkin{150, 185, 235}, kDarkSkin{70, 105, 160};

/// Motions that are rendered as another one and flipped.
bool is_flipped(HandMotion motion) {
  return motion == HandMotion::kPullLeft || motion == HandMotion::kPushLeft || motion == HandMotion::kTurnRight;
}

}  // namespace

HandMotion mirrored(HandMotion motion) {
  switch (motion) {
    case HandMotion::kPullRight:
      return HandMotion::kPullLeft;
    case HandMotion::kPullLeft:
      return HandMotion::kPullRight;
    case HandMotion::kPushRight:
      return HandMotion::kPushLeft;
    case HandMotion::kPushLeft:
      return HandMotion::kPushRight;
    case HandMotion::kTurnLeft:
      return HandMotion::kTurnRight;
    case HandMotion::kTurnRight:
      return HandMotion::kTurnLeft;
    default:
      return motion;
  }
}

HandScene::HandScene(RandomStream random, HandMotion motion, const cv::Size& size, int64_t max_frames)
    : motion_(is_flipped(motion) ? mirrored(motion) : motion), size_(size), flipped_(is_flipped(motion)) {
  const double width = static_cast<double>(size.width) / size.height;
  const int64_t shortest = (3 * max_frames + 3) / 4;
  length_ = shortest + static_cast<int64_t>(random.below(static_cast<uint64_t>(max_frames - shortest + 1)));
  const double distance = random.uniform(kShortestWay, kLongestWay), drift = random.uniform(-kLargestDrift, kLargestDrift);
  middle_ = {width / 2 + random.uniform(-0.15, 0.15), 0};
  middle_.y = random.uniform(0.4, 0.6);
  rest_before_ = random.uniform(0, 0.12);
  rest_after_ = random.uniform(0, 0.12);
  shake_ = random.uniform(0, kLargestShake);
  side_ = either_way(random);
  const bool shown = random.below(3) == 0;
  if (motion_ == HandMotion::kPushRight) side_ = -1;
  if (motion_ == HandMotion::kPullRight) side_ = 1;
  if (motion_ == HandMotion::kTurnLeft) hand_ = shown;
  way_ = {distance, drift};
  if (motion_ == HandMotion::kDown) way_ = {drift, distance};
  if (motion_ == HandMotion::kUp) way_ = {drift, -distance};
  draw_object(random);
  draw_skin(random);
  const cv::Scalar mean = draw_colour(random, kDarkBackground, kBrightBackground);
  const double wide = width + kLongestWay + 2 * kMargin, high = 1 + 2 * kLargestDrift + 2 * kMargin;
  background_ = draw_background(random, {cvCeil(wide * size.height), cvCeil(high * size.height)}, mean, 9, kTexture);
  noise_seed_ = random.next_u64();
}

void HandScene::draw_object(RandomStream& random) {
  const auto shape = static_cast<int64_t>(random.below(kShapes));
  const Colour& colour = kColours.at(random.below(kColours.size()));
  corners_ = corners_of(shape);
  object_name_ = std::string(colour.name).append(" ").append(name_of(shape));
  const cv::Scalar change = draw_colour(random, -kColourSpread, kColourSpread);
  colour_ = cv::Scalar(colour.blue, colour.green, colour.red) + change;
  inner_colour_ = draw_colour(random, kBrightBackground, 255);
  radius_ = random.uniform(0.13, 0.19);
  angle_ = random.uniform(0, 2 * pi);
}

void HandScene::draw_skin(RandomStream& random) {
  hand_size_ = random.uniform(0.85, 1.15);
  arm_slope_ = random.uniform(-0.35, 0.35);
  const double light = random.uniform();
  for (int i = 0; i < 3; ++i) {
    const auto channel = static_cast<size_t>(i);
    skin_[i] = kDarkSkin.at(channel) + light * (kLightSkin.at(channel) - kDarkSkin.at(channel));
  }
  sleeve_ = draw_colour(random, kBrightBackground, 200);
}

double HandScene::progress(int64_t frame) const {
  const double time = length_ > 1 ? static_cast<double>(frame) / static_cast<double>(length_ - 1) : 0;
  return std::clamp((time - rest_before_) / (1 - rest_before_ - rest_after_), 0.0, 1.0) - 0.5;
}

cv::Mat HandScene::render(int64_t frame) const {
  RandomStream random(noise_seed_, "shake", static_cast<uint64_t>(frame));
  const double shake_x = random.uniform(-shake_, shake_);
  const cv::Point2d shake(shake_x, random.uniform(-shake_, shake_)), moved = way_ * progress(frame);
  const cv::Point2d seen = motion_ == HandMotion::kTurnLeft ? moved + shake : shake;  // what the camera does to everything
  const double height = size_.height;
  // The centre of a picture is half a pixel before half its size.
  const cv::Point2d centre((background_.cols - 1) / 2.0 - seen.x * height, (background_.rows - 1) / 2.0 - seen.y * height);
  cv::Mat image;
  cv::getRectSubPix(background_, size_, centre, image);
  const cv::Point2d place = middle_ + moved + shake;
  fill_shape(image, corners_, place * height, radius_ * height, angle_, colour_);
  fill_shape(image, corners_, place * height, radius_ * height / 2, angle_, inner_colour_);
  if (hand_) render_hand(image, place);
  add_noise(image, noise_seed_ + (static_cast<uint64_t>(frame) << 32));
  if (flipped_) cv::flip(image, image, 1);
  return image;
}

void HandScene::render_hand(cv::Mat& image, const cv::Point2d& object) const {
  const double height = size_.height, finger = kFinger * hand_size_, palm = kPalm * hand_size_;
  const auto stroke = [&](const cv::Point2d& from, const cv::Point2d& to, double width, const cv::Scalar& colour) {
    draw_stroke(image, from * height, to * height, width * hand_size_ * height, colour);
  };
  // Fingertips lie on the object's edge.
  const cv::Point2d wrist(object.x + side_ * (0.75 * radius_ + finger + palm), object.y);
  const cv::Point2d knuckles(wrist.x - side_ * palm, wrist.y), out(side_, arm_slope_);
  stroke(wrist + 0.1 * out, wrist + kArm * out, kArmWidth, sleeve_);
  stroke(wrist, wrist + 0.12 * out, 0.8 * kArmWidth, skin_);
  stroke(wrist, knuckles, 2 * kPalm * 0.8, skin_);
  for (int i = -1; i <= 2; ++i) {  // the last one is the thumb, spread
    const double across = (i - 0.5) * 0.055 * hand_size_;
    stroke(knuckles + cv::Point2d(0, across), knuckles + cv::Point2d(-side_ * finger, 1.6 * across), kFingerWidth, skin_);
  }
}

std::vector<cv::Mat> HandScene::frames() const {
  std::vector<cv::Mat> all;
  for (int64_t i = 0; i < length_; ++i) all.push_back(render(i));
  return all;
}

}  // namespace vbench::synthetic
