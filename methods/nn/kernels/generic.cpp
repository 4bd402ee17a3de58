#include "methods/nn/kernels/table.hpp"

#define VBENCH_LANES 4
#define VBENCH_TILE_ROWS 6

namespace vbench::nn::kernels {
namespace generic {
#include "methods/nn/kernels/implementation.hpp"
}  // namespace generic

const Table kGeneric = {"generic",           generic::kTileRows,         generic::kTileColumns,     false,
                        generic::gemm_block, generic::attention_scratch, generic::rows_of<float>(), generic::rows_of<Bf16>(),
                        generic::frames_of()};

}  // namespace vbench::nn::kernels
