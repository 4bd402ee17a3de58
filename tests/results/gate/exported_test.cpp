// Exported files as a side of a comparison: what the program writes is read back, everything else is refused by its place.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>

#include "harness/core/error.hpp"
#include "harness/core/files.hpp"
#include "results/leaderboard.hpp"
#include "results/summary.hpp"
#include "tests/results/gate/sides.hpp"
#include "tests/support/golden.hpp"

namespace vbench::gate {
namespace {

using nlohmann::json;
using test::kGoodScores;
using test::seeds_with;
using test::TemporaryFolder;
using testing::HasSubstr;

class Exported : public testing::Test {
 protected:
  [[nodiscard]] std::vector<Configuration> read(const std::string& text) const {
    write_file_atomically(folder_ / "side.json", text);
    return read_exported(folder_ / "side.json");
  }
  /// Expects one line that names the file and every one of `parts`.
  void expect_refused(const std::string& text, const std::vector<std::string>& parts) const {
    try {
      (void)read(text);
      FAIL() << "was read: " << text.substr(0, 200);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kInput);
      EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
      EXPECT_THAT(error.what(), HasSubstr("side.json"));
      for (const auto& part : parts) EXPECT_THAT(error.what(), HasSubstr(part));
    }
  }

  TemporaryFolder folder_;
};

TEST_F(Exported, RunsAreReadAsTheyWereStored) {
  auto records = seeds_with(kGoodScores);
  records[3].environment["speed_unreliable"] = "load 9";
  const auto stored = configurations_of(records).at(0), back = read(run_json(records, nullptr)).at(0);
  EXPECT_EQ(name_of(back), name_of(stored));
  EXPECT_EQ(back.settings, stored.settings);
  EXPECT_EQ(back.train_data, stored.train_data);
  EXPECT_EQ(back.data_hash, stored.data_hash);
  EXPECT_EQ(back.items, stored.items);
  EXPECT_EQ(back.runs, 5);
  EXPECT_EQ(back.scores.at("v2p_r1").by_seed, stored.scores.at("v2p_r1").by_seed);
  const auto &a = stored.speeds.at("forward_clips_per_s"), &b = back.speeds.at("forward_clips_per_s");
  ASSERT_EQ(a.size(), b.size());
  for (size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].value, b[i].value);
    EXPECT_EQ(a[i].run_id, b[i].run_id);
    EXPECT_EQ(a[i].machine, b[i].machine);
    EXPECT_EQ(a[i].doubt, b[i].doubt);
  }
}

TEST_F(Exported, InvalidSeedsDoNotCount) {
  auto records = seeds_with(kGoodScores);
  records[1].verdict = {false, {"the loss is not finite"}};
  const auto side = read(run_json(records, nullptr)).at(0);
  EXPECT_EQ(side.runs, 4);
  EXPECT_FALSE(side.scores.at("v2p_r1").by_seed.contains(2));
  EXPECT_EQ(side.invalid, (std::vector<std::string>{"seed 2: the loss is not finite"}));
}

TEST_F(Exported, FoldsAreConfigurationsOfTheirOwn) {
  auto first = seeds_with({0.5, 0.6}), second = seeds_with({0.4, 0.5});
  for (auto& run : first) run.settings["data.fold"] = "1";
  for (auto& run : second) run.settings["data.fold"] = "2";
  const auto sides = read(folds_json({first, second}, nullptr));
  ASSERT_EQ(sides.size(), 2U);
  EXPECT_EQ(sides[1].settings->at("data.fold"), "2");
  EXPECT_EQ(sides[1].scores.at("v2p_r1").by_seed.at(1), 0.4);
}

