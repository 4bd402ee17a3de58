// Conversion of folders of videos: both layouts, options, repetition, bad videos, and folders that cannot be written.
#include "datasets/video/convert.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/resource.h>

#include <csignal>
#include <fstream>
#include <thread>

#include "harness/core/settings.hpp"
#include "tests/datasets/video/fixture.hpp"
#include "tests/support/child.hpp"

namespace vbench {
namespace {

namespace fs = std::filesystem;
using test::error_of;
using test::open_converted;
using test::TemporaryFolder;
using test::write_video;
using testing::HasSubstr;
using video::ConvertOptions;
using video::DatabaseLayout;
using Indices = std::vector<int64_t>;

DataReport convert(const fs::path& input, const fs::path& output, const ConvertOptions& options = {}) {
  Progress quiet(Verbosity::kQuiet);
  return video::convert_videos(input, output, options, quiet);
}

/// Everything in both layouts.
class Conversion : public testing::TestWithParam<DatabaseLayout> {
 protected:
  [[nodiscard]] ConvertOptions options() const {
    ConvertOptions options;
    options.layout = GetParam();
    options.workers = 2;
    return options;
  }
  [[nodiscard]] DataReport convert_all() const { return convert(videos_, output_, options()); }
  [[nodiscard]] std::unique_ptr<video::FrameSource> open(const std::string& name) const {
    return open_converted(output_, name, GetParam());
  }

