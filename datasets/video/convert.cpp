#include "datasets/video/convert.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <map>
#include <nlohmann/json.hpp>
#include <opencv2/imgproc.hpp>
#include <optional>
#include <set>
#include <thread>

#include "datasets/loader/ordered_prefetch.hpp"
#include "datasets/video/frame_writer.hpp"
#include "datasets/video/picture.hpp"
#include "datasets/video/video_file.hpp"
#include "harness/core/error.hpp"
#include "harness/core/files.hpp"
#include "harness/core/settings.hpp"
#include "harness/core/text.hpp"

namespace vbench::video {
namespace fs = std::filesystem;
namespace {

constexpr const char* kOptionsFile = "conversion.json";

/// One conversion a folder at a time. The system lifts the lock when the process ends, however it ends.
class FolderLock {
 public:
  explicit FolderLock(const fs::path& folder) : descriptor_(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
    if (descriptor_ < 0 || ::access(folder.c_str(), W_OK) != 0) fail(folder, errno);
    if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) fail(folder, errno);
  }
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;
  ~FolderLock() { ::close(descriptor_); }

 private:
  [[noreturn]] void fail(const fs::path& folder, int error) const {
    if (descriptor_ >= 0) ::close(descriptor_);
    const bool taken = error == EWOULDBLOCK;
    throw input_error(
        taken ? "another conversion is writing to this folder" : fmt::format("cannot be written to: {}", std::strerror(error)),
        printable(folder.string()), taken ? "wait for it, or choose another --output" : "choose another --output");
  }

  int descriptor_;
};

struct Job {
  fs::path file;
  std::string name;             ///< "<class>/<video>"
  bool name_was_taken = false;  ///< so it has kept its extension
};

/// A link to a folder that it lies in: following it would never end.
bool leads_back(const fs::directory_entry& entry) {
  std::error_code error;
  if (!entry.is_symlink(error) || !entry.is_directory(error)) return false;
  const fs::path place = fs::canonical(entry.path().parent_path(), error), target = fs::canonical(entry.path(), error);
  return std::mismatch(target.begin(), target.end(), place.begin(), place.end()).first == target.end();
}

std::vector<fs::path> video_files(const fs::path& folder) {
  std::vector<fs::path> files;
  try {
    const auto links_too = fs::directory_options::follow_directory_symlink;
    for (auto at = fs::recursive_directory_iterator(folder, links_too); at != fs::recursive_directory_iterator(); ++at) {
      if (leads_back(*at)) at.disable_recursion_pending();
      std::error_code ignored;
      if (is_video_name(at->path()) && !at->is_directory(ignored)) files.push_back(at->path());
    }
  } catch (const fs::filesystem_error& error) {
    throw input_error(fmt::format("a folder in it cannot be listed: {}", error.code().message()), printable(folder.string()));
  }
  return files;
}

void require_own_name(const Job& job, const Job& other) {
  if (job.name != other.name) return;
  throw input_error(fmt::format("'{}' and '{}' would become one video", printable(job.file.filename().string()),
                                printable(other.file.filename().string())),
                    printable(job.file.parent_path().string()), "rename one of them");
}

/// Sorted by name.
std::vector<Job> list_videos(const fs::path& input) {
  if (!fs::is_directory(input)) throw input_error("is no folder of videos", printable(input.string()));
  const auto files = video_files(input);
  if (files.empty())
    throw input_error("holds no video files", printable(input.string()), "mp4, avi, webm, mkv, mov, mpg and others are read");
  std::map<fs::path, int> uses;
  const auto without_extension = [&](const fs::path& file) { return file.lexically_relative(input).replace_extension(); };
  for (const auto& file : files) ++uses[without_extension(file)];
  std::vector<Job> jobs;
  for (const auto& file : files) {
    const bool taken = uses[without_extension(file)] > 1;
    jobs.push_back({file, (taken ? file.lexically_relative(input) : without_extension(file)).string(), taken});
  }
  std::sort(jobs.begin(), jobs.end(), [](const Job& a, const Job& b) { return a.name < b.name; });
  for (size_t i = 1; i < jobs.size(); ++i) require_own_name(jobs[i - 1], jobs[i]);
  return jobs;
}

/// Frames of different options must not meet in one folder.
void require_same_options(const fs::path& output, const ConvertOptions& options) {
  const fs::path file = output / kOptionsFile;
  const nlohmann::json mine{{"layout", options.layout == DatabaseLayout::kPacked ? "packed" : "per-video"},
                            {"height", options.height},
                            {"max_shorter_side", options.height > 0 ? 0 : options.max_shorter_side},
                            {"quality", options.quality}};
  if (!fs::exists(file)) return write_file_atomically(file, mine.dump(2) + "\n");
  const auto theirs = nlohmann::json::parse(read_file(file), nullptr, false);
  if (theirs == mine) return;
  throw usage_error(fmt::format("the folder holds frames of other options ({}), these are {}",
                                theirs.is_discarded() ? "unreadable" : theirs.dump(), mine.dump()),
                    printable(file.string()), "use the same options, or another --output");
}

cv::Size target_size(const cv::Size& size, const ConvertOptions& options) {
  const int64_t side = options.height > 0 ? size.height : std::min(size.width, size.height);
  const int64_t wanted = options.height > 0 ? options.height : options.max_shorter_side;
  if (wanted == 0 || side == wanted || (options.height == 0 && side < wanted)) return size;
  const double scale = static_cast<double>(wanted) / static_cast<double>(side);
  const auto scaled = [scale](int length) { return std::max(1, static_cast<int>(std::lround(length * scale))); };
  return {scaled(size.width), scaled(size.height)};
}

/// A video that cannot be read is one problem of many; what happens while writing ends the conversion.
struct BadVideo {
  Error error;
};

/// Frames of a video file, resized and encoded. All get the size of the first.
class FrameEncoder {
 public:
  FrameEncoder(const fs::path& file, const ConvertOptions& options) : options_(options) {
    guarded([&] { video_.emplace(file); });
  }

