// Throughput of SRTG: clips evaluated and trained per second at the published size, against the same network layer by layer with the same
// number of threads, repetitions interleaved.
#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>

#include "harness/throughput/interleaved.hpp"
#include "harness/train/device.hpp"
#include "methods/srtg/folded.hpp"

namespace vbench::throughput {
namespace {

constexpr int64_t kBatch = 2, kClasses = 400;  // the batch with which the original was measured
constexpr int kRepetitions = 7;

struct Model {
  explicit Model(const char* model_name)
      : name(model_name), network(srtg::NetworkOptions::of(srtg::network_config(name), kClasses)), folded(network) {
    network.initialize(1);
  }
  std::string name;
  srtg::Network network;
  srtg::FoldedNetwork folded;
};

/// One thing that is measured.
struct Task {
  std::string name;
  std::function<void()> body;
  std::vector<double> seconds = {};

  double run() {
    const auto start = std::chrono::steady_clock::now();
    body();
    seconds.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    return seconds.back();
  }
  [[nodiscard]] double clips_per_second() const {
    auto sorted = seconds;
    std::sort(sorted.begin(), sorted.end());
    return sorted.empty() ? 0 : static_cast<double>(kBatch) / sorted[sorted.size() / 2];
  }
};

/// Per network and precision: the plain evaluation, ours, and training without and with the update.
std::vector<Task> tasks_of(Model& model, const at::Tensor& clips, const at::Tensor& target) {
  std::vector<Task> tasks;
  for (const auto precision : {Precision::kFp32, Precision::kBf16}) {
    const std::string suffix = precision == Precision::kFp32 ? "fp32" : "bf16";
    tasks.push_back({fmt::format("{}/evaluate_plain/{}", model.name, suffix), [&model, &clips, precision] {
                       const torch::NoGradGuard no_grad;
                       const Autocast autocast(precision, at::kCPU);
                       benchmark::DoNotOptimize(model.network.forward(clips, {}));
                     }});
    tasks.push_back({fmt::format("{}/evaluate/{}", model.name, suffix), [&model, &clips, precision] {
                       const Autocast autocast(precision, at::kCPU);
                       benchmark::DoNotOptimize(model.folded.forward(clips));
                     }});
  }
  tasks.push_back({fmt::format("{}/train_forward/fp32", model.name), [&model, &clips] {
                     srtg::Pass pass;
                     pass.training = true;
                     benchmark::DoNotOptimize(model.network.forward(clips, pass));
                   }});
  tasks.push_back({fmt::format("{}/train_forward_backward/fp32", model.name), [&model, &clips, &target] {
                     srtg::Pass pass;
                     pass.training = true;
                     at::cross_entropy_loss(model.network.forward(clips, pass), target).backward();
                     for (const auto& parameter : model.network.parameters()) parameter.tensor.mutable_grad() = at::Tensor();
                   }});
  return tasks;
}

double rate_of(const std::vector<Task>& tasks, const std::string& name) {
  for (const auto& task : tasks) {
    if (task.name == name) return task.clips_per_second();
  }
  return 0;
}

void print_table(const std::vector<Task>& tasks, const std::vector<std::unique_ptr<Model>>& models) {
  fmt::print("\nclips/s, medians of {} interleaved repetitions, batch {}\n", kRepetitions, kBatch);
  fmt::print("{:<14}{:>12}{:>10}{:>8}{:>12}{:>10}{:>8}{:>10}{:>10}\n", "", "eval fp32", "folded", "ratio", "eval bf16", "folded", "ratio",
             "forward", "+backward");
  for (const auto& model : models) {
    const auto rate = [&](const char* what) { return rate_of(tasks, fmt::format("{}/{}", model->name, what)); };
    const double plain = rate("evaluate_plain/fp32"), ours = rate("evaluate/fp32");
    const double plain16 = rate("evaluate_plain/bf16"), ours16 = rate("evaluate/bf16");
    fmt::print("{:<14}{:>12.2f}{:>10.2f}{:>7.2f}x{:>12.2f}{:>10.2f}{:>7.2f}x{:>10.2f}{:>10.2f}\n", model->name, plain, ours, ours / plain,
               plain16, ours16, ours16 / plain16, rate("train_forward/fp32"), rate("train_forward_backward/fp32"));
  }
}

void run(int argc, char** argv) {
  const auto threads = set_threads(0);
  torch::manual_seed(1);
  const auto clips = torch::randn({kBatch, 3, 16, 112, 112});
  const auto target = torch::randint(kClasses, {kBatch}, torch::kLong);
  std::vector<std::unique_ptr<Model>> models;
  for (const auto* name : {"r3d_18", "srtg_r3d_18", "r3d_34", "srtg_r3d_34"}) models.push_back(std::make_unique<Model>(name));
  std::vector<Task> tasks;
  for (const auto& model : models) {
    for (auto& task : tasks_of(*model, clips, target)) tasks.push_back(std::move(task));
  }
  fmt::print("SRTG, clips of 16x112x112; {} threads, {}; bf16 evaluation computes in {}\n", threads, blas_core(), [&] {
    const Autocast autocast(Precision::kBf16, at::kCPU);
    return c10::toString(srtg::evaluation_type(clips));
  }());
  for (auto& task : tasks) {
    benchmark::RegisterBenchmark(task.name.c_str(),
                                 [&task](benchmark::State& state) {
                                   if (task.seconds.empty()) task.body();
                                   for (auto _ : state) state.SetIterationTime(task.run());
                                   state.SetItemsProcessed(kBatch * state.iterations());
                                 })
        ->UseManualTime()
        ->Iterations(1)
        ->Repetitions(kRepetitions)
        ->ReportAggregatesOnly()
        ->Unit(benchmark::kMillisecond);
  }
  benchmark::Initialize(&argc, argv);
  if (!benchmark::ReportUnrecognizedArguments(argc, argv)) benchmark::RunSpecifiedBenchmarks();
  print_table(tasks, models);
}

}  // namespace
}  // namespace vbench::throughput

int main(int argc, char** argv) { return vbench::throughput::run_interleaved(argc, argv, vbench::throughput::run); }
