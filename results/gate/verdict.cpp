#include "results/gate/verdict.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>

#include "harness/core/error.hpp"
#include "metrics/statistics.hpp"

namespace vbench::gate {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// Differences of a few seeds can agree by chance, most of all where scores are coarse: a spread below these is not believed. With a
// quarter of the tolerance, five pairs still find twice the tolerance among 300 metrics.
constexpr double kLeastSpread = 0.25;  // of the tolerance
constexpr int64_t kFewRuns = 5;        // so few are all equal by chance too often: the distance between the sides counts as a step then
constexpr int64_t kFewestPairs = 3;    // with fewer seeds in common, all seeds unpaired tell more

/// A difference with its standard error.
struct Estimate {
  double difference = 0, error = 0, freedom = 0;
};

std::vector<double> values_of(const Sample& sample) {
  std::vector<double> values;
  for (const auto& [seed, value] : sample.by_seed) values.push_back(value);
  return values;
}

/// Differences of the seeds that both have.
std::vector<double> paired_differences(const Question& question) {
  std::vector<double> differences;
  for (const auto& [seed, value] : question.candidate.by_seed) {
    const auto found = question.base.by_seed.find(seed);
    if (found != question.base.by_seed.end()) differences.push_back(value - found->second);
  }
  return differences;
}

double gcd(double a, double b, double least) {
  while (b > least) {
    a = std::fmod(a, b);
    if (b - a <= least) a = 0;  // a multiple, but for rounding
    std::swap(a, b);
  }
  return a;
}

/// The least standard deviation of a difference that is believed.
double least_spread(const Question& question, const Summary& base, const Summary& candidate) {
  auto all = values_of(question.base);
  const auto others = values_of(question.candidate);
  double step = std::max(common_step(all), common_step(others));
  if (std::min(base.runs, candidate.runs) < kFewRuns) {
    all.insert(all.end(), others.begin(), others.end());
    step = common_step(all);
  }
  const bool summaries = question.base.summary || question.candidate.summary;
  if (summaries && base.deviation == 0 && candidate.deviation == 0) step = std::abs(candidate.mean - base.mean);
  return std::max({question.step, step, kLeastSpread * question.tolerance});
}

Estimate paired(const std::vector<double>& differences, double least) {
  const auto count = static_cast<double>(differences.size());
  const double spread = std::max(sample_std(differences), least);
  return {mean(differences), spread / std::sqrt(count), count - 1};
}

Estimate welch(const Summary& base, const Summary& candidate, double least) {
  // A difference of two runs with this deviation each has `least`.
  const double floor = least / std::sqrt(2.0);
  const auto share = [floor](const Summary& side) { return std::pow(std::max(side.deviation, floor), 2) / static_cast<double>(side.runs); };
  const double a = share(base), b = share(candidate);
  const double freedom =
      std::pow(a + b, 2) / (a * a / static_cast<double>(base.runs - 1) + b * b / static_cast<double>(candidate.runs - 1));
  return {candidate.mean - base.mean, std::sqrt(a + b), freedom};
}

/// One run on one side: it is taken to spread like those of the other.
Estimate one_against(const Summary& base, const Summary& candidate, double least) {
  const Summary& several = base.runs > 1 ? base : candidate;
  const double spread = std::max(several.deviation, least / std::sqrt(2.0));
  const auto runs = static_cast<double>(several.runs);
  return {candidate.mean - base.mean, spread * std::sqrt(1 + 1 / runs), runs - 1};
}

void fill(Judgement& judgement, const Estimate& estimate, double level, Direction direction) {
  const boost::math::students_t student(estimate.freedom);
  const double half = boost::math::quantile(student, 0.5 + level / 2) * estimate.error;
  judgement.difference = estimate.difference;
  judgement.interval = {estimate.difference - half, estimate.difference + half};
  const double t = estimate.difference / estimate.error;
  const double p_lower = boost::math::cdf(student, t), p_higher = boost::math::cdf(boost::math::complement(student, t));
  const bool higher_is_better = direction == Direction::kHigherIsBetter;
  judgement.p_worse = higher_is_better ? p_lower : p_higher;
  judgement.p_better = higher_is_better ? p_higher : p_lower;
}

void fill_by_item(Judgement& judgement, const TestResult& test, Direction direction) {
  judgement.difference = test.difference;
  judgement.interval = test.interval;
  const bool better = (test.difference > 0) == (direction == Direction::kHigherIsBetter);
  judgement.p_better = better ? test.p / 2 : 1 - test.p / 2;
  judgement.p_worse = 1 - judgement.p_better;
}

void fill_identical(Judgement& judgement) {
  judgement.difference = 0;
  judgement.interval = {0, 0};
  judgement.p_worse = judgement.p_better = 1;
}

/// A leaderboard does not say which seeds its runs had: all that it says is equal.
bool same_summaries(const Question& question, const Summary& base, const Summary& candidate) {
  const bool known_seeds = !question.base.summary && !question.candidate.summary;
  return !known_seeds && base.mean == candidate.mean && base.deviation == candidate.deviation && base.runs == candidate.runs;
}

/// Chosen by which seeds there are, never by their scores: choosing by scores would make false alarms.
Basis basis_of(const Question& question, const Summary& base, const Summary& candidate, const std::vector<double>& differences) {
  const auto pairs = static_cast<int64_t>(differences.size());
  const bool all_equal = pairs > 0 && std::all_of(differences.begin(), differences.end(), [](double value) { return value == 0; });
  if (all_equal || same_summaries(question, base, candidate)) return Basis::kIdentical;
  if (question.by_item && base.runs == 1 && candidate.runs == 1) return Basis::kItems;
  const bool same_seeds = pairs == base.runs && pairs == candidate.runs;
  if (pairs >= kFewestPairs || (same_seeds && pairs > 1)) return Basis::kPairs;
  if (base.runs > 1 && candidate.runs > 1) return Basis::kWelch;
  return std::max(base.runs, candidate.runs) > 2 ? Basis::kOneAgainst : Basis::kNone;
}

Judgement measured(const Question& question, const Rules& rules) {
  if (!(question.tolerance > 0)) throw Error(ErrorKind::kInternal, "a tolerance must be above 0", "regression gate");
  const Summary base = question.base.summarised(), candidate = question.candidate.summarised();
  const auto differences = paired_differences(question);
  Judgement judgement;
  judgement.base = base.mean;
  judgement.candidate = candidate.mean;
  judgement.base_runs = base.runs;
  judgement.candidate_runs = candidate.runs;
  judgement.difference = candidate.mean - base.mean;
  judgement.interval = {kNaN, kNaN};
  judgement.p_worse = judgement.p_better = kNaN;
  judgement.basis = base.runs == 0 || candidate.runs == 0 ? Basis::kNone : basis_of(question, base, candidate, differences);
  const double least = least_spread(question, base, candidate);
  switch (judgement.basis) {
    case Basis::kPairs:
      fill(judgement, paired(differences, least), rules.level, question.direction);
      break;
    case Basis::kWelch:
      fill(judgement, welch(base, candidate, least), rules.level, question.direction);
      break;
    case Basis::kOneAgainst:
      fill(judgement, one_against(base, candidate, least), rules.level, question.direction);
      break;
    case Basis::kItems:
      fill_by_item(judgement, *question.by_item, question.direction);
      break;
    case Basis::kIdentical:
      fill_identical(judgement);
      break;
    default:
      judgement.reason = "too few runs: one a side says nothing about the spread over seeds";
      break;
  }
  if (judgement.basis == Basis::kPairs || judgement.basis == Basis::kIdentical) judgement.pairs = static_cast<int64_t>(differences.size());
  return judgement;
}

/// Why an interval allows neither verdict.
std::string doubt(const Judgement& judgement, bool beyond, const Rules& rules) {
  if (beyond)
    return fmt::format(
        "the difference is beyond the tolerance, but chance gives such a one too often (p {:.2g} over the gate, {:.2g} allowed)",
        judgement.adjusted_p, rules.false_alarms);
  return "the interval holds both changes within and beyond the tolerance; more runs make it narrower";
}

}  // namespace

