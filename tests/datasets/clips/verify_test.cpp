// What `vbench data verify` and `info` say of a dataset, and of one thing that was damaged.
#include "tests/datasets/clips/fixture.hpp"

namespace vbench::clips {
namespace {

using test::SmallSet;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

TEST(Verify, OfACompleteDatasetFindsNothing) {
  SmallSet set;
  EXPECT_THAT(set.problems(true), IsEmpty()) << set.messages;
  EXPECT_EQ(set.report.listed, 12);
  EXPECT_EQ(set.report.checked, 12);
  EXPECT_THAT(set.report.facts, AllOf(Contains("classes: 4 (classes.txt)"), Contains("train1: 8 videos, 8 found, 0 missing"),
                                      Contains("val1: 48 frames"), Contains(HasSubstr("frames: folder "))));
  set.pack();
  EXPECT_THAT(set.problems(true), IsEmpty()) << set.messages;
  EXPECT_THAT(set.report.facts, Contains(HasSubstr("packed frame database")));
}

TEST(Verify, InfoOpensNoVideo) {
  SmallSet set;
  write_file_atomically(set.root / "jpg/jump/v0/frames.db", "");
  DataRequest request;
  request.root = set.spec.data_root;
  const DataReport report = dataset_entry(family_of("own-videos")).info(request);
  EXPECT_THAT(report.problems, IsEmpty());
  EXPECT_THAT(report.facts, Contains("val1: 4 videos, 4 found, 0 missing"));
  EXPECT_EQ(report.checked, 0);
}

TEST(Verify, NamesMissingVideosAndAllowsAShare) {
  SmallSet set;
  fs::remove_all(set.root / "jpg/jump/v2");
  EXPECT_THAT(set.problems(), ElementsAre("missing video"));
  EXPECT_THAT(set.messages, HasSubstr("val1 jump/v2"));
  EXPECT_THAT(set.problems(false, 0.25), ElementsAre("missing video (note)"));
}

TEST(Verify, NamesEveryVideoOfAClassWhoseFolderIsMissing) {
  SmallSet set;
  fs::remove_all(set.root / "jpg/jump");
  EXPECT_THAT(set.problems(), ElementsAre("missing video", "missing video", "missing video"));
  EXPECT_THAT(set.report.facts, AllOf(Contains("classes: 4 (classes.txt)"), Contains("train1: 8 videos, 6 found, 2 missing")));
}

TEST(Verify, NamesVideosThatCannotBeRead) {
  SmallSet set;
  test::run_sql(set.root / "jpg/jump/v0/frames.db", "UPDATE Images SET frames=x'ffd8ffe0' WHERE ObjId='v0/frame_00012'");
  fs::remove(set.root / "jpg/jump/v1/n_frames");
  write_file_atomically(set.root / "jpg/jump/v2/frames.db", "");
  EXPECT_THAT(set.problems(), ElementsAre("unreadable video", "unreadable video", "unreadable video"));
  EXPECT_THAT(set.messages, AllOf(HasSubstr("train1 jump/v0"), HasSubstr("n_frames: the file is missing"), HasSubstr("is empty")));
}

TEST(Verify, DecodesEveryFrameOnlyWhenAskedTo) {
  SmallSet set;
  test::run_sql(set.root / "jpg/jump/v0/frames.db", "UPDATE Images SET frames=x'ffd8ffe0' WHERE ObjId='v0/frame_00004'");
  EXPECT_THAT(set.problems(), IsEmpty()) << "neither first, middle nor last";
  EXPECT_THAT(set.problems(true), ElementsAre("unreadable video"));
}

TEST(Verify, ComparesTheListedNumberOfFrames) {
  SmallSet set;
  set.rows("train")[2].frames = 13;
  set.rows("train")[3].frames = SmallSet::kFrames;
  set.write_rows();
  EXPECT_THAT(set.problems(), ElementsAre("number of frames (note)")) << "a database knows better";
  EXPECT_THAT(set.messages, HasSubstr("13 are listed, 12 are there"));
  fs::remove_all(set.root / "jpg/jump/v0");
  test::write_video(set.root / "jpg/jump/v0.avi", SmallSet::kFrames);
  EXPECT_THAT(set.problems(), ElementsAre("number of frames")) << "a video file is believed to have them";
}

TEST(Verify, ChecksTheRows) {
  SmallSet set;
  set.rows("train")[0].label = "jumq";
  set.rows("train")[1].id = "../v1";
  set.rows("val").push_back(SmallSet::row("jump", "v2"));
  set.rows("val").push_back(SmallSet::row("jump", "v0"));
  auto other = SmallSet::row(test::small_classes()[0], "x");
  other.media = "jump/v2";
  set.rows("val").push_back(other);
  set.write_rows();
  EXPECT_THAT(set.problems(), UnorderedElementsAre("unknown label", "name leads out of the folder", "row twice (note)",
                                                   "video twice (note)", "video with two labels", "in both splits"))
      << set.messages;
}

TEST(Verify, MentionsNamesThatAreNotUtf8) {
  SmallSet set;
  (void)set.problems();
  EXPECT_THAT(set.report.problems, Contains(::testing::Field(&DataProblem::kind, "not UTF-8")));
}

TEST(Verify, MentionsMarksOfOtherSystems) {
  SmallSet set;
  set.write_csv("val", "\xEF\xBB\xBFlabel,id\r\njump,v2\r\n");
  const auto kinds = set.problems();
  EXPECT_GE(kinds.size(), 2U) << set.messages;
  for (const auto& kind : kinds) EXPECT_THAT(kind, HasSubstr("(note)"));
}

TEST(Verify, LooksAtOneSplitWhereTheOtherCannotBeRead) {
  SmallSet set;
  set.write_csv("train", "label\njump\n");
  EXPECT_THAT(set.problems(), Contains("unreadable file"));
  EXPECT_THAT(set.report.facts, Contains(HasSubstr("val1: 4 videos")));
}

TEST(Verify, LooksAtOneSplitWhereTheOtherIsMissing) {
  SmallSet set;
  fs::remove(set.root / "labels/train.csv");
  EXPECT_THAT(set.problems(), Contains("unreadable file"));
  EXPECT_THAT(set.messages, HasSubstr("train.csv is missing"));
  EXPECT_THAT(set.report.facts, Contains(HasSubstr("val1: 4 videos, 4 found")));
}

TEST(Verify, ComparesCountsWithTheOfficialOnes) {
  SmallSet set;
  fs::rename(set.root, set.root.parent_path() / "ucf101");
  set.spec.dataset = "ucf101";
  std::vector<std::string> kinds = set.problems();
  std::erase_if(kinds, [](const std::string& kind) { return kind != "other than official (note)"; });
  EXPECT_EQ(kinds.size(), 3) << "classes, train1 and val1";
  EXPECT_THAT(set.messages, HasSubstr("8 are listed, the official number is 9537"));
}

TEST(Verify, OfAFoldThatThereIsNotIsAMistakeOfTheUsers) {
  DataRequest request;
  request.settings = {"data.fold=4"};
  EXPECT_THAT(test::error_of([&] { (void)dataset_entry(family_of("ucf101")).verify(request); }), HasSubstr("3 official splits"));
}

TEST(Verify, SaysWhatToPutWhereNothingIs) {
  SmallSet set;
  fs::remove_all(set.root);
  EXPECT_THAT(set.problems(), Contains("missing file"));
  EXPECT_THAT(set.messages, AllOf(HasSubstr("labels/train.csv"), HasSubstr("frames.db, jpg/ or videos/")));
}

}  // namespace
}  // namespace vbench::clips
