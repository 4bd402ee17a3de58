#include "metrics/expected_mutual_information.hpp"

#include <ATen/Parallel.h>
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <map>
#include <numeric>
#include <vector>

#include "harness/core/error.hpp"

namespace vbench {
namespace {

/// Groups of equal size.
struct Size {
  int64_t samples;
  int64_t groups;
};

std::vector<Size> different_sizes(std::span<const int64_t> sums) {
  std::map<int64_t, int64_t> groups;
  for (const int64_t sum : sums) ++groups[sum];
  if (!groups.empty() && groups.begin()->first <= 0) throw input_error("a group of samples must not be empty");
  std::vector<Size> sizes;
  sizes.reserve(groups.size());
  for (const auto& [samples, count] : groups) sizes.push_back({samples, count});
  return sizes;
}

/// Logarithms of the small counts, where almost all of the work is.
class Logarithms {
 public:
  explicit Logarithms(int64_t highest) : known_(std::min<int64_t>(highest, 1 << 16) + 1) {
    for (size_t n = 1; n < known_.size(); ++n) known_[n] = std::log(static_cast<double>(n));
  }
  [[nodiscard]] double operator()(int64_t n) const {
    return n < static_cast<int64_t>(known_.size()) ? known_[n] : std::log(static_cast<double>(n));
  }

 private:
  std::vector<double> known_;  // [0] = 0, so that 0 log 0 = 0
};

/// One cell: n of the a samples of a row are among the b samples of a column, N samples in all.
class Cell {
 public:
  Cell(int64_t a, int64_t b, int64_t samples, const Logarithms& log)
      : log_(log),
        a_(static_cast<double>(a)),
        b_(static_cast<double>(b)),
        neither_(static_cast<double>(samples - a - b)),
        mean_(a_ * b_ / static_cast<double>(samples)),
        log_mean_(std::log(mean_)),
        lowest_(std::max<int64_t>(0, a + b - samples)),
        highest_(std::min(a, b)),
        mode_(std::clamp(static_cast<int64_t>((a_ + 1) * (b_ + 1) / (static_cast<double>(samples) + 2)), lowest_, highest_)) {}

  /// E[n log(n / mean)]
  double expected_share() {
    // The likelihood is log-concave: beyond a term of 1e-25 of the largest there is nothing that a double would notice.
    constexpr double kNothing = 1e-25;
    add(mode_, 1);
    double likelihood = 1;
    for (int64_t n = mode_; n < highest_ && likelihood > kNothing; ++n) {
      likelihood *= ratio_after(static_cast<double>(n));
      add(n + 1, likelihood);
    }
    likelihood = 1;
    for (int64_t n = mode_; n > lowest_ && likelihood > kNothing; --n) {
      likelihood /= ratio_after(static_cast<double>(n - 1));
      add(n - 1, likelihood);
    }
    return shares_ / likelihoods_;
  }

 private:
  /// Likelihood of n + 1 over that of n.
  [[nodiscard]] double ratio_after(double n) const { return (a_ - n) * (b_ - n) / ((n + 1) * (neither_ + n + 1)); }

  void add(int64_t n, double likelihood) {
    const auto count = static_cast<double>(n);
    shares_ += likelihood * (count * (log_(n) - log_mean_) - (count - mean_));
    likelihoods_ += likelihood;
  }

  const Logarithms& log_;
  double a_, b_, neither_;  // samples in the row, in the column, outside both less those inside both
  double mean_, log_mean_;
  int64_t lowest_, highest_, mode_;
  double shares_ = 0, likelihoods_ = 0;  // likelihoods are relative to the mode's
};

}  // namespace

double expected_mutual_information(std::span<const int64_t> row_sums, std::span<const int64_t> column_sums) {
  const auto rows = different_sizes(row_sums), columns = different_sizes(column_sums);
  const int64_t samples = std::accumulate(row_sums.begin(), row_sums.end(), int64_t{0});
  const int64_t other = std::accumulate(column_sums.begin(), column_sums.end(), int64_t{0});
  if (samples != other) throw input_error(fmt::format("groups of {} samples cannot be compared with groups of {}", samples, other));
  // One group has no entropy to share.
  if (row_sums.size() <= 1 || column_sums.size() <= 1) return 0;

  const Logarithms log(std::min(rows.back().samples, columns.back().samples));
  std::vector<double> of_row(rows.size());
  std::atomic<size_t> next{0};  // larger groups take longer: rows are handed out one by one, and added up in their order
  at::parallel_for(0, at::get_num_threads(), 1, [&](int64_t, int64_t) {
    for (size_t i = next++; i < rows.size(); i = next++) {
      double sum = 0;
      for (const auto& column : columns) {
        sum += static_cast<double>(column.groups) * Cell(rows[i].samples, column.samples, samples, log).expected_share();
      }
      of_row[i] = static_cast<double>(rows[i].groups) * sum;
    }
  });
  return std::accumulate(of_row.begin(), of_row.end(), 0.0) / static_cast<double>(samples);
}

}  // namespace vbench
