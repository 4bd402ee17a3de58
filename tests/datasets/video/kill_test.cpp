// A conversion that is killed at any moment: nothing looks whole that is not, and the next one goes on and ends as an unbroken one does.
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <thread>

#include "datasets/video/convert.hpp"
#include "tests/datasets/video/fixture.hpp"

namespace vbench {
namespace {

namespace fs = std::filesystem;
using video::DatabaseLayout;

constexpr int kVideos = 10;
constexpr int64_t kFrames = 24;

void convert(const fs::path& videos, const fs::path& output, bool packed) {
  video::ConvertOptions options;
  options.layout = packed ? DatabaseLayout::kPacked : DatabaseLayout::kPerVideo;
  options.workers = 2;
  Progress quiet(Verbosity::kQuiet);
  EXPECT_EQ(video::convert_videos(videos, output, options, quiet).checked, kVideos);
}

/// What the killed process runs: this program again with one test, since a fork of a program with threads could hang.
TEST(ConversionInAProcessOfItsOwn, DISABLED_Runs) {
  const char* folder = std::getenv("VBENCH_TEST_FOLDER");
  ASSERT_NE(folder, nullptr) << "started by the other tests only";
  write_file_atomically(fs::path(folder) / "started", "");
  convert(fs::path(folder) / "videos", fs::path(folder) / "out", std::getenv("VBENCH_TEST_PACKED") != nullptr);
}

pid_t start(const fs::path& folder, bool packed) {
  const pid_t child = ::fork();
  if (child != 0) return child;
  ::setenv("VBENCH_TEST_FOLDER", folder.c_str(), 1);
  if (packed) ::setenv("VBENCH_TEST_PACKED", "1", 1);
  (void)!::freopen("/dev/null", "w", stdout);
  ::execl("/proc/self/exe", "test_video_kill", "--gtest_also_run_disabled_tests", "--gtest_filter=ConversionInAProcessOfItsOwn.*", nullptr);
  ::_exit(9);
}

/// @return whether the process ended by itself before it could be killed
bool kill_after(const fs::path& folder, bool packed, std::chrono::milliseconds delay) {
  fs::remove(folder / "started");
  const pid_t child = start(folder, packed);
  int status = 0;
  while (!fs::exists(folder / "started")) {
    if (::waitpid(child, &status, WNOHANG) == child) {
      ADD_FAILURE() << "the process never started to convert";
      return true;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  std::this_thread::sleep_for(delay);
  ::kill(child, SIGKILL);
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
  return WIFEXITED(status);
}

std::string name_of(int video) { return fmt::format("class/video_{}", video); }

/// The frames of every video that can be opened; those that cannot must say that their conversion has not ended.
int count_whole(const fs::path& output, bool packed) {
  int whole = 0;
  const auto check = [&](const std::function<std::unique_ptr<video::FrameSource>()>& open) {
    try {
      const auto source = open();
      EXPECT_EQ(source->frames(), kFrames);
      EXPECT_EQ(test::which_pictures(source->read(std::vector<int64_t>{0, kFrames - 1}), kFrames), (std::vector<int64_t>{0, kFrames - 1}));
      ++whole;
    } catch (const Error& error) {
      EXPECT_THAT(error.what(),
                  testing::AnyOf(testing::HasSubstr("the conversion has not ended"), testing::HasSubstr("no such file or folder"),
                                 testing::HasSubstr("neither frames.db nor numbered pictures"),
                                 testing::HasSubstr("frames.db: the file is missing")));
    }
  };
  for (int i = 0; i < kVideos; ++i) {
    check([&]() -> std::unique_ptr<video::FrameSource> {
      if (!packed) return video::open_frames(output / name_of(i));
      return video::PackedDatabase(output / "frames.db").open(name_of(i));
    });
  }
  return whole;
}

std::string stored(const fs::path& output, int video, bool packed) {
  std::string all;
  const auto take = [&](int64_t, std::string_view bytes) { all += bytes; };
  std::vector<int64_t> indices(static_cast<size_t>(kFrames));
  for (size_t i = 0; i < indices.size(); ++i) indices[i] = static_cast<int64_t>(i);
  if (packed) {
    video::PackedDatabase(output / "frames.db").open(name_of(video))->visit(indices, take);
  } else {
    video::FrameDatabase(output / name_of(video)).visit(indices, take);
  }
  return all;
}

class KilledConversion : public testing::TestWithParam<bool> {};
INSTANTIATE_TEST_SUITE_P(Layout, KilledConversion, testing::Bool(),
                         [](const auto& tested) { return tested.param ? "packed" : "per_video"; });

TEST_P(KilledConversion, LeavesNothingHalfAndGoesOn) {
  const bool packed = GetParam();
  const test::TemporaryFolder folder;
  for (int i = 0; i < kVideos; ++i) test::write_video(folder / ("videos/" + name_of(i) + ".avi"), kFrames, "MJPG", 320, 240);
  int killed = 0, whole = 0;
  for (int64_t delay = 4; !kill_after(folder.path(), packed, std::chrono::milliseconds(delay)); delay += delay / 2) {
    ASSERT_LT(++killed, 40) << "no progress";
    const int now = count_whole(folder / "out", packed);
    EXPECT_GE(now, whole) << "what was whole stays whole";
    whole = now;
  }
  EXPECT_GE(killed, 3);
  EXPECT_EQ(count_whole(folder / "out", packed), kVideos);
  convert(folder / "videos", folder / "unbroken", packed);
  for (int i = 0; i < kVideos; ++i) EXPECT_EQ(stored(folder / "out", i, packed), stored(folder / "unbroken", i, packed));
  for (const auto& entry : fs::recursive_directory_iterator(folder / "out")) {
    EXPECT_EQ(entry.path().string().find(".tmp."), std::string::npos) << entry.path();
  }
}

}  // namespace
}  // namespace vbench
