// Nearest neighbours among feature vectors, and how often they share the query's class. Pure functions of tensors.
// Used by the protocols of methods that are judged by the features they learn.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace vbench {

/// Rows that are worked on at a time. They change speed and memory, never a neighbour.
struct NeighbourBlocks {
  int64_t queries = 256;
  int64_t candidates = 8192;
};

/// The k candidates with the smallest Euclidean distance to each query, nearest first; equal distances by the lower index.
///
/// @param queries     [Q, F] floating point, taken as float32
/// @param candidates  [N, F] the same
/// @return            [Q, k] int64 on the CPU
/// @throws Error      kInput for shapes, types, empty blocks and k outside [1, N]; kNumeric names the
///                    first row with NaN or infinity, or says that distances overflow
///
/// Exact: float32 matrix products only rule out candidates whose distance, less all that rounding can do, is still too large; those left
/// are ordered by distances summed in float64 from the differences. So identical candidates tie exactly, and nothing depends on blocks,
/// threads, the BLAS or the device (CUDA tensors are copied to the CPU). Memory O(block of queries x (block of candidates + k)) beside the
/// inputs. Cost O(Q N F).
[[nodiscard]] at::Tensor nearest_neighbours(const at::Tensor& queries, const at::Tensor& candidates, int64_t k,
                                            const NeighbourBlocks& blocks = {});

/// Share [0, 1] of queries that have at least one candidate of their own class among the k nearest; NaN without queries.
///
/// @param neighbours        [Q, K] int64 of nearest_neighbours, k <= K
/// @param query_labels      [Q] int64
/// @param candidate_labels  [N] int64
/// @throws Error            kInput for shapes, types, indices out of range and k outside [1, K]
[[nodiscard]] double neighbour_recall(const at::Tensor& neighbours, const at::Tensor& query_labels, const at::Tensor& candidate_labels,
                                      int64_t k);

/// One feature vector a video: its clips' vectors divided by their norms, then averaged.
///
/// @param clips          [M, F] floating point
/// @param video_of_clip  [M] int64 in [0, videos)
/// @return               [videos, F] float32 on the CPU
/// @throws Error         kInput for shapes, types, indices out of range and a video without clips; kNumeric names a clip without direction
[[nodiscard]] at::Tensor average_clip_features(const at::Tensor& clips, const at::Tensor& video_of_clip, int64_t videos);

}  // namespace vbench
