// SRTG from the command line: the stand-in, networks by name, weights of other networks, clips of whole videos, data of one's own.
#include <fmt/format.h>

#include <csignal>

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
using test::Program;
using test::run_program;
using test::TemporaryFolder;
using testing::HasSubstr;
using testing::Not;
namespace fs = std::filesystem;

std::vector<std::string> small_network(const std::string& dataset, const fs::path& out, const std::string& variant) {
  std::vector<std::string> all{"--method", "srtg", "--dataset", dataset, "--variant", variant, "--out", out.string()};
  for (const char* setting : {"model.channels=4", "clip.side=32", "view.train_shorter_side=36", "view.train_crop=32",
                              "view.evaluation_shorter_side=36", "view.evaluation_crop=32", "view.evaluation_size=32", "batch_size=8"}) {
    all.insert(all.end(), {"--set", setting});
  }
  return all;
}

/// A run on a stand-in of a few short videos; the tests of one build share it in the cache.
std::vector<std::string> small(const fs::path& out, const std::vector<std::string>& more, const std::string& variant = "srtg-mini") {
  auto all = small_network("ucf101", out, variant);
  for (const char* setting : {"standin.train_videos=4", "standin.val_videos=2", "standin.frames=16", "standin.side=48"}) {
    all.insert(all.end(), {"--set", setting});
  }
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

/// What the authors' scripts would have written, both files.
std::string epoch_files(const fs::path& out) {
  return read_file(find_file(out, "train_results_s0000.csv")) + read_file(find_file(out, "val_results_s0000.csv"));
}

TEST(SrtgRun, TrainsOnTheStandInAndWritesTheAuthorsFiles) {
  const TemporaryFolder out;
  const auto result = json_of(small(out.path(), {"--epochs", "2"}, "srtg-mini-gated"));
  EXPECT_EQ(result.at("source"), "synthetic");
  EXPECT_EQ(result.at("epochs"), 2);
  for (const char* key : {"top1", "top5", "class_top1", "upstream_top1"}) EXPECT_TRUE(result.at("scores").contains(key)) << key;
  const auto train = read_file(find_file(out.path(), "train_results_s0000.csv"));
  EXPECT_EQ(std::count(train.begin(), train.end(), '\n'), 3);
  EXPECT_THAT(read_file(find_file(out.path(), "val_results_s0000.csv")), HasSubstr("Epoch,Top1,Top5,Loss\n0,"));
  const auto log = read_file(find_file(out.path(), "log.csv"));
  for (const char* entry : {"\n1,train,top1,", "\n2,train,open/layer1.0,", "\n2,val,top5,"}) EXPECT_THAT(log, HasSubstr(entry));
}

TEST(SrtgRun, NetworksAreComparedInOneCommand) {
  const TemporaryFolder out;
  const auto both = json_of(small(out.path(), {"--epochs", "1"}, "mini,srtg-mini"));
  ASSERT_EQ(both.size(), 2U);
  EXPECT_EQ(both[0].at("variant"), "mini");
  EXPECT_EQ(both[1].at("variant"), "srtg-mini");
  expect_error(run_program(small(out.path(), {}, "mini,srtg-minni")), kUsage, {"srtg-minni", "srtg-mini"});
  expect_error(run_program(small(out.path(), {}, "mini,srtg-mini,mini")), kUsage, {"--variant", "'mini' is given twice"});
  expect_error(run_program(small(out.path(), {}, "mini,")), kUsage, {"--variant", "a name is missing"});
  const auto board = run_program({"leaderboard", "--out", out.path().string(), "--format", "csv"});
  EXPECT_THAT(board.out, HasSubstr("srtg,mini,"));
  EXPECT_THAT(board.out, HasSubstr("srtg,srtg-mini,"));
}

TEST(SrtgRun, EachStepIsShownInTheAuthorsWords) {
  const TemporaryFolder out;
  const auto result = run_program(small(out.path(), {"--epochs", "1", "--verbose"}, "mini"));
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.err, HasSubstr("Epoch [0]   Batch [0]    Speed (r="));
  EXPECT_THAT(result.err, HasSubstr("batch_size = (    8,3, 8, 32, 32), lr = "));
  EXPECT_THAT(result.err, Not(HasSubstr("\x1b["))) << "colours belong on terminals";
}

