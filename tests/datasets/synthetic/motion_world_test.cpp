#include "datasets/synthetic/motion_world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <opencv2/videoio.hpp>
#include <set>

#include "datasets/synthetic/motion_scene.hpp"
#include "datasets/video/video_file.hpp"
#include "harness/core/error.hpp"
#include "harness/core/files.hpp"
#include "tests/datasets/synthetic/files_below.hpp"
#include "tests/support/golden.hpp"
#include "tests/support/threads.hpp"

namespace vbench::synthetic {
namespace {

namespace fs = std::filesystem;
using test::error_of;
using test::files_below;
using test::TemporaryFolder;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr clips::StandinOptions kSmall{.train_videos = 2, .val_videos = 1, .frames = 5, .side = 48};

std::vector<std::string> lines_of(const fs::path& file) {
  std::vector<std::string> lines;
  std::string text = read_file(file);
  for (size_t end = text.find("\r\n"); end != std::string::npos; end = text.find("\r\n")) {
    lines.push_back(text.substr(0, end));
    text.erase(0, end + 2);
  }
  EXPECT_EQ(text, "") << "after the last line of " << file;
  return lines;
}

std::vector<cv::Mat> decoded(const fs::path& file, int64_t frames) {
  std::vector<int64_t> indices;
  for (int64_t i = 0; i < frames; ++i) indices.push_back(i);
  return video::VideoFile(file).read(indices);
}

double distance(const cv::Mat& a, const cv::Mat& b) { return cv::norm(a, b, cv::NORM_L1) / static_cast<double>(a.total() * 3); }

TEST(MotionWorld, NamesAreSortedAndOneAMotion) {
  EXPECT_EQ(static_cast<int64_t>(motion_names().size()), kMotions);
  EXPECT_TRUE(std::is_sorted(motion_names().begin(), motion_names().end()));
  EXPECT_EQ(motion_names()[static_cast<size_t>(Motion::kGrow)], "Grow");
  EXPECT_EQ(motion_names()[static_cast<size_t>(Motion::kSway)], "Sway");
}

TEST(MotionWorld, FoldersAndListsAreThoseOfUcf101) {
  const TemporaryFolder folder;
  write_motion_videos(folder.path(), kSmall, 1);
  const auto lists = folder / "ucfTrainTestlist";
  EXPECT_THAT(lines_of(lists / "classInd.txt"),
              ElementsAre("1 Bob", "2 Circle", "3 Fall", "4 Glide", "5 Grow", "6 Rise", "7 Shrink", "8 Sway"));
  const auto train = lines_of(lists / "trainlist01.txt"), test = lines_of(lists / "testlist01.txt");
  ASSERT_EQ(train.size(), 16U);
  ASSERT_EQ(test.size(), 8U);
  EXPECT_EQ(train[0], "Bob/v_Bob_g08_c01.avi 1");
  EXPECT_EQ(train[1], "Bob/v_Bob_g09_c01.avi 1");
  EXPECT_EQ(train[15], "Sway/v_Sway_g09_c01.avi 8");
  EXPECT_EQ(test[2], "Fall/v_Fall_g01_c01.avi");
  std::vector<std::string> expected{"ucfTrainTestlist/classInd.txt", "ucfTrainTestlist/testlist01.txt", "ucfTrainTestlist/trainlist01.txt"};
  for (const auto& line : train) expected.push_back("UCF-101/" + line.substr(0, line.find(' ')));
  for (const auto& line : test) expected.push_back("UCF-101/" + line);
  std::sort(expected.begin(), expected.end());
  EXPECT_EQ(files_below(folder.path()), expected);
}

TEST(MotionWorld, GroupsAreUsedUpBeforeAGroupGetsAnotherClip) {
  const TemporaryFolder folder;
  write_motion_videos(folder.path(), {.train_videos = 20, .val_videos = 8, .frames = 2, .side = 24}, 1);
  std::set<std::string> groups;
  std::vector<std::string> second;
  for (const auto* list : {"trainlist01.txt", "testlist01.txt"}) {
    for (const auto& line : lines_of(folder / "ucfTrainTestlist" / list)) {
      if (line.rfind("Bob/", 0) != 0) continue;
      groups.insert(line.substr(10, 3));
      if (line.find("_c02") != std::string::npos) second.push_back(line);
    }
  }
  EXPECT_EQ(groups.size(), 25U);
  EXPECT_THAT(second, ElementsAre("Bob/v_Bob_g08_c02.avi 1", "Bob/v_Bob_g09_c02.avi 1", "Bob/v_Bob_g01_c02.avi"));
}

TEST(MotionWorld, FilesHoldTheFramesOfTheirVideo) {
  const TemporaryFolder folder;
  write_motion_videos(folder.path(), kSmall, 7);
  const auto expect_frames = [&](const std::string& name, const MotionScene& scene) {
    const auto file = folder / "UCF-101" / name;
    EXPECT_EQ(video::VideoFile(file).frames(), kSmall.frames);
    const auto frames = decoded(file, kSmall.frames);
    for (int64_t i = 0; i < kSmall.frames; ++i) EXPECT_LT(distance(frames[static_cast<size_t>(i)], scene.render(i)), 8) << name;
  };
  expect_frames("Circle/v_Circle_g09_c01.avi", {7, Motion::kCircle, 1, kSmall.side});
  expect_frames("Shrink/v_Shrink_g01_c01.avi", {7, Motion::kShrink, kFirstTestVideo, kSmall.side});
}

TEST(MotionWorld, FilesAreMpeg4At25FramesASecond) {
  const TemporaryFolder folder;
  write_motion_videos(folder.path(), kSmall, 1);
  const auto file = folder / "UCF-101/Rise/v_Rise_g08_c01.avi";
  const cv::VideoCapture capture(file.string(), cv::CAP_FFMPEG);
  EXPECT_EQ(capture.get(cv::CAP_PROP_FPS), 25);
  EXPECT_EQ(static_cast<int>(capture.get(cv::CAP_PROP_FOURCC)), cv::VideoWriter::fourcc('X', 'V', 'I', 'D'));
  EXPECT_THAT(read_file(file).substr(0, 12), HasSubstr("AVI "));
}

TEST(MotionWorld, MoreVideosAndOtherThreadsLeaveTheFirstOnesAsTheyWere) {
  const TemporaryFolder folder;
  auto more = kSmall;
  more.train_videos = 4;
  more.val_videos = 2;
  write_motion_videos(folder / "few", kSmall, 1);
  {
    const test::Threads one(1);
    write_motion_videos(folder / "many", more, 1);
  }
  write_motion_videos(folder / "other", kSmall, 2);
  EXPECT_EQ(files_below(folder / "many" / "UCF-101").size(), 8U * 6);
  for (const auto& name : files_below(folder / "few" / "UCF-101")) {
    const auto of = [&](const std::string& world) { return decoded(folder / world / "UCF-101" / name, 1).front(); };
    EXPECT_EQ(cv::norm(of("few"), of("many"), cv::NORM_INF), 0) << name;
    EXPECT_GT(distance(of("few"), of("other")), 8) << name;
  }
}

TEST(MotionWorld, OptionsThatDescribeNoVideoAreUsageErrors) {
  const TemporaryFolder folder;
  const auto message = [&](void (*change)(clips::StandinOptions&)) {
    auto options = kSmall;
    change(options);
    try {
      write_motion_videos(folder / "bad", options, 1);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kUsage);
      return std::string(error.what());
    }
    return std::string("no error");
  };
  EXPECT_THAT(message([](auto& options) { options.train_videos = 0; }), HasSubstr("standin.train_videos"));
  EXPECT_THAT(message([](auto& options) { options.val_videos = -1; }), HasSubstr("standin.val_videos"));
  EXPECT_THAT(message([](auto& options) { options.frames = 1; }), HasSubstr("standin.frames"));
  EXPECT_THAT(message([](auto& options) { options.side = 73; }), HasSubstr("standin.side"));
  EXPECT_THAT(message([](auto& options) { options.side = 22; }), HasSubstr("standin.side"));
  EXPECT_FALSE(fs::exists(folder / "bad"));
}

TEST(MotionWorld, AFolderThatCannotBeWrittenIsAnInputErrorWithItsName) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "taken", "a file");
  EXPECT_THAT(error_of([&] { write_motion_videos(folder / "taken", kSmall, 1); }), HasSubstr("taken"));
  // A folder where a video should go: found out after encoding, and nothing temporary stays.
  make_folder(folder / "world" / "UCF-101" / "Rise" / "v_Rise_g08_c01.avi" / "inside");
  EXPECT_THAT(error_of([&] { write_motion_videos(folder / "world", kSmall, 1); }), HasSubstr("v_Rise_g08_c01.avi"));
  for (const auto& name : files_below(folder / "world")) EXPECT_EQ(name.find(".tmp."), std::string::npos) << name;
}

}  // namespace
}  // namespace vbench::synthetic
