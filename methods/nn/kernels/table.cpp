#include "methods/nn/kernels/table.hpp"

#include <cstdlib>
#include <string_view>

namespace vbench::nn::kernels {
namespace {

const Table& choose() {
#if defined(VBENCH_X86_KERNELS)
  const char* variable = std::getenv("VBENCH_CPU");
  const std::string_view wanted = variable == nullptr ? "" : variable;
  __builtin_cpu_init();
  const bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
                      __builtin_cpu_supports("avx512vl");
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (avx512 && wanted != "avx2" && wanted != "generic") return kAvx512;
  if (avx2 && wanted != "generic") return kAvx2;
#endif
  return kGeneric;
}

}  // namespace

const Table& table() {
  static const Table& chosen = choose();
  return chosen;
}

}  // namespace vbench::nn::kernels
