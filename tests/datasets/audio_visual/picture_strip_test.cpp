// Pictures for people: of the second that the evaluation sees.
#include <opencv2/imgcodecs.hpp>

#include "tests/datasets/audio_visual/fixture.hpp"

namespace vbench {
namespace {

using test::error_of;
using test::SmallTree;
using test::telling_video;
using testing::HasSubstr;

cv::Mat decoded(const std::string& jpeg) { return cv::imdecode(std::vector<unsigned char>(jpeg.begin(), jpeg.end()), cv::IMREAD_COLOR); }

/// Of the video that tells the time by its brightness.
double second_of(const cv::Mat& picture) { return (cv::mean(picture)[0] - test::kFirstGrey) / test::kGreyPerSecond; }

TEST(PictureStrip, ShowsTheMiddleSecondInOrder) {
  const SmallTree tree;
  tree.write("train/bark/long.mp4", telling_video(4, 4));
  const auto data = tree.open(Role::kEvaluate);
  const auto strip = decoded(data.picture_strip(0, {.pictures = 5, .side = 40}));
  ASSERT_EQ(strip.size(), cv::Size(5 * 40, 40));
  for (int i = 0; i < 5; ++i) {
    // Half of the way from 0 to the last second that holds a clip, then evenly to its end.
    EXPECT_NEAR(second_of(strip.colRange(40 * i, 40 * i + 40)), 1.5 + 0.25 * i, 0.12) << i;
  }
}

TEST(PictureStrip, IsTheSquareInTheCentre) {
  const SmallTree tree;
  std::vector<cv::Mat> frames;
  for (int i = 0; i < 24; ++i) {
    frames.emplace_back(48, 96, CV_8UC3, cv::Scalar(0, 0, 255));
    frames.back().colRange(24, 72).setTo(cv::Scalar(255, 0, 0));
  }
  tree.write("train/bark/wide.mp4", video::encode_mp4(frames, 16, {test::kRate, 1, test::rising_tone(1.5)}));
  const auto strip = decoded(tree.open(Role::kEvaluate).picture_strip(0, {.pictures = 1, .side = 32}));
  ASSERT_EQ(strip.size(), cv::Size(32, 32));
  EXPECT_GT(cv::mean(strip)[0], 200);
  EXPECT_LT(cv::mean(strip)[2], 50);
}

TEST(PictureStrip, AVideoThatCannotBeReadIsNamed) {
  const SmallTree tree;
  tree.write_usable({"train/bark/a.mp4", "train/bark/b.mp4"});
  const auto data = tree.open(Role::kEvaluate);
  write_file_atomically(data.file(1), "no video");
  EXPECT_FALSE(data.picture_strip(0, {}).empty());
  EXPECT_THAT(error_of([&] { (void)data.picture_strip(1, {}); }), HasSubstr("b.mp4"));
}

}  // namespace
}  // namespace vbench
