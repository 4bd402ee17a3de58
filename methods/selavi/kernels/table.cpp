#include "methods/selavi/kernels/table.hpp"

#include <string_view>

#include "methods/nn/kernels/table.hpp"

namespace vbench::selavi::kernels {

const Table& table() {
#if defined(VBENCH_X86_KERNELS)
  const std::string_view name = nn::kernels::table().name;
  if (name == kAvx512.name) return kAvx512;
  if (name == kAvx2.name) return kAvx2;
#endif
  return kGeneric;
}

}  // namespace vbench::selavi::kernels
