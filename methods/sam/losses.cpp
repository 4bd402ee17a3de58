#include "methods/sam/losses.hpp"

#include <fmt/format.h>
#include <torch/types.h>

#include <cmath>

#include "datasets/set_abstraction/power_set.hpp"
#include "harness/core/error.hpp"
#include "metrics/classification.hpp"

namespace vbench::sam {
namespace {

using set_abstraction::power_set_size;

constexpr int64_t kTopMany = 5;

void require(bool fits, const std::string& what) {
  if (!fits) throw input_error(what, "SAM loss");
}

/// Members of a set with so many subsets; they must be those of a power set.
int64_t members_of(int64_t subsets) {
  int64_t members = 1;
  while (power_set_size(members) < subsets) ++members;
  require(power_set_size(members) == subsets, fmt::format("{} targets a set are not one for each of its subsets", subsets));
  return members;
}

int64_t checked_members(const Network::Heads& heads, const at::Tensor& embeddings, const at::Tensor& labels, int64_t min_size) {
  require(labels.dim() == 2 && embeddings.dim() == 3 && embeddings.size(0) == labels.size(0) && embeddings.size(1) == labels.size(1),
          fmt::format("labels [{}] and embeddings [{}] are not of the same subsets", fmt::join(labels.sizes(), ", "),
                      fmt::join(embeddings.sizes(), ", ")));
  const int64_t members = members_of(labels.size(1)), kept = power_set_size(members, min_size);
  require(heads.logits.size(0) == labels.size(0) && heads.logits.size(1) == kept && heads.embeddings.size(1) == kept,
          fmt::format("outputs [{}] do not belong to {} sets of {} with subsets from size {}", fmt::join(heads.logits.sizes(), ", "),
                      labels.size(0), members, min_size));
  require(heads.embeddings.size(2) == embeddings.size(2),
          fmt::format("embeddings of {} numbers where the targets have {}", heads.embeddings.size(2), embeddings.size(2)));
  require(heads.logits.size(2) >= kTopMany,
          fmt::format("the accuracy among {} nodes needs a graph of as many; it has {}", kTopMany, heads.logits.size(2)));
  require(labels.size(0) > 0, "the batch is empty");
  const int64_t first = labels.min().item<int64_t>(), last = labels.max().item<int64_t>();
  require(first >= 0 && last < heads.logits.size(2),
          fmt::format("labels {} to {} where the graph has {} nodes", first, last, heads.logits.size(2)));
  return members;
}

/// @param ranks  [B, K'], 1 = best
void add_accuracies(const at::Tensor& ranks, const std::string& suffix, LossTerms& loss) {
  const auto all = ranks.reshape({-1});
  for (const int64_t k : {int64_t{1}, kTopMany})
    loss.terms.emplace_back(fmt::format("top{}@abstr{}", k, suffix), 100 * accuracy_at(all, k));
}

void add_all_accuracies(const at::Tensor& ranks, int64_t members, int64_t min_size, LossTerms& loss) {
  add_accuracies(ranks, "", loss);
  int64_t column = 0;
  for (int64_t size = min_size; size <= members; ++size) {
    const int64_t count = power_set_size(members, size) - power_set_size(members, size + 1);
    add_accuracies(ranks.narrow(1, column, count), fmt::format("_{}", size), loss);
    column += count;
  }
}

}  // namespace

LossTerms sam_loss(const Network::Heads& heads, const at::Tensor& embeddings, const at::Tensor& labels, int64_t min_size,
                   const LossOptions& options) {
  const int64_t members = checked_members(heads, embeddings, labels, min_size);
  const int64_t kept = heads.logits.size(1), cut = labels.size(1) - kept, nodes = heads.logits.size(2);
  const auto logits = heads.logits.reshape({-1, nodes});
  const auto targets = labels.narrow(1, cut, kept).reshape({-1});
  const auto embed = options.embedding * at::mse_loss(heads.embeddings, embeddings.narrow(1, cut, kept).to(heads.embeddings.scalar_type()));
  const auto abstr = options.abstraction * at::cross_entropy_loss(logits, targets);
  LossTerms loss{embed + abstr, {}, static_cast<double>(labels.size(0))};
  loss.terms = {{"abstr", abstr.item<double>()}, {"embed", embed.item<double>()}};
  // What diverged has no order; the trainer stops at the loss with a message of its own.
  if (!std::isfinite(loss.terms[0].second + loss.terms[1].second)) return loss;
  add_all_accuracies(class_ranks(logits.detach(), targets).view({-1, kept}), members, min_size, loss);
  return loss;
}

}  // namespace vbench::sam
