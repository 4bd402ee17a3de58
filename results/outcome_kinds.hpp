// The shapes that scores by item have: means, medians, means over classes, agreement of clusters. Private to outcomes.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "metrics/clustering.hpp"
#include "results/outcomes.hpp"

namespace vbench {

using Rows = std::span<const int64_t>;

/// Sum over items of a number, divided by the sum of a weight.
class RatioOutcome : public Outcome {
 public:
  using Finish = double (*)(double);

  RatioOutcome(std::vector<std::string> ids, std::vector<double> sums, std::vector<double> weights, Finish finish = nullptr)
      : Outcome(std::move(ids)), sums_(std::move(sums)), weights_(std::move(weights)), finish_(finish) {
    plain_ = std::all_of(weights_.begin(), weights_.end(), [](double weight) { return weight == 1; });
  }

  [[nodiscard]] double score() const override {
    double sum = 0, weight = 0;
    for (size_t i = 0; i < sums_.size(); ++i) {
      sum += sums_[i];
      weight += weights_[i];
    }
    return finished(sum, weight);
  }

  [[nodiscard]] double score(Rows rows) const override {
    double sum = 0, weight = 0;
    for (const int64_t row : rows) {
      sum += sums_[static_cast<size_t>(row)];
      weight += weights_[static_cast<size_t>(row)];
    }
    return finished(sum, weight);
  }

  [[nodiscard]] std::span<const double> values() const override {
    return plain_ && finish_ != exponential ? std::span<const double>(sums_) : std::span<const double>();
  }

  static double exponential(double value) { return std::exp(value); }
  static double one_more(double value) { return value + 1; }

 private:
  [[nodiscard]] double finished(double sum, double weight) const {
    if (weight == 0) return std::numeric_limits<double>::quiet_NaN();
    return finish_ == nullptr ? sum / weight : finish_(sum / weight);
  }

  std::vector<double> sums_, weights_;
  Finish finish_;
  bool plain_ = false;
};

/// How often something is NaN.
class CountOutcome : public Outcome {
 public:
  CountOutcome(std::vector<std::string> ids, std::vector<double> counts) : Outcome(std::move(ids)), counts_(std::move(counts)) {}
  [[nodiscard]] double score() const override {
    double sum = 0;
    for (const double count : counts_) sum += count;
    return sum;
  }
  [[nodiscard]] double score(Rows rows) const override {
    double sum = 0;
    for (const int64_t row : rows) sum += counts_[static_cast<size_t>(row)];
    return sum;
  }

 private:
  std::vector<double> counts_;
};

/// Median rank, rounded down.
class MedianOutcome : public Outcome {
 public:
  MedianOutcome(std::vector<std::string> ids, const std::vector<int64_t>& ranks) : Outcome(std::move(ids)), ranks_(ranks) {
    std::sort(ranks_.begin(), ranks_.end());
    ranks_.erase(std::unique(ranks_.begin(), ranks_.end()), ranks_.end());
    for (const int64_t rank : ranks)
      place_of_.push_back(static_cast<int32_t>(std::lower_bound(ranks_.begin(), ranks_.end(), rank) - ranks_.begin()));
  }
  [[nodiscard]] double score() const override {
    std::vector<int32_t> counts(ranks_.size());
    for (const int32_t place : place_of_) ++counts[static_cast<size_t>(place)];
    return median(counts, place_of_.size());
  }
  [[nodiscard]] double score(Rows rows) const override {
    static thread_local std::vector<int32_t> counts;  // thousands of resamples a second
    counts.assign(ranks_.size(), 0);
    for (const int64_t row : rows) ++counts[static_cast<size_t>(place_of_[static_cast<size_t>(row)])];
    return median(counts, rows.size());
  }

 private:
  [[nodiscard]] double median(const std::vector<int32_t>& counts, size_t items) const {
    if (items == 0) return std::numeric_limits<double>::quiet_NaN();
    const auto lower = static_cast<int64_t>((items + 1) / 2), upper = static_cast<int64_t>(items / 2 + 1);  // the middle ones, from 1
    size_t place = 0;
    int64_t seen = counts[place];
    while (seen < lower) seen += counts[++place];
    const int64_t low = ranks_[place];
    while (seen < upper) seen += counts[++place];
    return std::floor(static_cast<double>(low + ranks_[place]) / 2);
  }

