// What this machine can do at most with that many threads, measured: products of large matrices and a stream through memory. Used by
// stages.cpp.
#pragma once

#include <string>
#include <vector>

#include "harness/core/run_spec.hpp"

namespace vbench::throughput {

/// A kernel that one may compare with.
struct PeakKernel {
  std::string name;                 ///< "own product fp32"
  double (*rate)(int64_t threads);  ///< runs once: operations, or bytes, a second
  bool bytes = false;
};

/// Matrix products in the precision (and in float32, to which it may fall back) by the BLAS and by our own tiles, then the stream.
[[nodiscard]] std::vector<PeakKernel> peak_kernels(Precision precision);

}  // namespace vbench::throughput
