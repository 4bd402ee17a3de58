#include "harness/train/device.hpp"

#include <ATen/autocast_mode.h>
#include <fmt/format.h>
#include <sched.h>
#include <torch/cuda.h>
#include <torch/types.h>
#include <torch/version.h>

#include "harness/core/error.hpp"

namespace vbench {
namespace {

#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 4)
void switch_autocast(bool cuda, bool on, at::ScalarType type) {
  const auto device = cuda ? at::kCUDA : at::kCPU;
  at::autocast::set_autocast_enabled(device, on);
  if (on) at::autocast::set_autocast_dtype(device, type);
}
#else
void switch_autocast(bool cuda, bool on, at::ScalarType type) {
  if (cuda) {
    at::autocast::set_enabled(on);
    if (on) at::autocast::set_autocast_gpu_dtype(type);
  } else {
    at::autocast::set_cpu_enabled(on);
    if (on) at::autocast::set_autocast_cpu_dtype(type);
  }
}
#endif

}  // namespace

at::Device parse_device(const std::string& name) {
  const bool cuda = name == "cuda" || name.rfind("cuda:", 0) == 0;
  if (name != "cpu" && !cuda) throw usage_error("unknown device '" + name + "'", "--device", "use cpu, cuda or cuda:N");
  if (cuda && !torch::cuda::is_available()) {
    throw usage_error("this build of LibTorch sees no CUDA device", "--device " + name,
                      "use --device cpu, or build against a CUDA LibTorch ('vbench doctor' says more)");
  }
  try {
    const at::Device device(name);
    if (!cuda || device.index() < static_cast<int64_t>(torch::cuda::device_count())) return device;
  } catch (const c10::Error&) {
    throw usage_error("not a device", "--device " + name, "use cpu, cuda or cuda:N");
  }
  throw usage_error(fmt::format("this machine has {} CUDA device(s), counted from 0", torch::cuda::device_count()), "--device " + name);
}

int64_t available_cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  return ::sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set) : 1;
}

int64_t set_threads(int64_t threads) {
  const int64_t count = threads > 0 ? threads : available_cores();
  at::set_num_threads(static_cast<int>(count));
  return count;
}

void check_precision(Precision precision, const at::Device& device) {
  if (precision == Precision::kFp16 && !device.is_cuda()) {
    throw usage_error("fp16 with loss scaling needs a CUDA device", "--precision fp16", "use --precision bf16 or fp32 on the CPU");
  }
}

Autocast::Autocast(Precision precision, const at::Device& device) : active_(precision != Precision::kFp32), cuda_(device.is_cuda()) {
  if (!active_) return;
  at::autocast::increment_nesting();
  switch_autocast(cuda_, true, precision == Precision::kBf16 ? at::kBFloat16 : at::kHalf);
}

Autocast::~Autocast() {
  if (!active_) return;
  switch_autocast(cuda_, false, at::kFloat);
  if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
}

}  // namespace vbench
