#include "results/published.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <numeric>

#include "harness/core/files.hpp"
#include "published/coot.hpp"
#include "published/selavi.hpp"
#include "published/smth3d.hpp"
#include "published/srtg.hpp"
#include "tests/support/golden.hpp"

namespace vbench {
namespace {

std::string fault_in(const std::string& row) {
  return test::error_of([&] { (void)Published::parse(R"({"paper": "P", "rows": [)" + row + "]}"); });
}

TEST(Published, HoldsTheFiguresOfThePaper) {
  const auto coot = Published::parse(published::kCoot);
  EXPECT_EQ(coot.arxiv(), "2011.00597");
  EXPECT_EQ(coot.find("youcook2", "yc2-100m", "p2v_r1"), 0.783);
  EXPECT_EQ(coot.find("youcook2", "yc2-100m", "s2c_r10"), 0.525);
  EXPECT_EQ(coot.find("youcook2", "yc2-2d3d", "s2c_medr"), 48);
  EXPECT_EQ(coot.find("activitynet", "anet", "v2p_r50"), 0.987);
  EXPECT_EQ(coot.find("activitynet", "", "v2p_r5"), 0.879);
  EXPECT_FALSE(coot.find("activitynet", "anet", "c2s_r1"));
  EXPECT_FALSE(coot.find("youcook2", "tiny", "v2p_r1"));
  EXPECT_FALSE(coot.find("msrvtt", "", "v2p_r1"));
  ASSERT_NE(coot.find_row("youcook2", "yc2-100m"), nullptr);
  EXPECT_EQ(coot.find_row("youcook2", "yc2-100m")->table, "3");
}

TEST(Published, FallsBackToTheAuthorsRunsForWhatThePaperDoesNotReport) {
  const auto coot = Published::parse(published::kCoot);
  EXPECT_NEAR(coot.find("youcook2", "yc2-100m", "v2p_r1").value(), 0.753465, 1e-9);
}

TEST(Published, MayBeEmpty) { EXPECT_TRUE(Published::parse("").rows().empty()); }

/// Every file of results/published, by name.
std::map<std::string, Published> all_files() {
  std::map<std::string, Published> files;
  for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(VBENCH_SOURCE_DIR) / "results" / "published")) {
    if (entry.path().extension() == ".json") files.emplace(entry.path().stem(), Published::parse(read_file(entry.path())));
  }
  return files;
}

TEST(Published, EveryFileSaysWhereEachFigureIsFromAndHowItWasMeasured) {
  const auto files = all_files();
  ASSERT_EQ(files.size(), 4U);
  for (const auto& [name, published] : files) {
    EXPECT_EQ(published.arxiv().size(), 10U) << name;
    EXPECT_FALSE(published.rows().empty()) << name;
    for (const auto& row : published.rows()) {
      SCOPED_TRACE(name + ", " + row.row);
      for (const auto* text : {&row.set, &row.row, &row.dataset, &row.split, &row.protocol}) EXPECT_NE(*text, "");
      const bool of_a_table = row.set == "paper" || row.set == "authors' README";
      EXPECT_EQ(of_a_table, !row.table.empty()) << "a figure of a paper stands in one of its tables, and its README says in which";
      EXPECT_FALSE(row.scores.empty());
    }
  }
}

TEST(Published, EveryFigureOfTheFilesIsPossible) {
  for (const auto& [name, published] : all_files()) {
    for (const auto& row : published.rows()) {
      for (const auto& [metric, value] : row.scores) {
        const auto info = find_metric(metric);
        ASSERT_TRUE(info) << name << " " << metric;
        SCOPED_TRACE(name + ", " + row.row + ", " + metric);
        EXPECT_GE(value, info->unit == Unit::kRank ? 1 : 0);
        EXPECT_LE(value, info->unit == Unit::kFraction ? 1 : 1000);
        if (row.deviations.count(metric) > 0) {
          EXPECT_GT(row.runs, 1);
          EXPECT_LT(row.deviations.at(metric), value);
        }
        if (row.values.count(metric) > 0) {
          const auto& parts = row.values.at(metric);
          EXPECT_NEAR(std::accumulate(parts.begin(), parts.end(), 0.0) / static_cast<double>(parts.size()), value, 0.00051)
              << "the mean as printed, with one decimal of a percentage";
        }
      }
    }
  }
}

TEST(Published, RecallGrowsWithK) {
  for (const auto& [name, published] : all_files()) {
    for (const auto& row : published.rows()) {
      for (const std::string direction : {"v2p", "p2v", "c2s", "s2c"}) {
        double last = 0;
        for (const char* k : {"_r1", "_r5", "_r10", "_r50"}) {
          const auto found = row.scores.find(direction + k);
          if (found == row.scores.end()) continue;
          EXPECT_GT(found->second, last) << name << ", " << row.row << ", " << found->first;
          last = found->second;
        }
      }
    }
  }
}

