#include "results/summary.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "published/coot.hpp"
#include "tests/results/records.hpp"

namespace vbench {
namespace {

using test::run_with;
using testing::Contains;
using testing::HasSubstr;

std::vector<RunRecord> two_seeds() {
  std::vector<RunRecord> seeds{run_with(1, 0.5), run_with(4, 0.75)};
  seeds[0].run_id = "one";
  seeds[1].run_id = "two";
  seeds[1].epochs = 12;
  for (auto& record : seeds) {
    record.scores["p2v_r1"] = 0.7;
    record.scores["s2c_medr"] = 12;
    record.speed["read_clips_per_s"] = record.seed == 1 ? 100 : 300;
    record.environment["cpu"] = "x86";
  }
  return seeds;
}

TEST(RunJson, IsOneObjectAsTheContractSays) {
  const auto coot = Published::parse(published::kCoot);
  const auto json = nlohmann::json::parse(run_json(two_seeds(), &coot));
  EXPECT_EQ(json["method"], "coot");
  EXPECT_EQ(json["variant"], "yc2-100m");
  EXPECT_EQ(json["dataset"], "youcook2");
  EXPECT_EQ(json["source"], "real");
  EXPECT_EQ(json["split"], "val");
  EXPECT_EQ(json["seeds"], (nlohmann::json{1, 4}));
  EXPECT_EQ(json["epochs"], 12);
  EXPECT_EQ(json["scores"]["v2p_r1"]["mean"], 0.625);
  EXPECT_NEAR(json["scores"]["v2p_r1"]["std"].get<double>(), 0.17677669529663687, 1e-15);
  EXPECT_EQ(json["scores"]["v2p_r1"]["values"], (nlohmann::json{0.5, 0.75}));
  EXPECT_EQ(json["speed"]["read_clips_per_s"], 200);
  EXPECT_EQ(json["published"]["p2v_r1"], 0.783);
  EXPECT_EQ(json["run_ids"], (nlohmann::json{"one", "two"}));
  EXPECT_EQ(json["environment"]["cpu"], "x86");
  EXPECT_EQ(json["verdict"]["valid"], true);
}

TEST(RunJson, HasNoPublishedFiguresForSyntheticData) {
  const auto coot = Published::parse(published::kCoot);
  auto seeds = two_seeds();
  for (auto& record : seeds) record.source = Source::kSynthetic;
  const auto json = nlohmann::json::parse(run_json(seeds, &coot));
  EXPECT_EQ(json["source"], "synthetic");
  EXPECT_EQ(json["published"], nlohmann::json::object());
}

TEST(RunJson, WritesScoresThatAreNotFiniteAsNullAndSaysWhy) {
  auto seeds = two_seeds();
  seeds[1].scores["v2p_r1"] = std::nan("");
  seeds[1].verdict = {false, {"score v2p_r1 is not finite"}};
  const auto json = nlohmann::json::parse(run_json(seeds, nullptr));
  EXPECT_TRUE(json["scores"]["v2p_r1"]["mean"].is_null());
  EXPECT_TRUE(json["scores"]["v2p_r1"]["values"][1].is_null());
  EXPECT_EQ(json["verdict"]["valid"], false);
  EXPECT_EQ(json["verdict"]["reasons"][0], "seed 4: score v2p_r1 is not finite");
}

RunRecord run_of_fold(int64_t fold, int64_t seed, double score) {
  auto record = run_with(seed, score);
  record.settings["data.fold"] = std::to_string(fold);
  record.run_id = fmt::format("{}-{}", fold, seed);
  return record;
}

RunRecord invalid_run(int64_t fold, int64_t seed, double score) {
  auto record = run_of_fold(fold, seed, score);
  record.verdict = {false, {"too short"}};
  return record;
}

/// Has a mean of two folds.
const Published& published_of_two() {
  static const auto published = Published::parse(R"({"paper": "p", "rows": [
    {"set": "paper", "dataset": "youcook2", "variant": "yc2-100m", "folds": 2, "scores": {"v2p_r1": 0.9}}]})");
  return published;
}

nlohmann::json json_of_folds(const std::vector<std::vector<RunRecord>>& folds) {
  return nlohmann::json::parse(folds_json(folds, &published_of_two()));
}

TEST(FoldsJson, AveragesFoldsOfWhichEachCountsTheSame) {
  const auto json = json_of_folds({{run_of_fold(1, 1, 0.25), run_of_fold(1, 2, 0.75)}, {run_of_fold(2, 1, 1)}});
  EXPECT_EQ(json["folds"], (nlohmann::json{1, 2}));
  EXPECT_EQ(json["scores"]["v2p_r1"]["values"], (nlohmann::json{0.5, 1.0}));
  EXPECT_EQ(json["scores"]["v2p_r1"]["mean"], 0.75);
  EXPECT_NEAR(json["scores"]["v2p_r1"]["std"].get<double>(), 0.35355339059327379, 1e-15);
  EXPECT_EQ(json["published"]["v2p_r1"], 0.9);
  ASSERT_EQ(json["runs"].size(), 2U);
  EXPECT_EQ(json["runs"][0]["scores"]["v2p_r1"]["mean"], 0.5);
  EXPECT_EQ(json["runs"][0]["seeds"], (nlohmann::json{1, 2}));
  EXPECT_EQ(json["runs"][0]["published"], nlohmann::json::object()) << "a fold is none of the published mean";
  EXPECT_EQ(json["verdict"], (nlohmann::json{{"valid", true}, {"reasons", nlohmann::json::array()}}));
  EXPECT_EQ(json["left_out"], nlohmann::json::array());
  const auto other = json_of_folds({{run_of_fold(1, 1, 0.25)}, {run_of_fold(3, 1, 1)}});
  EXPECT_EQ(other["published"], nlohmann::json::object()) << "not the folds of the paper";
}

TEST(FoldsJson, InvalidRunsCountInNoMeanAndAreNamed) {
  const auto json = json_of_folds({{run_of_fold(1, 1, 0.25), invalid_run(1, 2, 0.75)}, {invalid_run(2, 1, 1)}, {run_of_fold(3, 1, 0.75)}});
  EXPECT_EQ(json["folds"], (nlohmann::json{1, 2, 3}));
  EXPECT_EQ(json["scores"]["v2p_r1"]["values"], (nlohmann::json{0.25, nullptr, 0.75}));
  EXPECT_EQ(json["scores"]["v2p_r1"]["mean"], 0.5);
  EXPECT_EQ(json["left_out"], (nlohmann::json{"1-2", "2-1"}));
  EXPECT_EQ(json["verdict"]["valid"], false);
  EXPECT_EQ(json["verdict"]["reasons"], (nlohmann::json{"fold 1 seed 2: too short", "fold 2 seed 1: too short"}));
  EXPECT_EQ(json["published"], nlohmann::json::object()) << "folds 1 and 3 are not the two of the paper";
  const auto none = json_of_folds({{invalid_run(1, 1, 0.25)}, {invalid_run(2, 1, 1)}});
  EXPECT_EQ(none["scores"], nlohmann::json::object());
  EXPECT_EQ(none["published"], nlohmann::json::object());
  EXPECT_EQ(none["verdict"]["valid"], false);
  EXPECT_EQ(none["runs"].size(), 2U);
}

}  // namespace
}  // namespace vbench
