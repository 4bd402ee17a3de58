// `vbench data info` and `verify`, and the real files where they are at hand.
#include "datasets/something/annotations.hpp"
#include "datasets/something/augmentor.hpp"
#include "tests/datasets/something/fixture.hpp"

namespace vbench::something {
namespace {

using test::json;
using test::SmallFolder;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

TEST(SomethingVerify, FindsNothingWrongWithGoodFiles) {
  SmallFolder set;
  EXPECT_THAT(set.problems(true), IsEmpty()) << set.messages;
  EXPECT_EQ(set.report.listed, 11);
  EXPECT_EQ(set.report.checked, 11);
  EXPECT_THAT(set.report.facts, AllOf(Contains("classes: 3 (own)"), Contains("validation: 3 videos, 3 found, 0 missing"),
                                      Contains("validation: 31 frames"), Contains("contrastive groups: none")));
  EXPECT_EQ(set.report.problems.size(), 4U) << "classes and splits of other than the official length, which are notes";
}

TEST(SomethingVerify, FindsVideosThatAreMissingOrDamaged) {
  SmallFolder set;
  fs::remove(set.video("11"));
  write_file_atomically(set.video("25"), "no video");
  EXPECT_THAT(set.problems(), UnorderedElementsAre("missing video", "unreadable video"));
  EXPECT_THAT(set.messages, AllOf(HasSubstr("train 11"), HasSubstr("25.webm")));
}

TEST(SomethingVerify, FindsVideosThatAreCutShort) {
  SmallFolder set;
  const std::string whole = read_file(set.video("15"));
  write_file_atomically(set.video("15"), whole.substr(0, whole.size() / 2));
  EXPECT_THAT(set.problems(), ElementsAre("cut short (note)"));
  EXPECT_THAT(set.messages, HasSubstr("the header says 14"));
}

TEST(SomethingVerify, FindsRowsThatAreWrong) {
  SmallFolder set;
  set.change("train", [](json& list) {
    list[0]["template"] = "Holdng [something]";
    list[1]["id"] = "../x";
    list.push_back(list[3]);
    list.push_back({{"id", "15"}, {"template", "Holding [something]"}});
  });
  EXPECT_THAT(set.problems(), UnorderedElementsAre("unknown label", "name leads out of the folder", "video twice", "in two splits"));
  EXPECT_THAT(set.messages, HasSubstr("train and validation list the same video"));
}

TEST(SomethingVerify, FindsFilesThatAreWrong) {
  SmallFolder set;
  fs::remove(set.file("test"));
  EXPECT_THAT(set.problems(), ElementsAre("missing file (note)")) << "nobody needs the test split for scores";
  fs::remove(set.file("validation"));
  write_file_atomically(set.file("train"), "[{");
  set.write("contrastive_groups_list.txt", "Holding something\n");
  set.write("augmentation_mappings.json", "[]");
  write_file_atomically(set.file("labels"), "\xEF\xBB\xBF" + read_file(set.file("labels")));
  EXPECT_THAT(set.problems(), UnorderedElementsAre("byte order mark (note)", "unreadable file", "unreadable file", "unreadable file",
                                                   "missing file", "missing file (note)"));
  EXPECT_THAT(set.messages, AllOf(HasSubstr("two classes"), HasSubstr("JSON object"), HasSubstr("train.json")));
}

TEST(SomethingVerify, MissingIdsThatTwoSplitsListAreFoundToo) {
  SmallFolder set;
  for (const char* split : {"train", "test"}) {
    set.change(split, [](json& list) { list.push_back({{"id", "77"}, {"template", "Holding [something]"}}); });
  }
  EXPECT_THAT(set.problems(), Contains("in two splits"));
}

TEST(SomethingInfo, TellsThatAnswersAreNotUsed) {
  const SmallFolder set;
  set.write("test-answers.csv", "91;Holding [something]\n");
  DataRequest request;
  request.root = set.spec.data_root;
  const auto report = dataset_entry().info(request);
  EXPECT_THAT(report.facts, Contains(HasSubstr("test-answers.csv: there, not used")));
  EXPECT_THAT(report.problems, IsEmpty());
  EXPECT_EQ(report.checked, 0);
}

TEST(SomethingSynth, WritesAFolderThatVerifyFindsNothingWrongWith) {
  const test::TemporaryFolder folder;
  DataRequest request;
  request.root = folder.path().string();
  request.settings = {"standin.train_videos=2", "standin.scarce_videos=1", "standin.val_videos=1",
                      "standin.test_videos=0",  "standin.height=32",       "standin.frames=8"};
  EXPECT_EQ(dataset_entry().synthesize(request, (folder / "something-something-v2").string()).listed, 13 + 8);
  request.settings.clear();
  request.deep = true;
  const auto report = dataset_entry().verify(request);
  EXPECT_EQ(report.checked, 13 + 8);
  EXPECT_THAT(report.facts, Contains(HasSubstr("(synthetic)")));
  for (const auto& problem : report.problems) EXPECT_FALSE(problem.fatal) << problem.item << ": " << problem.message;
}

/// The official files; the train list is not among them.
class RealFiles : public testing::Test {
 protected:
  void SetUp() override {
    if (!fs::exists(root_)) GTEST_SKIP() << root_ << " is not there";
  }
  [[nodiscard]] annotations::ClassList classes() const {
    std::vector<annotations::Note> notes;
    auto list = read_labels(find_annotations(root_).labels, notes);
    EXPECT_THAT(notes, IsEmpty()) << "the order of the names is that of the numbers";
    return list;
  }
  [[nodiscard]] VideoList list(const std::string& split) const {
    return read_list(find_annotations(root_).lists.at(split), split, classes());
  }

