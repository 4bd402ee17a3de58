#include "datasets/video/video_writer.hpp"

#include <ATen/Parallel.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "datasets/video/video_file.hpp"
#include "tests/datasets/video/fixture.hpp"

namespace vbench {
namespace {

namespace fs = std::filesystem;
using test::error_of;
using test::TemporaryFolder;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using video::encode_webm;
using video::VideoFile;
using video::write_webm;

std::vector<cv::Mat> even_pictures(int64_t count, int width = test::kWidth, int height = test::kHeight) {
  std::vector<cv::Mat> frames;
  for (int64_t i = 0; i < count; ++i) frames.push_back(test::picture(i, width, height));
  return frames;
}

double mean_difference(const cv::Mat& a, const cv::Mat& b) { return cv::norm(a, b, cv::NORM_L1) / static_cast<double>(a.total() * 3); }

TEST(VideoWriter, FramesComeBackInOrderAndAlmostUnchanged) {
  const TemporaryFolder folder;
  const auto frames = even_pictures(30);
  write_webm(folder / "video.webm", frames, 12);
  VideoFile file(folder / "video.webm");
  ASSERT_EQ(file.frames(), 30);
  std::vector<int64_t> all;
  for (int64_t i = 0; i < 30; ++i) all.push_back(i);
  const auto read = file.read(all);
  for (size_t i = 0; i < frames.size(); ++i) {
    ASSERT_EQ(read[i].size(), cv::Size(test::kWidth, test::kHeight));
    EXPECT_LT(mean_difference(read[i], frames[i]), 4) << i;
    EXPECT_EQ(test::which_picture(read[i], 30), static_cast<int64_t>(i));
  }
}

TEST(VideoWriter, FlatColoursComeBackAsTheyWere) {
  const std::vector<cv::Scalar> colours{{20, 40, 200}, {200, 60, 30}, {128, 128, 128}, {250, 250, 250}};
  const TemporaryFolder folder;
  for (const auto& colour : colours) {
    const cv::Mat frame(32, 48, CV_8UC3, colour);
    write_webm(folder / "flat.webm", {frame, frame}, 12);
    EXPECT_LT(test::difference(VideoFile(folder / "flat.webm").read(std::vector<int64_t>{1}).front(), frame), 5) << colour;
  }
}

TEST(VideoWriter, FilesAreVp9InWebmAtTheGivenRate) {
  const TemporaryFolder folder;
  for (const int rate : {12, 25}) {
    write_webm(folder / "video.webm", even_pictures(2 * rate), rate);
    const cv::VideoCapture capture((folder / "video.webm").string(), cv::CAP_FFMPEG);
    EXPECT_NEAR(capture.get(cv::CAP_PROP_FPS), rate, 0.01);
    EXPECT_EQ(capture.get(cv::CAP_PROP_FRAME_COUNT), 2 * rate) << "two seconds";
    EXPECT_THAT(read_file(folder / "video.webm").substr(0, 1024), AllOf(HasSubstr("webm"), HasSubstr("V_VP9")));
  }
}

TEST(VideoWriter, SameFramesGiveTheSameBytesAlsoInParallel) {
  const auto frames = even_pictures(8), others = even_pictures(9);
  const std::string once = encode_webm(frames, 12);
  EXPECT_EQ(encode_webm(frames, 12), once);
  EXPECT_NE(encode_webm(others, 12), once);
  EXPECT_THAT(once, Not(HasSubstr("Lavf5"))) << "the version of a library";
  std::vector<std::string> copies(8);
  at::parallel_for(0, 8, 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) copies[static_cast<size_t>(i)] = encode_webm(frames, 12);
  });
  for (const auto& copy : copies) EXPECT_EQ(copy, once);
}

TEST(VideoWriter, PartsOfLargerPicturesAreWrittenAsTheyLookToTheUser) {
  const cv::Mat large = test::picture(3, 96, 80);
  const cv::Rect part(8, 6, 48, 32);
  EXPECT_EQ(encode_webm({large(part)}, 12), encode_webm({large(part).clone()}, 12));
}

TEST(VideoWriter, FramesThatMakeNoVideoAreRefusedWithTheReason) {
  const TemporaryFolder folder;
  const auto refused = [&](const std::vector<cv::Mat>& frames) { return error_of([&] { write_webm(folder / "bad.webm", frames, 12); }); };
  EXPECT_THAT(refused({}), AllOf(HasSubstr("no frames"), HasSubstr("bad.webm")));
  EXPECT_THAT(refused({cv::Mat()}), HasSubstr("0x0"));
  EXPECT_THAT(refused(even_pictures(2, 31, 24)), AllOf(HasSubstr("31x24"), HasSubstr("must be even"), HasSubstr("bad.webm")));
  EXPECT_THAT(refused(even_pictures(2, 32, 23)), HasSubstr("32x23"));
  EXPECT_THAT(refused({test::picture(0, 32, 24), test::picture(0, 24, 32)}), AllOf(HasSubstr("frame 1 "), HasSubstr("24x32")));
  EXPECT_THAT(refused({cv::Mat(24, 32, CV_8UC1, cv::Scalar(0))}), HasSubstr("three channels"));
  EXPECT_THAT(error_of([&] { write_webm(folder / "bad.webm", even_pictures(2), 0); }), HasSubstr("0 frames a second"));
  EXPECT_THAT(list_folder(folder.path()), IsEmpty());
}

TEST(VideoWriter, APlaceThatCannotBeWrittenIsNamedAndNothingStays) {
  const TemporaryFolder folder;
  EXPECT_THAT(error_of([&] { write_webm(folder / "missing" / "video.webm", even_pictures(2), 12); }), HasSubstr("missing/video.webm"));
  make_folder(folder / "video.webm" / "inside");
  EXPECT_THAT(error_of([&] { write_webm(folder / "video.webm", even_pictures(2), 12); }), HasSubstr("video.webm"));
  EXPECT_THAT(list_folder(folder.path()), ElementsAre(folder / "video.webm"));
}

TEST(VideoWriter, NothingIsPrinted) {
  testing::internal::CaptureStderr();
  testing::internal::CaptureStdout();
  EXPECT_FALSE(encode_webm(even_pictures(3), 12).empty());
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

}  // namespace
}  // namespace vbench
