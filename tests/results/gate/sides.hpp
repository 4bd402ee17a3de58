// Configurations for the tests of the gate.
#pragma once

#include "results/gate/gate.hpp"
#include "tests/results/records.hpp"

namespace vbench::test {

/// Records of seeds 1, 2, ... with one score and a speed; ids as if they had been run one after another from `hour` on.
inline std::vector<RunRecord> seeds_with(const std::vector<double>& scores, int hour = 10, const std::string& variant = "yc2-100m") {
  std::vector<RunRecord> runs;
  for (size_t i = 0; i < scores.size(); ++i) {
    runs.push_back(run_with(static_cast<int64_t>(i) + 1, scores[i], variant));
    auto& run = runs.back();
    run.run_id = "20240131T" + std::to_string(hour) + "00" + std::to_string(10 + i);
    run.settings["run.train_data"] = "feedbeef";
    run.environment = {{"cpu", "x86"}, {"cores", "16"}, {"threads", "8"}, {"revision", "abc"}};
    run.speed["forward_clips_per_s"] = 100 + static_cast<double>(i);
  }
  return runs;
}

inline const std::vector<double> kGoodScores{0.7011, 0.7123, 0.7237, 0.7341, 0.7459};
inline const std::vector<double> kBadScores{0.6711, 0.6623, 0.6837, 0.6741, 0.7059};  // 5 points less, 4 .. 6 by seed

/// Gates records against records.
inline gate::GateReport gated(const std::vector<RunRecord>& base, const std::vector<RunRecord>& candidate,
                              const gate::GateRequest& request = {}) {
  return gate::run_gate(gate::configurations_of(base), gate::configurations_of(candidate), request);
}

}  // namespace vbench::test