  fs::path root_ = test::real_data_root() / "something-something-v2";
};

TEST_F(RealFiles, AreReadWhole) {
  const auto names = classes().names();
  EXPECT_EQ(names.size(), 174U);
  EXPECT_TRUE(are_official(names));
  const auto validation = list(kValidation), test = list(kTest);
  EXPECT_EQ(validation.videos.size(), 24777U);
  EXPECT_THAT(validation.problems, IsEmpty());
  EXPECT_EQ(test.videos.size(), 27157U);
  EXPECT_THAT(test.problems, IsEmpty());
  std::set<std::string> occurring;
  for (const auto& video : validation.videos) occurring.insert(video.label);
  EXPECT_EQ(occurring.size(), 174U);
}

TEST_F(RealFiles, HoldTheGroupsThatAreBuiltIn) {
  const auto names = classes().names();
  const auto built_in = official_contrastive_groups(names);
  const auto read = read_contrastive_groups(root_ / "contrastive_groups_list.txt", names);
  ASSERT_EQ(read.size(), 69U);
  ASSERT_EQ(built_in.size(), read.size());
  for (size_t i = 0; i < read.size(); ++i) {
    EXPECT_EQ(read[i].classes, built_in[i].classes) << i;
    EXPECT_EQ(read[i].merge, built_in[i].merge) << i;
  }
}

TEST_F(RealFiles, HoldTheMirrorImagesThatAreBuiltIn) {
  const auto names = classes().names();
  const auto kinds = parse_augmentations("left/right, left/right agnostic");
  const auto built_in = Augmentor::built_in(kinds, names), read = Augmentor::from_file(root_ / "augmentation_mappings.json", kinds, names);
  EXPECT_THAT(read.unknown_classes(), IsEmpty());
  for (int64_t label = 0; label < 174; ++label) {
    const auto expected = read.candidates(label), actual = built_in.candidates(label);
    ASSERT_EQ(actual.size(), expected.size()) << names[static_cast<size_t>(label)];
    for (size_t i = 0; i < actual.size(); ++i) {
      EXPECT_EQ(actual[i].kind, expected[i].kind);
      EXPECT_EQ(actual[i].label, expected[i].label);
    }
  }
  const auto every =
      Augmentor::from_file(root_ / "augmentation_mappings.json",
                           parse_augmentations("left/right, left/right agnostic, reverse time, reverse time agnostic"), names);
  EXPECT_THAT(every.unknown_classes(), IsEmpty());
}

TEST_F(RealFiles, TheOneClipGoesTheWholeWay) {
  if (!fs::exists(root_ / "20bn-something-something-v2/166766.webm")) GTEST_SKIP() << "no clip";
  Options options;
  options.allow_missing = 1;
  RunSpec spec;
  spec.dataset = "something-something-v2";
  spec.data_root = root_.parent_path().string();
  spec.source = SourceChoice::kReal;
  spec.verbosity = -1;
  const auto data = SomethingData::open(options, spec, Role::kEvaluate);
  EXPECT_EQ(data.size(), 1);
  EXPECT_EQ(data.fingerprint().missing, 24776);
  EXPECT_EQ(data.contrastive_groups().size(), 69U);
  const auto view = data.look("166766");
  EXPECT_EQ(view.label, 57);
  EXPECT_EQ(data.class_names().at(57), "Poking something so that it falls over");
  EXPECT_EQ(view.clips.sizes(), at::IntArrayRef({1, 3, 72, 84, 84}));
  test::expect_same(view.clips[0].select(1, 48), view.clips[0].select(1, 71));
  EXPECT_FALSE(at::equal(view.clips[0].select(1, 47), view.clips[0].select(1, 48))) << "49 frames, then the last one repeated";
  test::expect_same(test::read(data, 0).clips, view.clips);
}

}  // namespace
}  // namespace vbench::something
