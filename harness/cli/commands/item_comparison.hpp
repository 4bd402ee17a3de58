// Two stored runs compared item by item. Used by `vbench compare`.
#pragma once

#include <string>

#include "results/gate/gate.hpp"

namespace vbench::cli {

/// From the outputs that the runs hold in the store at `path`: a paired bootstrap over items, with a normal tail for clusters. Opens the
/// store when it is first asked; runs that are not in it, outputs that do not tell the metric, and different items give nothing.
[[nodiscard]] gate::ItemComparison item_comparison(const std::string& path);

}  // namespace vbench::cli
