#include "methods/srtg/method.hpp"

#include <ATen/ATen.h>

#include <algorithm>

#include "metrics/classification.hpp"

namespace vbench::srtg {

SrtgMethod::SrtgMethod(const Tuning& tuning, const clips::Options& data, uint64_t seed, const at::Device& device)
    : tuning_(tuning), network_(tuning.network(data), device), folded_(network_) {
  network_.initialize(seed);
}

std::vector<NamedTensor> SrtgMethod::weights() {
  std::vector<NamedTensor> named;
  for (const auto& [name, tensor] : network_.weights()) named.push_back({"srtg/" + name, tensor});
  return named;
}

LossTerms SrtgMethod::loss(const Batch& batch, const StepContext& /*context*/) {
  std::vector<OpenSamples> gates;
  const auto logits = network_.forward(batch.clips, {.training = true, .gates = &gates}).to(at::kFloat);
  LossTerms loss;
  loss.total = at::cross_entropy_loss(logits, batch.labels);
  const auto ranks = class_ranks(logits.detach(), batch.labels);
  loss.terms = {{"top1", accuracy_at(ranks, 1)}, {"top5", accuracy_at(ranks, 5)}};
  const auto names = network_.gate_names();
  for (size_t i = 0; i < gates.size(); ++i) {
    loss.terms.emplace_back("open/" + names[i], static_cast<double>(gates[i].open) / static_cast<double>(gates[i].samples));
  }
  return loss;
}

// Several clips a video would multiply the batch's memory: they pass through the network as many at a time as the batch has videos.
Outputs SrtgMethod::infer(const Batch& batch) {
  const int64_t clips = batch.clips.size(0);
  std::vector<at::Tensor> logits;
  for (int64_t first = 0; first < clips; first += batch.size()) {
    const auto part = batch.clips.narrow(0, first, std::min(batch.size(), clips - first));
    logits.push_back(folded_.forward(part).to(at::kCPU, at::kFloat));
  }
  return {at::cat(logits), batch.labels.to(at::kCPU), batch.views, batch.ids};
}

LossTerms SrtgMethod::eval_loss(const Batch& /*batch*/, const Outputs& outputs, const StepContext& /*context*/) {
  std::vector<at::Tensor> targets;
  for (size_t video = 0; video < outputs.views.size(); ++video) {
    targets.push_back(outputs.labels.narrow(0, static_cast<int64_t>(video), 1).expand({outputs.views[video]}));
  }
  LossTerms loss;
  loss.total = at::cross_entropy_loss(outputs.logits, at::cat(targets));
  return loss;
}

}  // namespace vbench::srtg
