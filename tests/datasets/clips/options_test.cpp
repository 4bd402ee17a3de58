// The published values of each dataset, and their names as settings.
#include "harness/core/settings.hpp"
#include "tests/datasets/clips/fixture.hpp"

namespace vbench::clips {
namespace {

using ::testing::HasSubstr;

struct Published {
  const char* dataset;
  int64_t classes, side;
  const char* intervals;
  int64_t interval;
  bool cycles;
  int64_t train_crop, evaluation_size;
};

TEST(Options, AreThePublishedOnes) {
  for (const auto& [dataset, classes, side, intervals, interval, cycles, train_crop, evaluation_size] :
       {Published{"ucf101", 101, 256, "2", 2, false, 224, 0}, Published{"hmdb51", 51, 256, "2", 2, false, 224, 0},
        Published{"diving48", 48, 256, "2", 2, false, 224, 0}, Published{"kinetics-200", 200, 284, "4,5,6", 5, true, 0, 256},
        Published{"kinetics-400", 400, 284, "4,5,6", 5, true, 0, 256}, Published{"kinetics-600", 600, 284, "4,5,6", 5, true, 0, 256},
        Published{"kinetics-700", 700, 284, "4,5,6", 5, true, 0, 256}, Published{"hacs", 200, 284, "1,2", 2, true, 0, 256},
        Published{"moments-in-time", 339, 284, "3,4", 3, true, 0, 256}, Published{"own-videos", 0, 256, "2", 2, false, 224, 0}}) {
    SCOPED_TRACE(dataset);
    const Options options = options_of(dataset);
    const auto* official = family_of(dataset).official;
    EXPECT_EQ(official == nullptr ? 0 : official->classes, classes);
    EXPECT_EQ(options.clip_side, side);
    EXPECT_EQ(options.sampling.frames, 16);
    EXPECT_EQ(options.sampling.train_intervals, intervals);
    EXPECT_EQ(options.sampling.evaluation_interval, interval);
    EXPECT_EQ(options.multigrid.long_cycles, cycles);
    EXPECT_EQ(options.multigrid.short_cycles, cycles);
    EXPECT_EQ(options.multigrid.epoch_length, video::EpochLength::kUpstream);
    EXPECT_EQ(options.pipeline.train.crop, train_crop);
    EXPECT_EQ(options.pipeline.evaluation.size, evaluation_size);
    EXPECT_EQ(options.classes, 0) << "as many as the labels name";
  }
  EXPECT_EQ(families().size(), 10U);
}

TEST(Options, CarryTheirNamesAsSettings) {
  Options options = options_of("ucf101");
  Settings settings;
  options.bind(settings);
  for (const char* assignment : {"data.labels=/lists", "data.media=/videos", "data.fold=3", "data.classes=7", "data.allow_missing=0.25",
                                 "clip.side=64", "sampling.frames=8", "multigrid.long_cycles=true", "standin.frames=9"}) {
    settings.set_assignment(assignment);
  }
  EXPECT_EQ(options.labels, "/lists");
  EXPECT_EQ(options.media, "/videos");
  EXPECT_EQ(options.fold, 3);
  EXPECT_EQ(options.classes, 7);
  EXPECT_EQ(options.allow_missing, 0.25);
  EXPECT_EQ(options.clip_size(), (video::ClipSize{8, 64, 64}));
  EXPECT_TRUE(options.multigrid.long_cycles);
  EXPECT_EQ(options.standin.frames, 9);
  EXPECT_THAT(test::error_of([&] { settings.set("data.fold", "0"); }), HasSubstr("data.fold"));
}

TEST(Families, SayWhatTheyAreAndWhatTheyNeed) {
  for (const Family& family : families()) {
    SCOPED_TRACE(family.name);
    const DatasetEntry entry = dataset_entry(family);
    for (const std::string& text : {entry.title, entry.licence}) EXPECT_FALSE(text.empty());
    EXPECT_THAT(entry.layout, HasSubstr(family.name + "/labels/classes.txt"));
    EXPECT_THAT(entry.preparation, HasSubstr("videos=DIR"));
    EXPECT_EQ(family.read == nullptr, family.name == "own-videos");
    EXPECT_EQ(family.official == nullptr, family.name == "own-videos");
    EXPECT_THAT(entry.title, HasSubstr(family.official == nullptr ? "your own" : std::to_string(family.official->classes)));
  }
  EXPECT_THAT(test::error_of([] { (void)family_of("ucf102"); }), HasSubstr("did you mean 'ucf101'"));
}

}  // namespace
}  // namespace vbench::clips
