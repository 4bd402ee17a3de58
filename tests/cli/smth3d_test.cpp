// smth3d from the command line: the stand-in, the files of an evaluation, the test server's file, explanations, resumed and open-ended
// training, bad input.
#include <fmt/format.h>

#include <opencv2/imgcodecs.hpp>
#include <regex>

#include "datasets/video/video_file.hpp"
#include "tests/cli/fixture.hpp"

namespace vbench {
namespace {

using nlohmann::json;
using test::expect_error;
using test::find_file;
using test::json_of;
using test::kInput;
using test::kUsage;
using test::outcome;
using test::run_program;
using test::TemporaryFolder;
using testing::HasSubstr;
using testing::StartsWith;
namespace fs = std::filesystem;

const std::string kDataset = "something-something-v2";
const std::vector<std::string> kStandin{"standin.train_videos=5", "standin.scarce_videos=1", "standin.val_videos=2",
                                        "standin.test_videos=1",  "standin.frames=12",       "standin.height=32"};
constexpr int64_t kClasses = 8, kValidationVideos = 16, kTestVideos = 8;

using Arguments = std::vector<std::string>;

Arguments with_settings(Arguments arguments, const Arguments& settings) {
  for (const auto& setting : settings) arguments.insert(arguments.end(), {"--set", setting});
  return arguments;
}

Arguments joined(Arguments arguments, const Arguments& more) {
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

/// A network of a few channels.
Arguments tiny_network(const std::string& command) {
  return with_settings({command, "--method", "smth3d", "--dataset", kDataset, "--variant", "mini"},
                       {"model.divisor=32", "sampling.frames=8", "view.crop=24", "batch_size=8"});
}

/// On a stand-in of a few short videos, which the tests of one build share in the cache.
Arguments small(const Arguments& more, const std::string& command = "run") {
  return joined(with_settings(tiny_network(command), kStandin), more);
}

/// On the files below a folder.
Arguments on_files(const fs::path& root, const Arguments& more, const std::string& command = "run") {
  return joined(joined(tiny_network(command), {"--data-root", root.string()}), more);
}

Arguments run_in(const fs::path& out, const Arguments& more) { return small(joined({"--out", out.string()}, more)); }

/// Weights of one epoch, trained once for all tests that need some.
const std::string& weights() {
  static const TemporaryFolder out;
  static const std::string file = [] {
    (void)json_of(run_in(out.path(), {"--epochs", "1"}));
    return find_file(out.path(), "best.pth").string();
  }();
  return file;
}

/// The stand-in in a folder of its own, which a test may damage: DIR/something-something-v2.
fs::path write_data(const fs::path& root) {
  const auto result = run_program(with_settings({"data", "synth", kDataset, "--output", (root / kDataset).string()}, kStandin));
  EXPECT_EQ(result.exit_code, 0) << result.err;
  return root / kDataset;
}

json read_list(const fs::path& data, const std::string& split) {
  return json::parse(read_file(data / fmt::format("{}-{}.json", kDataset, split)));
}

std::string any_id(const fs::path& data, const std::string& split) { return read_list(data, split).front().at("id").get<std::string>(); }

std::vector<std::string> lines_of(const fs::path& file) {
  std::vector<std::string> lines;
  std::istringstream text(read_file(file));
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  return lines;
}

TEST(Smth3dRun, TrainsOnTheStandInAndLeavesTablesAndPictures) {
  const TemporaryFolder out;
  const auto result = json_of(run_in(out.path(), {"--epochs", "2"}));
  EXPECT_EQ(result.at("source"), "synthetic");
  EXPECT_EQ(result.at("data").at("items"), kValidationVideos);
  for (const char* key : {"top1", "top5", "class_top1", "commonsense", "commonsense_chance"})
    EXPECT_TRUE(result.at("scores").contains(key)) << key;
  const auto confusion = lines_of(find_file(out.path(), "confusion.csv"));
  ASSERT_EQ(confusion.size(), 1U + kClasses);
  EXPECT_THAT(confusion[0], HasSubstr("Pushing something from left to right"));
  EXPECT_GE(lines_of(find_file(out.path(), "contrastive_groups.csv")).size(), 2U);
  EXPECT_FALSE(find_file(out.path(), "top_confusions.csv").empty());
  for (const char* name : {"confusion.png", "curves.png"}) {
    const auto picture = cv::imread(find_file(out.path(), name).string());
    EXPECT_GT(picture.rows, 200) << name;
    EXPECT_GT(picture.cols, 200) << name;
  }
}

TEST(Smth3dRun, GoesOnWithTheSameBits) {
  const TemporaryFolder whole, parts;
  const Arguments settings{"--set", "schedule=plateau",        "--set", "schedule.follows=loss",
                           "--set", "augment.jitter_fps=true", "--set", "model.dropout=0.2"};
  const auto expected = json_of(run_in(whole.path(), joined(settings, {"--epochs", "3"})));
  (void)json_of(run_in(parts.path(), joined(settings, {"--epochs", "1"})));
  const auto resumed = json_of(run_in(parts.path(), joined(settings, {"--epochs", "3", "--resume"})));
  EXPECT_EQ(outcome(parts.path(), resumed), outcome(whole.path(), expected));
}

TEST(Smth3dRun, TrainsUntilTheLastLearningRate) {
  const TemporaryFolder out;
  const Arguments until{"schedule=plateau",    "schedule.follows=loss",  "schedule.factor=0.1",          "schedule.patience=0",
                        "schedule.cooldown=0", "schedule.threshold=0.9", "optimizer.learning_rate=1e-3", "schedule.last_learning_rate=5e-4",
                        "early_stop_epochs=0"};
  const auto result = json_of(with_settings(run_in(out.path(), {}), joined({"epochs=-1"}, until)));
  EXPECT_GE(result.at("epochs"), 2);
  EXPECT_LE(result.at("epochs"), 4) << "a loss would have to fall to a tenth to go on";
  expect_error(run_program(with_settings(run_in(out.path(), {}), {"epochs=-1"})), kUsage, {"epochs=-1", "schedule.last_learning_rate"});
}

TEST(Smth3dRun, SeveralClipsOfAVideoAreAveraged) {
  const TemporaryFolder out;
  const auto result = json_of(
      run_in(out.path(), {"--eval-only", "--init", weights(), "--set", "sampling.evaluation_clips=2", "--set", "sampling.frames=4"}));
  EXPECT_TRUE(result.at("scores").contains("top1"));
  const TemporaryFolder all;
  const auto whole = json_of(
      run_in(all.path(), {"--eval-only", "--init", weights(), "--set", "sampling.evaluation_clips=-1", "--set", "eval_batch_size=1"}));
  EXPECT_TRUE(whole.at("scores").contains("top1"));
}

TEST(Smth3dRun, TakesTheAuthorsCheckpoints) {
  for (const char* name : {"model_best_zip.pth.tar", "model_best_legacy.pth.tar"}) {
    const auto file = test::golden_root() / "smth3d" / "checkpoints" / name;
    if (!fs::exists(file)) GTEST_SKIP() << file << " is not there";
    const TemporaryFolder out;
    const auto result = run_program(run_in(out.path(), {"--epochs", "1", "--set", "model.divisor=16", "--init", file.string()}));
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_THAT(result.err, HasSubstr(std::string(name) + ": "));
  }
}

TEST(Smth3dPredict, WritesTheTestServersFile) {
  const TemporaryFolder folder;
  const auto data = write_data(folder.path());
  const auto file = folder / "submission.csv";
  const auto result = run_program(on_files(folder.path(), {"--init", weights(), "--split", "test", "--output", file.string()}, "predict"));
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out, "");
  const auto lines = lines_of(file);
  ASSERT_EQ(lines.size(), static_cast<size_t>(kTestVideos));
  const auto list = read_list(data, "test");
  for (size_t i = 0; i < lines.size(); ++i) {
    EXPECT_TRUE(std::regex_match(lines[i], std::regex("[0-9]+(;[0-7]){5}"))) << lines[i];
    EXPECT_THAT(lines[i], StartsWith(list[i].at("id").get<std::string>() + ";"));
  }
}

TEST(Smth3dPredict, SaysInWordsWhatItSees) {
  const TemporaryFolder folder;
  const auto data = write_data(folder.path());
  const auto id = any_id(data, "validation");
  const auto file = data / "20bn-something-something-v2" / (any_id(data, "test") + ".webm");
  const auto result = run_program(
      on_files(folder.path(), {"--init", weights(), "--videos", id + "," + file.string(), "--top", "3", "--format", "csv"}, "predict"));
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr(" something"));
  const auto fault = [&](const Arguments& more) {
    return run_program(on_files(folder.path(), joined({"--init", weights()}, more), "predict"));
  };
  expect_error(fault({"--videos", id + "1234567"}), kUsage, {id + "1234567"});
  expect_error(fault({"--videos", id, "--split", "tests"}), kUsage, {"--split", "'tests' is no split", "test"});
  expect_error(fault({"--videos", id, "--output", "x.csv"}), kUsage, {"--output", "--videos"});
  expect_error(fault({}), kUsage, {"no videos given", "--output FILE"});
  expect_error(fault({"--split", "test", "--output", (folder / "none" / "x.csv").string()}), kInput, {"none: is no folder"});
  expect_error(fault({"--videos", id, "--set", "data.classes=9"}), kInput, {"best.pth", "does not fill the whole network"});
  expect_error(fault({"--split", "test", "--output", (folder / "x.csv").string(), "--top", "9"}), kUsage, {"8"});
  expect_error(run_program({"predict", "--method", "smth3d", "--dataset", kDataset, "--variant", "mini", "--videos", id}), kUsage,
               {"no weights", "--init"});
}

TEST(Smth3dExplain, ShowsWhereTheNetworkLooked) {
  const TemporaryFolder folder;
  const auto data = write_data(folder.path());
  const auto id = any_id(data, "validation");
  const auto explain = [&](const Arguments& more) {
    return run_program(on_files(folder.path(), joined({"--init", weights(), "--videos", id}, more), "explain"));
  };
  const auto result = explain({"--output", (folder / "explained").string(), "--class", "Moving something up"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("Moving something up"));
  video::VideoFile video(folder / "explained" / (id + "-gradcam.webm"));
  EXPECT_EQ(video.frames(), 8);
  EXPECT_GT(cv::imread((folder / "explained" / (id + "-gradcam.png")).string()).cols, 200);
  expect_error(explain({"--output", (folder / "explained").string(), "--class", "Moving something upp"}), kUsage,
               {"Moving something upp", "Moving something up"});
  expect_error(explain({}), kUsage, {"--output DIR"});
  expect_error(run_program({"explain", "--method", "coot", "--dataset", "youcook2", "--init", weights(), "--videos", "a", "--output", "b"}),
               kUsage, {"no explanations"});
}

TEST(Smth3dEmbed, KeepsFeaturesAndLogitsOfEverySplit) {
  const TemporaryFolder folder;
  const auto result = run_program(small({"--init", weights(), "--split", "test", "--output", (folder / "e.h5").string()}, "embed"));
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const auto file = hdf5::File::open(folder / "e.h5");
  EXPECT_EQ(file.read("logits").sizes().vec(), (std::vector<int64_t>{kTestVideos, kClasses}));
  EXPECT_EQ(file.read("features").size(0), kTestVideos);
}

TEST(Smth3dData, VerifyFindsWhatIsWrong) {
  const TemporaryFolder folder;
  const auto data = write_data(folder.path());
  const Arguments verify{"data", "verify", kDataset, "--data-root", folder.path().string(), "--deep", "--format", "csv"};
  const auto good = run_program(verify);
  EXPECT_EQ(good.exit_code, 0) << good.out << good.err;
  const auto missing = any_id(data, "validation"), cut = any_id(data, "train");
  fs::remove(data / "20bn-something-something-v2" / (missing + ".webm"));
  write_file_atomically(data / "20bn-something-something-v2" / (cut + ".webm"), "no video");
  const auto bad = run_program(verify);
  EXPECT_EQ(bad.exit_code, 1);
  EXPECT_THAT(bad.out, HasSubstr(missing));
  EXPECT_THAT(bad.out, HasSubstr(cut + ".webm"));
}

/// A run on data that a test has damaged.
class Smth3dBadInput : public testing::Test {
 protected:
  Smth3dBadInput() : data_(write_data(folder_.path())) {}

  [[nodiscard]] fs::path list(const std::string& split) const { return data_ / fmt::format("{}-{}.json", kDataset, split); }
  [[nodiscard]] fs::path video(const std::string& id) const { return data_ / "20bn-something-something-v2" / (id + ".webm"); }
  [[nodiscard]] test::ProgramResult run(const Arguments& more = {}) const {
    return run_program(on_files(folder_.path(), joined({"--out", (folder_ / "out").string(), "--epochs", "1", "-q"}, more)));
  }
  /// Writes the list back with one change.
  void change(const std::string& split, const std::function<void(json&)>& edit) const {
    auto rows = read_list(data_, split);
    edit(rows);
    write_file_atomically(list(split), rows.dump());
  }

  TemporaryFolder folder_;
  fs::path data_;
};

TEST_F(Smth3dBadInput, AVideoThatCannotBeDecodedIsNamed) {
  const auto id = any_id(data_, "validation");
  write_file_atomically(video(id), "no video");
  expect_error(run(), kInput, {id + ".webm"});
}

TEST_F(Smth3dBadInput, ADamagedTrainingVideoIsLeftOutUnlessStrict) {
  const auto id = any_id(data_, "train");
  write_file_atomically(video(id), "no video");
  const auto result = run();
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.err, HasSubstr(id));
  expect_error(run({"--strict"}), kInput, {id});
}

TEST_F(Smth3dBadInput, AMissingVideoIsAnErrorUnlessAllowed) {
  fs::remove(video(any_id(data_, "validation")));
  expect_error(run(), kInput, {"missing", "data verify"});
  const auto result = run({"--set", "data.allow_missing=0.2"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.err, HasSubstr("1 of 16"));
}

TEST_F(Smth3dBadInput, AnUnknownTemplateIsNamedWithTheNearestClass) {
  change("train", [](json& rows) { rows[1]["template"] = "Moving [something] upp"; });
  expect_error(run(), kInput, {"train.json", "Moving something upp", "Moving something up"});
}

TEST_F(Smth3dBadInput, ListsThatAreNoListsAreNamed) {
  write_file_atomically(list("train"), "[{\"id\": \"1\",");
  expect_error(run(), kInput, {"train.json"});
  write_file_atomically(list("train"), "{}");
  expect_error(run(), kInput, {"train.json"});
  write_file_atomically(list("train"), "[]");
  expect_error(run(), kInput, {"train.json"});
}

TEST_F(Smth3dBadInput, IdsThatLeadOutOfTheFolderAreRefused) {
  change("train", [](json& rows) { rows[0]["id"] = "../../etc/passwd"; });
  expect_error(run(), kInput, {"train.json", "../../etc/passwd"});
}

TEST_F(Smth3dBadInput, MappingsToClassesThatDoNotExistAreRefused) {
  write_file_atomically(data_ / "augmentation_mappings.json",
                        R"({"left/right": {"Moving something up": "Moving something downn"}, "left/right agnostic": []})");
  expect_error(run(), kInput, {"augmentation_mappings.json", "Moving something downn"});
}

TEST_F(Smth3dBadInput, SettingsThatMakeNoSenseAreRefused) {
  expect_error(run({"--set", "augment.types=left/rihgt"}), kUsage, {"left/rihgt", "left/right"});
  expect_error(run({"--set", "sampling.frames=0"}), kUsage, {"sampling.frames"});
  expect_error(run({"--preload"}), kUsage, {"--preload"});
  expect_error(run({"--init", list("train").string()}), kInput, {"train.json"});
}

TEST(Smth3dData, RealFilesThatAreMissingAreAskedFor) {
  const TemporaryFolder out;
  expect_error(run_program(run_in(out.path(), {"--source", "real", "--data-root", out.path().string()})), kInput,
               {kDataset, "vbench data"});
}

// The real clip, official annotations and all: 24,776 of 24,777 videos are not there. The weights know 174 classes and nothing.
TEST(Smth3dData, TheRealExampleGoesTheWholeWay) {
  const auto root = test::real_data_root();
  if (!fs::exists(root / kDataset / "20bn-something-something-v2" / "166766.webm")) GTEST_SKIP() << "no real clip below " << root;
  const TemporaryFolder out, explained;
  (void)json_of(run_in(out.path(), {"--epochs", "1", "--set", "data.classes=174"}));
  const auto result = run_program(with_settings({"explain", "--method", "smth3d", "--dataset", kDataset, "--variant", "mini", "--data-root",
                                                 root.string(), "--source", "real", "--init", find_file(out.path(), "best.pth").string(),
                                                 "--videos", "166766", "--output", explained.path().string(), "--format", "table"},
                                                {"model.divisor=32", "sampling.frames=48", "view.crop=84", "data.allow_missing=1"}));
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("Poking something so that it falls over"));
  video::VideoFile video(explained / "166766-gradcam.webm");
  EXPECT_EQ(video.frames(), 48);
}

}  // namespace
}  // namespace vbench
