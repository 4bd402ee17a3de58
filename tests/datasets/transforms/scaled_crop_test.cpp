#include "datasets/transforms/scaled_crop.hpp"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <set>

#include "datasets/transforms/clip_colour.hpp"
#include "datasets/transforms/stretch_sampling.hpp"
#include "tests/datasets/transforms/images.hpp"
#include "tests/support/golden.hpp"

namespace vbench::video {
namespace {

using test::expect_close;
using test::expect_same;

/// The whole frames in float32, resized by LibTorch, then cut.
torch::Tensor slow_clip(const std::vector<cv::Mat>& frames, const ScaledCrop& crop) {
  std::vector<torch::Tensor> images;
  for (const auto& frame : frames) images.push_back(test::to_tensor(frame).flip(2));
  const auto clip = ((torch::stack(images).to(torch::kFloat) / 255 - 0.45) / 0.225).permute({0, 3, 1, 2}).contiguous();
  auto resized = at::upsample_bilinear2d(clip, {crop.scaled.height, crop.scaled.width}, false);
  auto cut = resized.narrow(2, crop.y, crop.side).narrow(3, crop.x, crop.side).permute({1, 0, 2, 3});
  return crop.mirrored ? cut.flip(3) : cut;
}

const test::Tolerance kPlaces{.absolute = 1e-4, .why = "places of pixels in single precision, up to 400"};

TEST(ScaledCrop, IsWhatResizingWholeFramesAndCuttingGives) {
  for (const auto& [height, width] : {std::pair{240, 340}, std::pair{360, 202}, std::pair{128, 171}, std::pair{90, 120}}) {
    const auto frames = test::moving_waves(3, height, width);
    RandomStream random(3, "test", static_cast<uint64_t>(height));
    for (int i = 0; i < 8; ++i) {
      const auto crop = random_crop({height, width}, published_sides(112), 112, random);
      expect_close(cut_clip(frames, crop), slow_clip(frames, crop), kPlaces, fmt::format("{}x{} {}", height, width, i));
    }
  }
}

TEST(ScaledCrop, FramesOfTheRightSideAreNotInterpolated) {
  const auto frames = test::moving_waves(2, 112, 150);
  const ScaledCrop crop{.scaled = {112, 150}, .y = 0, .x = 19, .side = 112};
  const auto clip = cut_clip(frames, crop);
  const cv::Vec3b pixel = frames[1].at<cv::Vec3b>(50, 19 + 70);  // blue, green, red
  for (int c = 0; c < 3; ++c) EXPECT_NEAR(clip[c][1][50][70].item<float>(), (pixel[2 - c] / 255.0 - 0.45) / 0.225, 2e-6);
}

TEST(ScaledCrop, LongerSidesLoseTheirFraction) {
  EXPECT_EQ(floored_shorter_side({240, 427}, 112), (ImageSize{112, 199}));  // 199.27
  EXPECT_EQ(floored_shorter_side({427, 240}, 112), (ImageSize{199, 112}));
  EXPECT_EQ(floored_shorter_side({90, 90}, 128), (ImageSize{128, 128}));
  EXPECT_EQ(floored_shorter_side({128, 301}, 128), (ImageSize{128, 301}));
}

TEST(ScaledCrop, FixedCropsLieAlongTheLongerSideAndTheCentreIsRoundedUp) {
  const auto at = [](const ImageSize& size, CropPlace place) {
    const auto crop = fixed_crop(size, 112, place);
    return std::pair{crop.y, crop.x};
  };
  const ImageSize flat{112, 151}, upright{151, 112};
  EXPECT_EQ(at(flat, CropPlace::kFirst), (std::pair<int64_t, int64_t>{0, 0}));
  EXPECT_EQ(at(flat, CropPlace::kCentre), (std::pair<int64_t, int64_t>{0, 20}));
  EXPECT_EQ(at(flat, CropPlace::kLast), (std::pair<int64_t, int64_t>{0, 39}));
  EXPECT_EQ(at(upright, CropPlace::kCentre), (std::pair<int64_t, int64_t>{20, 0}));
  EXPECT_EQ(at(upright, CropPlace::kLast), (std::pair<int64_t, int64_t>{39, 0}));
}

TEST(ScaledCrop, RandomCropsReachEverySizeAndPlace) {
  RandomStream random(1, "test");
  std::set<int64_t> sides, tops;
  int mirrored = 0;
  for (int i = 0; i < 4000; ++i) {
    const auto crop = random_crop({240, 320}, published_sides(112), 112, random);
    sides.insert(crop.scaled.height);
    if (crop.scaled.height == 160) tops.insert(crop.y);
    mirrored += crop.mirrored ? 1 : 0;
    ASSERT_LE(crop.x + crop.side, crop.scaled.width);
  }
  EXPECT_EQ(*sides.begin(), 128);
  EXPECT_EQ(*sides.rbegin(), 160);
  EXPECT_EQ(sides.size(), 33U);
  EXPECT_EQ(*tops.begin(), 0);
  EXPECT_LT(*tops.rbegin(), 160 - 112);  // the last place is left out
  EXPECT_NEAR(mirrored, 2000, 150);
}

TEST(ScaledCrop, ACropOfTheWholeFrameNeedsNoRandomPlace) {
  RandomStream random(1, "test");
  const auto crop = random_crop({128, 128}, {.low = 128, .high = 128}, 128, random);
  EXPECT_EQ(crop.y, 0);
  EXPECT_EQ(crop.x, 0);
  EXPECT_NE(test::error_of([&] { (void)random_crop({99, 99}, {.low = 100, .high = 100}, 128, random); }), "");
}

TEST(ScaledCrop, OtherCropsAreCutFromLargerFrames) {
  EXPECT_EQ(published_sides(128).low, 128);
  EXPECT_EQ(published_sides(224).low, 256);
  EXPECT_EQ(published_sides(224).high, 320);
  EXPECT_EQ(published_sides(112).high, 160);
  EXPECT_EQ(published_sides(56).low, 64) << "training and evaluation see things at about the same size";
  EXPECT_EQ(published_sides(56).high, 80);
}

torch::Tensor small_clip() { return torch::rand({3, 4, 5, 6}, torch::kDouble) * 4 - 2; }

TEST(ClipColour, GreyTakesTheChannelsForBlueGreenRed) {
  const auto clip = small_clip();
  const auto grey = to_grey(clip);
  expect_close(grey[0], 0.114 * clip[0] + 0.587 * clip[1] + 0.299 * clip[2], {.absolute = 1e-12, .why = "double precision"});
  expect_same(grey[0], grey[1]);
  expect_same(grey[0], grey[2]);
}

TEST(ClipColour, OperatorsRunInTheDrawnOrder) {
  const auto clip = small_clip();
  using Operator = ColourDraw::Operator;
  ColourDraw draw{.changed = true, .order = {Operator::kContrast, Operator::kSaturation, Operator::kBrightness}, .alphas = {0.7, 1.3, 0.8}};
  const auto contrasted = 1.3 * clip - 0.3 * to_grey(clip).mean({0, 2, 3}, true);
  const auto saturated = 0.8 * contrasted + 0.2 * to_grey(contrasted);
  expect_close(jitter_colours(clip, draw), 0.7 * saturated, {.absolute = 1e-12, .why = "double precision"});
  draw.changed = false;
  expect_same(jitter_colours(clip, draw), clip);
}

TEST(ClipColour, FourOfFiveClipsAreChangedInAllSixOrders) {
  RandomStream random(5, "test");
  std::set<std::array<ColourDraw::Operator, 3>> orders;
  int changed = 0;
  for (int i = 0; i < 2000; ++i) {
    const auto draw = draw_colour_jitter(random);
    changed += draw.changed ? 1 : 0;
    orders.insert(draw.order);
    for (const double alpha : draw.alphas) ASSERT_TRUE(alpha >= 0.6 && alpha < 1.4);
  }
  EXPECT_EQ(orders.size(), 6U);
  EXPECT_NEAR(changed, 1600, 80);
}

TEST(Stretch, GoesThroughAsManyFramesAsItsSecondsHave) {
  EXPECT_DOUBLE_EQ(stretch_length(30, 1, 30, 25), 25);
  EXPECT_DOUBLE_EQ(stretch_length(16, 2, 30, 60), 64);
}

TEST(Stretch, RandomOnesStayInTheVideoAndShortVideosStartAtZero) {
  RandomStream random(2, "test");
  double least = 1000, most = 0;
  for (int i = 0; i < 2000; ++i) {
    const auto stretch = random_stretch(100, 25, random);
    least = std::min(least, stretch.start);
    most = std::max(most, stretch.end);
    ASSERT_DOUBLE_EQ(stretch.end - stretch.start, 24);
  }
  EXPECT_GE(least, 0);
  EXPECT_LT(least, 1);
  EXPECT_LT(most, 99);
  EXPECT_GT(most, 98);
  EXPECT_EQ(random_stretch(20, 25, random).start, 0);
  EXPECT_EQ(frames_of_stretch({0, 24}, 25, 20).back(), 19);
}

}  // namespace
}  // namespace vbench::video
