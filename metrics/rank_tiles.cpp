#include "metrics/rank_tiles.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace vbench::rank_tiles {
namespace {

#if defined(__x86_64__)
namespace avx512 {  // 24 of 32 registers hold sums
#define VBENCH_TILE_TARGET __attribute__((target("avx512f,prefer-vector-width=512")))
#define VBENCH_TILE_VECTOR __m512
#define VBENCH_TILE_ROWS 12
#define VBENCH_TILE_VECTORS 2
#define VBENCH_TILE_BROADCAST(x) _mm512_set1_ps(x)
#define VBENCH_TILE_FMA(x, y, sum) _mm512_fmadd_ps(x, y, sum)
#include "metrics/rank_tiles_kernel.inc"
}  // namespace avx512

namespace avx2 {  // 12 of 16 registers hold sums
#define VBENCH_TILE_TARGET __attribute__((target("avx2,fma")))
#define VBENCH_TILE_VECTOR __m256
#define VBENCH_TILE_ROWS 6
#define VBENCH_TILE_VECTORS 2
#define VBENCH_TILE_BROADCAST(x) _mm256_set1_ps(x)
#define VBENCH_TILE_FMA(x, y, sum) _mm256_fmadd_ps(x, y, sum)
#include "metrics/rank_tiles_kernel.inc"
}  // namespace avx2
#endif

namespace portable {  // 8 of 16 registers hold sums
using Vector4 = float __attribute__((vector_size(16)));
#define VBENCH_TILE_TARGET
#define VBENCH_TILE_VECTOR Vector4
#define VBENCH_TILE_ROWS 4
#define VBENCH_TILE_VECTORS 2
#define VBENCH_TILE_BROADCAST(x) (Vector4{x, x, x, x})
#define VBENCH_TILE_FMA(x, y, sum) ((x) * (y) + (sum))
#include "metrics/rank_tiles_kernel.inc"
}  // namespace portable

std::vector<Kernel> supported_kernels() {
  std::vector<Kernel> found;
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f")) found.push_back({"avx512", avx512::kRows, avx512::kColumns, avx512::product, avx512::count});
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    found.push_back({"avx2", avx2::kRows, avx2::kColumns, avx2::product, avx2::count});
  }
#endif
  found.push_back({"portable", portable::kRows, portable::kColumns, portable::product, portable::count});
  return found;
}

}  // namespace

const std::vector<Kernel>& kernels() {
  static const std::vector<Kernel> found = supported_kernels();
  return found;
}

}  // namespace vbench::rank_tiles
