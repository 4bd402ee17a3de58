#include "methods/smth3d/answers.hpp"

#include <gmock/gmock.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <opencv2/imgcodecs.hpp>

#include "datasets/video/video_file.hpp"
#include "datasets/video/video_writer.hpp"
#include "harness/core/files.hpp"
#include "tests/support/golden.hpp"

namespace vbench::smth3d {
namespace {

using test::error_of;
using test::TemporaryFolder;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::vector<std::string> kNames{"Moving something up", "Moving something down", "Pretending to \"open\", something", "Holding"};
constexpr int kSide = 32;
constexpr int64_t kFrames = 6;

Network small_network() {
  NetworkOptions options;
  options.divisor = 32;
  options.classes = static_cast<int64_t>(kNames.size());
  Network network(options);
  network.initialize(5);
  return network;
}

std::vector<cv::Mat> pictures_of(int64_t frames, int height = kSide, int width = kSide) {
  std::vector<cv::Mat> pictures;
  for (int64_t t = 0; t < frames; ++t) {
    pictures.emplace_back(height, width, CV_8UC3, cv::Scalar(40, 60, 80));
    pictures.back()(cv::Rect(4, 2 + 3 * static_cast<int>(t % 6), 8, 8)).setTo(cv::Scalar(230, 220, 40));
  }
  return pictures;
}

something::View view_of(int64_t clips, int64_t label) {
  torch::manual_seed(2);
  return {"17", label, pictures_of(clips * kFrames), torch::randn({clips, 3, kFrames, kSide, kSide})};
}

TEST(PredictView, NamesTheBestClassesOfTheMeanOverClips) {
  const auto network = small_network();
  const auto view = view_of(2, 1);
  const auto answer = predict_view(network, view, kNames, 3);
  EXPECT_EQ(answer.title, "17: Moving something down");
  EXPECT_THAT(answer.header, ElementsAre("rank", "class", "probability"));
  ASSERT_EQ(answer.rows.size(), 3U);
  const torch::NoGradGuard no_grad;
  const auto probabilities = torch::softmax(network.forward(view.clips, {2}, {}).logits[0], 0);
  const auto best = probabilities.argmax().item<int64_t>();
  EXPECT_THAT(answer.rows[0],
              ElementsAre("1", kNames[static_cast<size_t>(best)], fmt::format("{:.2f} %", 100 * probabilities[best].item<double>())));
  EXPECT_EQ(predict_view(network, view, kNames, 99).rows.size(), kNames.size());
  EXPECT_EQ(predict_view(network, view_of(1, something::kUnlabelled), kNames, 1).title, "17");
}

TEST(ExplainView, WritesVideoAndSheetAndNamesThem) {
  const TemporaryFolder folder;
  const auto network = small_network();
  const auto answers = explain_view(network, view_of(2, 0), kNames, {"Holding", folder / "17", 2});
  ASSERT_EQ(answers.size(), 2U);
  EXPECT_EQ(answers[0].title, "17: Moving something up");
  EXPECT_EQ(answers[0].rows.size(), 2U);
  const auto sheet = (folder / "17-gradcam.png").string(), film = (folder / "17-gradcam.webm").string();
  ASSERT_EQ(answers[1].rows.size(), 1U);
  EXPECT_EQ(answers[1].rows[0][0], "Holding");
  EXPECT_EQ(answers[1].rows[0][3], sheet);
  EXPECT_EQ(answers[1].rows[0][4], film);
  EXPECT_FALSE(cv::imread(sheet).empty());
  video::VideoFile file(film);
  EXPECT_EQ(file.frames(), kFrames);
  EXPECT_EQ(file.read(std::vector<int64_t>{0})[0].size(), cv::Size(2 * 160, 160));
  EXPECT_EQ(list_folder(folder.path()).size(), 2U);
}

TEST(ExplainView, WithoutAClassTheBestOneIsExplained) {
  const TemporaryFolder folder;
  const auto answers = explain_view(small_network(), view_of(1, something::kUnlabelled), kNames, {"", folder / "x", 5});
  EXPECT_EQ(answers[1].rows[0][0], answers[0].rows[0][1]);
  EXPECT_EQ(answers[1].rows[0][1], "1");
}

TEST(ClassByName, ForgivesCapitalsAndBracketsAndSuggests) {
  EXPECT_EQ(class_by_name("Moving something down", kNames), 1);
  EXPECT_EQ(class_by_name("moving [something] DOWN", kNames), 1);
  EXPECT_THAT(error_of([] { (void)class_by_name("Moving something dwn", kNames); }),
              HasSubstr("no class is called 'Moving something dwn'; did you mean 'Moving something down'"));
}

TEST(FileNames, AreSafeAndDifferent) {
  EXPECT_THAT(file_names_of({"166766", "/a/b/my clip.webm", "../166766", "c/166766.mp4", "12.5", "..", "x;\n\"y\".avi", "-rf", ""}),
              ElementsAre("166766", "my_clip", "166766-2", "166766-3", "12.5", "video..", "x___y_", "video-rf", "video"));
  EXPECT_EQ(file_names_of({std::string(300, 'a')})[0].size(), 100U);
}

/// A package of one validation video in the official layout, and a video beside it.
void write_package(const std::filesystem::path& folder) {
  write_file_atomically(folder / "something-something-v2-labels.json",
                        R"({"Holding something": "0", "Moving something down": "1", "Moving something up": "2"})");
  write_file_atomically(folder / "something-something-v2-validation.json",
                        R"([{"id": "42", "label": "moving a cup up", "template": "Moving [something] up", "placeholders": ["a cup"]}])");
  make_folder(folder / "20bn-something-something-v2");
  video::write_webm(folder / "20bn-something-something-v2" / "42.webm", pictures_of(8, 48, 64), 12);
  video::write_webm(folder / "other one.webm", pictures_of(5, 48, 64), 12);
}

TEST(AnswersOfVideos, IdsAndPathsAreReadAsTheEvaluationReadsThem) {
  const TemporaryFolder folder, out;
  write_package(folder.path());
  something::Options options;
  options.annotations = folder.path().string();
  options.clip_frames = kFrames;
  options.crop = kSide;
  RunSpec spec;
  spec.source = SourceChoice::kReal;
  const auto data = something::SomethingData::open(options, spec, Role::kEvaluate);
  const auto network = small_network();  // one output more than there are names
  const auto other = (folder / "other one.webm").string();
  const auto predicted = predict_videos(network, data, {{"42", other}, {}, 4});
  ASSERT_EQ(predicted.size(), 2U);
  EXPECT_EQ(predicted[0].title, "42: Moving something up");
  EXPECT_EQ(predicted[1].title, "other one");
  EXPECT_EQ(predicted[1].rows.size(), 4U);
  const auto explained = explain_videos(network, data, {{"42", other}, "class 3", out.path(), 1});
  ASSERT_EQ(explained.size(), 4U);
  EXPECT_EQ(explained[3].rows[0][0], "class 3");
  for (const auto* const name : {"42-gradcam.png", "42-gradcam.webm", "other_one-gradcam.png", "other_one-gradcam.webm"}) {
    EXPECT_TRUE(std::filesystem::exists(out / name)) << name;
  }
  EXPECT_THAT(error_of([&] {
                (void)explain_videos(network, data, {{"42"}, "Holding", out.path(), 1});
              }),
              HasSubstr("did you mean 'Holding something'"));
  EXPECT_THAT(error_of([&] { (void)predict_videos(network, data, {{"42"}, {"43"}, 1}); }), HasSubstr("candidates"));
  EXPECT_THAT(error_of([&] { (void)predict_videos(network, data, {{"4"}, {}, 1}); }), HasSubstr("'4'"));
}

}  // namespace
}  // namespace vbench::smth3d
