// Throughput of smth3d: clips evaluated and trained per second, against the same network in plain LibTorch calls with the same number of
// threads, and beside the original's figures.
#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "harness/throughput/clip_tasks.hpp"
#include "harness/throughput/interleaved.hpp"
#include "harness/throughput/smth3d_eager.hpp"
#include "harness/train/device.hpp"
#include "methods/smth3d/folded.hpp"

namespace vbench::throughput {
namespace {

constexpr int kRepetitions = 3;

/// What is measured, and the original's clips/s (PyTorch 1.13, 2 threads, another machine); 0: not known.
struct Setup {
  std::string name;
  smth3d::NetworkOptions network;
  std::vector<int64_t> clips;
  bool trains = true;
  double original_forward = 0, original_training = 0;
};

const std::vector<Setup>& setups() {
  static const std::vector<Setup> kSetups{
      {"model3d_1", {smth3d::kModel1}, {2, 3, 72, 84, 84}, true, 0.84, 0.31},
      {"model3d_1_224", {smth3d::kModel224}, {1, 3, 20, 224, 224}, false},
      {"mini", {smth3d::kModel1, 8, 8}, {16, 3, 24, 48, 48}},
  };
  return kSetups;
}

struct Model {
  explicit Model(const Setup& its_setup)
      : setup(its_setup), network(setup.network), folded(network), eager(network), clips(torch::randn(setup.clips)) {
    network.initialize(1);
    target = torch::randint(network.options().classes, {clips.size(0)}, torch::kLong);
  }
  const Setup& setup;
  smth3d::Network network;
  smth3d::FoldedNetwork folded;
  EagerSmth3d eager;
  at::Tensor clips, target;

  [[nodiscard]] std::vector<int64_t> views() const { return std::vector<int64_t>(static_cast<size_t>(clips.size(0)), 1); }
};

void add_evaluation(Model& model, std::vector<Task>& tasks) {
  tasks.push_back({model.setup.name + "/evaluate_eager", model.clips.size(0), [&model] {
                     const torch::NoGradGuard no_grad;
                     benchmark::DoNotOptimize(model.eager.forward(model.clips, false));
                   }});
  tasks.push_back({model.setup.name + "/evaluate_ours", model.clips.size(0),
                   [&model] { benchmark::DoNotOptimize(model.folded.forward(model.clips, model.views())); }});
}

void add_training(Model& model, std::vector<Task>& tasks) {
  const std::function<at::Tensor()> ours = [&model] {
    return model.network.forward(model.clips, model.views(), {.training = true, .dropout_key = 1}).logits;
  };
  const std::function<at::Tensor()> eager = [&model] { return model.eager.forward(model.clips, true); };
  for (const auto& [who, forward] : {std::pair{"eager", eager}, std::pair{"ours", ours}}) {
    tasks.push_back({fmt::format("{}/train_{}", model.setup.name, who), model.clips.size(0), [&model, forward = forward] {
                       at::cross_entropy_loss(forward(), model.target).backward();
                       for (const auto& parameter : model.network.parameters()) parameter.tensor.mutable_grad() = at::Tensor();
                     }});
  }
}

void print_rates(const std::vector<Task>& tasks) {
  fmt::print("\nClips/s in float32. Eager: plain LibTorch calls. Best of {} interleaved repetitions.\n", kRepetitions);
  fmt::print("Original: its own figures, measured on another machine.\n");
  fmt::print("{:<16}{:>16}{:>8}{:>8}{:>10}{:>18}{:>8}{:>8}{:>10}\n", "", "forward: eager", "ours", "ratio", "original", "training: eager",
             "ours", "ratio", "original");
  for (const auto& setup : setups()) {
    const auto rate = [&](const char* what) { return rate_of(tasks, setup.name + "/" + what); };
    fmt::print("{:<16}{:>16}{:>8}{:>8}{:>10}{:>18}{:>8}{:>8}{:>10}\n", setup.name, known(rate("evaluate_eager"), 2),
               known(rate("evaluate_ours"), 2), ratio_of(rate("evaluate_ours"), rate("evaluate_eager")), known(setup.original_forward, 2),
               known(rate("train_eager"), 2), known(rate("train_ours"), 2), ratio_of(rate("train_ours"), rate("train_eager")),
               known(setup.original_training, 2));
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
    if (setup.trains) add_training(*models.back(), tasks);
  }
  fmt::print(
      "smth3d; {} threads, {}. 2 clips of 72x84x84; the 224 variant: 1 clip of 20x224x224; mini: 16 clips of 24x48x48, an eighth of the "
      "channels.\n",
      threads, blas_core());
  run_tasks(tasks, kRepetitions, argc, argv);
  print_rates(tasks);
}

}  // namespace
}  // namespace vbench::throughput

int main(int argc, char** argv) { return vbench::throughput::run_interleaved(argc, argv, vbench::throughput::run); }
