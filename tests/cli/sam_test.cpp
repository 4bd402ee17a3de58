// SAM from the command line: training, evaluation of the authors' weights, every variant, resuming, prediction.
#include <csignal>

#include "tests/cli/sam_fixture.hpp"

namespace vbench {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using test::command_on_sam;
using test::expect_error;
using test::find_file;
using test::json_of;
using test::keys_of;
using test::kInput;
using test::kReleasedWidth;
using test::kUsage;
using test::Program;
using test::released_weights;
using test::run_program;
using test::sam;
using test::score;
using test::TemporaryFolder;
using testing::HasSubstr;
using testing::IsSupersetOf;

TEST(SamRun, OneRunScoresAllThreeTasksAndLogsThem) {
  const TemporaryFolder out;
  const auto result = json_of(sam("kinetics", {"--out", out.path().string(), "--epochs", "2"}));
  EXPECT_EQ(result.at("epochs"), 2);
  EXPECT_EQ(result.at("source"), "real");
  EXPECT_EQ(result.at("split"), "val+test");
  EXPECT_THAT(keys_of(result.at("scores")),
              IsSupersetOf({"abstraction_top1", "abstraction_top1_n1", "abstraction_top1_n4", "abstraction_top5",
                            "abstraction_top1_concrete", "abstraction_distance", "completion_rho", "completion_rho_n1", "completion_rho_n4",
                            "ooo_acc", "ooo_acc_n3", "ooo_acc2_n5", "ooo_rank"}));
  const std::string log = read_file(find_file(out.path(), "log.csv"));
  for (const char* entry : {"\n1,train,embed,", "\n2,train,top5@abstr_4,", "\n2,train,learning_rate,", "\n2,val,top1@abstr,",
                            "\n2,val,completion_rho,", ",final,ooo_acc_n3,"}) {
    EXPECT_THAT(log, HasSubstr(entry));
  }
}

TEST(SamRun, ReleasedWeightsGiveTheAuthorsScores) {
  VBENCH_REQUIRE_GOLDEN(golden, "sam/evaluation.h5");
  const auto stored = [&](const std::string& name) { return json::parse(golden.file().read_strings(name).at(0)); };
  const auto check = [&](const std::string& dataset) {
    const TemporaryFolder out;
    const auto data = test::golden_root() / "sam" / "tiny";
    const auto width = fmt::format("model.bottleneck={}", golden.number(dataset, "bottleneck_dim"));
    const auto result = json_of(sam(
        dataset, {"--out", out.path().string(), "--set", width, "--eval-only", "--init", released_weights(dataset, data).string()}, data));
    const json rhos = stored(dataset + "/evaluate/rank_by_size_json");
    for (const auto& [size, rho] : rhos.items()) {
      EXPECT_NEAR(score(result, size == "overall" ? "completion_rho" : "completion_rho_n" + size), rho.get<double>(), 1e-6) << size;
    }
    const json accuracies = stored(dataset + "/evaluate/find_outlier_accuracy_json");
    for (const auto& [size, accuracy] : accuracies.items()) {
      EXPECT_DOUBLE_EQ(100 * score(result, "ooo_acc_n" + size), accuracy.at("top1").get<double>()) << size;
      EXPECT_DOUBLE_EQ(100 * score(result, "ooo_acc2_n" + size), accuracy.at("top2").get<double>()) << size;
    }
    EXPECT_EQ(rhos.size() + accuracies.size(), 5U + 3U);
    const auto meters = stored(dataset + "/evaluate/val_meters_json");
    for (const char* k : {"1", "5"}) {
      const auto ours = fmt::format("abstraction_top{}", k), theirs = fmt::format("top{}@abstr", k);
      EXPECT_NEAR(100 * score(result, ours), meters.at(theirs).get<double>(), 1e-4) << ours;
      for (int n = 1; n <= 4; ++n) {
        EXPECT_NEAR(100 * score(result, fmt::format("{}_n{}", ours, n)), meters.at(fmt::format("{}_{}", theirs, n)).get<double>(), 1e-4);
      }
    }
  };
  golden.for_each_group({{"kinetics", check}, {"moments", check}});
}

TEST(SamRun, TheStandInIsSaidToBeSynthetic) {
  const TemporaryFolder folder;
  const auto data = (folder / "kinetics").string();
  ASSERT_EQ(run_program({"data", "synth", "kinetics", "--output", data, "--set", "train_videos=4", "--set", "train_sets=40", "--set",
                         "feature_width=16"})
                .exit_code,
            0);
  const std::vector<std::string> run{
      "--method", "sam", "--dataset", "kinetics", "--data-root", folder.path().string(), "--out", (folder / "runs").string(),
      "--epochs", "1"};
  const auto result = run_program(run);
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("SYNTHETIC"));
  EXPECT_THAT(result.err, HasSubstr("SYNTHETIC"));
  auto as_real = run;
  as_real.insert(as_real.end(), {"--source", "real"});
  expect_error(run_program(as_real), kInput, {data, "SYNTHETIC"});
}

