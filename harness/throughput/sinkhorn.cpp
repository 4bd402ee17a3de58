// Throughput of SeLaVi's labelling: the whole transport of one head against a plain transcription of its formulas in float64 LibTorch
// calls, with the same labels; and the distances that match the modalities. VBENCH_BENCH_LARGE=1: a million samples too.
#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <functional>

#include "harness/throughput/interleaved.hpp"
#include "harness/train/device.hpp"
#include "methods/selavi/matching.hpp"
#include "methods/selavi/sinkhorn.hpp"

namespace vbench::throughput {
namespace {

constexpr int64_t kSamples = 50000, kClusters = 309;            // the size with which the original was measured
constexpr int64_t kManySamples = 1000000, kManyClusters = 400;  // all of Kinetics-400's clusters
constexpr double kLambda = 20, kOriginalSeconds = 3.4;          // 2 threads of another machine, 81 iterations
constexpr int kRepetitions = 5;

struct Probabilities {
  at::Tensor video, audio;  ///< [N, K] float32
};

/// Two modalities that agree in part, as after some training.
Probabilities probabilities(int64_t samples, int64_t clusters) {
  torch::manual_seed(1);
  const auto common = torch::randn({samples, clusters});
  return {(common + torch::randn({samples, clusters})).softmax(1), (common + torch::randn({samples, clusters})).softmax(1)};
}

/// What the paper's formulas become line by line.
selavi::Labelling plain(const Probabilities& p) {
  const torch::NoGradGuard no_grad;
  auto matrix = p.video.to(torch::kDouble).mul_(p.audio.to(torch::kDouble));
  const auto n = matrix.size(0), k = matrix.size(1);
  matrix.pow_(kLambda / 2);
  auto beta = torch::full({n, 1}, 1.0 / static_cast<double>(n), torch::kDouble), alpha = at::Tensor();
  const auto r = torch::full({k, 1}, 1.0 / static_cast<double>(k), torch::kDouble);
  selavi::Labelling result;
  result.error = 1e6;
  for (; result.error > 0.1 && result.iterations < 2000; ++result.iterations) {
    alpha = r / beta.t().matmul(matrix).t();
    const auto next = 1.0 / static_cast<double>(n) / matrix.matmul(alpha);
    if (result.iterations % 10 == 0) result.error = (beta / next - 1).abs().sum().item<double>();
    beta = next;
  }
  result.labels = matrix.clone().mul_(beta).mul_(alpha.t()).argmax(1);
  result.cost = -matrix.gather(1, result.labels.unsqueeze(1)).log().sum().item<double>() / static_cast<double>(n) / kLambda;
  return result;
}

/// As for one head of several: the memory is there.
selavi::Labelling ours(selavi::Transport& transport, const Probabilities& p) {
  transport.clear();
  transport.add(p.video, p.audio);
  return transport.solve();
}

/// One thing that is measured.
struct Task {
  std::string name;
  std::function<selavi::Labelling()> body;
  std::vector<double> seconds = {};
  selavi::Labelling result = {};

