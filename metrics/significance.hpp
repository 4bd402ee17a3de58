// Tests of differences between two results, and intervals: over seeds, over repetitions, over items. Free of LibTorch.
// Used by the leaderboard, the gate on regressions and the throughput tables; docs/significance.md says which test answers which question.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <vector>

namespace vbench {

// A NaN among the numbers makes every result NaN: nothing is known. An infinite number leaves the difference at most. A level lies in (0,
// 1); another one throws Error kInternal.

struct Interval {
  double low = std::numeric_limits<double>::quiet_NaN();
  double high = std::numeric_limits<double>::quiet_NaN();
};

/// `difference` is (second - first).
struct TestResult {
  double difference = std::numeric_limits<double>::quiet_NaN();
  Interval interval = {};                               ///< of the difference, at the level that was asked for
  double p = std::numeric_limits<double>::quiet_NaN();  ///< two-sided
};

/// Student's t around the mean; {NaN, NaN} for fewer than 2 values.
[[nodiscard]] Interval mean_interval(std::span<const double> values, double level = 0.95);

/// Two independent samples of unequal variances (Welch 1947). With fewer than 2 values on a side there is a difference but no p; without
/// any spread p is 1 for equal means and 0 for others.
[[nodiscard]] TestResult welch_test(std::span<const double> first, std::span<const double> second, double level = 0.95);

/// Student's t of the differences, pair by pair. @throws Error kInternal for different lengths
[[nodiscard]] TestResult paired_t_test(std::span<const double> first, std::span<const double> second, double level = 0.95);

/// So many values a side have an exact rank-sum test; with more, the normal distribution is as good.
inline constexpr size_t kMostExactRanks = 30;

/// P(U <= u) for u = 0, 1, ..., n m of that test where every order of the n + m values is equally likely: U counts the pairs in which the
/// first is greater.
[[nodiscard]] std::vector<double> rank_sum_distribution(size_t n, size_t m);

/// Two-sided p of the rank-sum test (Mann & Whitney 1947): exact for few values without ties, else normal with ties and continuity
/// corrected. NaN if a side is empty.
[[nodiscard]] double mann_whitney(std::span<const double> first, std::span<const double> second);

/// Exact two-sided binomial p of McNemar's test. @param only_first, only_second  items that one of the two alone got right
[[nodiscard]] double mcnemar(int64_t only_first, int64_t only_second);

/// Adjusted p, in the given order (Holm 1979); NaN stays NaN and counts for nothing.
[[nodiscard]] std::vector<double> holm(std::span<const double> p);

struct BootstrapOptions {
  int64_t resamples = 10000;
  int64_t seed = 1;
  double level = 0.95;
};

/// Resamples items; `statistic(rows)` is (second - first) over those rows, with repetitions. It is called on several threads at once. The
/// interval holds the middle `level` of the resamples. p is twice the share of resamples on the rarer side of zero, counted so that
/// it is never 0, and at least 2^(1 - items), the least that a sign test of so few items can give. Resamples whose statistic is NaN are
/// left out. The result depends on the seed, not on the number of threads.
[[nodiscard]] TestResult paired_bootstrap(int64_t items, const std::function<double(std::span<const int64_t> rows)>& statistic,
                                          const BootstrapOptions& options = {});

/// The same of the difference of two means of values by item, fast: where the differences take few values (hits), only how often
/// each of them is drawn is drawn. @throws Error kInternal for different lengths
[[nodiscard]] TestResult paired_bootstrap_means(std::span<const double> first, std::span<const double> second,
                                                const BootstrapOptions& options = {});

/// What a bootstrap says, from the statistic of all items and those of the resamples. For statistics that are resampled elsewhere.
[[nodiscard]] TestResult bootstrap_result(double difference, std::vector<double> resampled, int64_t items, double level = 0.95);

/// The same by a normal distribution with the spread of the resamples around the difference of all items. For smooth statistics whose
/// resamples are off by a common amount, as those of clusters are: repeated items agree with themselves. Needs hundreds of resamples, not
/// thousands, and p may be as small as it likes. Without any spread p is 1 or, for a difference, as small as a sign test allows.
[[nodiscard]] TestResult normal_bootstrap_result(double difference, const std::vector<double>& resampled, int64_t items,
                                                 double level = 0.95);

/// What ever more resamples come to for a difference of two means, by a normal distribution: their spread is known without drawing any.
/// @throws Error kInternal for different lengths
[[nodiscard]] TestResult ideal_bootstrap_means(std::span<const double> first, std::span<const double> second, double level = 0.95);

/// Rows of resample number `resample`: as many as `rows` is long, out of [0, rows.size()). The same for everyone with the same seed.
void draw_resample(std::span<int64_t> rows, int64_t seed, int64_t resample);

}  // namespace vbench