TEST(SrtgRun, GoesOnWithTheSameBits) {
  const TemporaryFolder whole, parts;
  const std::vector<std::string> settings{"--set", "schedule=multi_factor", "--set", "schedule.steps=1"};
  auto with = [&](const fs::path& out, std::vector<std::string> more) {
    more.insert(more.end(), settings.begin(), settings.end());
    return small(out, more);
  };
  const auto expected = json_of(with(whole.path(), {"--epochs", "2"}));
  (void)json_of(with(parts.path(), {"--epochs", "1"}));
  const auto resumed = json_of(with(parts.path(), {"--epochs", "2", "--resume"}));
  EXPECT_EQ(outcome(parts.path(), resumed), outcome(whole.path(), expected));
  EXPECT_EQ(epoch_files(parts.path()), epoch_files(whole.path()));
}

// Batches of six shapes an epoch; the kill falls between two checkpoints of the second one.
TEST(SrtgRun, KilledWithinAnEpochOfMultigridItGoesOnWithTheSameBits) {
  const auto multigrid = [](const fs::path& out, const std::vector<std::string>& more) {
    std::vector<std::string> settings{"--epochs", "3", "--set", "batch_size=2", "--set", "checkpoint_every_steps=2"};
    for (const char* setting : {"multigrid.long_cycles=true", "multigrid.short_cycles=true", "multigrid.epoch_length=full_pass",
                                "schedule=multi_factor", "schedule.steps=2", "standin.train_videos=16"}) {
      settings.insert(settings.end(), {"--set", setting});
    }
    settings.insert(settings.end(), more.begin(), more.end());
    return small(out, settings, "srtg-mini-gated");
  };
  const TemporaryFolder whole, parts;
  const auto expected = json_of(multigrid(whole.path(), {}));
  {
    Program program(multigrid(parts.path(), {"--verbose"}));
    ASSERT_TRUE(program.wait_for("Epoch [1]   Batch [3]", std::chrono::seconds(60)));
    program.signal(SIGKILL);
    EXPECT_NE(program.wait().exit_code, 0);
  }
  EXPECT_EQ(outcome(parts.path(), json_of(multigrid(parts.path(), {"--resume"}))), outcome(whole.path(), expected));
  EXPECT_EQ(epoch_files(parts.path()), epoch_files(whole.path()));
}

TEST(SrtgRun, TrainsAndEvaluatesIn16Bits) {
  const TemporaryFolder out;
  for (const auto& result : json_of(small(out.path(), {"--epochs", "1", "--precision", "bf16"}, "mini,srtg-mini-gated"))) {
    EXPECT_TRUE(result.at("verdict").at("valid").get<bool>()) << "a score is not finite";
  }
  expect_error(run_program(small(out.path(), {"--precision", "fp16"})), kUsage, {"--precision fp16", "bf16"});
}

TEST(SrtgRun, TheScheduleIsShownBeforeItBegins) {
  const TemporaryFolder out;
  const auto result = run_program(small(out.path(),
                                        {"--epochs", "2", "--verbose", "--set", "schedule=multi_factor", "--set", "schedule.steps=1,30",
                                         "--set", "optimizer.learning_rate=0.4"},
                                        "mini"));
  EXPECT_THAT(result.err, HasSubstr("each quarter of an epoch\n1-1        4.00e-01 2.00e-01 1.00e-01 5.00e-02\n2-2        4.00e-02"));
}

TEST(SrtgRun, MultigridShapesTheBatches) {
  const TemporaryFolder out;
  const auto result =
      run_program(small(out.path(), {"--epochs", "1", "--verbose", "--set", "multigrid.long_cycles=true", "--set", "batch_size=2", "--set",
                                     "multigrid.epoch_length=upstream", "--set", "standin.train_videos=16"}));
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.err, HasSubstr("batch_size = (   16,3, 2, 22, 22)")) << "8B clips of T/4 frames in the first quarter";
  EXPECT_THAT(result.err, HasSubstr("batch_size = (    2,3, 8, 32, 32)")) << "B full clips in the last quarter";
  EXPECT_THAT(result.err, HasSubstr("clips (epoch_length=upstream)\n batch frames height")) << "the table of shapes";
}

