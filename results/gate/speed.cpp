#include "results/gate/speed.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <limits>

#include "harness/core/error.hpp"
#include "metrics/statistics.hpp"

namespace vbench::gate {
namespace {

/// How many of the sorted ratios lie outside the interval on each side; 0: so few repetitions have no interval of this level.
size_t cut(size_t first, size_t second, double level) {
  const double tail = (1 - level) / 2;
  if (first <= kMostExactRanks && second <= kMostExactRanks) {
    const auto distribution = rank_sum_distribution(first, second);
    size_t outside = 0;
    while (outside < distribution.size() && distribution[outside] <= tail * (1 + 1e-12)) ++outside;
    return outside;
  }
  const double pairs = static_cast<double>(first) * static_cast<double>(second);
  const double deviation = std::sqrt(pairs * static_cast<double>(first + second + 1) / 12);
  const double z = boost::math::quantile(boost::math::normal(), 1 - tail);
  return static_cast<size_t>(std::max(0.0, std::floor(pairs / 2 - z * deviation)));
}

Judgement measured(const SpeedQuestion& question, const Rules& rules) {
  if (!(question.tolerance > 0 && question.tolerance < 1))
    throw Error(ErrorKind::kInternal, "a tolerance of speeds must lie in (0, 1)", "regression gate");
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  Judgement judgement;
  judgement.base = median(question.base);
  judgement.candidate = median(question.candidate);
  judgement.base_runs = static_cast<int64_t>(question.base.size());
  judgement.candidate_runs = static_cast<int64_t>(question.candidate.size());
  judgement.difference = judgement.candidate / judgement.base - 1;
  judgement.interval = {kNaN, kNaN};
  judgement.p_worse = judgement.p_better = kNaN;
  std::vector<double> ratios;
  for (const double base : question.base) {
    for (const double candidate : question.candidate) ratios.push_back(candidate / base);
  }
  const size_t outside = ratios.empty() ? 0 : cut(question.base.size(), question.candidate.size(), rules.level);
  if (outside == 0) {
    judgement.reason = fmt::format("{} and {} repetitions are too few", judgement.base_runs, judgement.candidate_runs);
    return judgement;
  }
  std::sort(ratios.begin(), ratios.end());
  judgement.basis = Basis::kRanks;
  judgement.difference = median(ratios) - 1;
  judgement.interval = {ratios[outside - 1] - 1, ratios[ratios.size() - outside] - 1};
  const double p = mann_whitney(question.base, question.candidate) / 2;
  const bool better = (judgement.difference > 0) == (question.direction == Direction::kHigherIsBetter);
  judgement.p_better = better ? p : 1 - p;
  judgement.p_worse = better ? 1 - p : p;
  return judgement;
}

}  // namespace

std::vector<Judgement> judge_speeds(std::span<const SpeedQuestion> questions, const Rules& rules) {
  std::vector<Judgement> judgements;
  std::vector<std::pair<double, double>> tolerances;
  std::vector<Direction> directions;
  for (const auto& question : questions) {
    judgements.push_back(measured(question, rules));
    tolerances.emplace_back(question.tolerance, 1 / (1 - question.tolerance) - 1);  // as many times faster as slower
    directions.push_back(question.direction);
  }
  conclude(judgements, tolerances, directions, rules);
  return judgements;
}

bool interleaved(std::span<const std::string> base, std::span<const std::string> candidate) {
  std::vector<std::pair<std::string, bool>> runs;
  for (const auto& id : base) runs.emplace_back(id, false);
  for (const auto& id : candidate) runs.emplace_back(id, true);
  std::sort(runs.begin(), runs.end());
  size_t changes = 0;
  for (size_t i = 1; i < runs.size(); ++i) changes += runs[i].second != runs[i - 1].second;
  return changes > 0 && changes >= std::min(base.size(), candidate.size());
}

}  // namespace vbench::gate
