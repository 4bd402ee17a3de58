// `vbench data prepare`: from official lists and a folder of videos to a tree that opens.
#include "datasets/audio_visual/prepare.hpp"

#include "tests/datasets/audio_visual/fixture.hpp"

namespace vbench::audio_visual {
namespace {

using test::SmallTree;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class Prepare : public ::testing::Test {
 protected:
  void list(const std::string& name, const std::string& text) const {
    fs::create_directories(tree_.below("lists"));
    write_file_atomically(tree_.below("lists") / name, text);
  }
  void video(const std::string& place) const {
    static const std::string bytes = test::telling_video(1.5, 1.5);
    const fs::path path = tree_.below("videos") / place;
    fs::create_directories(path.parent_path());
    write_file_atomically(path, bytes);
  }
  DataReport prepare(const std::string& dataset, std::vector<std::string> settings = {}) const {
    DataRequest request;
    request.settings = std::move(settings);
    if (request.settings.empty())
      request.settings = {"annotations=" + tree_.below("lists").string(), "videos=" + tree_.below("videos").string()};
    return dataset_entry(family_of(dataset)).prepare(request, output(dataset).string());
  }
  [[nodiscard]] std::string error(const std::string& dataset, const std::vector<std::string>& settings = {}) const {
    return test::error_of([&] { (void)prepare(dataset, settings); });
  }
  [[nodiscard]] fs::path output(const std::string& dataset) const { return tree_.below("data") / dataset; }
  /// Places of all links, sorted.
  [[nodiscard]] std::vector<std::string> links(const std::string& dataset) const {
    std::vector<std::string> places;
    for (const auto& entry : fs::recursive_directory_iterator(output(dataset))) {
      if (entry.is_symlink()) places.push_back(fs::relative(entry.path().parent_path(), output(dataset)) / entry.path().filename());
    }
    std::sort(places.begin(), places.end());
    return places;
  }
  void write_ave() const {
    list("trainSet.txt",
         "Category&VideoID&Quality&StartTime&EndTime\r\nChurch bell&aaaaaaaaaaa&good&0&10\r\n"
         "Frying (food)&-bbbbbbbbbb&good&2&6\r\nChurch bell&aaaaaaaaaaa&good&0&10\r\nFrying (food)&gone&good&0&0");
    list("valSet.txt", "Baby cry, infant cry&ccccccccccc&good&0&10\n");
    list("testSet.txt", "Church bell&aaaaaaaaaaa&good&3&8\n");
    for (const char* id : {"aaaaaaaaaaa", "-bbbbbbbbbb", "ccccccccccc"}) video(std::string("AVE/") + id + ".mp4");
  }

  SmallTree tree_;
};

TEST_F(Prepare, AveIsLinkedIntoItsClassFolders) {
  write_ave();
  const auto report = prepare("ave");
  EXPECT_THAT(links("ave"), ElementsAre("test/Church bell/aaaaaaaaaaa.mp4", "train/Church bell/aaaaaaaaaaa.mp4",
                                        "train/Frying (food)/-bbbbbbbbbb.mp4", "val/Baby cry, infant cry/ccccccccccc.mp4"));
  EXPECT_EQ(report.listed, 6);
  EXPECT_EQ(report.checked, 4);
  EXPECT_THAT(report.facts, Contains("train: 4 videos, 2 linked, 1 missing, 1 listed twice"));
  EXPECT_THAT(report.facts, Contains("videos in several splits: 1"));
  EXPECT_THAT(report.facts, Contains("missing: gone"));
  EXPECT_THAT(report.facts, Contains(HasSubstr("event without length: 1")));
  EXPECT_EQ(tree_.open().size(), 2);
  EXPECT_THAT(tree_.open().class_names(), ElementsAre("Baby cry, infant cry", "Church bell", "Frying (food)"));
}

TEST_F(Prepare, DoingItAgainFollowsTheListsAndTouchesNoFile) {
  write_ave();
  (void)prepare("ave");
  const fs::path own = output("ave") / "train/Church bell/own.mp4";
  write_file_atomically(own, "mine");
  list("trainSet.txt", "Church bell&-bbbbbbbbbb&good&2&6\n");
  (void)prepare("ave");
  EXPECT_THAT(links("ave"), ElementsAre("test/Church bell/aaaaaaaaaaa.mp4", "train/Church bell/-bbbbbbbbbb.mp4",
                                        "val/Baby cry, infant cry/ccccccccccc.mp4"));
  EXPECT_EQ(read_file(own), "mine");
  fs::remove(output("ave") / "val/Baby cry, infant cry/ccccccccccc.mp4");
  write_file_atomically(output("ave") / "val/Baby cry, infant cry/ccccccccccc.mp4", "mine");
  EXPECT_THAT(error("ave"), AllOf(HasSubstr("ccccccccccc.mp4"), HasSubstr("in the way")));
}

TEST_F(Prepare, WhatItMadeIsNoSourceOfItsOwn) {
  write_ave();
  const auto inside = [&](const std::string& videos) {
    return prepare("ave", {"annotations=" + tree_.below("lists").string(), "videos=" + videos});
  };
  fs::create_directories(output("ave"));
  fs::rename(tree_.below("videos/AVE"), output("ave") / "AVE");
  (void)inside(output("ave").string());
  const auto first = links("ave");
  (void)inside(output("ave").string());
  EXPECT_EQ(links("ave"), first);
  EXPECT_EQ(fs::read_symlink(output("ave") / "test/Church bell/aaaaaaaaaaa.mp4"), fs::canonical(output("ave") / "AVE/aaaaaaaaaaa.mp4"));
}

TEST_F(Prepare, VggSoundIsReadInBothFormsWithAllNamesOfFiles) {
  video("aaaaaaaaaaa_000030.mp4");
  video("deep/-bbbbbbbbbb_5000_15000.mp4");
  video("ccccccccccc_7_17.mp4");
  const std::vector<std::string> expected{"train/bird chirping, tweeting/-bbbbbbbbbb_5000_15000.mp4", "train/dog/aaaaaaaaaaa_000030.mp4",
                                          "val/dog/ccccccccccc_7_17.mp4"};
  list("vggsound.csv", "aaaaaaaaaaa,30,dog,train\n-bbbbbbbbbb,5,\"bird chirping, tweeting\",train\nccccccccccc,7,dog,test\n");
  (void)prepare("vgg-sound");
  EXPECT_EQ(links("vgg-sound"), expected);
  fs::remove(tree_.below("lists/vggsound.csv"));
  fs::remove_all(output("vgg-sound"));
  list("train.csv", "aaaaaaaaaaa_000030.mp4,dog\n-bbbbbbbbbb_000005.mp4,\"bird chirping, tweeting\"\n");
  list("test.csv", "ccccccccccc_000007.mp4,dog\n");
  (void)prepare("vgg-sound");
  EXPECT_EQ(links("vgg-sound"), expected);
}

TEST_F(Prepare, KineticsSoundTakesItsClassesOutOfKinetics) {
  const std::string header = "label,youtube_id,time_start,time_end,split\n";
  list("kinetics-400_train.csv", header + "tap dancing,aaaaaaaaaaa,3,13,train\nabseiling,bbbbbbbbbbb,0,10,train\n");
  list("kinetics-400_val.csv", header + "tickling,ccccccccccc,0,10,val\nabseiling,ddddddddddd,0,10,val\n");
  video("train/tap dancing/aaaaaaaaaaa_000003_000013.mp4");
  video("train/abseiling/bbbbbbbbbbb_000000_000010.mp4");
  video("ccccccccccc.mp4");
  const auto report = prepare("kinetics-sound");
  EXPECT_THAT(links("kinetics-sound"), ElementsAre("train/tap_dancing/aaaaaaaaaaa_000003_000013.mp4", "val/tickling/ccccccccccc.mp4"));
  EXPECT_EQ(report.listed, 2);
  (void)prepare("kinetics");
  EXPECT_THAT(links("kinetics"), ElementsAre("train/abseiling/bbbbbbbbbbb_000000_000010.mp4",
                                             "train/tap_dancing/aaaaaaaaaaa_000003_000013.mp4", "val/tickling/ccccccccccc.mp4"));
}

TEST_F(Prepare, OfSeveralFilesTheOneInTheClassFolderIsLinked) {
  list("trainSet.txt", "dog&aaaaaaaaaaa&good&0&10\ncat&aaaaaaaaaaa&good&0&10\n");
  video("cat/aaaaaaaaaaa.mp4");
  video("dog/aaaaaaaaaaa.mp4");
  const auto report = prepare("ave");
  EXPECT_THAT(report.facts, Contains("videos in several classes: 1"));
  for (const std::string label : {"cat", "dog"}) {
    const auto target = fs::read_symlink(output("ave") / "train" / label / "aaaaaaaaaaa.mp4");
    EXPECT_EQ(target.parent_path().filename(), label);
  }
}

TEST_F(Prepare, BadListsAndFoldersAreNamed) {
  EXPECT_THAT(error("ave", {"videos=x"}), HasSubstr("annotations"));
  EXPECT_THAT(error("ave", {"annotations=x"}), HasSubstr("videos"));
  EXPECT_THAT(error("ave", {"annotations=/nowhere", "videos=/nowhere"}), HasSubstr("/nowhere"));
  EXPECT_THAT(error("ave", {"annotation=x"}), HasSubstr("annotations"));
  video("other.mp4");
  fs::create_directories(tree_.below("lists"));
  EXPECT_THAT(error("ave"), HasSubstr("trainSet.txt"));
  EXPECT_THAT(error("vgg-sound"), HasSubstr("vggsound.csv"));
  EXPECT_THAT(error("kinetics"), HasSubstr("kinetics-400_train.csv"));
  list("trainSet.txt", "dog&a&good&0\n");
  EXPECT_THAT(error("ave"), AllOf(HasSubstr("trainSet.txt"), HasSubstr("line 1")));
  list("trainSet.txt", "../dog&a&good&0&10\n");
  EXPECT_THAT(error("ave"), HasSubstr("'../dog' cannot be"));
  list("trainSet.txt", "dog&a&good&0&10\n");
  EXPECT_THAT(error("ave"), AllOf(HasSubstr("none of the 1"), HasSubstr("1 video files lie there")));
  list("vggsound.csv", "a,b,dog,train\n");
  EXPECT_THAT(error("vgg-sound"), HasSubstr("line 1"));
  list("vggsound.csv", "a,1,dog,validation\n");
  EXPECT_THAT(error("vgg-sound"), HasSubstr("line 1"));
  fs::remove(tree_.below("lists/vggsound.csv"));
  list("test.csv", "a_000001.mp4,dog\na.mp4,dog\n");
  EXPECT_THAT(error("vgg-sound"), HasSubstr("line 2"));
}

TEST_F(Prepare, TimesThatNoVideoHasAreNamedWithTheirLines) {
  video("other.mp4");
  for (const std::string time : {"9223372036854775807", "922337203685477580", "1000000", "-1"}) {
    list("vggsound.csv", "a,999999,dog,train\nx," + time + ",label,train\n");
    EXPECT_THAT(error("vgg-sound"), AllOf(HasSubstr("vggsound.csv: line 2"), HasSubstr(time))) << time;
  }
  const std::string header = "label,youtube_id,time_start,time_end,split\n";
  for (const std::string times : {"1e300,1e301", "0,1e300", "1000000,1000010"}) {
    list("kinetics-400_train.csv", header + "tickling,aaaaaaaaaaa,3,13,train\ntickling,bbbbbbbbbbb," + times + ",train\n");
    EXPECT_THAT(error("kinetics"), AllOf(HasSubstr("kinetics-400_train.csv: line 3"), HasSubstr("column 'time_"))) << times;
  }
}

TEST_F(Prepare, WhatIsMadeFromAStandInCountsAsOne) {
  write_ave();
  write_file_atomically(tree_.below("videos/SYNTHETIC.json"), "{}");
  EXPECT_THAT(prepare("ave").facts, Contains(StartsWith("counts as SYNTHETIC")));
  EXPECT_TRUE(fs::exists(output("ave") / "SYNTHETIC.json"));
  list("trainSet.txt", "dog&aaaaaaaaaaa&good&0&10\n");
  fs::create_directories(output("vgg-sound"));
  write_file_atomically(output("vgg-sound") / "own.txt", "mine");
  list("test.csv", "aaaaaaaaaaa_000001.mp4,dog\n");
  EXPECT_THAT(error("vgg-sound"), HasSubstr("real files"));
}

TEST(OfficialLists, AreReadWhole) {
  const auto root = test::real_data_root();
  if (!fs::exists(root / "ave")) GTEST_SKIP() << root << " is not there";
  const auto ave = read_ave_lists(root / "ave");
  EXPECT_EQ(ave.splits.at("train").size(), 3339U);
  EXPECT_EQ(ave.splits.at("val").size(), 402U);
  EXPECT_EQ(ave.splits.at("test").size(), 402U);
  const auto vgg = read_vgg_sound_lists(root / "vgg-sound");
  std::set<std::string> labels, keys;
  for (const auto& video : vgg.splits.at("val")) {
    labels.insert(video.label);
    keys.insert(video.key);
  }
  EXPECT_EQ(vgg.splits.at("val").size(), 15446U);
  EXPECT_EQ(keys.size(), 15446U);
  EXPECT_EQ(static_cast<int64_t>(labels.size()), family_of("vgg-sound").classes);
  std::string names;
  for (const auto& name : kinetics_sound_classes()) names += name + "\n";
  const std::string listed = read_file(root / "kinetics-sound/classes-32.txt");
  EXPECT_EQ(names.substr(0, listed.size()), listed);
  EXPECT_LE(names.size(), listed.size() + 1);
}

TEST(OfficialLists, EveryClassOfKineticsSoundIsOneOfKinetics) {
  const auto root = test::real_data_root() / "kinetics";
  if (!fs::exists(root)) GTEST_SKIP() << root << " is not there";
  const test::TemporaryFolder lists;
  fs::copy(root / "kinetics-400_val.csv", lists / "kinetics-400_val.csv");
  std::set<std::string> labels;
  const auto read = read_kinetics_sound_lists(lists.path());
  for (const auto& video : read.splits.at("val")) labels.insert(video.label);
  EXPECT_EQ(labels.size(), 32U);
}

}  // namespace
}  // namespace vbench::audio_visual