// In % as the papers' and repositories' tables print them, typed in from the specifications a second time.
struct Printed {
  const char *file, *dataset, *variant;
  std::vector<std::pair<const char*, double>> figures;
  int64_t folds = 0;
};

TEST(Published, TheFilesHaveWhatThePapersAndRepositoriesPrint) {
  const std::vector<Printed> all{
      {"coot",
       "activitynet",
       "anet",
       {{"p2v_r1", 61.3}, {"p2v_r5", 86.7}, {"p2v_r50", 98.7}, {"v2p_r1", 60.6}, {"v2p_r5", 87.9}, {"v2p_r50", 98.7}}},
      {"coot",
       "youcook2",
       "yc2-2d3d",
       {{"p2v_r1", 51.2}, {"p2v_r5", 79.9}, {"p2v_r10", 88.2}, {"s2c_r1", 6.6}, {"s2c_r5", 17.3}, {"s2c_r10", 25.1}}},
      {"coot",
       "youcook2",
       "yc2-100m",
       {{"p2v_r1", 78.3}, {"p2v_r5", 96.2}, {"p2v_r10", 97.8}, {"s2c_r1", 16.9}, {"s2c_r5", 40.5}, {"s2c_r10", 52.5}}},
      {"selavi", "ave", "selavi", {{"nmi", 66.2}, {"acc", 57.9}}},
      {"selavi", "kinetics-sound", "selavi", {{"nmi", 47.5}, {"acc", 41.2}}},
      {"selavi", "kinetics", "selavi", {{"nmi", 27.1}, {"acc", 7.8}}},
      {"selavi", "vgg-sound", "selavi", {{"nmi", 55.9}, {"acc", 31.0}}},
      {"selavi", "vgg-sound", "selavi-released", {{"nmi", 54.6}, {"anmi", 52.0}, {"ari", 20.6}, {"acc", 30.9}, {"purity", 36.2}}},
      {"selavi", "hmdb51", "selavi-finetune", {{"video_top1", 55.1}}, 3},
      {"selavi", "ucf101", "selavi-finetune", {{"video_top1", 86.1}}, 3},
      {"smth3d",
       "something-something-v2",
       "model3d-1",
       {{"top1", 49.88}, {"top5", 78.82}, {"commonsense", 88.87}, {"commonsense_chance", 64.93}}},
      {"smth3d", "something-something-v2", "model3d-1-224", {{"top1", 47.67}, {"top5", 77.35}}},
      {"smth3d", "something-something-v2", "model3d-1-left-right", {{"top1", 51.33}, {"top5", 80.46}}},
      {"srtg", "hacs", "srtg-r3d-34", {{"top1", 78.599}, {"top5", 93.569}}},
      {"srtg", "hacs", "srtg-r3d-50", {{"top1", 80.362}, {"top5", 95.548}}},
      {"srtg", "hacs", "srtg-r3d-101", {{"top1", 81.659}, {"top5", 96.326}}},
      {"srtg", "hacs", "srtg-r2plus1d-34", {{"top1", 80.39}, {"top5", 94.27}}},
      {"srtg", "hacs", "srtg-r2plus1d-50", {{"top1", 83.774}, {"top5", 96.560}}},
      {"srtg", "hacs", "srtg-r2plus1d-101", {{"top1", 84.326}, {"top5", 96.852}}},
      {"srtg", "kinetics-700", "srtg-r3d-34", {{"top1", 49.15}, {"top5", 72.68}}},
      {"srtg", "kinetics-700", "srtg-r2plus1d-50", {{"top1", 54.17}, {"top5", 74.62}}}};
  const auto files = all_files();
  for (const auto& printed : all) {
    for (const auto& [metric, percent] : printed.figures) {
      const auto found = files.at(printed.file).find(printed.dataset, printed.variant, metric, printed.folds);
      ASSERT_TRUE(found) << printed.file << " " << printed.variant << " " << metric;
      EXPECT_NEAR(*found * 100, percent, 1e-9) << printed.file << " " << printed.variant << " " << metric;
    }
  }
  EXPECT_EQ(files.at("coot").find("youcook2", "yc2-100m", "s2c_medr"), 9);
}

TEST(Published, WhatIsCompiledInIsWhatTheFilesSay) {
  const auto files = all_files();
  const std::map<std::string, std::string_view> compiled{
      {"coot", published::kCoot}, {"selavi", published::kSelavi}, {"smth3d", published::kSmth3d}, {"srtg", published::kSrtg}};
  for (const auto& [name, text] : compiled) {
    const auto parsed = Published::parse(text);
    ASSERT_EQ(parsed.rows().size(), files.at(name).rows().size()) << name;
    for (size_t i = 0; i < parsed.rows().size(); ++i) EXPECT_EQ(parsed.rows()[i].scores, files.at(name).rows()[i].scores);
  }
}

