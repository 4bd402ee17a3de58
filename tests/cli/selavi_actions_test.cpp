// What SeLaVi's video network is worth on UCF-101, from the command line: fine-tuning on folds, a linear layer, retrieval, weights of
// --init.
#include <fmt/format.h>

#include "datasets/formats/torch_checkpoint.hpp"
#include "harness/core/sqlite.hpp"
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
using testing::AllOf;
using testing::HasSubstr;
namespace fs = std::filesystem;

/// A run on a stand-in of a few short videos; the tests of one build share it in the cache.
std::vector<std::string> actions(const fs::path& out, const std::string& variant, const std::vector<std::string>& more = {}) {
  std::vector<std::string> all{"--method", "selavi", "--dataset", "ucf101", "--variant", variant, "--out", out.string()};
  for (const char* setting :
       {"standin.train_videos=4", "standin.val_videos=2", "standin.frames=12", "standin.side=36", "model.divisor=32", "picture.frames=4",
        "picture.step=2", "picture.crop=24", "picture.shortest=26", "picture.longest=32", "clips.test=2", "eval_batch_size=4"})
    all.insert(all.end(), {"--set", setting});
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

/// Two clips of each video in batches of eight.
std::vector<std::string> training(const fs::path& out, const std::vector<std::string>& more = {},
                                  const std::string& variant = "selavi-finetune") {
  std::vector<std::string> all{"--set", "clips.train=2", "--set", "batch_size=8"};
  all.insert(all.end(), more.begin(), more.end());
  return actions(out, variant, all);
}

/// Weights of a pretraining on videos with sound, of an epoch. Trained once.
const fs::path& pretrained() {
  static const TemporaryFolder out;
  static const fs::path weights = [] {
    std::vector<std::string> all{"--method", "selavi", "--dataset",         "ave",      "--variant",
                                 "mini",     "--out",  out.path().string(), "--epochs", "1"};
    for (const char* setting : {"standin.train_videos=3", "standin.val_videos=1", "standin.side=24", "standin.fps=8", "model.divisor=32",
                                "model.heads=1", "labels.groups=1", "labels.times=2", "labels.warmup_batches=1", "picture.frames=4",
                                "picture.crop=24", "sound.sample_rate=8000", "batch_size=8", "first_validated_epoch=0"})
      all.insert(all.end(), {"--set", setting});
    (void)json_of(all);
    return find_file(out.path(), "best.pth");
  }();
  return weights;
}

TEST(SelaviActions, FineTunesOnEveryFoldAndAveragesThem) {
  const TemporaryFolder out;
  const auto result = json_of(training(
      out.path(), {"--epochs", "1", "--folds", "all", "--seeds", "1,2", "--set", "batch_size=4", "--set", "clips.train=1"}, "mini"));
  EXPECT_EQ(result.at("folds"), (json{1, 2, 3}));
  EXPECT_EQ(result.at("source"), "synthetic");
  ASSERT_EQ(result.at("runs").size(), 3U);
  for (const char* key : {"video_top1", "video_top5", "class_top1"}) {
    double sum = 0;
    for (size_t fold = 0; fold < 3; ++fold) {
      const auto& run = result.at("runs")[fold];
      EXPECT_EQ(run.at("split"), fmt::format("val{}", fold + 1));
      EXPECT_EQ(run.at("seeds"), (json{1, 2}));
      const auto& values = run.at("scores").at(key).at("values");
      const double mean = (values[0].get<double>() + values[1].get<double>()) / 2;
      EXPECT_NEAR(result.at("scores").at(key).at("values")[fold].get<double>(), mean, 1e-12);
      sum += mean;
    }
    EXPECT_NEAR(result.at("scores").at(key).at("mean").get<double>(), sum / 3, 1e-12) << key;
  }
  const auto& top5 = result.at("scores").at("video_top5").at("values");
  EXPECT_FALSE(top5[0] == top5[1] && top5[1] == top5[2]) << "means of equal folds would show nothing";
  EXPECT_NE(result.at("runs")[0].at("data").at("hash"), result.at("runs")[1].at("data").at("hash"));
  const auto board = run_program({"leaderboard", "--out", out.path().string(), "--format", "csv"});
  for (const char* part : {",fold 1,2,", ",fold 3,2,", ",mean of 3 folds,6,"}) EXPECT_THAT(board.out, HasSubstr(part));
  const auto table = run_program(training(
      out.path(), {"--epochs", "1", "--folds", "1,2,3", "--seeds", "1,2", "--resume", "--set", "batch_size=4", "--set", "clips.train=1"},
      "mini"));
  EXPECT_THAT(table.out, AllOf(HasSubstr("folds 1,2,3 and their mean"), HasSubstr("mean of 3 folds"), HasSubstr("SYNTHETIC")));
  EXPECT_THAT(table.out, testing::Not(HasSubstr("split val1,"))) << "tables of single folds are for vbench leaderboard";
  // A run that has no part in any mean is not missing from what it prints.
  const auto invalid = run_program(training(out.path(), {"--epochs", "0", "--folds", "1,2"}));
  EXPECT_EQ(invalid.exit_code, 0) << invalid.err;
  EXPECT_THAT(invalid.out, AllOf(HasSubstr("split val1,"), HasSubstr("split val2,")));
  EXPECT_THAT(invalid.out, HasSubstr("Left out: 1 INVALID run(s): selavi selavi-finetune seed 1 ("));
}

/// Fine-tuning of random weights that counts.
std::vector<std::string> from_random_weights(const fs::path& out, const std::vector<std::string>& more) {
  std::vector<std::string> all{"--set", "model.pretrained=false"};
  all.insert(all.end(), more.begin(), more.end());
  return training(out, all);
}

TEST(SelaviActions, AResumedFineTuningEndsWithTheSameBits) {
  const TemporaryFolder whole, parts;
  const auto expected = json_of(from_random_weights(whole.path(), {"--epochs", "2"}));
  (void)json_of(from_random_weights(parts.path(), {"--epochs", "1"}));
  const auto resumed = json_of(from_random_weights(parts.path(), {"--epochs", "2", "--resume"}));
  EXPECT_EQ(outcome(parts.path(), resumed), outcome(whole.path(), expected));
}

TEST(SelaviActions, WeightsOfAPretrainingFlowIntoFineTuning) {
  const TemporaryFolder out;
  const auto begin = run_program(training(out.path(), {"--epochs", "0", "--init", pretrained().string()}));
  EXPECT_EQ(begin.exit_code, 0) << begin.err;
  EXPECT_THAT(begin.err, HasSubstr("tensors loaded; left as they were: classifier; "));
  const auto before = torch_file::read_torch_file(pretrained())["selavi"];
  const auto after = torch_file::read_torch_file(find_file(out.path(), "best.pth"))["selavi"];
  for (const char* name : {"stem.0.weight", "layer4.1.conv2.0.3.weight", "layer2.0.conv1.0.1.running_var"}) {
    EXPECT_TRUE(after[fmt::format("base.{}", name)].tensor().equal(before[fmt::format("video_network.base.{}", name)].tensor())) << name;
  }
  const TemporaryFolder tuned;
  EXPECT_EQ(json_of(training(tuned.path(), {"--epochs", "1", "--init", pretrained().string()})).at("epochs"), 1);
}

TEST(SelaviActions, ALinearLayerLeavesThePretrainedWeights) {
  const TemporaryFolder out;
  (void)json_of(training(out.path(), {"--epochs", "1", "--init", pretrained().string()}, "selavi-linear"));
  const auto before = torch_file::read_torch_file(pretrained())["selavi"];
  const auto after = torch_file::read_torch_file(find_file(out.path(), "best.pth"))["selavi"];
  EXPECT_TRUE(after["base.layer1.0.conv1.0.0.weight"].tensor().equal(before["video_network.base.layer1.0.conv1.0.0.weight"].tensor()));
  EXPECT_GT(after["classifier.bias"].tensor().abs().max().item<float>(), 0) << "the linear layer has learnt";
}

TEST(SelaviActions, FineTunedWeightsAreEvaluatedAlone) {
  const TemporaryFolder out, again;
  const auto trained = json_of(from_random_weights(out.path(), {"--epochs", "1"}));
  const auto weights = find_file(out.path(), "best.pth").string();
  const auto evaluated = json_of(training(again.path(), {"--eval-only", "--init", weights}));
  EXPECT_EQ(evaluated.at("scores"), trained.at("scores"));
  EXPECT_EQ(evaluated.at("verdict").at("valid"), true);
  const auto part = json_of(training(again.path(), {"--eval-only", "--init", pretrained().string()}));
  EXPECT_EQ(part.at("verdict").at("valid"), false) << "a random linear layer";
}

/// Clips too small for the published pooling.
std::vector<std::string> retrieval(const fs::path& out, const std::vector<std::string>& more = {}) {
  std::vector<std::string> all{"--set", "retrieval.pooling=average"};
  all.insert(all.end(), more.begin(), more.end());
  return actions(out, "selavi-retrieval", all);
}

/// The training data that the newest run has stored.
std::string stored_gallery(const fs::path& out) {
  const sqlite::Database store(out / "results.db", (out / "results.db").string(), SQLITE_OPEN_READONLY);
  sqlite::Statement rows(store, "SELECT value FROM settings WHERE name='run.train_data' ORDER BY run DESC");
  return rows.step() ? rows.text(0) : "";
}

TEST(SelaviActions, RetrievalNeedsNoTraining) {
  const TemporaryFolder out;
  const auto plain = json_of(retrieval(out.path(), {"--init", pretrained().string()}));
  const auto gallery = stored_gallery(out.path());
  EXPECT_EQ(gallery.size(), plain.at("data").at("hash").get<std::string>().size());
  EXPECT_NE(gallery, plain.at("data").at("hash")) << "the training list, not the test list";
  EXPECT_EQ(plain.at("epochs"), 0);
  for (const char* key : {"recall_1", "recall_5", "recall_10", "recall_20"}) EXPECT_TRUE(plain.at("scores").contains(key)) << key;
  EXPECT_FALSE(plain.at("scores").contains("recall_50")) << "there are 32 training videos";
  const auto& scores = plain.at("scores");
  EXPECT_LE(scores.at("recall_1").at("mean"), scores.at("recall_5").at("mean"));
  EXPECT_EQ(plain.at("verdict").at("valid"), true);
  const auto only = json_of(retrieval(out.path(), {"--init", pretrained().string(), "--eval-only"}));
  EXPECT_EQ(only.at("scores"), plain.at("scores"));
  EXPECT_EQ(stored_gallery(out.path()), gallery);
  const auto folds = json_of(retrieval(out.path(), {"--init", pretrained().string(), "--eval-only", "--folds", "1,2"}));
  EXPECT_NE(stored_gallery(out.path()), gallery) << "that of the second fold";
  EXPECT_EQ(folds.at("runs")[0].at("scores"), plain.at("scores"));
  EXPECT_NE(folds.at("runs")[1].at("scores"), plain.at("scores")) << "the second fold has other videos";
}

TEST(SelaviActions, RandomWeightsAreNoPretrainedOnes) {
  const TemporaryFolder out;
  expect_error(run_program(training(out.path(), {"--epochs", "1"}, "selavi-linear")), kUsage, {"model.frozen=true", "--init FILE"});
  const auto random = json_of(training(out.path(), {"--epochs", "1"}));
  EXPECT_EQ(random.at("verdict").at("valid"), false);
  EXPECT_THAT(random.at("verdict").dump(), HasSubstr("began with random weights"));
  EXPECT_EQ(json_of(training(out.path(), {"--epochs", "1"}, "mini")).at("verdict").at("valid"), true) << "mini is meant to";
}

TEST(SelaviActions, SaysWhatIsWrongWithWeights) {
  const TemporaryFolder out;
  const auto weights = pretrained().string();
  expect_error(run_program(training(out.path(), {"--init", weights, "--set", "model.divisor=16"})), kInput,
               {weights, "does not fill the video network", "model.divisor must be that of the run that wrote it"});
  expect_error(run_program(retrieval(out.path(), {"--init", weights, "--set", "model.divisor=16"})), kInput, {weights, "model.divisor"});
  expect_error(run_program(training(out.path(), {"--init", (out / "none.pth").string()})), kInput, {"none.pth"});
  expect_error(run_program(retrieval(out.path())), kUsage, {"--init FILE"});
  expect_error(run_program(retrieval(out.path(), {"--init", weights, "--epochs", "2"})), kUsage, {"--epochs", "nothing"});
  for (const char* epochs : {"epochs=3", "epochs =3", " epochs= 3"})
    expect_error(run_program(retrieval(out.path(), {"--init", weights, "--set", epochs})), kUsage, {"--set epochs", "nothing"});
  expect_error(run_program(actions(out.path(), "selavi-retrieval", {"--init", weights})), kUsage, {"4x24x24", "retrieval.pooling=average"});
}

TEST(SelaviActions, SaysWhatIsWrongWithFolds) {
  const TemporaryFolder out;
  expect_error(run_program(training(out.path(), {"--folds", "1,4"})), kUsage, {"--folds", "ucf101 has 3 official splits, 4 is none"});
  expect_error(run_program(training(out.path(), {"--folds", "all", "--set", "data.fold=2"})), kUsage, {"data.fold=2", "--folds"});
  expect_error(run_program({"--method", "selavi", "--dataset", "ave", "--folds", "all", "--out", out.path().string()}), kUsage,
               {"--folds", "ave has one official split"});
  expect_error(run_program({"--method", "srtg", "--dataset", "kinetics-400", "--folds", "1", "--out", out.path().string()}), kUsage,
               {"--folds", "one official split"});
  expect_error(run_program(training(out.path(), {"--set", "data.fold=4"})), kUsage, {"data.fold=4", "3 official splits"});
  expect_error(run_program(training(out.path(), {"--set", "picture.shortest=20"})), kUsage, {"picture.shortest", "hold no crop of 24"});
}

// 12 frames at 25 a second are shorter than 64 frames at 30.
TEST(SelaviActions, ClipsLongerThanTheVideosEndWithTheirLastFrames) {
  const TemporaryFolder out;
  EXPECT_EQ(json_of(from_random_weights(out.path(), {"--epochs", "1", "--set", "picture.step=16"})).at("verdict").at("valid"), true);
}

TEST(SelaviActions, PublishedRowsAreOfVariantsThatExist) {
  const auto known = run_program({"list", "variants", "--method", "selavi", "--format", "json"});
  ASSERT_EQ(known.exit_code, 0) << known.err;
  const auto published = json::parse(read_file(fs::path(VBENCH_SOURCE_DIR) / "results/published/selavi.json"));
  for (const auto& row : published.at("rows")) {
    bool found = false;
    const auto listed = json::parse(known.out);
    for (const auto& variant : listed.is_array() ? listed[0].at("rows") : listed.at("rows"))
      found = found || (variant.at("variant") == row.at("variant") && variant.at("dataset") == row.at("dataset"));
    EXPECT_TRUE(found) << row.dump();
  }
}

}  // namespace
}  // namespace vbench
