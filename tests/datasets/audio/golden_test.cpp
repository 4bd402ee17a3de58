// Spectrograms as the original computes them, and real files as the ffmpeg program decodes them.
#include <torch/types.h>

#include "datasets/audio/media_file.hpp"
#include "datasets/audio/segment.hpp"
#include "tests/datasets/audio/fixture.hpp"

namespace vbench {
namespace {

namespace fs = std::filesystem;
using test::Golden;

const test::Tolerance kSpectrogram{.absolute = 2e-4, .why = "logarithms of double-precision energies, stored in single precision"};

audio::AudioTrack track_of(const Golden& golden, const std::string& name, int64_t rate) {
  const auto wave = golden[name].to(torch::kInt).contiguous();
  return {rate, {wave.data_ptr<int>(), wave.data_ptr<int>() + wave.numel()}};
}

void expect_spectrogram(const Golden& golden, const std::string& group) {
  audio::SegmentOptions options;
  options.seconds = static_cast<int64_t>(golden.number(group, "num_sec"));
  options.sample_rate = static_cast<int64_t>(golden.number(group, "sample_rate"));
  options.type = static_cast<int64_t>(golden.number(group, "spec_type"));
  options.z_normalise = golden.flag(group, "z_normalize");
  const auto track = track_of(golden, group + "/wave_i16", options.sample_rate);
  const auto spectrogram = audio::SegmentReader(options).cut(track, {golden.number(group, "start_sec"), 1}, group);
  test::expect_close(spectrogram, golden[group + "/spectrogram"], kSpectrogram, group);
}

/// "filterbank_257_24000"
void expect_filters(const Golden& golden, const std::string& name) {
  const auto expected = golden[name];
  const int64_t rate = std::stoll(name.substr(name.rfind('_') + 1));
  auto ours = torch::zeros_like(expected);
  const auto filters = audio::mel_filters(expected.size(0), rate);
  for (size_t i = 0; i < filters.size(); ++i) {
    for (size_t j = 0; j < filters[i].weights.size(); ++j)
      ours[static_cast<int64_t>(i)][filters[i].first_bin + static_cast<int64_t>(j)] = filters[i].weights[j];
  }
  test::expect_close(ours, expected, {.absolute = 1e-7, .why = "stored in single precision"}, name);
}

void expect_silence(const Golden& golden, const std::string& name) {
  const auto silence = audio::LogMelSpectrogram(257, 24000)(std::vector<int16_t>(24000, 0))[0];
  using torch::indexing::Slice;
  test::expect_close(silence.index({Slice(0, torch::indexing::None, 16), Slice(0, torch::indexing::None, 10)}), golden[name], kSpectrogram,
                     name);
}

TEST(GoldenSpectrogram, IsTheOriginals) {
  VBENCH_REQUIRE_GOLDEN(golden, "selavi/spectrogram.h5");
  golden.for_each_group({{"case_", [&](const std::string& group) { expect_spectrogram(golden, group); }},
                         {"filterbank_", [&](const std::string& name) { expect_filters(golden, name); }},
                         {"silence_spectrogram", [&](const std::string& name) { expect_silence(golden, name); }}});
}

/// Within one level everywhere: other processors round the last bit of decoders differently.
void expect_reference(const Golden& golden, const std::string& group) {
  const std::string name = golden.text(group, "file");
  const fs::path file = test::real_data_root() / name;
  if (!fs::exists(file)) return;
  SCOPED_TRACE(name);
  const auto rate = static_cast<int64_t>(golden.number(group, "sample_rate"));
  const auto track = audio::decode_audio(file, rate);
  ASSERT_EQ(track.samples.size(), static_cast<size_t>(golden.number(group, "samples")));
  const auto samples = torch::tensor(std::vector<int>(track.samples.begin(), track.samples.end()));
  const auto starts = golden[group + "/stretch_starts"].to(torch::kLong);
  const auto stretches = golden[group + "/stretches"].to(torch::kInt);
  int largest = 0;
  for (int64_t i = 0; i < starts.size(0); ++i) {
    const int64_t first = starts[i].item<int64_t>();
    largest = std::max(largest, (samples.slice(0, first, first + stretches.size(1)) - stretches[i]).abs().max().item<int>());
  }
  EXPECT_LE(largest, 1);
  const auto sums = golden[group + "/block_sums"].to(torch::kLong);
  const auto rms = golden[group + "/block_rms"].to(torch::kDouble);
  const auto blocks = samples.slice(0, 0, sums.size(0) * rate / 10).view({sums.size(0), rate / 10});
  const double most_sum = static_cast<double>(rate) / 10;
  EXPECT_LE((blocks.sum(1) - sums).abs().max().item<double>(), most_sum);
  EXPECT_LE((blocks.to(torch::kDouble).pow(2).mean(1).sqrt() - rms).abs().max().item<double>(), 1);
}

TEST(RealSound, IsWhatTheFfmpegProgramDecodes) {
  if (!fs::exists(test::real_data_root() / "videos")) GTEST_SKIP() << "no videos below " << test::real_data_root();
  VBENCH_REQUIRE_GOLDEN(golden, "selavi/audio_reference.h5");
  golden.for_each_group({{"track_", [&](const std::string& group) { expect_reference(golden, group); }}});
}

TEST(RealSound, LastsAsLongAsTheFilesSay) {
  const fs::path videos = test::real_data_root() / "videos";
  if (!fs::exists(videos)) GTEST_SKIP() << "no videos below " << test::real_data_root();
  struct Expected {
    std::string name;
    double picture, sound;  // less than 0: none
  };
  for (const Expected& file : std::vector<Expected>{{"videofeatures_v_GGSY1Qvo990.mp4", 18.044, 18.158},
                                                    {"mmaction2_test.avi", 6.56, 6.557},
                                                    {"opencv_Megamind.avi", 11.261, 11.232},
                                                    {"decord_flipping_a_pancake.mkv", 10.34, 10.381},
                                                    {"lipnet_grid_lwbsza.mpg", 3, 2.952},
                                                    {"openl3_bento_portrait.mp4", 1.1, 0.998},
                                                    {"mmaction2_demo.mp4", 10, -1},
                                                    {"mmaction2_test.wav", -1, 6.557}}) {
    SCOPED_TRACE(file.name);
    const auto seconds = audio::probe(videos / file.name);
    EXPECT_NEAR(seconds.picture.value_or(-1), file.picture, 0.05);
    EXPECT_NEAR(seconds.sound.value_or(-1), file.sound, 0.05);
  }
  EXPECT_FALSE(audio::probe(videos / "openl3_bento_portrait.mp4").both_longer_than(1.1));
  EXPECT_TRUE(audio::probe(videos / "lipnet_grid_lwbsza.mpg").both_longer_than(1.1));
}

TEST(RealSound, SilentTracksAreToldFromOthers) {
  const fs::path videos = test::real_data_root() / "videos";
  if (!fs::exists(videos)) GTEST_SKIP() << "no videos below " << test::real_data_root();
  for (const auto* name : {"imageio_cockatoo_silent_audio.mp4", "wagon_original_train_in_out.mp4"})
    EXPECT_TRUE(audio::is_silent(audio::decode_audio(videos / name, 24000).samples)) << name;
  for (const auto* name : {"imageio_realshort.mp4", "opencv_Megamind.avi"})
    EXPECT_FALSE(audio::is_silent(audio::decode_audio(videos / name, 24000).samples)) << name;
}

TEST(RealSound, StretchesOfEveryCodecAreCutOutOfTheWholeTrack) {
  const fs::path videos = test::real_data_root() / "videos";
  if (!fs::exists(videos)) GTEST_SKIP() << "no videos below " << test::real_data_root();
  for (const auto* name : {"carving_ice_cover_stream.mp4", "decord_flipping_a_pancake.mkv", "mmaction2_test.avi", "opencv_Megamind.avi"}) {
    const auto whole = audio::decode_audio(videos / name, 24000).samples;
    for (const double start : {0.0, 2.2, 5.0, 60.0}) {
      const int64_t first = std::min(std::lround(start * 24000), static_cast<long>(whole.size()) - 24000);
      EXPECT_EQ(audio::decode_segment(videos / name, 24000, start, 1).samples, test::part(whole, first, 24000)) << name << " " << start;
    }
  }
}

TEST(RealSound, OfDamagedFilesIsATrackOrAnError) {
  const fs::path videos = test::real_data_root() / "videos";
  if (!fs::exists(videos)) GTEST_SKIP() << "no videos below " << test::real_data_root();
  const test::TemporaryFolder folder;
  RandomStream random(4, "damage");
  for (const auto* name :
       {"imageio_realshort.mp4", "mmaction2_test.avi", "mmaction2_test.wav", "decord_flipping_a_pancake.mkv", "lipnet_grid_lwbsza.mpg"}) {
    const std::string whole = read_file(videos / name);
    for (int round = 0; round < 9; ++round) {
      write_file_atomically(folder / name, test::damaged(whole, round, random));
      (void)test::holds_track(folder / name);
    }
  }
}

TEST(RealSound, EveryClipOfAvMiniGivesASpectrogram) {
  const fs::path root = test::real_data_root() / "av-mini";
  if (!fs::exists(root)) GTEST_SKIP() << "no av-mini below " << test::real_data_root();
  const audio::SegmentReader reader({});
  RandomStream random(1, "av-mini");
  int64_t clips = 0;
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    if (entry.path().extension() != ".mp4") continue;
    SCOPED_TRACE(entry.path().string());
    EXPECT_TRUE(audio::probe(entry.path()).both_longer_than(1.1));
    const auto spectrogram = reader.read(entry.path(), reader.draw(0.2, random));
    EXPECT_THAT(spectrogram.sizes(), testing::ElementsAre(1, 257, 99));
    EXPECT_TRUE(torch::isfinite(spectrogram).all().item<bool>());
    EXPECT_GT(spectrogram.std().item<double>(), 0.5);
    ++clips;
  }
  EXPECT_EQ(clips, 62);
}

}  // namespace
}  // namespace vbench
