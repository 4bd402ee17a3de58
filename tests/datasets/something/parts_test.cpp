// Frames of clips, augmentations, groups of classes and settings by themselves.
#include <set>

#include "datasets/something/annotations.hpp"
#include "datasets/something/augmentor.hpp"
#include "datasets/something/clip_frames.hpp"
#include "datasets/something/clip_reader.hpp"
#include "harness/core/settings.hpp"
#include "tests/datasets/something/fixture.hpp"

namespace vbench::something {
namespace {

using test::error_of;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Indices = std::vector<int64_t>;

TEST(ClipFrames, TakeTheWholeVideoWhereAsked) {
  const ClipRule all{72, 3, -1};
  EXPECT_EQ(clip_frames(all, 8, 0), (Indices{0, 3, 6}));
  EXPECT_EQ(possible_offsets(all, 8), 1);
}

TEST(ClipFrames, OfTrainingEndBeforeTheVideoDoes) {
  const ClipRule rule{2, 2, 2};
  ASSERT_EQ(possible_offsets(rule, 11), 3);
  EXPECT_EQ(clip_frames(rule, 11, 2), (Indices{2, 4, 6, 8}));
}

TEST(ResampledFrames, AreTheNearestInTime) {
  EXPECT_EQ(resampled_frames(9, 12, 12), (Indices{0, 1, 2, 3, 4, 5, 6, 7, 8}));
  EXPECT_EQ(resampled_frames(9, 12, 9), (Indices{0, 1, 3, 4, 5, 7}));  // 0, 1.33, 2.67, 4, 5.33, 6.67
  EXPECT_EQ(resampled_frames(9, 12, 6), (Indices{0, 2, 4, 6}));
  EXPECT_EQ(resampled_frames(3, 6, 12), (Indices{0, 1, 1, 2, 2, 2})) << "half a frame goes to the later one, as long as there is one";
  EXPECT_EQ(resampled_frames(1, 12, 6), (Indices{0})) << "at least one";
  EXPECT_EQ(resampled_frames(49, 12, 12).size(), 49U);
  EXPECT_EQ(resampled_frames(100, 29.97, 12).size(), 40U);
}

TEST(ClipDraw, AnglesAreHalfDegreesFromTheLowestToBelowTheHighest) {
  std::set<double> angles, rates;
  Options options;
  options.jitter_fps = true;
  for (uint64_t i = 0; i < 3000; ++i) {
    RandomStream random(1, "test", 0, i);
    const ClipDraw draw = draw_clip(options, random);
    angles.insert(draw.degrees);
    rates.insert(static_cast<double>(draw.frame_rate));
  }
  std::set<double> expected;
  for (int i = 0; i < 60; ++i) expected.insert(-15 + 0.5 * i);
  EXPECT_EQ(angles, expected);
  EXPECT_THAT(rates, ElementsAre(6, 9, 12));
}

TEST(ClipDraw, SwitchingOneDrawOffLeavesTheOthers) {
  Options plain, all;
  plain.rotation = 0;
  all.jitter_fps = true;
  RandomStream a(3, "test"), b(3, "test");
  const ClipDraw one = draw_clip(plain, a), other = draw_clip(all, b);
  EXPECT_EQ(one.degrees, 0);
  EXPECT_EQ(one.frame_rate, 0);
  EXPECT_EQ(one.x, other.x);
  EXPECT_EQ(one.start, other.start);
}

const std::vector<std::string> kClasses{"Closing", "Left", "Opening", "Right", "Shaking"};
constexpr const char* kMapping =
    R"({"left/right": {"Left": "Right", "Right": "Left"}, "left/right agnostic": ["Closing", "Shaking", "Flying"],
  "reverse time": {"Opening": "Closing", "Flying": "Closing"}, "reverse time agnostic": ["Shaking"], "reverse time false class": ["Left"]})";

class AugmentorOfFile : public testing::Test {
 protected:
  [[nodiscard]] Augmentor read(const std::string& types, const std::string& text = kMapping) const {
    write_file_atomically(folder_ / "mapping.json", text);
    return Augmentor::from_file(folder_ / "mapping.json", parse_augmentations(types), kClasses);
  }
  static std::vector<std::string> candidates(const Augmentor& augmentor, int64_t label) {
    std::vector<std::string> found;
    for (const auto& candidate : augmentor.candidates(label))
      found.push_back(fmt::format("{} -> {}", to_string(candidate.kind), kClasses.at(static_cast<size_t>(candidate.label))));
    return found;
  }
  test::TemporaryFolder folder_;
};

