// The list of dataset families of this tree.
#pragma once

#include "harness/core/registry.hpp"

namespace vbench {
void register_datasets(Registry& registry);
}  // namespace vbench