  std::optional<EncodedFrame> next() {
    if (options_.stop_requested()) throw Error(ErrorKind::kInterrupted, "stopped");
    bool more = false;
    guarded([&] { more = video_->next(frame_); });
    if (!more) return std::nullopt;
    if (frames_++ == 0) size_ = target_size(frame_.size(), options_);
    if (frame_.size() != size_)
      cv::resize(frame_, resized_, size_, 0, 0, size_.area() < frame_.size().area() ? cv::INTER_AREA : cv::INTER_CUBIC);
    return EncodedFrame{encode_jpeg(frame_.size() == size_ ? frame_ : resized_, options_.quality), size_.width};
  }

  /// A sentence if the header promised more than came; else nothing. Where containers store no count, FFmpeg guesses it from the duration.
  [[nodiscard]] std::string remark() const {
    const int64_t guess_may_be_off = 2 + frames_ / 50;
    if (video_->frames_in_header() <= frames_ + guess_may_be_off) return "";
    return fmt::format("{} frames decode, its header says {}: cut short, or a frame rate that varies", frames_, video_->frames_in_header());
  }

 private:
  static void guarded(const std::function<void()>& read) {
    try {
      read();
    } catch (const Error& error) {
      throw BadVideo{error};
    }
  }

  const ConvertOptions& options_;
  std::optional<VideoFile> video_;
  cv::Mat frame_, resized_;
  cv::Size size_;
  int64_t frames_ = 0;
};

/// What became of one video.
struct Outcome {
  int64_t frames = 0;
  bool kept = false;                     ///< an earlier conversion has made it
  std::string remark;                    ///< of the header
  std::optional<Error> failure;          ///< the video cannot be read
  std::vector<EncodedFrame> frame_list;  ///< packed: to be written
};

Outcome read_all(const Job& job, const ConvertOptions& options) {
  FrameEncoder encoder(job.file, options);
  Outcome outcome;
  while (auto frame = encoder.next()) outcome.frame_list.push_back(std::move(*frame));
  outcome.frames = static_cast<int64_t>(outcome.frame_list.size());
  outcome.remark = encoder.remark();
  return outcome;
}

/// Frames of a finished database; nothing if it has to be (re)made.
std::optional<int64_t> finished_frames(const fs::path& folder) {
  std::error_code error;
  if (!fs::exists(folder / kFrameCount, error)) return std::nullopt;
  try {
    return FrameDatabase(folder).frames();
  } catch (const Error&) {
    return std::nullopt;
  }
}

Outcome convert_one(const Job& job, const fs::path& folder, const ConvertOptions& options) {
  if (const auto frames = finished_frames(folder)) return {.frames = *frames, .kept = true, .remark = {}, .failure = {}, .frame_list = {}};
  FrameEncoder encoder(job.file, options);
  Outcome outcome;
  outcome.frames = write_frame_database(folder, [&] { return encoder.next(); });
  outcome.remark = encoder.remark();
  return outcome;
}

/// Threads convert videos; they don't share pictures.
class OneThreadAPicture {
 public:
  OneThreadAPicture() { cv::setNumThreads(1); }
  OneThreadAPicture(const OneThreadAPicture&) = delete;
  OneThreadAPicture& operator=(const OneThreadAPicture&) = delete;
  ~OneThreadAPicture() { cv::setNumThreads(before_); }

