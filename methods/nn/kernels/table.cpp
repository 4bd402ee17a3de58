#include "methods/nn/kernels/table.hpp"

#include <cstdlib>
#include <string_view>

namespace vbench::nn::kernels {
namespace {

std::string_view wanted() {
  const char* variable = std::getenv("VBENCH_CPU");
  return variable == nullptr ? "" : variable;
}

const Table& choose() {
  const Table* all[3];
  const int count = tables(all);
  for (int i = 0; i < count; ++i) {
    if (wanted() == all[i]->name) return *all[i];
  }
  return *all[count - 1];
}

bool has_matrix_units() {
#if defined(VBENCH_X86_KERNELS)
  __builtin_cpu_init();
  return __builtin_cpu_supports("amx-bf16") != 0 && wanted().empty();
#else
  return false;
#endif
}

const Table* forced = nullptr;
bool forced_library = false;

}  // namespace

int tables(const Table* out[3]) {
  int count = 0;
  out[count++] = &kGeneric;
#if defined(VBENCH_X86_KERNELS)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) out[count++] = &kAvx2;
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512vl")) {
    out[count++] = &kAvx512;
  }
#endif
  return count;
}

const Table& table() {
  static const Table& chosen = choose();
  return forced == nullptr ? chosen : *forced;
}

bool library_bf16() {
  static const bool chosen = has_matrix_units();
  return forced == nullptr ? chosen : forced_library;
}

void use_table(const Table* table, bool library) {
  forced = table;
  forced_library = library;
}

}  // namespace vbench::nn::kernels