TEST_F(AugmentorOfFile, KnowsWhatEachClassBecomes) {
  const auto all = read("reverse time agnostic, reverse time,left/right agnostic, left/right");
  EXPECT_THAT(candidates(all, 0), ElementsAre("same -> Closing", "left/right agnostic -> Closing"));
  EXPECT_THAT(candidates(all, 1), ElementsAre("same -> Left", "left/right -> Right"));
  EXPECT_THAT(candidates(all, 2), ElementsAre("same -> Opening", "reverse time -> Closing"));
  EXPECT_THAT(candidates(all, 4), ElementsAre("same -> Shaking", "left/right agnostic -> Shaking", "reverse time agnostic -> Shaking"));
  EXPECT_THAT(all.unknown_classes(), ElementsAre("Flying", "Flying"));
  EXPECT_THAT(candidates(read("left/right"), 4), ElementsAre("same -> Shaking")) << "only what is asked for";
}

TEST_F(AugmentorOfFile, DrawsEveryCandidateAsOften) {
  const auto all = read("left/right, left/right agnostic, reverse time, reverse time agnostic");
  std::map<std::string, int> counts;
  for (uint64_t i = 0; i < 3000; ++i) {
    RandomStream random(1, "test", 0, i);
    const auto draw = all.draw(4, random);
    EXPECT_EQ(draw.label, 4);
    ++counts[draw.mirror ? "mirror" : draw.reverse ? "reverse" : "same"];
  }
  EXPECT_NEAR(counts["mirror"], 1000, 100);
  EXPECT_NEAR(counts["reverse"], 500, 80) << "half of a third";
  int changed = 0;
  for (uint64_t i = 0; i < 1000; ++i) {
    RandomStream random(1, "test", 0, i);
    const auto draw = all.draw(2, random);
    EXPECT_EQ(draw.reverse, draw.label == 0);
    EXPECT_FALSE(draw.mirror);
    changed += draw.reverse ? 1 : 0;
  }
  EXPECT_NEAR(changed, 500, 80);
}

TEST_F(AugmentorOfFile, MistakesAreNamed) {
  EXPECT_THAT(error_of([&] { (void)read("left/right", R"({"left/right": {"Left": "Rihgt"}})"); }),
              AllOf(HasSubstr("mapping.json: 'left/right'"), HasSubstr("'Rihgt'"), HasSubstr("'Right'")));
  EXPECT_THAT(error_of([&] { (void)read("left/right", R"({"left/right": ["Left"]})"); }), HasSubstr("no object"));
  EXPECT_THAT(error_of([&] { (void)read("left/right agnostic", R"({"left/right agnostic": {"Left": "Left"}})"); }), HasSubstr("no list"));
  EXPECT_THAT(error_of([&] { (void)read("left/right agnostic", R"({"left/right agnostic": [3]})"); }), HasSubstr("no class name"));
  EXPECT_THAT(error_of([&] { (void)read("reverse time", R"({"left/right": {}})"); }), HasSubstr("no 'reverse time'"));
  EXPECT_THAT(error_of([&] { (void)read("reverse time", "{"); }), HasSubstr("not valid JSON"));
}

TEST(Augmentor, KnowsOnlyTheOfficialClassesByItself) {
  EXPECT_THAT(error_of([] { (void)Augmentor::built_in(parse_augmentations("left/right"), kClasses); }),
              AllOf(HasSubstr("174 official"), HasSubstr("data.augmentation_mapping")));
  EXPECT_THAT(error_of([] { (void)Augmentor::built_in(parse_augmentations("left/right, reverse time"), kClasses); }),
              AllOf(HasSubstr("'reverse time'"), HasSubstr("augmentation_mappings.json")));
  EXPECT_EQ(Augmentor::built_in({}, kClasses).candidates(1).size(), 1U);
}

TEST(Augmentations, AreReadWithCommasBetween) {
  EXPECT_THAT(parse_augmentations(" reverse time ,left/right"), ElementsAre(Augmentation::kLeftRight, Augmentation::kReverseTime));
  EXPECT_THAT(parse_augmentations(""), IsEmpty());
  EXPECT_THAT(error_of([] { (void)parse_augmentations("left/rihgt"); }), AllOf(HasSubstr("'left/rihgt'"), HasSubstr("'left/right'")));
  EXPECT_THAT(error_of([] { (void)parse_augmentations("left/right,left/right"); }), HasSubstr("twice"));
  EXPECT_THAT(error_of([] { (void)parse_augmentations("left/right,"); }), HasSubstr("''"));
}

class GroupsOfFile : public testing::Test {
 protected:
  [[nodiscard]] std::vector<ContrastiveGroup> read(const std::string& text, int64_t* left_out = nullptr) const {
    write_file_atomically(folder_ / "groups.txt", text);
    return read_contrastive_groups(folder_ / "groups.txt", kClasses, left_out);
  }
  test::TemporaryFolder folder_;
};

