// Which element type activations have: autocast's where it is on, else the tensor's own. Used by methods/nn and by methods with kernels of
// their own.
#pragma once

#include <ATen/ATen.h>
#include <ATen/autocast_mode.h>
#include <torch/version.h>

namespace vbench::nn {

/// Autocast's type on x's device if autocast is on there and x is one of the types that it converts; else x's own.
inline at::ScalarType activation_type(const at::Tensor& x) {
  if (!at::isFloatingType(x.scalar_type()) || x.scalar_type() == at::kDouble) return x.scalar_type();
#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 4)
  const at::DeviceType device = x.device().type();
  return at::autocast::is_autocast_enabled(device) ? at::autocast::get_autocast_dtype(device) : x.scalar_type();
#else
  if (x.is_cuda()) return at::autocast::is_enabled() ? at::autocast::get_autocast_gpu_dtype() : x.scalar_type();
  return x.is_cpu() && at::autocast::is_cpu_enabled() ? at::autocast::get_autocast_cpu_dtype() : x.scalar_type();
#endif
}

/// The tensor in the type in which norms and softmaxes are computed: float32, or double if it is double.
inline at::Tensor widened(const at::Tensor& x) { return x.scalar_type() == at::kDouble ? x : x.to(at::kFloat); }

}  // namespace vbench::nn
