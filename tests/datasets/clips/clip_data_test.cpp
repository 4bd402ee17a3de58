// Labelled clips: what is read, and what becomes of videos and files that are not as they should be.
#include <torch/types.h>

#include "datasets/clips/media.hpp"
#include "datasets/loader/loader.hpp"
#include "datasets/synthetic/motion_world.hpp"
#include "tests/datasets/clips/fixture.hpp"
#include "tests/support/child.hpp"

namespace vbench::clips {
namespace {

using test::read;
using test::SmallSet;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

void damage(const fs::path& database) { test::run_sql(database, "UPDATE Images SET frames=x'ffd8ffe0'"); }

TEST(ClipData, GivesEveryVideoItsLabelAndAClip) {
  const SmallSet set;
  const auto data = set.open();
  ASSERT_EQ(data.size(), 4);
  EXPECT_EQ(data.class_names(), test::small_classes());
  for (int64_t i = 0; i < 4; ++i) {
    const Sample sample = read(data, i);
    EXPECT_EQ(sample.label, i);
    EXPECT_EQ(sample.clips.sizes(), at::IntArrayRef({1, 3, 4, 16, 16}));
  }
  EXPECT_EQ(read(data, 1).id, "jump/v2");
  EXPECT_EQ(data.name(3), "caf\\xe9/v2") << "what is no UTF-8 goes no further";
  const Batch batch = ClipData::collate({read(data, 0), read(data, 3)});
  EXPECT_EQ(batch.size(), 2);
  EXPECT_EQ(batch.clips.sizes(), at::IntArrayRef({2, 3, 4, 16, 16}));
  test::expect_same(batch.labels, torch::tensor({0, 3}, torch::kLong));
  EXPECT_THAT(batch.views, ElementsAre(1, 1));
}

TEST(ClipData, IsTheSameInEveryForm) {
  SmallSet set;
  const Sample database = read(set.open(), 2);
  for (const auto& label : test::small_classes()) {  // the same pictures as files
    for (const char* id : {"v0", "v1", "v2"}) {
      const fs::path folder = set.root / "jpg" / label / id;
      fs::remove_all(folder);
      fs::create_directories(folder);
      auto next = test::frames_of_video(SmallSet::kFrames, id[1] - '0');
      for (int i = 1; const auto frame = next(); ++i) write_file_atomically(folder / fmt::format("frame_{:05d}.jpg", i), frame->jpeg);
    }
  }
  test::expect_same(read(set.open(), 2).clips, database.clips);
  set.pack();
  test::expect_same(read(set.open(), 2).clips, database.clips);
}

TEST(ClipData, ReadsVideoFilesToo) {
  SmallSet set;
  const Sample database = read(set.open(), 1);
  fs::remove_all(set.root / "jpg");
  for (const auto& label : test::small_classes()) {
    if (label != test::small_classes()[3]) {
      for (const char* id : {"v0", "v1", "v2"})
        test::write_video(set.root / "videos" / label / (std::string(id) + ".avi"), SmallSet::kFrames + id[1] - '0');
    }
  }
  set.options.allow_missing = 0.25;
  const auto data = set.open();
  EXPECT_EQ(data.size(), 3);
  EXPECT_EQ(data.fingerprint().missing, 1);
  // 14 pictures from 0 instead of 12 from 2, so the middle is one off; the codec leaves its traces.
  EXPECT_LT((read(data, 1).clips - database.clips).abs().mean().item<double>(), 0.5);
}

TEST(ClipData, OfTrainingDependsOnTheStreamAlone) {
  SmallSet set;
  const auto data = set.open(Role::kTrain);
  ASSERT_EQ(data.size(), 8);
  test::expect_same(read(data, 5, 7).clips, read(set.open(Role::kTrain), 5, 7).clips);
  EXPECT_FALSE(torch::equal(read(data, 5, 7).clips, read(data, 5, 8).clips));
  const auto validation = set.open();
  test::expect_same(read(validation, 1, 7).clips, read(validation, 1, 8).clips);
}

TEST(ClipData, ComesAlikeFromAnyNumberOfThreads) {
  for (const bool packed : {false, true}) {
    SmallSet set;
    if (packed) set.pack();
    const auto data = set.open(Role::kTrain);
    const LoaderOptions one{.batch_size = 2, .workers = 0, .prefetch = 1, .shuffle = true, .seed = 3};
    LoaderOptions many = one;
    many.workers = many.prefetch = 4;
    Loader<ClipData> alone(data, one, 0), together(data, many, 0);
    for (int batch = 0; batch < 4; ++batch) {
      const auto expected = alone.next(), actual = together.next();
      ASSERT_TRUE(expected && actual);
      EXPECT_EQ(actual->ids, expected->ids);
      test::expect_same(actual->clips, expected->clips);
    }
    EXPECT_FALSE(together.next());
  }
}

/// What the pipeline makes of the whole pictures of clip 4..7, the middle of 12 frames.
at::Tensor from_whole_pictures(const SmallSet& set, const std::string& place) {
  const auto frames = Media(set.root / "jpg").open(place)->read(std::vector<int64_t>{4, 5, 6, 7});
  return video::ClipPipeline(set.options.pipeline, set.options.clip_size()).evaluate(frames);
}

TEST(ClipData, DecodesSmallerPicturesOnlyWhereTheyAreShrunkAnyway) {
  SmallSet set;
  const auto difference = [&] { return (read(set.open(), 1).clips[0] - from_whole_pictures(set, "jump/v2")).abs().max().item<double>(); };
  const auto write_frames = [&](int width, int height) {
    int64_t frame = 0;
    video::write_frame_database(set.root / "jpg/jump/v2", [&]() -> std::optional<video::EncodedFrame> {
      if (frame == SmallSet::kFrames) return std::nullopt;
      return video::EncodedFrame{video::encode_jpeg(test::picture(frame++, width, height), 95), width};
    });
  };
  write_frames(80, 62);
  EXPECT_EQ(difference(), 0) << "half of 62 is less than 32";
  write_frames(160, 128);
  EXPECT_GT(difference(), 0) << "a quarter of 128 will do";
  EXPECT_LT(difference(), 2);
  set.options.pipeline.evaluation.shorter_side = 0;
  EXPECT_EQ(difference(), 0) << "no size to shrink to";
}

TEST(ClipData, OfTrainingComesInTheSizeOfTheStep) {
  const SmallSet set;
  const auto data = set.open(Role::kTrain);
  RandomStream random(1, "augment");
  EXPECT_EQ(data.read(0, random, {.batch = 8, .size = {2, 12, 12}, .first = 0}).clips.sizes(), at::IntArrayRef({1, 3, 2, 12, 12}));
  EXPECT_EQ(data.read(0, random, {.batch = 8, .size = {3, 16, 16}, .first = 0}).clips.sizes(), at::IntArrayRef({1, 3, 3, 16, 16}));
}

TEST(ClipData, OfEvaluationMayHaveManyViews) {
  SmallSet set;
  set.options.sampling.evaluation_clips = video::EvaluationClips::kAll;
  const auto data = set.open();
  const Sample sample = read(data, 0);
  EXPECT_EQ(sample.clips.sizes(), at::IntArrayRef({3, 3, 4, 16, 16})) << "12 frames are 3 clips of 4";
  const Batch batch = ClipData::collate({sample, read(data, 1)});
  EXPECT_EQ(batch.clips.size(0), 6);
  EXPECT_THAT(batch.views, ElementsAre(3, 3));
  test::expect_same(batch.clips.slice(0, 0, 3), sample.clips);
}

TEST(ClipData, PlansTheOriginalsIterations) {
  SmallSet set;
  EXPECT_THAT(set.open().plan(2), IsEmpty()) << "evaluation";
  const auto steps = set.open(Role::kTrain).plan(3);
  ASSERT_THAT(steps, SizeIs(2)) << "8 videos in batches of 3: the last two wait";
  EXPECT_EQ(steps[1].batch, 3);
  EXPECT_EQ(steps[1].size, set.options.clip_size());
  EXPECT_THAT(test::error_of([&] { (void)set.open(Role::kTrain).plan(9); }), HasSubstr("too few"));
  set.options.multigrid.epoch_length = video::EpochLength::kFullPass;
  EXPECT_THAT(set.open(Role::kTrain).plan(3), IsEmpty());
  set.options.multigrid.long_cycles = true;
  EXPECT_LT(set.open(Role::kTrain).plan(1).front().size.frames, 4) << "a cycle begins with short clips";
}

TEST(ClipData, KnowsHowManyOutputsAClassifierNeeds) {
  SmallSet set;
  EXPECT_EQ(set.open().options().classes, 4);
  set.options.classes = 48;
  EXPECT_EQ(set.open().options().classes, 48);
  set.options.classes = 3;
  EXPECT_THAT(test::error_of([&] { (void)set.open(); }), AllOf(HasSubstr("4 classes"), HasSubstr("data.classes=3")));
}

TEST(ClipData, LeavesOutAShareOfMissingVideosOnly) {
  SmallSet set;
  fs::remove_all(set.root / "jpg/jump/v1");
  set.options.allow_missing = 0.125;
  const auto data = set.open(Role::kTrain);
  EXPECT_EQ(data.size(), 7);
  EXPECT_EQ(data.fingerprint().missing, 1);
  EXPECT_EQ(read(data, 3).label, 2) << "labels stay where they are";
  set.options.allow_missing = 0.12;
  EXPECT_THAT(test::error_of([&] { (void)set.open(Role::kTrain); }),
              AllOf(HasSubstr("1 of 8 listed videos are missing"), HasSubstr("jump/v1"), HasSubstr("data.allow_missing")));
  set.options.allow_missing = 1;
  set.spec.strict = true;
  EXPECT_THAT(test::error_of([&] { (void)set.open(Role::kTrain); }), HasSubstr("jump/v1"));
}

TEST(ClipData, WithoutAnyVideoIsAnErrorWhateverMayBeMissing) {
  SmallSet set;
  set.options.allow_missing = 1;
  fs::remove_all(set.root / "jpg");
  set.make("jpg");
  EXPECT_THAT(test::error_of([&] { (void)set.open(); }), HasSubstr("4 of 4 listed videos are missing"));
}

TEST(ClipData, OfADamagedVideoIsLeftOutOfTrainingAndEndsEvaluation) {
  SmallSet set;
  for (const char* video : {"jump/v0", "jump/v2"}) damage(set.root / "jpg" / video / "frames.db");
  const auto training = set.open(Role::kTrain);
  ::testing::internal::CaptureStderr();
  const Sample bad = read(training, 2);
  (void)read(training, 2, 9);
  const std::string said = ::testing::internal::GetCapturedStderr();
  EXPECT_THAT(said, AllOf(HasSubstr("warning: jump/v0 is left out"), HasSubstr("frame ")));
  EXPECT_EQ(said.find("jump/v0 is left out"), said.rfind("jump/v0 is left out")) << "said once";
  EXPECT_FALSE(bad.clips.defined());
  const Batch batch = ClipData::collate({read(training, 0), bad, read(training, 1)});
  EXPECT_THAT(batch.ids, SizeIs(2));
  EXPECT_EQ(batch.labels.size(0), 2);
  EXPECT_THAT(test::error_of([&] { (void)ClipData::collate({bad, bad}); }), HasSubstr("none of the 2 videos"));
  EXPECT_EQ(training.fingerprint().dropped, 1);
  EXPECT_EQ(training.fingerprint().items, 7);

  const auto evaluation = set.open();
  EXPECT_THAT(test::error_of([&] { (void)read(evaluation, 1); }), HasSubstr("jump/v2"));
  set.spec.strict = true;
  const auto strict = set.open(Role::kTrain);
  EXPECT_THAT(test::error_of([&] { (void)read(strict, 2); }), HasSubstr("jump/v0"));
}

TEST(ClipData, WithAWrongNumberOfFramesBesideADatabaseSaysSo) {
  SmallSet set;
  write_file_atomically(set.root / "jpg/jump/v2/n_frames", "13");
  EXPECT_THAT(test::error_of([&] { (void)read(set.open(), 1); }), AllOf(HasSubstr("says 13 frames"), HasSubstr("holds 12")));
}

TEST(ClipData, RefusesLabelsOutsideTheListOfClasses) {
  SmallSet set;
  set.rows("val")[1].label = "jumq";
  set.write_rows();
  EXPECT_THAT(test::error_of([&] { (void)set.open(); }),
              AllOf(HasSubstr("'jumq'"), HasSubstr("not in the class list"), HasSubstr("did you mean 'jump'?")));
}

TEST(ClipData, RefusesNamesThatLeadOut) {
  SmallSet set;
  set.rows("val")[1].id = "../../jump/v2";
  set.write_rows();
  EXPECT_THAT(test::error_of([&] { (void)set.open(); }), HasSubstr("leads out"));
}

TEST(ClipData, ListsAVideoOnceAndUnderOneLabel) {
  SmallSet set;
  set.rows("val").push_back(SmallSet::row("jump", "v2"));
  set.write_rows();
  EXPECT_EQ(set.open().size(), 4);
  EXPECT_EQ(set.open().fingerprint().dropped, 1);
  auto other = SmallSet::row(test::small_classes()[0], "v2");
  other.media = "jump/v2";
  set.rows("val").back() = other;
  set.write_rows();
  EXPECT_THAT(test::error_of([&] { (void)set.open(); }), AllOf(HasSubstr("as 'jump' and as"), HasSubstr("pick up")));
}

TEST(ClipData, GivesAnIdToOneVideoOnly) {
  SmallSet set;
  auto other = SmallSet::row("jump", "v2");
  other.media = "jump/v0";
  set.rows("val").push_back(other);
  set.write_rows();
  EXPECT_THAT(test::error_of([&] { (void)set.open(); }), HasSubstr("'jump/v2' is the name of two videos, jump/v2 and jump/v0"));
}

TEST(ClipData, OfAListWithTwoLabelsAVideoHasBothWhereThatIsKnown) {
  SmallSet set;
  fs::rename(set.root, set.root.parent_path() / "kinetics-400");
  set.root = set.root.parent_path() / "kinetics-400";
  set.spec.dataset = "kinetics-400";
  auto other = SmallSet::row(test::small_classes()[0], "x");
  other.media = "jump/v2";
  set.rows("val").push_back(other);
  set.write_rows();
  const auto data = set.open();
  ASSERT_EQ(data.size(), 5);
  EXPECT_EQ(read(data, 1).label, 1);
  EXPECT_EQ(read(data, 4).label, 0);
  test::expect_same(read(data, 1).clips, read(data, 4).clips);
}

TEST(ClipData, ReadsTablesThatWereEditedElsewhere) {
  SmallSet set;
  const std::string quoted = R"("pick up, ""it""",v2)";
  set.write_csv("val", "\xEF\xBB\xBFsplit,label,id\r\nval," + quoted +
                           "\r\nval,jump, v2 \r\nval,\"o'clock'); DROP TABLE Images;--\",v2\r\nval,caf\xE9,v2\r\n");
  const auto data = set.open();
  EXPECT_EQ(data.size(), 4);
  EXPECT_EQ(read(data, 0).label, 0);
  EXPECT_EQ(read(data, 2).label, 2);
  set.write_csv("val", "label,id\njump,v2,surplus\n");
  EXPECT_THAT(test::error_of([&] { (void)set.open(); }), HasSubstr("val.csv"));
  set.write_csv("val", "label,name\njump,v2\n");
  EXPECT_THAT(test::error_of([&] { (void)set.open(); }), HasSubstr("id"));
}

TEST(ClipData, WithoutRowsSaysSo) {
  SmallSet set;
  set.write_csv("val", "label,id\n");
  EXPECT_THAT(test::error_of([&] { (void)set.open(); }), HasSubstr("lists no videos"));
}

/// Everything below may be read by everybody and written by nobody, or by the owner again.
void set_permissions(const fs::path& folder, bool writable) {
  constexpr auto kRead = fs::perms::owner_read | fs::perms::group_read | fs::perms::others_read;
  constexpr auto kPass = fs::perms::owner_exec | fs::perms::group_exec | fs::perms::others_exec;
  const auto set = [&](const fs::path& path) {
    const auto wanted = fs::is_directory(path) ? kRead | kPass : kRead;
    fs::permissions(path, writable ? wanted | fs::perms::owner_write : wanted);
  };
  set(folder);
  for (const auto& entry : fs::recursive_directory_iterator(folder)) set(entry.path());
}

TEST(ClipData, IsReadWhereNothingMayBeWritten) {
  for (const bool packed : {false, true}) {
    SmallSet set;
    if (packed) set.pack();
    fs::permissions(set.outside("."), fs::perms::all);
    set_permissions(set.root, false);
    EXPECT_EQ(test::in_child([&] {
                test::become_nobody();
                const auto data = set.open(Role::kTrain);
                int64_t clips = 0;
                for (int64_t i = 0; i < data.size(); ++i) clips += read(data, i).clips.defined() ? 1 : 0;
                return fmt::format("{} of {}", clips, data.size());
              }),
              "8 of 8")
        << (packed ? "packed" : "one database a video");
    set_permissions(set.root, true);
  }
}

TEST(ClipData, NeedsNoPreloading) {
  SmallSet set;
  set.spec.preload = true;
  try {
    (void)set.open();
    ADD_FAILURE() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUsage);
    EXPECT_THAT(error.what(), HasSubstr("--preload"));
  }
}

TEST(ClipData, HasAFingerprintOfVideosAndLabels) {
  SmallSet set;
  const auto before = set.open().fingerprint();
  EXPECT_EQ(before.split, "val1");
  EXPECT_EQ(before.items, 4);
  EXPECT_EQ(set.open().fingerprint().hash, before.hash);
  std::swap(set.rows("val")[0], set.rows("val")[1]);
  set.write_rows();
  EXPECT_EQ(set.open().fingerprint().hash, before.hash) << "their order makes no difference";
  annotations::write_classes(set.root / "labels/classes.txt", annotations::ClassList({test::small_classes()[1], test::small_classes()[0],
                                                                                      test::small_classes()[2], test::small_classes()[3]}));
  EXPECT_NE(set.open().fingerprint().hash, before.hash) << "other labels";
}

TEST(ClipData, IsFoundWhereverSettingsSay) {
  SmallSet set;
  fs::rename(set.root / "labels", set.outside("lists"));
  fs::rename(set.root / "jpg", set.outside("frames"));
  EXPECT_THAT(test::error_of([&] { (void)set.open(); }), AllOf(HasSubstr("labels/val.csv"), HasSubstr("frames.db")));
  set.options.labels = "nowhere";
  EXPECT_THAT(test::error_of([&] { (void)set.open(); }), AllOf(HasSubstr(fs::current_path().string()), HasSubstr("nowhere/val.csv")));
  set.options.labels = set.outside("lists").string();
  set.options.media = set.outside("frames").string();
  EXPECT_EQ(set.open().size(), 4);
  EXPECT_EQ(set.open().source(), Source::kReal);
}

class Standin : public ::testing::Test {
 protected:
  Standin() {
    fs::remove_all(set_.root);
    set_.spec.dataset = "ucf101";
    set_.spec.source = SourceChoice::kAuto;
    set_.options.standin = {.train_videos = 2, .val_videos = 1, .frames = 6, .side = 32};
  }
  SmallSet set_;
};

TEST_F(Standin, IsMadeWhereNothingElseIs) {
  const auto data = set_.open(Role::kTrain);
  EXPECT_EQ(data.source(), Source::kSynthetic);
  EXPECT_EQ(data.class_names(), synthetic::motion_names());
  EXPECT_EQ(data.size(), 2 * static_cast<int64_t>(data.class_names().size()));
  EXPECT_EQ(read(data, 0).clips.sizes(), at::IntArrayRef({1, 3, 4, 16, 16}));
  EXPECT_EQ(set_.open().fingerprint().hash, set_.open().fingerprint().hash);
  set_.options.standin.frames = 7;
  EXPECT_NE(set_.open().fingerprint().hash, data.fingerprint().hash);
}

TEST_F(Standin, ComesUnderTheNameOfEveryDataset) {
  for (const char* dataset : {"kinetics-400", "own-videos"}) {
    set_.spec.dataset = dataset;
    EXPECT_EQ(set_.open().source(), Source::kSynthetic);
  }
}

TEST_F(Standin, IsNeverTakenForRealFiles) {
  set_.spec.source = SourceChoice::kReal;
  EXPECT_THAT(test::error_of([&] { (void)set_.open(); }), HasSubstr("labels/val1.csv"));
  DataRequest request;
  request.settings = {"standin.train_videos=2", "standin.val_videos=1", "standin.frames=6", "standin.side=32"};
  const fs::path written = set_.outside("written");
  (void)dataset_entry(family_of("ucf101")).synthesize(request, written.string());
  EXPECT_TRUE(fs::exists(written / "UCF-101")) << "the official layout";
  set_.options.standin = {};
  set_.options.labels = (written / "labels").string();
  EXPECT_THAT(test::error_of([&] { (void)set_.open(); }), HasSubstr("generated"));
  set_.spec.source = SourceChoice::kAuto;
  EXPECT_EQ(set_.open().source(), Source::kSynthetic);
}

TEST_F(Standin, SettingsHaveNoEffectOnRealFiles) {
  SmallSet real;
  real.options.standin.frames = 7;
  EXPECT_THAT(test::error_of([&] { (void)real.open(); }), HasSubstr("no effect"));
  set_.options.media = "/tmp";
  set_.spec.source = SourceChoice::kSynthetic;
  EXPECT_THAT(test::error_of([&] { (void)set_.open(); }), AllOf(HasSubstr("no effect"), HasSubstr("data.media")));
}

}  // namespace
}  // namespace vbench::clips
