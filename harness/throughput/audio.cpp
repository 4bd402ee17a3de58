// Throughput of spectrograms and of reading stretches of sound, each against the obvious way in the same run: dense filters after
// LibTorch's transform of all frames; the whole track decoded and cut. Files are warm in the page cache.
#include <ATen/ATen.h>
#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <vector>

#include "datasets/audio/segment.hpp"
#include "datasets/video/av_writer.hpp"

namespace {
namespace fs = std::filesystem;
using namespace vbench;

constexpr int64_t kRate = 24000, kSourceRate = 44100, kSeconds = 10;

std::vector<int16_t> wave(int64_t samples, int64_t rate) {
  RandomStream random(1, "wave");
  std::vector<int16_t> made;
  for (int64_t i = 0; i < samples; ++i) {
    const double t = static_cast<double>(i) / static_cast<double>(rate);
    made.push_back(static_cast<int16_t>(4000 * std::sin(2765 * t) + 2000 * std::sin(9000 * t * t) + 500 * random.normal()));
  }
  return made;
}

/// A video as datasets have them, removed at the end.
class Video {
 public:
  Video() : file_(fs::temp_directory_path() / fmt::format("vbench_bench_audio_{}.mp4", ::getpid())) {
    const std::vector<cv::Mat> frames(kSeconds * 25, cv::Mat(128, 160, CV_8UC3, cv::Scalar(40, 90, 150)));
    video::write_mp4(file_, frames, 25, {kSourceRate, 1, wave(kSeconds * kSourceRate, kSourceRate)});
  }
  Video(const Video&) = delete;
  Video& operator=(const Video&) = delete;
  ~Video() {
    std::error_code ignored;
    fs::remove(file_, ignored);
  }
  [[nodiscard]] const fs::path& file() const { return file_; }

 private:
  fs::path file_;
};

const fs::path& video_file() {
  static const Video video;
  return video.file();
}

void count_clips(benchmark::State& state) {
  state.counters["clips/s"] = benchmark::Counter(static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
}

void spectrogram(benchmark::State& state) {
  const audio::LogMelSpectrogram make(state.range(0), kRate);
  const auto samples = wave(kRate, kRate);
  for (auto _ : state) benchmark::DoNotOptimize(make(samples));
  count_clips(state);
}
BENCHMARK(spectrogram)->Arg(40)->Arg(257)->Unit(benchmark::kMicrosecond);

void spectrogram_plain(benchmark::State& state) {
  const int64_t count = state.range(0);
  auto bank = at::zeros({513, count}, at::kDouble);
  const auto filters = audio::mel_filters(count, kRate);
  for (size_t i = 0; i < filters.size(); ++i) {
    for (size_t j = 0; j < filters[i].weights.size(); ++j)
      bank[filters[i].first_bin + static_cast<int64_t>(j)][static_cast<int64_t>(i)] = filters[i].weights[j];
  }
  auto samples = wave(kRate, kRate);
  const auto shorts = at::from_blob(samples.data(), {kRate}, at::kShort);
  for (auto _ : state) {
    const auto x = shorts.to(at::kDouble);
    const auto emphasised = at::cat({x.slice(0, 0, 1), x.slice(0, 1) - 0.97 * x.slice(0, 0, -1)});
    const auto power = at::fft_rfft(emphasised.unfold(0, 480, 240), 1024).abs().pow(2) / 1024;
    benchmark::DoNotOptimize(at::matmul(power, bank).clamp_min(2.22e-16).log().t().to(at::kFloat).contiguous());
  }
  count_clips(state);
}
BENCHMARK(spectrogram_plain)->Arg(40)->Arg(257)->Unit(benchmark::kMicrosecond);

/// Argument: where the second starts.
void stretch(benchmark::State& state) {
  const auto start = static_cast<double>(state.range(0));
  for (auto _ : state) benchmark::DoNotOptimize(audio::decode_segment(video_file(), kRate, start, 1));
  count_clips(state);
}
BENCHMARK(stretch)->Arg(0)->Arg(4)->Arg(9)->Unit(benchmark::kMillisecond);

void stretch_plain(benchmark::State& state) {
  const int64_t start = state.range(0) * kRate;
  for (auto _ : state) {
    const auto track = audio::decode_audio(video_file(), kRate);
    benchmark::DoNotOptimize(std::vector<int16_t>(track.samples.begin() + start, track.samples.begin() + start + kRate));
  }
  count_clips(state);
}
BENCHMARK(stretch_plain)->Arg(4)->Unit(benchmark::kMillisecond);

void file_to_spectrogram(benchmark::State& state) {
  const audio::SegmentReader reader({});
  for (auto _ : state) benchmark::DoNotOptimize(reader.read(video_file(), {static_cast<double>(state.range(0)), 1}));
  count_clips(state);
}
BENCHMARK(file_to_spectrogram)->Arg(0)->Arg(4)->Unit(benchmark::kMillisecond);

}  // namespace

int main(int argc, char** argv) {
  at::set_num_threads(1);  // as in a loader's thread
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
