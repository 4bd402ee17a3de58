// Keys and masks of dropout, as the kernels and as ATen see them. Used only by methods/nn.
#pragma once

#include "methods/nn/blocks.hpp"
#include "methods/nn/kernels/table.hpp"

namespace vbench::nn {

/// The kernels' form of a dropout.
[[nodiscard]] kernels::Mask mask_of(const Dropout& dropout);

/// The factors, 0 or 1 / (1 - p), of the elements numbered by `index` (int64, modulo 2^32). Float32, shape and device of index.
[[nodiscard]] at::Tensor dropout_factors(const at::Tensor& index, const Dropout& dropout);

}  // namespace vbench::nn
