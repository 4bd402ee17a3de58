#include "harness/throughput/sam_direct.hpp"

#include <fmt/format.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <algorithm>

#include "datasets/set_abstraction/power_set.hpp"
#include "harness/core/error.hpp"

namespace vbench::throughput {
namespace {

using set_abstraction::Subset;

at::Tensor cosine_distance(const at::Tensor& a, const at::Tensor& b) { return 1 - at::cosine_similarity(a, b, -1, 1e-8); }

}  // namespace

DirectSam::DirectSam(const std::vector<NamedTensor>& weights, std::vector<int64_t> scales) : scales_(std::move(scales)) {
  for (const auto& [name, tensor] : weights) weights_.push_back({name, tensor.detach().clone().requires_grad_()});
}

const at::Tensor& DirectSam::weight(const std::string& name) const {
  for (const auto& weight : weights_) {
    if (weight.name == name) return weight.tensor;
  }
  throw Error(ErrorKind::kInternal, "no weight " + name);
}

at::Tensor DirectSam::layer(const at::Tensor& x, const std::string& name) const {
  return at::linear(x, weight(name + ".weight"), weight(name + ".bias"));
}

at::Tensor DirectSam::features(const at::Tensor& sets) const {
  std::vector<std::pair<Subset, at::Tensor>> own;
  std::vector<at::Tensor> features;
  for (int64_t size = 1; size <= sets.size(1); ++size) {
    const auto scale = std::find(scales_.begin(), scales_.end(), size) - scales_.begin();
    for (const Subset& subset : set_abstraction::subsets_of_size(sets.size(1), size)) {
      if (scale < static_cast<int64_t>(scales_.size())) {
        std::vector<at::Tensor> members;
        for (const int64_t member : subset) members.push_back(sets.select(1, member));
        const auto name = fmt::format("relations.{}.relate", scale);
        own.emplace_back(subset, layer(at::relu(layer(at::relu(at::cat(members, -1)), name + ".1")), name + ".3").unsqueeze(1));
      }
      std::vector<at::Tensor> contained;
      for (const auto& [part, feature] : own) {
        if (std::includes(subset.begin(), subset.end(), part.begin(), part.end())) contained.push_back(feature);
      }
      if (!contained.empty()) features.push_back(at::stack(contained).sum(0));
    }
  }
  return at::cat(features, 1);
}

DirectSam::Heads DirectSam::forward(const at::Tensor& sets) const {
  const auto all = features(sets);
  return {layer(all, "embedding_linear"), layer(all, "last_linear").transpose(1, 2)};
}

at::Tensor DirectSam::loss(const Heads& heads, const at::Tensor& embeddings, const at::Tensor& labels) const {
  const auto top = std::get<1>(heads.logits.detach().topk(5, 1)), hit = top.eq(labels.unsqueeze(1));
  const auto count = static_cast<double>(labels.numel());
  const double top1 = hit.narrow(1, 0, 1).sum().item<double>() / count, top5 = hit.sum().item<double>() / count;
  if (top1 > top5) throw Error(ErrorKind::kInternal, "more hits among one than among five");
  return at::mse_loss(heads.embeddings, embeddings) + at::cross_entropy_loss(heads.logits, labels);
}

at::Tensor DirectSam::completion(const at::Tensor& reference, const at::Tensor& query) const {
  const auto embedded = [&](const at::Tensor& sets) { return layer(features(sets), "embedding_linear"); };
  const auto whole = embedded(reference), candidates = embedded(query);
  return cosine_distance(whole.narrow(1, whole.size(1) - 1, 1), candidates.narrow(1, 0, query.size(1)));
}

at::Tensor DirectSam::outlier(const at::Tensor& sets) const {
  const int64_t n = sets.size(1);
  const auto embedded = layer(features(sets), "embedding_linear");
  return cosine_distance(embedded.narrow(1, n, embedded.size(1) - n).mean(1, true), embedded.narrow(1, 0, n));
}

std::vector<Parameter> DirectSam::parameters() const {
  std::vector<Parameter> all;
  for (const auto& [name, tensor] : weights_) all.push_back({name, tensor});
  return all;
}

void DirectSam::clip(double largest) const {
  const torch::NoGradGuard no_grad;
  std::vector<at::Tensor> norms;
  for (const auto& [name, tensor] : weights_) {
    if (tensor.grad().defined()) norms.push_back(tensor.grad().norm());
  }
  const double scale = largest / (at::stack(norms).norm().item<double>() + 1e-6);
  for (const auto& [name, tensor] : weights_) {
    if (scale < 1 && tensor.grad().defined()) tensor.grad().mul_(scale);
  }
}

}  // namespace vbench::throughput
