#include "metrics/assignment.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <limits>
#include <numeric>
#include <queue>
#include <utility>

#include "harness/core/error.hpp"

namespace vbench {
namespace {

/// Smallest total over a matrix with no more rows than columns, by shortest augmenting paths.
/// A pair's reduced cost, cost - row price - column price, is never negative and zero in the assignment; a column without partner has price
/// zero.
template <class T>
class Matrix {
 public:
  Matrix(const T* costs, int64_t rows, int64_t columns)
      : costs_(costs),
        rows_(rows),
        columns_(columns),
        row_price_(rows),
        column_price_(columns),
        column_of_(rows, -1),
        row_of_(columns, -1) {}

  std::vector<int64_t> solve() {
    for (int64_t row = 0; row < rows_; ++row) take_cheapest(row);
    distance_.resize(columns_);
    parent_.resize(columns_);
    open_.resize(columns_);
    for (int64_t row = 0; row < rows_; ++row) {
      if (column_of_[row] < 0) augment(row);
    }
    return std::move(column_of_);
  }

 private:
  /// A first price, and a partner if the cheapest one is still free: most rows need no path.
  void take_cheapest(int64_t row) {
    const T* costs = costs_ + row * columns_;
    const int64_t cheapest = std::min_element(costs, costs + columns_) - costs;
    row_price_[row] = costs[cheapest];
    if (row_of_[cheapest] < 0) pair(row, cheapest);
  }

  void pair(int64_t row, int64_t column) {
    column_of_[row] = column;
    row_of_[column] = row;
  }

  void augment(int64_t start) {
    std::fill(distance_.begin(), distance_.end(), std::numeric_limits<T>::max());
    std::iota(open_.begin(), open_.end(), int64_t{0});
    int64_t still_open = columns_;  // open_ holds them, then the closed columns, last closed first
    int64_t row = start, column = -1;
    T reached = 0;
    while (row >= 0) {
      const int64_t place = nearest_after(row, reached, still_open);
      column = open_[place];
      reached = distance_[column];
      row = row_of_[column];
      if (row >= 0) std::swap(open_[place], open_[--still_open]);
    }
    row_price_[start] += reached;
    for (int64_t place = still_open; place < columns_; ++place) {
      const int64_t closed = open_[place];
      row_price_[row_of_[closed]] += reached - distance_[closed];
      column_price_[closed] -= reached - distance_[closed];
    }
    while (true) {
      const int64_t from = parent_[column];
      const int64_t freed = column_of_[from];
      pair(from, column);
      if (from == start) return;
      column = freed;
    }
  }

  /// Shortens the ways to open columns by those over the row. @return place of the nearest one; among equals a column without partner
  int64_t nearest_after(int64_t row, T reached, int64_t still_open) {
    const T* costs = costs_ + row * columns_;
    const T base = reached - row_price_[row];
    int64_t nearest = 0;
    for (int64_t place = 0; place < still_open; ++place) {
      const int64_t column = open_[place];
      const T way = base + costs[column] - column_price_[column];
      if (way < distance_[column]) {
        distance_[column] = way;
        parent_[column] = row;
      }
      const T least = distance_[open_[nearest]];
      if (distance_[column] < least || (distance_[column] == least && row_of_[column] < 0)) nearest = place;
    }
    return nearest;
  }

  const T* costs_;
  int64_t rows_, columns_;
  std::vector<T> row_price_, column_price_;
  std::vector<int64_t> column_of_, row_of_;
  // Of the path that is sought: length to each column, the row before it, columns by whether they are settled.
  std::vector<T> distance_;
  std::vector<int64_t> parent_, open_;
};

/// Largest total along the non-zero cells of a table, by shortest augmenting paths. Prices are never negative; rows and columns without
/// partner have price zero; row price + column price >= count, with equality in the matching.
class SparseMatcher {
 public:
  explicit SparseMatcher(const Contingency& table)
      : table_(table),
        row_price_(table.rows()),
        column_price_(table.columns()),
        column_of_(table.rows(), -1),
        row_of_(table.columns(), -1),
        distance_(table.columns(), kFar),
        parent_(table.columns(), -1) {}

  std::vector<int64_t> solve() {
    for (int64_t row = 0; row < table_.rows(); ++row) {
      for (const auto& cell : table_.row(row)) row_price_[row] = std::max(row_price_[row], cell.count);
      augment(row);
    }
    return std::move(column_of_);
  }

 private:
  static constexpr int64_t kFar = std::numeric_limits<int64_t>::max();

  /// Where the shortest path ends: in a column without partner, or in a row that gives up its partner.
  struct End {
    int64_t distance;
    int64_t column;  // -1: the row ends it
    int64_t row;
  };

  void augment(int64_t start) {
    queue_ = {};
    settled_.clear();
    reached_.clear();
    end_ = {row_price_[start], -1, start};
    extend(start, 0);
    while (!queue_.empty()) {
      const auto [distance, column] = queue_.top();
      if (distance >= end_.distance) break;
      queue_.pop();
      if (distance > distance_[column]) continue;
      settled_.push_back(column);
      const int64_t row = row_of_[column];
      if (distance + row_price_[row] < end_.distance) end_ = {distance + row_price_[row], -1, row};
      extend(row, distance);
    }
    row_price_[start] -= end_.distance;
    for (const int64_t column : settled_) {
      const int64_t change = end_.distance - distance_[column];
      column_price_[column] += change;
      row_price_[row_of_[column]] -= change;
    }
    exchange(start);
    for (const int64_t column : reached_) distance_[column] = kFar;
  }

