#include <gtest/gtest.h>

#include "datasets/transforms/colour.hpp"
#include "datasets/transforms/geometry.hpp"
#include "tests/datasets/transforms/images.hpp"
#include "tests/support/golden.hpp"

namespace vbench::video {
namespace {

using test::error_of;
using test::same_pixels;
using test::to_tensor;
using test::waves;

cv::Mat plain(int side, const cv::Scalar& colour) { return {side, side, CV_8UC3, colour}; }

cv::Vec3b pixel(const cv::Mat& image, int y = 0, int x = 0) { return image.at<cv::Vec3b>(y, x); }

TEST(Operators, NeutralParametersChangeNothing) {
  const cv::Mat image = waves(40, 52);
  EXPECT_TRUE(same_pixels(add(image, {0, 0, 0}), image));
  EXPECT_TRUE(same_pixels(multiply(image, 1), image));
  EXPECT_TRUE(same_pixels(contrast_linear(image, 1), image));
  EXPECT_TRUE(same_pixels(blur_average(image, 1), image));
  EXPECT_TRUE(same_pixels(rotate(image, 0), image));
  EXPECT_TRUE(same_pixels(enhance_colour(image, 1), image));
  EXPECT_TRUE(same_pixels(add_noise(image, noise(size_of(image), 0, 1)), image));
  EXPECT_TRUE(same_pixels(resize_to(image, {40, 52}), image));
  EXPECT_TRUE(same_pixels(crop_centre(image, {100, 100}), image));
  EXPECT_TRUE(same_pixels(warp_perspective(image, perspective_of({40, 52}, {})), image));
  EXPECT_TRUE(same_pixels(flip_horizontally(flip_horizontally(image)), image));
}

TEST(Operators, TheLongerSideFollowsTheShorterOneRoundedToEven) {
  EXPECT_EQ(resized_shorter_side({240, 320}, 294), (ImageSize{294, 392}));
  EXPECT_EQ(resized_shorter_side({320, 240}, 294), (ImageSize{392, 294}));
  EXPECT_EQ(resized_shorter_side({4, 10}, 1), (ImageSize{1, 2}));  // 2.5
  EXPECT_EQ(resized_shorter_side({4, 14}, 1), (ImageSize{1, 4}));  // 3.5
  EXPECT_EQ(resized_shorter_side({64, 64}, 32), (ImageSize{32, 32}));
}

TEST(Operators, CropPositionsReachBothEdges) {
  const cv::Mat image = waves(20, 30);
  EXPECT_TRUE(same_pixels(crop_at(image, {8, 10}, {1, 1}), image(cv::Rect(0, 0, 10, 8))));
  EXPECT_TRUE(same_pixels(crop_at(image, {8, 10}, {0, 0}), image(cv::Rect(20, 12, 10, 8))));
  EXPECT_TRUE(same_pixels(crop_at(image, {8, 10}, {-1, 2}), image(cv::Rect(20, 0, 10, 8)))) << "places outside [0, 1] end at the edges";
}

TEST(Operators, BlurringACropDoesNotSeeItsSurroundings) {
  const cv::Mat image = waves(40, 40);
  const cv::Mat crop = crop_at(image, {16, 16}, {0.5, 0.5}), copy = crop.clone();
  EXPECT_TRUE(same_pixels(blur_gaussian(crop, 2), blur_gaussian(copy, 2)));
  EXPECT_TRUE(same_pixels(blur_average(crop, 5), blur_average(copy, 5)));
  EXPECT_TRUE(same_pixels(blur_motion(crop, 7, 30), blur_motion(copy, 7, 30)));
}

TEST(Operators, LargeImagesLoseTheFractionOfAProductAndSmallOnesRound) {
  const cv::Scalar colour(3, 100, 255);  // x 0.9 = 2.7, 90, 229.5
  EXPECT_EQ(pixel(multiply(plain(224, colour), 0.9)), cv::Vec3b(2, 90, 229));
  EXPECT_EQ(pixel(multiply(plain(223, colour), 0.9))[0], 3);
  EXPECT_EQ(pixel(multiply(plain(224, colour), 1.2)), cv::Vec3b(3, 120, 255));
}

TEST(Operators, ValuesEndAtBlackAndWhite) {
  EXPECT_EQ(pixel(add(plain(4, {250, 3, 128}), {15, -5, 0.5})), cv::Vec3b(255, 0, 128));
  EXPECT_EQ(pixel(contrast_linear(plain(4, {0, 127, 255}), 2)), cv::Vec3b(0, 127, 255));
  EXPECT_EQ(pixel(shift_hue_saturation(plain(4, {200, 100, 100}), 0, -255)), cv::Vec3b(200, 200, 200));
}

TEST(Operators, HueTurnsThroughAllColours) {
  const cv::Mat red = plain(4, {255, 0, 0});  // channels count as red, green, blue here
  EXPECT_EQ(pixel(shift_hue_saturation(red, 85, 0)), cv::Vec3b(0, 255, 0));
  EXPECT_EQ(pixel(shift_hue_saturation(red, -85, 0)), cv::Vec3b(0, 0, 255));
  EXPECT_EQ(pixel(shift_hue_saturation(red, 255, 0)), cv::Vec3b(255, 0, 0));
}

TEST(Operators, ColourEnhancementMovesAwayFromGrey) {
  const cv::Mat image = plain(4, {150, 100, 100});
  const auto stronger = pixel(enhance_colour(image, 1.6)), grey = pixel(enhance_colour(image, 0));
  EXPECT_GT(stronger[0], 150);
  EXPECT_LT(stronger[1], 100);
  EXPECT_EQ(grey[0], grey[1]);
  EXPECT_EQ(grey[1], grey[2]);
}

TEST(Operators, MotionBlurSpreadsAPointAlongItsLine) {
  cv::Mat point = plain(9, {});
  point.at<cv::Vec3b>(4, 4) = {250, 250, 250};
  const cv::Mat upright = blur_motion(point, 5, 0), lying = blur_motion(point, 5, 90);
  EXPECT_EQ(pixel(upright, 2, 4)[0], 50);
  EXPECT_EQ(pixel(upright, 4, 2)[0], 0);
  EXPECT_EQ(pixel(lying, 4, 2)[0], 50);
  EXPECT_EQ(pixel(lying, 2, 4)[0], 0);
}

TEST(Operators, PositiveRotationIsClockwise) {
  cv::Mat image = plain(21, {});
  image.at<cv::Vec3b>(2, 10) = {250, 250, 250};  // at the top
  const cv::Mat turned = rotate(image, 90);
  EXPECT_EQ(pixel(turned, 10, 18)[0], 250);
  EXPECT_EQ(pixel(turned, 2, 10)[0], 0);
}

TEST(Operators, NoiseHasItsStrengthAndDependsOnItsKeyAlone) {
  const ImageSize size{64, 64};
  const cv::Mat values = noise(size, 20, 7);
  cv::Scalar mean, deviation;
  cv::meanStdDev(values, mean, deviation);
  for (int c = 0; c < 3; ++c) {
    EXPECT_NEAR(mean[c], 0, 1.5);
    EXPECT_NEAR(deviation[c], 20, 1);
  }
  EXPECT_EQ(cv::norm(values, noise(size, 20, 7), cv::NORM_INF), 0);
  EXPECT_GT(cv::norm(values, noise(size, 20, 8), cv::NORM_INF), 0);
}

TEST(Operators, ImpossibleSizesAreNamed) {
  const cv::Mat image = waves(8, 8);
  EXPECT_EQ(error_of([&] { (void)resize_to(image, {0, 4}); }), "an image of 0 x 4 pixels; sides are from 1 to 32767");
  EXPECT_EQ(error_of([&] { (void)crop_at(image, {4, -1}, {}); }), "an image of 4 x -1 pixels; sides are from 1 to 32767");
}

}  // namespace
}  // namespace vbench::video
