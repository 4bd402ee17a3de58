#include <immintrin.h>

#include "methods/selavi/kernels/table.hpp"

#define VBENCH_BYTES 64
// The form with a mask of ones: the same instruction, but GCC 12 takes the plain one's unused operand for a variable without a value.
#define VBENCH_WIDEN(from) _mm512_maskz_cvtps_pd(0xff, _mm256_loadu_ps(from))
#define VBENCH_TILE_ROWS 12

namespace vbench::selavi::kernels {
namespace avx512 {
#include "methods/selavi/kernels/implementation.hpp"
}  // namespace avx512

const Table kAvx512 = {"avx512", avx512::stored_loops<double>(), avx512::stored_loops<float>(), avx512::overlap_loops<double>(),
                       avx512::overlap_loops<float>()};

}  // namespace vbench::selavi::kernels
