#include "datasets/video_text/locate.hpp"
#include "datasets/synthetic/world.hpp"

#include <gmock/gmock.h>

#include <thread>

#include "tests/datasets/video_text/fixture.hpp"

namespace vbench::video_text {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

/// Stand-ins in the official widths take seconds; these are narrow.
Options narrow() {
  Options options = youcook2_options();
  options.video_width = 16;
  options.text_width = 12;
  return options;
}

Location find(const fs::path& root, SourceChoice choice, const Options& options) {
  return locate(youcook2_family(), options, root, choice, Verbosity::kQuiet);
}

TEST(Locate, RealFilesAreFoundUnderAutoAndReal) {
  const Kitchen kitchen;
  for (const SourceChoice choice : {SourceChoice::kAuto, SourceChoice::kReal}) {
    const Location location = find(kitchen.spec.data_root, choice, kitchen.options);
    EXPECT_EQ(location.source, Source::kReal);
    EXPECT_EQ(location.folder, fs::path(kitchen.spec.data_root) / "youcook2");
  }
}

TEST(Locate, NothingThereGivesTheStandInUnderAutoAndAListUnderReal) {
  const Kitchen kitchen;
  const fs::path nowhere = kitchen.temporary("nowhere");
  const Location location = find(nowhere, SourceChoice::kAuto, narrow());
  EXPECT_EQ(location.source, Source::kSynthetic);
  EXPECT_THAT(location.folder.string(), StartsWith(kitchen.temporary("cache").string()));
  EXPECT_THAT(test::error_of([&] { find(nowhere, SourceChoice::kReal, narrow()); }),
              AllOf(HasSubstr("nowhere/youcook2: files of youcook2 are missing"),
                    HasSubstr("youcookii_annotations_trainval.json (or meta_all.json)"), HasSubstr("video_feat_100m.h5"),
                    HasSubstr("_sentence_splits.json")));
}

TEST(Locate, AStandInIsGeneratedOnceForEachWidthAndReadByTheSameLoader) {
  const Kitchen kitchen;
  RunSpec spec;
  spec.data_root = kitchen.temporary("nowhere").string();
  spec.verbosity = -1;
  const YouCook2 data = YouCook2::open(narrow(), spec, Role::kEvaluate);
  EXPECT_EQ(data.source(), Source::kSynthetic);
  EXPECT_EQ(data.size(), synthetic::youcook2_world().val_videos);
  const fs::path folder = standin_folder(youcook2_family(), narrow());
  const auto written = fs::last_write_time(folder / "SYNTHETIC.json");
  EXPECT_EQ(YouCook2::open(narrow(), spec, Role::kTrain).size(), synthetic::youcook2_world().train_videos);
  EXPECT_EQ(fs::last_write_time(folder / "SYNTHETIC.json"), written);
  Options wider = narrow();
  wider.text_width = 13;
  EXPECT_NE(standin_folder(youcook2_family(), wider), folder);
}

TEST(Locate, ThreadsThatWantTheSameStandInGetOne) {
  const Kitchen kitchen;
  std::vector<Location> found(3);
  std::vector<std::thread> threads;
  for (Location& location : found) {
    threads.emplace_back([&] { location = find(kitchen.temporary("nowhere"), SourceChoice::kSynthetic, narrow()); });
  }
  for (auto& thread : threads) thread.join();
  for (const Location& location : found) EXPECT_TRUE(fs::exists(location.folder / "meta_all.json"));
  EXPECT_EQ(found[0].folder, found[2].folder);
}

TEST(Locate, AGeneratedFolderIsNeverReal) {
  const Kitchen kitchen;
  kitchen.write("SYNTHETIC.json", std::string("{}"));
  EXPECT_EQ(find(kitchen.spec.data_root, SourceChoice::kAuto, kitchen.options).source, Source::kSynthetic);
  EXPECT_EQ(find(kitchen.spec.data_root, SourceChoice::kSynthetic, kitchen.options).folder, fs::path(kitchen.spec.data_root) / "youcook2");
  EXPECT_THAT(test::error_of([&] { find(kitchen.spec.data_root, SourceChoice::kReal, kitchen.options); }), HasSubstr("generated data"));
}

TEST(Locate, SyntheticIgnoresRealFiles) {
  const Kitchen kitchen;
  EXPECT_THAT(find(kitchen.spec.data_root, SourceChoice::kSynthetic, narrow()).folder.string(),
              StartsWith(kitchen.temporary("cache").string()));
}

TEST(Locate, AnIncompleteFolderIsAnErrorRatherThanAStandIn) {
  const Kitchen kitchen;
  fs::remove(kitchen.path(Kitchen::kWords));
  EXPECT_THAT(test::error_of([&] { find(kitchen.spec.data_root, SourceChoice::kAuto, kitchen.options); }),
              AllOf(HasSubstr("are missing: text_feat_youcook2"), HasSubstr("--source synthetic")));
}

TEST(DataCommands, InfoAndVerifyDescribeACompleteFolder) {
  const Kitchen kitchen;
  const DatasetEntry entry = dataset_entry(youcook2_family());
  DataRequest request;
  request.root = kitchen.spec.data_root;
  request.settings = {"data.video_width=24", "data.text_width=20"};
  request.deep = true;
  for (const auto& command : {entry.info, entry.verify}) {
    const DataReport report = command(request);
    EXPECT_EQ(report.listed, 10);
    EXPECT_EQ(report.checked, 10);
    EXPECT_TRUE(report.problems.empty()) << report.problems.front().message;
    EXPECT_THAT(report.facts, ::testing::Contains(HasSubstr("val: 4 videos")));
  }
}

TEST(DataCommands, VerifyListsEveryProblem) {
  const Kitchen kitchen;
  kitchen.change(Kitchen::kFrames, [&](const std::string& key, torch::Tensor rows) {
    if (key == kitchen.keys[1]) rows[1][3] = std::numeric_limits<float>::quiet_NaN();
    return key == kitchen.keys[0] ? std::nullopt : std::optional(rows);
  });
  const DatasetEntry entry = dataset_entry(youcook2_family());
  DataRequest request;
  request.root = kitchen.spec.data_root;
  request.settings = {"data.video_width=24", "data.text_width=20"};
  const auto kinds = [&] {
    std::vector<std::string> found;
    for (const DataProblem& problem : entry.verify(request).problems) {
      found.push_back(problem.kind + " " + problem.item + (problem.fatal ? "" : " allowed"));
    }
    std::sort(found.begin(), found.end());
    return found;
  };
  EXPECT_THAT(kinds(), ElementsAre("missing frame features " + kitchen.keys[0]));
  request.deep = true;
  request.allow_missing = 0.25;  // one of four videos of its split
  EXPECT_THAT(kinds(), ElementsAre("missing frame features " + kitchen.keys[0] + " allowed", "unusable values " + kitchen.keys[1]));
  request.settings.push_back("data.text_width=21");
  EXPECT_THAT(kinds(), ::testing::Contains("wrong width " + kitchen.keys[2]));
}

TEST(DataCommands, VerifyRefusesWhatARunWouldRefuse) {
  Kitchen kitchen;
  const auto fatal = [&] {
    DataRequest request;
    request.root = kitchen.spec.data_root;
    request.settings = {"data.video_width=24", "data.text_width=20"};
    request.allow_missing = kitchen.options.allow_missing = 0.2;
    std::vector<std::string> found;
    for (const DataProblem& problem : dataset_entry(youcook2_family()).verify(request).problems) {
      if (problem.fatal) found.push_back(problem.kind + " " + problem.item);
    }
    return found;
  };
  // One of ten videos, but one of four of its split; that it lacks words too changes nothing.
  for (const char* file : {Kitchen::kFrames, Kitchen::kWords}) {
    kitchen.change(file,
                   [&](const std::string& key, torch::Tensor rows) { return key == kitchen.keys[0] ? std::nullopt : std::optional(rows); });
    EXPECT_THAT(kitchen.failure(), HasSubstr("1 of 4 videos of split 'val' have no features"));
    EXPECT_THAT(fatal(), ::testing::Contains("missing frame features " + kitchen.keys[0]));
  }
  json meta = kitchen.meta();
  for (auto& [key, video] : meta.items()) video["split"] = "train";
  kitchen.write("meta_all.json", meta);
  EXPECT_THAT(kitchen.failure(), HasSubstr("split 'val' has no videos"));
  EXPECT_THAT(fatal(), ElementsAre("split without videos val")) << "one of ten may lack its features";
}

TEST(DataCommands, AnnotationsAreDescribedWithoutFeatures) {
  const Kitchen kitchen;
  fs::remove(kitchen.path(Kitchen::kFrames));
  DataRequest request;
  request.root = kitchen.spec.data_root;
  const DataReport report = dataset_entry(youcook2_family()).info(request);
  EXPECT_EQ(report.listed, 10);
  EXPECT_EQ(report.checked, 0);
  EXPECT_THAT(report.facts, ::testing::Contains(HasSubstr("val: 4 videos")));
  ASSERT_EQ(report.problems.size(), 1U);
  EXPECT_EQ(report.problems.front().item, Kitchen::kFrames);
}

TEST(DataCommands, VerifyOfNothingListsTheFilesThatAreMissing) {
  const Kitchen kitchen;
  DataRequest request;
  request.root = kitchen.temporary("nowhere").string();
  const DataReport report = dataset_entry(activitynet_family()).verify(request);
  ASSERT_GE(report.problems.size(), 4U);
  EXPECT_THAT(report.problems.front().item, HasSubstr("train.json"));
  EXPECT_TRUE(report.problems.front().fatal);
}

}  // namespace
}  // namespace vbench::video_text
