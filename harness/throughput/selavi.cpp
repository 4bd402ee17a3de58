// Throughput of SeLaVi: videos with sound evaluated and trained per second, against the same networks in plain LibTorch calls with the same
// number of threads.
#include <ATen/ATen.h>
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
#include "harness/train/device.hpp"
#include "methods/selavi/modality.hpp"

namespace vbench::throughput {
namespace {

constexpr int kRepetitions = 3;

struct Setup {
  std::string name;
  selavi::NetworkOptions network;
  std::vector<int64_t> clips, spectrograms;
};

const std::vector<Setup>& setups() {
  static const std::vector<Setup> kSetups{
      {"selavi", {.heads = 10, .clusters = 309}, {2, 3, 30, 112, 112}, {2, 1, 257, 99}},
      {"mini", {.divisor = 8, .heads = 3, .clusters = 8}, {16, 3, 8, 48, 48}, {16, 1, 40, 99}},
  };
  return kSetups;
}

struct Model {
  explicit Model(const Setup& its_setup) : setup(its_setup), network(setup.network), folded(network, selavi::Modality::kBoth) {
    network.initialize(1);
    batch.clips = torch::randn(setup.clips);
    batch.spectrograms = torch::randn(setup.spectrograms);
    labels = torch::randint(setup.network.clusters, {setup.clips.front(), setup.network.heads}, torch::kLong);
  }
  const Setup& setup;
  selavi::Network network;
  selavi::FoldedFeatures folded;
  audio_visual::Batch batch;
  at::Tensor labels;
};

/// A layer as the formulas say.
at::Tensor plain_layer(const selavi::ConvLayer& layer, const at::Tensor& x, bool training) {
  const at::IntArrayRef stride(layer.shape.stride), padding(layer.shape.padding);
  const auto y =
      layer.planar ? at::conv2d(x, layer.weight, {}, stride.slice(1), padding.slice(1)) : at::conv3d(x, layer.weight, {}, stride, padding);
  const auto& norm = layer.norm;
  auto z = at::batch_norm(y, norm.weight, norm.bias, norm.mean, norm.variance, training, 0.1, nn::kNormEpsilon, false);
  return layer.relu ? z.relu_() : z;
}

selavi::Features plain_features(const Model& model, bool training) {
  const auto layer = [training](const selavi::ConvLayer& of, const at::Tensor& x) { return plain_layer(of, x, training); };
  return {model.network.video().run(model.batch.clips, layer), model.network.audio().run(model.batch.spectrograms, layer)};
}

void add_evaluation(Model& model, std::vector<Task>& tasks) {
  const auto videos = model.setup.clips.front();
  tasks.push_back({model.setup.name + "/evaluate_eager", videos, [&model] {
                     const torch::NoGradGuard no_grad;
                     benchmark::DoNotOptimize(model.network.logits(plain_features(model, false), {}).video);
                   }});
  tasks.push_back({model.setup.name + "/evaluate_ours", videos, [&model] {
                     const torch::NoGradGuard no_grad;
                     benchmark::DoNotOptimize(model.network.logits(model.folded(model.batch), {}).video);
                   }});
}

void add_training(Model& model, std::vector<Task>& tasks) {
  const selavi::Pass pass{.training = true, .dropout_key = 1};
  const std::function<selavi::Features()> ours = [&model, pass] {
    return selavi::features_of(model.network, model.batch, selavi::Modality::kBoth, pass);
  };
  const std::function<selavi::Features()> eager = [&model] { return plain_features(model, true); };
  for (const auto& [who, features] : {std::pair{"eager", eager}, std::pair{"ours", ours}}) {
    tasks.push_back({fmt::format("{}/train_{}", model.setup.name, who), model.setup.clips.front(), [&model, pass, features = features] {
                       selavi::head_loss(model.network.logits(features(), pass), model.labels).total.backward();
                       for (const auto& parameter : model.network.parameters()) parameter.tensor.mutable_grad() = at::Tensor();
                     }});
  }
}

void print_rates(const std::vector<Task>& tasks) {
  fmt::print("\nVideos/s in float32. Eager: plain LibTorch calls. Best of {} interleaved repetitions.\n", kRepetitions);
  fmt::print("{:<10}{:>18}{:>8}{:>8}{:>18}{:>8}{:>8}\n", "", "evaluation: eager", "ours", "ratio", "training: eager", "ours", "ratio");
  for (const auto& setup : setups()) {
    const auto rate = [&](const char* what) { return rate_of(tasks, setup.name + "/" + what); };
    fmt::print("{:<10}{:>18}{:>8}{:>8}{:>18}{:>8}{:>8}\n", setup.name, known(rate("evaluate_eager"), 2), known(rate("evaluate_ours"), 2),
               ratio_of(rate("evaluate_ours"), rate("evaluate_eager")), known(rate("train_eager"), 2), known(rate("train_ours"), 2),
               ratio_of(rate("train_ours"), rate("train_eager")));
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
  fmt::print(
      "SeLaVi; {} threads, {}. 2 clips of 30x112x112 with spectrograms of 257x99, 10 heads of 309 clusters; mini: 16 clips of 8x48x48 with "
      "40x99, an eighth of the channels, 3 heads.\n",
      threads, blas_core());
  run_tasks(tasks, kRepetitions, argc, argv);
  print_rates(tasks);
}

}  // namespace
}  // namespace vbench::throughput

int main(int argc, char** argv) { return vbench::throughput::run_interleaved(argc, argv, vbench::throughput::run); }
