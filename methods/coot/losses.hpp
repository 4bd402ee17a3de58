// COOT's losses (paper sections 3.2 and 3.3; the authors' coot/loss_fn.py). Used by method.hpp and the tests.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "harness/core/experiment.hpp"
#include "harness/core/random.hpp"
#include "methods/coot/config.hpp"

namespace vbench::coot {

/// What the model says about a batch: B videos with C clips and as many sentences in all; not normalised.
struct Outputs {
  at::Tensor video, paragraph;                  ///< [B, 2 D]
  at::Tensor clips, sentences;                  ///< [C, D]
  at::Tensor video_context, paragraph_context;  ///< [B, D]
};

/// Hinge on cosine similarities s = a bᵀ: sum over i != j of max(0, m + s_ij - s_ii) + max(0, m + s_ij - s_jj).
/// @param a, b  [n, D], rows normalised; row i of both belongs together
/// @param max_violation  keep only the largest term of each row and of each column
/// @param normalize      divide by n²
/// @return scalar float32; 0 for n = 1
[[nodiscard]] at::Tensor contrastive_loss(const at::Tensor& a, const at::Tensor& b, double margin, bool max_violation, bool normalize);

/// The weighted sum over levels and modalities, with one entry in `terms` for each pair of weight and level that is not zero.
[[nodiscard]] LossTerms total_contrastive_loss(const Outputs& outputs, const LossOptions& options);

/// Positions whose way there and back is scored, the same number K for each of B sequences.
struct CyclePositions {
  at::Tensor index;   ///< [B, K] int64
  at::Tensor weight;  ///< [B, K] float32: 1 / number of positions scored in the sequence; 0 where the row has no such position

  [[nodiscard]] CyclePositions to(const at::Device& device) const { return {index.to(device), weight.to(device)}; }
  static CyclePositions all(const std::vector<int64_t>& lengths);
  /// One given position of each sequence.
  static CyclePositions given(const std::vector<int64_t>& index);
  /// `samples` different positions of each sequence (fewer where it is shorter), uniformly.
  static CyclePositions sample(const std::vector<int64_t>& lengths, int64_t samples, RandomStream& random);
};

/// (i - soft index)² of every position asked for, [B, K] float32: source position i goes to its soft neighbour in `other` and back.
/// @param source, other  [B, T, D] and [B, U, D], padded; not normalised
/// @param source_lengths, other_lengths  B each
[[nodiscard]] at::Tensor cycle_errors(const at::Tensor& source, const std::vector<int64_t>& source_lengths, const at::Tensor& other,
                                      const std::vector<int64_t>& other_lengths, const at::Tensor& index);

/// Soft neighbours of the positions asked for, [B, K, D], and the weights they are made of, [B, K, U].
struct SoftNeighbours {
  at::Tensor rows, weights;
};
[[nodiscard]] SoftNeighbours soft_neighbours(const at::Tensor& queries, const at::Tensor& other, const std::vector<int64_t>& other_lengths);

/// One direction: mean over the positions of each sequence, then over the batch. Scalar float32.
[[nodiscard]] at::Tensor cycle_loss(const at::Tensor& source, const std::vector<int64_t>& source_lengths, const at::Tensor& other,
                                    const std::vector<int64_t>& other_lengths, const CyclePositions& positions);

/// Clips to sentences and back, plus sentences to clips and back; unweighted. clips, sentences [C, D] flat.
[[nodiscard]] at::Tensor cycle_consistency(const at::Tensor& clips, const at::Tensor& sentences, const std::vector<int64_t>& clip_num,
                                           const std::vector<int64_t>& sent_num, const CyclePositions& from_clips,
                                           const CyclePositions& from_sentences);

/// Flat rows to [B, max count, D], zeros behind each end; gradients find their way back.
[[nodiscard]] at::Tensor pad_rows(const at::Tensor& rows, const std::vector<int64_t>& counts);

/// The whole loss. `purpose` keys the sampling with the context, so training and evaluation draw apart.
[[nodiscard]] LossTerms coot_loss(const Outputs& outputs, const std::vector<int64_t>& clip_num, const std::vector<int64_t>& sent_num,
                                  const LossOptions& options, const StepContext& context, const std::string& purpose);

}  // namespace vbench::coot
