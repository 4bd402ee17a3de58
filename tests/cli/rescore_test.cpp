// `vbench rescore` from the command line: old runs get new scores, wrong ones are found and replaced only when told to, bad input.
#include <algorithm>

#include "results/store.hpp"
#include "tests/cli/fixture.hpp"
#include "tests/cli/sql.hpp"

namespace vbench {
namespace {

using nlohmann::json;
using test::expect_error;
using test::json_of;
using test::kInput;
using test::kUsage;
using test::run_program;
using test::small_run;
using test::TemporaryFolder;
using testing::HasSubstr;
using testing::Not;
namespace fs = std::filesystem;

/// Two seeds of one epoch, made once; never changed by tests.
const fs::path& trained() {
  static const TemporaryFolder out;
  static const bool made = [] {
    (void)json_of(small_run(out.path(), {"--epochs", "1", "--seeds", "1,2"}));
    return true;
  }();
  (void)made;
  return out.path();
}

/// A copy that a test may change.
class RescoreCommand : public testing::Test {
 protected:
  RescoreCommand() { fs::copy(trained() / "results.db", folder_ / "results.db"); }

  [[nodiscard]] test::ProgramResult run(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> all{"rescore", "--out", folder_.path().string()};
    all.insert(all.end(), more.begin(), more.end());
    return run_program(all);
  }
  [[nodiscard]] json rows(std::vector<std::string> more = {}, int exit_code = 0) const {
    more.insert(more.end(), {"--format", "json"});
    const auto result = run(more);
    EXPECT_EQ(result.exit_code, exit_code) << result.err;
    return json::parse(result.out)[0]["rows"];
  }
  [[nodiscard]] Store store() const { return Store::open(folder_ / "results.db"); }
  [[nodiscard]] std::vector<RunRecord> runs() const { return store().runs(); }

  /// Answers to how many scores.
  static std::map<std::string, int> answers(const json& rows) {
    std::map<std::string, int> counts;
    for (const auto& row : rows) ++counts[row["answer"]];
    return counts;
  }

