#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/datasets/annotations/lists_on_disk.hpp"

namespace vbench::annotations {
namespace {

using test::any_fatal;
using test::error_of;
using test::media;
using test::messages;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Names = std::vector<std::string>;

// UCF-101

struct Ucf : test::Lists {
  Ucf() {
    write("ucfTrainTestlist/classInd.txt", "1 JumpingJack\r\n2 JumpRope\r\n3 HandstandPushups\r\n");
    write("ucfTrainTestlist/trainlist01.txt",
          "JumpingJack/v_JumpingJack_g08_c01.avi 1\r\nJumpRope/v_JumpRope_g08_c01.avi 2\r\n"
          "HandstandPushups/v_HandStandPushups_g08_c01.avi 3\r\n");
    write("ucfTrainTestlist/testlist01.txt",
          "JumpingJack/v_JumpingJack_g01_c01.avi\r\nHandstandPushups/v_HandStandPushups_g01_c02.avi\r\n");
  }
};

TEST(Ucf101, ClassesAreThoseOfTheFoldersInTheOrderOfTheirNumbers) {
  const Ucf lists;
  const auto read = read_ucf101(lists.path());
  EXPECT_EQ(read.classes, (Names{"JumpingJack", "JumpRope", "HandstandPushups"}));
  EXPECT_EQ(read.splits.at("train1").at(2),
            (ListedVideo{"HandstandPushups", "v_HandStandPushups_g08_c01", {}, {}, "HandstandPushups/v_HandStandPushups_g08_c01.avi", 0}));
  EXPECT_EQ(read.splits.at("val1").at(1).label, "HandstandPushups");
  EXPECT_FALSE(any_fatal(read.notes));
  EXPECT_EQ(read_ucf101(lists / "ucfTrainTestlist").splits, read.splits) << "the folder of the lists itself";
}

TEST(Ucf101, OtherCountsAreNotedWithBothFigures) {
  const auto read = read_ucf101(Ucf().path());
  EXPECT_THAT(messages(read.notes, "number of classes"), ElementsAre("3 classes, officially 101"));
  EXPECT_THAT(messages(read.notes, "number of rows"), ElementsAre("3 rows, officially 9537", "2 rows, officially 3783"));
  EXPECT_EQ(messages(read.notes, "missing split").size(), 4U);
  EXPECT_THAT(messages(read.notes, "class without videos"), ElementsAre("the split 'val1' has no video of it"));
  EXPECT_EQ(messages(read.notes, "carriage returns").size(), 3U);
}

TEST(Ucf101, ListsOfAnotherDatasetInItsFormAreCheckedButForItsCounts) {
  const Ucf lists;
  const auto read = read_lists_like_ucf101(lists.path());
  EXPECT_EQ(read.splits, read_ucf101(lists.path()).splits);
  for (const char* kind : {"number of classes", "number of rows", "missing split"}) EXPECT_THAT(messages(read.notes, kind), IsEmpty());
  EXPECT_THAT(messages(read.notes, "class without videos"), ElementsAre("the split 'val1' has no video of it"));
}

TEST(Ucf101, ContradictionsAreFatalNotes) {
  const Ucf lists;
  lists.write("ucfTrainTestlist/trainlist01.txt",
              "JumpingJack/v_JumpingJack_g01_c03.avi 1\nJumpRope/v_JumpRope_g08_c01.avi 3\nJumpRope/v_JumpRope_g08_c01.avi 2\n");
  lists.write("ucfTrainTestlist/testlist01.txt", "JumpingJack/v_JumpingJack_g01_c01.avi\nJumpRope/v_JumpRope_g08_c01.avi\n");
  const auto notes = read_ucf101(lists.path()).notes;
  EXPECT_THAT(messages(notes, "wrong number of a class"), ElementsAre("'JumpRope' has the number 3, classInd.txt gives it 2"));
  EXPECT_THAT(messages(notes, "row twice"), ElementsAre("the split 'train1' lists it twice"));
  EXPECT_THAT(messages(notes, "in two splits"), ElementsAre("the splits 'train1' and 'val1' list it"));
  const auto groups = test::notes_of(notes, "group in two splits");
  ASSERT_EQ(groups.size(), 2U);
  EXPECT_EQ(groups[0].item, "JumpingJack g01");
  for (const auto* kind : {"wrong number of a class", "in two splits", "group in two splits"})
    EXPECT_TRUE(test::notes_of(notes, kind).at(0).fatal) << kind;
  EXPECT_FALSE(test::notes_of(notes, "row twice").at(0).fatal);
}

TEST(Ucf101, FoldsDoNotDisturbEachOther) {
  const Ucf lists;
  lists.write("ucfTrainTestlist/trainlist02.txt", "JumpingJack/v_JumpingJack_g01_c01.avi 1\n");
  EXPECT_FALSE(any_fatal(read_ucf101(lists.path()).notes)) << "a test clip of one fold trains in another";
}

TEST(Ucf101, BadLinesAreNamed) {
  const Ucf lists;
  const auto error = [&](const std::string& name, const std::string& text) {
    lists.write("ucfTrainTestlist/" + name, text);
    return error_of([&] { (void)read_ucf101(lists.path()); });
  };
  EXPECT_THAT(error("trainlist01.txt", "JumpingJack/a.avi 1\nJumpingJack/b.avi\n"),
              HasSubstr("trainlist01.txt: line 2: 'JumpingJack/b.avi' is not '<class>/<video> <number of the class>'"));
  EXPECT_THAT(error("trainlist01.txt", "JumpngJack/a.avi 1\n"),
              HasSubstr("line 1: 'JumpngJack' is not in the class list; did you mean 'JumpingJack'"));
  EXPECT_THAT(error("trainlist01.txt", "a.avi 1\n"), HasSubstr("'a.avi 1' is not '<class>/<video>'"));
  EXPECT_THAT(error("classInd.txt", "1 a\n3 b\n"), HasSubstr("classInd.txt: the class with the number 2 is missing, the next one is 3"));
  EXPECT_THAT(error("classInd.txt", "0 a\n"), HasSubstr("the class with the number 1 is missing, the next one is 0"));
  EXPECT_THAT(error("classInd.txt", "1 a\n1 b\n"), HasSubstr("line 2: 'b' has the number 1, which is that of 'a'"));
  EXPECT_THAT(error("classInd.txt", "a\n"), HasSubstr("line 1: 'a' is not '<number> <class>'"));
  EXPECT_THAT(error_of([&] { (void)read_ucf101(lists / "none"); }), HasSubstr("expected classInd.txt, trainlist01.txt"));
}

// HMDB-51

TEST(Hmdb51, CodesTellTrainingTestAndUnused) {
  const test::Lists lists;
  lists.write("testTrainMulti_7030_splits/wave_test_split1.txt", "a.b!_&(x)_wave_0.avi 1 \nc_wave_0.avi 0 \nd_wave_0.avi 2 \n");
  lists.write("testTrainMulti_7030_splits/brush_hair_test_split1.txt", "e_0.avi 2\n");
  lists.write("testTrainMulti_7030_splits/wave_test_split2.txt", "d_wave_0.avi 1\n");
  const auto read = read_hmdb51(lists.path());
  EXPECT_EQ(read.classes, (Names{"brush_hair", "wave"}));
  EXPECT_THAT(read.splits.at("train1"), ElementsAre(ListedVideo{"wave", "a.b!_&(x)_wave_0", {}, {}, "wave/a.b!_&(x)_wave_0.avi", 0}));
  EXPECT_THAT(media(read.splits.at("val1")), ElementsAre("brush_hair/e_0.avi", "wave/d_wave_0.avi"));
  EXPECT_THAT(messages(read.notes, "number of rows of a class"), Contains("1 rows for training and 1 for the test, officially 70 and 30"));
  const auto missing = test::notes_of(read.notes, "missing list");
  ASSERT_EQ(missing.size(), 1U);
  EXPECT_EQ(missing[0].item, "brush_hair_test_split2.txt");
  EXPECT_TRUE(missing[0].fatal);
  EXPECT_THAT(messages(read.notes, "number of classes"), ElementsAre("2 classes, officially 51"));
}

TEST(Hmdb51, BadLinesAreNamed) {
  const test::Lists lists;
  lists.write("wave_test_split1.txt", "a.avi 1\nb.avi 3\n");
  EXPECT_THAT(error_of([&] { (void)read_hmdb51(lists.path()); }),
              HasSubstr("wave_test_split1.txt: line 2: the code 3 means nothing; 1 is training, 2 test, 0 unused"));
  lists.write("wave_test_split1.txt", "a.avi\n");
  EXPECT_THAT(error_of([&] { (void)read_hmdb51(lists.path()); }), HasSubstr("line 1: 'a.avi' is not '<video> <0, 1 or 2>'"));
  EXPECT_THAT(error_of([&] { (void)read_hmdb51(lists / "none"); }), HasSubstr("expected brush_hair_test_split1.txt"));
}

// Kinetics

TEST(Kinetics, LabelFilesOfAnyNameAndOrderOfColumnsAreRead) {
  const test::Lists lists;
  lists.write(
      "train.csv",
      "label,youtube_id,time_start,time_end,split\n\"hurling (sport)\",-_aaaaaaaaa,38,48,train\nair drumming,bbbbbbbbbbb,1.0,11.0,train\n");
  lists.write("validate.csv", "split,is_cc,time_end,time_start,label,youtube_id\nvalidate,0,12,2,air drumming,ccccccccccc\n");
  lists.write("kinetics-400_test.csv", "youtube_id,time_start,time_end,split\nddddddddddd,0,10,test\n");
  const auto read = read_kinetics(400, lists.path());
  EXPECT_EQ(read.classes, (Names{"air drumming", "hurling (sport)"}));
  EXPECT_EQ(read.splits.at("train").at(0),
            (ListedVideo{"hurling (sport)", "-_aaaaaaaaa", 38.0, 48.0, "hurling (sport)/-_aaaaaaaaa_000038_000048.mp4", 0}));
  EXPECT_THAT(media(read.splits.at("val")), ElementsAre("air drumming/ccccccccccc_000002_000012.mp4"));
  EXPECT_EQ(read.splits.at("test").at(0), (ListedVideo{"", "ddddddddddd", 0.0, 10.0, "ddddddddddd_000000_000010.mp4", 0}));
  const auto classes = test::notes_of(read.notes, "number of classes");
  ASSERT_EQ(classes.size(), 1U);
  EXPECT_TRUE(classes[0].fatal) << "indices follow from the labels";
  EXPECT_EQ(read_kinetics(700, lists.path()).splits.count("test"), 0U) << "the test file names another set";
}

TEST(Kinetics, ClipsAreToldByIdAndStart) {
  const test::Lists lists;
  lists.write(
      "kinetics-600_train.csv",
      "label,youtube_id,time_start,time_end,split\na,xxxxxxxxxxx,1,11,train\na,xxxxxxxxxxx,21,31,train\nb,yyyyyyyyyyy,1,11,train\n");
  lists.write("kinetics-600_val.csv",
              "label,youtube_id,time_start,time_end,split\nb,xxxxxxxxxxx,1,11,val\nb,zzzzzzzzzzz,1,11,val\na,zzzzzzzzzzz,1,11,val\nb,short,"
              "9,9,val\n");
  const auto notes = read_kinetics(600, lists.path()).notes;
  EXPECT_THAT(messages(notes, "row twice"), IsEmpty());
  EXPECT_THAT(messages(notes, "two labels"), ElementsAre("the split 'val' lists it as 'b' and as 'a'"));
  const auto across = test::notes_of(notes, "in two splits");
  ASSERT_EQ(across.size(), 1U);
  EXPECT_EQ(across[0].item, "xxxxxxxxxxx at 1 s");
  EXPECT_FALSE(across[0].fatal) << "known of these lists";
  EXPECT_EQ(messages(notes, "id of another length").size(), 1U);
  EXPECT_EQ(messages(notes, "times out of order").size(), 1U);
}

TEST(Kinetics, ListsThatMayBeMixedUpAreNoted) {
  const test::Lists lists;
  lists.write("kinetics-400_train.csv", "label,youtube_id,time_start,time_end,split\na,xxxxxxxxxxx,1,11,val\n");
  lists.write("train.csv", "label,youtube_id,time_start,time_end,split\n");
  const auto notes = read_kinetics(400, lists.path()).notes;
  EXPECT_THAT(messages(notes, "rows of another split"), ElementsAre("line 2 belongs to 'val'"));
  EXPECT_THAT(messages(notes, "list not read"), ElementsAre(HasSubstr("kinetics-400_train.csv' is read instead")));
}

TEST(Kinetics, TheMiniSetTakesLabelsFromTheLargeOne) {
  const test::Lists lists;
  lists.write("mini/train_ytid_list.txt", "aaaaaaaaaaa\nnoneeeeeeee\n");
  lists.write("mini/val_ytid_list.txt", "bbbbbbbbbbb\n");
  EXPECT_THAT(error_of([&] { (void)read_kinetics(200, lists / "mini"); }), HasSubstr("the label files of Kinetics-400 are missing"));
  lists.write("kinetics-400/kinetics-400_val.csv",
              "label,youtube_id,time_start,time_end,split\nx,bbbbbbbbbbb,1,11,val\ny,ccccccccccc,1,11,val\n");
  const auto half = read_kinetics(200, lists / "mini");
  EXPECT_EQ(half.splits.size(), 1U);
  EXPECT_THAT(messages(half.notes, "missing list"), ElementsAre("without it, the ids of the split 'train' have no labels"));
  lists.write("kinetics-400/kinetics-400_train.csv", "label,youtube_id,time_start,time_end,split\nw,aaaaaaaaaaa,5,15,train\n");
  const auto read = read_kinetics(200, lists / "mini");
  EXPECT_EQ(read.classes, (Names{"w", "x"})) << "those of the mini set alone";
  EXPECT_THAT(media(read.splits.at("train")), ElementsAre("w/aaaaaaaaaaa_000005_000015.mp4"));
  EXPECT_THAT(test::notes_of(read.notes, "id without label").at(0).item, "noneeeeeeee");
}

TEST(Kinetics, BadListsAreNamed) {
  const test::Lists lists;
  EXPECT_THAT(error_of([&] { (void)read_kinetics(500, lists.path()); }),
              HasSubstr("there is no Kinetics of 500 classes; known: 200, 400, 600, 700"));
  EXPECT_THAT(error_of([&] { (void)read_kinetics(700, lists.path()); }),
              HasSubstr("expected kinetics-700_train.csv and kinetics-700_val.csv"));
  EXPECT_THAT(error_of([&] { (void)read_kinetics(200, lists.path()); }), HasSubstr("expected train_ytid_list.txt"));
  const auto error = [&](const std::string& text) {
    lists.write("val.csv", text);
    return error_of([&] { (void)read_kinetics(400, lists.path()); });
  };
  EXPECT_THAT(error("youtube_id,time_start,time_end\n"), HasSubstr("there is no column 'label'"));
  EXPECT_THAT(error("label,youtube_id,time_start\n"), HasSubstr("there is no column 'time_end'"));
  EXPECT_THAT(error("label,youtube_id,time_start,time_end\na,xxxxxxxxxxx,1,\n"), HasSubstr("val.csv: line 2: the clip has no times"));
  EXPECT_THAT(error("label,youtube_id,time_start,time_end\n,xxxxxxxxxxx,1,11\n"), HasSubstr("line 2: the cell of column 'label' is empty"));
  lists.remove("val.csv");
  lists.write("test.csv", "youtube_id,time_start,time_end\nxxxxxxxxxxx,1,11\n");
  EXPECT_THAT(error_of([&] { (void)read_kinetics(400, lists.path()); }), HasSubstr("no list tells labels"));
}

// Moments in Time

TEST(Moments, TheOrderOfClassesIsThatOfTheFileBeside) {
  const test::Lists lists;
  lists.write("moments_categories.txt", "dropping,1\nclapping,0\nadult+male+speaking,2\n");
  lists.write("trainingSet.csv", "dropping/yt-5of6ffo6-Bw_205.mp4,dropping,3,0\nclapping/a.b_1.mp4,dropping,3,0\n");
  lists.write("validationSet.csv", "x.mp4,adult+male+speaking,3,0\n");
  const auto read = read_moments(lists.path());
  EXPECT_EQ(read.classes, (Names{"clapping", "dropping", "adult+male+speaking"}));
  EXPECT_EQ(read.splits.at("train").at(0),
            (ListedVideo{"dropping", "yt-5of6ffo6-Bw_205", {}, {}, "training/dropping/yt-5of6ffo6-Bw_205.mp4", 0}));
  EXPECT_THAT(media(read.splits.at("val")), ElementsAre("validation/adult+male+speaking/x.mp4"));
  EXPECT_EQ(messages(read.notes, "label unlike the folder").size(), 1U);
  EXPECT_THAT(messages(read.notes, "number of rows"), ElementsAre("2 rows, officially 802264", "1 rows, officially 33900"));
}

TEST(Moments, TheSecondVersionHasOtherCounts) {
  const test::Lists lists;
  std::string categories;
  for (int i = 0; i < 305; ++i) categories += fmt::format("class{0},{0}\n", i);
  lists.write("moments_categories.txt", categories);
  lists.write("validationSet.csv", "class3/x.mp4,class3,3,0\n");
  const auto notes = read_moments(lists.path()).notes;
  EXPECT_THAT(messages(notes, "number of classes"), IsEmpty());
  EXPECT_THAT(messages(notes, "number of rows"), IsEmpty());
  EXPECT_THAT(messages(notes, "missing split"), ElementsAre("there is no list of the split 'train'"));
}

TEST(Moments, BadLinesAreNamed) {
  const test::Lists lists;
  const auto error = [&](const std::string& name, const std::string& text) {
    lists.write(name, text);
    return error_of([&] { (void)read_moments(lists.path()); });
  };
  EXPECT_THAT(error("trainingSet.csv", "a/x.mp4,a,1,0\n"),
              HasSubstr("expected moments_categories.txt, trainingSet.csv and validationSet.csv"));
  EXPECT_THAT(error("moments_categories.txt", "b,0\n"), HasSubstr("trainingSet.csv: line 1: 'a' is not in the class list"));
  EXPECT_THAT(error("trainingSet.csv", "b/x.mp4\n"), HasSubstr("line 1: 1 cells, expected file,label,positive,negative"));
  EXPECT_THAT(error("moments_categories.txt", "b,one\n"), HasSubstr("line 1: 'b,one' is not '<class>,<index>'"));
  EXPECT_THAT(error("moments_categories.txt", "a,0\nb,2\n"), HasSubstr("the class with the number 1 is missing"));
}

// HACS

constexpr const char* kHacs =
    "classname,youtube_id,subset,start,end,label\n"
    "Applying sunscreen,xxxxxxxxxxx,training,12.3,14.3,1\nApplying sunscreen,xxxxxxxxxxx,training,20.0,22.0,-1\n"
    "Arm wrestling,xxxxxxxxxxx,validation,30.0,32.0,1\n,yyyyyyyyyyy,testing,1.0,3.0,\n";

TEST(Hacs, PositiveClipsAreKept) {
  const test::Lists lists;
  lists.write("HACS_clips_v1.1.csv", kHacs);
  const auto read = read_hacs(lists.path());
  EXPECT_EQ(read.classes, (Names{"Applying sunscreen", "Arm wrestling"}));
  EXPECT_THAT(read.splits.at("train"),
              ElementsAre(ListedVideo{"Applying sunscreen", "xxxxxxxxxxx", 12.3, 14.3, "Applying sunscreen/xxxxxxxxxxx_000012_000014", 0}));
  EXPECT_EQ(read.splits.at("val").at(0).label, "Arm wrestling");
  EXPECT_EQ(read.splits.at("test").at(0), (ListedVideo{"", "yyyyyyyyyyy", 1.0, 3.0, "yyyyyyyyyyy_000001_000003", 0}));
  EXPECT_THAT(messages(read.notes, "negative clips"), ElementsAre("1 rows say what a clip does not show; they are left out"));
  EXPECT_THAT(messages(read.notes, "number of classes"), ElementsAre("2 classes, officially 200"));
  EXPECT_THAT(messages(read.notes, "in two splits"), IsEmpty()) << "a video may give clips to both";
}

TEST(Hacs, BadRowsAreNamed) {
  const test::Lists lists;
  const auto error = [&](const std::string& row) {
    lists.write("HACS_clips_v1.1.1.csv", "classname,youtube_id,subset,start,end,label\n" + row + "\n");
    return error_of([&] { (void)read_hacs(lists.path()); });
  };
  EXPECT_THAT(error("a,x,train,1,3,1"),
              HasSubstr("HACS_clips_v1.1.1.csv: line 2: 'train' is no subset; known: training, validation, testing"));
  EXPECT_THAT(error("a,x,training,1,3,2"), HasSubstr("line 2: '2' in column 'label' is neither 1 nor -1"));
  EXPECT_THAT(error("a,x,training,1,3,"), HasSubstr("'' in column 'label' is neither 1 nor -1"));
  EXPECT_THAT(error(",x,training,1,3,1"), HasSubstr("the cell of column 'classname' is empty"));
  EXPECT_THAT(error("a,x,training,,3,1"), HasSubstr("the clip has no times"));
  EXPECT_THAT(error("a,x,training,1,3,-1"), HasSubstr("the list has no positive clip with a class"));
  lists.remove("HACS_clips_v1.1.1.csv");
  EXPECT_THAT(error_of([&] { (void)read_hacs(lists.path()); }), HasSubstr("expected HACS_clips_v1.1.1.csv"));
}

// Diving-48

struct Diving : test::Lists {
  Diving() {
    write("Diving48_vocab.json", R"([["Back","15som","05Twis","FREE"],["Back","15som","15Twis","FREE"]])");
    write("Diving48_V2_train.json", R"([{"vid_name": "-mmq0PT-u8k_00155", "label": 1, "start_frame": 0, "end_frame": 48}])");
    write("Diving48_V2_test.json", R"([{"vid_name": "a_1", "label": 0}])");
  }
};

TEST(Diving48, LabelsArePlacesInTheVocabulary) {
  const Diving lists;
  const auto read = read_diving48(lists.path());
  EXPECT_EQ(read.classes, (Names{"Back+15som+05Twis+FREE", "Back+15som+15Twis+FREE"}));
  EXPECT_THAT(read.splits.at("train"),
              ElementsAre(ListedVideo{"Back+15som+15Twis+FREE", "-mmq0PT-u8k_00155", {}, {}, "rgb/-mmq0PT-u8k_00155.mp4", 48}));
  EXPECT_EQ(read.splits.at("val").at(0).frames, 0);
  EXPECT_THAT(messages(read.notes, "version 1"), IsEmpty());
}

TEST(Diving48, TheFirstVersionIsReadWithAWarningAndNeverMixedIn) {
  const Diving lists;
  lists.write("Diving48_test.json", R"([{"vid_name": "b_1", "label": 0}])");
  EXPECT_THAT(media(read_diving48(lists.path()).splits.at("val")), ElementsAre("rgb/a_1.mp4"));
  lists.remove("Diving48_V2_test.json");
  EXPECT_EQ(read_diving48(lists.path()).splits.count("val"), 0U);
  lists.remove("Diving48_V2_train.json");
  const auto first = read_diving48(lists.path());
  EXPECT_THAT(media(first.splits.at("val")), ElementsAre("rgb/b_1.mp4"));
  EXPECT_THAT(messages(first.notes, "version 1"), ElementsAre(HasSubstr("not comparable")));
  EXPECT_THAT(messages(first.notes, "number of rows"), ElementsAre("1 rows, officially 2096"));
}

TEST(Diving48, BadEntriesAreNamed) {
  const Diving lists;
  const auto error = [&](const std::string& name, const std::string& text) {
    lists.write(name, text);
    return error_of([&] { (void)read_diving48(lists.path()); });
  };
  EXPECT_THAT(error("Diving48_V2_test.json", R"([{"vid_name": "a", "label": 0}, {"vid_name": "b", "label": 2}])"),
              HasSubstr("Diving48_V2_test.json: entry 1: the label 2 is not in the vocabulary of 2 classes"));
  EXPECT_THAT(error("Diving48_V2_test.json", R"([{"vid_name": "a"}])"), HasSubstr("entry 0: the entry has no 'vid_name' or no 'label'"));
  EXPECT_THAT(error("Diving48_V2_test.json", R"([{"vid_name": "a", "label": "0"}])"), HasSubstr("the field 'label' is no number from 0"));
  EXPECT_THAT(error("Diving48_V2_test.json", R"(["a"])"), HasSubstr("entry 0: the entry has no"));
  EXPECT_THAT(error("Diving48_V2_test.json", R"({"a": 1})"), HasSubstr("does not hold a JSON array"));
  EXPECT_THAT(error("Diving48_vocab.json", R"([["a"], "b"])"), HasSubstr("Diving48_vocab.json: entry 1: a class is no list of words"));
  EXPECT_THAT(error_of([&] { (void)read_diving48(lists / "none"); }), HasSubstr("there is no such folder; expected Diving48_vocab.json"));
}

}  // namespace
}  // namespace vbench::annotations
