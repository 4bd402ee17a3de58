// Scores of finished runs computed again from what they stored. Used by `vbench rescore`.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "harness/core/run_record.hpp"
#include "results/readable_outputs.hpp"
#include "results/store.hpp"
#include "results/table.hpp"

namespace vbench {

enum class RescoreAnswer {
  kSame,      ///< the stored score follows from the outputs
  kDiffers,   ///< it does not
  kNew,       ///< the run has no such score
  kUnknown,   ///< the outputs do not tell
  kAdded,     ///< new, and stored now
  kReplaced,  ///< differed, and was replaced
};

struct Rescored {
  const RunRecord* run = nullptr;
  std::string metric;
  std::optional<double> stored, recomputed;
  RescoreAnswer answer = RescoreAnswer::kUnknown;
  std::string reason = "";  ///< why the outputs do not tell
  bool damaged = false;     ///< because they cannot be read, or cannot be
};

/// Scores of a run from its outputs.
/// @param metrics  what to compute; none: whatever the outputs tell, and stored scores of which damaged ones would have told
/// @param damaged  further outputs of the run
/// @throws Error   kUsage for a metric that does not exist or does not follow from outputs
[[nodiscard]] std::vector<Rescored> rescore(const RunRecord& run, const std::vector<ItemOutput>& outputs,
                                            const std::vector<std::string>& metrics, const std::vector<DamagedOutput>& damaged = {});

/// @throws Error kUsage for a metric that does not exist or does not follow from outputs
void check_rescorable(const std::vector<std::string>& metrics);

/// What is to be stored: new scores, and with `replace` those that differ. The answers change accordingly.
[[nodiscard]] std::vector<ScoreChange> changes_of(std::vector<Rescored>& scores, bool replace);

/// @param all  also those that are the same; they are always there for machines
[[nodiscard]] Table rescore_table(const std::vector<Rescored>& scores, bool all);

}  // namespace vbench