  TemporaryFolder folder_;
};

TEST_F(RescoreCommand, GivesTheScoresThatTheRunsGaveAndNewOnes) {
  const auto counts = answers(rows());
  EXPECT_EQ(counts.at("same"), 2 * 4 * 6) << "two runs, four directions, R@1, 5, 10, 50, MedR, MeanR";
  EXPECT_EQ(counts.at("new"), 2 * 4 * 2) << "MRR and geometric mean";
  EXPECT_EQ(counts.size(), 2U);
  EXPECT_FALSE(runs()[0].scores.contains("v2p_mrr")) << "nothing is written unasked";
  const auto text = run({"--format", "table"});
  EXPECT_THAT(text.out, HasSubstr("48 same, 16 new"));
  EXPECT_THAT(text.out, Not(HasSubstr("v2p_r10"))) << "what is the same is counted only";
}

TEST_F(RescoreCommand, WritesWhatIsNewAndLeaderboardsCarryIt) {
  EXPECT_EQ(answers(rows({"--metric", "v2p_mrr,c2s_r3", "--write"})).at("added"), 4);
  for (const auto& record : runs()) {
    EXPECT_GT(record.scores.at("v2p_mrr"), record.scores.at("v2p_r1"));
    EXPECT_GE(record.scores.at("c2s_r3"), record.scores.at("c2s_r1"));
    EXPECT_LE(record.scores.at("c2s_r3"), record.scores.at("c2s_r5"));
    EXPECT_FALSE(record.scores.contains("p2v_mrr")) << "not asked for";
  }
  EXPECT_EQ(answers(rows({"--metric", "v2p_mrr,c2s_r3"})).at("same"), 4);
  const auto board = run_program({"leaderboard", "--out", folder_.path().string(), "--format", "csv"});
  EXPECT_THAT(board.out, HasSubstr("v2p_mrr,v2p_mrr_std"));
  EXPECT_THAT(board.out, HasSubstr("c2s_r3"));
}

TEST_F(RescoreCommand, FindsAWrongScoreKeepsItAndReplacesItOnlyWhenTold) {
  const auto before = runs().at(1);
  store().amend({{before.run_id, "p2v_medr", 77, before.scores.at("p2v_medr")}});
  const auto found = rows({}, 1);
  EXPECT_EQ(answers(found).at("DIFFERS"), 1);
  EXPECT_EQ(answers(rows({"--write"}, 1)).at("DIFFERS"), 1) << "--write adds and never changes";
  EXPECT_EQ(runs().at(1).scores.at("p2v_medr"), 77);
  const auto text = run({"--format", "table", "--run", before.run_id, "--metric", "p2v_medr"});
  EXPECT_EQ(text.exit_code, 1);
  EXPECT_THAT(text.out, HasSubstr("DIFFERS*"));
  const auto replaced = rows({"--metric", "p2v_medr", "--write", "--replace"});
  EXPECT_EQ(answers(replaced), (std::map<std::string, int>{{"same", 1}, {"replaced", 1}}));
  EXPECT_EQ(runs().at(1).scores.at("p2v_medr"), before.scores.at("p2v_medr"));
  EXPECT_THAT(runs().at(1).environment.at("rescored.p2v_medr"), HasSubstr("was 77"));
}

TEST_F(RescoreCommand, TakesOneRunByTheBeginningOfItsId) {
  const std::string id = runs().at(0).run_id;
  const auto some = rows({"--run", id.substr(0, id.size() - 2), "--metric", "v2p_r1"});
  ASSERT_EQ(some.size(), 1U);
  EXPECT_EQ(some[0]["run"], id);
  expect_error(run({"--run", id.substr(0, 2)}), kUsage, {"2 runs have ids that begin with", "--run"});
  expect_error(run({"--run", "1999"}), kUsage, {"no stored run has an id that begins with '1999'"});
  const auto nothing = run({"--variant", "other"});
  EXPECT_EQ(nothing.exit_code, 0);
  EXPECT_THAT(nothing.err, HasSubstr("no stored run matches"));
}

TEST_F(RescoreCommand, OneDamagedOutputOfOneRunKeepsNoOtherScoreBack) {
  const std::string id = runs().at(0).run_id;
  test::run_sql(folder_ / "results.db",
                "UPDATE outputs SET \"values\"=x'00' WHERE name='p2v_rank' AND run=(SELECT id FROM runs WHERE run_id='" + id + "')");
  EXPECT_EQ(answers(rows({"--metric", "v2p_r5"})).at("same"), 2) << "which does not take that output";
  const auto result = run({"--metric", "p2v_r5", "--format", "json"});
  EXPECT_EQ(result.exit_code, kInput);
  EXPECT_THAT(result.err, HasSubstr("run " + id + ": output 'p2v_rank' is damaged: not compressed data; its scores stay as they are\n"));
  const auto found = json::parse(result.out)[0]["rows"];
  EXPECT_EQ(answers(found), (std::map<std::string, int>{{"same", 1}, {"unknown", 1}}));
  const auto& unknown = found[0]["answer"] == "unknown" ? found[0] : found[1];
  EXPECT_EQ(unknown["run"], id);
  EXPECT_THAT(unknown["reason"].get<std::string>(), HasSubstr("'p2v_rank' is damaged"));
  const auto all = run({"--write", "--format", "json"});
  EXPECT_EQ(all.exit_code, kInput);
  EXPECT_EQ(answers(json::parse(all.out)[0]["rows"]), (std::map<std::string, int>{{"same", 42}, {"unknown", 6}, {"added", 14}}));
  EXPECT_EQ(std::count(all.err.begin(), all.err.end(), '\n'), 1) << all.err;
}

TEST_F(RescoreCommand, RefusesBadInput) {
  expect_error(run({"--metric", "v2p_mr"}), kUsage, {"unknown metric 'v2p_mr'", "did you mean 'v2p_mrr'"});
  expect_error(run({"--metric", "upstream_top1"}), kUsage, {"does not follow from stored outputs", "batches"});
  expect_error(run({"--metric", "v2p_r1,,v2p_r5"}), kUsage, {"missing"});
  expect_error(run({"--metric", "v2p_r1,v2p_r1"}), kUsage, {"v2p_r1 is given twice"});
  expect_error(run({"--replace", "--write"}), kUsage, {"--replace", "--metric KEY"});
  expect_error(run({"--replace", "--metric", "v2p_r1"}), kUsage, {"--replace", "--write"});
  expect_error(run({"--method", "cooot"}), kUsage, {"coot"});
  expect_error(run({"extra"}), kUsage, {"no words"});
  expect_error(run_program({"rescore", "--out", (folder_ / "nowhere").string()}), kInput, {"no results yet"});
  EXPECT_FALSE(fs::exists(folder_ / "nowhere"));
}

}  // namespace
}  // namespace vbench
