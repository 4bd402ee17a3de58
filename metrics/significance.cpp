#include "metrics/significance.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <exception>
#include <numeric>
#include <random>

#include "harness/core/error.hpp"
#include "harness/core/random.hpp"
#include "metrics/statistics.hpp"

namespace vbench {
namespace {

namespace bm = boost::math;
using Values = std::span<const double>;

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr size_t kFewValues = 64;  // different values that are drawn as counts
constexpr int64_t kMinItems = 2;   // of one item, every resample is the same
constexpr const char* kPurpose = "bootstrap";

void check_level(double level) {
  if (!(level > 0 && level < 1)) throw Error(ErrorKind::kInternal, fmt::format("{} is no level of confidence", level));
}

void check_pairs(Values first, Values second) {
  if (first.size() != second.size())
    throw Error(ErrorKind::kInternal, fmt::format("{} values cannot be paired with {}", first.size(), second.size()));
}

bool any_nan(Values values) {
  return std::any_of(values.begin(), values.end(), [](double value) { return std::isnan(value); });
}

std::vector<double> differences_of(Values first, Values second) {
  std::vector<double> differences(first.size());
  for (size_t i = 0; i < first.size(); ++i) differences[i] = second[i] - first[i];
  return differences;
}

/// Student's t of a difference with its standard error. Where one of them is infinite, nothing but the difference is known.
TestResult t_result(double difference, double error, double freedom, double level) {
  if (!std::isfinite(difference) || !std::isfinite(error)) return {.difference = difference};
  if (error == 0) return {difference, {difference, difference}, difference == 0 ? 1.0 : 0.0};
  if (!std::isfinite(freedom)) return {.difference = difference};  // spreads whose squares are lost to rounding
  const bm::students_t student(freedom);
  const double half = bm::quantile(bm::complement(student, (1 - level) / 2)) * error;
  const double p = 2 * bm::cdf(bm::complement(student, std::abs(difference) / error));
  return {difference, {difference - half, difference + half}, p};
}

/// Average ranks of all values together, and the sum of t³ - t over groups of equal ones.
struct Ranks {
  std::vector<double> of;
  double ties = 0;
};

Ranks ranks_of(Values first, Values second) {
  std::vector<double> all(first.begin(), first.end());
  all.insert(all.end(), second.begin(), second.end());
  std::vector<size_t> order(all.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return all[a] < all[b]; });
  Ranks ranks{std::vector<double>(all.size()), 0};
  for (size_t begin = 0, end = 0; begin < order.size(); begin = end) {
    while (end < order.size() && all[order[end]] == all[order[begin]]) ++end;
    const auto equal = static_cast<double>(end - begin);
    for (size_t i = begin; i < end; ++i) ranks.of[order[i]] = (static_cast<double>(begin + end) + 1) / 2;
    ranks.ties += equal * equal * equal - equal;
  }
  return ranks;
}

/// Calls body(begin, end) for parts of 0..count on all threads; an exception comes out of it.
template <class Body>
void in_parts(int64_t count, const Body& body) {
  constexpr int64_t kPart = 64;
  const int64_t parts = (count + kPart - 1) / kPart;
  std::exception_ptr failure;
#pragma omp parallel for schedule(dynamic)
  for (int64_t part = 0; part < parts; ++part) {
    try {
      body(part * kPart, std::min(count, (part + 1) * kPart));
    } catch (...) {
#pragma omp critical(vbench_significance_failure)
      failure = std::current_exception();
    }
  }
  if (failure) std::rethrow_exception(failure);
}

/// Linear between the two neighbours in the sorted values.
double quantile_of(Values sorted, double share) {
  const double place = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<size_t>(place);
  const size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (place - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

std::vector<double> without_nan(std::vector<double> values) {
  values.erase(std::remove_if(values.begin(), values.end(), [](double value) { return std::isnan(value); }), values.end());
  return values;
}

/// What a sign test of so many items gives if all of them agree.
double least_p(int64_t items) { return std::exp2(1 - static_cast<double>(items)); }

TestResult normal_result(double difference, double spread, int64_t items, double level) {
  if (!std::isfinite(difference) || !std::isfinite(spread)) return {.difference = difference};
  const double half = bm::quantile(bm::normal(), (1 + level) / 2) * spread, least = least_p(items);
  TestResult result{difference, {difference - half, difference + half}, difference == 0 ? 1 : least};
  if (spread > 0) result.p = std::max(2 * bm::cdf(bm::complement(bm::normal(), std::abs(difference) / spread)), least);
  return result;
}

void check_options(const BootstrapOptions& options) {
  check_level(options.level);
  if (options.resamples < 1) throw Error(ErrorKind::kInternal, fmt::format("a bootstrap of {} resamples", options.resamples));
}

/// Different values and how many items have each.
struct Distinct {
  std::vector<double> values;
  std::vector<int64_t> counts;
};

/// Nothing if there are more than a few.
Distinct few_distinct(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  Distinct distinct;
  for (const double value : values) {
    if (distinct.values.empty() || distinct.values.back() != value) {
      if (distinct.values.size() == kFewValues) return {};
      distinct.values.push_back(value);
      distinct.counts.push_back(0);
    }
    ++distinct.counts.back();
  }
  return distinct;
}

/// The mean over a resample: how often each value is drawn is binomial, given how often those before it were.
double mean_of_counts(const Distinct& distinct, int64_t items, RandomStream& random) {
  double sum = 0;
  int64_t draws = items, candidates = items;
  for (size_t i = 0; i < distinct.values.size() && draws > 0; ++i) {
    int64_t drawn = draws;
    if (distinct.counts[i] < candidates) {
      const double share = static_cast<double>(distinct.counts[i]) / static_cast<double>(candidates);
      drawn = std::binomial_distribution<int64_t>(draws, share)(random);
    }
    sum += static_cast<double>(drawn) * distinct.values[i];
    draws -= drawn;
    candidates -= distinct.counts[i];
  }
  return sum / static_cast<double>(items);
}

std::vector<double> resampled_means(const std::vector<double>& values, const BootstrapOptions& options) {
  const auto items = static_cast<int64_t>(values.size());
  const Distinct distinct = few_distinct(values);
  std::vector<double> means(static_cast<size_t>(options.resamples));
  in_parts(options.resamples, [&](int64_t begin, int64_t end) {
    std::vector<int64_t> rows(distinct.values.empty() ? values.size() : 0);
    for (int64_t i = begin; i < end; ++i) {
      auto& target = means[static_cast<size_t>(i)];
      if (!distinct.values.empty()) {
        RandomStream random(static_cast<uint64_t>(options.seed), kPurpose, 1, static_cast<uint64_t>(i));
        target = mean_of_counts(distinct, items, random);
        continue;
      }
      draw_resample(rows, options.seed, i);
      double sum = 0;
      for (const int64_t row : rows) sum += values[static_cast<size_t>(row)];
      target = sum / static_cast<double>(items);
    }
  });
  return means;
}

}  // namespace

Interval mean_interval(Values values, double level) {
  check_level(level);
  if (values.size() < 2 || any_nan(values)) return {};
  const auto n = static_cast<double>(values.size());
  return t_result(mean(values), sample_std(values) / std::sqrt(n), n - 1, level).interval;
}

TestResult welch_test(Values first, Values second, double level) {
  check_level(level);
  TestResult result;
  result.difference = mean(second) - mean(first);
  if (first.size() < 2 || second.size() < 2 || std::isnan(result.difference)) return result;
  const auto n = static_cast<double>(first.size()), m = static_cast<double>(second.size());
  const double a = std::pow(sample_std(first), 2) / n, b = std::pow(sample_std(second), 2) / m;
  const double freedom = (a + b) * (a + b) / (a * a / (n - 1) + b * b / (m - 1));
  return t_result(result.difference, std::sqrt(a + b), freedom, level);
}

TestResult paired_t_test(Values first, Values second, double level) {
  check_level(level);
  check_pairs(first, second);
  const auto differences = differences_of(first, second);
  TestResult result;
  result.difference = mean(differences);
  if (differences.size() < 2 || std::isnan(result.difference)) return result;
  const auto n = static_cast<double>(differences.size());
  return t_result(result.difference, sample_std(differences) / std::sqrt(n), n - 1, level);
}

std::vector<double> rank_sum_distribution(size_t n, size_t m) {
  const size_t most = n * m;
  // share[j][u]: of the orders of i + j values, those with that U.
  std::vector<std::vector<double>> share(m + 1, std::vector<double>(most + 1, 0));
  for (size_t j = 0; j <= m; ++j) share[j][0] = 1;
  for (size_t i = 1; i <= n; ++i) {
    for (size_t j = 1; j <= m; ++j) {
      const double last_is_first = static_cast<double>(i) / static_cast<double>(i + j);  // then it beats all j values of the other side
      for (size_t u = most + 1; u-- > 0;)
        share[j][u] = (u >= j ? last_is_first * share[j][u - j] : 0) + (1 - last_is_first) * share[j - 1][u];
    }
  }
  std::partial_sum(share[m].begin(), share[m].end(), share[m].begin());
  return share[m];
}

double mann_whitney(Values first, Values second) {
  if (first.empty() || second.empty() || any_nan(first) || any_nan(second)) return kNone;
  const Ranks ranks = ranks_of(first, second);
  const auto n = static_cast<double>(first.size()), m = static_cast<double>(second.size());
  const double rank_sum = std::accumulate(ranks.of.begin(), ranks.of.begin() + static_cast<std::ptrdiff_t>(first.size()), 0.0);
  const double u = rank_sum - n * (n + 1) / 2;
  if (ranks.ties == 0 && std::max(first.size(), second.size()) <= kMostExactRanks)
    return std::min(1.0, 2 * rank_sum_distribution(first.size(), second.size())[static_cast<size_t>(std::min(u, n * m - u))]);
  const double all = n + m;
  const double variance = n * m / 12 * (all + 1 - ranks.ties / (all * (all - 1)));
  if (variance <= 0) return 1;  // all values are equal
  const double distance = std::max(0.0, std::abs(u - n * m / 2) - 0.5);
  return 2 * bm::cdf(bm::complement(bm::normal(), distance / std::sqrt(variance)));
}

double mcnemar(int64_t only_first, int64_t only_second) {
  if (std::min(only_first, only_second) < 0) throw Error(ErrorKind::kInternal, "a negative number of items");
  const auto both = static_cast<double>(only_first + only_second);
  if (both == 0) return 1;
  return std::min(1.0, 2 * bm::cdf(bm::binomial(both, 0.5), static_cast<double>(std::min(only_first, only_second))));
}

std::vector<double> holm(Values p) {
  std::vector<double> adjusted(p.size(), kNone);
  std::vector<size_t> order;
  for (size_t i = 0; i < p.size(); ++i) {
    if (!std::isnan(p[i])) order.push_back(i);
  }
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return p[a] < p[b]; });
  double largest = 0;
  for (size_t i = 0; i < order.size(); ++i) {
    largest = std::max(largest, std::min(1.0, static_cast<double>(order.size() - i) * p[order[i]]));
    adjusted[order[i]] = largest;
  }
  return adjusted;
}

