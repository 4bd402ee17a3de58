// Prescribed cluster sizes (paper, section 3.2). Used by the relabelling, which passes share() to Transport::solve.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace vbench::selavi {

/// Kind of cluster sizes. The authors' option also takes "zipf", which their code never fills in.
enum class Distribution {
  kUniform,  ///< "default": all clusters alike
  kGauss,    ///< "gauss": normal around N/K
};
[[nodiscard]] Distribution distribution_of(std::string_view name);

/// Which cluster gets which of the drawn sizes.
enum class Placement {
  kAsDrawn,  ///< the authors' code: the k-th count to the cluster with the k-th smallest column sum, the counts in their present order
  kSorted,   ///< its intention: the k-th smallest count there (the code sorts along an axis of length 1, which does nothing)
};

struct MarginalOptions {
  Distribution distribution = Distribution::kUniform;
  double deviation = 0.1;  ///< standard deviation of a size, as a fraction of N/K
  bool per_head = true;    ///< one draw for each head; else one for all, at least 1 sample each
  bool redraw = false;     ///< draw anew at every labelling; else keep the first draw
  Placement placement = Placement::kAsDrawn;
};

/// Cluster sizes of all heads of a run. Kept draws are part of a run's state: each placement reorders them, as in the authors' code.
class Marginals {
 public:
  /// Draws depend on (seed, head, time) only.
  Marginals(const MarginalOptions& options, int64_t samples, int64_t clusters, int64_t heads, uint64_t seed);

  /// @param time         number of the labelling, from 0
  /// @param column_sums  [K] float64, of P before the power (Transport::column_sums)
  /// @return             [K] float64, r: the reciprocal of the placed sizes, as in the authors' code, normalised to sum 1
  /// @throws Error       kUsage if a drawn size is not positive (unclamped draws with a large deviation)
  [[nodiscard]] at::Tensor share(int64_t head, int64_t time, const at::Tensor& column_sums);

  /// [heads, K] or [1, K] float64: sizes in the order of their last placement; [0, K] with uniform sizes. For checkpoints and plots.
  [[nodiscard]] const at::Tensor& counts() const { return counts_; }
  void restore(const at::Tensor& counts);  ///< those of a checkpoint. @throws Error kInput if the shape is another

 private:
  [[nodiscard]] at::Tensor draw(int64_t head, int64_t time) const;

  MarginalOptions options_;
  int64_t samples_, clusters_, heads_;
  uint64_t seed_;
  at::Tensor counts_;
};

/// [K] float64: counts given to clusters by rank of column sum; equal sums in the order of the clusters.
[[nodiscard]] at::Tensor place_counts(const at::Tensor& counts, const at::Tensor& column_sums, Placement placement);

/// [K] float64: reciprocals, normalised to sum 1.
[[nodiscard]] at::Tensor reciprocal_share(const at::Tensor& counts);

}  // namespace vbench::selavi
