#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/datasets/annotations/lists_on_disk.hpp"

namespace vbench::annotations {
namespace {

using test::error_of;
using testing::HasSubstr;
using Names = std::vector<std::string>;

TEST(ClassList, FindsIndicesAndNamesTheNearestForOthers) {
  const ClassList classes({"archery", "bowling"});
  EXPECT_EQ(classes.size(), 2);
  EXPECT_EQ(classes.find("bowling"), 1);
  EXPECT_EQ(classes.find("Bowling"), std::nullopt);
  EXPECT_EQ(classes.index("archery", "x"), 0);
  EXPECT_EQ(error_of([&] { (void)classes.index("archerry", "a.csv: line 3"); }),
            "a.csv: line 3: 'archerry' is not in the class list; did you mean 'archery'?");
}

TEST(ClassList, NamesThatOccurTwiceOrAreEmptyAreRefused) {
  EXPECT_EQ(error_of([] { ClassList({"a", "b", "a"}, "c.txt"); }), "c.txt: the class 'a' is there twice");
  EXPECT_EQ(error_of([] { ClassList({"a", ""}, "c.txt"); }), "c.txt: a class has an empty name");
}

TEST(ClassList, ReadsANameALineWithMarksOfOtherSystems) {
  const test::Lists lists;
  lists.write("classes.txt",
              "\xEF\xBB\xBF"
              "tai chi\r\n massaging person's head \r\nhurling (sport)\r\n\r\n");
  EXPECT_EQ(read_classes(lists / "classes.txt").names(), (Names{"tai chi", "massaging person's head", "hurling (sport)"}));
}

TEST(ClassList, AnEmptyLineBetweenNamesWouldShiftIndices) {
  const test::Lists lists;
  lists.write("classes.txt", "a\n\nb\n");
  EXPECT_THAT(error_of([&] { (void)read_classes(lists / "classes.txt"); }),
              HasSubstr("classes.txt: line 3: there is an empty line before this one"));
  lists.write("classes.txt", "\n\n");
  EXPECT_THAT(error_of([&] { (void)read_classes(lists / "classes.txt"); }), HasSubstr("the list has no classes"));
}

TEST(ClassList, ReadsTheDictionaryOfTheOriginalInTheOrderOfItsIndices) {
  const test::Lists lists;
  lists.write("dictionary.json", R"({"b": 1, "a": 0, "c": 2})");
  EXPECT_EQ(read_classes(lists / "dictionary.json").names(), (Names{"a", "b", "c"}));
}

TEST(ClassList, ADictionaryWithGapsOrDoubleIndicesIsRefused) {
  const test::Lists lists;
  const auto error = [&](const std::string& text) {
    lists.write("dictionary.json", text);
    return error_of([&] { (void)read_classes(lists / "dictionary.json"); });
  };
  EXPECT_THAT(error(R"({"a": 0, "b": 2})"), HasSubstr("the index of 'b' is 2, but there are 2 classes; indices have to be 0, 1, 2"));
  EXPECT_THAT(error(R"({"a": 1, "b": 1})"), HasSubstr("'a' and 'b' have the index 1"));
  EXPECT_THAT(error(R"({"a": "0"})"), HasSubstr("the index of 'a' is no number from 0"));
  EXPECT_THAT(error(R"({"a": -1})"), HasSubstr("the index of 'a' is no number from 0"));
  EXPECT_THAT(error("{}"), HasSubstr("the list has no classes"));
  EXPECT_THAT(error("[1]"), HasSubstr("does not hold a JSON object"));
}

TEST(ClassList, BothFormsAreReadAsTheyWereWritten) {
  const test::Lists lists;
  const ClassList classes({"z", "a b", "caf\xC3\xA9"});
  for (const auto* name : {"classes.txt", "dictionary.json"}) {
    write_classes(lists / name, classes);
    EXPECT_EQ(read_classes(lists / name).names(), classes.names()) << name;
  }
}

TEST(ClassList, NamesThatAFormCannotHoldAreRefused) {
  const test::Lists lists;
  EXPECT_THAT(error_of([&] { write_classes(lists / "classes.txt", ClassList({"two\nlines"})); }), HasSubstr("take dictionary.json"));
  EXPECT_THAT(error_of([&] { write_classes(lists / "classes.txt", ClassList({" a"})); }), HasSubstr("cannot be written"));
  EXPECT_THAT(error_of([&] { write_classes(lists / "dictionary.json", ClassList({"caf\xE9"})); }),
              HasSubstr("'caf\\xe9' cannot be written"));
  write_classes(lists / "classes.txt", ClassList({"caf\xE9"}));
  EXPECT_EQ(read_classes(lists / "classes.txt").names(), (Names{"caf\xE9"}));
}

}  // namespace
}  // namespace vbench::annotations
