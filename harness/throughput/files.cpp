// Throughput of reading checkpoints and features, each against a plain transcription of the obvious way in the same run. Files are warm in
// the page cache.
#include <ATen/ATen.h>
#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <hdf5.h>
#include <torch/csrc/jit/serialization/pickle.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <vector>

#include "datasets/formats/hdf5.hpp"
#include "datasets/formats/torch_checkpoint.hpp"

namespace {
namespace fs = std::filesystem;
using vbench::torch_file::Dict;

constexpr int64_t kWidth = 512;  // of a frame's features

/// The files of this run, removed at its end.
class Files {
 public:
  Files() : folder_(fs::temp_directory_path() / fmt::format("vbench_bench_files_{}", ::getpid())) {
    fs::create_directories(folder_);
    at::manual_seed(1);
    write_checkpoint("large", 200, int64_t{256} * 1024);  // 200 MiB in 1 MiB tensors
    write_checkpoint("small", 20000, 64);                 // optimizer states and the like
    write_features();
  }
  Files(const Files&) = delete;
  Files& operator=(const Files&) = delete;
  ~Files() {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }
  [[nodiscard]] std::string path(const std::string& name) const { return (folder_ / name).string(); }

  /// As YouCook2's validation videos: name of the dataset and rows.
  [[nodiscard]] const std::vector<std::pair<std::string, int64_t>>& videos() const { return videos_; }

 private:
  void write_checkpoint(const std::string& name, int64_t tensors, int64_t elements) const {
    Dict weights;
    for (int64_t i = 0; i < tensors; ++i) weights.set(fmt::format("layer.{}.weight", i), at::rand({elements}));
    vbench::torch_file::save_torch_file(path(name + ".pth"), weights);
  }
  void write_features() {
    auto file = vbench::hdf5::File::create(path("features.h5"));
    for (int64_t i = 0; i < 450; ++i) {
      const int64_t frames = 100 + 37 * i % 400;
      videos_.emplace_back(fmt::format("video_{}", i), frames);
      file.write(videos_.back().first, at::rand({frames, kWidth}));
    }
    file.close();
  }

  fs::path folder_;
  std::vector<std::pair<std::string, int64_t>> videos_;
};

/// Fastest iteration of every benchmark, in seconds; the ratios at the end come from here.
std::map<std::string, double> fastest;

void measure(benchmark::State& state, const std::string& name, int64_t bytes, const std::function<void()>& body) {
  double best = 1e300;
  for (auto _ : state) {
    const auto start = std::chrono::steady_clock::now();
    body();
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    state.SetIterationTime(seconds);
    best = std::min(best, seconds);
  }
  fastest[name] = best;
  state.SetBytesProcessed(state.iterations() * bytes);
}

void read_checkpoint(const std::string& path) { benchmark::DoNotOptimize(vbench::torch_file::read_torch_file(path)); }

/// LibTorch's own way: the file as bytes, then its unpickler. It trusts the file, and reads no OrderedDict.
void read_checkpoint_plainly(const std::string& path) {
  std::vector<char> bytes(fs::file_size(path));
  std::ifstream(path, std::ios::binary).read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  benchmark::DoNotOptimize(torch::jit::pickle_load(bytes));
}

void read_features(const Files& files) {
  const auto file = vbench::hdf5::File::open(files.path("features.h5"));
  for (const auto& [name, rows] : files.videos()) benchmark::DoNotOptimize(file.read(name));
}

/// The calls of the library as its tutorial puts them: a video's array is read as a whole and copied into a tensor. Checks nothing.
void read_features_plainly(const Files& files) {
  const hid_t file = H5Fopen(files.path("features.h5").c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
  for (const auto& [name, rows] : files.videos()) {
    const hid_t set = H5Dopen2(file, name.c_str(), H5P_DEFAULT);
    std::vector<float> values(static_cast<size_t>(rows * kWidth));
    H5Dread(set, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data());
    benchmark::DoNotOptimize(at::from_blob(values.data(), {rows, kWidth}).clone());
    H5Dclose(set);
  }
  H5Fclose(file);
}

void add(const std::string& name, int64_t bytes, const std::function<void()>& body) {
  benchmark::RegisterBenchmark(name.c_str(), [=](benchmark::State& state) { measure(state, name, bytes, body); })
      ->Unit(benchmark::kMillisecond)
      ->MinTime(2)  // the first iterations pay for fresh memory
      ->UseManualTime();
}

void print_ratios() {
  for (const auto& [name, seconds] : fastest) {
    const auto plain = fastest.find(name + "/plain");
    if (plain == fastest.end()) continue;
    fmt::print("ratio {}: {:.2f} (plain {:.1f} ms, ours {:.1f} ms)\n", name, plain->second / seconds, 1e3 * plain->second, 1e3 * seconds);
  }
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  const Files files;
  for (const std::string name : {"large", "small"}) {
    const std::string path = files.path(name + ".pth");
    const auto bytes = static_cast<int64_t>(fs::file_size(path));
    add("checkpoint/" + name, bytes, [path] { read_checkpoint(path); });
    add("checkpoint/" + name + "/plain", bytes, [path] { read_checkpoint_plainly(path); });
  }
  const auto bytes = static_cast<int64_t>(fs::file_size(files.path("features.h5")));
  add("features", bytes, [&files] { read_features(files); });
  add("features/plain", bytes, [&files] { read_features_plainly(files); });
  benchmark::RunSpecifiedBenchmarks();
  print_ratios();
}
