#include "metrics/clustering.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "metrics/assignment.hpp"
#include "metrics/expected_mutual_information.hpp"

namespace vbench {
namespace {

constexpr double kEpsilon = std::numeric_limits<double>::epsilon();

/// Sum that carries along what rounding takes away: a million terms would else cost five digits.
class Sum {
 public:
  void add(double term) {
    const double sum = sum_ + term;
    lost_ += std::abs(sum_) >= std::abs(term) ? (sum_ - sum) + term : (term - sum) + sum_;
    sum_ = sum;
  }
  [[nodiscard]] double value() const { return sum_ + lost_; }

 private:
  double sum_ = 0, lost_ = 0;
};

template <class Items, class CountOf>
double entropy_of(const Items& items, int64_t total, CountOf count_of) {
  Sum sum;
  for (const auto& item : items) {
    const double share = static_cast<double>(count_of(item)) / static_cast<double>(total);
    sum.add(-share * std::log(share));
  }
  return sum.value();
}

double mean_entropy(const Contingency& table) { return (group_entropy(table.row_sums) + group_entropy(table.column_sums)) / 2; }

/// The largest cell of a row, the first among equals.
const Contingency::Cell& dominant_cell(const Contingency& table, int64_t row) {
  const auto cells = table.row(row);
  return *std::max_element(cells.begin(), cells.end(), [](const auto& x, const auto& y) { return x.count < y.count; });
}

ClusterSummary summarise(const Contingency& table, int64_t row) {
  const auto& top = dominant_cell(table, row);
  ClusterSummary summary{.cluster = table.row_labels[row], .size = table.row_sums[row], .dominant_label = table.column_labels[top.column]};
  summary.purity = static_cast<double>(top.count) / static_cast<double>(summary.size);
  summary.entropy_nats = entropy_of(table.row(row), summary.size, [](const auto& cell) { return cell.count; });
  summary.entropy_bits = summary.entropy_nats / std::numbers::ln2;
  return summary;
}

/// Ordered pairs of different samples that share a group.
template <class Items, class CountOf>
int64_t pairs_within(const Items& items, CountOf count_of) {
  int64_t pairs = 0;
  for (const auto& item : items) pairs += count_of(item) * (count_of(item) - 1);
  return pairs;
}

}  // namespace

double group_entropy(std::span<const int64_t> sizes) {
  int64_t total = 0;
  for (const int64_t size : sizes) total += size;
  return entropy_of(sizes, total, [](int64_t size) { return size; });
}

double mutual_information(const Contingency& table) {
  Sum sum;
  for (int64_t i = 0; i < table.rows(); ++i) {
    for (const auto& cell : table.row(i)) {
      // Both products are exact in 64 bits, so a cell that is just what chance would give counts exactly nothing.
      const auto found = static_cast<double>(cell.count * table.samples);
      const auto by_chance = static_cast<double>(table.row_sums[i] * table.column_sums[cell.column]);
      sum.add(static_cast<double>(cell.count) * std::log(found / by_chance));
    }
  }
  return table.samples == 0 ? 0 : std::max(0.0, sum.value() / static_cast<double>(table.samples));
}

double normalised_mutual_information(const Contingency& table) {
  if (table.same_partition()) return 1;
  const double shared = mutual_information(table);
  return shared <= kEpsilon ? 0 : shared / mean_entropy(table);
}

double normalised_mutual_information(const at::Tensor& a, const at::Tensor& b) { return normalised_mutual_information(tabulate(a, b)); }

double adjusted_mutual_information(const Contingency& table) {
  if (table.same_partition()) return 1;
  const double by_chance = expected_mutual_information(table.row_sums, table.column_sums);
  return (mutual_information(table) - by_chance) / std::max(mean_entropy(table) - by_chance, kEpsilon);
}

double adjusted_rand_index(const Contingency& table) {
  if (table.same_partition()) return 1;
  const auto itself = [](int64_t count) { return count; };
  const int64_t together = pairs_within(table.cells, [](const auto& cell) { return cell.count; });
  const int64_t only_cluster = pairs_within(table.row_sums, itself) - together;
  const int64_t only_class = pairs_within(table.column_sums, itself) - together;
  const int64_t apart = table.samples * (table.samples - 1) - together - only_cluster - only_class;
  // 128 bits: the products reach the fourth power of the samples, and their difference is small where the index is.
  __extension__ using Wide = __int128;
  const Wide agreement = Wide{together} * apart - Wide{only_cluster} * only_class;
  const Wide possible = Wide{together + only_class} * (only_class + apart) + Wide{together + only_cluster} * (only_cluster + apart);
  return 2 * static_cast<double>(agreement) / static_cast<double>(possible);
}

double matched_accuracy(const Contingency& table) { return match_labels(table).total / static_cast<double>(table.samples); }

std::vector<ClusterSummary> summarise_clusters(const Contingency& table) {
  std::vector<ClusterSummary> summaries;
  summaries.reserve(table.rows());
  for (int64_t row = 0; row < table.rows(); ++row) summaries.push_back(summarise(table, row));
  return summaries;
}

std::vector<ClusterSummary> summarise_clusters(const at::Tensor& clusters, const at::Tensor& labels) {
  return summarise_clusters(tabulate(clusters, labels));
}

ClusterScores cluster_scores(const Contingency& table) {
  ClusterScores scores{.nmi = normalised_mutual_information(table),
                       .anmi = adjusted_mutual_information(table),
                       .ari = adjusted_rand_index(table),
                       .accuracy = matched_accuracy(table),
                       .clusters = table.rows(),
                       .classes = table.columns()};
  Sum purities, entropies;
  int64_t dominant = 0;
  for (int64_t row = 0; row < table.rows(); ++row) {
    const auto summary = summarise(table, row);
    purities.add(summary.purity);
    entropies.add(summary.entropy_nats);
    dominant += dominant_cell(table, row).count;
  }
  scores.purity = purities.value() / static_cast<double>(table.rows());
  scores.entropy = entropies.value() / static_cast<double>(table.rows());
  scores.purity_weighted = static_cast<double>(dominant) / static_cast<double>(table.samples);
  return scores;
}

ClusterScores cluster_scores(const at::Tensor& clusters, const at::Tensor& labels) { return cluster_scores(tabulate(clusters, labels)); }

}  // namespace vbench