TEST_F(Exported, LeaderboardsGiveMeansAndDeviations) {
  auto records = seeds_with(kGoodScores);
  const auto one = seeds_with({0.5}, 11, "yc2-2d3d");
  records.insert(records.end(), one.begin(), one.end());
  const auto sides = read(render(leaderboards(records, {}, {}), OutputFormat::kJson));
  ASSERT_EQ(sides.size(), 2U);
  EXPECT_EQ(name_of(sides[0]), "coot yc2-100m on youcook2");
  EXPECT_EQ(sides[0].protocol.version, 1);
  EXPECT_FALSE(sides[0].settings);
  const auto summary = sides[0].scores.at("v2p_r1").summarised();
  EXPECT_NEAR(summary.mean, 0.72342, 1e-12);
  EXPECT_NEAR(summary.deviation, 0.01761624, 1e-8) << "NumPy: std of the five, ddof=1";
  EXPECT_EQ(summary.runs, 5);
  EXPECT_EQ(sides[1].scores.at("v2p_r1").summarised().runs, 1);
}

TEST_F(Exported, ConfigurationsOfABoardAreToldApartAsThoseOfTheStore) {
  auto records = seeds_with(kGoodScores), slow = seeds_with({0.5, 0.6}, 11), other = seeds_with({0.4}, 12);
  for (auto& run : slow) run.settings["learning_rate"] = "0.1";
  for (auto& run : other) run.data.hash = "fedcba9876543210";
  for (const auto* more : {&slow, &other}) records.insert(records.end(), more->begin(), more->end());
  const auto names = [](const std::vector<Configuration>& side) {
    std::vector<std::string> all;
    for (const auto& one : told_apart(side)) all.push_back(name_of(one));
    std::sort(all.begin(), all.end());
    return all;
  };
  const std::vector<std::string> expected{"coot yc2-100m on youcook2", "coot yc2-100m on youcook2 (learning_rate=0.001)",
                                          "coot yc2-100m on youcook2 (learning_rate=0.1)"};
  EXPECT_EQ(names(read(render(leaderboards(records, {}, {}), OutputFormat::kJson))), expected);
  EXPECT_EQ(names(configurations_of(records)), expected);
  const auto one = configurations_of(seeds_with(kGoodScores)).at(0);
  EXPECT_EQ(names({one, one}), (std::vector<std::string>{"coot yc2-100m on youcook2 (number 1)", "coot yc2-100m on youcook2 (number 2)"}));
  auto version = one;
  version.protocol.version = 2;
  EXPECT_EQ(names({one, version}), (std::vector<std::string>{"coot yc2-100m on youcook2 (protocol=coot-retrieval version 1)",
                                                             "coot yc2-100m on youcook2 (protocol=coot-retrieval version 2)"}));
}

TEST_F(Exported, AFolderIsAllItsFiles) {
  write_file_atomically(folder_ / "b.json", run_json(seeds_with(kGoodScores), nullptr));
  write_file_atomically(folder_ / "a.json", "[" + run_json(seeds_with({0.5}, 10, "yc2-2d3d"), nullptr) + "]");
  write_file_atomically(folder_ / "notes.txt", "no JSON");
  const auto sides = read_exported(folder_.path());
  ASSERT_EQ(sides.size(), 2U);
  EXPECT_EQ(sides[0].variant, "yc2-2d3d");
}

TEST_F(Exported, NothingIsNoSide) {
  expect_refused("[]", {"holds no result"});
  const TemporaryFolder empty;
  EXPECT_THROW((void)read_exported(empty.path()), Error);
}

TEST_F(Exported, WhatIsNoJsonIsRefused) {
  expect_refused("", {"is not JSON"});
  expect_refused("{\"method\": ", {"is not JSON"});
  expect_refused("\xff\xfe", {"is not JSON"});
  expect_refused("[1e999]", {"holds a number that is too large"});
  expect_refused("3", {"is not an object"});
  expect_refused("[[]]", {"[0]", "is not an object"});
  expect_refused(std::string(100000, '['), {"is not JSON"});
}