void draw_resample(std::span<int64_t> rows, int64_t seed, int64_t resample) {
  RandomStream random(static_cast<uint64_t>(seed), kPurpose, 0, static_cast<uint64_t>(resample));
  const auto items = static_cast<uint64_t>(rows.size());
  // 32 random bits as a fraction of 2^32: no row is likelier than another by more than items / 2^32.
  for (int64_t& row : rows) row = static_cast<int64_t>((random() * items) >> 32U);
}

TestResult bootstrap_result(double difference, std::vector<double> resampled, int64_t items, double level) {
  check_level(level);
  TestResult result;
  result.difference = difference;
  resampled = without_nan(std::move(resampled));
  if (std::isnan(difference) || resampled.empty() || items < kMinItems) return result;
  std::sort(resampled.begin(), resampled.end());
  result.interval = {quantile_of(resampled, (1 - level) / 2), quantile_of(resampled, (1 + level) / 2)};
  const auto below = std::count_if(resampled.begin(), resampled.end(), [](double value) { return value <= 0; });
  const auto above = std::count_if(resampled.begin(), resampled.end(), [](double value) { return value >= 0; });
  const double p = 2 * static_cast<double>(1 + std::min(below, above)) / static_cast<double>(resampled.size() + 1);
  result.p = std::min(1.0, std::max(p, least_p(items)));
  return result;
}

