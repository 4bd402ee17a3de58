// What is read of each split: frames, pictures, labels.
#include <torch/types.h>

#include <opencv2/imgproc.hpp>

#include "datasets/loader/loader.hpp"
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

static_assert(Dataset<SomethingData> && ResolvesOptions<SomethingData> && OffersSplits<SomethingData>);

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
  EXPECT_EQ(test.fingerprint().split, "test, own classes");
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

}  // namespace
}  // namespace vbench::something
