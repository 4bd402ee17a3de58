// Throughput of reading clips of 16 frames from SQLite databases, one packed database, folders of JPEG files and video files, against plain
// loops of cv::imread and cv::VideoCapture in the same run. Files are warm in the page cache. Frames of 340x256 are decoded and resized to
// 112x112, in two qualities: as upstream's converter leaves them (ffmpeg's default bit rate, about 4 kB) and as ours does (about 30 kB).
// Frames of 320x240 and 170x128 become whole samples: shorter side 128, 112x112 of the middle, normalised.
#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <numeric>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <opencv2/videoio.hpp>
#include <thread>
#include <vector>

#include "datasets/loader/ordered_prefetch.hpp"
#include "datasets/transforms/clip_pipeline.hpp"
#include "datasets/video/frame_writer.hpp"
#include "datasets/video/picture.hpp"

namespace {
namespace fs = std::filesystem;
using vbench::video::EncodedFrame;

constexpr int kSide = 112, kShorterSide = 128;
constexpr int64_t kVideos = 24, kFrames = 48, kClip = 16, kInterval = 2;
constexpr int64_t kAsUpstream = 12, kAsOurs = 92;  // qualities of JPEG; the first gives what ffmpeg's encoder makes of camera footage

struct Form {
  int width, height;
  int64_t quality;
};

/// What a camera sees: something coarse that moves, detail, and some noise.
cv::Mat picture(const Form& form, int64_t video, int64_t frame) {
  cv::RNG random(static_cast<uint64_t>(video) + 1);
  cv::Mat coarse(9, 12, CV_8UC3), fine(form.height / 3, form.width / 3, CV_8UC3), noise(form.height, form.width, CV_16SC3), picture, detail;
  random.fill(coarse, cv::RNG::UNIFORM, 0, 200);
  random.fill(fine, cv::RNG::UNIFORM, 0, 50);
  cv::resize(coarse, picture, {form.width + 64, form.height}, 0, 0, cv::INTER_CUBIC);
  picture = picture.colRange(static_cast<int>(frame % 64), static_cast<int>(frame % 64) + form.width).clone();
  cv::resize(fine, detail, picture.size(), 0, 0, cv::INTER_CUBIC);
  picture += detail;
  cv::RNG other(static_cast<uint64_t>(video * kFrames + frame) + 77);
  other.fill(noise, cv::RNG::NORMAL, 0, 2);
  cv::Mat sum;
  picture.convertTo(sum, CV_16SC3);
  sum += noise;
  sum.convertTo(picture, CV_8UC3);
  return picture;
}

/// The same videos in every form, removed at the end.
class Videos {
 public:
  explicit Videos(const Form& form)
      : form_(form), root_(fs::temp_directory_path() / fmt::format("vbench_bench_frames_{}_{}_{}", ::getpid(), form.width, form.quality)) {
    fs::create_directories(root_);
    vbench::video::PackedWriter packed(root_ / "packed");
    for (int64_t video = 0; video < kVideos; ++video) packed.add(std::to_string(video), write(video));
    packed.finish();
  }
  Videos(const Videos&) = delete;
  Videos& operator=(const Videos&) = delete;
  ~Videos() {
    std::error_code ignored;
    fs::remove_all(root_, ignored);
  }

  [[nodiscard]] fs::path database(int64_t video) const { return root_ / "databases" / std::to_string(video); }
  [[nodiscard]] fs::path folder(int64_t video) const { return root_ / "folders" / std::to_string(video); }
  [[nodiscard]] fs::path picture_file(int64_t video, int64_t frame) const {
    return folder(video) / fmt::format("frame_{:05d}.jpg", frame + 1);
  }
  [[nodiscard]] fs::path file(int64_t video) const { return root_ / fmt::format("{}.mp4", video); }
  [[nodiscard]] fs::path packed() const { return root_ / "packed" / vbench::video::kFrameDatabase; }
  [[nodiscard]] const Form& form() const { return form_; }
  [[nodiscard]] int64_t picture_bytes() const { return bytes_ / (kVideos * kFrames); }

 private:
  std::vector<EncodedFrame> write(int64_t video) {
    fs::create_directories(folder(video));
    cv::VideoWriter writer(file(video).string(), cv::CAP_FFMPEG, cv::VideoWriter::fourcc('m', 'p', '4', 'v'), 25,
                           {form_.width, form_.height});
    std::vector<EncodedFrame> frames;
    for (int64_t i = 0; i < kFrames; ++i) {
      const cv::Mat frame = picture(form_, video, i);
      writer.write(frame);
      frames.push_back({vbench::video::encode_jpeg(frame, form_.quality), form_.width});
      std::ofstream(picture_file(video, i), std::ios::binary) << frames.back().jpeg;
      bytes_ += static_cast<int64_t>(frames.back().jpeg.size());
    }
    size_t next = 0;
    vbench::video::write_frame_database(database(video), [&]() -> std::optional<EncodedFrame> {
      return next < frames.size() ? std::optional(frames[next++]) : std::nullopt;
    });
    return frames;
  }

