// something-something-v2 in the registry. Used by datasets/register.cpp.
#pragma once

#include "harness/core/registry.hpp"

namespace vbench::something {

/// info, verify and synth of `vbench data`.
[[nodiscard]] DatasetEntry dataset_entry();

}  // namespace vbench::something