  std::vector<int64_t> ranks_;     // that occur, from the best one on
  std::vector<int32_t> place_of_;  // among them, of each item's rank
};

/// Each class that occurs counts the same.
class ClassMeanOutcome : public Outcome {
 public:
  ClassMeanOutcome(std::vector<std::string> ids, std::vector<bool> hits, const std::vector<int64_t>& labels)
      : Outcome(std::move(ids)), hits_(std::move(hits)) {
    std::map<int64_t, size_t> place;
    for (const int64_t label : labels) place.emplace(label, 0);
    for (auto& [label, index] : place) index = classes_++;
    for (const int64_t label : labels) class_of_.push_back(place.at(label));
  }
  [[nodiscard]] double score() const override {
    std::vector<int64_t> rows(hits_.size());
    for (size_t i = 0; i < rows.size(); ++i) rows[i] = static_cast<int64_t>(i);
    return score(rows);
  }
  [[nodiscard]] double score(Rows rows) const override {
    std::vector<double> right(classes_, 0), seen(classes_, 0);
    for (const int64_t row : rows) {
      const auto item = static_cast<size_t>(row);
      seen[class_of_[item]] += 1;
      right[class_of_[item]] += hits_[item] ? 1 : 0;
    }
    double sum = 0, occurring = 0;
    for (size_t i = 0; i < classes_; ++i) {
      if (seen[i] == 0) continue;
      sum += right[i] / seen[i];
      occurring += 1;
    }
    return occurring > 0 ? sum / occurring : std::numeric_limits<double>::quiet_NaN();
  }

 private:
  std::vector<bool> hits_;
  std::vector<size_t> class_of_;
  size_t classes_ = 0;
};

/// Agreement of clusters and classes.
class ClusterOutcome : public Outcome {
 public:
  ClusterOutcome(std::vector<std::string> ids, Contingency table, std::vector<size_t> cell_of, Formula formula)
      : Outcome(std::move(ids)), table_(std::move(table)), cell_of_(std::move(cell_of)), formula_(formula) {}
  [[nodiscard]] double score() const override { return score_of(table_); }
  [[nodiscard]] double score(Rows rows) const override {
    std::vector<int64_t> counts(table_.cells.size(), 0);
    for (const int64_t row : rows) ++counts[cell_of_[static_cast<size_t>(row)]];
    return score_of(with_counts(counts));
  }

 private:
  [[nodiscard]] double score_of(const Contingency& table) const {
    switch (formula_) {
      case Formula::kNmi:
        return normalised_mutual_information(table);
      case Formula::kAnmi:
        return adjusted_mutual_information(table);
      case Formula::kAri:
        return adjusted_rand_index(table);
      default:
        return mean_over_clusters(table);
    }
  }

  [[nodiscard]] double mean_over_clusters(const Contingency& table) const {
    double sum = 0, items = 0;
    const auto clusters = summarise_clusters(table);
    for (const auto& cluster : clusters) {
      const auto size = static_cast<double>(cluster.size);
      if (formula_ == Formula::kPurityByItem) {
        sum += cluster.purity * size;
        items += size;
      } else {
        sum += formula_ == Formula::kPurity ? cluster.purity : cluster.entropy_nats;
        items += 1;
      }
    }
    return items > 0 ? sum / items : std::numeric_limits<double>::quiet_NaN();
  }

  /// The same clusters and classes with other numbers of samples; those without any are gone.
  [[nodiscard]] Contingency with_counts(const std::vector<int64_t>& counts) const {
    std::vector<int64_t> place(static_cast<size_t>(table_.columns()), 0);
    for (size_t i = 0; i < counts.size(); ++i) place[static_cast<size_t>(table_.cells[i].column)] += counts[i];
    Contingency other;
    for (size_t column = 0; column < place.size(); ++column) {
      const int64_t sum = place[column];
      place[column] = other.columns();
      if (sum == 0) continue;
      other.column_labels.push_back(table_.column_labels[column]);
      other.column_sums.push_back(sum);
    }
    other.row_begin.push_back(0);
    for (size_t row = 0; row < table_.row_labels.size(); ++row) {
      int64_t sum = 0;
      for (auto cell = static_cast<size_t>(table_.row_begin[row]); cell < static_cast<size_t>(table_.row_begin[row + 1]); ++cell) {
        if (counts[cell] == 0) continue;
        other.cells.push_back({place[static_cast<size_t>(table_.cells[cell].column)], counts[cell]});
        sum += counts[cell];
      }
      if (sum == 0) continue;
      other.row_labels.push_back(table_.row_labels[row]);
      other.row_sums.push_back(sum);
      other.row_begin.push_back(static_cast<int64_t>(other.cells.size()));
      other.samples += sum;
    }
    return other;
  }

  Contingency table_;
  std::vector<size_t> cell_of_;
  Formula formula_;
};

}  // namespace vbench
