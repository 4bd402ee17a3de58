// What is read of each split, and what becomes of videos and files that are not as they should be.
#include <torch/types.h>

#include <opencv2/imgproc.hpp>

#include "datasets/loader/loader.hpp"
#include "datasets/something/annotations.hpp"
#include "datasets/transforms/square_view.hpp"
#include "tests/datasets/something/fixture.hpp"
#include "tests/datasets/transforms/images.hpp"

namespace vbench::something {
namespace {

using test::error_of;
using test::json;
using test::read;
using test::same_pixels;
using test::SmallFolder;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

/// What evaluation shows of these frames of a video file, without any reader of ours.
std::vector<cv::Mat> expected_pictures(const fs::path& file, const std::vector<int64_t>& frames, int64_t side) {
  const auto decoded = test::plain_decode(file);
  std::vector<cv::Mat> pictures;
  for (const int64_t i : frames) pictures.push_back(video::cut_centre(video::scale_shorter_side(decoded.at(i), side), side));
  return pictures;
}

void expect_pictures(const std::vector<cv::Mat>& actual, const std::vector<cv::Mat>& expected) {
  ASSERT_EQ(actual.size(), expected.size());
  for (size_t i = 0; i < actual.size(); ++i) EXPECT_TRUE(same_pixels(actual[i], expected[i])) << "frame " << i;
}

TEST(SomethingData, GivesEveryVideoItsLabelAndAClip) {
  const SmallFolder set;
  const auto data = set.open();
  ASSERT_EQ(data.size(), 3);
  EXPECT_EQ(data.class_names(), test::few_classes());
  EXPECT_EQ(data.options().classes, 3);
  for (int64_t i = 0; i < 3; ++i) {
    const auto sample = read(data, i);
    EXPECT_EQ(sample.label, i);
    EXPECT_EQ(sample.id, data.name(i));
    EXPECT_EQ(sample.clips.sizes(), at::IntArrayRef({1, 3, 8, 24, 24}));
  }
  EXPECT_EQ(data.name(1), "25");
  const auto batch = SomethingData::collate({read(data, 0), read(data, 2)});
  EXPECT_EQ(batch.clips.sizes(), at::IntArrayRef({2, 3, 8, 24, 24}));
  test::expect_same(batch.labels, torch::tensor({0, 2}, torch::kLong));
}

TEST(SomethingData, EvaluationTakesTheFirstFramesAndRepeatsTheLast) {
  const SmallFolder set;
  const auto data = set.open();
  expect_pictures(data.look("15").pictures, expected_pictures(set.video("15"), {0, 1, 2, 3, 4, 5, 6, 7}, 24));
  expect_pictures(data.look("25").pictures, expected_pictures(set.video("25"), {0, 1, 2, 3, 4, 4, 4, 4}, 24));
  test::expect_same(read(data, 1).clips, data.look("25").clips);
  test::expect_same(read(data, 1, 1).clips, read(data, 1, 2).clips);
}

TEST(SomethingData, ClipsAreRedGreenBlueAndNormalised) {
  const SmallFolder set;
  const auto view = set.open().look("15");
  const auto picture = test::to_tensor(view.pictures[3]).to(torch::kDouble) / 255;  // blue, green, red
  const auto clip = view.clips[0].select(1, 3);
  const std::vector<double> mean{0.485, 0.456, 0.406}, deviation{0.229, 0.224, 0.225};
  for (int64_t c = 0; c < 3; ++c) {
    const auto at = static_cast<size_t>(c);
    const auto expected = (picture.select(2, 2 - c) - mean[at]) / deviation[at];
    test::expect_close(clip[c].to(torch::kDouble), expected, {1e-6, 1e-6, "float32"});
  }
}

TEST(SomethingData, SeveralClipsFollowOneAnother) {
  SmallFolder set;
  set.options.clip_frames = 3;
  set.options.step = 2;
  set.options.evaluation_clips = 2;
  const auto view = set.open().look("15");
  ASSERT_EQ(view.clips.sizes(), at::IntArrayRef({2, 3, 3, 24, 24}));
  const auto expected = expected_pictures(set.video("15"), {0, 2, 4, 6, 8, 10}, 24);
  expect_pictures(view.pictures, expected);
  set.options.evaluation_clips = 1;
  set.options.clip_frames = 6;
  const auto one = set.open().look("15").clips;
  test::expect_same(view.clips[1], one[0].narrow(1, 3, 3));
  const auto batch = SomethingData::collate({{view.clips, 1, "a"}, {view.clips, 2, "b"}});
  EXPECT_EQ(batch.clips.size(0), 4);
  EXPECT_THAT(batch.views, ElementsAre(2, 2));
}

TEST(SomethingData, AllFramesNeedBatchesOfVideosAsLong) {
  SmallFolder set;
  set.options.evaluation_clips = -1;
  const auto data = set.open();
  EXPECT_EQ(read(data, 0).clips.sizes(), at::IntArrayRef({1, 3, 14, 24, 24}));
  EXPECT_EQ(read(data, 1).clips.sizes(), at::IntArrayRef({1, 3, 5, 24, 24}));
  EXPECT_EQ(SomethingData::collate({read(data, 1)}).size(), 1);
  EXPECT_THAT(error_of([&] {
                (void)SomethingData::collate({read(data, 0), read(data, 1)});
              }),
              AllOf(HasSubstr("25"), HasSubstr("5 frames"), HasSubstr("14"), HasSubstr("batches of one")));
}

TEST(SomethingData, SmallerPicturesHaveBlackAroundThem) {
  SmallFolder set;
  set.options.evaluation_upscale = 0.5;
  const auto picture = set.open().look("15").pictures.front();
  EXPECT_EQ(picture.rows, 24);
  EXPECT_EQ(cv::countNonZero(picture(cv::Rect(0, 0, 24, 6)).reshape(1)), 0);
  EXPECT_GT(cv::countNonZero(picture(cv::Rect(4, 6, 16, 12)).reshape(1)), 100);
}

TEST(SomethingData, TrainingDependsOnTheStreamAlone) {
  const SmallFolder set;
  const auto data = set.open(Role::kTrain);
  ASSERT_EQ(data.size(), 6);
  const auto first = read(data, 2, 7), again = read(data, 2, 7), other = read(data, 2, 8);
  test::expect_same(again.clips, first.clips);  // the second time the number of frames is known before
  EXPECT_FALSE(torch::equal(first.clips, other.clips));
  test::expect_same(read(set.open(Role::kTrain), 2, 7).clips, first.clips);
}

/// Red of every square of 24 pixels of a frame, as the network gets it: [places down, places across, 24, 24].
at::Tensor red_squares(const cv::Mat& frame) {
  const auto red = test::to_tensor(frame).select(2, 2).to(torch::kFloat);
  return ((red / 255 - 0.485) / 0.229).unfold(0, 24, 1).unfold(1, 24, 1);
}

TEST(SomethingData, TrainingStartsAnywhereAndShowsAnyPart) {
  SmallFolder set;
  set.options.rotation = 0;
  set.options.train_upscale = 2;  // the whole picture: 48 pixels
  set.options.clip_frames = 9;    // of 12
  const auto data = set.open(Role::kTrain);
  std::vector<at::Tensor> squares;
  for (const auto& [i, frame] : test::plain_decode(set.video("10"))) squares.push_back(red_squares(frame));
  std::set<int64_t> starts, places;
  for (uint64_t seed = 0; seed < 40; ++seed) {
    const auto first = read(data, 0, seed).clips[0][0][0];
    for (int64_t start = 0; start < 12; ++start) {
      const auto difference = (squares[static_cast<size_t>(start)] - first).abs().amax({2, 3}).flatten();
      if (difference.min().item<float>() > 1e-5) continue;
      starts.insert(start);
      places.insert(difference.argmin().item<int64_t>());
    }
  }
  EXPECT_THAT(starts, ElementsAre(0, 1, 2)) << "12 - 9 of them";
  EXPECT_GT(places.size(), 30U);
}

TEST(SomethingData, MirroredVideosShowTheOtherClass) {
  SmallFolder set;
  const json mapping{{"left/right", {{test::few_classes()[1], test::few_classes()[2]}, {test::few_classes()[2], test::few_classes()[1]}}}};
  set.write("augmentation_mappings.json", mapping.dump());
  set.options.augmentations = "left/right";
  const auto data = set.open(Role::kTrain);
  set.options.augmentations = "";
  const auto plain = set.open(Role::kTrain);
  std::set<int64_t> labels;
  for (uint64_t seed = 0; seed < 20; ++seed) {
    const auto sample = read(data, 2, seed), same = read(plain, 2, seed);  // the same angle, place and frames
    EXPECT_EQ(same.label, 1);
    labels.insert(sample.label);
    test::expect_same(sample.label == 2 ? sample.clips.flip(4) : sample.clips, same.clips);
    EXPECT_EQ(read(data, 0, seed).label, 0) << "the file does not name this class";
  }
  EXPECT_THAT(labels, ElementsAre(1, 2));
}

TEST(SomethingData, ReversedVideosShowTheOtherClass) {
  SmallFolder set;
  set.write("mapping.json", json{{"reverse time", {{test::few_classes()[1], test::few_classes()[0]}}}}.dump());
  set.options.augmentations = "reverse time";
  set.options.augmentation_mapping = (set.root / "mapping.json").string();
  set.options.clip_frames = 12;  // all of them
  const auto data = set.open(Role::kTrain);
  set.options.augmentations = set.options.augmentation_mapping = "";
  const auto plain = set.open(Role::kTrain);
  int reversed = 0;
  for (uint64_t seed = 0; seed < 10; ++seed) {
    const auto sample = read(data, 2, seed);
    reversed += sample.label == 0 ? 1 : 0;
    const auto same = read(plain, 2, seed).clips;
    test::expect_same(sample.clips, sample.label == 0 ? same.flip(2) : same);
  }
  EXPECT_GT(reversed, 0);
  EXPECT_LT(reversed, 10);
}

TEST(SomethingData, JitteredVideosHaveFewerFrames) {
  SmallFolder set;
  set.options.clip_frames = 12;
  const auto plain = set.open(Role::kTrain);
  set.options.jitter_fps = true;
  const auto data = set.open(Role::kTrain);
  std::map<std::string, int> rates;
  const std::map<std::string, std::vector<int64_t>> expected{{"12", {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}},
                                                             {"9", {0, 1, 3, 4, 5, 7, 8, 9, 11, 11, 11, 11}},
                                                             {"6", {0, 2, 4, 6, 8, 10, 10, 10, 10, 10, 10, 10}}};
  for (uint64_t seed = 0; seed < 30; ++seed) {
    const auto clip = read(data, 0, seed).clips, whole = read(plain, 0, seed).clips;
    for (const auto& [rate, frames] : expected) {
      if (torch::equal(clip, whole.index_select(2, torch::tensor(frames)))) ++rates[rate];
    }
  }
  EXPECT_EQ(rates["12"] + rates["9"] + rates["6"], 30);
  for (const auto& [rate, count] : rates) EXPECT_GT(count, 3) << rate;
}

TEST(SomethingData, IsFoundInEveryForm) {
  const SmallFolder set;
  const auto expected = set.open().look("15").pictures;
  const fs::path folder = set.root / "videos";
  fs::create_directories(folder / "15");
  for (const auto& [i, frame] : test::plain_decode(set.video("15")))  // without loss, but by their names pictures of a JPEG folder
    write_file_atomically(folder / "15" / fmt::format("frame_{:05d}.jpg", i + 1), video::encode_jpeg(frame, 100));
  fs::rename(set.video("25"), folder / "25.mkv");
  fs::create_directory(folder / "val");
  fs::rename(set.video("35"), folder / "val/35.webm");
  const auto data = set.open();
  EXPECT_EQ(data.size(), 3);
  EXPECT_EQ(read(data, 1).clips.size(2), 8);
  EXPECT_EQ(read(data, 2).clips.size(2), 8);
  const auto pictures = data.look("15").pictures;
  ASSERT_EQ(pictures.size(), expected.size());
  for (size_t i = 0; i < expected.size(); ++i) EXPECT_LT(cv::norm(pictures[i], expected[i], cv::NORM_INF), 20);
}

TEST(SomethingData, ReadsAPackedDatabase) {
  const SmallFolder set;
  const auto expected = set.open().look("25").pictures;
  video::ConvertOptions options;
  options.layout = video::DatabaseLayout::kPacked;
  Progress quiet(Verbosity::kQuiet);
  EXPECT_THAT(video::convert_videos(set.videos(), set.root, options, quiet).problems, IsEmpty());
  fs::remove_all(set.videos());
  const auto pictures = set.open().look("25").pictures;
  ASSERT_EQ(pictures.size(), expected.size());
  EXPECT_LT(cv::norm(pictures[0], expected[0], cv::NORM_INF), 60);
  EXPECT_EQ(read(set.open(Role::kTrain), 0).clips.size(2), 8);
}

TEST(SomethingData, ComesAlikeFromAnyNumberOfThreads) {
  const SmallFolder set;
  const LoaderOptions one{.batch_size = 2, .workers = 0, .prefetch = 1, .shuffle = true, .seed = 3};
  LoaderOptions many = one;
  many.workers = many.prefetch = 4;
  const auto first = set.open(Role::kTrain), second = set.open(Role::kTrain);
  Loader<SomethingData> alone(first, one, 0), together(second, many, 0);
  for (int batch = 0; batch < 3; ++batch) {
    const auto expected = alone.next(), actual = together.next();
    ASSERT_TRUE(expected && actual);
    EXPECT_EQ(actual->ids, expected->ids);
    test::expect_same(actual->clips, expected->clips);
  }
}

TEST(SomethingSplits, TestVideosHaveNoLabels) {
  SmallFolder set;
  set.spec.split = "test";
  const auto test = set.open();
  ASSERT_EQ(test.size(), 2);
  EXPECT_EQ(read(test, 0).label, kUnlabelled);
  EXPECT_EQ(test.fingerprint().split, "test");
  EXPECT_EQ(test.look("92").label, kUnlabelled);
  set.spec.split = "train";
  EXPECT_EQ(set.open().size(), 6);
  EXPECT_EQ(read(set.open(), 5).label, 2);
  test::expect_same(read(set.open(), 0, 1).clips, read(set.open(), 0, 2).clips);
  set.spec.split = "tests";
  EXPECT_THAT(error_of([&] { (void)set.open(); }), AllOf(HasSubstr("--split"), HasSubstr("'tests'"), HasSubstr("'test'")));
  EXPECT_THAT(SomethingData::splits(), ElementsAre("train", "validation", "test"));
}

TEST(SomethingSplits, ALabelledTestListIsStillUnlabelled) {
  SmallFolder set;
  set.change("test", [](json& list) { list[0]["template"] = "Flying [something]"; });
  set.spec.split = "test";
  EXPECT_EQ(read(set.open(), 0).label, kUnlabelled);
}

TEST(SomethingSplits, NoVideoIsTrainedOnAndEvaluated) {
  const SmallFolder set;
  set.change("validation", [](json& list) { list[1]["id"] = "21"; });
  EXPECT_THAT(error_of([&] { (void)set.open(Role::kTrain); }), AllOf(HasSubstr("id 21"), HasSubstr("validation.json")));
}

TEST(SomethingLook, TakesIdsAndFiles) {
  const SmallFolder set;
  const auto data = set.open();
  const auto listed = data.look("35");
  EXPECT_EQ(listed.label, 2);
  EXPECT_EQ(listed.id, "35");
  const auto file = data.look(set.video("91").string());
  EXPECT_EQ(file.label, kUnlabelled);
  EXPECT_EQ(file.id, "91");
  expect_pictures(file.pictures, expected_pictures(set.video("91"), {0, 1, 2, 3, 4, 5, 6, 7}, 24));
  EXPECT_THAT(error_of([&] { (void)data.look("36"); }), AllOf(HasSubstr("'36'"), HasSubstr("'35'"), HasSubstr("validation")));
  write_file_atomically(set.outside("x.webm"), "no video");
  EXPECT_THAT(error_of([&] { (void)data.look(set.outside("x.webm").string()); }), HasSubstr("x.webm"));
}

TEST(SomethingLook, PicturesMayBePaintedOn) {
  const SmallFolder set;
  auto view = set.open().look("25");
  const cv::Mat before = view.pictures[7].clone();
  view.pictures[6].setTo(cv::Scalar::all(0));
  EXPECT_TRUE(same_pixels(view.pictures[7], before)) << "both show the last frame";
}

TEST(SomethingDamage, EndsAnEvaluationAndNamesTheFile) {
  const SmallFolder set;
  write_file_atomically(set.video("25"), "no video");
  const auto data = set.open();
  EXPECT_THAT(error_of([&] { (void)read(data, 1); }), HasSubstr("25.webm"));
  EXPECT_NO_THROW((void)read(data, 0));
}

TEST(SomethingDamage, IsLeftOutOfTrainingWithOneWarning) {
  SmallFolder set;
  write_file_atomically(set.video("20"), "");
  set.spec.verbosity = 0;
  const auto data = set.open(Role::kTrain);
  testing::internal::CaptureStderr();
  const auto bad = read(data, 2), again = read(data, 2);
  const std::string said = testing::internal::GetCapturedStderr();
  EXPECT_FALSE(bad.clips.defined());
  EXPECT_EQ(said.find("20.webm"), said.rfind("20.webm"));
  EXPECT_THAT(said, HasSubstr("20.webm"));
  EXPECT_EQ(SomethingData::collate({read(data, 0), bad}).size(), 1);
  EXPECT_THAT(error_of([&] { (void)SomethingData::collate({bad, again}); }), HasSubstr("none of the 2"));
  EXPECT_EQ(data.fingerprint().items, 5);
  EXPECT_EQ(data.fingerprint().dropped, 1);
  set.spec.strict = true;
  EXPECT_THAT(error_of([&] { (void)read(set.open(Role::kTrain), 2); }), HasSubstr("20.webm"));
}

TEST(SomethingMissing, IsAnErrorUnlessAllowed) {
  SmallFolder set;
  fs::remove(set.video("25"));
  EXPECT_THAT(error_of([&] { (void)set.open(); }), AllOf(HasSubstr("1 of 3"), HasSubstr("the first: 25"), HasSubstr("data verify")));
  set.options.allow_missing = 0.4;
  const auto data = set.open();
  EXPECT_EQ(data.size(), 2);
  EXPECT_EQ(data.fingerprint().missing, 1);
  set.spec.strict = true;
  EXPECT_THAT(error_of([&] { (void)set.open(); }), HasSubstr("'25'"));
}

TEST(SomethingMissing, FilesAreAskedForByName) {
  const SmallFolder set;
  fs::remove(set.file("train"));
  EXPECT_NO_THROW((void)set.open());
  EXPECT_THAT(error_of([&] { (void)set.open(Role::kTrain); }), HasSubstr("something-something-v2-train.json"));
  fs::remove(set.file("labels"));
  EXPECT_THAT(error_of([&] { (void)set.open(); }), HasSubstr("something-something-v2-labels.json"));
  fs::rename(set.videos(), set.outside("elsewhere"));
  EXPECT_THAT(error_of([&] { (void)set.open(); }), HasSubstr("20bn-something-something-v2/"));
  set.write("20bn-something-something-v2-00", "a part of the archive");
  EXPECT_THAT(error_of([&] { (void)set.open(); }), HasSubstr("join its parts"));
}

TEST(SomethingFiles, MayLieElsewhere) {
  SmallFolder set;
  fs::create_directories(set.outside("lists/labels"));
  for (const char* name : {"labels", "train", "validation", "test"})
    fs::rename(set.file(name), set.outside("lists/labels") / fmt::format("{}.json", name));
  fs::rename(set.videos(), set.outside("lists/videos"));
  set.options.annotations = set.outside("lists/labels/").string();
  EXPECT_EQ(set.open().size(), 3) << "videos are looked for beside labels/";
  set.options.annotations = set.outside("lists").string();
  EXPECT_EQ(set.open().size(), 3);
  fs::rename(set.outside("lists/videos"), set.outside("films"));
  set.options.media = set.outside("films").string();
  EXPECT_EQ(set.open(Role::kTrain).size(), 6);
}

TEST(SomethingFiles, BadRowsEndARun) {
  const SmallFolder set;
  set.change("validation", [](json& list) { list[1]["template"] = "Holdin [something]"; });
  EXPECT_THAT(error_of([&] { (void)set.open(); }),
              AllOf(HasSubstr("validation.json"), HasSubstr("id 25"), HasSubstr("'Holding something'")));
  set.change("validation", [](json& list) { list = json::array(); });
  EXPECT_THAT(error_of([&] { (void)set.open(); }), AllOf(HasSubstr("validation.json"), HasSubstr("no videos")));
}

TEST(SomethingFiles, GroupsBesideTheAnnotationsAreUsed) {
  SmallFolder set;
  EXPECT_THAT(set.open().contrastive_groups(), IsEmpty());
  const auto& names = test::few_classes();
  set.write("contrastive_groups_list.txt", fmt::format("{}\n{}\n\n\n{}\nFlying\n", names[1], names[2], names[0]));
  ASSERT_THAT(set.open().contrastive_groups(), SizeIs(1));
  EXPECT_THAT(set.open().contrastive_groups()[0].classes, ElementsAre(1, 2));
  set.write("mine.txt", fmt::format("{}\n{}\n", names[2], names[0]));
  set.options.contrastive_groups = (set.root / "mine.txt").string();
  EXPECT_THAT(set.open().contrastive_groups()[0].classes, ElementsAre(2, 0));
  set.write("mine.txt", "Flying\nFalling\n");
  EXPECT_THAT(error_of([&] { (void)set.open(); }), AllOf(HasSubstr("mine.txt"), HasSubstr("no group is left")));
}

TEST(SomethingFiles, SettingsThatMakeNoSenseAreRefused) {
  SmallFolder set;
  set.options.classes = 2;
  EXPECT_THAT(error_of([&] { (void)set.open(); }), AllOf(HasSubstr("data.classes=2"), HasSubstr("3 classes")));
  set.options.classes = 10;
  EXPECT_EQ(set.open().options().classes, 10);
  set.spec.preload = true;
  EXPECT_THAT(error_of([&] { (void)set.open(); }), HasSubstr("--preload"));
  set.spec.preload = false;
  set.options.augmentations = "left/right";
  EXPECT_NO_THROW((void)set.open()) << "evaluation augments nothing";
  EXPECT_THAT(error_of([&] { (void)set.open(Role::kTrain); }), HasSubstr("174 official"));
  set.options.augmentations = "left/rihgt";
  EXPECT_THAT(error_of([&] { (void)set.open(); }), HasSubstr("'left/right'"));
  set.options.augmentations = "";
  set.options.standin.frames = 9;
  EXPECT_THAT(error_of([&] { (void)set.open(); }), HasSubstr("--set standin"));
}

TEST(SomethingFingerprint, ChangesWithTheVideos) {
  const SmallFolder set;
  const auto before = set.open().fingerprint();
  EXPECT_EQ(before.split, "validation");
  EXPECT_EQ(before.items, 3);
  EXPECT_EQ(set.open().fingerprint().hash, before.hash);
  fs::copy_file(set.video("10"), set.video("25"), fs::copy_options::overwrite_existing);
  EXPECT_NE(set.open().fingerprint().hash, before.hash);
  EXPECT_EQ(set.open().source(), Source::kReal);
}

TEST(SomethingSource, IsTheStandInWhereNothingElseIs) {
  SmallFolder set;
  set.spec.source = SourceChoice::kAuto;
  set.spec.data_root = set.outside("nothing").string();
  set.options.standin = {.train_videos = 2, .scarce_videos = 1, .val_videos = 1, .test_videos = 1, .height = 32, .frames = 8};
  set.options.augmentations = "left/right, left/right agnostic";
  const auto data = set.open(Role::kTrain);
  EXPECT_EQ(data.source(), Source::kSynthetic);
  EXPECT_THAT(data.contrastive_groups(), Not(IsEmpty()));
  set.options.augmentations = "";
  const auto plain = set.open(Role::kTrain);
  int64_t mirrored = 0;
  for (int64_t i = 0; i < data.size(); ++i) {
    const auto sample = read(data, i);
    EXPECT_EQ(sample.clips.sizes(), at::IntArrayRef({1, 3, 8, 24, 24}));
    mirrored += sample.label != read(plain, i).label ? 1 : 0;
  }
  EXPECT_GT(mirrored, 0) << "its mapping turns classes into each other";
  set.spec.source = SourceChoice::kReal;
  EXPECT_THAT(error_of([&] { (void)set.open(); }), AllOf(HasSubstr("vbench data info something-something-v2"), HasSubstr("labels.json")));
  set.spec.source = SourceChoice::kSynthetic;
  set.options.media = set.videos().string();
  EXPECT_THAT(error_of([&] { (void)set.open(); }), AllOf(HasSubstr("--set data.media"), HasSubstr("no effect on the stand-in")));
}

}  // namespace
}  // namespace vbench::something
