// Implemented by a file that CMake generates from VBENCH_METHODS and VBENCH_EXTRA_METHODS.
#pragma once

#include "harness/core/registry.hpp"

namespace vbench {
void register_methods(Registry& registry);
}  // namespace vbench
