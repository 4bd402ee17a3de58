#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/datasets/annotations/lists_on_disk.hpp"

namespace vbench::annotations {
namespace {

using test::error_of;
using test::messages;
using testing::ElementsAre;
using testing::HasSubstr;
using Names = std::vector<std::string>;

TEST(NumberedLists, TheMappingTableNamesClasses) {
  const test::Lists lists;
  lists.write("mapping_table.txt", "1\ttai chi\n0\tabseiling\n");
  lists.write("kinetics_val.txt", "0 0 abseiling/0wR5jVB-WPk_000417_000427.mp4\n1 1 tai chi/a b.mp4\n");
  lists.write("kinetics_notes.txt", "anything\n");
  const auto read = read_numbered_lists(lists.path());
  EXPECT_EQ(read.classes, (Names{"abseiling", "tai chi"}));
  ASSERT_EQ(read.splits.size(), 1U);
  EXPECT_THAT(read.splits.at("val"),
              ElementsAre(ListedVideo{"abseiling", "0wR5jVB-WPk", 417.0, 427.0, "abseiling/0wR5jVB-WPk_000417_000427.mp4", 0},
                          ListedVideo{"tai chi", "a b", {}, {}, "tai chi/a b.mp4", 0}));
  EXPECT_THAT(messages(read.notes, "list not read"), ElementsAre("its name tells no split"));
  EXPECT_EQ(read.notes.size(), 1U);
}

TEST(NumberedLists, FoldersNameClassesWithoutAMappingTable) {
  const test::Lists lists;
  lists.write("trainlist01.txt", "0\t1\tb/v_b_g01_c01.avi\n1\t0\ta/v_a_g01_c01.avi\n");
  lists.write("testlist01.txt", "0\t1\tb/v_b_g02_c01.avi\n");
  const auto read = read_numbered_lists(lists.path());
  EXPECT_EQ(read.classes, (Names{"a", "b"}));
  EXPECT_EQ(read.splits.at("train1").at(0), (ListedVideo{"b", "v_b_g01_c01", {}, {}, "b/v_b_g01_c01.avi", 0}));
  EXPECT_EQ(read.splits.at("val1").size(), 1U);
  EXPECT_TRUE(read.notes.empty());
}

TEST(NumberedLists, FoldsStandInNamesOfTwoKinds) {
  const test::Lists lists;
  for (const auto* name : {"h_split2_train", "h_split2_test", "h_split2_others", "train", "x_test"})
    lists.write(std::string(name) + ".txt", std::string("0 0 a/") + name + ".avi\n");
  const auto read = read_numbered_lists(lists.path());
  Names splits;
  for (const auto& [split, videos] : read.splits) splits.push_back(split);
  EXPECT_EQ(splits, (Names{"test", "train", "train2", "val2"}));
  EXPECT_EQ(read.splits.at("val2")[0].id, "h_split2_test");
}

TEST(NumberedLists, ContradictionsAreNotedAndGapsRefused) {
  const test::Lists lists;
  lists.write("mapping_table.txt", "0 a\n1 b\n");
  lists.write("x_train.txt", "0 0 a/1.avi\n2 1 a/2.avi\n");
  lists.write("x_val.txt", "0 0 a/1.avi\n");
  const auto read = read_numbered_lists(lists.path());
  EXPECT_THAT(messages(read.notes, "label unlike the folder"), ElementsAre("the class 1 is 'b', but the video lies in 'a'"));
  EXPECT_TRUE(test::any_fatal(read.notes));
  EXPECT_THAT(messages(read.notes, "rows not numbered"), ElementsAre(HasSubstr("rows may be missing")));
  EXPECT_THAT(messages(read.notes, "in two splits"), ElementsAre("the splits 'train' and 'val' list it"));
  const auto error = [&](const std::string& name, const std::string& text) {
    lists.write(name, text);
    return error_of([&] { (void)read_numbered_lists(lists.path()); });
  };
  EXPECT_THAT(error("x_train.txt", "0 2 a/1.avi\n"),
              HasSubstr("x_train.txt: line 1: the class 2 is not in mapping_table.txt; it has 2 classes"));
  EXPECT_THAT(error("x_train.txt", "0 a/1.avi\n"), HasSubstr("line 1: '0 a/1.avi' is not '<number> <class> <path>'"));
  lists.write("x_train.txt", "0 0 a/1.avi\n");
  EXPECT_THAT(error("mapping_table.txt", "0 a\n2 b\n"), HasSubstr("the class with the number 1 is missing, the next one is 2"));
  EXPECT_THAT(error("mapping_table.txt", "0 a\n0 b\n"), HasSubstr("line 2: 'b' has the number 0, which is that of 'a'"));
  lists.remove("mapping_table.txt");
  EXPECT_THAT(error("x_train.txt", "0 0 a/1.avi\n1 0 b/2.avi\n"), HasSubstr("line 2: the class 0 is 'a', but the video lies in 'b'"));
}

TEST(NumberedLists, AFolderWithoutListsSaysWhatBelongsThere) {
  const test::Lists lists;
  EXPECT_THAT(error_of([&] { (void)read_numbered_lists(lists.path()); }),
              HasSubstr("the folder holds no list of videos; expected trainlist01.txt"));
  EXPECT_THAT(error_of([&] { (void)read_numbered_lists(lists / "none"); }), HasSubstr("there is no such folder"));
}

TEST(FileList, FramesStandBetweenPathAndLabelOrNot) {
  const test::Lists lists;
  lists.write("a.txt", "tai chi/x.mp4 164 1\r\nv/frames.of.y 30 0\n");
  EXPECT_THAT(read_file_list(lists / "a.txt", {"a", "b"}), ElementsAre(ListedVideo{"b", "x", {}, {}, "tai chi/x.mp4", 164},
                                                                       ListedVideo{"a", "frames.of.y", {}, {}, "v/frames.of.y", 30}));
  lists.write("a.txt", "tai chi 3 1\nx.MP4\t0\n");
  EXPECT_THAT(read_file_list(lists / "a.txt", {"a", "b"}),
              ElementsAre(ListedVideo{"b", "tai chi 3", {}, {}, "tai chi 3", 0}, ListedVideo{"a", "x", {}, {}, "x.MP4", 0}));
}

TEST(FileList, BadLinesAreNamed) {
  const test::Lists lists;
  const auto error = [&](const std::string& text) {
    lists.write("a.txt", text);
    return error_of([&] { (void)read_file_list(lists / "a.txt", {"a", "b"}); });
  };
  EXPECT_THAT(error("x 1\ny 2\n"), HasSubstr("a.txt: line 2: the label 2 is not one of 2 classes"));
  EXPECT_THAT(error("x 1\ny b\n"), HasSubstr("line 2: 'y b' is not '<path> <frames> <label>' or '<path> <label>'"));
  EXPECT_THAT(error("x -1\n"), HasSubstr("line 1"));
  EXPECT_THAT(error("\n"), HasSubstr("the list is empty"));
}

}  // namespace
}  // namespace vbench::annotations
