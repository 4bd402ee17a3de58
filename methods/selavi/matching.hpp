// Brings the audio head's clusters into the order of the video head's before the first labelling (section 3.1). Used by the relabelling.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "methods/selavi/sample_blocks.hpp"

namespace vbench::selavi {

/// L1 distances between all pairs of columns of the two modalities' probabilities, summed over samples that arrive block by block.
///
/// |a - b| = a + b - 2 min(a, b): two operations for each of N K^2 terms, in register tiles like a matrix product; 16 terms a cycle and
/// core with AVX-512, so a million samples with 400 clusters take seconds. float32 input is summed in float32 over 128 samples, then in
/// float64; float64 input in float64. Memory O(K^2) a thread's share of the samples, at most 32 shares.
/// Results do not depend on the number of threads, but the last bits may depend on how samples were cut into blocks.
class ClusterDistances {
 public:
  explicit ClusterDistances(int64_t clusters);

  /// The next samples: [n, K] float32 or float64 probabilities of both modalities.
  void add(const at::Tensor& video, const at::Tensor& audio);

  /// [K, K] float64: entry (i, j) = sum over samples of |video[:, i] - audio[:, j]|. @throws Error kNumeric if it is not finite
  [[nodiscard]] at::Tensor matrix(const SampleSum& sum = {}) const;

 private:
  template <class T>
  void add_as(const at::Tensor& video, const at::Tensor& audio);

  int64_t clusters_;
  std::vector<double> sums_;  ///< [K, K] of minima, then column sums of video [K] and audio [K]
};

struct Matching {
  std::vector<int64_t> permutation;  ///< [K]: audio cluster permutation[k] belongs to video cluster k
  double initial_cost = 0;           ///< sum of distances in the present order
  double cost = 0;                   ///< and in the order of the permutation
};

/// The best order there is. @param distances [K, K] float64 of ClusterDistances
[[nodiscard]] Matching match_exactly(const at::Tensor& distances);

/// Two different clusters to be swapped next.
using PairSource = std::function<std::pair<int64_t, int64_t>()>;

/// Uniform pairs; a function of the key only.
[[nodiscard]] PairSource random_pairs(int64_t clusters, uint64_t seed, int64_t head);

struct SwapOptions {
  int64_t restarts = 2;
  int64_t steps = 50000;    ///< pairs a restart
  int64_t patience = 1000;  ///< a restart ends when its step lies more than this behind the step of the last success in any restart
};

/// The authors' search: swaps a pair if that lowers its two distances; the best restart wins if it is better than no change.
[[nodiscard]] Matching match_by_swaps(const at::Tensor& distances, const PairSource& pairs, const SwapOptions& options = {});

/// Applies a matching to the audio head's last layer: row k of weight [K, D] and bias [K] becomes the former row permutation[k].
void permute_rows(at::Tensor weight, at::Tensor bias, const std::vector<int64_t>& permutation);

}  // namespace vbench::selavi
