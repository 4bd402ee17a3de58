#include "datasets/audio_visual/picture_reader.hpp"

#include "datasets/video/video_file.hpp"
#include "datasets/video/video_writer.hpp"
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

/// Matroska's element 0x4489 becomes one that says nothing, as files are that were recorded live.
std::string without_length(std::string bytes) {
  const size_t at = bytes.find("\x44\x89\x88");
  EXPECT_NE(at, std::string::npos);
  return bytes.replace(at, 11, std::string("\xEC\x89") + std::string(9, '\0'));
}

/// Lengths of streams stand in tags; these get a name that nobody knows.
std::string without_tags(std::string bytes) {
  for (size_t at = bytes.find("DURATION"); at != std::string::npos; at = bytes.find("DURATION")) bytes[at] = 'X';
  return bytes;
}

TEST(PictureReader, KnowsHowLongWebmFilesAreWhereverTheyTell) {
  constexpr int64_t kFrames = 120;
  const test::TemporaryFolder folder;
  std::vector<cv::Mat> frames;
  for (int64_t i = 0; i < kFrames; ++i) frames.push_back(numbered(i));
  const std::string whole = video::encode_webm(frames, 25);
  for (const auto& bytes : {whole, without_tags(whole), without_length(whole), without_length(without_tags(whole))}) {
    write_file_atomically(folder / "numbered.webm", bytes);
    PictureReader reader(folder / "numbered.webm");
    EXPECT_EQ(reader.frames(), kFrames);
    EXPECT_EQ(number_of(reader.read(std::vector<int64_t>{90}).front()), 90);
  }
}

TEST(PictureReader, KnowsTheLengthInContainersOfAllKinds) {
  const test::TemporaryFolder folder;
  for (const auto& [name, codec] : {std::pair("video.mkv", "MJPG"), std::pair("video.avi", "MJPG"), std::pair("video.ts", "mp4v")}) {
    test::write_video(folder / name, 60, codec);
    PictureReader reader(folder / name);
    EXPECT_NEAR(static_cast<double>(reader.frames()), 60, 1) << name;
    EXPECT_EQ(reader.count(), 60) << name;
  }
}

TEST(PictureReader, KnowsTheLengthOfARealMatroskaFile) {
  const auto file = test::real_data_root() / "videos/decord_flipping_a_pancake.mkv";
  if (!fs::exists(file)) GTEST_SKIP() << file << " is not there";
  PictureReader reader(file);
  EXPECT_NEAR(static_cast<double>(reader.frames()), 310, 1);
  EXPECT_EQ(reader.count(), 310);
  const auto plain = test::plain_decode(file, {200});
  EXPECT_LT(difference(reader.read(std::vector<int64_t>{200}).front(), plain.at(200)), 1.5);
}

/// Uncompressed pictures in the form that FFmpeg calls uyyvyy411.
std::string rare_pictures() {
  libav::CodecContext encoder(libav::allocated(avcodec_alloc_context3(avcodec_find_encoder(AV_CODEC_ID_RAWVIDEO))));
  encoder->width = 64;
  encoder->height = 48;
  encoder->pix_fmt = AV_PIX_FMT_UYYVYY411;
  encoder->time_base = {1, 25};
  encoder->framerate = {25, 1};
  libav::checked(avcodec_open2(encoder.get(), encoder->codec, nullptr), "open the encoder");
  libav::Muxer muxer("nut");
  const AVStream* stream = muxer.add_stream(*encoder);
  muxer.begin();
  for (int64_t i = 0; i < 30; ++i) {
    const libav::Frame frame(libav::allocated(av_frame_alloc()));
    frame->format = encoder->pix_fmt;
    frame->width = encoder->width;
    frame->height = encoder->height;
    frame->pts = i;
    libav::checked(av_frame_get_buffer(frame.get(), 0), "make a picture");
    std::fill_n(frame->data[0], frame->linesize[0] * frame->height, uint8_t{100});
    muxer.encode(*encoder, *stream, frame.get());
  }
  muxer.encode(*encoder, *stream, nullptr);
  return muxer.finish();
}

TEST(PictureReader, PicturesOfAFormThatCannotBeConvertedAreTheFilesFault) {
  if (sws_isSupportedInput(AV_PIX_FMT_UYYVYY411) != 0) GTEST_SKIP() << "this FFmpeg converts uyyvyy411";
  const test::TemporaryFolder folder;
  write_file_atomically(folder / "rare.nut", rare_pictures());
  PictureReader reader(folder / "rare.nut");
  try {
    (void)reader.read(std::vector<int64_t>{3});
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kInput);
    EXPECT_THAT(error.what(), ::testing::AllOf(HasSubstr("rare.nut"), HasSubstr("uyyvyy411")));
  }
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