TEST_F(Exported, EveryMistakeIsNamedByItsPlace) {
  const json good = json::parse(run_json(seeds_with(kGoodScores), nullptr));
  const auto expect_at = [&](const std::function<void(json&)>& damage, const std::vector<std::string>& parts) {
    json bad = good;
    damage(bad);
    expect_refused(bad.dump(), parts);
  };
  expect_at([](json& run) { run.erase("method"); }, {"lacks 'method'"});
  expect_at([](json& run) { run["variant"] = 3; }, {"variant is not a text"});
  expect_at([](json& run) { run["source"] = "imagined"; }, {"source is neither real nor synthetic"});
  expect_at([](json& run) { run["protocol"]["version"] = -1; }, {"protocol.version is not a whole number"});
  expect_at([](json& run) { run["data"]["items"] = 1e300; }, {"data.items is not a whole number"});
  expect_at([](json& run) { run["data"]["items"] = UINT64_MAX; }, {"data.items is not a whole number"});
  expect_at([](json& run) { run["seeds"] = json::array(); }, {"seeds is empty"});
  expect_at([](json& run) { run["seeds"][1] = 1; }, {"seeds[1] is there twice"});
  expect_at([](json& run) { run["seeds"][1] = 1.5; }, {"seeds[1] is not a whole number"});
  expect_at([](json& run) { run["scores"] = 5; }, {"scores is not an object"});
  expect_at([](json& run) { run["scores"]["v2p_r1"]["values"].erase(0); }, {"scores.v2p_r1.values has 4 values for 5 seeds"});
  expect_at([](json& run) { run["scores"]["v2p_r1"]["values"][2] = "x"; }, {"scores.v2p_r1.values[2] is not a number"});
  expect_at([](json& run) { run["scores"]["v2p_r1"]["values"][2] = 1e300; }, {"scores.v2p_r1.values[2] is not a number that a score"});
  expect_at([](json& run) { run["settings"]["width"] = json::array(); }, {"settings.width is not a text"});
  expect_at([](json& run) { run["speeds"]["forward_clips_per_s"][0] = 0; }, {"speeds.forward_clips_per_s has a speed that is not above 0"});
  expect_at([](json& run) { run["run_ids"].erase(0); }, {"run_ids has not one id a seed"});
  expect_at([](json& run) { run["verdict"]["valid"] = "yes"; }, {"verdict.valid is not true or false"});
  expect_at(
      [](json& run) {
        run["verdict"]["valid"] = false;
        run["invalid_seeds"] = {1, 2, 9, 10, 11, 12, 13};
      },
      {"invalid_seeds[2] is none of the seeds"});
  expect_at([](json& run) { run["scores"]["a\nb\x1b"] = 3; }, {"scores.a\\x0ab\\x1b is not an object"});
}

TEST_F(Exported, BoardsAreCheckedToo) {
  const json good = json::parse(render(leaderboards(seeds_with(kGoodScores), {}, {}), OutputFormat::kJson));
  const auto expect_at = [&](const std::function<void(json&)>& damage, const std::vector<std::string>& parts) {
    json bad = good;
    damage(bad[0]);
    expect_refused(bad.dump(), parts);
  };
  expect_at([](json& board) { board["protocol_version"] = "two"; }, {"[0].protocol_version is not a whole number"});
  expect_at([](json& board) { board["rows"][0]["runs"] = 0; }, {"[0].rows[0].runs is 0"});
  expect_at([](json& board) { board["rows"][0]["runs"] = INT64_MAX; }, {"[0].rows[0].runs is more than 1000000"});
  expect_at([](json& board) { board["rows"][0]["v2p_r1"]["std"] = -1; }, {"[0].rows[0].v2p_r1.std is negative"});
  expect_at([](json& board) { board["rows"][0]["v2p_r1"] = 0.5; }, {"[0].rows[0].v2p_r1 has no deviation over its 5 runs"});
  expect_at([](json& board) { board["rows"] = "none"; }, {"[0].rows is not a list"});
}

TEST_F(Exported, FilesOfOlderVersionsHaveScoresAlone) {
  json old = json::parse(run_json(seeds_with(kGoodScores), nullptr));
  for (const char* key : {"settings", "speeds", "speed_unreliable", "invalid_seeds"}) old.erase(key);
  const auto side = read(old.dump()).at(0);
  EXPECT_FALSE(side.settings);
  EXPECT_TRUE(side.speeds.empty());
  EXPECT_EQ(side.scores.at("v2p_r1").by_seed.size(), 5U);
  old["verdict"]["valid"] = false;
  EXPECT_EQ(read(old.dump()).at(0).runs, 0) << "which seeds were INVALID is not known";
}

}  // namespace
}  // namespace vbench::gate
