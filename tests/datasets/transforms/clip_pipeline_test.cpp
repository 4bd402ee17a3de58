#include "datasets/transforms/clip_pipeline.hpp"

#include <gtest/gtest.h>

#include "harness/core/settings.hpp"
#include "tests/datasets/transforms/images.hpp"
#include "tests/support/golden.hpp"

namespace vbench::video {
namespace {

using test::error_of;
using test::expect_close;
using test::expect_same;
using test::moving_waves;

const test::Tolerance kFloat{1e-5, 0, "float32 of 8-bit pixels"};

torch::Tensor train(const ClipPipeline& pipeline, const std::vector<cv::Mat>& frames, const ClipSize& size, uint64_t index = 0) {
  RandomStream random(1, "augment", 0, index);
  return pipeline.train(frames, size, random);
}

PipelineOptions unchanged() {
  PipelineOptions options;
  options.augment.enabled = false;
  return options;
}

TEST(ClipPipeline, GivesTheSizesAskedFor) {
  const ClipPipeline pipeline(kinetics_pipeline(), {16, 284, 284});
  const auto frames = moving_waves(4, 60, 80);
  EXPECT_EQ(train(pipeline, frames, {4, 100, 142}).sizes(), (std::vector<int64_t>{3, 4, 100, 142}));
  EXPECT_EQ(pipeline.evaluate(frames).sizes(), (std::vector<int64_t>{3, 16, 256, 256}));
  EXPECT_EQ(pipeline.evaluation_size(), (ClipSize{16, 256, 256}));
  EXPECT_EQ(ClipPipeline(ucf101_pipeline(), {8, 112, 112}).evaluate(frames).sizes(), (std::vector<int64_t>{3, 8, 112, 112}));
  EXPECT_EQ(ClipPipeline(moments_pipeline(), {8, 112, 112}).evaluate(frames).sizes(), (std::vector<int64_t>{3, 8, 256, 256}));
}

TEST(ClipPipeline, TheKeyOfAClipDecidesAllItsDraws) {
  const ClipPipeline pipeline(ucf101_pipeline(), {3, 64, 64});
  const auto frames = moving_waves(3, 120, 160);
  EXPECT_TRUE(torch::equal(train(pipeline, frames, {3, 64, 64}, 4), train(pipeline, frames, {3, 64, 64}, 4)));
  EXPECT_FALSE(torch::equal(train(pipeline, frames, {3, 64, 64}, 4), train(pipeline, frames, {3, 64, 64}, 5)));
}

TEST(ClipPipeline, AllFramesAreCutFlippedAndChangedAlike) {
  const ClipPipeline pipeline(kinetics_pipeline(), {3, 64, 64});
  const std::vector<cv::Mat> still(3, test::waves(120, 160));
  for (uint64_t i = 0; i < 5; ++i) {
    const auto clip = train(pipeline, still, {3, 64, 64}, i);
    expect_same(clip.select(1, 1), clip.select(1, 0));
    expect_same(clip.select(1, 2), clip.select(1, 0));
  }
}

TEST(ClipPipeline, CropsStayRandomWithoutAugmentation) {
  auto options = unchanged();
  options.train = {.shorter_side = 0, .centre_crop = 0, .crop = 32};
  const ClipPipeline pipeline(options, {1, 32, 32});
  const std::vector<cv::Mat> frames{test::waves(48, 64)};
  EXPECT_FALSE(torch::equal(train(pipeline, frames, {1, 32, 32}, 0), train(pipeline, frames, {1, 32, 32}, 1)));
  const auto corner = pipeline.train(frames, {1, 32, 32}, ClipDraw{{1, 1}, {}});
  expect_close(corner, clip_tensor({frames[0](cv::Rect(0, 0, 32, 32))}, {}), kFloat);
}

TEST(ClipPipeline, FlipMirrorsTheClip) {
  auto options = unchanged();
  options.train = {.shorter_side = 0, .centre_crop = 0, .crop = 0};
  const ClipPipeline pipeline(options, {2, 24, 24});
  ClipDraw draw;
  const auto frames = moving_waves(2, 24, 24);
  const auto plain = pipeline.train(frames, {2, 24, 24}, draw);
  draw.augment.flip = true;
  expect_same(pipeline.train(frames, {2, 24, 24}, draw), plain.flip({3}));
}

TEST(ClipPipeline, RgbReversesTheChannelsBeforeNormalisation) {
  auto options = unchanged();
  options.evaluation = {.shorter_side = 0};
  const std::vector<cv::Mat> frames{cv::Mat(8, 8, CV_8UC3, cv::Scalar(10, 20, 30))};
  const auto normalised = [](int64_t value, int64_t mean) { return static_cast<double>(value - mean) / 255 / (1 / (0.0167 * 255)); };
  const auto bgr = ClipPipeline(options, {1, 8, 8}).evaluate(frames);
  options.channel_order = ChannelOrder::kRgb;
  const auto rgb = ClipPipeline(options, {1, 8, 8}).evaluate(frames);
  EXPECT_NEAR(bgr[0][0][0][0].item<double>(), normalised(10, 124), 1e-5);
  EXPECT_NEAR(bgr[2][0][0][0].item<double>(), normalised(30, 104), 1e-5);
  EXPECT_NEAR(rgb[0][0][0][0].item<double>(), normalised(30, 124), 1e-5);
  EXPECT_NEAR(rgb[2][0][0][0].item<double>(), normalised(10, 104), 1e-5);
}

TEST(ClipPipeline, ShortClipsAreStretchedAndOneFrameStandsStill) {
  const ClipPipeline pipeline(unchanged(), {8, 32, 32});
  const auto one = pipeline.evaluate(moving_waves(1, 40, 40));
  ASSERT_EQ(one.size(1), 8);
  for (int64_t t = 1; t < 8; ++t) expect_close(one.select(1, t), one.select(1, 0), kFloat);
  const auto two = pipeline.evaluate(moving_waves(2, 40, 40));
  expect_close(two.select(1, 0), pipeline.evaluate({moving_waves(2, 40, 40)[0]}).select(1, 0), kFloat);
  EXPECT_FALSE(torch::equal(two.select(1, 0), two.select(1, 7)));
}

TEST(ClipPipeline, CallersFramesAreLeftAsTheyWere) {
  auto options = kinetics_pipeline();
  options.augment.group_probability = options.augment.member_probability = options.augment.flip_probability = 1;
  options.train = {.shorter_side = 0, .centre_crop = 0, .crop = 0};
  const ClipPipeline pipeline(options, {2, 40, 40});
  const auto frames = moving_waves(2, 40, 40), before = moving_waves(2, 40, 40);
  (void)train(pipeline, frames, {2, 40, 40});
  for (size_t t = 0; t < frames.size(); ++t) EXPECT_TRUE(test::same_pixels(frames[t], before[t]));
}

TEST(ClipPipeline, UnusableFramesAreNamed) {
  const ClipPipeline pipeline(unchanged(), {2, 32, 32});
  EXPECT_EQ(error_of([&] { (void)pipeline.evaluate({}); }), "a clip without frames");
  EXPECT_EQ(error_of([&] {
              (void)pipeline.evaluate({test::waves(8, 8), test::waves(8, 9)});
            }),
            "frame 1 of a clip has 9 x 8 pixels, the first one 8 x 8");
  EXPECT_EQ(error_of([&] { (void)pipeline.evaluate({cv::Mat(8, 8, CV_8U)}); }), "frame 0 of a clip is no 8-bit image of three channels");
  EXPECT_EQ(error_of([&] {
              (void)pipeline.evaluate({test::waves(8, 8), cv::Mat()});
            }),
            "frame 1 of a clip is no 8-bit image of three channels");
}

TEST(ClipPipeline, BadOptionsAreRefused) {
  EXPECT_NE(error_of([] { ClipPipeline(unchanged(), {0, 8, 8}); }).find("a clip of 0 x 8 x 8"), std::string::npos);
  auto options = unchanged();
  options.train.crop = -1;
  EXPECT_NE(error_of([&] { ClipPipeline(options, {1, 8, 8}); }).find("a side of -1 pixels"), std::string::npos);
  PipelineOptions bound;
  Settings settings;
  bound.bind(settings);
  EXPECT_NE(error_of([&] { settings.set("view.channel_order", "gbr"); }).find("view.channel_order"), std::string::npos);
  settings.set("view.train_crop", "112");
  settings.set("augment.hue", "0.5");
  EXPECT_EQ(bound.train.crop, 112);
  EXPECT_EQ(bound.augment.strength.hue, 0.5);
}

}  // namespace
}  // namespace vbench::video
