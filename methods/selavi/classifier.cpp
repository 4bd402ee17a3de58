#include "methods/selavi/classifier.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <torch/utils.h>

#include <algorithm>
#include <optional>

namespace vbench::selavi {
namespace {

constexpr const char *kBasePrefix = "base.", *kClassifier = "classifier.";
constexpr double kBaseRate = 0.1;  // 0.00025 where the linear layer has 0.0025

const ClassifierOptions& checked(const ClassifierOptions& options) {
  check(options);
  return options;
}

/// Orthonormal rows, or columns if there are more rows than columns:
/// Gram-Schmidt on normal vectors, twice for exactness.
at::Tensor orthogonal(int64_t rows, int64_t columns, uint64_t seed, const std::string& name) {
  auto vectors = at::empty({std::min(rows, columns), std::max(rows, columns)}, at::kFloat);
  fill_random(vectors, Spread::kNormal, 1, seed, name);
  vectors = vectors.to(at::kDouble);
  for (int64_t i = 0; i < vectors.size(0); ++i) {
    auto vector = vectors[i];
    const auto before = vectors.narrow(0, 0, i);
    for (int pass = 0; pass < 2; ++pass) vector.sub_(before.t().matmul(before.matmul(vector)));
    vector.div_(vector.norm());
  }
  return rows <= columns ? vectors : vectors.t();
}

}  // namespace

Classifier::Classifier(const ClassifierOptions& options, const at::Device& device)
    : options_(checked(options)),
      base_(Encoder::video(options.divisor, device)),
      classifier_(kStageChannels.back() / options.divisor, options.classes, true, device) {
  base_.collect(kBasePrefix, weights_);
  if (options.batch_norm) {
    norm_ = BatchNorm(kStageChannels.back() / options.divisor, device);
    for (at::Tensor fixed : {norm_.weight, norm_.bias}) fixed.requires_grad_(false);
    norm_.collect("final_bn.", weights_);
  }
  classifier_.collect(kClassifier, weights_);
}

void Classifier::initialize(uint64_t seed) {
  base_.initialize(seed, "video_network.base.");
  const torch::NoGradGuard no_grad;
  auto& weight = classifier_.weight;
  weight.copy_(orthogonal(weight.size(0), weight.size(1), seed, "classifier.weight"));
  classifier_.bias.zero_();
}

at::Tensor Classifier::features(const at::Tensor& clips, const Pass& pass) const {
  std::optional<torch::NoGradGuard> no_grad;
  if (options_.frozen_base) no_grad.emplace();
  return base_.forward(clips, pass);
}

at::Tensor Classifier::logits(const at::Tensor& features, const Pass& pass) const {
  at::Tensor x = options_.normalise ? unit_rows(features) : features;
  if (options_.batch_norm) x = norm_.forward(x, pass.training, pass.momentum);
  return classifier_.forward(drop(x, options_.dropout, pass, 0));
}

std::vector<Parameter> Classifier::parameters() const {
  std::vector<Parameter> parameters;
  for (auto& parameter : parameters_of(weights_)) {
    const bool in_base = parameter.name.starts_with(kBasePrefix);
    if (in_base && options_.frozen_base) continue;
    if (in_base) parameter.learning_rate_multiplier = kBaseRate;
    parameters.push_back(parameter);
  }
  return parameters;
}

ModelSummary summarise(const Classifier& classifier, const Size3& clip) {
  auto summary = list_layers(classifier.weights());
  summary.flops = 2 * classifier.multiply_adds(clip);
  summary.flops_of = fmt::format("one clip of {}", fmt::join(clip, "x"));
  return summary;
}

}  // namespace vbench::selavi