  TemporaryFolder folder_;
  const fs::path videos_ = folder_ / "videos", output_ = folder_ / "out";
};

INSTANTIATE_TEST_SUITE_P(Layout, Conversion, testing::Values(DatabaseLayout::kPerVideo, DatabaseLayout::kPacked),
                         [](const auto& tested) { return tested.param == DatabaseLayout::kPacked ? "packed" : "per_video"; });

TEST_P(Conversion, KeepsEveryFrameOfEveryVideo) {
  write_video(videos_ / "run" / "a.avi", 7);
  write_video(videos_ / "run" / "b.mp4", 9, "mp4v");
  write_video(videos_ / "deep" / "er" / "c.AVI", 3);
  write_video(videos_ / "flat.avi", 2);
  std::ofstream(videos_ / "notes.txt") << "no video";
  const auto report = convert_all();
  EXPECT_EQ(report.checked, 4);
  EXPECT_EQ(report.facts, (std::vector<std::string>{"4 of 4 videos converted, 0 of them before", "21 frames, verified"}));
  EXPECT_TRUE(report.problems.empty());
  for (const auto& [name, file] : std::map<std::string, std::string>{
           {"run/a", "run/a.avi"}, {"run/b", "run/b.mp4"}, {"deep/er/c", "deep/er/c.AVI"}, {"flat", "flat.avi"}}) {
    const auto expected = test::plain_decode(videos_ / file);
    const auto source = open(name);
    ASSERT_EQ(source->frames(), static_cast<int64_t>(expected.size())) << name;
    for (int64_t i = 0; i < source->frames(); ++i) {
      EXPECT_LE(test::difference(source->read(Indices{i})[0], expected.at(i)), 24) << name << " " << i;  // JPEG is lossy
    }
  }
}

TEST_P(Conversion, DoneAgainKeepsWhatIsThereAndAddsWhatIsNew) {
  write_video(videos_ / "run" / "a.avi", 7);
  (void)convert_all();
  write_video(videos_ / "run" / "b.avi", 5);
  EXPECT_EQ(convert_all().facts, (std::vector<std::string>{"2 of 2 videos converted, 1 of them before", "12 frames, verified"}));
  EXPECT_EQ(convert_all().facts.front(), "2 of 2 videos converted, 2 of them before");
  EXPECT_EQ(open("run/a")->frames(), 7);
  EXPECT_EQ(open("run/b")->frames(), 5);
}

TEST_P(Conversion, ReportsVideosThatCannotBeReadAndConvertsTheOthers) {
  write_video(videos_ / "run" / "good.avi", 4);
  write_video(videos_ / "run" / "cut.avi", 30, "MJPG", 320, 240);
  fs::resize_file(videos_ / "run" / "cut.avi", fs::file_size(videos_ / "run" / "cut.avi") / 2);
  std::ofstream(videos_ / "run" / "empty.mp4").flush();
  std::ofstream(videos_ / "run" / "text.webm") << "text";
  const auto report = convert_all();
  EXPECT_EQ(report.listed, 4);
  EXPECT_EQ(report.checked, 2);
  ASSERT_EQ(report.problems.size(), 3U);
  EXPECT_THAT(report.problems[0].item, HasSubstr("cut.avi"));
  EXPECT_THAT(report.problems[0].message, HasSubstr(" frames decode, its header says 30: cut short"));
  EXPECT_FALSE(report.problems[0].fatal);
  EXPECT_THAT(report.problems[1].item + report.problems[1].message, HasSubstr("empty.mp4the file is empty"));
  EXPECT_THAT(report.problems[2].item + report.problems[2].message, HasSubstr("text.webmcannot be opened as a video"));
  EXPECT_TRUE(report.problems[1].fatal && report.problems[2].fatal);
  EXPECT_EQ(open("run/good")->frames(), 4);
  EXPECT_FALSE(fs::exists(output_ / "run" / "text")) << "nothing is left of a video that cannot be read";
}

TEST_P(Conversion, TakesNamesOfAnyKind) {
  const std::vector<std::string> names{"it's; DROP TABLE Images;--", "say \"x\"", "caf\xE9", "-dash", "a b", "%05d", "\xE6\xBC\xA2"};
  for (const auto& name : names) {
    write_video(videos_ / "plain.avi", 3);
    fs::create_directories(videos_ / ("class " + name));
    fs::rename(videos_ / "plain.avi", videos_ / ("class " + name) / (name + ".avi"));
  }
  EXPECT_EQ(convert_all().checked, 7);
  for (const auto& name : names)
    EXPECT_EQ(test::which_pictures(open("class " + name + "/" + name)->read(Indices{2, 0}), 3), (Indices{2, 0}));
}

TEST_P(Conversion, MakesFramesAsLargeAsAskedFor) {
  write_video(videos_ / "wide.avi", 2, "MJPG", 160, 96);
  write_video(videos_ / "tall.avi", 2, "MJPG", 96, 160);
  const auto size_after = [&](const std::string& name, int64_t height, int64_t max_shorter_side) {
    ConvertOptions chosen = options();
    chosen.height = height;
    chosen.max_shorter_side = max_shorter_side;
    const fs::path place = folder_ / fmt::format("{}_{}", height, max_shorter_side);
    (void)convert(videos_, place, chosen);
    return open_converted(place, name, GetParam())->read(Indices{1})[0].size();
  };
  EXPECT_EQ(size_after("wide", 0, 0), cv::Size(160, 96));
  EXPECT_EQ(size_after("wide", 0, 384), cv::Size(160, 96)) << "never larger";
  EXPECT_EQ(size_after("wide", 0, 48), cv::Size(80, 48));
  EXPECT_EQ(size_after("tall", 0, 48), cv::Size(48, 80));
  EXPECT_EQ(size_after("wide", 192, 48), cv::Size(320, 192)) << "as upstream: also larger";
  EXPECT_EQ(size_after("tall", 192, 48), cv::Size(115, 192));
}

TEST_P(Conversion, RefusesToMixFramesOfDifferentOptions) {
  write_video(videos_ / "a.avi", 2);
  (void)convert_all();
  ConvertOptions other = options();
  other.quality = 50;
  EXPECT_THAT(error_of([&] { (void)convert(videos_, output_, other); }),
              testing::AllOf(HasSubstr("holds frames of other options"), HasSubstr("\"quality\":92"), HasSubstr("another --output")));
}

TEST_P(Conversion, StopsWhenAskedAndGoesOnLater) {
  for (const char* name : {"a", "b", "c", "d", "e", "f"}) write_video(videos_ / fmt::format("{}.avi", name), 5);
  std::atomic<int> asked{0};
  ConvertOptions stopping = options();
  stopping.workers = 1;
  stopping.stop_requested = [&] { return ++asked > 14; };
  EXPECT_THAT(error_of([&] { (void)convert(videos_, output_, stopping); }),
              testing::AllOf(HasSubstr("stopped; "), HasSubstr("of 6 videos are converted; the same command goes on")));
  const auto report = convert_all();
  EXPECT_EQ(report.checked, 6);
  EXPECT_THAT(report.facts.front(), testing::Not(HasSubstr(" 0 of them before")));
}

TEST_P(Conversion, IsAloneInItsFolder) {
  write_video(videos_ / "a.avi", 2);
  fs::create_directories(output_);
  const int other = ::open(output_.c_str(), O_RDONLY | O_DIRECTORY);
  ASSERT_EQ(::flock(other, LOCK_EX | LOCK_NB), 0);
  EXPECT_THAT(error_of([&] { (void)convert_all(); }),
              HasSubstr(output_.string() + ": another conversion is writing to this folder; wait for it"));
  EXPECT_TRUE(fs::is_empty(output_));
  ::close(other);
  EXPECT_EQ(convert_all().checked, 1);
}

TEST_P(Conversion, OfOneFolderStartedTwiceEndsWhole) {
  for (const char* name : {"a", "b", "c", "d", "e", "f"}) write_video(videos_ / fmt::format("{}.avi", name), 8);
  std::atomic<int> finished{0}, refused{0};
  std::vector<std::thread> both;
  for (int i = 0; i < 2; ++i) {
    both.emplace_back([&] {
      try {
        (void)convert_all();
        ++finished;
      } catch (const Error& error) {
        refused += error.fact() == "another conversion is writing to this folder" ? 1 : 0;
      }
    });
  }
  for (auto& one : both) one.join();
  EXPECT_GE(finished, 1);
  EXPECT_EQ(finished + refused, 2);
  for (const char* name : {"a", "b", "c", "d", "e", "f"}) EXPECT_EQ(open(name)->frames(), 8);
}

TEST_P(Conversion, IntoAFolderThatMayNotBeWrittenIsAnError) {
  write_video(videos_ / "a.avi", 2);
  constexpr auto kPassable = fs::perms::others_read | fs::perms::others_exec | fs::perms::group_read | fs::perms::group_exec;
  fs::create_directories(output_);
  for (const auto& place : {folder_.path(), videos_, output_})
    fs::permissions(place, fs::perms::owner_read | fs::perms::owner_exec | kPassable);
  EXPECT_THAT(test::in_child([&] {
                test::become_nobody();
                return std::to_string(convert_all().checked);
              }),
              testing::AllOf(HasSubstr("Permission denied"), HasSubstr("choose another --output")));
  for (const auto& place : {folder_.path(), videos_, output_}) fs::permissions(place, fs::perms::owner_all);
}

TEST_P(Conversion, OnAFullDiskIsAnErrorAndGoesOnWithSpace) {
  write_video(videos_ / "a.avi", 4, "MJPG", 640, 480);
  write_video(videos_ / "b.avi", 60, "MJPG", 640, 480);
  ConvertOptions as_they_are = options();
  as_they_are.max_shorter_side = 0;  // resizing starts threads that do not survive a fork
  EXPECT_THAT(test::in_child([&] {
                std::signal(SIGXFSZ, SIG_IGN);
                const rlimit limit{200'000, 200'000};
                ::setrlimit(RLIMIT_FSIZE, &limit);
                return std::to_string(convert(videos_, output_, as_they_are).checked);
              }),
              testing::AllOf(HasSubstr("cannot write to the frame database"), HasSubstr("free some space")));
  EXPECT_EQ(convert(videos_, output_, as_they_are).checked, 2);
  EXPECT_EQ(open("b")->frames(), 60);
}

TEST(ConversionPerVideo, MakesDamagedDatabasesAnew) {
  const TemporaryFolder folder;
  for (const char* name : {"a", "b", "c"}) write_video(folder / fmt::format("videos/{}.avi", name), 5);
  (void)convert(folder / "videos", folder / "out");
  std::ofstream(folder / "out/a/n_frames") << "6";
  test::run_sql(folder / "out/b/frames.db", "DELETE FROM Images WHERE rowid=2");
  EXPECT_EQ(convert(folder / "videos", folder / "out").facts.front(), "3 of 3 videos converted, 1 of them before");
  for (const char* name : {"a", "b", "c"}) EXPECT_EQ(video::open_frames(folder / "out" / name)->frames(), 5);
}

TEST(ConversionInput, ThatCannotBeConvertedSaysWhy) {
  const TemporaryFolder folder;
  fs::create_directories(folder / "empty");
  EXPECT_THAT(error_of([&] { (void)convert(folder / "missing", folder / "out"); }), HasSubstr("missing: is no folder of videos"));
  EXPECT_THAT(error_of([&] { (void)convert(folder / "empty", folder / "out"); }), HasSubstr("empty: holds no video files"));
  EXPECT_FALSE(fs::exists(folder / "out"));
}

TEST(ConversionInput, OfOneNameKeepsExtensions) {
  const TemporaryFolder folder;
  write_video(folder / "same/run/a.avi", 2);
  write_video(folder / "same/run/a.mp4", 3, "mp4v");
  write_video(folder / "same/run/b.mp4", 4, "mp4v");
  const auto report = convert(folder / "same", folder / "out");
  EXPECT_EQ(report.checked, 3);
  ASSERT_EQ(report.problems.size(), 2U);
  EXPECT_EQ(report.problems[0].kind, "same name");
  EXPECT_FALSE(report.problems[0].fatal);
  EXPECT_EQ(video::open_frames(folder / "out/run/a.avi")->frames(), 2);
  EXPECT_EQ(video::open_frames(folder / "out/run/a.mp4")->frames(), 3);
  EXPECT_EQ(video::open_frames(folder / "out/run/b")->frames(), 4);
  write_video(folder / "same/run/plain.avi", 2);
  fs::rename(folder / "same/run/plain.avi", folder / "same/run/a.avi.mkv");
  EXPECT_THAT(error_of([&] { (void)convert(folder / "same", folder / "out"); }),
              HasSubstr((folder / "same/run").string() + ": 'a.avi' and 'a.avi.mkv' would become one video; rename one of them"));
}

TEST(ConversionSettings, AreThoseOfTheOptions) {
  ConvertOptions options;
  Settings settings;
  bind(settings, options);
  settings.set_assignment("layout=packed");
  settings.set_assignment("height=360");
  EXPECT_EQ(options.layout, DatabaseLayout::kPacked);
  EXPECT_EQ(options.height, 360);
  EXPECT_THAT(error_of([&] { settings.set_assignment("quality=101"); }), HasSubstr("quality"));
}

TEST(ConversionInput, MayHoldLinksEvenToItself) {
  const TemporaryFolder folder;
  write_video(folder / "elsewhere/b.avi", 3);
  write_video(folder / "videos/run/a.avi", 2);
  fs::create_directory_symlink(folder / "elsewhere", folder / "videos/linked");
  fs::create_directory_symlink(folder / "videos", folder / "videos/run/back");
  fs::create_symlink(folder / "nowhere.avi", folder / "videos/run/dangling.avi");
  const auto report = convert(folder / "videos", folder / "out");
  EXPECT_EQ(report.listed, 3);
  EXPECT_EQ(report.checked, 2);
  EXPECT_THAT(report.problems.at(0).item + ": " + report.problems.at(0).message, HasSubstr("dangling.avi: cannot be opened"));
  EXPECT_EQ(video::open_frames(folder / "out/linked/b")->frames(), 3);
}

TEST(ConversionInput, WithAFolderThatMayNotBeListedIsAnError) {
  const TemporaryFolder folder;
  write_video(folder / "videos/run/a.avi", 2);
  fs::permissions(folder.path(), fs::perms::all);
  fs::permissions(folder / "videos/run", fs::perms::none);
  EXPECT_THAT(test::in_child([&] {
                test::become_nobody();
                return std::to_string(convert(folder / "videos", folder / "out").checked);
              }),
              HasSubstr((folder / "videos").string() + ": a folder in it cannot be listed: Permission denied"));
  fs::permissions(folder / "videos/run", fs::perms::owner_all);
}

}  // namespace
}  // namespace vbench
