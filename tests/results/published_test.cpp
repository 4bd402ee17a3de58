#include "results/published.hpp"

#include <gtest/gtest.h>

#include "published/coot.hpp"
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

TEST(Published, NamesTheRowAndTheFault) {
  const std::string start = R"({"set": "paper", "dataset": "d", "variant": "v", )";
  EXPECT_EQ(fault_in(start + R"("scores": {"v2p_r1": 61.3}})"),
            "published figures, row 1: v2p_r1 = 61.3: shares are fractions from 0 to 1");
  EXPECT_EQ(fault_in(start + R"("scores": {"v2p_r7": 0.6}})"), "published figures, row 1: unknown metric 'v2p_r7'");
  EXPECT_EQ(fault_in(start + R"("scores": {"v2p_r1": "x"}})"), "published figures, row 1: v2p_r1 must be a number");
  EXPECT_EQ(fault_in(start + R"("scors": {}})").rfind("published figures, row 1: unknown key 'scors'; did you mean 'scores'", 0), 0U);
  EXPECT_EQ(fault_in(R"({"set": "paper"})"), "published figures, row 1: 'dataset' must be a text");
  EXPECT_EQ(test::error_of([] { (void)Published::parse("{"); }).rfind("published figures: not JSON", 0), 0U);
}

TEST(Published, MeansOverFoldsAreNoFiguresOfOneSplit) {
  const auto published = Published::parse(R"({"paper": "p", "rows": [
    {"set": "paper", "dataset": "d", "variant": "v", "folds": 3, "scores": {"top1": 0.8}},
    {"set": "paper", "dataset": "d", "variant": "v", "split": "val1", "scores": {"top1": 0.7}}]})");
  EXPECT_EQ(published.find("d", "v", "top1"), 0.7);
  EXPECT_EQ(published.find("d", "v", "top1", 3), 0.8);
  EXPECT_FALSE(published.find("d", "v", "top1", 2));
  EXPECT_EQ(published.find_row("d", "v", 3)->folds, 3);
  EXPECT_EQ(fault_in(R"({"set": "paper", "dataset": "d", "variant": "v", "scores": {}, "folds": -1})"),
            "published figures, row 1: 'folds' must be a whole number");
}

}  // namespace
}  // namespace vbench