 private:
  int before_ = cv::getNumThreads();
};

/// The outcomes of all jobs in order, made by several threads; `take` runs in this one.
/// @param ahead  how many outcomes may wait behind a long video, for each thread
void for_all(const std::vector<Job>& jobs, const ConvertOptions& options, int64_t ahead, Progress& progress,
             const std::function<Outcome(const Job&)>& make, const std::function<void(const Job&, Outcome&)>& take) {
  const int64_t cores = std::max<int64_t>(1, std::thread::hardware_concurrency());
  const int64_t workers = options.workers > 0 ? options.workers : cores;
  const auto total = static_cast<int64_t>(jobs.size());
  const auto guarded = [&](int64_t index) {
    try {
      return make(jobs[static_cast<size_t>(index)]);
    } catch (const BadVideo& bad) {
      return Outcome{.frames = 0, .kept = false, .remark = {}, .failure = bad.error, .frame_list = {}};
    }
  };
  const OneThreadAPicture one_thread_a_picture;
  OrderedPrefetch<Outcome> outcomes(0, total, workers, workers * ahead, guarded);
  progress.begin("converting", total);
  int64_t frames = 0;
  for (int64_t done = 0; done < total; ++done) {
    auto outcome = outcomes.next();
    take(jobs[static_cast<size_t>(done)], *outcome);
    frames += outcome->frames;
    progress.update(done + 1, fmt::format("{} frames", frames));
  }
  progress.end();
}

/// What became of all videos so far.
class Tally {
 public:
  explicit Tally(const std::vector<Job>& jobs) { report_.listed = static_cast<int64_t>(jobs.size()); }

  void add(const Job& job, const Outcome& outcome) {
    const std::string name = printable(job.file.string());
    if (outcome.failure) report_.problems.push_back({"unreadable video", name, outcome.failure->fact(), true});
    if (job.name_was_taken)
      report_.problems.push_back({"same name", name, "another video is called so; both keep their extensions in their names", false});
    if (!outcome.remark.empty()) report_.problems.push_back({"fewer frames than promised", name, outcome.remark, false});
    report_.checked += outcome.failure ? 0 : 1;
    kept_ += outcome.kept ? 1 : 0;
    frames_ += outcome.frames;
  }

  [[nodiscard]] DataReport report() const {
    DataReport report = report_;
    report.facts.push_back(fmt::format("{} of {} videos converted, {} of them before", report_.checked, report_.listed, kept_));
    report.facts.push_back(fmt::format("{} frames, verified", frames_));
    return report;
  }
  [[nodiscard]] std::string so_far() const { return fmt::format("{} of {} videos are converted", report_.checked, report_.listed); }

 private:
  DataReport report_;
  int64_t kept_ = 0, frames_ = 0;
};

void convert_to_packed(const std::vector<Job>& jobs, const fs::path& output, const ConvertOptions& options, Progress& progress,
                       Tally& tally) {
  PackedWriter writer(output);
  std::map<std::string, int64_t> kept;
  for (const Job& job : jobs) {
    if (const auto frames = writer.frames_of(job.name)) kept.emplace(job.name, *frames);
  }
  constexpr int64_t kAhead = 2;  // each holds the pictures of a whole video
  for_all(
      jobs, options, kAhead, progress,
      [&](const Job& job) {
        const auto at = kept.find(job.name);
        if (at == kept.end()) return read_all(job, options);
        return Outcome{.frames = at->second, .kept = true, .remark = {}, .failure = {}, .frame_list = {}};
      },
      [&](const Job& job, Outcome& outcome) {
        if (!outcome.kept && !outcome.failure) writer.add(job.name, outcome.frame_list);
        tally.add(job, outcome);
      });
  writer.finish();
}

void convert_per_video(const std::vector<Job>& jobs, const fs::path& output, const ConvertOptions& options, Progress& progress,
                       Tally& tally) {
  constexpr int64_t kAhead = 64;  // each is a few numbers
  for_all(
      jobs, options, kAhead, progress, [&](const Job& job) { return convert_one(job, output / job.name, options); },
      [&](const Job& job, const Outcome& outcome) { tally.add(job, outcome); });
}

}  // namespace

void bind(Settings& settings, ConvertOptions& options) {
  settings.choice("layout", options.layout, "a database a video as upstream, or one for all",
                  {{"per-video", DatabaseLayout::kPerVideo}, {"packed", DatabaseLayout::kPacked}});
  settings.integer("height", options.height, "height of the frames, larger or smaller (upstream: 360); 0: max_shorter_side decides",
                   {0, 8192});
  settings.integer("max_shorter_side", options.max_shorter_side, "larger frames are made smaller; 0: never", {0, 8192});
  settings.integer("quality", options.quality, "of the JPEG pictures", {1, 100});
  settings.integer("workers", options.workers, "videos at a time; 0: one a core", {0, 1024});
}

DataReport convert_videos(const fs::path& input, const fs::path& output, const ConvertOptions& options, Progress& progress) {
  const auto jobs = list_videos(input);
  make_folder(output);
  const FolderLock lock(output);
  remove_abandoned_files(output);
  require_same_options(output, options);
  Tally tally(jobs);
  try {
    if (options.layout == DatabaseLayout::kPacked) {
      convert_to_packed(jobs, output, options, progress, tally);
    } else {
      convert_per_video(jobs, output, options, progress, tally);
    }
  } catch (const Error& error) {
    progress.end();
    if (error.kind() != ErrorKind::kInterrupted) throw;
    throw Error(ErrorKind::kInterrupted, "stopped; " + tally.so_far(), printable(output.string()),
                "the same command goes on where it stopped");
  }
  return tally.report();
}

}  // namespace vbench::video