// ---- variants -------------------------------------------------------------------------------------------------------

void expect_scores_of(const std::string& variant, const json& result) {
  const auto scores = keys_of(result.at("scores"));
  EXPECT_THAT(scores, IsSupersetOf({"completion_rho", "ooo_acc", "ooo_acc2"})) << variant;
  EXPECT_EQ(scores.contains("abstraction_top1"), variant != "mean") << variant;
  EXPECT_EQ(result.at("epochs"), variant == "mean" ? 0 : 1) << variant;
  EXPECT_EQ(result.at("variant"), variant);
}

/// By dataset.
std::map<std::string, std::set<std::string>> listed_variants() {
  const auto list = json_of({"list", "variants", "--method", "sam"});
  std::map<std::string, std::set<std::string>> datasets;
  for (const auto& row : list.at(0).at("rows")) datasets[row.at("dataset")].insert(row.at("variant"));
  return datasets;
}

TEST(SamRun, EveryVariantTrainsAndIsEvaluated) {
  const auto datasets = listed_variants();
  ASSERT_EQ(datasets.size(), 2U);
  EXPECT_EQ(datasets.at("kinetics"), datasets.at("moments"));
  const TemporaryFolder out;
  std::vector<std::vector<std::string>> commands;
  std::vector<std::string> names;
  for (const auto& [dataset, variants] : datasets) {
    EXPECT_THAT(variants, IsSupersetOf({"sam", "sam-features", "sam-nosem", "sam-semonly", "rn", "mean", "mean-linear"})) << dataset;
    for (const auto& variant : variants) {
      if (dataset == "moments" && variant != "sam" && variant != "mean") continue;  // the same networks: one dataset is enough
      std::vector<std::string> options{"--variant", variant, "--out", out.path().string(), "--threads", "1", "--format", "json", "-q"};
      if (variant != "mean") options.insert(options.end(), {"--epochs", "1"});
      commands.push_back(sam(dataset, options));
      names.push_back(variant);
    }
  }
  const auto results = test::run_in_pairs(commands);
  for (size_t i = 0; i < results.size(); ++i) {
    ASSERT_EQ(results[i].exit_code, 0) << names[i] << results[i].err;
    expect_scores_of(names[i], json::parse(results[i].out));
  }
}

TEST(SamRun, ScalesAreAVariantOrASetting) {
  const TemporaryFolder a, b;
  const auto named = json_of(sam("kinetics", {"--variant", "sam-1-3", "--epochs", "1", "--out", a.path().string()}));
  const auto set = json_of(sam("kinetics", {"--set", "model.scales=3,1", "--epochs", "1", "--out", b.path().string()}));
  EXPECT_EQ(named.at("scores"), set.at("scores"));
}

TEST(SamRun, WhatAVariantCannotDoIsSaidInOneLine) {
  test::expect_errors({{sam("kinetics", {"--variant", "mean", "--epochs", "1"}), kUsage, {"--epochs", "nothing to train"}},
                       {sam("kinetics", {"--variant", "sam-1-2-3-4-5"}), kUsage, {"sam-1-2-3-4-5", "'sam-1-2-3'"}},
                       {sam("kinetics", {"--set", "model.scales=1,x"}), kUsage, {"model.scales", "'x' is not a scale"}},
                       {sam("kinetics", {"--set", "model.scales=2,3"}), kUsage, {"model.predictor", "scale 1"}}});
}

// ---- resuming -------------------------------------------------------------------------------------------------------

