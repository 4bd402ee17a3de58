// Throughput of SAM at its published size: one training step (forward, loss, backward, clipping, Adam), one evaluated batch, records of set
// completion and odd one out, against a transcription of the published formula in the same run, repetitions interleaved.
#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <utility>

#include "harness/throughput/interleaved.hpp"
#include "harness/throughput/sam_direct.hpp"
#include "harness/train/device.hpp"
#include "harness/train/optimizer.hpp"
#include "methods/sam/losses.hpp"
#include "methods/sam/predictors.hpp"

namespace vbench::throughput {
namespace {

constexpr int64_t kBatch = 256, kMembers = 4, kSubsets = 15;
constexpr int64_t kRecords = 32, kReference = 4, kCandidates = 5;
constexpr int kRepetitions = 7;
constexpr double kLearningRate = 1e-4, kClip = 20;

/// What both sides are asked: sets with targets, records of the two other tasks.
struct Questions {
  at::Tensor sets, embeddings, labels, reference, query, outliers;
};

/// Features as networks give them: behind a ReLU and an average.
at::Tensor videos(int64_t batch, int64_t members, const sam::NetworkOptions& options) {
  return torch::randn({batch, members, options.in_features}).abs_();
}

Questions drawn_questions(const sam::NetworkOptions& options) {
  torch::manual_seed(1);
  return {videos(kBatch, kMembers, options),
          torch::randn({kBatch, kSubsets, options.embedding}),
          torch::randint(options.nodes, {kBatch, kSubsets}, torch::kLong),
          videos(kRecords, kReference, options),
          videos(kRecords, kCandidates, options),
          videos(kRecords, kCandidates, options)};
}

OptimizerOptions adam() {
  OptimizerOptions options;
  options.learning_rate = kLearningRate;
  options.weight_decay = 5e-4;
  return options;
}

double seconds_of(const std::function<void()>& body) {
  const auto start = std::chrono::steady_clock::now();
  body();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double median_of(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

/// One thing that is measured, on one side.
struct Task {
  std::string name;
  std::function<void()> body;
  double per = 1;  ///< answers that one call of the body gives
  std::vector<double> seconds = {};
  bool warm = false;

  double run() {
    if (!std::exchange(warm, true)) body();
    seconds.push_back(seconds_of(body) / per);
    return seconds.back();
  }
};

/// A training step as four tasks would be, were they not parts of one.
struct Step {
  std::function<at::Tensor()> loss;
  std::function<void()> clip;
  std::unique_ptr<Optimizer> optimizer;
  std::vector<double> forward = {}, backward = {}, update = {};

  void run() {
    optimizer->zero_grad();
    at::Tensor total;
    forward.push_back(seconds_of([&] { total = loss(); }));
    backward.push_back(seconds_of([&] { total.backward(); }));
    update.push_back(seconds_of([&] {
      clip();
      optimizer->step(kLearningRate);
    }));
  }
};

/// The tasks of both sides in the same order.
struct Side {
  std::string name;
  std::vector<Task> tasks;
};

std::function<void()> without_gradients(std::function<void()> body) {
  return [body = std::move(body)] {
    const torch::NoGradGuard no_grad;
    body();
  };
}

Side direct_side(const DirectSam& model, const Questions& q, Step& step) {
  step = {[&] { return model.loss(model.forward(q.sets), q.embeddings, q.labels); }, [&] { model.clip(kClip); },
          Optimizer::make(adam(), model.parameters(), UpdatePath::kTensorOps)};
  const auto evaluate = [&] { (void)model.loss(model.forward(q.sets), q.embeddings, q.labels); };
  const auto completion = [&] { (void)model.completion(q.reference.narrow(0, 0, 1), q.query.narrow(0, 0, 1)); };
  const auto outlier = [&] { (void)model.outlier(q.outliers.narrow(0, 0, 1)); };
  return {"published",
          {{"step", [&] { step.run(); }},
           {"evaluate", without_gradients(evaluate)},
           {"completion", without_gradients(completion)},
           {"odd_one_out", without_gradients(outlier)}}};
}

Side our_side(const sam::Network& network, const Questions& q, Step& step) {
  const auto loss = [&] { return sam::sam_loss(network.forward(q.sets), q.embeddings, q.labels, network.min_scale(), {}).total; };
  step = {loss, [&] { clip_gradient_norm(network.parameters(), kClip); }, Optimizer::make(adam(), network.parameters())};
  const auto completion = [&] { (void)sam::completion_distances(&network, sam::Predictor::kEmbeddings, q.reference, q.query); };
  const auto outlier = [&] { (void)sam::outlier_distances(&network, sam::Predictor::kEmbeddings, q.outliers); };
  return {"vbench",
          {{"step", [&] { step.run(); }},
           {"evaluate", without_gradients([loss] { (void)loss(); })},
           {"completion", completion, static_cast<double>(kRecords)},
           {"odd_one_out", outlier, static_cast<double>(kRecords)}}};
}

void report_differences(const DirectSam& direct, const sam::Network& network, const Questions& q) {
  const torch::NoGradGuard no_grad;
  const auto of = [](const at::Tensor& a, const at::Tensor& b) { return (a - b).abs().max().item<double>(); };
  const auto theirs = direct.forward(q.sets);
  const auto ours = network.forward(q.sets);
  fmt::print(
      "largest differences from the published formula: embeddings {:.1e}, logits {:.1e}, completion {:.1e}, odd one out {:.1e}\n",
      of(ours.embeddings, theirs.embeddings), of(ours.logits, theirs.logits.transpose(1, 2)),
      of(sam::completion_distances(&network, sam::Predictor::kEmbeddings, q.reference, q.query), direct.completion(q.reference, q.query)),
      of(sam::outlier_distances(&network, sam::Predictor::kEmbeddings, q.outliers), direct.outlier(q.outliers)));
}

void print_ratios(const Side& published, const Side& ours, const Step& their_step, const Step& our_step) {
  if (published.tasks.front().seconds.empty() || ours.tasks.front().seconds.empty()) return;
  fmt::print(
      "\nmedians of {} interleaved repetitions, milliseconds; step and evaluate: {} sets of {}; the others: one record, ours in batches of "
      "{}\n",
      ours.tasks.front().seconds.size(), kBatch, kMembers, kRecords);
  const auto line = [](const std::string& name, double before, double now) {
    fmt::print("{:<14}{:>12.2f}{:>12.2f}{:>9.2f}x\n", name, 1e3 * before, 1e3 * now, before / now);
  };
  fmt::print("{:<14}{:>12}{:>12}{:>10}\n", "", "published", "vbench", "ratio");
  line("forward", median_of(their_step.forward), median_of(our_step.forward));
  line("backward", median_of(their_step.backward), median_of(our_step.backward));
  line("clip, Adam", median_of(their_step.update), median_of(our_step.update));
  for (size_t i = 0; i < ours.tasks.size(); ++i) {
    line(ours.tasks[i].name, median_of(published.tasks[i].seconds), median_of(ours.tasks[i].seconds));
  }
}

void add(const std::string& side, Task& task) {
  benchmark::RegisterBenchmark(fmt::format("sam/{}/{}", task.name, side).c_str(),
                               [&task](benchmark::State& state) {
                                 for (auto _ : state) state.SetIterationTime(task.run());
                               })
      ->UseManualTime()
      ->Iterations(1)
      ->Repetitions(kRepetitions)
      ->ReportAggregatesOnly()
      ->Unit(benchmark::kMillisecond);
}

void run(int argc, char** argv) {
  const auto threads = set_threads(0);
  const sam::NetworkOptions options;
  const sam::Network network(options, 1, torch::kCPU);
  const DirectSam direct(network.weights(), options.scales);
  const Questions questions = drawn_questions(options);
  fmt::print("SAM, {} sets of {} videos, {} nodes; {:.1f} G multiply-adds forward by the published formula; {} threads, {}\n", kBatch,
             kMembers, options.nodes, static_cast<double>(kBatch * sam::multiply_adds(options, kMembers)) / 1e9, threads, blas_core());
  report_differences(direct, network, questions);
  Step their_step, our_step;
  Side published = direct_side(direct, questions, their_step), ours = our_side(network, questions, our_step);
  for (size_t i = 0; i < ours.tasks.size(); ++i) {
    add(published.name, published.tasks[i]);
    add(ours.name, ours.tasks[i]);
  }
  benchmark::Initialize(&argc, argv);
  if (!benchmark::ReportUnrecognizedArguments(argc, argv)) benchmark::RunSpecifiedBenchmarks();
  print_ratios(published, ours, their_step, our_step);
}

}  // namespace
}  // namespace vbench::throughput

/// --benchmark_filter=vbench leaves the published computation out, for profiles; then there are no ratios.
int main(int argc, char** argv) { return vbench::throughput::run_interleaved(argc, argv, vbench::throughput::run); }
