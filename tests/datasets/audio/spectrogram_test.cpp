#include "datasets/audio/spectrogram.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include "datasets/audio/segment.hpp"
#include "harness/core/settings.hpp"
#include "tests/datasets/audio/fixture.hpp"

namespace vbench {
namespace {

using audio::LogMelSpectrogram;
using audio::SegmentOptions;
using audio::SegmentReader;
using test::error_of;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(Spectrogram, OfOneSecondHas99FramesAndOfAlmostNothingOne) {
  const LogMelSpectrogram spectrogram(257, 24000);
  EXPECT_THAT(spectrogram(test::tones(24000, 24000)).sizes(), ElementsAre(1, 257, 99));
  EXPECT_THAT(spectrogram(test::tones(480, 24000)).sizes(), ElementsAre(1, 257, 1));
  EXPECT_THAT(spectrogram(test::tones(481, 24000)).sizes(), ElementsAre(1, 257, 2));
  EXPECT_THAT(spectrogram(test::tones(1, 24000)).sizes(), ElementsAre(1, 257, 1));
  EXPECT_THAT(error_of([&] { (void)spectrogram({}); }), HasSubstr("no sound"));
}

TEST(Spectrogram, FrameLengthsRoundHalvesUp) {
  EXPECT_EQ(LogMelSpectrogram(40, 11025).frames_of(221), 1) << "20 ms are 220.5 samples";
  EXPECT_EQ(LogMelSpectrogram(40, 11025).frames_of(222), 2);
}

TEST(Spectrogram, OfAToneIsLoudestUnderTheFilterOfItsFrequency) {
  constexpr double kTone = 3000;
  std::vector<int16_t> wave;
  for (int i = 0; i < 24000; ++i)
    wave.push_back(static_cast<int16_t>(std::lround(8000 * std::sin(2 * 3.14159265358979 * kTone * i / 24000))));
  const auto loudest = LogMelSpectrogram(40, 24000)(wave)[0].select(1, 50).argmax().item<int64_t>();
  const auto filter = audio::mel_filters(40, 24000)[static_cast<size_t>(loudest)];
  const int64_t bin = std::lround(kTone * 1024 / 24000);
  EXPECT_GT(bin, filter.first_bin);
  EXPECT_LT(bin, filter.first_bin + static_cast<int64_t>(filter.weights.size()));
}

TEST(Spectrogram, VolumeAddsToTheLogarithm) {
  const LogMelSpectrogram spectrogram(40, 24000);
  const auto wave = test::tones(24000, 24000);
  const auto difference = spectrogram(wave, 1.1) - spectrogram(wave);
  EXPECT_TRUE(torch::allclose(difference, torch::full_like(difference, 2 * std::log(1.1)), 0, 1e-4));
}

TEST(Spectrogram, RatesThatDoNotFitAreRefused) {
  EXPECT_THAT(error_of([] { LogMelSpectrogram(40, 96000); }), HasSubstr("96000"));
  EXPECT_THAT(error_of([] { LogMelSpectrogram(40, 0); }), HasSubstr("0 samples"));
  EXPECT_THAT(error_of([] { LogMelSpectrogram(0, 24000); }), HasSubstr("0 mel filters"));
}

TEST(Segment, VolumeAndTimeVaryWithinTheirRangesAndOnlyIfWanted) {
  const SegmentReader plain({.volume_jitter = false}), varied({.temporal_jitter = true});
  RandomStream random(1, "segments");
  double least = 9, most = 0, earliest = 9, latest = 0;
  for (int i = 0; i < 500; ++i) {
    const auto draw = varied.draw(2, random);
    least = std::min(least, draw.volume);
    most = std::max(most, draw.volume);
    earliest = std::min(earliest, draw.start_seconds);
    latest = std::max(latest, draw.start_seconds);
    EXPECT_GE(varied.draw(0.1, random).start_seconds, 0);
    EXPECT_EQ(plain.draw(2, random).volume, 1);
    EXPECT_EQ(plain.draw(2, random).start_seconds, 2);
  }
  EXPECT_NEAR(least, 0.9, 0.005);
  EXPECT_NEAR(most, 1.1, 0.005);
  EXPECT_NEAR(earliest, 1.5, 0.02);
  EXPECT_NEAR(latest, 2.5, 0.02);
  RandomStream one(5, "segments"), same(5, "segments");
  EXPECT_EQ(varied.draw(3, one).volume, varied.draw(3, same).volume);
}

TEST(Segment, OfAFileIsThatOfItsTrack) {
  const test::TemporaryFolder folder;
  write_file_atomically(folder / "a.wav", test::wav(test::tones(50'000, 22050), 22050));
  const SegmentReader reader({.z_normalise = true});
  const auto track = audio::decode_audio(folder / "a.wav", 24000);
  for (const audio::SegmentDraw& draw : {audio::SegmentDraw{0.4, 1.05}, audio::SegmentDraw{9, 1}}) {
    test::expect_same(reader.read(folder / "a.wav", draw), reader.cut(track, draw, "a"));
  }
  EXPECT_FALSE(torch::equal(reader.read(folder / "a.wav", {0.4, 1}), reader.read(folder / "a.wav", {0.4, 1.05})));
  EXPECT_THAT(error_of([&] { (void)SegmentReader({.seconds = 3}).read(folder / "a.wav", {}); }),
              HasSubstr("a.wav: its sound lasts 2.268 s"));
  EXPECT_THAT(error_of([&] { (void)SegmentReader({.sample_rate = 48000}).cut(track, {}, "a"); }), HasSubstr("24000"));
}

TEST(Segment, OptionsThatDescribeNoneAreRefused) {
  EXPECT_THAT(error_of([] { SegmentReader({.seconds = 0}); }), HasSubstr("0 s"));
  EXPECT_THAT(error_of([] { SegmentReader({.sample_rate = 96000}); }), HasSubstr("96000"));
  EXPECT_THAT(error_of([] { SegmentReader({.type = 3}); }), HasSubstr("type 3"));
}

TEST(Segment, OptionsAreSetByName) {
  SegmentOptions options;
  Settings settings;
  options.bind(settings);
  for (const auto* assignment : {"audio.seconds=2", "audio.sample_rate=48000", "audio.type=1", "audio.z_normalise=yes",
                                 "audio.volume_jitter=no", "audio.temporal_jitter=yes"}) {
    settings.set_assignment(assignment);
  }
  EXPECT_EQ(options.samples(), 96000);
  EXPECT_EQ(options.filters(), 40);
  EXPECT_TRUE(options.z_normalise && options.temporal_jitter && !options.volume_jitter);
}

}  // namespace
}  // namespace vbench