std::string to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::kBetter:
      return "better";
    case Verdict::kSame:
      return "same";
    case Verdict::kWorse:
      return "worse";
    default:
      return "cannot tell";
  }
}

std::string to_string(Basis basis) {
  switch (basis) {
    case Basis::kIdentical:
      return "identical";
    case Basis::kPairs:
      return "paired t";
    case Basis::kWelch:
      return "Welch";
    case Basis::kOneAgainst:
      return "one against several";
    case Basis::kItems:
      return "by item";
    case Basis::kRanks:
      return "Mann-Whitney";
    default:
      return "none";
  }
}

Summary Sample::summarised() const {
  if (summary) return *summary;
  const auto values = values_of(*this);
  return {mean(values), sample_std(values), static_cast<int64_t>(values.size())};
}

double common_step(std::span<const double> values) {
  if (values.size() < 2) return 0;
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  const double least = 1e-6 * (*high - *low);
  double step = 0;
  for (const double value : values) {
    if (value - *low > least) step = step == 0 ? value - *low : gcd(std::max(step, value - *low), std::min(step, value - *low), least);
  }
  return step > 100 * least ? step : 0;  // what Euclid's algorithm leaves of numbers without a common measure
}

void conclude(std::span<Judgement> judgements, std::span<const std::pair<double, double>> tolerances, std::span<const Direction> directions,
              const Rules& rules) {
  std::vector<double> worse, better;
  for (const auto& judgement : judgements) {
    worse.push_back(judgement.p_worse);
    better.push_back(judgement.p_better);
  }
  const auto adjusted_worse = holm(worse), adjusted_better = holm(better);
  for (size_t i = 0; i < judgements.size(); ++i) {
    auto& judgement = judgements[i];
    const auto& [low, high] = judgement.interval;
    const auto [down, up] = tolerances[i];
    const bool higher_is_better = directions[i] == Direction::kHigherIsBetter;
    const bool improved = (judgement.difference > 0) == higher_is_better;
    judgement.adjusted_p = improved ? adjusted_better[i] : adjusted_worse[i];
    if (std::isnan(low) || std::isnan(high)) continue;  // the reason is there already
    const bool beyond = high < -down || low > up;
    if (-down <= low && high <= up) {
      judgement.verdict = Verdict::kSame;
    } else if (beyond && judgement.adjusted_p <= rules.false_alarms) {
      judgement.verdict = improved ? Verdict::kBetter : Verdict::kWorse;
    } else if (judgement.reason.empty()) {
      judgement.reason = doubt(judgement, beyond, rules);
    }
  }
}

std::vector<Judgement> judge(std::span<const Question> questions, const Rules& rules) {
  std::vector<Judgement> judgements;
  std::vector<std::pair<double, double>> tolerances;
  std::vector<Direction> directions;
  for (const auto& question : questions) {
    judgements.push_back(measured(question, rules));
    tolerances.emplace_back(question.tolerance, question.tolerance);
    directions.push_back(question.direction);
  }
  conclude(judgements, tolerances, directions, rules);
  return judgements;
}

}  // namespace vbench::gate
