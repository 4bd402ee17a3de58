// Which row of a leaderboard is first and which second by a metric, as far as tests can tell. docs/significance.md says what is tested.
// Used by leaderboards.
#pragma once

#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/core/run_record.hpp"
#include "results/folds.hpp"
#include "results/table.hpp"

namespace vbench {

/// Two rows that are compared by a metric.
struct RowPair {
  std::string metric;
  size_t better = 0, worse = 0;  ///< rows, by the means over their runs
};

/// How likely items drawn anew would show such a difference between two rows that are equally good. NaN: it cannot be told.
struct ItemTest {
  double p = std::numeric_limits<double>::quiet_NaN();
  std::string name = "";    ///< "McNemar", "bootstrap"
  std::string reason = "";  ///< why there is no p although outputs are there
};

/// Tests pairs of rows by item, each row being the runs of several seeds; one answer a pair.
using ItemTester = std::function<std::vector<ItemTest>(const std::vector<Runs>& rows, const std::vector<RowPair>& pairs)>;

/// p of one comparison. NaN where there is none.
struct RowComparison {
  ItemTest by_item;
  double p_seeds = std::numeric_limits<double>::quiet_NaN();  ///< Welch; from 3 runs a row on
  double p = std::numeric_limits<double>::quiet_NaN();  ///< the larger one of both: a difference must hold for new items and new seeds
  double adjusted = std::numeric_limits<double>::quiet_NaN();  ///< by Holm, over all comparisons of the table
};

struct MetricPlaces {
  std::optional<size_t> first;                     ///< better than every other row
  std::optional<size_t> second;                    ///< behind a first one, and better than every further row; of 3 rows or more
  std::map<size_t, RowComparison> with_best = {};  ///< of each other row with the best one
};

struct Significance {
  std::map<std::string, MetricPlaces> metrics;
  std::vector<std::string> notes;  ///< what the marks mean, or why there are none
};

/// Level below which an adjusted p counts.
inline constexpr double kSignificant = 0.05;
/// Fewer runs a row say nothing about other seeds.
inline constexpr size_t kFewestSeeds = 3;

/// Columns for machines behind those of a table, for each metric: "<key>_p", "<key>_p_items" and "<key>_p_seeds" of each row against the
/// best one, and "<key>_place", 1 or 2 where that is significant.
/// @param places  in the table of each of the rows that were compared
void add_significance_columns(Table& table, const Significance& significance, const std::vector<std::string>& metrics,
                              const std::vector<size_t>& places);

/// @param by_item  may be empty: nothing is known by item
[[nodiscard]] Significance significance_of(const std::vector<Runs>& rows, const std::vector<std::string>& metrics,
                                           const ItemTester& by_item);

}  // namespace vbench
