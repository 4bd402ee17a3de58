#include "datasets/audio_visual/audio_visual_data.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include "datasets/audio_visual/stream_cache.hpp"
#include "datasets/loader/loader.hpp"
#include "harness/core/settings.hpp"
#include "tests/datasets/audio_visual/fixture.hpp"

namespace vbench::audio_visual {
namespace {

using test::SmallTree;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

static_assert(Dataset<AudioVisualData> && OffersSplits<AudioVisualData> && ResolvesOptions<AudioVisualData>);

/// Seconds since the video's beginning that the first picture shows.
double seen_at(const Sample& sample) {
  const double grey = (sample.clip[0][0].mean().item<double>() * 0.225 + 0.45) * 255;
  return (grey - test::kFirstGrey) / test::kGreyPerSecond;
}

/// The same of the sound: the pitch in the middle of the spectrogram, half a second later.
double heard_at(const Sample& sample) {
  const auto column = sample.spectrogram[0].narrow(1, sample.spectrogram.size(2) / 2 - 5, 10).mean(1);
  const auto filter = static_cast<double>(column.argmax().item<int64_t>());
  const double mel = 2595 * std::log10(1 + 12000.0 / 700) * (filter + 1) / 258;
  const double pitch = 700 * (std::pow(10, mel / 2595) - 1);
  return (pitch - test::kFirstPitch) / test::kPitchPerSecond - 0.5;
}

TEST(AudioVisualData, ClassesAreTheSortedFoldersOfAllSplits) {
  const SmallTree tree;
  tree.write_usable({"train/dog/b.mp4", "train/dog/a.mp4", "train/Bell, church/a.mp4", "val/cat/c.mp4", "val/dog/d.mp4"});
  tree.write("train/.hidden/a.mp4", "x");
  tree.write("train/dog/notes.txt", "x");
  const auto train = tree.open();
  EXPECT_THAT(train.class_names(), ElementsAre("Bell, church", "cat", "dog"));
  ASSERT_EQ(train.size(), 3);
  EXPECT_EQ(train.name(0), "Bell, church/a");
  EXPECT_EQ(train.name(1), "dog/a");
  EXPECT_EQ(train.name(2), "dog/b");
  EXPECT_EQ(train.label(0), 0);
  EXPECT_EQ(train.label(2), 2);
  EXPECT_EQ(train.file(2), tree.root / "train/dog/b.mp4");
  EXPECT_EQ(train.source(), Source::kReal);
}

TEST(AudioVisualData, BlanksAndUnderscoresOfFoldersAreTheSameClass) {
  const SmallTree tree;
  tree.write_usable({"train/tap dancing/a.mp4", "val/tap_dancing/b.mp4", "val/a/c.mp4"});
  const auto data = tree.open();
  EXPECT_EQ(data.class_names().size(), 2U);
}

TEST(AudioVisualData, EvaluationLooksAtTheSplitThatIsAskedFor) {
  SmallTree tree;
  tree.write_usable({"train/a/1.mp4", "val/a/2.mp4", "test/a/3.mp4"});
  EXPECT_EQ(tree.open(Role::kEvaluate).name(0), "a/1");
  tree.options.evaluated = "val";
  EXPECT_EQ(tree.open(Role::kEvaluate).name(0), "a/2");
  EXPECT_EQ(tree.open(Role::kEvaluate).fingerprint().split, "val");
  tree.spec.split = "test";
  EXPECT_EQ(tree.open(Role::kEvaluate).name(0), "a/3");
  EXPECT_EQ(tree.open(Role::kTrain).name(0), "a/1");
  tree.spec.split = "tset";
  EXPECT_THAT(tree.error(Role::kEvaluate), HasSubstr("'test'"));
}

TEST(AudioVisualData, PicturesAndSoundAreOfTheSameSecond) {
  SmallTree tree;
  tree.write("train/a/1.mp4", test::telling_video(4, 4));
  const auto data = tree.open();
  double earliest = 10, latest = 0;
  for (uint64_t seed = 0; seed < 12; ++seed) {
    const auto sample = test::read(data, 0, seed);
    EXPECT_NEAR(seen_at(sample), heard_at(sample), 0.12) << seed;
    earliest = std::min(earliest, seen_at(sample));
    latest = std::max(latest, seen_at(sample));
  }
  EXPECT_LT(earliest, 1);
  EXPECT_GT(latest, 2);
  EXPECT_LT(latest, 3.1);
}

TEST(AudioVisualData, EvaluationSeesAndHearsTheSecondInTheMiddle) {
  SmallTree tree;
  tree.write("train/a/1.mp4", test::telling_video(4, 4));
  const auto sample = test::read(tree.open(Role::kEvaluate), 0);
  EXPECT_NEAR(seen_at(sample), 1.5, 0.1);
  EXPECT_NEAR(heard_at(sample), 1.5, 0.1);
  test::expect_same(test::read(tree.open(Role::kEvaluate), 0, 7).clip, sample.clip);
}

TEST(AudioVisualData, FramesAreTakenAtTheAskedRateWhateverTheVideoHas) {
  for (const int fps : {10, 30}) {
    SmallTree tree;
    tree.write("train/a/1.mp4", test::telling_video(3, 3, fps));
    const auto sample = test::read(tree.open(Role::kEvaluate), 0);
    const double last = sample.clip[0][7].mean().item<double>() - sample.clip[0][0].mean().item<double>();
    EXPECT_NEAR(last * 0.225 * 255 / test::kGreyPerSecond, 1, 0.15) << fps;  // seconds from first to last picture
  }
}

TEST(AudioVisualData, SamplesDependOnTheirKeyAlone) {
  const SmallTree tree;
  tree.write("train/a/1.mp4", test::telling_video(4, 4));
  const auto data = tree.open();
  const auto one = test::read(data, 0, 3), same = test::read(data, 0, 3), other = test::read(data, 0, 4);
  test::expect_same(one.clip, same.clip);
  test::expect_same(one.spectrogram, same.spectrogram);
  EXPECT_FALSE(at::equal(one.spectrogram, other.spectrogram));
}

TEST(AudioVisualData, SwitchingAChangeOffLeavesTheOthersDrawsAlone) {
  SmallTree tree;
  tree.write("train/a/1.mp4", test::telling_video(4, 4));
  const auto with = test::read(tree.open(), 0, 3);
  tree.options.sound.volume_jitter = false;
  tree.options.picture.grey = tree.options.picture.colour_jitter = true;
  const auto without = test::read(tree.open(), 0, 3);
  // The same stretch at another volume, but for filters between two bins of the spectrum.
  const auto louder = (with.spectrogram - without.spectrogram)[0].narrow(0, 100, 100).flatten();
  EXPECT_NEAR(louder.min().item<double>(), louder.max().item<double>(), 1e-3);
  EXPECT_GT(louder.abs().max().item<double>(), 1e-3);
  EXPECT_EQ(with.clip.sizes(), without.clip.sizes());
}

TEST(AudioVisualData, BatchesKeepOrderAndIndicesAndLeaveOutWhatCouldNotBeRead) {
  const SmallTree tree;
  tree.write_usable({"train/a/1.mp4", "train/b/2.mp4", "train/b/3.mp4"});
  const auto data = tree.open();
  std::vector<Sample> samples{test::read(data, 2), Sample{{}, {}, 1, 1, "b/2"}, test::read(data, 0)};
  const Batch batch = AudioVisualData::collate(samples).to(at::kCPU);
  EXPECT_EQ(batch.size(), 2);
  EXPECT_EQ(batch.clips.sizes(), (at::IntArrayRef{2, 3, 8, 16, 16}));
  EXPECT_EQ(batch.spectrograms.sizes(), (at::IntArrayRef{2, 1, 257, 99}));
  test::expect_same(batch.indices, at::tensor({2, 0}, at::kLong));
  test::expect_same(batch.labels, at::tensor({1, 0}, at::kLong));
  EXPECT_THAT(batch.ids, ElementsAre("b/3", "a/1"));
  test::expect_same(batch.clips[1], samples[2].clip);
  EXPECT_EQ(batch.bytes(), 4 * (2 * 3 * 8 * 16 * 16 + 2 * 257 * 99));
}

TEST(AudioVisualData, WithoutAnyVideoThatCanBeReadABatchIsEmpty) {
  SmallTree tree;
  tree.write_usable({"train/a/1.mp4", "train/a/2.mp4", "train/b/3.mp4"});
  tree.options.allow_missing = 0.5;
  const auto data = tree.open();
  test::damage_secretly(tree.root / "train/b/3.mp4");
  Loader<AudioVisualData> loader(data, {.batch_size = 2, .workers = 2}, 0);
  EXPECT_EQ(loader.next()->size(), 2);
  const Batch last = loader.next()->to(at::kCPU);
  EXPECT_EQ(last.size(), 0);
  EXPECT_EQ(last.bytes(), 0);
  for (const auto* part : {&last.clips, &last.spectrograms, &last.indices, &last.labels}) EXPECT_EQ(part->size(0), 0);
  EXPECT_FALSE(loader.next());
}

TEST(AudioVisualData, ValuesThatNoClipCanHaveAreRefusedWhenTheyAreSet) {
  Options options;
  Settings settings;
  options.bind(settings);
  const auto error = [&](const std::string& assignment) { return test::error_of([&] { settings.set_assignment(assignment); }); };
  for (const auto* filters : {"41", "100", "256", "257.5", "x"})
    EXPECT_THAT(
        error(fmt::format("sound.filters={}", filters)),
        AllOf(HasSubstr("sound.filters"), HasSubstr(filters), ::testing::AnyOf(HasSubstr("known: 40, 257"), HasSubstr("did you mean"))));
  for (const auto* crop : {"257", "320"})
    EXPECT_THAT(error(fmt::format("picture.crop={}", crop)), AllOf(HasSubstr("picture.crop"), HasSubstr(crop), HasSubstr("256")));
  for (const auto* good : {"sound.filters=257", "sound.filters=40", "picture.crop=256"}) settings.set_assignment(good);
  EXPECT_EQ(options.sound.filters, 40);
  EXPECT_EQ(options.picture.crop, 256);
}

TEST(AudioVisualData, SizesAreThoseOfTheOptions) {
  SmallTree tree;
  tree.write("train/a/1.mp4", test::telling_video(3, 3));
  tree.options.picture = {.frames = 5, .fps = 10, .step = 2, .crop = 112};
  tree.options.sound.filters = 40;
  tree.options.sound.seconds = 2;
  tree.options.sound.sample_rate = 16000;
  const auto sample = test::read(tree.open(), 0);
  EXPECT_EQ(sample.clip.sizes(), (at::IntArrayRef{3, 5, 112, 112}));
  EXPECT_EQ(sample.spectrogram.sizes(), (at::IntArrayRef{1, 40, 199}));
}

/// One video of each kind that cannot be used, and two that can.
void write_flawed(const SmallTree& tree) {
  tree.write_usable({"train/a/1.mp4", "train/b/2.mp4"});
  tree.write("train/a/mute.mp4", test::telling_video(1.5, 0));
  tree.write("train/a/short sound.mp4", test::telling_video(1.5, 0.9));
  tree.write("train/a/short picture.mp4", test::telling_video(1.0, 1.5));
  tree.write("train/b/no picture.mp4", test::wav(test::rising_tone(1.5), test::kRate));
  tree.write("train/b/rubbish.mp4", "rubbish");
  fs::create_symlink(tree.root / "nowhere", tree.root / "train/b/gone.mp4");
}

TEST(AudioVisualData, VideosWithoutPictureOrSoundAreLeftOutAndCounted) {
  SmallTree tree;
  write_flawed(tree);
  tree.options.allow_missing = 0.75;
  const auto data = tree.open();
  EXPECT_EQ(data.size(), 2);
  EXPECT_EQ(data.fingerprint().items, 2);
  EXPECT_EQ(data.fingerprint().missing, 1);
  EXPECT_EQ(data.fingerprint().dropped, 5);
}

TEST(AudioVisualData, TooManyUnusableVideosEndTheRunWithTheirKinds) {
  SmallTree tree;
  write_flawed(tree);
  tree.options.allow_missing = 0.7;
  EXPECT_THAT(tree.error(),
              AllOf(HasSubstr("6 of 8"), HasSubstr("1 link to nothing"), HasSubstr("1 unreadable video"), HasSubstr("1 no picture"),
                    HasSubstr("1 no sound"), HasSubstr("2 too short"), HasSubstr("a/mute.mp4"), HasSubstr("data verify ave")));
  tree.options.allow_missing = 1;
  tree.spec.strict = true;
  EXPECT_THAT(tree.error(), HasSubstr("mute.mp4: no sound"));
}

TEST(AudioVisualData, LongerSoundNeedsLongerTracks) {
  SmallTree tree;
  tree.write_usable({"train/a/1.mp4"});
  tree.options.sound.seconds = 2;
  EXPECT_THAT(tree.error(), HasSubstr("1 too short"));
}

TEST(AudioVisualData, SilentVideosAreUsed) {
  const SmallTree tree;
  tree.write("train/a/silent.mp4", video::encode_mp4(test::brightening(1.5, 16), 16, {test::kRate, 1, std::vector<int16_t>(36000, 0)}));
  const auto sample = test::read(tree.open(), 0);
  EXPECT_NEAR(sample.spectrogram.max().item<double>(), sample.spectrogram.min().item<double>(), 1e-6);
}

TEST(AudioVisualData, LengthsAreLookedUpOnce) {
  const SmallTree tree;
  tree.write_usable({"train/a/1.mp4", "train/a/2.mp4"});
  EXPECT_EQ(tree.open().size(), 2);
  test::damage_secretly(tree.root / "train/a/2.mp4");
  EXPECT_EQ(tree.open().size(), 2);  // as the cache says
  fs::last_write_time(tree.root / "train/a/2.mp4", fs::file_time_type::clock::now() + std::chrono::hours(1));
  EXPECT_THAT(tree.error(), HasSubstr("1 of 2"));
}

TEST(AudioVisualData, ADamagedCacheIsDoneWithout) {
  const SmallTree tree;
  tree.write_usable({"train/a/1.mp4"});
  (void)tree.open();
  const auto file = stream_cache_file(tree.root, "ave-train");
  const std::string whole = read_file(file);
  for (const std::string& text :
       {std::string("\0\xff", 2), whole.substr(0, whole.size() - 5), whole + "1\t2\n\n\t\t\t\t\t\n", std::string()}) {
    write_file_atomically(file, text);
    EXPECT_EQ(tree.open().size(), 1);
    EXPECT_EQ(read_file(file).substr(0, whole.size()), text.size() > whole.size() ? text.substr(0, whole.size()) : whole);
  }
  ::setenv("VBENCH_CACHE", (tree.root / "train/a/1.mp4").c_str(), 1);  // no folder can be made there
  EXPECT_EQ(tree.open().size(), 1);
}

TEST(AudioVisualData, TrainingGoesOnWithoutADamagedVideoAndEvaluationDoesNot) {
  SmallTree tree;
  tree.write_usable({"train/a/1.mp4", "train/a/2.mp4", "train/a/3.mp4"});
  const auto evaluated = tree.open(Role::kEvaluate);
  tree.options.allow_missing = 0.4;
  const auto train = tree.open();
  tree.spec.strict = true;
  const auto strict = tree.open();
  test::damage_secretly(tree.root / "train/a/2.mp4");
  EXPECT_FALSE(test::read(train, 1).clip.defined());
  EXPECT_FALSE(test::read(train, 1).clip.defined());
  EXPECT_EQ(train.fingerprint().items, 2);
  EXPECT_EQ(train.fingerprint().dropped, 1);
  EXPECT_THAT(test::error_of([&] { (void)test::read(evaluated, 1); }), HasSubstr("2.mp4"));
  EXPECT_THAT(test::error_of([&] { (void)test::read(strict, 1); }), HasSubstr("2.mp4"));
  test::damage_secretly(tree.root / "train/a/3.mp4");
  EXPECT_THAT(test::error_of([&] { (void)test::read(train, 2); }), AllOf(HasSubstr("2 of 3"), HasSubstr("data.allow_missing")));
}

TEST(AudioVisualData, EvaluationGoesOnWithoutAnAllowedShareOfDamagedVideosAndSaysSoInItsFingerprint) {
  SmallTree tree;
  tree.write_usable({"train/a/1.mp4", "train/a/2.mp4", "train/a/3.mp4"});
  tree.options.allow_missing = 0.4;
  const auto evaluated = tree.open(Role::kEvaluate);
  const auto before = evaluated.fingerprint();
  test::damage_secretly(tree.root / "train/a/2.mp4");
  for (int repeat = 0; repeat < 2; ++repeat) EXPECT_FALSE(test::read(evaluated, 1).clip.defined());
  const auto after = evaluated.fingerprint();
  EXPECT_EQ(after.items, 2);
  EXPECT_EQ(after.dropped, 1);
  EXPECT_NE(after.hash, before.hash) << "figures of fewer videos are not averaged with those of all";
  test::damage_secretly(tree.root / "train/a/3.mp4");
  EXPECT_THAT(test::error_of([&] { (void)test::read(evaluated, 2); }),
              AllOf(HasSubstr("3.mp4"), HasSubstr("2 of 3 videos cannot be used"), HasSubstr("data.allow_missing")));
}

TEST(AudioVisualData, TheFirstVideosAreUsedWhereTheirNumberIsSet) {
  SmallTree tree;
  tree.write_usable({"train/a/1.mp4", "train/b/1.mp4", "train/b/2.mp4", "val/a/3.mp4", "val/b/3.mp4", "val/b/4.mp4"});
  tree.options.most_videos = 2;
  EXPECT_EQ(tree.open().size(), 2);
  EXPECT_EQ(tree.open(Role::kEvaluate).size(), 2);
  tree.options.evaluated = "val";
  EXPECT_EQ(tree.open(Role::kEvaluate).size(), 3);
}

TEST(AudioVisualData, FingerprintsTellOtherVideosAndOtherClasses) {
  const SmallTree one, two;
  one.write_usable({"train/a/1.mp4", "train/b/1.mp4"});
  two.write_usable({"train/a/1.mp4", "train/b/2.mp4"});
  const auto hash = one.open().fingerprint().hash;
  EXPECT_EQ(hash, one.open().fingerprint().hash);
  EXPECT_NE(hash, two.open().fingerprint().hash);
  one.write("train/b/1.mp4", test::telling_video(1.6, 1.6));
  EXPECT_NE(hash, one.open().fingerprint().hash);
}

TEST(AudioVisualData, KineticsSoundRefusesOtherClassesUnlessTold) {
  SmallTree tree("kinetics-sound");
  std::vector<std::string> places;
  for (const auto& name : family_of("kinetics-sound").class_folders) places.push_back("train/" + name + "/1.mp4");
  tree.write_usable(places);
  EXPECT_EQ(tree.open().class_names().size(), 32U);
  fs::rename(tree.root / "train/tap_dancing", tree.root / "train/tap dancing");
  EXPECT_EQ(tree.open().class_names().size(), 32U);
  fs::rename(tree.root / "train/tap dancing", tree.root / "train/clapping");
  EXPECT_THAT(tree.error(), AllOf(HasSubstr("'clapping' is none of them"), HasSubstr("'tap_dancing' is not there")));
  tree.options.any_classes = true;
  EXPECT_EQ(tree.open().class_names().size(), 32U);
}

TEST(AudioVisualData, SettingsThatMakeNoSenseAreRefused) {
  SmallTree tree;
  tree.write_usable({"train/a/1.mp4"});
  tree.options.sound.filters = 100;
  EXPECT_THAT(tree.error(), HasSubstr("40 or 257"));
  tree.options.sound.filters = 40;
  tree.options.picture.crop = 300;
  EXPECT_THAT(tree.error(), HasSubstr("picture.crop"));
  tree.options.picture.crop = 112;
  tree.options.standin.side = 48;
  EXPECT_THAT(tree.error(), HasSubstr("standin"));
  tree.options.standin = {};
  tree.spec.preload = true;
  EXPECT_THAT(tree.error(), HasSubstr("--preload"));
}

TEST(AudioVisualData, MissingFoldersAreNamedWithWhatToDo) {
  SmallTree tree;
  EXPECT_THAT(tree.error(), AllOf(HasSubstr("train/<class>/"), HasSubstr("data info ave")));
  tree.write_usable({"train/a/1.mp4"});
  tree.options.evaluated = "val";
  EXPECT_THAT(tree.error(Role::kEvaluate), HasSubstr("val/<class>/"));
  fs::create_directories(tree.root / "val/empty");
  EXPECT_THAT(tree.error(Role::kEvaluate), HasSubstr("no videos"));
}

TEST(AudioVisualData, TheStandInIsUsedWhereNothingIsThere) {
  SmallTree tree("vgg-sound");
  tree.spec.source = SourceChoice::kAuto;
  tree.options.standin = {.train_videos = 2, .val_videos = 1, .seconds = 1.3, .side = 24, .fps = 8};
  const auto data = tree.open();
  EXPECT_EQ(data.source(), Source::kSynthetic);
  EXPECT_EQ(data.size(), 16);
  EXPECT_EQ(data.class_names().size(), 8U);
  EXPECT_TRUE(test::read(data, 15).clip.defined());
  tree.options.evaluated = "val";
  EXPECT_EQ(tree.open(Role::kEvaluate).size(), 8);
}

TEST(AudioVisualData, AnotherMethodsStandInIsNotInTheWay) {
  SmallTree tree("kinetics");
  tree.spec.source = SourceChoice::kAuto;
  tree.options.standin = {.train_videos = 1, .val_videos = 1, .seconds = 1.3, .side = 24, .fps = 8};
  tree.write("SYNTHETIC.json", "{}");
  tree.write("kinetics_graph.json", "{}");
  EXPECT_EQ(tree.open().size(), 8);
}

}  // namespace
}  // namespace vbench::audio_visual