  const Form form_;
  const fs::path root_;
  int64_t bytes_ = 0;
};

std::vector<int64_t> clip_of(int64_t video) {
  std::vector<int64_t> indices(kClip);
  for (int64_t i = 0; i < kClip; ++i) indices[static_cast<size_t>(i)] = video % (kFrames - kClip * kInterval) + i * kInterval;
  return indices;
}

cv::Mat resized(const cv::Mat& frame) {
  cv::Mat small;
  cv::resize(frame, small, {kSide, kSide});
  return small;
}

// ---- plain loops --------------------------------------------------------------------------------------------------------

void imread_loop(const Videos& videos) {
  for (int64_t video = 0; video < kVideos; ++video) {
    for (const int64_t frame : clip_of(video))
      benchmark::DoNotOptimize(resized(cv::imread(videos.picture_file(video, frame).string())).data);
  }
}

/// Whole samples: the middle of each frame, normalised, a plane a channel.
void sample_loop(const Videos& videos) {
  const vbench::video::Normalisation scale;
  for (int64_t video = 0; video < kVideos; ++video) {
    cv::Mat sample(3 * static_cast<int>(kClip), kSide * kSide, CV_32F);
    int t = 0;
    for (const int64_t frame : clip_of(video)) {
      const cv::Mat image = cv::imread(videos.picture_file(video, frame).string());
      cv::Mat small, planes[3];
      const double factor = static_cast<double>(kShorterSide) / std::min(image.rows, image.cols);
      cv::resize(image, small, {}, factor, factor, cv::INTER_CUBIC);
      cv::split(small({(small.cols - kSide) / 2, (small.rows - kSide) / 2, kSide, kSide}).clone(), planes);
      for (int c = 0; c < 3; ++c) {
        const auto channel = static_cast<size_t>(c);
        planes[c].reshape(1, 1).convertTo(sample.row(c * static_cast<int>(kClip) + t), CV_32F, 1 / (255 * scale.deviation[channel]),
                                          -scale.mean[channel] / scale.deviation[channel]);
      }
      ++t;
    }
    benchmark::DoNotOptimize(sample.data);
  }
}

void capture_loop(const Videos& videos) {
  for (int64_t video = 0; video < kVideos; ++video) {
    const auto wanted = clip_of(video);
    cv::VideoCapture capture(videos.file(video).string(), cv::CAP_FFMPEG);
    cv::Mat frame;
    size_t have = 0;
    for (int64_t i = 0; have < wanted.size() && capture.read(frame); ++i) {
      if (i != wanted[have]) continue;
      benchmark::DoNotOptimize(resized(frame).data);
      ++have;
    }
  }
}

// ---- ours ---------------------------------------------------------------------------------------------------------------

using Source = std::unique_ptr<vbench::video::FrameSource>;
using Open = std::function<Source(int64_t video)>;  ///< of one thread

/// All clips by so many threads. @param opener  called once a thread
void read_clips(int64_t threads, const std::function<Open()>& opener,
                const std::function<void(vbench::video::FrameSource&, int64_t)>& read) {
  std::atomic<int64_t> next{0};
  std::vector<std::thread> workers;
  for (int64_t t = 0; t < threads; ++t) {
    workers.emplace_back([&] {
      const Open open = opener();
      for (int64_t video = next++; video < kVideos; video = next++) read(*open(video), video);
    });
  }
  for (auto& worker : workers) worker.join();
}

void decode(vbench::video::FrameSource& source, int64_t video) {
  for (const auto& frame : source.read(clip_of(video), {.min_shorter_side = kSide})) benchmark::DoNotOptimize(resized(frame).data);
}

void make_sample(vbench::video::FrameSource& source, int64_t video) {
  static const vbench::video::ClipPipeline pipeline = [] {
    vbench::video::PipelineOptions options;
    options.evaluation = {.shorter_side = kShorterSide, .centre_crop = 0, .crop = kSide, .size = kSide};
    return vbench::video::ClipPipeline(options, {kClip, kSide, kSide});
  }();
  const auto frames = source.read(clip_of(video), {.min_shorter_side = kShorterSide});
  benchmark::DoNotOptimize(pipeline.evaluate(frames).data_ptr());
}

void fetch_bytes(vbench::video::FrameSource& source, int64_t video) {
  uint64_t sum = 0;
  dynamic_cast<vbench::video::EncodedFrames&>(source).visit(clip_of(video), [&](int64_t, std::string_view bytes) {
    sum = std::accumulate(bytes.begin(), bytes.end(), sum, [](uint64_t all, char c) { return all + static_cast<unsigned char>(c); });
  });
  benchmark::DoNotOptimize(sum);
}

/// Seconds to take all clips from the queue of a loader that has had time to fill it: what the thousandfold gain was measured by.
double take_ready_clips(const Open& open) {
  std::atomic<int64_t> made{0};
  vbench::OrderedPrefetch<std::vector<cv::Mat>> queue(0, kVideos, 1, kVideos, [&](int64_t video) {
    auto clip = open(video)->read(clip_of(video), {.min_shorter_side = kSide});
    ++made;
    return clip;
  });
  while (made < kVideos) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  std::this_thread::sleep_for(std::chrono::milliseconds(5));
  const auto start = std::chrono::steady_clock::now();
  while (auto clip = queue.next()) benchmark::DoNotOptimize(clip->data());
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double seconds_of(const std::function<void()>& body) {
  const auto start = std::chrono::steady_clock::now();
  body();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// Fastest iteration of every benchmark in seconds, for the ratios at the end.
std::map<std::string, double> fastest;

/// @param seconds  of one pass over all clips
void add(const std::string& name, const std::function<double()>& seconds) {
  benchmark::RegisterBenchmark(name.c_str(),
                               [=](benchmark::State& state) {
                                 double& best = fastest.try_emplace(name, 1e300).first->second;
                                 for (auto _ : state) {
                                   const double passed = seconds();
                                   state.SetIterationTime(passed);
                                   best = std::min(best, passed);
                                 }
                                 state.counters["clips/s"] = static_cast<double>(kVideos) / best;
                               })
      ->Unit(benchmark::kMillisecond)
      ->Iterations(3)  // not a least time: filling the queue takes thousands of times as long as what is measured of it
      ->Repetitions(3)
      ->ReportAggregatesOnly(true)
      ->UseManualTime();
}

void add_timed(const std::string& name, const std::function<void()>& body) {
  add(name, [body] { return seconds_of(body); });
}

void print_ratios() {
  for (const auto& [name, seconds] : fastest) {
    const std::string prefix = name.substr(0, name.find(' ') + 1);
    const bool whole = name.find("sample") != std::string::npos;
    const std::string plain = prefix + (whole                                     ? "plain sample"
                                        : name.starts_with(prefix + "video file") ? "plain VideoCapture"
                                                                                  : "plain imread");
    if (!fastest.contains(plain)) continue;  // filtered out
    fmt::print("{:<34} {:>9.0f} clips/s  {:>7.2f} x {}\n", name, static_cast<double>(kVideos) / seconds, fastest[plain] / seconds, plain);
  }
}

std::function<Open()> opener_of_databases(const Videos& videos) {
  return [&] { return [&](int64_t video) { return vbench::video::open_frames(videos.database(video)); }; };
}

std::function<Open()> opener_of_files(const Videos& videos) {
  return [&] { return [&](int64_t video) { return vbench::video::open_frames(videos.file(video)); }; };
}

std::map<std::string, std::function<Open()>> forms_of(const Videos& videos) {
  return {{"SQLite", opener_of_databases(videos)},
          {"JPEG folder", [&] { return [&](int64_t video) { return vbench::video::open_frames(videos.folder(video)); }; }},
          {"packed SQLite", [&] {
             const auto database = std::make_shared<vbench::video::PackedDatabase>(videos.packed());
             return [database](int64_t video) -> Source { return database->open(std::to_string(video)); };
           }}};
}

using Read = void (*)(vbench::video::FrameSource&, int64_t);

void add_reading(const std::string& name, const std::function<Open()>& opener, Read read) {
  const int64_t cores = std::max<int64_t>(1, std::thread::hardware_concurrency());
  for (const int64_t threads : {int64_t{1}, cores}) {
    add_timed(fmt::format("{}, {} thread{}", name, threads, threads == 1 ? "" : "s"), [=] { read_clips(threads, opener, read); });
  }
}

/// Names begin with the size of a picture: "4kB SQLite, 2 threads".
void add_all(const Videos& videos) {
  const std::string prefix = fmt::format("{}kB ", (videos.picture_bytes() + 500) / 1000);
  add_timed(prefix + "plain imread", [&] { imread_loop(videos); });
  for (const auto& [name, opener] : forms_of(videos)) {
    add_reading(prefix + name, opener, decode);
    add_timed(prefix + name + ", bytes only", [opener = opener] { read_clips(1, opener, fetch_bytes); });
  }
  if (videos.form().quality != kAsOurs) return;
  add_timed(prefix + "plain VideoCapture", [&] { capture_loop(videos); });
  add_reading(prefix + "video file", opener_of_files(videos), decode);
  add(prefix + "SQLite, ready queue", [&] { return take_ready_clips(opener_of_databases(videos)()); });
}

/// Names begin with the size of a frame: "320x240 SQLite sample, 2 threads".
void add_samples(const Videos& videos) {
  const std::string prefix = fmt::format("{}x{} ", videos.form().width, videos.form().height);
  add_timed(prefix + "plain sample", [&] { sample_loop(videos); });
  for (const auto& [name, opener] : forms_of(videos)) add_reading(prefix + name + " sample", opener, make_sample);
  add_reading(prefix + "video file sample", opener_of_files(videos), make_sample);
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  cv::setNumThreads(1);  // threads read clips, they don't share pictures
  const Videos light({340, 256, kAsUpstream}), heavy({340, 256, kAsOurs}), large({320, 240, kAsUpstream}), small({170, 128, kAsUpstream});
  add_all(light);
  add_all(heavy);
  add_samples(large);
  add_samples(small);
  benchmark::RunSpecifiedBenchmarks();
  print_ratios();
}
