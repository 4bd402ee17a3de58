// The network's one maximum over windows, faster on the CPU than LibTorch's. Used by network.cpp and tests.
#pragma once

#include <ATen/core/Tensor.h>

namespace vbench::srtg {

/// Maxima of 3x3x3 windows with stride 2 and padding 1, values, gradients and choice among equals as at::max_pool3d.
/// [B, C, T, H, W] of any layout and device -> [B, C, ceil(T / 2), ceil(H / 2), ceil(W / 2)]
[[nodiscard]] at::Tensor max_pool(const at::Tensor& x);

}  // namespace vbench::srtg