TEST(SrtgRun, AllClipsOfAVideoAreReportedUnderAnotherName) {
  const TemporaryFolder out;
  const auto trained = json_of(small(out.path(), {"--epochs", "1"}));
  const auto weights = find_file(out.path(), "best.pth").string();
  const TemporaryFolder again;
  const auto scores = json_of(small(again.path(), {"--eval-only", "--init", weights, "--set", "sampling.evaluation_clips=all", "--set",
                                                   "sampling.evaluation_interval=1"}))
                          .at("scores");
  EXPECT_TRUE(scores.contains("video_top1"));
  EXPECT_FALSE(scores.contains("top1"));
  const TemporaryFolder same;
  const auto alone = json_of(small(same.path(), {"--eval-only", "--init", weights}));
  EXPECT_EQ(alone.at("scores").at("top1"), trained.at("scores").at("top1"));
  EXPECT_TRUE(alone.at("verdict").at("valid").get<bool>());
}

TEST(SrtgRun, WeightsOfAnotherNetworkAreTakenOverAsFarAsTheyFit) {
  const TemporaryFolder out, other;
  (void)json_of(small(out.path(), {"--epochs", "1"}, "mini"));
  const auto result = run_program(small(other.path(), {"--epochs", "1", "--init", find_file(out.path(), "best.pth").string(), "--set",
                                                       "data.classes=9", "--set", "model.fine_tune=readme"}));
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.err, HasSubstr("best.pth: "));
  EXPECT_THAT(result.err, HasSubstr("its classifier has 8 classes, this network 9"));
  EXPECT_THAT(result.err, HasSubstr("layer4.0.sar, fc")) << "parts that the plain network does not have";
  const TemporaryFolder untrained;
  const auto evaluation =
      json_of(small(untrained.path(), {"--eval-only", "--init", find_file(out.path(), "best.pth").string(), "--set", "data.classes=9"}));
  EXPECT_FALSE(evaluation.at("verdict").at("valid").get<bool>()) << "with a classifier of random numbers";
}

TEST(SrtgShow, CountsAgreeWithTheReference) {
  VBENCH_REQUIRE_GOLDEN(golden, "srtg/inventory.h5");
  for (const std::string network : {"r3d_18", "srtg_r3d_34", "r2plus1d_50", "ip_csn_50"}) {
    std::string variant = network;
    std::replace(variant.begin(), variant.end(), '_', '-');
    const auto result = run_program({"show", "srtg", "--variant", variant, "--format", "table"});
    ASSERT_EQ(result.exit_code, 0) << result.err;
    const auto count = [&](const char* name) { return static_cast<int64_t>(golden.number(network, name)); };
    const int64_t macs = count("macs112_conv") + count("macs112_linear") + count("macs112_lstm");
    EXPECT_THAT(result.out, HasSubstr(fmt::format("{} parameters; {:.2f} GFLOP ({:.3f} G multiply-adds) forward of", count("parameters"),
                                                  2e-9 * static_cast<double>(macs), 1e-9 * static_cast<double>(macs))));
  }
  expect_error(run_program({"show", "srtg", "--variant", "srtg-r3d-32"}), kUsage, {"srtg-r3d-32", "srtg-r3d-34"});
}

TEST(SrtgData, UpstreamsOwnTreeIsReadAsItIs) {
  const fs::path tree = fs::path(VBENCH_SOURCE_DIR) / "tests" / "golden" / "srtg" / "tiny_dataset";
  const TemporaryFolder out;
  auto run = small_network("own-videos", out.path(), "srtg-mini");
  run.insert(run.end(), {"--epochs", "1", "--set", "batch_size=3", "--set", "data.labels=" + (tree / "labels").string(), "--set",
                         "data.media=" + (tree / "data" / "Tiny_videos" / "jpg").string()});
  const auto result = json_of(run);
  EXPECT_EQ(result.at("source"), "real");
  EXPECT_EQ(result.at("data").at("items"), 3);
}

TEST(SrtgData, RealFilesThatAreMissingAreAskedFor) {
  const TemporaryFolder out;
  expect_error(run_program(small(out.path(), {"--source", "real", "--data-root", out.path().string()})), kInput, {"ucf101", "vbench data"});
  expect_error(run_program(small(out.path(), {"--preload"})), kUsage, {"--preload"});
  expect_error(run_program(small(out.path(), {"--set", "model.gate=sometimes"})), kUsage, {"model.gate", "aligned"});
  expect_error(run_program(small(out.path(), {"--set", "model.place=start"})), kUsage, {"model.place"});
}

}  // namespace
}  // namespace vbench
