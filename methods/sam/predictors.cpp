#include "methods/sam/predictors.hpp"

#include <fmt/format.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <algorithm>

#include "datasets/set_abstraction/power_set.hpp"
#include "harness/core/error.hpp"

namespace vbench::sam {
namespace {

constexpr double kSmallestNorm = 1e-8;  // the authors'

at::Tensor mean_member(const at::Tensor& sets) { return sets.mean(1, true); }

void check_shape(const at::Tensor& sets, const std::string& what) {
  if (sets.dim() == 3 && sets.size(1) > 0) return;
  throw input_error(fmt::format("{} of shape [{}] is not [sets, videos, features]", what, fmt::join(sets.sizes(), ", ")), "SAM predictor");
}

const Network& served(const Network* network, Predictor predictor) {
  if (network == nullptr) throw Error(ErrorKind::kInternal, "a predictor that needs a network was given none", "SAM predictor");
  if (serves(predictor, network->options())) return *network;
  throw usage_error(fmt::format("scales {} hold no relation of single videos, which this predictor compares with the set",
                                fmt::join(network->options().scales, " ")),
                    "SAM predictor", "use predictor=relation, or add scale 1");
}

/// Candidates are scored by the subsets of the smallest scale that hold them.
at::Tensor relation_scores(const Network& network, const at::Tensor& reference, const at::Tensor& query) {
  const int64_t size = network.min_scale(), candidates = query.size(1);
  const auto distances = cosine_distance(network.features_of_size(reference, reference.size(1)), network.features_of_size(query, size));
  const auto subsets = set_abstraction::subsets_of_size(candidates, size);
  auto scores = at::zeros({query.size(0), candidates}, distances.options());
  for (size_t k = 0; k < subsets.size(); ++k) {
    for (const int64_t candidate : subsets[k]) scores.select(1, candidate).add_(distances.select(1, static_cast<int64_t>(k)));
  }
  return scores;
}

at::Tensor relation_outliers(const Network& network, const at::Tensor& sets) {
  const auto& options = network.options();
  if (options.out_features == options.in_features) return cosine_distance(network.features_of_size(sets, sets.size(1)), sets);
  throw usage_error(fmt::format("relation features of {} numbers cannot be compared with video features of {}", options.out_features,
                                options.in_features),
                    "SAM predictor", "make the output as wide as the features, or use another predictor");
}

}  // namespace

at::Tensor cosine_distance(const at::Tensor& a, const at::Tensor& b) {
  const auto norm = [](const at::Tensor& x) { return x.norm(2, {-1}).clamp_min(kSmallestNorm); };
  return 1 - (a * b).sum(-1) / (norm(a) * norm(b));
}

at::Tensor completion_distances(const Network* network, Predictor predictor, const at::Tensor& reference, const at::Tensor& query) {
  const torch::NoGradGuard no_grad;
  check_shape(reference, "a reference");
  check_shape(query, "a query");
  if (predictor == Predictor::kMeanFeature) return cosine_distance(mean_member(reference), query);
  const Network& relations = served(network, predictor);
  if (predictor == Predictor::kRelation) return relation_scores(relations, reference, query);
  const auto whole = relations.features_of_size(reference, reference.size(1)), singles = relations.features_of_size(query, 1);
  if (predictor == Predictor::kFeatures) return cosine_distance(whole, singles);
  return cosine_distance(relations.embeddings(whole), relations.embeddings(singles));
}

at::Tensor outlier_distances(const Network* network, Predictor predictor, const at::Tensor& sets) {
  const torch::NoGradGuard no_grad;
  check_shape(sets, "a set");
  const int64_t n = sets.size(1);
  if (n < 2) throw input_error("a single video has no odd one out", "SAM predictor", "give at least two videos");
  if (predictor == Predictor::kMeanFeature) return cosine_distance(mean_member(sets), sets);
  const Network& relations = served(network, predictor);
  if (predictor == Predictor::kRelation) return relation_outliers(relations, sets);
  if (predictor == Predictor::kFeatures) {
    return cosine_distance(relations.features_of_size(sets, n), relations.features_of_size(sets, 1));
  }
  // The embedding head is linear: the mean of the embeddings is the embedding of the mean.
  const auto features = relations.features(sets);
  const auto shared = relations.embeddings(features.narrow(1, n, features.size(1) - n).mean(1, true));
  return cosine_distance(shared, relations.embeddings(features.narrow(1, 0, n)));
}

bool serves(Predictor predictor, const NetworkOptions& options) {
  const bool compares_singles = predictor == Predictor::kEmbeddings || predictor == Predictor::kFeatures;
  return !compares_singles || (!options.scales.empty() && options.scales.front() == 1);
}

}  // namespace vbench::sam
