// `vbench data info` and `verify`, also of a dataset with two families of files; real videos where they are at hand.
#include <ATen/ATen.h>
#include <fmt/ranges.h>

#include "datasets/kinetics/kinetics.hpp"
#include "datasets/location/joined_entry.hpp"
#include "datasets/register.hpp"
#include "tests/datasets/audio_visual/fixture.hpp"

namespace vbench::audio_visual {
namespace {

using test::SmallTree;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

DataRequest request_of(const SmallTree& tree, const std::vector<std::string>& settings = {}) {
  DataRequest request;
  request.root = tree.spec.data_root;
  request.source = tree.spec.source;
  request.settings = settings;
  return request;
}

std::vector<std::string> kinds_of(const DataReport& report) {
  std::vector<std::string> kinds;
  for (const auto& problem : report.problems) kinds.push_back(problem.fatal ? problem.kind : problem.kind + " (note)");
  return kinds;
}

DatasetEntry entry_of_dataset(const std::string& name) { return dataset_entry(family_of(name)); }

TEST(Verify, CountsVideosUsableAndSilentOnes) {
  const SmallTree tree;
  tree.write_usable({"train/a/1.mp4", "train/b/2.mp4", "val/a/3.mp4"});
  tree.write("val/b/silent.mp4", video::encode_mp4(test::brightening(1.5, 16), 16, {test::kRate, 1, std::vector<int16_t>(36000, 0)}));
  const auto report = entry_of_dataset("ave").verify(request_of(tree));
  EXPECT_EQ(report.listed, 4);
  EXPECT_EQ(report.checked, 4);
  EXPECT_THAT(report.facts, AllOf(Contains("train: 2 videos, 2 usable"), Contains("val: 1 videos are silent"), Contains("classes: 2")));
  EXPECT_THAT(kinds_of(report), UnorderedElementsAre("silent (note)", "other than official (note)"));
}

TEST(Verify, FlawsAreErrorsUnlessTheirShareIsAllowed) {
  const SmallTree tree;
  tree.write_usable({"train/a/1.mp4", "train/a/2.mp4"});
  tree.write("train/a/mute.mp4", test::telling_video(1.5, 0));
  tree.write("train/a/short.mp4", test::telling_video(1, 1));
  auto request = request_of(tree);
  auto report = entry_of_dataset("ave").verify(request);
  EXPECT_THAT(kinds_of(report), UnorderedElementsAre("no sound", "too short", "other than official (note)"));
  EXPECT_THAT(report.facts, Contains("train: 4 videos, 2 usable (1 no sound, 1 too short)"));
  request.allow_missing = 0.5;
  report = entry_of_dataset("ave").verify(request);
  EXPECT_THAT(kinds_of(report), UnorderedElementsAre("no sound (note)", "too short (note)", "other than official (note)"));
  EXPECT_THAT(entry_of_dataset("ave").info(request).problems, IsEmpty());
}

TEST(Verify, DecodesWhatTheHeaderPromises) {
  const SmallTree tree;
  tree.write_usable({"train/a/1.mp4", "train/a/2.mp4"});
  (void)tree.open();  // lengths are known now
  test::damage_secretly(tree.root / "train/a/2.mp4");
  for (const bool deep : {false, true}) {
    auto request = request_of(tree);
    request.deep = deep;
    EXPECT_THAT(kinds_of(entry_of_dataset("ave").verify(request)), Contains("unreadable video"));
  }
}

TEST(Verify, VideosInSeveralPlacesAreNoted) {
  const SmallTree tree;
  tree.write_usable({"train/a/1.mp4", "val/a/1.mp4", "train/a/2.mp4", "train/b/2.mp4"});
  EXPECT_THAT(kinds_of(entry_of_dataset("ave").verify(request_of(tree))),
              UnorderedElementsAre("in two splits (note)", "in two classes (note)", "other than official (note)"));
}

TEST(Verify, OtherClassesOfKineticsSoundAreAnErrorUnlessTold) {
  const SmallTree tree("kinetics-sound");
  tree.write_usable({"train/a/1.mp4"});
  EXPECT_THAT(kinds_of(entry_of_dataset("kinetics-sound").verify(request_of(tree))), ElementsAre("other than official"));
  EXPECT_THAT(kinds_of(entry_of_dataset("kinetics-sound").verify(request_of(tree, {"data.any_classes=true"}))),
              ElementsAre("other than official (note)"));
}

TEST(Verify, AGeneratedFolderIsWhole) {
  SmallTree tree;
  DataRequest request;
  request.settings = {"standin.train_videos=2", "standin.val_videos=1", "standin.seconds=1.3", "standin.side=24", "standin.fps=8"};
  const auto written = entry_of_dataset("ave").synthesize(request, tree.root.string());
  EXPECT_EQ(written.listed, 24);
  request = request_of(tree);
  request.source = SourceChoice::kAuto;
  request.deep = true;
  const auto report = entry_of_dataset("ave").verify(request);
  EXPECT_EQ(report.checked, 24);
  EXPECT_THAT(report.problems, IsEmpty());
  EXPECT_THAT(report.facts.front(), HasSubstr("synthetic"));
}

/// The registry's entry of a name that two families share.
DatasetEntry kinetics_entry() {
  static Registry registry = [] {
    Registry filled;
    register_datasets(filled);
    return filled;
  }();
  return registry.find_dataset("kinetics");
}

TEST(JoinedEntry, WhatOneFamilyLacksIsNoErrorWhereTheOtherIsThere) {
  const SmallTree tree("kinetics");
  auto report = kinetics_entry().verify(request_of(tree));
  EXPECT_THAT(kinds_of(report), AllOf(Contains("missing file"), Not(Contains("missing file (note)"))));
  tree.write_usable({"train/a/1.mp4"});
  report = kinetics_entry().verify(request_of(tree));
  EXPECT_THAT(kinds_of(report), ElementsAre("other than official (note)"));
  EXPECT_THAT(report.facts, AllOf(Contains("sets: not there"), Contains("videos: train: 1 videos, 1 usable")));
  EXPECT_EQ(report.checked, 1);
}

TEST(JoinedEntry, BothFamiliesAreReported) {
  const SmallTree tree("kinetics");
  tree.write_usable({"train/a/1.mp4"});
  tree.write("kinetics_graph.json", "{");
  const auto report = kinetics_entry().verify(request_of(tree));
  EXPECT_THAT(kinds_of(report), AllOf(Contains("missing file"), Contains("other than official (note)")));
  EXPECT_THAT(report.facts, Contains("videos: train: 1 videos, 1 usable"));
}

TEST(JoinedEntry, SettingsGoToTheFamilyThatKnowsThem) {
  const SmallTree tree("kinetics");
  tree.write_usable({"train/a/1.mp4"});
  EXPECT_NO_THROW((void)kinetics_entry().verify(request_of(tree, {"sound.seconds=1"})));
  EXPECT_THAT(test::error_of([&] { (void)kinetics_entry().verify(request_of(tree, {"sound.second=1"})); }), HasSubstr("sound.second"));
  const auto videos = kinetics_entry().info(request_of(tree, {"files=videos"}));
  EXPECT_THAT(videos.facts, Contains("train: 1 videos, 1 usable"));
  EXPECT_THAT(test::error_of([&] { (void)kinetics_entry().info(request_of(tree, {"files=sounds"})); }), HasSubstr("known: sets, videos"));
}

TEST(JoinedEntry, WritesTheFilesThatAreAskedFor) {
  const SmallTree tree("kinetics");
  DataRequest request;
  request.settings = {"files=videos",        "standin.train_videos=1", "standin.val_videos=1",
                      "standin.seconds=1.3", "standin.side=24",        "standin.fps=8"};
  EXPECT_EQ(kinetics_entry().synthesize(request, tree.root.string()).listed, 16);
  EXPECT_TRUE(fs::exists(tree.root / "val/rings_trilling"));
  EXPECT_THAT(kinetics_entry().preparation, AllOf(HasSubstr("files=sets"), HasSubstr("files=videos"), HasSubstr("videos=DIR")));
}

TEST(JoinedEntry, SaysOnceWhatBothLicencesSay) {
  EXPECT_EQ(kinetics_entry().licence,
            "lists CC BY 4.0; features, embeddings and sets: see abstraction.csail.mit.edu; videos remain their uploaders'");
}

TEST(RealVideos, OfSevenClassesAreAllUsable) {
  const auto root = test::real_data_root() / "av-mini";
  if (!fs::exists(root)) GTEST_SKIP() << root << " is not there";
  const SmallTree tree;
  const auto report = entry_of_dataset("ave").verify(request_of(tree, {"data.videos=" + root.string()}));
  EXPECT_EQ(report.checked, 62);
  EXPECT_THAT(report.facts, AllOf(Contains("train: 44 videos, 44 usable"), Contains("val: 18 videos, 18 usable"), Contains("classes: 7")));
  for (const auto& problem : report.problems) EXPECT_FALSE(problem.fatal) << problem.item << ": " << problem.message;
}

/// [N, F]: what is heard on average.
at::Tensor mean_spectra(const AudioVisualData& data) {
  std::vector<at::Tensor> rows;
  for (int64_t i = 0; i < data.size(); ++i) {
    const auto sample = test::read(data, i);
    EXPECT_TRUE(sample.clip.isfinite().all().item<bool>());
    rows.push_back(sample.spectrogram[0].mean(1));
  }
  return at::stack(rows);
}

TEST(RealVideos, NearestSoundsAreOfTheSameClass) {
  const auto root = test::real_data_root() / "av-mini";
  if (!fs::exists(root)) GTEST_SKIP() << root << " is not there";
  SmallTree tree;
  tree.options.videos = root.string();
  const auto train = tree.open(Role::kEvaluate);
  tree.options.evaluated = "val";
  const auto val = tree.open(Role::kEvaluate);
  const auto nearest = at::cdist(mean_spectra(val), mean_spectra(train)).argmin(1);
  int64_t right = 0;
  for (int64_t i = 0; i < val.size(); ++i) right += val.label(i) == train.label(nearest[i].item<int64_t>()) ? 1 : 0;
  EXPECT_GE(right, 17);
  EXPECT_EQ(val.size(), 18);
}

}  // namespace
}  // namespace vbench::audio_visual
