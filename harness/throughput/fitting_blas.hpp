// Starts a benchmark again with OpenBLAS's right kernels where OpenBLAS does not know the processor. Used by programs that compare with
// matrix products.
#pragma once

#include <dlfcn.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

namespace vbench::throughput {

inline std::string blas_core() {
  using CoreName = char* (*)();
  const auto function = reinterpret_cast<CoreName>(::dlsym(RTLD_DEFAULT, "openblas_get_corename"));
  return function == nullptr ? "another BLAS" : fmt::format("OpenBLAS for {}", function());
}

/// OpenBLAS takes processors younger than itself for ancient ones and is then several times slower. A ratio against that would flatter us.
/// The spins of waiting OpenMP threads are shortened too, as the vbench program does: both sides wait the same way.
inline void use_fitting_blas(char** arguments) {
#if defined(__x86_64__)
  if (std::getenv("VBENCH_BENCH_PREPARED") != nullptr) return;
  ::setenv("VBENCH_BENCH_PREPARED", "1", 1);
  ::setenv("GOMP_SPINCOUNT", "1000", 0);
  __builtin_cpu_init();
  const std::string core = blas_core();
  const bool ancient =
      core.find("Prescott") != std::string::npos || core.find("Core2") != std::string::npos || core.find("Nehalem") != std::string::npos;
  if (ancient && __builtin_cpu_supports("avx2"))
    ::setenv("OPENBLAS_CORETYPE", __builtin_cpu_supports("avx512f") ? "SkylakeX" : "Haswell", 0);
  ::execv("/proc/self/exe", arguments);
#else
  (void)arguments;
#endif
}

}  // namespace vbench::throughput
