// Which heads are labelled together: the features are computed afresh for every group, so that heads of different groups see different
// augmentations and become less alike ("decorrelated heads"). Used by the method's relabelling.
#pragma once

#include <cstdint>
#include <vector>

namespace vbench::selavi {

/// @param time  number of the labelling: the heads are shuffled anew each time
/// @return      group g holds every groups-th head of the random order, from the g-th on; sizes differ by at most one
/// @throws Error kUsage unless 1 <= groups <= heads
[[nodiscard]] std::vector<std::vector<int64_t>> head_groups(int64_t heads, int64_t groups, uint64_t seed, int64_t time);

}  // namespace vbench::selavi
