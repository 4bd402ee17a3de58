// How a set's candidates and members are ordered: distances for set completion and odd one out. Used by the protocol and `vbench predict`.
#pragma once

#include <ATen/core/Tensor.h>

#include <string>

#include "methods/sam/relations.hpp"

namespace vbench::sam {

enum class Predictor {
  kEmbeddings,   ///< semantic embeddings: the authors' rank, find_outlier
  kFeatures,     ///< relation features: rank_features, find_outlier_features
  kRelation,     ///< one relation network: rank_rn, find_outlier_rn
  kMeanFeature,  ///< raw features: rank_baseline, find_outlier_baseline; needs no network
};

/// 1 - cosine along the last axis with broadcasting; norms count at least 1e-8, so that a zero vector is at distance 1.
[[nodiscard]] at::Tensor cosine_distance(const at::Tensor& a, const at::Tensor& b);

/// Distance of every candidate to the set; smaller fits better.
/// @param network    may be null for kMeanFeature
/// @param reference  [B, n, D]   @param query [B, Q, D]   @return [B, Q] float32
/// @throws Error kUsage where the scales cannot serve the predictor (kEmbeddings and kFeatures need scale 1)
[[nodiscard]] at::Tensor completion_distances(const Network* network, Predictor predictor, const at::Tensor& reference,
                                              const at::Tensor& query);

/// Distance of every member from what the set shares; the largest is the odd one out.
/// @param sets  [B, n, D]   @return [B, n] float32
/// @throws Error kUsage as above; kRelation needs out_features == in_features
[[nodiscard]] at::Tensor outlier_distances(const Network* network, Predictor predictor, const at::Tensor& sets);

/// The predictor can serve these scales.
[[nodiscard]] bool serves(Predictor predictor, const NetworkOptions& options);

}  // namespace vbench::sam