TEST(Published, SystemsThatVbenchHasNotAreNoVariant) {
  const auto srtg = Published::parse(published::kSrtg);
  const auto& rows = srtg.rows();
  const auto mtnet = std::find_if(rows.begin(), rows.end(), [](const PublishedRow& row) { return row.row == "mtnet_l"; });
  ASSERT_NE(mtnet, rows.end());
  EXPECT_EQ(mtnet->variant, "");
  EXPECT_NEAR(mtnet->scores.at("top1"), 0.86574, 1e-12);
  EXPECT_FALSE(srtg.find("moments-in-time", "", "top1")) << "an unnamed network is nobody's figure";
  ASSERT_EQ(srtg.claims().size(), 3U);
  EXPECT_NEAR(srtg.claims()[0].difference, 0.0367, 1e-12);
}

/// What every row needs.
const std::string kStart = R"({"set": "paper", "row": "r", "dataset": "d", "variant": "v", "split": "val", "protocol": "p", )";

TEST(Published, NamesTheRowAndTheFault) {
  EXPECT_EQ(fault_in(kStart + R"("scores": {"v2p_r1": 61.3}})"),
            "published figures, row 1: v2p_r1 = 61.3: shares are fractions from 0 to 1");
  EXPECT_EQ(fault_in(kStart + R"("scores": {"v2p_r0": 0.6}})"), "published figures, row 1: unknown metric 'v2p_r0'");
  EXPECT_EQ(fault_in(kStart + R"("scores": {"v2p_r1": "x"}})"), "published figures, row 1: v2p_r1 must be a number");
  EXPECT_EQ(fault_in(kStart + R"("scors": {}})").rfind("published figures, row 1: unknown key 'scors'; did you mean 'scores'", 0), 0U);
  EXPECT_EQ(fault_in(R"({"set": "paper"})"), "published figures, row 1: 'row' must be a text");
  EXPECT_EQ(fault_in(R"({"set": "paper", "row": "r", "dataset": "d", "scores": {}})"), "published figures, row 1: 'split' must be a text");
  EXPECT_EQ(fault_in(R"({"set": "paper", "row": "r", "dataset": "d", "split": "val", "scores": {}})"),
            "published figures, row 1: 'protocol' must be a text");
  EXPECT_EQ(test::error_of([] { (void)Published::parse("{"); }).rfind("published figures: not JSON", 0), 0U);
  EXPECT_EQ(test::error_of([] { (void)Published::parse(R"({"paper": "P"})"); }), "published figures: 'rows' must be an array");
}

TEST(Published, RefusesWhatBelongsToNoFigure) {
  const std::string scores = R"("scores": {"top1": 0.5}, )";
  EXPECT_EQ(fault_in(kStart + scores + R"("measured_as": {"top1": "top_one"}})"), "published figures, row 1: unknown metric 'top_one'");
  EXPECT_EQ(fault_in(kStart + scores + R"("measured_as": {"top5": "top1"}})"),
            "published figures, row 1: top5 of 'measured_as' has no score");
  EXPECT_EQ(fault_in(kStart + scores + R"("deviations": {"top5": 0.1}})"), "published figures, row 1: top5 of 'deviations' has no score");
  EXPECT_EQ(fault_in(kStart + scores + R"("runs": 3, "values": {"top1": [0.5]}})"),
            "published figures, row 1: top1 must have a value for each of 3 folds or runs");
  EXPECT_EQ(fault_in(kStart + scores + R"("settings": {"epochs": 3}})"), "published figures, row 1: epochs of 'settings' must be a text");
  EXPECT_EQ(
      test::error_of([] {
        (void)Published::parse(
            R"({"paper": "P", "rows": [], "claims": [{"set": "s", "text": "t", "dataset": "d", "metric": "top1", "difference": 3}]})");
      }),
      "published figures, claim 1: top1 = 3: shares are fractions from 0 to 1");
}

TEST(Published, MeansOverFoldsAreNoFiguresOfOneSplit) {
  const auto published = Published::parse(R"({"paper": "p", "rows": [
    {"set": "paper", "row": "a", "dataset": "d", "variant": "v", "split": "1 to 3", "protocol": "p", "folds": 3, "scores": {"top1": 0.8}},
    {"set": "paper", "row": "b", "dataset": "d", "variant": "v", "split": "val1", "protocol": "p", "scores": {"top1": 0.7}}]})");
  EXPECT_EQ(published.find("d", "v", "top1"), 0.7);
  EXPECT_EQ(published.find("d", "v", "top1", 3), 0.8);
  EXPECT_FALSE(published.find("d", "v", "top1", 2));
  EXPECT_EQ(published.find_row("d", "v", 3)->folds, 3);
  EXPECT_EQ(fault_in(kStart + R"("scores": {}, "folds": -1})"), "published figures, row 1: 'folds' must be a whole number");
}

}  // namespace
}  // namespace vbench
