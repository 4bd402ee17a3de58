// Ranks and recall of cross-modal retrieval: v2p, p2v, c2s, s2c. Pure functions of tensors.
// Used by the protocols of retrieval methods, the evaluation of stored embeddings and bench_retrieval.
#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <string_view>

#include "harness/core/scores.hpp"

namespace vbench {

/// Who wins among equal similarities. A rank is always 1 + (candidates strictly closer than the right one) + (ties that count against it).
enum class Ties {
  kByIndex,      ///< ties with a smaller index count: the order of a stable descending sort
  kPessimistic,  ///< every tie counts: collapsed embeddings get no credit
  kOptimistic,   ///< no tie counts
};

/// Rank of the right candidate for every query.
///
/// @param similarity  [Q, C] floating point, row = query, higher is closer
/// @param target      [Q] int64 in [0, C): the right candidate of each query
/// @return            [Q] int64 on the CPU, 1 = first
/// @throws Error      kInput for shapes, types and targets out of range; kNumeric names the first row that holds a NaN
/// Cost O(Q C), no sort, no further memory. The matrix is read where it lies if that is the CPU, else copied there.
[[nodiscard]] at::Tensor target_ranks(const at::Tensor& similarity, const at::Tensor& target, Ties ties = Ties::kByIndex);

/// Ranks of N matched pairs in both directions; each [N] int64 on the CPU, 1 = first.
struct RankPair {
  at::Tensor a_to_b;  ///< query a[i], candidates all of b, right one b[i]
  at::Tensor b_to_a;  ///< query b[i], candidates all of a, right one a[i]
};

/// Items of a and b that are worked on at a time. They change speed and memory, never a rank.
struct RankBlocks {
  int64_t rows = 96;       ///< of a, per thread: fit the level-2 cache with a few hundred columns of floats
  int64_t columns = 4096;  ///< of b, shared by all threads
};

/// Ranks of the matched pairs (a[i], b[i]) by the similarity a·bᵀ, in both directions from one pass over the product.
///
/// @param a, b    [N, D] floating point, taken as float32; normalise first (`l2_normalize`) for cosine similarity
/// @throws Error  kInput if the shapes differ; kNumeric names the first row with NaN or infinity, or says that products overflow
///
/// Exact: every similarity is one chain of float32 multiply-adds over d = 0 .. D-1, the same wherever the pair lies, so identical rows tie
/// exactly and no rank depends on blocks, threads, the BLAS or the device (CUDA tensors are copied to the CPU for that reason). A library's
/// matrix product gives no such promise: its entry (i, i) may differ in the last bit from the entry of a duplicate elsewhere. Memory O(N +
/// block D) beside the inputs: the N x N similarities are counted in registers' reach and dropped. Cost O(N² D) on all threads of ATen.
[[nodiscard]] RankPair paired_ranks(const at::Tensor& a, const at::Tensor& b, Ties ties = Ties::kByIndex, const RankBlocks& blocks = {});

/// One direction's figures in the original's conventions; shares are fractions 0..1.
struct RetrievalScores {
  double r1 = 0, r5 = 0, r10 = 0, r50 = 0;  ///< share of queries with rank <= k
  double medr = 0;                          ///< floor of the median: for an even count the lower of the two middle ranks' mean
  double meanr = 0;                         ///< mean of the 1-based ranks
  /// The original's "Sum" column: R@1 + R@5 + R@50, without R@10.
  [[nodiscard]] double sum() const { return r1 + r5 + r50; }
};

/// R@k: fraction of queries whose right candidate is ranked k or better; 1 if k reaches the number of candidates.
/// @param ranks  [Q] int64, 1-based; an empty tensor throws Error kInput here and below
[[nodiscard]] double recall_at(const at::Tensor& ranks, int64_t k);
[[nodiscard]] RetrievalScores score_ranks(const at::Tensor& ranks);

/// The same as named scores: "<prefix>_r1", _r5, _r10, _r50, _medr, _meanr; prefix is v2p, p2v, c2s or s2c.
[[nodiscard]] Scores retrieval_scores(std::string_view prefix, const at::Tensor& ranks);

/// What the best epoch is chosen by: the mean of R@1 in both directions.
[[nodiscard]] double selection_score(const RankPair& ranks);

/// Rows divided by their Euclidean norm, with no epsilon, as the original does; stays on its device.
/// @param rows    [N, D] floating point
/// @param name    what the rows are, for the message
/// @throws Error  kNumeric names the first row whose norm is zero or not finite: it has no direction, and dividing would spread NaN
[[nodiscard]] at::Tensor l2_normalize(const at::Tensor& rows, std::string_view name = "embeddings");

}  // namespace vbench
