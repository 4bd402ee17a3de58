#include "datasets/audio/audio_track.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <numeric>
#include <thread>

#include "tests/datasets/audio/fixture.hpp"

namespace vbench {
namespace {

namespace fs = std::filesystem;
using audio::decode_audio;
using audio::decode_segment;
using audio::probe;
using test::error_of;
using test::part;
using test::TemporaryFolder;
using testing::AllOf;
using testing::Each;
using testing::HasSubstr;

constexpr int64_t kRate = 24000;

/// A folder with files of sound.
class Sounds : public testing::Test {
 protected:
  fs::path write(const std::string& name, const std::string& bytes) const {
    write_file_atomically(folder_ / name, bytes);
    return folder_ / name;
  }
  [[nodiscard]] std::string refusal(const fs::path& file) const {
    return error_of([&] { (void)decode_audio(file, kRate); });
  }
  TemporaryFolder folder_;
};

TEST_F(Sounds, OfTheWantedRateAndOneChannelComeBackAsTheyAre) {
  const auto samples = test::tones(30'000, kRate);
  const auto track = decode_audio(write("a.wav", test::wav(samples, kRate)), kRate);
  EXPECT_EQ(track.sample_rate, kRate);
  EXPECT_EQ(track.samples, samples);
  EXPECT_DOUBLE_EQ(track.seconds(), 1.25);
}

TEST_F(Sounds, OfTwoChannelsAreAveraged) {
  std::vector<int16_t> both, mean;
  for (int i = 0; i < 5000; ++i) {
    both.insert(both.end(), {static_cast<int16_t>(4 * i), static_cast<int16_t>(-2 * i)});
    mean.push_back(static_cast<int16_t>(i));
  }
  const auto track = decode_audio(write("stereo.wav", test::wav(both, kRate, 2)), kRate);
  ASSERT_EQ(track.samples.size(), mean.size());
  for (size_t i = 0; i < mean.size(); ++i) ASSERT_NEAR(track.samples[i], mean[i], 1) << i;
}

TEST_F(Sounds, OfOtherRatesKeepTheirLengthAndPitch) {
  for (const uint32_t rate : {8000U, 11025U, 22051U, 44100U, 96000U}) {
    const auto track = decode_audio(write("odd.wav", test::wav(test::tones(rate, rate), rate)), kRate);
    EXPECT_NEAR(static_cast<double>(track.samples.size()), kRate, 2) << rate;
    const auto expected = test::tones(kRate, kRate);
    EXPECT_LT(test::rms_difference(part(track.samples, 500, 23'000), part(expected, 500, 23'000)), 100) << rate;
  }
}

TEST_F(Sounds, OfManyChannelsAreMixedWhereTheirOrderIsKnown) {
  for (const uint16_t channels : {3, 4, 6, 8}) {
    const std::vector<int16_t> same(static_cast<size_t>(channels) * 4800, 1000);
    const auto track = decode_audio(write("many.wav", test::wav(same, kRate, channels)), kRate);
    EXPECT_EQ(track.samples.size(), 4800U) << channels;
    EXPECT_NEAR(track.samples[2400], 1000, 320) << channels;  // one channel, that of low frequencies, is left out of the mix
  }
  const auto refused = refusal(write("unknown.wav", test::wav(std::vector<int16_t>(60 * 4800, 1000), kRate, 60)));
  EXPECT_THAT(refused, AllOf(HasSubstr("unknown.wav: "), HasSubstr("60 channels"), HasSubstr("cannot be mixed")));
}

TEST_F(Sounds, StretchesAreCutOutOfTheWholeTrackExactly) {
  constexpr int64_t kSamples = 50'000, kSourceRate = 11025;
  const auto file = write("a.wav", test::wav(test::tones(kSamples, kSourceRate), kSourceRate));
  const auto whole = decode_audio(file, kRate);
  const auto length = static_cast<int64_t>(whole.samples.size());
  for (const double start : {0.0, 0.3, 0.51234, 1.0000208, 2.9, 3.5, 3.6, 100.0, 1e300}) {
    const auto stretch = decode_segment(file, kRate, start, 1);
    const int64_t first = std::min(std::lround(std::min(start, 1e6) * kRate), length - kRate);
    EXPECT_EQ(stretch.samples, part(whole.samples, first, kRate)) << start;
    EXPECT_EQ(stretch.sample_rate, kRate);
  }
  EXPECT_EQ(decode_segment(file, kRate, 0.1, 4).samples, part(whole.samples, 2400, 4 * kRate));
  EXPECT_THAT(error_of([&] { (void)decode_segment(file, kRate, 0, 5); }),
              AllOf(HasSubstr("a.wav: its sound lasts 4.535 s, 5 s are needed"), HasSubstr("leave the video out")));
}

TEST_F(Sounds, StretchesOfLongTracksNeedLittleMemory) {
  constexpr uint32_t kSlow = 1000;
  std::vector<int16_t> hour(size_t{3600} * kSlow);
  std::iota(hour.begin(), hour.end(), 0);
  const auto file = write("long.wav", test::wav(hour, kSlow));
  const auto last = decode_segment(file, kSlow, 3000, 10);
  EXPECT_EQ(last.samples, part(hour, 3'000'000, 10'000));
  EXPECT_LT(last.samples.capacity(), 1'000'000U);
}

TEST_F(Sounds, StartsAreRoundedHalvesToEven) {
  EXPECT_EQ(audio::segment_start(100, 10, 0.25, 10, "x"), 2);
  EXPECT_EQ(audio::segment_start(100, 10, 0.35, 10, "x"), 4);
  EXPECT_EQ(audio::segment_start(100, 10, 9.0, 10, "x"), 90);
  EXPECT_EQ(audio::segment_start(100, 10, 9.1, 10, "x"), 90);
  EXPECT_EQ(audio::segment_start(10, 10, 5, 10, "x"), 0);
  EXPECT_THAT(error_of([] { (void)audio::segment_start(9, 10, 0, 10, "clip"); }), HasSubstr("clip: its sound lasts 0.900 s"));
  for (const double bad : {-0.1, std::nan("")})
    EXPECT_THAT(error_of([&] { (void)audio::segment_start(9, 10, bad, 1, ""); }), HasSubstr("cannot start"));
}

TEST_F(Sounds, TooLongAreRefused) {
  constexpr uint32_t kSlow = 1000;
  const std::vector<int16_t> longer((audio::kLongestSeconds + 1) * kSlow, 5);
  const auto file = write("endless.wav", test::wav(longer, kSlow));
  EXPECT_THAT(error_of([&] { (void)decode_audio(file, kSlow); }), HasSubstr("endless.wav: its sound lasts longer than 3 hours"));
  EXPECT_THAT(error_of([&] { (void)decode_segment(file, kSlow, 1e9, 1); }), HasSubstr("longer than 3 hours"));
}

TEST_F(Sounds, ThatAreMissingOrNoneAreNamed) {
  EXPECT_THAT(refusal(folder_ / "none.mp4"), HasSubstr("none.mp4: no such file"));
  EXPECT_THAT(refusal(folder_.path()), HasSubstr("is not a file"));
  EXPECT_THAT(refusal(write("empty.mp4", "")), HasSubstr("empty.mp4: the file is empty"));
  EXPECT_THAT(refusal(write("text.mp4", "no video at all")), HasSubstr("text.mp4: cannot be opened"));
  EXPECT_THAT(refusal(write("nothing.wav", test::wav({}, kRate))), HasSubstr("nothing.wav: holds no sound that can be decoded"));
  EXPECT_THAT(refusal(write("mute.mp4", video::encode_mp4(test::pictures(5), 25, {}))), HasSubstr("mute.mp4: has no sound"));
  ASSERT_EQ(::mkfifo((folder_ / "pipe.mp4").c_str(), 0600), 0);
  EXPECT_THAT(refusal(folder_ / "pipe.mp4"), HasSubstr("is not a file")) << "would wait for ever";
  const auto plain = write("a.wav", test::wav(test::tones(100, kRate), kRate));
  EXPECT_THAT(error_of([&] { (void)decode_audio(plain, 10); }), HasSubstr("10 samples a second"));
  EXPECT_THAT(error_of([&] { (void)decode_segment(plain, kRate, 0, 0); }), HasSubstr("0 s of sound"));
}

TEST_F(Sounds, OfImpossibleFormsAreRefused) {
  EXPECT_THAT(refusal(write("slow.wav", test::wav(test::tones(5000, kRate), 1))), HasSubstr("has 1 samples a second"));
  EXPECT_THAT(refusal(write("fast.wav", test::wav(test::tones(5000, kRate), 2'000'000))), HasSubstr("has 2000000 samples a second"));
  EXPECT_THAT(refusal(write("zero.wav", test::wav(test::tones(5000, kRate), 0))), HasSubstr("zero.wav: "));
  EXPECT_THAT(refusal(write("wide.wav", test::wav(test::tones(200'000, kRate), kRate, 65535))), HasSubstr("wide.wav: "));
}

TEST_F(Sounds, ListsThatNameOtherFilesAreNotFollowed) {
  const auto other = write("other.wav", test::wav(test::tones(5000, kRate), kRate));
  const std::string playlist = "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:9,\nother.wav\n#EXT-X-ENDLIST\n";
  for (const auto& [name, bytes] : std::map<std::string, std::string>{{"list.m3u8", playlist},
                                                                      {"list.mp4", playlist},
                                                                      {"list.ffconcat", "ffconcat version 1.0\nfile other.wav\n"},
                                                                      {"concat.mp4", "ffconcat version 1.0\nfile other.wav\n"}}) {
    EXPECT_THAT(refusal(write(name, bytes)), HasSubstr(name + ": cannot be opened"));
  }
  EXPECT_EQ(decode_audio(write("pipe:0.wav", read_file(other)), kRate).samples.size(), 5000U) << "a name, no protocol";
}

TEST_F(Sounds, OfDamagedFilesAreATrackOrAnError) {
  const std::string whole = video::encode_mp4(test::pictures(10), 25, {kRate, 1, test::tones(20'000, kRate)});
  RandomStream random(3, "damage");
  int64_t tracks = 0;
  for (int round = 0; round < 60; ++round) tracks += test::holds_track(write("damaged.mp4", test::damaged(whole, round, random))) ? 1 : 0;
  EXPECT_GT(tracks, 5);
}

TEST_F(Sounds, CutShortGiveWhatIsLeft) {
  const auto samples = test::tones(30'000, kRate);
  const auto cut = decode_audio(write("cut.wav", test::wav(samples, kRate).substr(0, 20'044)), kRate);
  EXPECT_EQ(cut.samples, part(samples, 0, 10'000));
  const std::string mp4 = video::encode_mp4(test::pictures(10), 25, {kRate, 1, samples});
  EXPECT_THAT(refusal(write("cut.mp4", mp4.substr(0, mp4.size() / 2))), HasSubstr("cut.mp4: cannot be opened"))
      << "its table is at its end";
}

TEST_F(Sounds, AreTheSameFromManyThreads) {
  const auto file = write("a.mp4", video::encode_mp4(test::pictures(25), 25, {44100, 2, test::tones(88'200, 44100)}));
  const auto once = decode_audio(file, kRate).samples;
  std::vector<std::vector<int16_t>> copies(8);
  std::vector<std::thread> threads;
  for (auto& copy : copies) threads.emplace_back([&copy, &file] { copy = decode_audio(file, kRate).samples; });
  for (auto& thread : threads) thread.join();
  EXPECT_THAT(copies, Each(once));
}

TEST_F(Sounds, PrintNothing) {
  testing::internal::CaptureStderr();
  testing::internal::CaptureStdout();
  (void)refusal(write("text.mp4", std::string(5000, 'x')));
  (void)decode_audio(write("cut.wav", test::wav(test::tones(9000, kRate), kRate).substr(0, 9001)), kRate);
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(Silence, IsDigitalSilenceOnly) {
  EXPECT_TRUE(audio::is_silent({}));
  EXPECT_TRUE(audio::is_silent(std::vector<int16_t>{0, 1, -1, 0}));
  EXPECT_FALSE(audio::is_silent(std::vector<int16_t>{0, 0, 2, 0}));
  EXPECT_FALSE(audio::is_silent(std::vector<int16_t>{0, 0, -32768, 0}));
}

TEST_F(Sounds, LastAsLongAsTheHeaderOrThePacketsSay) {
  const auto both = write("both.mp4", video::encode_mp4(test::pictures(40), 25, {kRate, 1, test::tones(30'000, kRate)}));
  const auto seconds = probe(both);
  EXPECT_NEAR(seconds.picture.value(), 1.6, 1e-3);
  EXPECT_NEAR(seconds.sound.value(), 1.25, 1e-3);
  EXPECT_TRUE(seconds.both_longer_than(1.1));
  EXPECT_FALSE(seconds.both_longer_than(1.3));
  const auto mute = probe(write("mute.mp4", video::encode_mp4(test::pictures(40), 25, {})));
  EXPECT_NEAR(mute.picture.value(), 1.6, 1e-3);
  EXPECT_FALSE(mute.sound.has_value());
  EXPECT_FALSE(mute.both_longer_than(0));
  const auto sound = probe(write("a.wav", test::wav(test::tones(36'000, kRate), kRate)));
  EXPECT_FALSE(sound.picture.has_value());
  EXPECT_NEAR(sound.sound.value(), 1.5, 1e-6);
  EXPECT_EQ(probe(write("nothing.wav", test::wav({}, kRate))).sound, 0.0);
  EXPECT_THAT(error_of([&] { (void)probe(folder_ / "none.mp4"); }), HasSubstr("no such file"));
}

}  // namespace
}  // namespace vbench
