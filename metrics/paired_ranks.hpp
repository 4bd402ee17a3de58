// The driver of paired_ranks with a chosen kernel. Used by retrieval.hpp's paired_ranks, and by tests that compare kernels.
#pragma once

#include "metrics/rank_tiles.hpp"
#include "metrics/retrieval.hpp"

namespace vbench::rank_tiles {

[[nodiscard]] RankPair paired_ranks(const Kernel& kernel, const at::Tensor& a, const at::Tensor& b, Ties ties, const RankBlocks& blocks);

}  // namespace vbench::rank_tiles
