#include <immintrin.h>

#include "methods/selavi/kernels/table.hpp"

#define VBENCH_BYTES 32
#define VBENCH_WIDEN(from) _mm256_cvtps_pd(_mm_loadu_ps(from))
#define VBENCH_TILE_ROWS 6

namespace vbench::selavi::kernels {
namespace avx2 {
#include "methods/selavi/kernels/implementation.hpp"
}  // namespace avx2

const Table kAvx2 = {"avx2", avx2::stored_loops<double>(), avx2::stored_loops<float>(), avx2::overlap_loops<double>(),
                     avx2::overlap_loops<float>()};

}  // namespace vbench::selavi::kernels