TestResult normal_bootstrap_result(double difference, const std::vector<double>& resampled, int64_t items, double level) {
  check_level(level);
  const auto known = without_nan(resampled);
  if (std::isnan(difference) || known.size() < 2 || items < kMinItems) return {.difference = difference};
  return normal_result(difference, sample_std(known), items, level);
}

TestResult ideal_bootstrap_means(Values first, Values second, double level) {
  check_level(level);
  check_pairs(first, second);
  const auto differences = differences_of(first, second);
  const double difference = mean(differences);
  const auto items = static_cast<int64_t>(differences.size());
  if (std::isnan(difference) || items < kMinItems) return {.difference = difference};
  double squares = 0;
  for (const double value : differences) squares += (value - difference) * (value - difference);
  return normal_result(difference, std::sqrt(squares) / static_cast<double>(items), items, level);
}

TestResult paired_bootstrap(int64_t items, const std::function<double(std::span<const int64_t> rows)>& statistic,
                            const BootstrapOptions& options) {
  check_options(options);
  if (items < 1) return {};
  std::vector<int64_t> all(static_cast<size_t>(items));
  std::iota(all.begin(), all.end(), int64_t{0});
  const double difference = statistic(all);
  if (std::isnan(difference) || items < kMinItems) return bootstrap_result(difference, {}, items, options.level);
  std::vector<double> resampled(static_cast<size_t>(options.resamples));
  in_parts(options.resamples, [&](int64_t begin, int64_t end) {
    std::vector<int64_t> rows(all.size());
    for (int64_t i = begin; i < end; ++i) {
      draw_resample(rows, options.seed, i);
      resampled[static_cast<size_t>(i)] = statistic(rows);
    }
  });
  return bootstrap_result(difference, std::move(resampled), items, options.level);
}

TestResult paired_bootstrap_means(Values first, Values second, const BootstrapOptions& options) {
  check_options(options);
  check_pairs(first, second);
  if (first.empty()) return {};
  const auto differences = differences_of(first, second);
  const double difference = mean(differences);
  const auto items = static_cast<int64_t>(first.size());
  if (std::isnan(difference) || items < kMinItems) return bootstrap_result(difference, {}, items, options.level);
  return bootstrap_result(difference, resampled_means(differences, options), items, options.level);
}

}  // namespace vbench
