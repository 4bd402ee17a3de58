#include "datasets/synthetic/motion_world.hpp"

#include <ATen/Parallel.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <opencv2/videoio.hpp>
#include <system_error>

#include "datasets/location/generated_folder.hpp"
#include "datasets/synthetic/motion_scene.hpp"
#include "datasets/video/video_file.hpp"
#include "harness/core/error.hpp"
#include "harness/core/files.hpp"
#include "harness/core/text.hpp"

namespace vbench::synthetic {
namespace fs = std::filesystem;
namespace {

constexpr double kFramesPerSecond = 25;

/// Groups of the official split 1: no group is in both lists.
struct Groups {
  int64_t first, count;
};
constexpr Groups kTrainGroups{8, 18}, kTestGroups{1, 7};

struct Video {
  Motion motion;
  int64_t number;    // as MotionScene counts
  std::string name;  // of the file, as lists write it
};

/// Numbers walk through the groups, so that a video keeps its name when there are more of them.
std::vector<Video> plan(const Groups& groups, int64_t first_number, int64_t videos) {
  std::vector<Video> all;
  for (int64_t index = 0; index < kMotions; ++index) {
    const std::string& name = motion_names()[static_cast<size_t>(index)];
    for (int64_t i = 0; i < videos; ++i) {
      const int64_t group = groups.first + i % groups.count, clip = 1 + i / groups.count;
      all.push_back({static_cast<Motion>(index), first_number + i, fmt::format("{0}/v_{0}_g{1:02d}_c{2:02d}.avi", name, group, clip)});
    }
  }
  return all;
}

void require(bool holds, const std::string& option, const std::string& what, const std::string& hint) {
  if (!holds) throw usage_error(what, "standin." + option, hint);
}

void check(const clips::StandinOptions& options) {
  require(options.train_videos >= 1, "train_videos", fmt::format("{} videos of each motion", options.train_videos), "use at least 1");
  require(options.val_videos >= 1, "val_videos", fmt::format("{} videos of each motion", options.val_videos), "use at least 1");
  require(options.frames >= 2, "frames", fmt::format("{} frames show no motion", options.frames), "use at least 2");
  // Codecs store colours at half the size: an odd side would be cut.
  require(options.side >= 24 && options.side <= 2160 && options.side % 2 == 0, "side",
          fmt::format("{} pixels are no height of a video", options.side), "use an even number from 24 to 2160");
}

/// A name beside `file` until the file is whole; removed unless the file got its own name. FFmpeg goes by the ending.
class TemporaryVideo {
 public:
  explicit TemporaryVideo(const fs::path& file) : final_(file), path_(fmt::format("{}.tmp.{}.avi", file.string(), ::getpid())) {}
  TemporaryVideo(const TemporaryVideo&) = delete;
  TemporaryVideo& operator=(const TemporaryVideo&) = delete;
  ~TemporaryVideo() {
    std::error_code ignored;
    fs::remove(path_, ignored);
  }
  [[nodiscard]] const fs::path& path() const { return path_; }
  void keep() const {
    std::error_code error;
    fs::rename(path_, final_, error);
    if (error) throw input_error("cannot rename the video to its final name: " + error.message(), printable(final_.string()));
  }

 private:
  fs::path final_, path_;
};

void encode(const fs::path& file, const MotionScene& scene, int64_t frames) {
  const int codec = cv::VideoWriter::fourcc('X', 'V', 'I', 'D');  // MPEG-4 part 2
  const cv::Mat first = scene.render(0);
  // An absolute name: FFmpeg would take "a:b.avi" for a protocol.
  cv::VideoWriter writer(fs::absolute(file).string(), cv::CAP_FFMPEG, codec, kFramesPerSecond, first.size());
  if (!writer.isOpened()) {
    throw input_error("a video cannot be begun", printable(file.parent_path().string()),
                      "the folder must be writable, and OpenCV's FFmpeg must have an MPEG-4 encoder");
  }
  writer.write(first);
  for (int64_t i = 1; i < frames; ++i) writer.write(scene.render(i));
}

void write_video(const fs::path& file, const Video& video, const clips::StandinOptions& options, uint64_t seed) {
  const TemporaryVideo temporary(file);
  encode(temporary.path(), MotionScene(seed, video.motion, video.number, options.side), options.frames);
  const int64_t written = video::VideoFile(temporary.path()).frames();  // the encoder does not say when it fails
  if (written != options.frames) {
    throw input_error(fmt::format("holds {} frames after {} were written", written, options.frames), printable(file.string()),
                      "the disk may be full");
  }
  temporary.keep();
}

/// With line ends as the official lists have them. @param label  whether lines end with the class, counted from 1
void write_list(const fs::path& file, std::vector<Video> videos, bool label) {
  std::sort(videos.begin(), videos.end(), [](const Video& a, const Video& b) { return a.name < b.name; });
  std::string text;
  for (const auto& video : videos) {
    text += video.name;
    if (label) text += fmt::format(" {}", static_cast<int64_t>(video.motion) + 1);
    text += "\r\n";
  }
  write_file_atomically(file, text);
}

void write_class_list(const fs::path& file) {
  std::string text;
  for (size_t i = 0; i < motion_names().size(); ++i) text += fmt::format("{} {}\r\n", i + 1, motion_names()[i]);
  write_file_atomically(file, text);
}

}  // namespace

const std::vector<std::string>& motion_names() {
  static const std::vector<std::string> names{"Bob", "Circle", "Fall", "Glide", "Grow", "Rise", "Shrink", "Sway"};
  return names;
}

void write_motion_videos(const fs::path& folder, const clips::StandinOptions& options, uint64_t seed) {
  check(options);
  const auto train = plan(kTrainGroups, 0, options.train_videos), test = plan(kTestGroups, kFirstTestVideo, options.val_videos);
  auto all = train;
  all.insert(all.end(), test.begin(), test.end());
  for (const auto& name : motion_names()) make_folder(folder / "UCF-101" / name);
  make_folder(folder / "ucfTrainTestlist");
  at::parallel_for(0, static_cast<int64_t>(all.size()), 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const Video& video = all[static_cast<size_t>(i)];
      write_video(folder / "UCF-101" / video.name, video, options, seed);
    }
  });
  sync_file_system(folder);
  write_class_list(folder / "ucfTrainTestlist" / "classInd.txt");
  write_list(folder / "ucfTrainTestlist" / "trainlist01.txt", train, true);
  write_list(folder / "ucfTrainTestlist" / "testlist01.txt", test, false);
}

}  // namespace vbench::synthetic
