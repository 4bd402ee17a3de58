// Throughput of retrieval ranks in both directions, against a plain transcription of the published computation in the same run.
// VBENCH_BENCH_LARGE=1 adds 100,000 x 100,000 items, 15 TFLOP: about a minute on two cores.
#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <map>
#include <numeric>
#include <thread>
#include <vector>

#include "harness/throughput/fitting_blas.hpp"
#include "metrics/retrieval.hpp"

namespace {

constexpr int64_t kWidth = 768;

struct Embeddings {
  at::Tensor a, b;  // [N, kWidth] float32, rows of norm 1
};

/// Matched pairs of which some are confused: R@1 between 0 and 1, as after training.
Embeddings make_embeddings(int64_t items) {
  at::manual_seed(1);
  const auto shared = at::randn({items, kWidth});
  return {vbench::l2_normalize(shared + 2.5 * at::randn({items, kWidth})), vbench::l2_normalize(shared + 2.5 * at::randn({items, kWidth}))};
}

/// The published computation: every row sorted as a whole, the order reversed, the right candidate looked up.
/// One thread, because NumPy's argsort has one.
std::vector<int64_t> ranks_by_sorting(const at::Tensor& similarity) {
  const int64_t items = similarity.size(0);
  std::vector<int64_t> ranks(items), order(items);
  for (int64_t i = 0; i < items; ++i) {
    const float* row = similarity.data_ptr<float>() + i * items;
    std::iota(order.begin(), order.end(), 0);
    std::sort(order.begin(), order.end(), [row](int64_t x, int64_t y) { return row[x] < row[y]; });
    std::reverse(order.begin(), order.end());
    ranks[i] = std::find(order.begin(), order.end(), i) - order.begin() + 1;
  }
  return ranks;
}

/// Fastest iteration of every (benchmark, items), in seconds; the ratios at the end come from here.
std::map<std::pair<std::string, int64_t>, double> fastest;

template <class Body>
void measure(benchmark::State& state, const std::string& name, Body body) {
  const int64_t items = state.range(0);
  const auto embeddings = make_embeddings(items);
  double best = 1e300;
  for (auto _ : state) {
    const auto start = std::chrono::steady_clock::now();
    body(embeddings);
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    state.SetIterationTime(seconds);
    best = std::min(best, seconds);
  }
  fastest[{name, items}] = best;
  state.counters["pairs"] = benchmark::Counter(static_cast<double>(items * items), benchmark::Counter::kIsIterationInvariantRate);
  state.counters["GFLOP"] =
      benchmark::Counter(2e-9 * static_cast<double>(items * items * kWidth), benchmark::Counter::kIsIterationInvariantRate);
}

void counted(benchmark::State& state) {
  measure(state, "counted", [](const Embeddings& e) { benchmark::DoNotOptimize(vbench::paired_ranks(e.a, e.b)); });
}

/// The product uses the same BLAS and the same threads as the rest of the program; only the sort is bound to one thread.
void sorted(benchmark::State& state) {
  measure(state, "sorted", [](const Embeddings& e) {
    const auto similarity = at::mm(e.a, e.b.t());
    benchmark::DoNotOptimize(ranks_by_sorting(similarity));
    benchmark::DoNotOptimize(ranks_by_sorting(similarity.t().contiguous()));
  });
}

/// The bare matrix product, for comparison: the counted ranks include one of the same size.
void product(benchmark::State& state) {
  measure(state, "product", [](const Embeddings& e) { benchmark::DoNotOptimize(at::mm(e.a, e.b.t())); });
}

void print_ratios() {
  for (const auto& [key, seconds] : fastest) {
    const auto plain = fastest.find({"sorted", key.second});
    if (key.first != "counted" || plain == fastest.end()) continue;
    fmt::print("ratio {}: {:.1f} (sorted {:.1f} ms, counted {:.1f} ms, {} threads)\n", key.second, plain->second / seconds,
               1e3 * plain->second, 1e3 * seconds, at::get_num_threads());
  }
}

}  // namespace

int main(int argc, char** argv) {
  vbench::throughput::use_fitting_blas(argv);
  // Debian's LibTorch starts with one thread.
  at::set_num_threads(static_cast<int>(std::max(1U, std::thread::hardware_concurrency())));
  const auto add = [](const char* name, void (*body)(benchmark::State&)) {
    return benchmark::RegisterBenchmark(name, body)->Unit(benchmark::kMillisecond)->UseManualTime();
  };
  add("ranks/counted", counted)->Arg(1000)->Arg(3000)->Arg(5000)->Arg(10000);
  add("ranks/sorted", sorted)->Arg(1000)->Arg(3000)->Arg(5000);
  add("ranks/product", product)->Arg(1000)->Arg(3000)->Arg(5000)->Arg(10000);
  if (std::getenv("VBENCH_BENCH_LARGE") != nullptr) add("ranks/counted", counted)->Arg(100000)->Iterations(1);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  fmt::print("{}\n", vbench::throughput::blas_core());
  print_ratios();
}
