// What can still be read of a run's outputs where some are damaged. Used by `vbench rescore` and `vbench report`.
#pragma once

#include <string>
#include <vector>

#include "results/store.hpp"

namespace vbench {

struct DamagedOutput {
  std::string name;
  std::string why;  ///< "output 'p2v_rank' is damaged: the checksum does not match"
};

struct ReadableOutputs {
  std::vector<ItemOutput> outputs;
  std::vector<DamagedOutput> damaged;  ///< left out
};

/// @throws Error kInput where not even the names can be read
[[nodiscard]] ReadableOutputs readable_outputs(const Store& store, const std::string& run_id);

}  // namespace vbench
