#include "datasets/audio_visual/picture_reader.hpp"

#include "datasets/video/video_file.hpp"
#include "tests/datasets/audio_visual/fixture.hpp"

namespace vbench::audio_visual {
namespace {

using ::testing::HasSubstr;

double difference(const cv::Mat& a, const cv::Mat& b) {
  if (a.size() != b.size()) return 255;
  return cv::norm(a, b, cv::NORM_L1) / static_cast<double>(3 * a.total());
}

/// A picture of its own for each of so many frames: six shades in binary order.
cv::Mat numbered(int64_t index) {
  cv::Mat frame(48, 64, CV_8UC3, cv::Scalar::all(30));
  for (int bit = 0; bit < 8; ++bit) {
    if ((index >> bit & 1) != 0) frame(cv::Rect(8 * bit, 0, 8, 48)) = cv::Scalar(220, 200, 180);
  }
  return frame;
}

int64_t number_of(const cv::Mat& frame) {
  int64_t index = 0;
  for (int bit = 0; bit < 8; ++bit) index |= frame.at<cv::Vec3b>(24, 8 * bit + 4)[1] > 110 ? int64_t{1} << bit : 0;
  return index;
}

class NumberedVideo : public ::testing::Test {
 protected:
  static constexpr int64_t kFrames = 200;

  NumberedVideo() : file_(folder_ / "numbered.mp4") {
    std::vector<cv::Mat> frames;
    for (int64_t i = 0; i < kFrames; ++i) frames.push_back(numbered(i));
    video::write_mp4(file_, frames, 25, {});
  }
  [[nodiscard]] std::vector<int64_t> read(const std::vector<int64_t>& places) const {
    PictureReader reader(file_);
    std::vector<int64_t> numbers;
    for (const auto& picture : reader.read(places)) numbers.push_back(number_of(picture));
    return numbers;
  }

  test::TemporaryFolder folder_;
  fs::path file_;
};

TEST_F(NumberedVideo, KnowsItsRateAndFrames) {
  PictureReader reader(file_);
  EXPECT_DOUBLE_EQ(reader.rate(), 25);
  EXPECT_EQ(reader.frames(), kFrames);
  EXPECT_EQ(reader.count(), kFrames);
  EXPECT_EQ(number_of(reader.read(std::vector<int64_t>{3}).front()), 3);  // after counting, from the beginning
}

TEST_F(NumberedVideo, GivesExactlyTheAskedFramesWhereverTheyStart) {
  for (const int64_t first : {0, 1, 11, 12, 13, 77, 150, 190}) {
    const std::vector<int64_t> places{first, first + 1, first + 1, first + 4, first + 9};
    EXPECT_EQ(read(places), places) << first;
  }
}

TEST_F(NumberedVideo, PlacesBehindTheEndGetTheLastFrame) {
  EXPECT_EQ(read({198, 199, 205, 210}), (std::vector<int64_t>{198, 199, 199, 199}));
  EXPECT_THAT(test::error_of([&] { (void)read({400}); }), ::testing::AllOf(HasSubstr("numbered.mp4"), HasSubstr("end after")));
}

TEST_F(NumberedVideo, OneReaderReadsSeveralTimes) {
  PictureReader reader(file_);
  for (const int64_t place : {100, 20, 150}) EXPECT_EQ(number_of(reader.read(std::vector<int64_t>{place}).front()), place);
  EXPECT_TRUE(reader.read(std::vector<int64_t>{}).empty());
}

TEST(PictureReader, FilesWithoutPicturesAreNamed) {
  const test::TemporaryFolder folder;
  write_file_atomically(folder / "sound.mp4", test::wav(test::rising_tone(1), test::kRate));
  EXPECT_THAT(test::error_of([&] { PictureReader reader(folder / "sound.mp4"); }), HasSubstr("sound.mp4: holds no pictures"));
  EXPECT_THAT(test::error_of([&] { PictureReader reader(folder / "none.mp4"); }), HasSubstr("none.mp4"));
}

TEST(PictureReader, DamagedFilesGiveErrorsThatNameThem) {
  const test::TemporaryFolder folder;
  const std::string whole = test::telling_video(2, 2);
  RandomStream random(11, "damage");
  int read = 0;
  for (int round = 0; round < 120; ++round) {
    const auto file = folder / "damaged.mp4";
    write_file_atomically(file, test::damaged(whole, round, random));
    try {
      PictureReader reader(file);
      EXPECT_EQ(reader.read(std::vector<int64_t>{20, 21}).size(), 2U);
      ++read;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kInput) << error.what();
      EXPECT_THAT(error.what(), HasSubstr("damaged.mp4"));
    }
  }
  EXPECT_GT(read, 10);
  EXPECT_LT(read, 110);
}

/// Codecs with frames that are stored out of order, frame rates and containers of all kinds: as the whole video decodes.
TEST(PictureReader, RealVideosOfConstantRateGiveTheFramesOfAPlainDecoder) {
  const auto root = test::real_data_root() / "av-mini";
  if (!fs::exists(root)) GTEST_SKIP() << root << " is not there";
  int videos = 0;
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    if (entry.path().extension() != ".mp4") continue;
    const auto expected = test::plain_decode(entry.path());
    const auto count = static_cast<int64_t>(expected.size());
    PictureReader reader(entry.path());
    EXPECT_NEAR(static_cast<double>(reader.frames()), static_cast<double>(count), 1) << entry.path();
    const std::vector<int64_t> places{count / 3, count / 3 + 1, count / 2, count - 3};
    const auto pictures = reader.read(places);
    for (size_t i = 0; i < places.size(); ++i) EXPECT_LT(difference(pictures[i], expected.at(places[i])), 1.5) << entry.path() << places[i];
    ++videos;
  }
  EXPECT_GT(videos, 60);
}

