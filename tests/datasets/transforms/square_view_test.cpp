#include "datasets/transforms/square_view.hpp"

#include <gmock/gmock.h>

#include <set>

#include "tests/datasets/transforms/images.hpp"
#include "tests/support/golden.hpp"

namespace vbench::video {
namespace {

using test::same_pixels;
using test::waves;

/// Where a part of an image lies in it.
std::pair<int, int> place_of(const cv::Mat& part, const cv::Mat& image) {
  for (int y = 0; y + part.rows <= image.rows; ++y) {
    for (int x = 0; x + part.cols <= image.cols; ++x) {
      if (same_pixels(part, image(cv::Rect(x, y, part.cols, part.rows)))) return {x, y};
    }
  }
  return {-1, -1};
}

TEST(SquareView, TheLongerSideLosesItsFraction) {
  EXPECT_EQ(truncated_shorter_side({60, 107}, 42), (ImageSize{42, 74}));  // 74.9
  EXPECT_EQ(truncated_shorter_side({107, 60}, 42), (ImageSize{74, 42}));
  EXPECT_EQ(truncated_shorter_side({240, 427}, 117), (ImageSize{117, 208}));  // 208.16
  EXPECT_EQ(truncated_shorter_side({50, 50}, 84), (ImageSize{84, 84}));
}

TEST(SquareView, AnImageOfTheRightSizeIsLeftAsItIs) {
  const cv::Mat image = waves(30, 41);
  EXPECT_EQ(scale_shorter_side(image, 30).data, image.data);
}

TEST(SquareView, TheMiddleOfASmallerImageHasBlackAround) {
  const cv::Mat image = waves(10, 31, 0.5);
  const cv::Mat square = cut_centre(image, 20);
  ASSERT_EQ(size_of(square), (ImageSize{20, 20}));
  EXPECT_TRUE(same_pixels(square(cv::Rect(0, 5, 20, 10)), image(cv::Rect(6, 0, 20, 10)))) << "5.5 is rounded to 6";
  EXPECT_EQ(cv::countNonZero(square(cv::Rect(0, 0, 20, 5)).reshape(1)), 0);
  EXPECT_EQ(cv::countNonZero(square(cv::Rect(0, 15, 20, 5)).reshape(1)), 0);
}

TEST(SquareView, SquaresLieAtEveryPlaceButTheLast) {
  const cv::Mat image = waves(14, 13, 0.3);
  std::set<std::pair<int, int>> places;
  for (int x = 0; x < 40; ++x) {
    for (int y = 0; y < 40; ++y) places.insert(place_of(cut_square(image, 10, x / 40.0, y / 40.0), image));
  }
  std::set<std::pair<int, int>> expected;
  for (int x = 0; x < 3; ++x) {
    for (int y = 0; y < 4; ++y) expected.insert({x, y});
  }
  EXPECT_EQ(places, expected);
  EXPECT_TRUE(same_pixels(cut_square(waves(10, 10), 10, 0.99, 0.99), waves(10, 10))) << "the only place";
}

TEST(SquareView, SquaresOfLargerSidesThanTheImageAreRefused) {
  EXPECT_THAT(test::error_of([] { (void)cut_square(waves(10, 12), 11, 0, 0); }), testing::HasSubstr("12 x 10"));
}

TEST(SquareView, ResultsShareNoPixelsWithTheFrameTheyAreCutFrom) {
  const cv::Mat image = waves(10, 10);
  EXPECT_NE(cut_centre(image, 10).data, image.data);
  EXPECT_NE(cut_square(image, 10, 0, 0).data, image.data);
}

TEST(SquareView, TurningLeftMovesTheRightEdgeUp) {
  cv::Mat image(41, 41, CV_8UC3, cv::Scalar());
  image(cv::Rect(35, 18, 4, 4)).setTo(cv::Scalar::all(255));
  const cv::Mat turned = turn_left(image, 90);
  EXPECT_EQ(cv::countNonZero(turned(cv::Rect(0, 10, 41, 31)).reshape(1)), 0);
  EXPECT_GT(cv::countNonZero(turned(cv::Rect(15, 0, 11, 8)).reshape(1)), 30);
}

}  // namespace
}  // namespace vbench::video
