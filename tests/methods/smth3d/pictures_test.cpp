#include "methods/smth3d/pictures.hpp"

#include <gmock/gmock.h>
#include <torch/types.h>

#include <cmath>
#include <opencv2/imgproc.hpp>

#include "methods/smth3d/canvas.hpp"
#include "tests/support/golden.hpp"

namespace vbench::smth3d {
namespace {

using test::error_of;
using ::testing::HasSubstr;

cv::Mat gradient(int height, int width, int shift = 0) {
  cv::Mat picture(height, width, CV_8UC3);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) picture.at<cv::Vec3b>(y, x) = cv::Vec3b((x * 5 + shift) % 256, y * 3 % 256, (x + y) % 256);
  }
  return picture;
}

std::vector<cv::Mat> clip_of(size_t frames, int height, int width) {
  std::vector<cv::Mat> clip;
  for (size_t t = 0; t < frames; ++t) clip.push_back(gradient(height, width, static_cast<int>(t) * 9));
  return clip;
}

TEST(Overlay, IsTheColourOfTheMaskAndThePictureOverTheLargestSum) {
  const auto picture = gradient(2, 3);
  const auto mask = torch::tensor({0.F, 0.25F, 0.5F, 0.999F, 1.F, 0.7F}).view({2, 3});
  cv::Mat grey = (cv::Mat_<uint8_t>(2, 3) << 0, 63, 127, 254, 255, 178), colours;
  cv::applyColorMap(grey, colours, cv::COLORMAP_JET);
  double highest = 0;
  for (int i = 0; i < 18; ++i) highest = std::max(highest, (colours.data[i] + picture.data[i]) / 255.0);
  const auto result = overlay(picture, mask);
  for (int i = 0; i < 18; ++i) {
    const double expected = 255 * ((colours.data[i] + picture.data[i]) / 255.0) / highest;
    EXPECT_NEAR(result.data[i], std::floor(expected), 1) << i;
  }
  EXPECT_EQ(*std::max_element(result.data, result.data + 18), 255);
}

TEST(Overlay, ABlackPictureAndAnEmptyMaskAreNoProblem) {
  const auto result = overlay(cv::Mat(4, 4, CV_8UC3, cv::Scalar(0)), torch::zeros({4, 4}));
  EXPECT_EQ(result.at<cv::Vec3b>(3, 3), cv::Vec3b(255, 0, 0));  // JET begins with dark blue, which is its own maximum
}

TEST(Overlay, RefusesAMaskOfAnotherSize) {
  EXPECT_THAT(error_of([] { (void)overlay(cv::Mat(4, 5, CV_8UC3), torch::zeros({5, 4})); }), HasSubstr("[4, 5]"));
}

TEST(SideBySide, SmallVideosAreEnlargedAndSidesAreEven) {
  const auto small = side_by_side(clip_of(3, 84, 84), clip_of(3, 84, 84));
  ASSERT_EQ(small.size(), 3U);
  EXPECT_EQ(small[0].size(), cv::Size(4 * 84, 2 * 84));
  const auto odd = side_by_side(clip_of(1, 225, 225), clip_of(1, 225, 225));
  EXPECT_EQ(odd[0].size(), cv::Size(450, 226));
  const auto large = side_by_side({gradient(224, 224)}, {gradient(224, 224, 7)});
  EXPECT_EQ(cv::norm(large[0](cv::Rect(0, 0, 224, 224)), gradient(224, 224)), 0);
  EXPECT_EQ(cv::norm(large[0](cv::Rect(224, 0, 224, 224)), gradient(224, 224, 7)), 0);
}

TEST(ContactSheet, HoldsFirstAndLastFrameAndTextOfAnyLength) {
  const std::string endless(400, 'W');
  const auto short_sheet = contact_sheet(clip_of(72, 84, 84), clip_of(72, 84, 84), {"a"});
  const auto long_sheet = contact_sheet(clip_of(72, 84, 84), clip_of(72, 84, 84), {endless, "b\nc \xc3\xa4", ""});
  EXPECT_EQ(short_sheet.cols, long_sheet.cols);
  EXPECT_GT(long_sheet.rows, short_sheet.rows + 60);
  const auto single = contact_sheet(clip_of(1, 40, 60), clip_of(1, 40, 60), {"one frame"});
  EXPECT_GT(single.rows, 2 * 168);
  // The last column shows the last frame: changing it changes the sheet, changing its neighbour does not.
  auto frames = clip_of(72, 84, 84);
  frames[70] = gradient(84, 84, 100);
  EXPECT_EQ(cv::norm(contact_sheet(frames, clip_of(72, 84, 84), {"a"}), short_sheet), 0);
  frames[71] = gradient(84, 84, 100);
  EXPECT_GT(cv::norm(contact_sheet(frames, clip_of(72, 84, 84), {"a"}), short_sheet), 0);
}

TEST(ContactSheet, NeedsAsManyOverlaysAsFrames) {
  EXPECT_THAT(error_of([] { (void)contact_sheet(clip_of(2, 8, 8), clip_of(1, 8, 8), {}); }), HasSubstr("2 frames and 1 overlays"));
  EXPECT_THAT(error_of([] { (void)side_by_side({}, {}); }), HasSubstr("0 frames"));
}

TEST(Wrapped, NoLineIsLongerThanAllowed) {
  const TextStyle style{12};
  const std::string text = "Pretending to put something underneath something " + std::string(90, 'x') + " end";
  const auto lines = wrapped(text, style, 150);
  std::string joined;
  for (const auto& line : lines) {
    EXPECT_LE(text_width(line, style), 150) << line;
    joined += line;
  }
  std::string letters = text;
  std::erase(letters, ' ');
  std::erase(joined, ' ');
  EXPECT_EQ(joined, letters);
  const auto two = wrapped(text, style, 150, 2);
  ASSERT_EQ(two.size(), 2U);
  EXPECT_TRUE(two[1].ends_with("...")) << two[1];
  EXPECT_LE(text_width(two[1], style), 150);
}

TEST(Drawable, IsPlainText) {
  EXPECT_EQ(drawable("a\tb\n\xc3\xa4\xe2\x82\xac\x7f!"), "a b ?? !");
  EXPECT_EQ(shortened("short", {12}, 500), "short");
}

}  // namespace
}  // namespace vbench::smth3d
