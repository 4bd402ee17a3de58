// Small videos whose frames are told apart at a glance, and the same frames in every form that the suite reads.
#pragma once

#include <fmt/format.h>

#include <opencv2/imgproc.hpp>
#include <opencv2/videoio.hpp>
#include <set>

#include "datasets/video/convert.hpp"
#include "datasets/video/frame_writer.hpp"
#include "datasets/video/picture.hpp"
#include "harness/core/error.hpp"
#include "harness/core/files.hpp"
#include "harness/core/sqlite.hpp"
#include "tests/support/golden.hpp"

namespace vbench::test {

inline constexpr int kWidth = 64, kHeight = 48;

/// A smooth picture, so that lossy codecs keep it; `index` (up to 36) moves it.
inline cv::Mat picture(int64_t index, int width = kWidth, int height = kHeight) {
  const auto moved = static_cast<int>(index) * 7;
  const auto wave = [](int value) { return static_cast<uchar>(value % 256 < 128 ? value % 256 : 255 - value % 256); };
  cv::Mat frame(height, width, CV_8UC3);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) frame.at<cv::Vec3b>(y, x) = {wave(x * 2 + moved), wave(y * 3 + moved), static_cast<uchar>(moved % 256)};
  }
  return frame;
}

/// @param codec  four letters; MJPG keeps every frame on its own, mp4v predicts between frames
inline void write_video(const std::filesystem::path& file, int64_t frames, const std::string& codec = "MJPG", int width = kWidth,
                        int height = kHeight, double rate = 25) {
  std::filesystem::create_directories(file.parent_path());
  cv::VideoWriter writer(file.string(), cv::CAP_FFMPEG, cv::VideoWriter::fourcc(codec[0], codec[1], codec[2], codec[3]), rate,
                         {width, height});
  ASSERT_TRUE(writer.isOpened()) << file;
  for (int64_t i = 0; i < frames; ++i) writer.write(picture(i, width, height));
}

/// Frames as the file decodes from beginning to end, without any of our code. @param wanted  empty: all
inline std::map<int64_t, cv::Mat> plain_decode(const std::filesystem::path& file, const std::set<int64_t>& wanted = {}) {
  cv::VideoCapture capture(file.string(), cv::CAP_FFMPEG);
  std::map<int64_t, cv::Mat> frames;
  cv::Mat frame;
  for (int64_t i = 0; capture.read(frame); ++i) {
    if (wanted.empty() || wanted.contains(i)) frames[i] = frame.clone();
  }
  return frames;
}

/// As the original converter leaves a video: rows in any order, no index.
inline void write_database_as_upstream(const std::filesystem::path& folder, int64_t frames, const std::string& n_frames) {
  std::filesystem::create_directories(folder);
  const auto file = folder / "frames.db";
  const sqlite::Database database(file, file.string(), SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  database.execute("CREATE TABLE Images(ObjId STRING, frames BLOB, size INT)");
  sqlite::Statement insert(database, "INSERT INTO Images VALUES(?,?,?)");
  for (int64_t i = 0; i < frames; ++i) {
    const int64_t shuffled = i * 7 % frames;  // whatever order glob() gave
    const std::string jpeg = video::encode_jpeg(picture(shuffled), 95);
    insert.bind(fmt::format("{}/frame_{:05d}", folder.filename().string(), shuffled + 1), sqlite::Bytes{jpeg}, int64_t{kWidth}).run();
  }
  write_file_atomically(folder / "n_frames", n_frames);
}

inline std::unique_ptr<video::FrameSource> open_converted(const std::filesystem::path& output, const std::string& name,
                                                          video::DatabaseLayout layout) {
  if (layout == video::DatabaseLayout::kPerVideo) return video::open_frames(output / name);
  return video::PackedDatabase(output / "frames.db").open(name);
}

inline void run_sql(const std::filesystem::path& file, const std::string& sql) {
  sqlite::Database(file, file.string(), SQLITE_OPEN_READWRITE).execute(sql.c_str());
}

/// The frames that the original's reader gives for the request of a golden group: ascending, each once, nothing past the end.
/// @param source  the request's video
inline std::vector<cv::Mat> read_as_upstream(const Golden& golden, const std::string& group, video::FrameSource& source,
                                             const video::ReadOptions& options = {}) {
  const auto wanted = golden[group + "/frame_indices"].to(torch::kLong).contiguous();
  std::set<int64_t> kept(wanted.data_ptr<int64_t>(), wanted.data_ptr<int64_t>() + wanted.numel());
  std::erase_if(kept, [&](int64_t index) { return index < 0 || index >= source.frames(); });
  return source.read(std::vector<int64_t>(kept.begin(), kept.end()), options);
}

/// Calls `compare` for every request in the golden file of the original's loader. Its groups on labels have a test of their own.
inline void for_each_request(const Golden& golden, const std::function<void(const std::string& group)>& compare) {
  int64_t requests = 0;
  const auto counted = [&](const std::string& group) {
    SCOPED_TRACE(group);
    compare(group);
    ++requests;
  };
  const auto labels = [](const std::string&) {};
  golden.for_each_group({{"all_24", counted},
                         {"crop_larger_than_image", counted},
                         {"duplicates", counted},
                         {"fewer_frames_than_clip", counted},
                         {"kinetics_val_294_256", counted},
                         {"out_of_range_partly", counted},
                         {"unordered_request", counted},
                         {"val_basic", counted},
                         {"label_dictionary_json", labels},
                         {"train_video_dict_json", labels},
                         {"val_video_dict_json", labels}});
  EXPECT_EQ(requests, 8);
}

/// Largest difference of any value; 255 if the shapes differ.
inline double difference(const cv::Mat& a, const cv::Mat& b) {
  return a.size() == b.size() && a.type() == b.type() ? cv::norm(a, b, cv::NORM_INF) : 255;
}

/// The frame whose picture() is nearest.
inline int64_t which_picture(const cv::Mat& frame, int64_t frames) {
  int64_t best = -1;
  double least = 1e300;
  for (int64_t i = 0; i < frames; ++i) {
    const double distance = cv::norm(frame, picture(i, frame.cols, frame.rows), cv::NORM_L1);
    if (distance >= least) continue;
    least = distance;
    best = i;
  }
  return best;
}

inline std::vector<int64_t> which_pictures(const std::vector<cv::Mat>& frames, int64_t of) {
  std::vector<int64_t> found;
  for (const auto& frame : frames) found.push_back(which_picture(frame, of));
  return found;
}

}  // namespace vbench::test