TEST_F(GroupsOfFile, AreRead) {
  const auto groups = read(
      "# which is open\nClosing\nOpening\n\n\n# 0 0 1\r\n\"Left\",\r\n 'Right',\nShaking\n\n\n\nShaking\nClosing\n\n## no "
      "more\nnonsense\n");
  ASSERT_EQ(groups.size(), 3U);
  EXPECT_THAT(groups[0].classes, ElementsAre(0, 2));
  EXPECT_THAT(groups[0].merge, ElementsAre(0, 1));
  EXPECT_THAT(groups[1].classes, ElementsAre(1, 3, 4));
  EXPECT_THAT(groups[1].merge, ElementsAre(0, 0, 1));
  EXPECT_THAT(groups[2].classes, ElementsAre(4, 0));
  EXPECT_THAT(read(""), IsEmpty());
}

TEST_F(GroupsOfFile, MistakesAreNamedWithTheirLine) {
  EXPECT_THAT(error_of([&] { (void)read("Left\nRigth\n"); }), AllOf(HasSubstr("line 2"), HasSubstr("'Rigth'"), HasSubstr("'Right'")));
  EXPECT_THAT(error_of([&] { (void)read("Left\nRight\nLeft\n"); }), AllOf(HasSubstr("line 3"), HasSubstr("twice")));
  EXPECT_THAT(error_of([&] { (void)read("# 0 1 1\nLeft\nRight\n"); }), AllOf(HasSubstr("line 1"), HasSubstr("3 numbers for the 2")));
  EXPECT_THAT(error_of([&] { (void)read("Left\n\nRight\n"); }), AllOf(HasSubstr("line 3"), HasSubstr("one blank line")));
  EXPECT_THAT(error_of([&] { (void)read("Left\nRight\n\n\nClosing\n"); }), AllOf(HasSubstr("line 5"), HasSubstr("two classes")));
}

TEST_F(GroupsOfFile, GroupsWithOtherClassesMayBeLeftOut) {
  int64_t left_out = -1;
  const auto groups = read("Left\nFlying\n\n\nLeft\nRight\n\n\nFlying\nFalling", &left_out);
  EXPECT_EQ(left_out, 2);
  ASSERT_EQ(groups.size(), 1U);
  EXPECT_THAT(groups[0].classes, ElementsAre(1, 3));
}

TEST(SomethingOptions, ThatContradictEachOtherAreRefused) {
  const auto error = [](const std::function<void(Options&)>& change) {
    Options options;
    change(options);
    return error_of([&] { options.check(); });
  };
  EXPECT_NO_THROW(Options().check());
  EXPECT_THAT(error([](Options& options) { options.clip_frames = 0; }), HasSubstr("sampling.frames"));
  EXPECT_THAT(error([](Options& options) { options.step = 0; }), HasSubstr("sampling.step"));
  EXPECT_THAT(error([](Options& options) { options.train_clips = 0; }), AllOf(HasSubstr("sampling.train_clips"), HasSubstr("-1")));
  EXPECT_THAT(error([](Options& options) { options.evaluation_clips = -2; }), HasSubstr("sampling.evaluation_clips"));
  EXPECT_THAT(error([](Options& options) { options.crop = 0; }), HasSubstr("view.crop"));
  EXPECT_THAT(error([](Options& options) { options.train_upscale = 0.9; }), HasSubstr("view.train_upscale"));
  EXPECT_THAT(error([](Options& options) { options.evaluation_upscale = 0.001; }), HasSubstr("view.evaluation_upscale"));
  EXPECT_THAT(error([](Options& options) { options.rotation = -1; }), HasSubstr("augment.rotation"));
  EXPECT_THAT(error([](Options& options) { options.augmentations = "up/down"; }), HasSubstr("augment.types"));
  EXPECT_THAT(error([](Options& options) { options.augmentation_mapping = "m.json"; }),
              AllOf(HasSubstr("data.augmentation_mapping"), HasSubstr("no effect")));
}

TEST(SomethingOptions, HaveOneNameEach) {
  Options options;
  Settings settings;
  options.bind(settings);
  settings.set("sampling.frames", "60");
  settings.set("view.crop", "224");
  settings.set("augment.types", "left/right, left/right agnostic");
  settings.set("augment.jitter_fps", "true");
  EXPECT_EQ(options.clip_frames, 60);
  EXPECT_EQ(options.crop, 224);
  EXPECT_TRUE(options.jitter_fps);
  EXPECT_NO_THROW(options.check());
  EXPECT_THAT(error_of([&] { settings.set("sampling.frames", "0"); }), HasSubstr("sampling.frames"));
}

}  // namespace
}  // namespace vbench::something
