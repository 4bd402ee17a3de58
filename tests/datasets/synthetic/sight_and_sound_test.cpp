#include "datasets/synthetic/sight_and_sound.hpp"

#include <ATen/ATen.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <numeric>
#include <opencv2/imgproc.hpp>
#include <set>

#include "datasets/audio/media_file.hpp"
#include "datasets/audio/spectrogram.hpp"
#include "harness/core/files.hpp"
#include "metrics/clustering.hpp"
#include "tests/datasets/synthetic/files_below.hpp"
#include "tests/support/golden.hpp"
#include "tests/support/threads.hpp"

namespace vbench::synthetic {
namespace {

namespace fs = std::filesystem;
using test::files_below;
using ::testing::HasSubstr;

constexpr audio_visual::StandinOptions kSmall{.train_videos = 2, .val_videos = 1, .seconds = 1.3, .side = 32, .fps = 8};

TEST(SightAndSound, ClassesAreSortedAndEachPairIsOnce) {
  std::set<std::pair<Sight, Voice>> pairs;
  std::set<Sight> sights;
  std::set<Voice> voices;
  for (const auto& one : paired_classes()) {
    pairs.emplace(one.sight, one.voice);
    sights.insert(one.sight);
    voices.insert(one.voice);
  }
  EXPECT_EQ(pairs.size(), 8U);
  EXPECT_EQ(static_cast<int64_t>(sights.size()), kSights);
  EXPECT_EQ(static_cast<int64_t>(voices.size()), kVoices);
  EXPECT_TRUE(
      std::is_sorted(paired_classes().begin(), paired_classes().end(), [](const auto& a, const auto& b) { return a.name < b.name; }));
}

TEST(SightAndSound, EverySplitHasAsManyVideosOfEachClassAndAllAreLongEnough) {
  const test::TemporaryFolder folder;
  write_sight_and_sound(folder.path(), kSmall, 1);
  const auto files = files_below(folder.path());
  ASSERT_EQ(files.size(), 24U);
  EXPECT_EQ(files.front(), "train/flat_bars_clicking/train_00000.mp4");
  EXPECT_EQ(files.back(), "val/upright_bars_humming/val_00000.mp4");
  for (const auto& file : files) EXPECT_TRUE(audio::probe(folder / file).both_longer_than(1.1)) << file;
}

TEST(SightAndSound, SameSeedSameFilesHoweverManyThreads) {
  const test::TemporaryFolder one, two, other;
  {
    const test::Threads threads(1);
    write_sight_and_sound(one.path(), kSmall, 1);
  }
  write_sight_and_sound(two.path(), kSmall, 1);
  auto more = kSmall;
  more.train_videos = 3;
  write_sight_and_sound(other.path(), more, 1);
  for (const auto& file : files_below(one.path())) {
    EXPECT_EQ(read_file(one / file), read_file(two / file)) << file;
    EXPECT_EQ(read_file(one / file), read_file(other / file)) << file << " must not depend on how many there are";
  }
  write_sight_and_sound(two.path(), kSmall, 2);
  EXPECT_NE(read_file(one / "val/rings_trilling/val_00000.mp4"), read_file(two / "val/rings_trilling/val_00000.mp4"));
}

TEST(SightAndSound, OptionsThatDescribeNoVideoAreRefused) {
  const test::TemporaryFolder folder;
  auto odd = kSmall;
  odd.side = 33;
  EXPECT_THAT(test::error_of([&] { write_sight_and_sound(folder.path(), odd, 1); }), HasSubstr("standin.side"));
  auto shorter = kSmall;
  shorter.seconds = 1;
  EXPECT_THAT(test::error_of([&] { write_sight_and_sound(folder.path(), shorter, 1); }), HasSubstr("standin.seconds"));
}

// What can be told by whom. Features are made by hand, so that a class that they tell apart is there to be learnt.

using Features = std::vector<double>;

cv::Mat grey_of(const cv::Mat& picture) {
  cv::Mat grey, values;
  cv::cvtColor(picture, grey, cv::COLOR_BGR2GRAY);
  cv::GaussianBlur(grey, grey, {3, 3}, 0);
  grey.convertTo(values, CV_32F);
  return values;
}

/// Mean squared difference between a picture and another that is `down` pixels lower.
double difference(const cv::Mat& a, const cv::Mat& b, int down) {
  const cv::Rect all(0, std::max(0, -down), a.cols, a.rows - std::abs(down)), moved(0, std::max(0, down), a.cols, a.rows - std::abs(down));
  const cv::Mat gap = a(all) - b(moved);
  return gap.dot(gap) / static_cast<double>(gap.total());
}

/// Edges up and down, edges across, motion upward, and how little of the picture edges take.
Features features_of_sight(const std::vector<cv::Mat>& pictures) {
  double down = 0, across = 0, lifted = 0, sunk = 0, still = 0, diagonal = 0;
  for (size_t i = 0; i + 1 < pictures.size(); ++i) {
    const cv::Mat a = grey_of(pictures[i]), b = grey_of(pictures[i + 1]);
    const int step = a.rows / 26;  // pixels that rising discs go in 1/16 s
    lifted += difference(a, b, -step);
    sunk += difference(a, b, step);
    still += difference(a, b, 0);
    cv::Mat x, y, xy;
    cv::Sobel(a, x, CV_32F, 1, 0);
    cv::Sobel(a, y, CV_32F, 0, 1);
    across += x.dot(x);
    down += y.dot(y);
    cv::Sobel(a, xy, CV_32F, 1, 1);
    diagonal += xy.dot(xy);
  }
  return {std::log(across / down), 2 * std::log(lifted / sunk), std::log(still / lifted), std::log((across + down) / still),
          std::log(diagonal / (across + down))};
}

/// Where the energy of a spectrogram lies, how far it moves and spreads, how often it rises, and how much its strength changes.
Features features_of_voice(const std::vector<int16_t>& sound) {
  const auto whole = audio::LogMelSpectrogram(40, kSoundRate)(sound)[0].narrow(1, 10, 90).to(at::kDouble).exp();
  const auto energies = at::where(whole > 0.1 * whole.amax(0), whole, at::zeros_like(whole));  // without the noise
  const auto strength = energies.sum(0);
  const auto filters = at::arange(40, at::kDouble).unsqueeze(1);
  const auto centre = (energies * filters).sum(0) / strength;
  const auto spread = (energies * (filters - centre).square()).sum(0).div(strength).sqrt();
  const auto rises = (centre.narrow(0, 1, 89) > centre.narrow(0, 0, 89)).to(at::kDouble);
  return {centre.mean().item<double>(), rises.mean().item<double>(), centre.std().item<double>(), spread.mean().item<double>(),
          strength.log().std().item<double>()};
}

Features raw_pixels(const std::vector<cv::Mat>& pictures) {
  cv::Mat small;
  cv::resize(pictures[pictures.size() / 2], small, {21, 16}, 0, 0, cv::INTER_AREA);
  return {small.datastart, small.dataend};
}

Features raw_spectra(const std::vector<int16_t>& sound) {
  const auto energies = audio::LogMelSpectrogram(40, kSoundRate)(sound)[0].narrow(1, 20, 80).contiguous().to(at::kDouble);
  return {energies.data_ptr<double>(), energies.data_ptr<double>() + energies.numel()};
}

constexpr int64_t kVideosOfAClass = 16;

/// Each [8 * 16, F]: a class behind the other.
struct Tables {
  at::Tensor seen, heard, pixels, spectra;
};

const Tables& tables() {
  static const Tables made = [] {
    std::array<std::vector<at::Tensor>, 4> rows;
    for (size_t index = 0; index < paired_classes().size(); ++index) {
      for (int64_t i = 0; i < kVideosOfAClass; ++i) {
        const auto [pictures, sound] = make_sight_and_sound(index, i, {}, 5);
        rows[0].push_back(at::tensor(features_of_sight(pictures), at::kDouble));
        rows[1].push_back(at::tensor(features_of_voice(sound), at::kDouble));
        rows[2].push_back(at::tensor(raw_pixels(pictures), at::kDouble));
        rows[3].push_back(at::tensor(raw_spectra(sound), at::kDouble));
      }
    }
    return Tables{at::stack(rows[0]), at::stack(rows[1]), at::stack(rows[2]), at::stack(rows[3])};
  }();
  return made;
}

/// How many of the second half of videos are nearest to one of their own group among the first half.
/// @param groups  of each class; negative: left out
double share_told_apart(const at::Tensor& features, const std::vector<int64_t>& groups) {
  constexpr int64_t kHalf = kVideosOfAClass / 2;
  const auto scaled = ((features - features.mean(0)) / features.std(0)).view({8, kVideosOfAClass, -1});
  std::vector<at::Tensor> known, asked;
  std::vector<int64_t> known_groups;
  for (size_t c = 0; c < groups.size(); ++c) {
    if (groups[c] < 0) continue;
    known.push_back(scaled[static_cast<int64_t>(c)].narrow(0, 0, kHalf));
    asked.push_back(scaled[static_cast<int64_t>(c)].narrow(0, kHalf, kHalf));
    known_groups.insert(known_groups.end(), kHalf, groups[c]);
  }
  const auto found = at::tensor(known_groups, at::kLong);  // the asked ones stand in the same order
  const auto nearest = at::cdist(at::cat(asked), at::cat(known)).argmin(1);
  return found.index_select(0, nearest).eq(found).to(at::kDouble).mean().item<double>();
}

template <class Part>
std::vector<int64_t> groups_by(const Part& part) {
  std::vector<int64_t> groups;
  for (const auto& one : paired_classes()) groups.push_back(static_cast<int64_t>(part(one)));
  return groups;
}
std::vector<int64_t> sights() {
  return groups_by([](const PairedClass& one) { return one.sight; });
}
std::vector<int64_t> voices() {
  return groups_by([](const PairedClass& one) { return one.voice; });
}

/// The two classes that share a group, as groups of their own.
std::vector<int64_t> within(const std::vector<int64_t>& groups, int64_t group) {
  std::vector<int64_t> split(groups.size(), -1);
  int64_t next = 0;
  for (size_t c = 0; c < groups.size(); ++c) {
    if (groups[c] == group) split[c] = next++;
  }
  return split;
}

TEST(SightAndSound, FiveSightsAndFiveVoicesCanBeToldApart) {
  EXPECT_GE(share_told_apart(tables().seen, sights()), 0.9);
  EXPECT_GE(share_told_apart(tables().heard, voices()), 0.9);
}

TEST(SightAndSound, TogetherTheyTellAllClasses) {
  std::vector<int64_t> classes(8);
  std::iota(classes.begin(), classes.end(), 0);
  EXPECT_GE(share_told_apart(at::cat({tables().seen, tables().heard}, 1), classes), 0.9);
}

/// By the look of it nothing else does: 16 guesses of two classes, right by chance.
TEST(SightAndSound, ClassesThatShareASightLookAlikeAndThoseThatShareAVoiceSoundAlike) {
  for (const Sight sight : {Sight::kFlatBars, Sight::kUprightBars, Sight::kRings}) {
    EXPECT_NEAR(share_told_apart(tables().seen, within(sights(), static_cast<int64_t>(sight))), 0.5, 0.3);
  }
  for (const Voice voice : {Voice::kClicks, Voice::kHum, Voice::kSweeps}) {
    EXPECT_NEAR(share_told_apart(tables().heard, within(voices(), static_cast<int64_t>(voice))), 0.5, 0.3);
  }
}

at::Tensor labels_of(const std::vector<int64_t>& groups) { return at::tensor(groups, at::kLong).repeat_interleave(kVideosOfAClass); }

TEST(SightAndSound, WhoOnlySeesOrOnlyHearsScoresAsDocumented) {
  std::vector<int64_t> classes(8);
  std::iota(classes.begin(), classes.end(), 0);
  for (const auto& groups : {sights(), voices()}) {
    const auto scores = cluster_scores(labels_of(groups), labels_of(classes));
    EXPECT_NEAR(scores.nmi, 0.857, 0.001);
    EXPECT_NEAR(scores.accuracy, 0.625, 1e-12);
  }
}

/// NMI of eight clusters of raw values with the classes.
double raw_nmi(const at::Tensor& values) {
  cv::Mat rows(static_cast<int>(values.size(0)), static_cast<int>(values.size(1)), CV_32F);
  const auto floats = values.to(at::kFloat).contiguous();
  std::memcpy(rows.data, floats.data_ptr<float>(), floats.nbytes());
  cv::Mat clusters;
  cv::setRNGSeed(1);
  cv::kmeans(rows, 8, clusters, {cv::TermCriteria::COUNT, 50, 0}, 5, cv::KMEANS_PP_CENTERS);
  std::vector<int64_t> found(clusters.begin<int>(), clusters.end<int>());
  std::vector<int64_t> classes(8);
  std::iota(classes.begin(), classes.end(), 0);
  return cluster_scores(at::tensor(found, at::kLong), labels_of(classes)).nmi;
}

TEST(SightAndSound, ClustersOfRawPixelsAndSpectraSayLittle) {
  const double pixels = raw_nmi(tables().pixels), spectra = raw_nmi(tables().spectra);
  EXPECT_LT(pixels, 0.35);
  EXPECT_LT(spectra, 0.6);
}

}  // namespace
}  // namespace vbench::synthetic
