// k-means with careful seeds and several restarts: what clusters cost without learning features. Used by the baseline and tests.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace vbench::selavi {

struct KMeansOptions {
  int64_t clusters = 28;
  int64_t restarts = 5;
  int64_t iterations = 100;  ///< at most, of each restart
};

struct KMeansResult {
  at::Tensor clusters;  ///< [N] int64: the nearest centre, the first among equals
  at::Tensor centres;   ///< [K, D] float64
  double inertia = 0;   ///< sum of the squared distances to them
  int64_t iterations = 0;
};

/// The restart with the smallest inertia. Seeds are drawn by k-means++; a centre that loses all its points takes the one that is farthest
/// from its own centre. A function of points and seed.
/// @param points  [N, D] floating point, taken as float64
/// @throws Error  kUsage for more clusters than points, kNumeric for values that are not finite
/// Cost of an iteration O(N K D) by matrix products; memory O(8192 K) beside the points.
[[nodiscard]] KMeansResult cluster_by_means(const at::Tensor& points, const KMeansOptions& options, uint64_t seed);

}  // namespace vbench::selavi
