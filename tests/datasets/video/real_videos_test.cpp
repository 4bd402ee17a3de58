// Camera footage in many containers and codecs: counts and sizes as the list says, frames as a plain decode gives them, in any order.
#include <random>
#include <sstream>

#include "datasets/video/video_file.hpp"
#include "harness/core/text.hpp"
#include "tests/datasets/video/fixture.hpp"

namespace vbench {
namespace {
namespace fs = std::filesystem;

struct Listed {
  std::string file;
  int64_t frames = 0, width = 0, height = 0;
};

std::vector<Listed> listed_videos(const std::string& folder) {
  std::vector<Listed> all;
  std::istringstream lines(read_file(test::real_data_root() / "videos.csv"));
  std::string line;
  std::getline(lines, line);  // file,frames_decoded,frames_in_header,fps,width,height,...
  while (std::getline(lines, line)) {
    const auto fields = split(line, ',');
    if (line.rfind(folder, 0) == 0) all.push_back({fields[0], *parse_int(fields[1]), *parse_int(fields[4]), *parse_int(fields[5])});
  }
  return all;
}

#define VBENCH_REQUIRE_REAL_VIDEOS() \
  if (!fs::exists(test::real_data_root() / "videos.csv")) GTEST_SKIP() << "no videos below " << test::real_data_root()

TEST(RealVideos, HaveTheFramesThatTheListSays) {
  VBENCH_REQUIRE_REAL_VIDEOS();
  const auto listed = listed_videos("videos/");
  EXPECT_GE(listed.size(), 20U);
  for (const auto& [file, frames, width, height] : listed) {
    video::VideoFile source(test::real_data_root() / file);
    EXPECT_EQ(source.frames(), frames) << file;
    const auto first = source.read(std::vector<int64_t>{0})[0];
    EXPECT_EQ(first.size(), cv::Size(static_cast<int>(width), static_cast<int>(height))) << file;  // after rotation
  }
}

TEST(RealVideos, GiveTheSameFrameForAnIndexWhateverWasReadBefore) {
  VBENCH_REQUIRE_REAL_VIDEOS();
  std::mt19937 random(1);
  for (const auto& listed : listed_videos("videos/")) {
    const fs::path file = test::real_data_root() / listed.file;
    std::vector<int64_t> indices{listed.frames - 1};
    for (int i = 0; i < 4; ++i) indices.push_back(static_cast<int64_t>(random() % static_cast<uint64_t>(listed.frames)));
    const auto expected = test::plain_decode(file, {indices.begin(), indices.end()});
    video::VideoFile source(file);
    for (const auto& request : {std::vector<int64_t>{indices[1], indices[2], indices[1]}, {indices[0], indices[3]}, {indices[4]}}) {
      const auto frames = source.read(request);
      for (size_t i = 0; i < request.size(); ++i) {
        EXPECT_EQ(test::difference(frames[i], expected.at(request[i])), 0) << listed.file << " frame " << request[i];
      }
    }
  }
}

TEST(RealVideos, WithAWrongFrameCountInTheHeaderSayWhatIsThere) {
  VBENCH_REQUIRE_REAL_VIDEOS();
  const fs::path file = test::real_data_root() / "videos" / "opencv_tree.avi";
  video::VideoFile source(file);
  EXPECT_EQ(test::error_of([&] {
              (void)source.read(std::vector<int64_t>{3, 100});
            }),
            file.string() + ": frame 100 was asked for, the video has 68; its header says 444: cut short, or a frame rate that varies");
  EXPECT_EQ(source.read(std::vector<int64_t>{67}).size(), 1U) << "a failed request spoils nothing";
}

TEST(RealVideos, CutShortGiveWhatIsLeftOrSayThatNothingIs) {
  VBENCH_REQUIRE_REAL_VIDEOS();
  const test::TemporaryFolder folder;
  const auto cut = [&](const std::string& name, size_t bytes) {
    write_file_atomically(folder / name, read_file(test::real_data_root() / "videos" / name).substr(0, bytes));
    return folder / name;
  };
  const fs::path without_index = cut("mmaction2_part_0.mp4", 100'000);  // the table of an mp4 stands at its end
  EXPECT_THAT(test::error_of([&] { (void)video::VideoFile(without_index); }),
              testing::HasSubstr(without_index.string() + ": cannot be opened as a video"));
  video::VideoFile half(cut("mmaction2_test.avi", 100'000));
  EXPECT_GT(half.frames(), 10);
  EXPECT_LT(half.frames(), 100);
  EXPECT_EQ(half.read(std::vector<int64_t>{half.frames() - 1}).size(), 1U);
}

}  // namespace
}  // namespace vbench
