#include "methods/selavi/kernels/table.hpp"

#define VBENCH_BYTES 16
#define VBENCH_TILE_ROWS 4

namespace vbench::selavi::kernels {
namespace generic {
#include "methods/selavi/kernels/implementation.hpp"
}  // namespace generic

const Table kGeneric = {"generic", generic::stored_loops<double>(), generic::stored_loops<float>(), generic::overlap_loops<double>(),
                        generic::overlap_loops<float>()};

}  // namespace vbench::selavi::kernels
