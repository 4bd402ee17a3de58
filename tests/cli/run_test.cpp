// The program from the command line to the leaderboard, on a small stand-in.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "tests/cli/fixture.hpp"

namespace vbench {
namespace {

using test::find_file;
using test::json_of;
using test::run_program;
using test::small_run;
using test::TemporaryFolder;
using testing::HasSubstr;
using testing::Not;

TEST(Run, TrainsEvaluatesAndPrintsTheBoard) {
  const TemporaryFolder out;
  const auto result = run_program(small_run(out.path(), {"--epochs", "2"}));
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("SYNTHETIC"));
  EXPECT_THAT(result.out, HasSubstr("coot"));
  EXPECT_THAT(result.err, HasSubstr("SYNTHETIC"));
  EXPECT_THAT(result.err, HasSubstr("epoch 2/2"));
  const auto board = run_program({"leaderboard", "--out", out.path().string()});
  EXPECT_EQ(board.out, result.out) << "the board is the same when it is printed again";
}

TEST(Run, JsonHoldsTheDocumentedObject) {
  const TemporaryFolder out;
  const auto object = json_of(small_run(out.path(), {"--epochs", "2", "--seeds", "1,2"}));
  ASSERT_TRUE(object.is_object());
  EXPECT_EQ(object.at("method"), "coot");
  EXPECT_EQ(object.at("variant"), "small");
  EXPECT_EQ(object.at("dataset"), "youcook2");
  EXPECT_EQ(object.at("source"), "synthetic");
  EXPECT_EQ(object.at("split"), "val");
  EXPECT_EQ(object.at("seeds"), nlohmann::json({1, 2}));
  EXPECT_EQ(object.at("epochs"), 2);
  EXPECT_EQ(object.at("run_ids").size(), 2U);
  EXPECT_TRUE(object.at("environment").is_object());
  EXPECT_TRUE(object.at("published").empty()) << "synthetic results never stand beside published figures";
  for (const char* speed : {"read_clips_per_s", "forward_clips_per_s", "backward_clips_per_s"})
    EXPECT_GT(object.at("speed").at(speed), 0) << speed;
  for (const char* way : {"v2p", "p2v", "c2s", "s2c"}) {
    for (const char* kind : {"r1", "r5", "r10", "r50", "medr", "meanr"}) {
      const auto& score = object.at("scores").at(std::string(way) + "_" + kind);
      ASSERT_EQ(score.at("values").size(), 2U);
      const double a = score["values"][0], b = score["values"][1];
      EXPECT_NEAR(score.at("mean"), (a + b) / 2, 1e-12);
      EXPECT_NEAR(score.at("std"), std::abs(a - b) / std::sqrt(2.0), 1e-12);
    }
  }
}

TEST(Run, WorkersAndPreloadChangeNothingAndSeedsDo) {
  const TemporaryFolder a, b, c;
  const auto one = json_of(small_run(a.path(), {"--epochs", "2", "--workers", "1"}));
  const auto three = json_of(small_run(b.path(), {"--epochs", "2", "--workers", "3", "--preload"}));
  const auto other = json_of(small_run(c.path(), {"--epochs", "2", "--seeds", "5"}));
  EXPECT_EQ(one.at("scores"), three.at("scores"));
  EXPECT_EQ(read_file(find_file(a.path(), "best.pth")), read_file(find_file(b.path(), "best.pth")));
  EXPECT_NE(read_file(find_file(a.path(), "best.pth")), read_file(find_file(c.path(), "best.pth")));
}

TEST(Run, BestWeightsGiveTheSameScoresAgainAndSoDoTheirEmbeddings) {
  const TemporaryFolder out, again;
  const auto trained = json_of(small_run(out.path(), {"--epochs", "3"}));
  const std::string weights = find_file(out.path(), "best.pth").string();
  const auto evaluated = json_of(small_run(again.path(), {"--init", weights, "--eval-only"}));
  EXPECT_EQ(evaluated.at("scores"), trained.at("scores"));
  EXPECT_EQ(evaluated.at("epochs"), 0);
  const std::string embeddings = (out / "embeddings.h5").string();
  const auto embedded = run_program({"embed", "--method", "coot", "--dataset", "youcook2", "--variant", "small", "--data-root",
                                     test::small_data().string(), "--init", weights, "--output", embeddings});
  ASSERT_EQ(embedded.exit_code, 0) << embedded.err;
  const auto scored = run_program({"run", "--embeddings", embeddings, "--dataset", "youcook2", "--format", "csv"});
  ASSERT_EQ(scored.exit_code, 0) << scored.err;
  for (const char* metric : {"v2p_r1", "p2v_r5", "c2s_r10", "s2c_r50"}) {
    const double value = trained.at("scores").at(metric).at("mean");
    EXPECT_THAT(scored.out, HasSubstr(fmt::format("{},{:.2f}", metric, 100 * value)));
  }
}

TEST(Run, OptionsComeFromFilesAndVariablesToo) {
  const TemporaryFolder out;
  write_file_atomically(out / "run.ini", "method=coot\ndataset=youcook2\nvariant=small\nepochs=1\nset=batch_size=12\n");
  const auto result =
      run_program({"run", "--config", (out / "run.ini").string(), "--out", (out / "runs").string(), "--format", "json", "-q"},
                  {.environment = {{"VBENCH_DATA_ROOT", test::small_data().string()}}, .folder = ".", .file_size_limit = {}});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(nlohmann::json::parse(result.out).at("epochs"), 1);
}

TEST(Run, Bfloat16TrainsCloseToFloat32) {
  const TemporaryFolder a, b;
  const auto full = json_of(small_run(a.path(), {"--epochs", "3"}));
  const auto half = json_of(small_run(b.path(), {"--epochs", "3", "--precision", "bf16"}));
  EXPECT_NEAR(half.at("scores").at("v2p_meanr").at("mean").get<double>(), full.at("scores").at("v2p_meanr").at("mean").get<double>(), 3.0);
  EXPECT_NE(read_file(find_file(a.path(), "best.pth")), read_file(find_file(b.path(), "best.pth"))) << "the option has no effect";
}

TEST(Run, QuietSaysNothingButWarningsAndALogGetsPlainLines) {
  const TemporaryFolder a, b;
  const auto quiet = run_program(small_run(a.path(), {"--epochs", "1", "-q"}));
  EXPECT_THAT(quiet.err, Not(HasSubstr("epoch")));
  EXPECT_THAT(quiet.err, HasSubstr("SYNTHETIC"));
  const auto log = run_program(small_run(b.path(), {"--epochs", "1"}));
  EXPECT_THAT(log.err, HasSubstr("loss"));
  EXPECT_THAT(log.err, Not(HasSubstr("\r"))) << "no bar in a log";
}

TEST(Run, TwoProcessesShareAStore) {
  const TemporaryFolder out;
  test::Program first(small_run(out.path(), {"--epochs", "2", "--threads", "1", "--seeds", "1"}));
  test::Program second(small_run(out.path(), {"--epochs", "2", "--threads", "1", "--seeds", "2"}));
  EXPECT_EQ(first.wait().exit_code, 0);
  EXPECT_EQ(second.wait().exit_code, 0);
  const auto board = run_program({"leaderboard", "--out", out.path().string(), "--format", "json"});
  ASSERT_EQ(board.exit_code, 0) << board.err;
  const auto rows = nlohmann::json::parse(board.out).at(0).at("rows");
  ASSERT_EQ(rows.size(), 1U) << "two seeds, one row";
  EXPECT_EQ(rows[0].at("runs"), 2);
}

TEST(Run, TheOtherDatasetWorksToo) {
  const TemporaryFolder out;
  const auto object = json_of({"--method", "coot", "--dataset", "activitynet", "--variant", "small-anet", "--data-root",
                               test::small_data().string(), "--out", out.path().string(), "--epochs", "1"});
  EXPECT_EQ(object.at("split"), "val_1");
}

}  // namespace
}  // namespace vbench
