#include "methods/nn/kernels/table.hpp"

#define VBENCH_LANES 8
#define VBENCH_TILE_ROWS 6

namespace vbench::nn::kernels {
namespace avx2 {
#include "methods/nn/kernels/implementation.hpp"
}  // namespace avx2

const Table kAvx2 = {"avx2",           avx2::kTileRows,         avx2::kTileColumns,     true,
                     avx2::gemm_block, avx2::attention_scratch, avx2::rows_of<float>(), avx2::rows_of<Bf16>(),
                     avx2::frames_of()};

}  // namespace vbench::nn::kernels
