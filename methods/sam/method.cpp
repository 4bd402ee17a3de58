#include "methods/sam/method.hpp"

#include <fmt/format.h>
#include <torch/types.h>

#include <map>

namespace vbench::sam {

LossTerms join_losses(const std::vector<LossTerms>& losses) {
  if (losses.size() == 1) return losses.front();
  LossTerms joined{torch::zeros({}), {}, 0};
  for (const auto& loss : losses) joined.weight += loss.weight;
  std::map<std::string, double> terms;
  for (const auto& loss : losses) {
    const double share = loss.weight / joined.weight;
    joined.total = joined.total.to(loss.total.device()) + share * loss.total;
    for (const auto& [name, value] : loss.terms) terms[name] += share * value;
  }
  joined.terms.assign(terms.begin(), terms.end());
  return joined;
}

set_abstraction::Group without_features(const set_abstraction::Group& group) {
  auto asked = group;
  asked.features = at::Tensor();
  asked.query = at::Tensor();
  asked.embeddings = at::Tensor();
  return asked;
}

at::Tensor stack_features(const set_abstraction::SetData& data, const std::vector<std::string>& videos, const at::Device& device) {
  std::vector<at::Tensor> rows;
  for (const auto& video : videos) rows.push_back(data.video_features(video));
  return torch::stack(rows).unsqueeze(0).to(device);
}

ModelSummary summarise(const std::vector<NamedTensor>& weights, const NetworkOptions& options, Architecture architecture) {
  ModelSummary summary;
  for (const auto& [name, tensor] : weights) {
    const std::string bare = name.substr(name.find('/') + 1);
    const std::string kind = bare.ends_with("bias") ? "bias" : bare == "linear.weight" ? "unused mix" : "linear";
    summary.layers.push_back({bare, kind, fmt::format("{}", fmt::join(tensor.sizes(), "x")), tensor.numel()});
    summary.parameters += tensor.numel();
  }
  constexpr int64_t kMembers = 4;
  if (architecture == Architecture::kRelations) summary.flops = 2 * multiply_adds(options, kMembers);
  if (architecture == Architecture::kMeanLinear)
    summary.flops = 2 * int64_t{15} * options.in_features * (options.nodes + options.embedding);
  summary.flops_of = "a set of 4 videos, the features cached";
  return summary;
}

}  // namespace vbench::sam
