// Matrix products of linear layers on the CPU: own tiles, or the libraries behind ATen where those are faster. Used only by methods/nn.
#pragma once

#include <ATen/core/Tensor.h>

namespace vbench::nn {

/// a [M, K] b [K, N] plus bias [N] (may be undefined) as a tensor of type `result`, float32 or bfloat16. Operands may be either and have
/// any strides. The sums' order depends on nothing but K, so results are the same for any number of threads.
[[nodiscard]] at::Tensor product(const at::Tensor& a, const at::Tensor& b, const at::Tensor& bias, at::ScalarType result);

/// Sums of the columns of x [R, N]: [N] float32.
[[nodiscard]] at::Tensor column_sums(const at::Tensor& x);

}  // namespace vbench::nn
