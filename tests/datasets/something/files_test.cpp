// What becomes of videos and files that are missing, damaged, elsewhere or contradict the settings.
#include <torch/types.h>

#include "datasets/something/annotations.hpp"
#include "tests/datasets/something/fixture.hpp"

namespace vbench::something {
namespace {

using test::error_of;
using test::json;
using test::read;
using test::SmallFolder;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

TEST(SomethingDamage, EndsAnEvaluationAndNamesTheFile) {
  const SmallFolder set;
  write_file_atomically(set.video("25"), "no video");
  const auto data = set.open();
  EXPECT_THAT(error_of([&] { (void)read(data, 1); }), HasSubstr("25.webm"));
  EXPECT_NO_THROW((void)read(data, 0));
}

TEST(SomethingDamage, IsLeftOutOfTrainingWithOneWarning) {
  SmallFolder set;
  write_file_atomically(set.video("20"), "");
  set.spec.verbosity = 0;
  const auto data = set.open(Role::kTrain);
  testing::internal::CaptureStderr();
  const auto bad = read(data, 2), again = read(data, 2);
  const std::string said = testing::internal::GetCapturedStderr();
  EXPECT_FALSE(bad.clips.defined());
  EXPECT_EQ(said.find("20.webm"), said.rfind("20.webm"));
  EXPECT_THAT(said, HasSubstr("20.webm"));
  EXPECT_EQ(SomethingData::collate({read(data, 0), bad}).size(), 1);
  EXPECT_THAT(error_of([&] { (void)SomethingData::collate({bad, again}); }), HasSubstr("none of the 2"));
  EXPECT_EQ(data.fingerprint().items, 5);
  EXPECT_EQ(data.fingerprint().dropped, 1);
  set.spec.strict = true;
  EXPECT_THAT(error_of([&] { (void)read(set.open(Role::kTrain), 2); }), HasSubstr("20.webm"));
}

TEST(SomethingMissing, IsAnErrorUnlessAllowed) {
  SmallFolder set;
  fs::remove(set.video("25"));
  EXPECT_THAT(error_of([&] { (void)set.open(); }), AllOf(HasSubstr("1 of 3"), HasSubstr("the first: 25"), HasSubstr("data verify")));
  set.options.allow_missing = 0.4;
  const auto data = set.open();
  EXPECT_EQ(data.size(), 2);
  EXPECT_EQ(data.fingerprint().missing, 1);
  set.spec.strict = true;
  EXPECT_THAT(error_of([&] { (void)set.open(); }), HasSubstr("'25'"));
}

TEST(SomethingMissing, FilesAreAskedForByName) {
  const SmallFolder set;
  fs::remove(set.file("train"));
  EXPECT_NO_THROW((void)set.open());
  EXPECT_THAT(error_of([&] { (void)set.open(Role::kTrain); }), HasSubstr("something-something-v2-train.json"));
  fs::remove(set.file("labels"));
  EXPECT_THAT(error_of([&] { (void)set.open(); }), HasSubstr("something-something-v2-labels.json"));
  fs::rename(set.videos(), set.outside("elsewhere"));
  EXPECT_THAT(error_of([&] { (void)set.open(); }), HasSubstr("20bn-something-something-v2/"));
  set.write("20bn-something-something-v2-00", "a part of the archive");
  EXPECT_THAT(error_of([&] { (void)set.open(); }), HasSubstr("join its parts"));
}

TEST(SomethingFiles, MayLieElsewhere) {
  SmallFolder set;
  fs::create_directories(set.outside("lists/labels"));
  for (const char* name : {"labels", "train", "validation", "test"})
    fs::rename(set.file(name), set.outside("lists/labels") / fmt::format("{}.json", name));
  fs::rename(set.videos(), set.outside("lists/videos"));
  set.options.annotations = set.outside("lists/labels/").string();
  EXPECT_EQ(set.open().size(), 3) << "videos are looked for beside labels/";
  set.options.annotations = set.outside("lists").string();
  EXPECT_EQ(set.open().size(), 3);
  fs::rename(set.outside("lists/videos"), set.outside("films"));
  set.options.media = set.outside("films").string();
  EXPECT_EQ(set.open(Role::kTrain).size(), 6);
}

TEST(SomethingFiles, BadRowsEndARun) {
  const SmallFolder set;
  set.change("validation", [](json& list) { list[1]["template"] = "Holdin [something]"; });
  EXPECT_THAT(error_of([&] { (void)set.open(); }),
              AllOf(HasSubstr("validation.json"), HasSubstr("id 25"), HasSubstr("'Holding something'")));
  set.change("validation", [](json& list) { list = json::array(); });
  EXPECT_THAT(error_of([&] { (void)set.open(); }), AllOf(HasSubstr("validation.json"), HasSubstr("no videos")));
}

TEST(SomethingFiles, GroupsBesideTheAnnotationsAreUsed) {
  SmallFolder set;
  EXPECT_THAT(set.open().contrastive_groups(), IsEmpty());
  const auto& names = test::few_classes();
  set.write("contrastive_groups_list.txt", fmt::format("{}\n{}\n\n\n{}\nFlying\n", names[1], names[2], names[0]));
  ASSERT_THAT(set.open().contrastive_groups(), SizeIs(1));
  EXPECT_THAT(set.open().contrastive_groups()[0].classes, ElementsAre(1, 2));
  set.write("mine.txt", fmt::format("{}\n{}\n", names[2], names[0]));
  set.options.contrastive_groups = (set.root / "mine.txt").string();
  EXPECT_THAT(set.open().contrastive_groups()[0].classes, ElementsAre(2, 0));
  set.write("mine.txt", "Flying\nFalling\n");
  EXPECT_THAT(error_of([&] { (void)set.open(); }), AllOf(HasSubstr("mine.txt"), HasSubstr("no group is left")));
}

TEST(SomethingFiles, SettingsThatMakeNoSenseAreRefused) {
  SmallFolder set;
  set.options.classes = 2;
  EXPECT_THAT(error_of([&] { (void)set.open(); }), AllOf(HasSubstr("data.classes=2"), HasSubstr("3 classes")));
  set.options.classes = 10;
  EXPECT_EQ(set.open().options().classes, 10);
  set.spec.preload = true;
  EXPECT_THAT(error_of([&] { (void)set.open(); }), HasSubstr("--preload"));
  set.spec.preload = false;
  set.options.augmentations = "left/right";
  EXPECT_NO_THROW((void)set.open()) << "evaluation augments nothing";
  EXPECT_THAT(error_of([&] { (void)set.open(Role::kTrain); }), HasSubstr("174 official"));
  set.options.augmentations = "left/rihgt";
  EXPECT_THAT(error_of([&] { (void)set.open(); }), HasSubstr("'left/right'"));
  set.options.augmentations = "";
  set.options.standin.frames = 9;
  EXPECT_THAT(error_of([&] { (void)set.open(); }), HasSubstr("--set standin"));
}

TEST(SomethingFingerprint, ChangesWithTheVideos) {
  const SmallFolder set;
  const auto before = set.open().fingerprint();
  EXPECT_EQ(before.split, "validation, own classes");
  EXPECT_EQ(before.items, 3);
  EXPECT_EQ(set.open().fingerprint().hash, before.hash);
  fs::copy_file(set.video("10"), set.video("25"), fs::copy_options::overwrite_existing);
  EXPECT_NE(set.open().fingerprint().hash, before.hash);
  EXPECT_EQ(set.open().source(), Source::kReal);
}

TEST(SomethingSource, IsTheStandInWhereNothingElseIs) {
  SmallFolder set;
  set.spec.source = SourceChoice::kAuto;
  set.spec.data_root = set.outside("nothing").string();
  set.options.standin = {.train_videos = 2, .scarce_videos = 1, .val_videos = 1, .test_videos = 1, .height = 32, .frames = 8};
  set.options.augmentations = "left/right, left/right agnostic";
  const auto data = set.open(Role::kTrain);
  EXPECT_EQ(data.source(), Source::kSynthetic);
  EXPECT_THAT(data.contrastive_groups(), Not(IsEmpty()));
  set.options.augmentations = "";
  const auto plain = set.open(Role::kTrain);
  int64_t mirrored = 0;
  for (int64_t i = 0; i < data.size(); ++i) {
    const auto sample = read(data, i);
    EXPECT_EQ(sample.clips.sizes(), at::IntArrayRef({1, 3, 8, 24, 24}));
    mirrored += sample.label != read(plain, i).label ? 1 : 0;
  }
  EXPECT_GT(mirrored, 0) << "its mapping turns classes into each other";
  set.spec.source = SourceChoice::kReal;
  EXPECT_THAT(error_of([&] { (void)set.open(); }), AllOf(HasSubstr("vbench data info something-something-v2"), HasSubstr("labels.json")));
  set.spec.source = SourceChoice::kSynthetic;
  set.options.media = set.videos().string();
  EXPECT_THAT(error_of([&] { (void)set.open(); }), AllOf(HasSubstr("--set data.media"), HasSubstr("no effect on the stand-in")));
}

}  // namespace
}  // namespace vbench::something
