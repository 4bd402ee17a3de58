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

TEST(Printable, SpellsOutWhatIsNoText) {
  EXPECT_EQ(printable("plain / caf\xC3\xA9 \xE6\xBC\xA2 \xF0\x9F\x8E\xAC"), "plain / caf\xC3\xA9 \xE6\xBC\xA2 \xF0\x9F\x8E\xAC");
  EXPECT_EQ(printable("caf\xE9.avi"), "caf\\xe9.avi");
  EXPECT_EQ(printable(std::string_view("a\nb\0c\x7F", 6)), "a\\x0ab\\x00c\\x7f");
  EXPECT_EQ(printable("\xC3"), "\\xc3") << "cut short";
  EXPECT_EQ(printable("\xC0\xAF \xED\xA0\x80 \xF4\x90\x80\x80"), "\\xc0\\xaf \\xed\\xa0\\x80 \\xf4\\x90\\x80\\x80")
      << "overlong, surrogate, too large";
}

TEST(FitColumns, ColoursTakeNoColumnAndAreClosed) {
  EXPECT_EQ(fit_columns("speed 12", 5), "speed");
  EXPECT_EQ(fit_columns("speed", 9), "speed");
  const std::string red = "r=\x1b[91m1.2\x1b[0m f=3";
  EXPECT_EQ(fit_columns(red, 20), red);
  EXPECT_EQ(fit_columns(red, 4), "r=\x1b[91m1.\x1b[0m");
}

}  // namespace
}  // namespace vbench
