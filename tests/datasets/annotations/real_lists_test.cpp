// The official lists as they are distributed: counts, classes, and that the derived lists of other projects say the same.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "tests/datasets/annotations/lists_on_disk.hpp"

namespace vbench::annotations {
namespace {

namespace fs = std::filesystem;
using test::any_fatal;
using test::messages;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class RealLists : public testing::Test {
 protected:
  void SetUp() override {
    if (!fs::exists(root() / "ucf101")) GTEST_SKIP() << "no lists below " << root();
  }
  static fs::path root() { return test::real_data_root(); }
  static std::vector<std::string> labels(const std::string& name, const std::string& version = "") {
    return read_classes(root() / "labels" / fmt::format("{}_label_map{}.txt", name, version)).names();
  }

  /// Media and labels, whatever the order of the rows.
  static std::set<std::pair<std::string, std::string>> rows(const std::vector<ListedVideo>& videos) {
    std::set<std::pair<std::string, std::string>> found;
    for (const auto& video : videos) found.emplace(video.media, video.label);
    return found;
  }
};

TEST_F(RealLists, Ucf101HasItsOfficialCountsAndNothingOdd) {
  const auto read = read_ucf101(root() / "ucf101");
  EXPECT_EQ(read.classes, labels("ucf101"));
  EXPECT_EQ(read.classes.at(46), "JumpingJack") << "sorted without regard to case";
  EXPECT_EQ(read.splits.size(), 6U);
  EXPECT_EQ(read.splits.at("train1").size(), 9537U);
  EXPECT_EQ(read.splits.at("val1").size(), 3783U);
  EXPECT_EQ(read.notes.size(), 7U);
  EXPECT_EQ(messages(read.notes, "carriage returns").size(), 7U) << "of seven files, and there are no other notes: all checks pass";
}

TEST_F(RealLists, EveryVideoOfUcf101IsInOneListOfEachSplit) {
  const auto read = read_ucf101(root() / "ucf101");
  std::set<std::string> all;
  for (const auto& [split, videos] : read.splits) {
    for (const auto& video : videos) all.insert(video.media);
  }
  EXPECT_EQ(all.size(), 13320U);
  for (int fold = 1; fold <= 3; ++fold)
    EXPECT_EQ(read.splits.at(fmt::format("train{}", fold)).size() + read.splits.at(fmt::format("val{}", fold)).size(), all.size());
}

TEST_F(RealLists, TheRealMiniSetIsReadAsUcf101WithItsOwnCounts) {
  const fs::path folder = root() / "realvideo-mini";
  const auto read = read_ucf101(folder);
  EXPECT_EQ(read.classes.size(), 7U);
  EXPECT_EQ(read.splits.at("train1").size(), 110U);
  EXPECT_EQ(read.splits.at("val1").size(), 50U);
  EXPECT_EQ(read.splits.at("train3").size() + read.splits.at("val3").size(), 160U);
  EXPECT_THAT(messages(read.notes, "number of classes"), ElementsAre("7 classes, officially 101"));
  EXPECT_FALSE(any_fatal(read.notes));
  for (const auto& video : read.splits.at("val2")) EXPECT_TRUE(fs::exists(folder / "UCF-101" / video.media)) << video.media;
}

TEST_F(RealLists, Hmdb51HasSeventyAndThirtyVideosOfEveryClass) {
  const auto read = read_hmdb51(root() / "hmdb51");
  EXPECT_EQ(read.classes, labels("hmdb51"));
  for (int fold = 1; fold <= 3; ++fold) {
    EXPECT_EQ(read.splits.at(fmt::format("train{}", fold)).size(), 3570U);
    EXPECT_EQ(read.splits.at(fmt::format("val{}", fold)).size(), 1530U);
  }
  EXPECT_THAT(read.notes, IsEmpty());
}

TEST_F(RealLists, TheOriginalsListsOfUcf101AndHmdb51SayTheSame) {
  const auto compare = [](const Annotations& official, const Annotations& derived) {
    EXPECT_EQ(derived.classes, official.classes);
    ASSERT_EQ(derived.splits.size(), 6U);
    for (const auto& [split, videos] : official.splits) {
      EXPECT_EQ(derived.splits.at(split).size(), videos.size()) << split;
      EXPECT_EQ(rows(derived.splits.at(split)), rows(videos)) << split;
    }
    EXPECT_FALSE(any_fatal(derived.notes));
    EXPECT_THAT(messages(derived.notes, "rows not numbered"), IsEmpty());
  };
  compare(read_ucf101(root() / "ucf101"), read_numbered_lists(root() / "srtg" / "ucf101_splits"));
  compare(read_hmdb51(root() / "hmdb51"), read_numbered_lists(root() / "srtg" / "hmdb51_splits"));
}

TEST_F(RealLists, Kinetics400AndTheOriginalsListOfItAgree) {
  const test::Lists lists;
  fs::copy(root() / "kinetics" / "kinetics-400_val.csv", lists / "kinetics-400_val.csv");
  fs::copy(root() / "kinetics" / "kinetics-400_test_first2000.csv", lists / "kinetics-400_test.csv");
  const auto read = read_kinetics(400, lists.path());
  EXPECT_EQ(read.classes, labels("kinetics", "_k400"));
  ASSERT_EQ(read.splits.at("val").size(), 19906U);
  EXPECT_EQ(read.splits.at("test").size(), 2000U);
  EXPECT_THAT(messages(read.notes, "number of rows"), ElementsAre("2000 rows, officially 40000", "19906 rows, officially 20000"));
  EXPECT_FALSE(any_fatal(read.notes));

  const auto derived = read_numbered_lists(root() / "srtg" / "kinetics400");
  ASSERT_EQ(derived.splits.at("val").size(), 19906U);
  EXPECT_EQ(derived.classes.size(), 400U);
  std::map<std::string, const ListedVideo*> by_id;
  for (const auto& video : derived.splits.at("val")) by_id[video.id] = &video;
  for (const auto& video : read.splits.at("val")) {
    const auto* other = by_id.at(video.id);
    ASSERT_TRUE(other->start == video.start && other->end == video.end) << video.id;
    ASSERT_EQ(other->label, [&] {
      std::string underscored = video.label;
      std::replace(underscored.begin(), underscored.end(), ' ', '_');
      return underscored;
    }());
  }
}

TEST_F(RealLists, Kinetics600HasSixVideosWithTwoClips) {
  const test::Lists lists;
  fs::copy(root() / "kinetics" / "kinetics-600_val.csv", lists / "kinetics-600_val.csv");
  const auto read = read_kinetics(600, lists.path());
  EXPECT_EQ(read.classes, labels("kinetics", "_k600"));
  const auto& val = read.splits.at("val");
  std::set<std::string> ids, clips;
  for (const auto& video : val) {
    ids.insert(video.id);
    clips.insert(video.media);
  }
  EXPECT_EQ(val.size(), 30000U);
  EXPECT_EQ(ids.size(), 29994U);
  EXPECT_EQ(clips.size(), 30000U);
  EXPECT_EQ(read.notes.size(), 2U) << "the missing lists of train and test, nothing else";
}

TEST_F(RealLists, MiniKineticsFindsItsLabelsInKinetics400) {
  const test::Lists lists;
  for (const auto* name : {"mini-kinetics-200_train_ytid_list.txt", "mini-kinetics-200_val_ytid_list.txt", "kinetics-400_val.csv"})
    fs::copy(root() / "kinetics" / name, lists / name);
  const auto read = read_kinetics(200, lists.path());
  EXPECT_EQ(read.classes, read_classes(root() / "kinetics/mini-kinetics-200_classes.txt").names());
  std::map<std::string, int> of_class;
  for (const auto& video : read.splits.at("val")) ++of_class[video.label];
  EXPECT_EQ(read.splits.at("val").size(), 5000U);
  for (const auto& [label, count] : of_class) EXPECT_EQ(count, 25) << label;
  EXPECT_THAT(messages(read.notes, "id without label"), IsEmpty());
  EXPECT_FALSE(any_fatal(read.notes));
}

TEST_F(RealLists, Diving48HasItsOfficialCounts) {
  const auto read = read_diving48(root() / "diving48");
  EXPECT_EQ(read.classes, labels("diving48"));
  EXPECT_EQ(read.splits.at("train").size(), 15027U);
  EXPECT_EQ(read.splits.at("val").size(), 1970U);
  int64_t least = 1000, most = 0;
  for (const auto& [split, videos] : read.splits) {
    for (const auto& video : videos) {
      least = std::min(least, video.frames);
      most = std::max(most, video.frames);
      EXPECT_NE(video.label, read.classes[30]);
    }
  }
  EXPECT_EQ(least, 24);
  EXPECT_EQ(most, 822);
  for (const auto& note : read.notes) EXPECT_EQ(note.kind, "class without videos") << note.message;
}

TEST_F(RealLists, MomentsTakesEitherOfficialOrderOfClasses) {
  for (const auto& [name, first] : {std::pair("category_momentsv1.txt", "praying"), std::pair("category_momentsv2.txt", "dropping")}) {
    const auto classes = read_classes(root() / "moments-in-time" / name);
    const test::Lists lists;
    std::string categories;
    for (int64_t i = 0; i < classes.size(); ++i) categories += fmt::format("{},{}\n", classes.names()[static_cast<size_t>(i)], i);
    lists.write("moments_categories.txt", categories);
    lists.write("validationSet.csv", "clapping/a.mp4,clapping,3,0\n");
    const auto read = read_moments(lists.path());
    EXPECT_EQ(read.classes.at(1), first);
    EXPECT_THAT(messages(read.notes, "number of classes"), IsEmpty()) << name;
  }
}

TEST_F(RealLists, EveryClassListIsRead) {
  int64_t lists = 0;
  for (const auto& entry : fs::directory_iterator(root() / "labels")) {
    if (entry.path().extension() != ".txt") continue;
    EXPECT_GE(read_classes(entry.path()).size(), 48) << entry.path();
    ++lists;
  }
  EXPECT_EQ(lists, 10);
}

}  // namespace
}  // namespace vbench::annotations
