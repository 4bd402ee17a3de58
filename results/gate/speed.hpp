// The gate on speeds that runs store: medians, Mann-Whitney, an interval of the ratio. Used by `vbench compare`; whole builds are compared,
// stage by stage, by `vbench throughput --against`.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "results/gate/verdict.hpp"

namespace vbench::gate {

/// Slower by up to this share is no change; other programs and warm processors alone move speeds by some percent.
inline constexpr double kSpeedTolerance = 0.10;

/// One speed of one configuration, one value a repetition.
struct SpeedQuestion {
  std::vector<double> base = {}, candidate = {};     ///< above 0
  double tolerance = kSpeedTolerance;                ///< (0, 1)
  Direction direction = Direction::kHigherIsBetter;  ///< lower is better for times
};

/// Fewer repetitions on a side have no interval of 90%.
inline constexpr size_t kFewestRepetitions = 3;

/// As judge() of scores. `difference` is the median ratio candidate / base over all pairs of repetitions (Hodges and Lehmann), minus 1; its
/// interval needs no distribution. The repetitions must be interleaved and on one machine, or time and machine are judged too.
[[nodiscard]] std::vector<Judgement> judge_speeds(std::span<const SpeedQuestion> questions, const Rules& rules = {});

/// Whether the runs of both sides took turns: ordered by `base` and `candidate` (run ids, which sort by time), the side changes at least as
/// often as the smaller one has runs. A-B-A-B and A-B-B-A do, A-A-B-B does not: there, a machine that slows down looks like a slow
/// candidate.
[[nodiscard]] bool interleaved(std::span<const std::string> base, std::span<const std::string> candidate);

}  // namespace vbench::gate