TEST(SamRun, KilledAndResumedGivesTheSameBits) {
  // Drawn sets, mixed members, and a schedule that follows the validation's loss: all of it must survive.
  const auto run = [](const std::filesystem::path& out, const std::vector<std::string>& more = {}) {
    std::vector<std::string> options{"--out", out.string(),       "--epochs", "16",
                                     "--set", "data.sets=online", "--set",    "data.shuffle_members=true",
                                     "--set", "batch_size=5",     "--set",    "checkpoint_every_steps=1"};
    options.insert(options.end(), more.begin(), more.end());
    return sam("kinetics", options);
  };
  const TemporaryFolder unbroken, broken;
  const auto expected = test::outcome(unbroken.path(), json_of(run(unbroken.path())));
  Program program(run(broken.path()));
  ASSERT_TRUE(program.wait_for("epoch 4/16", 60s));
  EXPECT_TRUE(program.running()) << "the run was over before it could be killed";
  program.signal(SIGKILL);
  (void)program.wait();
  EXPECT_EQ(test::outcome(broken.path(), json_of(run(broken.path(), {"--resume"}))), expected);
}

// ---- prediction -----------------------------------------------------------------------------------------------------

const char* const kFirst = "test/doing_fgk/vid72_000";
const char* const kSecond = "test/doing_ovy/vid72_001";
const char* const kThird = "test/doing_nrn/vid72_002";
const char* const kFourth = "test/doing_mly/vid72_004";

std::vector<std::string> predict(const std::string& videos, const std::vector<std::string>& more = {}) {
  std::vector<std::string> options{"--init", released_weights("kinetics").string(), "--set", kReleasedWidth};
  if (!videos.empty()) options.insert(options.end(), {"--videos", videos});
  options.insert(options.end(), more.begin(), more.end());
  return command_on_sam("predict", options);
}

TEST(SamPredict, SaysInNamesWhatIsCommonWhatFitsAndWhatDoesNotBelong) {
  const auto videos = fmt::format("{},{},{}.mp4", kFirst, kSecond, kThird);
  const auto candidates = fmt::format("{},{}", kFourth, kFirst);
  const auto tables = json_of(predict(videos, {"--candidates", candidates, "--top", "2"}));
  ASSERT_EQ(tables.size(), 4U);
  EXPECT_EQ(tables[0].at("title"), "What 3 videos have in common");
  ASSERT_EQ(tables[0].at("rows").size(), 2U) << "--top 2";
  EXPECT_EQ(tables[0]["rows"][0].at("name"), "iju.v.01") << "the concept that the authors' weights give to this set";
  EXPECT_EQ(tables[0]["rows"][0].at("kind"), "concept");
  EXPECT_EQ(tables[1].at("rows").size(), 6U) << "subsets of one and of two";
  EXPECT_EQ(tables[2].at("title"), "Which candidate fits the set");
  EXPECT_EQ(tables[2].at("rows").size(), 2U);
  EXPECT_EQ(tables[3].at("title"), "Which video does not belong");
  std::set<std::string> asked;
  for (const auto& row : tables[3].at("rows")) asked.insert(row.at("video").get<std::string>());
  EXPECT_EQ(asked, (std::set<std::string>{kFirst, kSecond, std::string(kThird) + ".mp4"})) << "videos are called as they were asked for";
}

TEST(SamPredict, ItsWeightsMatter) {
  const auto videos = fmt::format("{},{},{}", kFirst, kSecond, kThird);
  const TemporaryFolder out;
  (void)json_of(sam("kinetics", {"--epochs", "1", "--set", kReleasedWidth, "--out", out.path().string()}));
  const auto ours = find_file(out.path(), "best.pth").string();
  EXPECT_NE(json_of(predict(videos)), json_of(command_on_sam("predict", {"--init", ours, "--set", kReleasedWidth, "--videos", videos})));
}

TEST(SamPredict, WhatIsWrongIsSaidInOneLine) {
  const std::string two = fmt::format("{},{}", kFirst, kSecond);
  test::expect_errors({{predict(std::string(kFirst) + "0"),
                        kUsage,
                        {"'test/doing_fgk/vid72_0000' is no video of kinetics", "nearest", "test/doing_fgk/vid72_000.mp4"}},
                       {predict(two, {"--candidates", "test/nothing"}), kUsage, {"'test/nothing' is no video"}},
                       {predict(""), kUsage, {"no videos given", "--videos a,b,c"}},
                       {command_on_sam("predict", {"--videos", two}), kUsage, {"no weights", "--init FILE"}},
                       {command_on_sam("predict", {"--variant", "mean", "--videos", two}), kUsage, {"two videos", "--candidates"}},
                       {predict(two, {"--set", "model.bottleneck=8"}), kInput, {"another bottleneck", "--set model.bottleneck=16"}},
                       {predict(two, {"--set", "model.scales=1,2"}),
                        kInput,
                        {"linear.weight has shape 1x4, expected 1x2", "trained on kinetics", "--set model.scales=1,2,3,4"}}});
}

}  // namespace
}  // namespace vbench