TEST(PictureReader, RealVideosAreTurnedUpright) {
  const auto root = test::real_data_root() / "videos";
  if (!fs::exists(root)) GTEST_SKIP() << root << " is not there";
  for (const char* name : {"decord_rotation_0.mov", "decord_rotation_90.mov", "decord_rotation_180.mov", "decord_rotation_270.mov"}) {
    const std::vector<int64_t> places{1};
    const auto ours = PictureReader(root / name).read(places).front();
    EXPECT_LT(difference(ours, video::VideoFile(root / name).read(places).front()), 2) << name;
  }
}

TEST(PictureReader, AHeaderThatPromisesTooMuchIsFoundOut) {
  const test::TemporaryFolder folder;
  const fs::path file = folder / "cut.avi";
  test::write_video(file, 36 * 4);
  std::string bytes = read_file(file);
  const size_t index = bytes.rfind("idx1");
  ASSERT_NE(index, std::string::npos);
  std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(index / 3), bytes.begin() + static_cast<std::ptrdiff_t>(index), '\0');
  write_file_atomically(file, bytes);
  PictureReader reader(file);
  EXPECT_EQ(reader.frames(), 36 * 4);
  EXPECT_LT(reader.count(), 60);
  EXPECT_THAT(test::error_of([&] { (void)reader.read(std::vector<int64_t>{140}); }), HasSubstr("end after"));
  EXPECT_EQ(reader.read(std::vector<int64_t>{20, 30}).size(), 2U);
}

/// Its 68 pictures are shown for different times, half a minute in all.
TEST(PictureReader, WhereTheRateVariesPicturesAreFoundByTime) {
  const auto file = test::real_data_root() / "videos/opencv_tree.avi";
  if (!fs::exists(file)) GTEST_SKIP() << file << " is not there";
  PictureReader reader(file);
  EXPECT_EQ(reader.frames(), 444);
  EXPECT_EQ(reader.count(), 68);
  const auto pictures = reader.read(std::vector<int64_t>{443});
  const auto last = test::plain_decode(file, {67});
  EXPECT_LT(difference(pictures.front(), last.at(67)), 2);
}

}  // namespace
}  // namespace vbench::audio_visual
