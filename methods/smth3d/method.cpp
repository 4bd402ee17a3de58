#include "methods/smth3d/method.hpp"

#include <ATen/ATen.h>

#include <algorithm>

#include "metrics/classification.hpp"

namespace vbench::smth3d {

Smth3dMethod::Smth3dMethod(const Tuning& tuning, const something::Options& data, uint64_t seed, const at::Device& device)
    : tuning_(tuning), network_(tuning.network(data), device), folded_(network_) {
  network_.initialize(seed);
}

std::vector<NamedTensor> Smth3dMethod::weights() {
  std::vector<NamedTensor> named;
  for (const auto& [name, tensor] : network_.weights()) named.push_back({"smth3d/" + name, tensor});
  return named;
}

LossTerms Smth3dMethod::loss(const Batch& batch, const StepContext& context) {
  const auto key = derive_seed(context.seed, "smth3d.dropout", static_cast<uint64_t>(context.epoch), static_cast<uint64_t>(context.step));
  const auto logits = network_.forward(batch.clips, batch.views, {.training = true, .dropout_key = key}).logits.to(at::kFloat);
  LossTerms loss;
  loss.total = at::cross_entropy_loss(logits, batch.labels);
  const auto ranks = class_ranks(logits.detach(), batch.labels);
  loss.terms = {{"top1", accuracy_at(ranks, 1)}, {"top5", accuracy_at(ranks, 5)}};
  return loss;
}

// Several clips a video would multiply the batch's memory: they pass through the column as many at a time as the batch has videos.
Outputs Smth3dMethod::infer(const Batch& batch) {
  const int64_t clips = batch.clips.size(0);
  std::vector<at::Tensor> maps;
  for (int64_t first = 0; first < clips; first += batch.size())
    maps.push_back(folded_.column(batch.clips.narrow(0, first, std::min(batch.size(), clips - first))).to(at::kFloat));
  const auto [logits, features] = network_.classify(at::cat(maps), batch.views);
  return {logits.to(at::kCPU, at::kFloat), features.to(at::kCPU, at::kFloat), batch.labels.to(at::kCPU), batch.ids};
}

LossTerms Smth3dMethod::eval_loss(const Batch& /*batch*/, const Outputs& outputs, const StepContext& /*context*/) {
  const auto labelled = outputs.labels.ge(0).nonzero().flatten();
  LossTerms loss;
  loss.weight = static_cast<double>(labelled.size(0));
  loss.total = labelled.size(0) == 0
                   ? at::zeros({}, outputs.logits.options())
                   : at::cross_entropy_loss(outputs.logits.index_select(0, labelled), outputs.labels.index_select(0, labelled));
  return loss;
}

}  // namespace vbench::smth3d
