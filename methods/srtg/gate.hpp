// Temporal cyclic consistency: which samples of a batch may be multiplied by the recursion's output. Used by recursion.cpp and tests.
#pragma once

#include <ATen/core/Tensor.h>

#include "methods/srtg/config.hpp"

namespace vbench::srtg {

/// Frame i of one sequence is matched with a frame of the other one; a direction is open where every frame i is matched with frame i.
struct Matches {
  at::Tensor forward;   ///< [B, T] int64: for every frame of `a` its match in `b`
  at::Tensor backward;  ///< [B, T] int64: for every frame of `b` its match in `a`
};

/// Nearest frames by squared distance over channels in float64; ties: the lowest index. A single frame matches itself.
/// @param a  [B, C, T]   @param b  [B, C, T]
[[nodiscard]] Matches nearest_frames(const at::Tensor& a, const at::Tensor& b);

/// The match of frame i is the frame nearest to the mean of the other sequence's frames weighted by softmax(-distance to i).
[[nodiscard]] Matches soft_nearest_frames(const at::Tensor& a, const at::Tensor& b);

/// The authors' function of June 2020: both rounded to float16, argmin of exp(distance) / exp(sum of distances). Where the denominator
/// overflows every quotient is 0 and frame 0 is the match; a quotient that is not a number counts as the smallest.
[[nodiscard]] Matches june2020_frames(const at::Tensor& a, const at::Tensor& b);

/// [B] bool: every match is the frame itself.
[[nodiscard]] at::Tensor is_identity(const at::Tensor& matches);

/// The gate's decision, without gradient.
/// @param pooled     [B, C, T] features averaged over height and width
/// @param recursion  [B, C, T] output of the LSTM
/// @return [B] bool, true = open
[[nodiscard]] at::Tensor open_samples(const at::Tensor& pooled, const at::Tensor& recursion, Gate gate);

}  // namespace vbench::srtg
