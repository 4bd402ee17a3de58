// Time of the scores of clusterings, of assignments and of nearest neighbours, against plain transcriptions in the same run.
#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <ctime>
#include <functional>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

#include "harness/throughput/interleaved.hpp"
#include "metrics/assignment.hpp"
#include "metrics/clustering.hpp"
#include "metrics/expected_mutual_information.hpp"
#include "metrics/neighbours.hpp"

namespace vbench::throughput {
namespace {

constexpr int kRepetitions = 5;

struct Task {
  std::string name;
  std::function<void()> body;
  double wall = 1e300, cpu = 1e300;  ///< seconds of the fastest run; CPU time over all threads

  double run() {
    const auto start = std::chrono::steady_clock::now();
    const auto cpu_start = std::clock();
    body();
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    cpu = std::min(cpu, static_cast<double>(std::clock() - cpu_start) / CLOCKS_PER_SEC);
    wall = std::min(wall, seconds);
    return seconds;
  }
};

struct Labelling {
  at::Tensor clusters, labels;  // [N] int64
};

/// Classes and clusters of uneven sizes that agree in part, as after training.
Labelling make_labelling(int64_t samples, int64_t groups) {
  const auto uneven = [&] { return (at::rand({samples}, at::kDouble).pow(1.5) * groups).to(at::kLong).clamp_max(groups - 1); };
  const auto labels = uneven();
  return {at::where(at::rand({samples}) < 0.5, groups - 1 - labels, uneven()), labels};
}

/// The definition, term by term, with logarithms of factorials.
double plain_expected_mutual_information(const Contingency& table) {
  const auto log_factorial = [](int64_t n) { return std::lgamma(static_cast<double>(n) + 1); };
  const int64_t total = table.samples;
  double sum = 0;
  for (const int64_t a : table.row_sums) {
    for (const int64_t b : table.column_sums) {
      const double fixed = log_factorial(a) + log_factorial(b) + log_factorial(total - a) + log_factorial(total - b) - log_factorial(total);
      const double by_chance = static_cast<double>(a) * static_cast<double>(b) / static_cast<double>(total);
      for (int64_t n = std::max<int64_t>(1, a + b - total); n <= std::min(a, b); ++n) {
        const double likelihood =
            std::exp(fixed - log_factorial(n) - log_factorial(a - n) - log_factorial(b - n) - log_factorial(total - a - b + n));
        sum += static_cast<double>(n) / static_cast<double>(total) * std::log(static_cast<double>(n) / by_chance) * likelihood;
      }
    }
  }
  return sum;
}

constexpr int64_t kNeighbours = 50;

at::Tensor plain_neighbours(const at::Tensor& queries, const at::Tensor& candidates) {
  return std::get<1>(at::cdist(queries, candidates).topk(kNeighbours, /*dim=*/1, /*largest=*/false));
}

void add_scores(std::vector<Task>& tasks) {
  const auto large = make_labelling(1'000'000, 400), small = make_labelling(100'000, 100);
  const auto table = tabulate(large.clusters, large.labels), small_table = tabulate(small.clusters, small.labels);
  tasks.push_back({"1e6x400/table", [large] { benchmark::DoNotOptimize(tabulate(large.clusters, large.labels)); }});
  tasks.push_back({"1e6x400/nmi_ari_ami", [large] {
                     const auto counts = tabulate(large.clusters, large.labels);
                     benchmark::DoNotOptimize(normalised_mutual_information(counts));
                     benchmark::DoNotOptimize(adjusted_rand_index(counts));
                     benchmark::DoNotOptimize(adjusted_mutual_information(counts));
                   }});
  tasks.push_back({"1e6x400/all_scores", [large] { benchmark::DoNotOptimize(cluster_scores(large.clusters, large.labels)); }});
  tasks.push_back({"1e6x400/expected_information",
                   [table] { benchmark::DoNotOptimize(expected_mutual_information(table.row_sums, table.column_sums)); }});
  tasks.push_back({"1e6x400/assignment", [table] { benchmark::DoNotOptimize(match_labels(table)); }});
  tasks.push_back({"1e6x400/sparse_assignment", [table] { benchmark::DoNotOptimize(match_labels(table, 0)); }});
  tasks.push_back({"1e5x100/expected_information", [small_table] {
                     benchmark::DoNotOptimize(expected_mutual_information(small_table.row_sums, small_table.column_sums));
                   }});
  tasks.push_back(
      {"1e5x100/expected_information_plain", [small_table] { benchmark::DoNotOptimize(plain_expected_mutual_information(small_table)); }});
  fmt::print("Expected mutual information, 1e5 x 100: ours {:.15f}, plain {:.15f}\n",
             expected_mutual_information(small_table.row_sums, small_table.column_sums), plain_expected_mutual_information(small_table));
}

void add_assignment(std::vector<Task>& tasks) {
  const auto costs = at::rand({400, 400}, at::kDouble);
  tasks.push_back({"random_400x400/assignment", [costs] { benchmark::DoNotOptimize(assign(costs, Total::kSmallest)); }});
}

/// As many videos as split 1 of UCF-101 has, vectors as wide as the network's.
void add_neighbours(std::vector<Task>& tasks) {
  const auto candidates = at::randn({9537, 512}), queries = at::randn({3783, 512});
  tasks.push_back({"ucf101/neighbours", [=] { benchmark::DoNotOptimize(nearest_neighbours(queries, candidates, kNeighbours)); }});
  tasks.push_back({"ucf101/neighbours_plain", [=] { benchmark::DoNotOptimize(plain_neighbours(queries, candidates)); }});
  const auto same = nearest_neighbours(queries, candidates, kNeighbours).eq(plain_neighbours(queries, candidates));
  fmt::print("Neighbours in the same place as plain float32 puts them: {:.3f} %\n", 100 * same.to(at::kDouble).mean().item<double>());
}

void register_task(Task& task) {
  benchmark::RegisterBenchmark(task.name.c_str(),
                               [&task](benchmark::State& state) {
                                 for (auto _ : state) state.SetIterationTime(task.run());
                               })
      ->UseManualTime()
      ->Iterations(1)
      ->Repetitions(kRepetitions)
      ->ReportAggregatesOnly()
      ->Unit(benchmark::kMillisecond);
}

void print_times(const std::vector<Task>& tasks) {
  fmt::print("\nFastest of {} interleaved runs, ms; CPU time is that of all threads.\n{:<40}{:>10}{:>10}{:>14}\n", kRepetitions, "", "wall",
             "CPU", "plain / ours");
  for (const auto& task : tasks) {
    if (task.wall > 1e299) continue;
    const auto plain = std::find_if(tasks.begin(), tasks.end(), [&](const Task& other) { return other.name == task.name + "_plain"; });
    const std::string ratio = plain == tasks.end() || plain->wall > 1e299 ? "" : fmt::format("{:.2f}x", plain->wall / task.wall);
    fmt::print("{:<40}{:>10.1f}{:>10.1f}{:>14}\n", task.name, 1e3 * task.wall, 1e3 * task.cpu, ratio);
  }
}

void run(int argc, char** argv) {
  // Debian's LibTorch starts with one thread.
  at::set_num_threads(static_cast<int>(std::max(1U, std::thread::hardware_concurrency())));
  at::manual_seed(1);
  fmt::print("Clustering and neighbours; {} threads, {}.\n", at::get_num_threads(), blas_core());
  std::vector<Task> tasks;
  add_scores(tasks);
  add_assignment(tasks);
  add_neighbours(tasks);
  for (auto& task : tasks) register_task(task);
  benchmark::Initialize(&argc, argv);
  if (!benchmark::ReportUnrecognizedArguments(argc, argv)) benchmark::RunSpecifiedBenchmarks();
  print_times(tasks);
}

}  // namespace
}  // namespace vbench::throughput

int main(int argc, char** argv) { return vbench::throughput::run_interleaved(argc, argv, vbench::throughput::run); }
