#include "harness/core/text.hpp"

#include <gtest/gtest.h>

namespace vbench {
namespace {

TEST(EditDistance, CountsChangesAndSwapsOfNeighbours) {
  EXPECT_EQ(edit_distance("coot", "coot"), 0U);
  EXPECT_EQ(edit_distance("coot", "cot"), 1U);
  EXPECT_EQ(edit_distance("coot", "octo"), 2U);
  EXPECT_EQ(edit_distance("", "abc"), 3U);
}

TEST(Suggest, NamesTheNearestFirst) { EXPECT_EQ(suggest("yuocook2", {"activitynet", "youcook2"}), "did you mean 'youcook2'?"); }

TEST(Suggest, ListsAllWhenNothingIsNear) { EXPECT_EQ(suggest("zzzzzzzz", {"coot", "sam"}), "known: coot, sam"); }

TEST(Suggest, FindsANameByItsPart) { EXPECT_EQ(suggest("100m", {"anet", "yc2-100m"}), "did you mean 'yc2-100m'?"); }

TEST(Split, CutsBlanksAndKeepsEmptyPieces) {
  EXPECT_EQ(split("1, 2,,3 ", ','), (std::vector<std::string>{"1", "2", "", "3"}));
  EXPECT_TRUE(split("  ", ',').empty());
}

TEST(ParseNumbers, TakesWholeTextsOnly) {
  EXPECT_EQ(parse_int("42"), 42);
  EXPECT_EQ(parse_int("4x"), std::nullopt);
  EXPECT_EQ(parse_int(""), std::nullopt);
  EXPECT_EQ(parse_double("1e-3"), 1e-3);
  EXPECT_EQ(parse_double("0,5"), std::nullopt);
}

}  // namespace
}  // namespace vbench
