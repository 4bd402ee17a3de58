// Decoding one picture: the pixels of OpenCV at every size, and damage that is noticed.
#include <opencv2/imgcodecs.hpp>

#include "tests/datasets/video/fixture.hpp"

namespace vbench {
namespace {

using test::difference;
using test::error_of;
using test::picture;
using testing::HasSubstr;
using video::decode_picture;

const std::string kSource = "some.db";
const video::PicturePlace kPlace{kSource, 7};

cv::Mat with_opencv(const std::string& bytes, int flags) {
  return cv::imdecode(cv::Mat(1, static_cast<int>(bytes.size()), CV_8U, const_cast<char*>(bytes.data())), flags);
}

TEST(Picture, HasThePixelsThatOpenCvGivesAtEverySize) {
  for (const auto& [width, height] : {std::pair{340, 256}, {64, 48}, {57, 33}}) {
    const std::string jpeg = video::encode_jpeg(picture(5, width, height), 90);
    for (const auto& [divisor, flags] : {std::pair{1, cv::IMREAD_COLOR},
                                         {2, cv::IMREAD_REDUCED_COLOR_2},
                                         {4, cv::IMREAD_REDUCED_COLOR_4},
                                         {8, cv::IMREAD_REDUCED_COLOR_8}}) {
      const cv::Mat expected = with_opencv(jpeg, flags);
      const int64_t side = divisor == 1 ? 0 : std::min(expected.rows, expected.cols);
      EXPECT_LE(difference(decode_picture(jpeg, side, kPlace), expected), 2) << width << "x" << height << " / " << divisor;
    }
  }
}

TEST(Picture, IsNeverSmallerThanAskedFor) {
  const std::string jpeg = video::encode_jpeg(picture(0, 340, 256), 90);
  const std::map<int64_t, int> rows{{0, 256},   {1, 32},    {32, 32},   {33, 64},   {64, 64},
                                    {112, 128}, {128, 128}, {129, 256}, {256, 256}, {1000, 256}};
  for (const auto& [side, expected] : rows) EXPECT_EQ(decode_picture(jpeg, side, kPlace).rows, expected) << side;
}

TEST(Picture, MayBeGreyOrOfAnotherFormat) {
  std::vector<uchar> png, grey;
  cv::imencode(".png", picture(3), png);
  cv::imencode(".jpg", cv::Mat(48, 64, CV_8U, cv::Scalar(77)), grey);
  EXPECT_EQ(difference(decode_picture({reinterpret_cast<char*>(png.data()), png.size()}, 0, kPlace), picture(3)), 0);
  const cv::Mat decoded = decode_picture({reinterpret_cast<char*>(grey.data()), grey.size()}, 0, kPlace);
  EXPECT_LE(difference(decoded, cv::Mat(48, 64, CV_8UC3, cv::Scalar::all(77))), 1);
}

/// An APP1 segment that asks for a rotation by 90 degrees, as cameras write it.
std::string rotated_by_exif(const std::string& jpeg) {
  using namespace std::string_literals;
  const std::string exif = "Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"s;
  const std::string length{static_cast<char>((exif.size() + 2) / 256), static_cast<char>((exif.size() + 2) % 256)};
  return jpeg.substr(0, 2) + "\xFF\xE1" + length + exif + jpeg.substr(2);
}

TEST(Picture, FollowsTheRotationOfACamera) {
  const cv::Mat turned = decode_picture(rotated_by_exif(video::encode_jpeg(picture(2), 95)), 0, kPlace);
  EXPECT_EQ(turned.size(), cv::Size(test::kHeight, test::kWidth));
}

TEST(DamagedPicture, IsAnErrorThatNamesItsPlace) {
  const std::string whole = video::encode_jpeg(picture(0), 90);
  std::string garbled = whole;
  for (size_t i = whole.size() / 2; i < whole.size(); ++i) garbled[i] = '\xFF';
  for (const std::string& bad : {std::string(), std::string("no picture"), whole.substr(0, 20), whole.substr(0, whole.size() / 2),
                                 whole.substr(0, whole.size() - 2), garbled}) {
    EXPECT_THAT(error_of([&] { (void)decode_picture(bad, 0, kPlace); }), HasSubstr("some.db: frame 7 cannot be decoded: ")) << bad.size();
  }
}

TEST(DamagedPicture, DoesNotSpoilTheNextOneWhereverItIsCut) {
  const std::string whole = video::encode_jpeg(picture(0), 90);
  const cv::Mat right = decode_picture(whole, 0, kPlace);
  for (size_t length = 0; length < whole.size(); ++length) {
    EXPECT_THAT(error_of([&] { (void)decode_picture(whole.substr(0, length), 0, kPlace); }), HasSubstr("cannot be decoded")) << length;
    ASSERT_EQ(difference(decode_picture(whole, 0, kPlace), right), 0) << length;
  }
}

TEST(DamagedPicture, MustNotAskForAllMemory) {
  std::string large = video::encode_jpeg(picture(0), 90);
  const size_t size = large.find("\xFF\xC0") + 5;  // marker, length, precision, then height and width
  large.replace(size, 4, "\xEA\x60\xEA\x60");
  EXPECT_THAT(error_of([&] { (void)decode_picture(large, 0, kPlace); }), HasSubstr("its header says 60000x60000 pixels"));
}

}  // namespace
}  // namespace vbench