  double run() {
    const auto start = std::chrono::steady_clock::now();
    result = body();
    seconds.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    return seconds.back();
  }
  /// Of the least disturbed repetition: other work on the machine can only slow one down.
  [[nodiscard]] double best() const { return seconds.empty() ? 0 : *std::min_element(seconds.begin(), seconds.end()); }
};

void register_task(Task& task) {
  benchmark::RegisterBenchmark(task.name.c_str(),
                               [&task](benchmark::State& state) {
                                 if (task.seconds.empty()) task.body();
                                 for (auto _ : state) state.SetIterationTime(task.run());
                               })
      ->UseManualTime()
      ->Iterations(1)
      ->Repetitions(kRepetitions)
      ->ReportAggregatesOnly()
      ->Unit(benchmark::kMillisecond);
}

void print_labelling(const std::vector<Task>& tasks) {
  const Task& base = tasks.front();
  if (base.seconds.empty()) return;
  fmt::print("\nLabels of {} samples, {} clusters, lambda {}, power included. Best of {} interleaved repetitions.\n", kSamples, kClusters,
             kLambda, kRepetitions);
  fmt::print("{:<28}{:>9}{:>8}{:>12}{:>22}\n", "", "s", "ratio", "iterations", "labels like the plain");
  for (const auto& task : tasks) {
    if (task.seconds.empty() || !task.result.labels.defined()) continue;
    fmt::print("{:<28}{:>9.3f}{:>7.2f}x{:>12}{:>22}\n", task.name, task.best(), base.best() / task.best(), task.result.iterations,
               (task.result.labels == base.result.labels).sum().item<int64_t>());
  }
  fmt::print("The original: {} s for 81 iterations, on another machine.\n", kOriginalSeconds);
}

void print_distances(const Task& task, int64_t samples, int64_t clusters) {
  if (task.seconds.empty()) return;
  const double terms = static_cast<double>(samples) * static_cast<double>(clusters * clusters);
  fmt::print("Distances between all clusters, {} samples, {} clusters: {:.3f} s, {:.1f} terms/ns.\n", samples, clusters, task.best(),
             terms / task.best() * 1e-9);
}

double seconds_of(const std::function<void()>& body) {
  const auto start = std::chrono::steady_clock::now();
  body();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// Rows are made once and repeated with other columns: making them takes longer than labelling them.
void run_large(selavi::Storage storage) {
  constexpr int64_t kRows = 50000, kIterations = 11;
  const auto made = probabilities(kRows, kManyClusters);
  selavi::Transport transport(kManySamples, kManyClusters, kLambda, storage);
  double adding = 0;
  for (int64_t row = 0; row < kManySamples; row += kRows) {
    const auto video = made.video.roll(row / kRows, 1), audio = made.audio.roll(row / kRows, 1);
    adding += seconds_of([&] { transport.add(video, audio); });
  }
  const auto solve = [&](int64_t iterations) {
    return seconds_of([&] { benchmark::DoNotOptimize(transport.solve({}, {.tolerance = 0, .max_iterations = iterations, .watch = {}})); });
  };
  const double once = solve(1), seconds = (solve(kIterations) - once) / (kIterations - 1);
  const double bytes = static_cast<double>(kManySamples * kManyClusters) * (storage == selavi::Storage::kFloat64 ? 8 : 4);
  fmt::print(
      "{} samples, {} clusters as {}: product and power {:.2f} s, {:.3f} s an iteration, {:.1f} GB/s, one iteration and labels {:.3f} s.\n",
      kManySamples, kManyClusters, storage == selavi::Storage::kFloat64 ? "float64" : "float32", adding, seconds, bytes / seconds * 1e-9,
      once);
}

void run(int argc, char** argv) {
  const auto threads = set_threads(0);
  const auto p = probabilities(kSamples, kClusters);
  selavi::Transport transport(kSamples, kClusters, kLambda), half_size(kSamples, kClusters, kLambda, selavi::Storage::kFloat32);
  std::vector<Task> tasks{{"plain float64", [&] { return plain(p); }},
                          {"ours", [&] { return ours(transport, p); }},
                          {"ours, stored as float32", [&] { return ours(half_size, p); }}};
  Task distances{"distances", [&] {
                   selavi::ClusterDistances sums(kClusters);
                   sums.add(p.video, p.audio);
                   benchmark::DoNotOptimize(sums.matrix());
                   return selavi::Labelling();
                 }};
  fmt::print("SeLaVi's labelling; {} threads, {}, {} kernels.\n", threads, blas_core(), selavi::kernels::table().name);
  for (auto& task : tasks) register_task(task);
  register_task(distances);
  benchmark::Initialize(&argc, argv);
  if (!benchmark::ReportUnrecognizedArguments(argc, argv)) benchmark::RunSpecifiedBenchmarks();
  print_labelling(tasks);
  print_distances(distances, kSamples, kClusters);
  if (std::getenv("VBENCH_BENCH_LARGE") == nullptr) return;
  run_large(selavi::Storage::kFloat64);
  run_large(selavi::Storage::kFloat32);
}

}  // namespace
}  // namespace vbench::throughput

int main(int argc, char** argv) { return vbench::throughput::run_interleaved(argc, argv, vbench::throughput::run); }