  void extend(int64_t row, int64_t distance) {
    for (const auto& cell : table_.row(row)) {
      const int64_t way = distance + row_price_[row] + column_price_[cell.column] - cell.count;
      if (way >= end_.distance || way >= distance_[cell.column]) continue;
      distance_[cell.column] = way;
      parent_[cell.column] = row;
      reached_.push_back(cell.column);
      if (row_of_[cell.column] < 0) {
        end_ = {way, cell.column, -1};
      } else {
        queue_.emplace(way, cell.column);
      }
    }
  }

  /// Partners along the path move on by one.
  void exchange(int64_t start) {
    int64_t column = end_.column;
    if (column < 0) column = std::exchange(column_of_[end_.row], -1);
    while (column >= 0) {
      const int64_t row = parent_[column];
      row_of_[column] = row;
      column = std::exchange(column_of_[row], column);
      if (row == start) return;
    }
  }

  const Contingency& table_;
  std::vector<int64_t> row_price_, column_price_;
  std::vector<int64_t> column_of_, row_of_;
  std::vector<int64_t> distance_, parent_;  // of columns, along the path that is sought
  std::vector<int64_t> settled_, reached_;
  std::priority_queue<std::pair<int64_t, int64_t>, std::vector<std::pair<int64_t, int64_t>>, std::greater<>> queue_;
  End end_{};
};

template <class T>
Assignment assign_entries(const at::Tensor& entries, Total total) {
  const int64_t rows = entries.size(0), columns = entries.size(1);
  const auto costs = total == Total::kSmallest ? entries : entries.neg();
  const auto upright = rows <= columns ? costs.contiguous() : costs.t().contiguous();
  const auto partners = Matrix<T>(upright.template data_ptr<T>(), upright.size(0), upright.size(1)).solve();
  Assignment found{.column_of_row = std::vector<int64_t>(rows, -1)};
  for (int64_t i = 0; i < upright.size(0); ++i) {
    if (rows <= columns) {
      found.column_of_row[i] = partners[i];
    } else {
      found.column_of_row[partners[i]] = i;
    }
  }
  T sum = 0;
  const T* values = entries.template data_ptr<T>();
  for (int64_t i = 0; i < rows; ++i) {
    if (found.column_of_row[i] >= 0) sum += values[i * columns + found.column_of_row[i]];
  }
  found.total = static_cast<double>(sum);
  return found;
}

/// Prices are sums of differences of entries along a path; none may overflow.
template <class T>
void check_magnitude(const at::Tensor& entries) {
  const T limit = std::numeric_limits<T>::max() / static_cast<T>(16 * (entries.size(0) + entries.size(1)));
  if (entries.gt(limit).logical_or(entries.lt(-limit)).any().template item<bool>()) {
    throw input_error("the entries of the assignment are so large that their sums might overflow");
  }
}

}  // namespace

Assignment assign(const at::Tensor& entries, Total total) {
  if (entries.dim() != 2) throw input_error("an assignment needs a matrix [rows, columns]");
  const bool whole = entries.scalar_type() == at::kLong;
  if (!whole && !entries.is_floating_point()) throw input_error("the entries of an assignment must be int64 or floating point");
  if (entries.numel() == 0) return {.column_of_row = std::vector<int64_t>(entries.size(0), -1)};
  const auto values = entries.detach().to(at::kCPU, whole ? at::kLong : at::kDouble).contiguous();
  if (!whole) {
    const auto bad = values.isfinite().logical_not().nonzero();
    if (bad.size(0) > 0) {
      throw Error(ErrorKind::kNumeric, "an entry of the assignment is not finite",
                  fmt::format("row {}, column {}", bad[0][0].item<int64_t>(), bad[0][1].item<int64_t>()));
    }
    check_magnitude<double>(values);
    return assign_entries<double>(values, total);
  }
  check_magnitude<int64_t>(values);
  return assign_entries<int64_t>(values, total);
}

Assignment match_labels(const Contingency& table, int64_t dense_cells) {
  if (table.samples > 0 && table.rows() <= dense_cells / table.columns()) {
    auto counts = at::zeros({table.rows(), table.columns()}, at::kLong);
    auto* entries = counts.data_ptr<int64_t>();
    for (int64_t i = 0; i < table.rows(); ++i) {
      for (const auto& cell : table.row(i)) entries[i * table.columns() + cell.column] = cell.count;
    }
    return assign(counts, Total::kLargest);
  }
  Assignment found{.column_of_row = SparseMatcher(table).solve()};
  for (int64_t i = 0; i < table.rows(); ++i) {
    for (const auto& cell : table.row(i)) {
      if (cell.column == found.column_of_row[i]) found.total += static_cast<double>(cell.count);
    }
  }
  return found;
}

}  // namespace vbench
