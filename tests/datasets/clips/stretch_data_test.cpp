// Labelled videos as SeLaVi reads them: which stretches and squares are seen, how often, and what becomes of short videos.
#include <torch/types.h>

#include <map>
#include <set>

#include "datasets/clips/labels.hpp"
#include "datasets/clips/standin.hpp"
#include "datasets/clips/stretch_data.hpp"
#include "datasets/transforms/scaled_crop.hpp"
#include "datasets/video/video_file.hpp"
#include "tests/datasets/clips/fixture.hpp"

namespace vbench::clips {
namespace {

using test::expect_same;
using test::SmallSet;
using ::testing::AllOf;
using ::testing::HasSubstr;
using video::CropPlace;

constexpr int64_t kCrop = 24;

/// Clips of 4 frames at the videos' own rate.
StretchOptions small_options() {
  StretchOptions options;
  options.files.allow_missing = 0;
  options.picture = {.frames = 4, .fps = 25, .crop = kCrop};
  options.shortest = 26;
  options.longest = 32;
  return options;
}

Sample read(const StretchData& data, int64_t index, uint64_t seed = 1) {
  RandomStream random(seed, "augment", 0, static_cast<uint64_t>(index));
  return data.read(index, random);
}

/// The frames of the fixture's validation videos, as they are stored.
std::vector<cv::Mat> stored(const SmallSet& set, const std::vector<int64_t>& indices) {
  return video::open_frames(set.root / "jpg" / "jump" / "v2")->read(indices);
}

at::Tensor cut(const std::vector<cv::Mat>& frames, CropPlace place) {
  return video::cut_clip(frames, video::fixed_crop(video::size_of(frames.front()), kCrop, place));
}

TEST(StretchData, EvaluationSeesTenStretchesInThreeSquaresEach) {
  const SmallSet set;
  const auto data = StretchData::open(small_options(), set.spec, Role::kEvaluate);
  ASSERT_EQ(data.size(), 4);
  const Sample sample = read(data, 1);
  EXPECT_EQ(sample.id, "jump/v2");
  EXPECT_EQ(sample.label, 1);
  ASSERT_EQ(sample.clips.sizes(), at::IntArrayRef({30, 3, 4, kCrop, kCrop}));
  // 12 frames, clips of 4: stretch c of 10 starts at int(8 c / 10).
  const std::vector<int64_t> starts{0, 0, 1, 2, 3, 4, 4, 5, 6, 7};
  for (int64_t clip = 0; clip < 10; ++clip) {
    const int64_t start = starts[static_cast<size_t>(clip)];
    const auto frames = stored(set, {start, start + 1, start + 2, start + 3});
    int64_t view = 3 * clip;
    for (const auto place : {CropPlace::kFirst, CropPlace::kCentre, CropPlace::kLast})
      expect_same(sample.clips[view++], cut(frames, place), fmt::format("clip {}", clip));
  }
  expect_same(read(data, 1, 9).clips, sample.clips, "nothing is random");
}

TEST(StretchData, OneSquareIsTheCentreOrTheFirst) {
  const SmallSet set;
  auto options = small_options();
  options.crops = CropCount::kCentre;
  options.test_clips = 2;
  const auto clips = read(StretchData::open(options, set.spec, Role::kEvaluate), 1).clips;
  ASSERT_EQ(clips.size(0), 2);
  expect_same(clips[1], cut(stored(set, {4, 5, 6, 7}), CropPlace::kCentre));
  options.crops = CropCount::kFirst;
  const auto first = read(StretchData::open(options, set.spec, Role::kEvaluate), 1).clips;
  ASSERT_EQ(first.size(0), 2);
  expect_same(first[1], cut(stored(set, {4, 5, 6, 7}), CropPlace::kFirst), "as asked for");
}

TEST(StretchData, AnEpochSeesTenClipsOfEachVideo) {
  const SmallSet set;
  const auto data = StretchData::open(small_options(), set.spec, Role::kTrain);
  ASSERT_EQ(data.size(), 80);
  EXPECT_EQ(data.fingerprint().items, 8) << "videos";
  EXPECT_EQ(data.options().files.classes, 4);
  std::map<std::string, std::vector<at::Tensor>> seen;
  for (int64_t i = 0; i < data.size(); ++i) {
    const Sample sample = read(data, i);
    ASSERT_EQ(sample.clips.sizes(), at::IntArrayRef({1, 3, 4, kCrop, kCrop}));
    EXPECT_EQ(sample.id, data.name(i));
    seen[sample.id].push_back(sample.clips);
  }
  EXPECT_EQ(seen.size(), 8U);
  for (const auto& [id, clips] : seen) {
    EXPECT_EQ(clips.size(), 10U) << id;
    std::set<double> sums;
    for (const auto& clip : clips) sums.insert(clip.sum().item<double>());
    EXPECT_GT(sums.size(), 7U) << id << ": clips are alike";
  }
  expect_same(read(data, 17).clips, read(data, 17).clips, "the stream decides");
}

TEST(StretchData, TheTrainingListCanBeReadAsAnEvaluationReads) {
  const SmallSet set;
  auto spec = set.spec;
  const auto data = StretchData::open_unaugmented(small_options(), spec);
  ASSERT_EQ(data.size(), 8);
  EXPECT_EQ(read(data, 0).clips.size(0), 30);
  expect_same(read(data, 3, 1).clips, read(data, 3, 2).clips, "nothing is random");
  EXPECT_EQ(data.fingerprint().split, "train1");
}

TEST(StretchData, AVideoShorterThanAClipEndsWithItsLastFrame) {
  const SmallSet set;
  auto options = small_options();
  options.picture.frames = 8;
  options.picture.step = 2;  // 16 frames of a video of 12
  options.test_clips = 3;
  options.crops = CropCount::kCentre;
  const auto clips = read(StretchData::open(options, set.spec, Role::kEvaluate), 1).clips;
  ASSERT_EQ(clips.size(0), 3);
  const auto last = cut(stored(set, {11}), CropPlace::kCentre).select(1, 0);
  for (int64_t clip = 0; clip < 3; ++clip) {
    expect_same(clips[clip].select(1, 0), cut(stored(set, {0}), CropPlace::kCentre).select(1, 0));
    expect_same(clips[clip].select(1, 6), last);
    expect_same(clips[clip].select(1, 7), last);
  }
  EXPECT_NO_THROW((void)read(StretchData::open(options, set.spec, Role::kTrain), 0));
}

TEST(StretchData, PicturesWithoutARateTakeTheOneThatIsSet) {
  const SmallSet set;
  auto options = small_options();
  options.frame_rate = 50;  // a clip of 4 frames at 25 a second goes through 8 of these
  options.crops = CropCount::kCentre;
  options.test_clips = 1;
  const auto clips = read(StretchData::open(options, set.spec, Role::kEvaluate), 1).clips;
  expect_same(clips[0], cut(stored(set, {0, 2, 4, 7}), CropPlace::kCentre));
}

TEST(StretchData, VideoFilesTellTheirRate) {
  SmallSet set;
  fs::remove_all(set.root / "jpg");
  const auto file = set.root / "videos" / "jump" / "v2.avi";
  test::write_video(file, SmallSet::kFrames, "MJPG", test::kWidth, test::kHeight, 50);
  set.rows("val") = {SmallSet::row("jump", "v2")};
  set.write_rows();
  auto options = small_options();
  options.crops = CropCount::kCentre;
  options.test_clips = 1;
  const auto clips = read(StretchData::open(options, set.spec, Role::kEvaluate), 0).clips;
  // The setting says 25, by which a clip would be the frames 0, 1, 2, 3.
  expect_same(clips[0], cut(video::VideoFile(file).read(std::vector<int64_t>{0, 2, 4, 7}), CropPlace::kCentre));
}

TEST(StretchData, ABatchOfDamagedVideosIsEmpty) {
  SmallSet set;
  test::run_sql(set.root / "jpg" / "jump" / "v0" / "frames.db", "UPDATE Images SET frames=x'ffd8ffe0'");
  for (const auto& data :
       {StretchData::open(small_options(), set.spec, Role::kTrain), StretchData::open_unaugmented(small_options(), set.spec)}) {
    const Sample bad = read(data, 2);
    ASSERT_EQ(bad.id, "jump/v0");
    ASSERT_FALSE(bad.clips.defined());
    const Batch none = StretchData::collate({bad, bad}).to(at::kCPU);
    EXPECT_EQ(none.size(), 0);
    EXPECT_EQ(none.clips.size(0), 0);
    EXPECT_EQ(none.bytes(), 0);
    EXPECT_EQ(none.labels.numel(), 0);
    EXPECT_EQ(StretchData::collate({bad, read(data, 3), bad}).size(), 1);
    EXPECT_EQ(data.fingerprint().dropped, 1);
  }
}

TEST(StretchData, TrainingChangesColoursUnlessToldNotTo) {
  EXPECT_TRUE(stretch_options_of("ucf101").picture.colour_jitter) << "the default of the authors' program for fine-tuning";
  const SmallSet set;
  auto options = small_options();
  options.picture.colour_jitter = true;
  const auto jittered = StretchData::open(options, set.spec, Role::kTrain);
  const auto plain = StretchData::open(small_options(), set.spec, Role::kTrain);
  int64_t changed = 0;
  for (int64_t i = 0; i < 10; ++i) changed += !read(jittered, i).clips.equal(read(plain, i).clips);
  EXPECT_GT(changed, 3) << "four clips of five";
  expect_same(read(StretchData::open(options, set.spec, Role::kEvaluate), 1).clips,
              read(StretchData::open(small_options(), set.spec, Role::kEvaluate), 1).clips, "evaluation does not");
}

TEST(StretchData, RefusesCropsThatNoFrameHolds) {
  const SmallSet set;
  auto options = small_options();
  options.shortest = 20;
  EXPECT_THAT(test::error_of([&] { (void)StretchData::open(options, set.spec, Role::kTrain); }),
              AllOf(HasSubstr("picture.shortest"), HasSubstr("frames of 20 pixels hold no crop of 24")));
  options.shortest = 40;
  EXPECT_THAT(test::error_of([&] { (void)StretchData::open(options, set.spec, Role::kTrain); }), HasSubstr("picture.longest"));
}

TEST(StretchData, PublishedSidesFollowTheCrop) {
  StretchOptions options;
  EXPECT_EQ(options.picture.crop, 128);
  EXPECT_EQ(options.sides().low, 128);
  EXPECT_EQ(options.sides().high, 160);
  options.picture.crop = 224;
  EXPECT_EQ(options.sides().low, 256);
  EXPECT_EQ(options.sides().high, 320);
}

TEST(ClipsStandin, EveryFoldOfTheStandInEvaluatesOtherVideos) {
  const test::TemporaryFolder folder;
  const Family& family = family_of("ucf101");
  (void)write_standin(family, {.train_videos = 6, .val_videos = 2, .frames = 2, .side = 24}, 1, (folder / "ucf101").string());
  std::map<std::string, int> evaluated;
  for (int64_t fold = 1; fold <= 3; ++fold) {
    const LabelFolder labels(family, folder / "ucf101" / "labels", fold);
    std::set<std::string> train, val;
    for (const auto& row : labels.rows(kTrain)) train.insert(key_of(row));
    for (const auto& row : labels.rows(kVal)) val.insert(key_of(row));
    EXPECT_EQ(train.size(), 48U) << fold;
    EXPECT_EQ(val.size(), 16U) << fold;
    for (const auto& key : val) {
      EXPECT_FALSE(train.contains(key)) << key;
      ++evaluated[key];
    }
  }
  EXPECT_EQ(evaluated.size(), 48U) << "two of eight videos a class and fold, never the same";
}

}  // namespace
}  // namespace vbench::clips
