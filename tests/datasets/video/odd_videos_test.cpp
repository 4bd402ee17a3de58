// Videos that are unlike most: rotated, of a varying frame rate, cut short, damaged. All are made here from plain ones.
#include <array>
#include <opencv2/core.hpp>
#include <random>

#include "datasets/video/video_file.hpp"
#include "tests/datasets/video/fixture.hpp"

namespace vbench {
namespace {

namespace fs = std::filesystem;
using test::error_of;
using test::TemporaryFolder;
using test::which_pictures;
using testing::HasSubstr;
using video::VideoFile;
using Indices = std::vector<int64_t>;

constexpr int64_t kPlainFrames = 20;

// ---- surgery on mp4: a tree of boxes, each with its length and a name of four letters ----------------------------------

uint32_t number_at(const std::string& bytes, size_t at) {
  uint32_t number = 0;
  for (size_t i = 0; i < 4; ++i) number = number << 8 | static_cast<unsigned char>(bytes.at(at + i));
  return number;
}

std::string big_endian(uint32_t number) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(number >> shift & 0xFF);
  return bytes;
}

/// Where the boxes on the way begin.
std::vector<size_t> boxes_on(const std::string& bytes, const std::vector<std::string>& way) {
  std::vector<size_t> found;
  size_t at = 0;
  for (const auto& name : way) {
    while (bytes.substr(at + 4, 4) != name) at += number_at(bytes, at);
    found.push_back(at);
    at += 8;
  }
  return found;
}

/// The times of the pictures are stored in runs of (count, duration). Every other picture is shown three times as long as its neighbours.
std::string with_varying_frame_rate(std::string mp4) {
  const auto way = boxes_on(mp4, {"moov", "trak", "mdia", "minf", "stbl", "stts"});
  const size_t times = way.back();
  EXPECT_EQ(number_at(mp4, times + 12), 1U) << "one run before";
  const uint32_t frames = number_at(mp4, times + 16), duration = number_at(mp4, times + 20);
  std::string runs;
  for (uint32_t i = 0; i < frames; ++i) runs += big_endian(1) + big_endian(i % 2 == 0 ? duration / 2 : duration * 3 / 2);
  for (const size_t box : way) mp4.replace(box, 4, big_endian(number_at(mp4, box) + static_cast<uint32_t>(runs.size()) - 8));
  return mp4.replace(times + 12, 12, big_endian(frames) + runs);
}

/// Phones store pictures as the sensor lies, and how to turn them.
std::string turned(std::string mp4, const std::array<int, 4>& matrix) {
  const size_t header = boxes_on(mp4, {"moov", "trak", "tkhd"}).back();
  constexpr size_t kMatrix = 48;
  const auto fixed = [&](int value) { return big_endian(static_cast<uint32_t>(value * 65536)); };
  return mp4.replace(header + kMatrix, 20, fixed(matrix[0]) + fixed(matrix[1]) + fixed(0) + fixed(matrix[2]) + fixed(matrix[3]));
}

/// A plain mp4 with predicted frames, and what is made of it.
class OddVideo : public testing::Test {
 protected:
  OddVideo() {
    test::write_video(folder_ / "plain.mp4", kPlainFrames, "mp4v");
    bytes_ = read_file(folder_ / "plain.mp4");
  }
  [[nodiscard]] fs::path write(const std::string& name, const std::string& bytes) const {
    write_file_atomically(folder_ / name, bytes);
    return folder_ / name;
  }

  TemporaryFolder folder_;
  std::string bytes_;
};

TEST_F(OddVideo, OfVaryingFrameRateGivesEveryPictureOnce) {
  const fs::path file = write("varying.mp4", with_varying_frame_rate(bytes_));
  VideoFile source(file);
  EXPECT_EQ(source.frames(), kPlainFrames);
  EXPECT_EQ(which_pictures(source.read(Indices{19, 0, 7, 8, 9}), kPlainFrames), (Indices{19, 0, 7, 8, 9}));
  EXPECT_EQ(which_pictures(VideoFile(file).read(Indices{11}), kPlainFrames), Indices{11}) << "the first thing that is read";
}

TEST_F(OddVideo, ThatIsTurnedComesUpright) {
  const cv::Mat plain = VideoFile(folder_ / "plain.mp4").read(Indices{5})[0];
  const std::map<std::array<int, 4>, cv::RotateFlags> turns{
      {{0, 1, -1, 0}, cv::ROTATE_90_CLOCKWISE}, {{-1, 0, 0, -1}, cv::ROTATE_180}, {{0, -1, 1, 0}, cv::ROTATE_90_COUNTERCLOCKWISE}};
  for (const auto& [matrix, turn] : turns) {
    VideoFile source(write("turned.mp4", turned(bytes_, matrix)));
    cv::Mat expected;
    cv::rotate(plain, expected, turn);
    const cv::Mat frame = source.read(Indices{5})[0];
    EXPECT_EQ(test::difference(frame, expected), 0) << turn;
    EXPECT_TRUE(frame.isContinuous());
  }
}

TEST_F(OddVideo, CutShortGivesWhatIsLeft) {
  test::write_video(folder_ / "whole.webm", kPlainFrames, "VP90");
  const std::string whole = read_file(folder_ / "whole.webm");
  const fs::path file = write("cut.webm", whole.substr(0, whole.size() * 2 / 3));
  VideoFile source(file);
  EXPECT_GT(source.frames(), 2);
  EXPECT_LT(source.frames(), kPlainFrames);
  EXPECT_EQ(which_pictures(source.read(Indices{source.frames() - 1, 0}), kPlainFrames), (Indices{source.frames() - 1, 0}));
  EXPECT_THAT(error_of([&] { (void)source.read(Indices{kPlainFrames - 1}); }),
              HasSubstr(fmt::format("{}: frame 19 was asked for, the video has {}", file.string(), source.frames())));
}

TEST_F(OddVideo, WithoutItsEndWhereTheTablesWereSaysSo) {
  const fs::path file = write("cut.mp4", bytes_.substr(0, bytes_.size() / 2));
  EXPECT_EQ(
      error_of([&] { VideoFile source(file); }),
      file.string() + ": cannot be opened as a video; it may be cut short, of a format that FFmpeg does not know, or not be readable");
}

TEST_F(OddVideo, WithDamagedBytesGivesPicturesOrSaysThatItCannot) {
  std::mt19937 random(5);
  int readable = 0;
  for (int round = 0; round < 60; ++round) {
    std::string damaged = bytes_;
    for (int i = 0; i <= round; ++i) damaged[random() % damaged.size()] = static_cast<char>(random());
    const fs::path file = write("damaged.mp4", damaged);
    try {
      VideoFile source(file);
      const int64_t frames = source.frames();
      EXPECT_EQ(source.read(Indices{frames - 1, 0}).size(), 2U);
      ++readable;
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), HasSubstr(file.string()));
    }
  }
  EXPECT_GT(readable, 10);
}

TEST_F(OddVideo, ReadsVp9AndMatroska) {
  test::write_video(folder_ / "new.webm", kPlainFrames, "VP90");
  test::write_video(folder_ / "old.mkv", kPlainFrames, "mp4v");
  for (const char* name : {"new.webm", "old.mkv"}) {
    VideoFile source(folder_ / name);
    EXPECT_EQ(source.frames(), kPlainFrames) << name;
    EXPECT_EQ(which_pictures(source.read(Indices{13, 2}), kPlainFrames), (Indices{13, 2})) << name;
  }
}

}  // namespace
}  // namespace vbench
