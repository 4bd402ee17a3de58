// Devices, threads and precision: the few LibTorch switches that a run sets.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>

#include "harness/core/run_spec.hpp"

namespace vbench {

/// "cpu", "cuda", "cuda:1". @throws Error kUsage for another name, or for CUDA that this build or machine lacks
[[nodiscard]] at::Device parse_device(const std::string& name);

/// Sets the threads of tensor operations; 0: all cores that this process may use. Gives back the number set.
int64_t set_threads(int64_t threads);

/// Cores that this process may use.
[[nodiscard]] int64_t available_cores();

/// @throws Error kUsage if the precision does not exist on the device (fp16 needs CUDA)
void check_precision(Precision precision, const at::Device& device);

/// Mixed precision while it lives: matrix products in bf16 or fp16, sums and losses in fp32. Does nothing for fp32.
class Autocast {
 public:
  Autocast(Precision precision, const at::Device& device);
  ~Autocast();
  Autocast(const Autocast&) = delete;
  Autocast& operator=(const Autocast&) = delete;

 private:
  bool active_, cuda_;
};

}  // namespace vbench
