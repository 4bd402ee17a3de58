#include "datasets/video/av_writer.hpp"

#include <ATen/Parallel.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "datasets/audio/audio_track.hpp"
#include "datasets/video/video_file.hpp"
#include "tests/datasets/audio/fixture.hpp"

namespace vbench {
namespace {

using test::error_of;
using test::pictures;
using test::TemporaryFolder;
using test::tones;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using video::encode_mp4;
using video::Sound;
using video::VideoFile;
using video::write_mp4;

constexpr int64_t kRate = 24000;
constexpr int64_t kFrame = 1024;  // samples that AAC encodes at a time

TEST(AvWriter, FramesComeBackInOrderAndAlmostUnchanged) {
  const TemporaryFolder folder;
  const auto frames = pictures(30);
  write_mp4(folder / "video.mp4", frames, 25, {kRate, 1, tones(28'800, kRate)});
  VideoFile file(folder / "video.mp4");
  ASSERT_EQ(file.frames(), 30);
  for (int64_t i = 0; i < 30; ++i) {
    const cv::Mat read = file.read(std::vector<int64_t>{i}).front();
    ASSERT_EQ(read.size(), frames.front().size());
    EXPECT_LT(cv::norm(read, frames[static_cast<size_t>(i)], cv::NORM_L1) / static_cast<double>(read.total() * 3), 5) << i;
    EXPECT_EQ(test::which_picture(read, 30), i);
  }
}

TEST(AvWriter, SoundComesBackAtItsTimeAndAlmostUnchanged) {
  const TemporaryFolder folder;
  for (const int64_t rate : {16000, 24000, 44100, 48000}) {
    const auto samples = tones(2 * rate + 77, rate);
    write_mp4(folder / "video.mp4", pictures(50), 25, {rate, 1, samples});
    const auto track = audio::decode_audio(folder / "video.mp4", rate);
    EXPECT_GE(track.samples.size(), samples.size()) << rate;
    EXPECT_LT(track.samples.size(), samples.size() + kFrame) << rate;  // players decode whole frames
    EXPECT_LT(test::rms_difference(track.samples, samples), 200) << rate << ": of tones that swing by 6000";
  }
}

TEST(AvWriter, TwoChannelsStayTwo) {
  const TemporaryFolder folder;
  std::vector<int16_t> opposite;
  for (const int16_t sample : tones(kRate, kRate)) opposite.insert(opposite.end(), {sample, static_cast<int16_t>(-sample)});
  write_mp4(folder / "stereo.mp4", pictures(25), 25, {kRate, 2, opposite});
  const auto track = audio::decode_audio(folder / "stereo.mp4", kRate);
  EXPECT_NEAR(track.seconds(), 1, 0.05);
  EXPECT_LT(test::rms_difference(track.samples, std::vector<int16_t>(track.samples.size())), 100) << "they cancel";
}

TEST(AvWriter, AClickIsHeardWhenAPictureChanges) {
  const TemporaryFolder folder;
  for (const int64_t change : {0, 7, 20}) {
    const double seconds = static_cast<double>(change) / 10;
    std::vector<cv::Mat> frames;
    for (int64_t i = 0; i < 30; ++i) frames.emplace_back(32, 48, CV_8UC3, i < change ? cv::Scalar::all(30) : cv::Scalar::all(220));
    std::vector<int16_t> samples(3 * kRate, 0);
    const auto click = static_cast<int64_t>(seconds * kRate);
    for (int64_t i = click; i < click + 48; ++i) samples[static_cast<size_t>(i)] = 20'000;
    write_mp4(folder / "click.mp4", frames, 10, {kRate, 1, samples});
    const auto track = audio::decode_audio(folder / "click.mp4", kRate).samples;
    const auto loudest = std::max_element(track.begin(), track.end()) - track.begin();
    EXPECT_NEAR(static_cast<double>(loudest) / kRate, seconds + 0.001, 0.003) << change;
    cv::VideoCapture capture((folder / "click.mp4").string(), cv::CAP_FFMPEG);
    cv::Mat frame;
    double shown = -1;
    while (shown < 0 && capture.read(frame)) {
      if (cv::mean(frame)[0] > 120) shown = capture.get(cv::CAP_PROP_POS_MSEC) / 1000;
    }
    EXPECT_NEAR(shown, seconds, 0.001) << change;
  }
}

TEST(AvWriter, EitherStreamMayBeLonger) {
  const TemporaryFolder folder;
  write_mp4(folder / "long_sound.mp4", pictures(3), 25, {kRate, 1, tones(2 * kRate, kRate)});
  EXPECT_EQ(VideoFile(folder / "long_sound.mp4").frames(), 3);
  EXPECT_NEAR(audio::decode_audio(folder / "long_sound.mp4", kRate).seconds(), 2, 0.05);
  write_mp4(folder / "short_sound.mp4", pictures(30), 25, {kRate, 1, tones(10, kRate)});
  EXPECT_EQ(VideoFile(folder / "short_sound.mp4").frames(), 30);
  EXPECT_NEAR(audio::decode_audio(folder / "short_sound.mp4", kRate).seconds(), 0, 0.05);
}

TEST(AvWriter, FilesAreMpeg4AndAacAtTheGivenRate) {
  const TemporaryFolder folder;
  for (const int rate : {10, 30}) {
    write_mp4(folder / "video.mp4", pictures(2 * rate), rate, {kRate, 1, tones(2 * kRate, kRate)});
    const cv::VideoCapture capture((folder / "video.mp4").string(), cv::CAP_FFMPEG);
    EXPECT_NEAR(capture.get(cv::CAP_PROP_FPS), rate, 0.01);
    EXPECT_EQ(capture.get(cv::CAP_PROP_FRAME_COUNT), 2 * rate);
    EXPECT_THAT(read_file(folder / "video.mp4"), AllOf(HasSubstr("ftyp"), HasSubstr("mp4v"), HasSubstr("mp4a")));
  }
}

TEST(AvWriter, SameInputGivesTheSameBytesAlsoInParallel) {
  const auto frames = pictures(12);
  const Sound sound{kRate, 1, tones(kRate, kRate)}, other{kRate, 1, tones(kRate, kRate, 3000)};
  const std::string once = encode_mp4(frames, 12, sound);
  EXPECT_EQ(encode_mp4(frames, 12, sound), once);
  EXPECT_NE(encode_mp4(frames, 12, other), once);
  EXPECT_NE(encode_mp4(pictures(13), 12, sound), once);
  EXPECT_THAT(once, AllOf(Not(HasSubstr("Lavf5")), Not(HasSubstr("Lavc5")))) << "the version of a library";
  std::vector<std::string> copies(8);
  at::parallel_for(0, 8, 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) copies[static_cast<size_t>(i)] = encode_mp4(frames, 12, sound);
  });
  for (const auto& copy : copies) EXPECT_EQ(copy, once);
}

TEST(AvWriter, WhatMakesNoVideoIsRefusedWithTheReasonAndNothingStays) {
  const TemporaryFolder folder;
  const auto refused = [&](const std::vector<cv::Mat>& frames, const Sound& sound, int rate = 12) {
    return error_of([&] { write_mp4(folder / "bad.mp4", frames, rate, sound); });
  };
  EXPECT_THAT(refused({}, {}), AllOf(HasSubstr("no frames"), HasSubstr("bad.mp4")));
  EXPECT_THAT(refused({cv::Mat(24, 32, CV_8UC1, cv::Scalar(0))}, {}), HasSubstr("three channels"));
  EXPECT_THAT(refused(pictures(2), {}, 0), HasSubstr("0 frames a second"));
  EXPECT_THAT(refused(pictures(2), {}, 70'000), HasSubstr("70000 frames a second"));
  EXPECT_THAT(refused(pictures(2), {12345, 1, {1, 2}}), AllOf(HasSubstr("12345 samples a second"), HasSubstr("bad.mp4")));
  EXPECT_THAT(refused(pictures(2), {-1, 1, {1, 2}}), HasSubstr("-1 samples a second"));
  EXPECT_THAT(refused(pictures(2), {kRate, 3, {1, 2, 3}}), HasSubstr("3 channels"));
  EXPECT_THAT(refused(pictures(2), {kRate, 2, {1, 2, 3}}), HasSubstr("3 values in 2 channels"));
  EXPECT_THAT(error_of([&] { write_mp4(folder / "missing" / "video.mp4", pictures(2), 12, {}); }), HasSubstr("missing/video.mp4"));
  EXPECT_THAT(list_folder(folder.path()), IsEmpty());
}

TEST(AvWriter, NothingIsPrinted) {
  testing::internal::CaptureStderr();
  testing::internal::CaptureStdout();
  EXPECT_FALSE(encode_mp4(pictures(3), 12, {8000, 2, tones(1000, 8000)}).empty());
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

}  // namespace
}  // namespace vbench
