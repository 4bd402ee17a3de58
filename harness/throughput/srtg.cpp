// Throughput of SRTG: clips evaluated and trained per second, against the same network in plain LibTorch calls with the same number of
// threads, and beside the original's figures.
#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <algorithm>
#include <functional>
#include <memory>

#include "harness/throughput/clip_tasks.hpp"
#include "harness/throughput/interleaved.hpp"
#include "harness/throughput/srtg_eager.hpp"
#include "harness/train/device.hpp"
#include "methods/srtg/folded.hpp"

namespace vbench::throughput {
namespace {

constexpr int kRepetitions = 5;

/// What is measured, and the original's clips/s in training mode (PyTorch 1.13, 2 threads, another machine); 0: not known.
struct Setup {
  std::string name, network;
  std::vector<int64_t> clips;
  bool narrow = false;
  double original_forward = 0, original_backward = 0;
};

const std::vector<Setup>& setups() {
  // The batch with which the original was measured, and the network that the stand-in and mini datasets train.
  static const std::vector<int64_t> kPublished{2, 3, 16, 112, 112}, kSmall{16, 3, 8, 64, 64};
  static const std::vector<Setup> kSetups{
      {"r3d_18", "r3d_18", kPublished, false, 23.4, 8.0}, {"srtg_r3d_18", "srtg_r3d_18", kPublished, false, 21.1, 5.5},
      {"r3d_34", "r3d_34", kPublished, false, 15.9, 4.3}, {"srtg_r3d_34", "srtg_r3d_34", kPublished, false, 12.1, 2.8},
      {"r3d_18/narrow", "r3d_18", kSmall, true},          {"srtg_r3d_18/narrow", "srtg_r3d_18", kSmall, true}};
  return kSetups;
}

srtg::NetworkOptions options_of(const Setup& setup) {
  auto options = srtg::NetworkOptions::of(srtg::network_config(setup.network), 400);
  if (setup.narrow) {
    options.planes = {16, 32, 64, 128};
    options.stem_channels = 16;
    options.classes = 10;
  }
  return options;
}

struct Model {
  explicit Model(const Setup& its_setup)
      : setup(its_setup), network(options_of(setup)), folded(network), eager(network), clips(torch::randn(setup.clips)) {
    network.initialize(1);
    target = torch::randint(network.options().classes, {clips.size(0)}, torch::kLong);
  }
  const Setup& setup;
  srtg::Network network;
  srtg::FoldedNetwork folded;
  EagerSrtg eager;
  at::Tensor clips, target;
};

void add_evaluation(Model& model, std::vector<Task>& tasks) {
  for (const auto precision : {Precision::kFp32, Precision::kBf16}) {
    const auto name = [&](const char* who) {
      return fmt::format("{}/evaluate_{}/{}", model.setup.name, who, precision == Precision::kFp32 ? "fp32" : "bf16");
    };
    tasks.push_back({name("eager"), model.clips.size(0), [&model, precision] {
                       const torch::NoGradGuard no_grad;
                       const Autocast autocast(precision, at::kCPU);
                       benchmark::DoNotOptimize(model.eager.forward(model.clips, false));
                     }});
    tasks.push_back({name("ours"), model.clips.size(0), [&model, precision] {
                       const Autocast autocast(precision, at::kCPU);
                       benchmark::DoNotOptimize(model.folded.forward(model.clips));
                     }});
  }
}

void add_training(Model& model, std::vector<Task>& tasks) {
  srtg::Pass training;
  training.training = true;
  const std::function<at::Tensor()> ours = [&model, training] { return model.network.forward(model.clips, training); };
  const std::function<at::Tensor()> eager = [&model] { return model.eager.forward(model.clips, true); };
  for (const auto& [who, forward] : {std::pair{"eager", eager}, std::pair{"ours", ours}}) {
    tasks.push_back({fmt::format("{}/train_forward_{}/fp32", model.setup.name, who), model.clips.size(0),
                     [forward = forward] { benchmark::DoNotOptimize(forward()); }});
    tasks.push_back({fmt::format("{}/train_backward_{}/fp32", model.setup.name, who), model.clips.size(0), [&model, forward = forward] {
                       at::cross_entropy_loss(forward(), model.target).backward();
                       for (const auto& parameter : model.network.parameters()) parameter.tensor.mutable_grad() = at::Tensor();
                     }});
  }
}

double rate_of(const std::vector<Task>& tasks, const Setup& setup, const char* what) { return rate_of(tasks, setup.name + "/" + what); }

void print_evaluation(const std::vector<Task>& tasks) {
  fmt::print(
      "\nEvaluation, clips/s. Eager: plain LibTorch calls, float32 (A) and under bf16 autocast (B). Best of {} interleaved repetitions.\n",
      kRepetitions);
  fmt::print("{:<20}{:>10}{:>10}{:>11}{:>11}{:>14}{:>14}{:>14}\n", "", "A fp32", "B bf16", "ours fp32", "ours bf16", "ours fp32 / A",
             "ours bf16 / B", "ours bf16 / A");
  for (const auto& setup : setups()) {
    const double a = rate_of(tasks, setup, "evaluate_eager/fp32"), b = rate_of(tasks, setup, "evaluate_eager/bf16");
    const double ours = rate_of(tasks, setup, "evaluate_ours/fp32"), ours16 = rate_of(tasks, setup, "evaluate_ours/bf16");
    fmt::print("{:<20}{:>10}{:>10}{:>11}{:>11}{:>14}{:>14}{:>14}\n", setup.name, known(a), known(b), known(ours), known(ours16),
               ratio_of(ours, a), ratio_of(ours16, b), ratio_of(ours16, a));
  }
}

void print_training(const std::vector<Task>& tasks) {
  fmt::print("\nTraining mode in float32, clips/s. Original: its own figures, measured on another machine.\n");
  fmt::print("{:<20}{:>12}{:>8}{:>8}{:>10}{:>14}{:>8}{:>8}{:>10}\n", "", "forward: A", "ours", "ratio", "original", "+ backward: A", "ours",
             "ratio", "original");
  for (const auto& setup : setups()) {
    const double forward = rate_of(tasks, setup, "train_forward_eager/fp32"), ours = rate_of(tasks, setup, "train_forward_ours/fp32");
    const double both = rate_of(tasks, setup, "train_backward_eager/fp32"), ours_both = rate_of(tasks, setup, "train_backward_ours/fp32");
    fmt::print("{:<20}{:>12}{:>8}{:>8}{:>10}{:>14}{:>8}{:>8}{:>10}\n", setup.name, known(forward), known(ours), ratio_of(ours, forward),
               known(setup.original_forward), known(both), known(ours_both), ratio_of(ours_both, both), known(setup.original_backward));
  }
}

void run(int argc, char** argv) {
  const auto threads = set_threads(0);
  torch::manual_seed(1);
  std::vector<std::unique_ptr<Model>> models;
  std::vector<Task> tasks;
  for (const auto& setup : setups()) {
    models.push_back(std::make_unique<Model>(setup));
    add_evaluation(*models.back(), tasks);
    add_training(*models.back(), tasks);
  }
  const bool has_fast_bf16 = [&] {
    const Autocast autocast(Precision::kBf16, at::kCPU);
    return nn::evaluation_type(models.front()->clips) == at::kBFloat16;
  }();
  fmt::print("SRTG; {} threads, {}. 2 clips of 16x112x112; narrow: channels 16 to 128, 16 clips of 8x64x64.\n", threads, blas_core());
  fmt::print("Our bf16 evaluation computes in {}.\n",
             has_fast_bf16 ? "bf16" : "float32: this processor has no matrix unit, and its other 16-bit products are slower");
  run_tasks(tasks, kRepetitions, argc, argv);
  print_evaluation(tasks);
  print_training(tasks);
}

}  // namespace
}  // namespace vbench::throughput

int main(int argc, char** argv) { return vbench::throughput::run_interleaved(argc, argv, vbench::throughput::run); }
