// The regression gate over whole results: pairs up the configurations of two sides and judges every metric of every pair as one family of
// questions. Used by `vbench compare`.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "results/gate/side.hpp"
#include "results/gate/speed.hpp"
#include "results/gate/verdict.hpp"

namespace vbench::gate {

/// A metric that is judged, with its tolerance in the score's unit (shares as fractions).
struct GatedMetric {
  std::string method = "";  ///< empty: of every method
  std::string key;
  double tolerance = 0;
};

/// What a change of a metric may be without counting as one, where nobody says otherwise: a point of a share, a rank, ...
[[nodiscard]] double default_tolerance(Unit unit);

/// The difference (candidate - base) of a metric over the items of two single runs that trained nothing; nothing where the runs' outputs
/// do not tell. @param level  of the interval
using ItemComparison = std::function<std::optional<TestResult>(const std::string& base_run, const std::string& candidate_run,
                                                               const std::string& metric, double level)>;

struct GateRequest {
  std::vector<GatedMetric> metrics = {};  ///< empty: those that boards show, with default tolerances
  double speed_tolerance = kSpeedTolerance;
  Rules rules = {};
  ItemComparison by_item = nullptr;  ///< may be empty
};

/// One metric or speed of a pair.
struct GatedScore {
  std::string key;
  bool speed = false;
  double tolerance = 0;  ///< of speeds: a share
  bool gone = false;     ///< BASE has it, CANDIDATE does not: there is no judgement, and the gate fails
  Judgement judgement = {};
};

struct GatedPair {
  Configuration base, candidate;
  std::string not_comparable = "";      ///< why; then nothing is judged, and the gate fails
  std::string lost_runs = "";           ///< runs of CANDIDATE that are INVALID or lack a score, while BASE has more: the gate fails
  std::vector<std::string> notes = {};  ///< settings that differ, metrics that are new, seeds that were left out, ...
  std::vector<GatedScore> scores = {};
};

/// A configuration of one side alone.
struct Unpaired {
  bool in_base = true;
  Configuration configuration;
};

struct GateReport {
  std::vector<GatedPair> pairs;
  std::vector<Unpaired> unpaired;
  Rules rules;                                   ///< as they were used: scores and speeds share the false alarms where both are judged
  int64_t judged_scores = 0, judged_speeds = 0;  ///< that could be tested
};

/// Pairs are of the same method, variant, dataset, source and split, and of the same settings; what is left over with one configuration on
/// each side is a pair too, and its note says which settings differ. One configuration on each side are always a pair, even of different
/// methods, but never of real and synthetic data. Speeds that cannot be compared have no verdict; where metrics are named, they are a note.
[[nodiscard]] GateReport run_gate(const std::vector<Configuration>& base, const std::vector<Configuration>& candidate,
                                  const GateRequest& request);

/// How many scores have this verdict.
[[nodiscard]] int64_t count_of(const GateReport& report, Verdict verdict);

/// Speeds aside.
[[nodiscard]] bool has_scores(const GatedPair& pair);

/// Everything could be compared, but BASE has no score that is judged: not a reason to let CANDIDATE pass.
[[nodiscard]] bool judges_nothing(const GateReport& report);

/// Pairs that cannot be compared, metrics that are gone, pairs with lost runs.
[[nodiscard]] int64_t incomparable(const GateReport& report);

}  // namespace vbench::gate
