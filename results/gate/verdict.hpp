// The regression gate's decisions as pure functions of numbers: is a score better, the same or worse than before, and how sure is that?
// Used by `vbench compare`; free of store and command line. docs/compare.md has the rules and their measured errors.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "harness/core/scores.hpp"
#include "metrics/significance.hpp"

namespace vbench::gate {

enum class Verdict { kBetter, kSame, kWorse, kCannotTell };
[[nodiscard]] std::string to_string(Verdict verdict);  ///< "cannot tell"

/// What a verdict rests on.
enum class Basis {
  kNone,        ///< nothing to test with
  kIdentical,   ///< every pair of values is the same number; of a leaderboard: mean, deviation and number of runs are
  kPairs,       ///< Student t over pairs of the same seed
  kWelch,       ///< Welch over different seeds, unequal variances
  kOneAgainst,  ///< one run against several, whose spread both are taken to have
  kItems,       ///< the same items, where nothing was trained
  kRanks,       ///< Mann-Whitney over repetitions (speeds)
};
[[nodiscard]] std::string to_string(Basis basis);

/// Where only a mean over runs is known.
struct Summary {
  double mean = 0, deviation = 0;  ///< sample standard deviation, 0 for one run
  int64_t runs = 0;
};

/// Scores of one side.
struct Sample {
  std::map<int64_t, double> by_seed = {};         ///< finite
  std::optional<Summary> summary = std::nullopt;  ///< instead of by_seed
  [[nodiscard]] Summary summarised() const;
};

/// One metric of one configuration, on both sides.
struct Question {
  Sample base = {}, candidate = {};
  Direction direction = Direction::kHigherIsBetter;
  double tolerance = 0;                              ///< a change up to this is none; above 0
  double step = 0;                                   ///< values are multiples of this at least: 1 / items for shares; 0: not known
  std::optional<TestResult> by_item = std::nullopt;  ///< (candidate - base) over items at Rules::level, for runs that trained nothing
};

struct Rules {
  double false_alarms = 0.008;  ///< of the whole gate, where nothing has changed; 1% is promised, coarse scores take their share of it
  double level = 0.90;          ///< of intervals
};

/// Differences are candidate - base, for scores in the score's unit, for speeds relative to base: +0.1 is 10% more.
struct Judgement {
  Verdict verdict = Verdict::kCannotTell;
  Basis basis = Basis::kNone;
  double base = 0, candidate = 0;  ///< means over runs; medians of speeds
  int64_t base_runs = 0, candidate_runs = 0;
  int64_t pairs = 0;                 ///< kPairs, kIdentical; 0: the seeds are not known
  double difference = 0;             ///< of what `basis` compares
  Interval interval;                 ///< of the difference, at Rules::level
  double p_worse = 0, p_better = 0;  ///< one-sided, of no change; NaN where nothing could be tested
  double adjusted_p = 0;             ///< of the difference's direction, Holm over the whole gate
  std::string reason = "";           ///< why it cannot be told
};

/// Worse: the interval lies beyond the tolerance, and that no change looks like this has probability rules.false_alarms at most, corrected
/// for the number of questions (Holm). Better: likewise. Same: the interval lies within the tolerance, or the numbers are equal.
[[nodiscard]] std::vector<Judgement> judge(std::span<const Question> questions, const Rules& rules = {});

/// Fills in adjusted_p and verdict from the other fields; for other tests than those of scores.
/// @param tolerances      one a judgement: changes of the measured value down to -first and up to +second are none
void conclude(std::span<Judgement> judgements, std::span<const std::pair<double, double>> tolerances, std::span<const Direction> directions,
              const Rules& rules);

/// The largest number that all differences between `values` are multiples of; 0 if there is none worth the name.
[[nodiscard]] double common_step(std::span<const double> values);

}  // namespace vbench::gate
