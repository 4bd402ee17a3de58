#include "methods/nn/kernels/table.hpp"

#define VBENCH_LANES 16
#define VBENCH_TILE_ROWS 14

namespace vbench::nn::kernels {
namespace avx512 {
#include "methods/nn/kernels/implementation.hpp"
}  // namespace avx512

const Table kAvx512 = {"avx512",           avx512::kTileRows,         avx512::kTileColumns,     true,
                       avx512::gemm_block, avx512::attention_scratch, avx512::rows_of<float>(), avx512::rows_of<Bf16>(),
                       avx512::frames_of()};

}  // namespace vbench::nn::kernels
