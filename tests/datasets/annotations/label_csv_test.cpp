#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/datasets/annotations/lists_on_disk.hpp"

namespace vbench::annotations {
namespace {

using test::error_of;
using test::messages;
using testing::ElementsAre;
using testing::HasSubstr;

std::vector<ListedVideo> read(const std::string& text, std::vector<Note>* notes = nullptr) {
  const test::Lists lists;
  lists.write("a.csv", text);
  return read_label_csv(lists / "a.csv", notes);
}

std::string refused(const std::string& text) {
  return error_of([&] { (void)read(text); });
}

TEST(LabelCsv, ColumnsComeInAnyOrderAndTheIdOfYoutubeWins) {
  const auto videos = read("split,time_end,id,youtube_id,time_start,label,is_cc\nval,427,other, 0wR5jVB-WPk ,417.5,abseiling,0\n");
  ASSERT_EQ(videos.size(), 1U);
  EXPECT_EQ(videos[0], (ListedVideo{"abseiling", "0wR5jVB-WPk", 417.5, 427.0, "abseiling/0wR5jVB-WPk_000417_000427", 0}));
}

TEST(LabelCsv, IdsAreTrimmedAndLabelsAreNot) {
  const auto videos = read("label,id\n a , x\t\n");
  EXPECT_EQ(videos[0].label, " a ");
  EXPECT_EQ(videos[0].id, "x");
  EXPECT_EQ(videos[0].media, " a /x");
  EXPECT_FALSE(videos[0].start || videos[0].end);
}

TEST(LabelCsv, QuotedNamesMayHoldAnything) {
  const auto videos = read("label,id\n\"bird chirping, tweeting\",\"it's \"\"x\"\"; DROP TABLE Images\"\n");
  EXPECT_EQ(videos[0].label, "bird chirping, tweeting");
  EXPECT_EQ(videos[0].id, "it's \"x\"; DROP TABLE Images");
}

TEST(LabelCsv, PathAndFramesOfTheSuiteAreRead) {
  const auto videos = read("label,id,time_start,time_end,split,path,frames\na,x,,,train,v/x.avi,164\na,y,1,,train,,\n");
  EXPECT_EQ(videos[0], (ListedVideo{"a", "x", {}, {}, "v/x.avi", 164}));
  EXPECT_EQ(videos[1], (ListedVideo{"a", "y", 1.0, {}, "a/y", 0}));
}

TEST(LabelCsv, HiddenBytesAreToleratedAndMentioned) {
  std::vector<Note> notes;
  const auto videos = read("\xEF\xBB\xBFlabel,id\r\ncaf\xE9,x\r\nb,y\r\n", &notes);
  EXPECT_EQ(videos[0].label, "caf\xE9");
  EXPECT_EQ(videos[1], (ListedVideo{"b", "y", {}, {}, "b/y", 0}));
  EXPECT_EQ(notes.size(), 3U);
  EXPECT_THAT(messages(notes, "byte order mark"), ElementsAre(HasSubstr("skipped")));
  EXPECT_THAT(messages(notes, "carriage returns"), ElementsAre(HasSubstr("cut")));
  EXPECT_THAT(messages(notes, "not UTF-8"), ElementsAre("1 lines are not UTF-8; names are kept byte for byte"));
  EXPECT_FALSE(test::any_fatal(notes));
}

TEST(LabelCsv, RowsThatOccurTwiceAndReversedTimesAreNoted) {
  std::vector<Note> notes;
  const auto videos = read("label,id,time_start,time_end\na,x,1,11\na,x,21,31\na,x,1,11\nb,y,5,5\n", &notes);
  EXPECT_EQ(videos.size(), 4U);
  EXPECT_THAT(messages(notes, "row twice"), ElementsAre("it says the same as line 2"));
  EXPECT_THAT(test::notes_of(notes, "row twice").at(0).item, HasSubstr("a.csv: line 4"));
  EXPECT_THAT(messages(notes, "times out of order"), ElementsAre("the clip starts at 5 s and ends at 5 s"));
  EXPECT_EQ(notes.size(), 2U);
}

TEST(LabelCsv, BadRowsAreNamedWithTheirLine) {
  EXPECT_THAT(refused("id,split\nx,train\n"), HasSubstr("a.csv: there is no column 'label'"));
  EXPECT_THAT(refused("label,split\n"), HasSubstr("a.csv: there is no column 'id'"));
  EXPECT_THAT(refused("label;id\na;x\n"), HasSubstr("it says: label;id"));
  EXPECT_THAT(refused("label,id\na,x\na,b,x\n"), HasSubstr("a.csv: line 3: 3 cells, the header has 2"));
  EXPECT_THAT(refused("label,id,time_start\na,x,1\na,y,ten\n"),
              HasSubstr("a.csv: line 3: 'ten' in column 'time_start' is no time in seconds"));
  for (const auto* time : {"-1", "nan", "inf", "1e999", "1 s"})
    EXPECT_THAT(refused(std::string("label,id,time_end\na,x,") + time + "\n"), HasSubstr("in column 'time_end' is no time in seconds"))
        << time;
  EXPECT_THAT(refused("label,id,frames\na,x,-3\n"), HasSubstr("line 2: '-3' in column 'frames' is no number of frames"));
  EXPECT_THAT(refused("label,id,frames\na,x,1.5\n"), HasSubstr("is no number of frames"));
  EXPECT_THAT(refused("label,id\n,x\n"), HasSubstr("line 2: the cell of column 'label' is empty"));
  EXPECT_THAT(refused("label,youtube_id,id\na, ,x\n"), HasSubstr("line 2: the cell of column 'youtube_id' is empty"));
  EXPECT_THAT(refused("label,id\n\"a,x\n"), HasSubstr("line 2: a quote is opened and not closed"));
}

TEST(LabelCsv, WhatIsWrittenIsReadBack) {
  const test::Lists lists;
  const std::vector<ListedVideo> videos{{"hurling (sport)", "-_a", 38.0, 48.25, "hurling (sport)/-_a_000038_000048.mp4", 250},
                                        {"bird chirping, tweeting", "say \"x\"", {}, {}, "a b/c.avi", 0},
                                        {"caf\xE9", "two\nlines", 0.1, {}, "m", 1}};
  write_label_csv(lists / "train.csv", videos, "train");
  std::vector<Note> notes;
  EXPECT_EQ(read_label_csv(lists / "train.csv", &notes), videos);
  EXPECT_EQ(notes.size(), 1U) << "not UTF-8";
  EXPECT_THAT(
      read_file(lists / "train.csv"),
      testing::StartsWith("label,id,time_start,time_end,split,path,frames\nhurling (sport),-_a,38,48.25,train,hurling (sport)/-_a_000038"));
  EXPECT_TRUE(read("label,id\n").empty()) << "a split may be empty";
}

TEST(LabelCsv, FoldersCarryWholeSeconds) {
  EXPECT_EQ(folder_name({"a b", "x", 1.9, 1234567.0, "", 0}, true), "a b/x_000001_1234567");
  EXPECT_EQ(folder_name({"a b", "x", 1.9, 11.9, "", 0}, false), "a b/x");
  EXPECT_THAT(error_of([] { (void)folder_name({"a", "x", 1.0, {}, "", 0}, true); }), HasSubstr("the clip of 'x' has no times"));
}

}  // namespace
}  // namespace vbench::annotations
