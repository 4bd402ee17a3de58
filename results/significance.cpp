#include "results/significance.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "metrics/significance.hpp"
#include "metrics/statistics.hpp"
#include "results/recipes.hpp"
#include "results/score_cells.hpp"

namespace vbench {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

bool lower_is_better(const std::string& metric) {
  const auto info = find_metric(metric);
  return info && info->direction == Direction::kLowerIsBetter;
}

/// Rows that have the metric, best first; equal ones in the order of the table.
std::vector<size_t> order_of(const std::vector<Runs>& rows, const std::string& metric) {
  std::vector<size_t> order;
  std::vector<double> means;
  for (size_t row = 0; row < rows.size(); ++row) {
    means.push_back(mean(values_of(rows[row], metric)));
    if (!std::isnan(means.back())) order.push_back(row);
  }
  const bool lower = lower_is_better(metric);
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return lower ? means[a] < means[b] : means[a] > means[b]; });
  return order;
}

/// The best row with every other one, the second with every one behind it.
std::vector<RowPair> pairs_of(const std::string& metric, const std::vector<size_t>& order) {
  std::vector<RowPair> pairs;
  for (size_t place = 0; place < 2; ++place) {
    for (size_t behind = place + 1; behind < order.size(); ++behind) pairs.push_back({metric, order[place], order[behind]});
  }
  return pairs;
}

double seeds_test(const Runs& better, const Runs& worse, const std::string& metric) {
  if (std::min(better.size(), worse.size()) < kFewestSeeds) return kNone;
  return welch_test(values_of(worse, metric), values_of(better, metric)).p;
}

/// Both claims must hold, so the weaker one counts; one alone where the other cannot be tested. Runs that are all equal, as those that
/// train nothing are, say nothing by themselves: nobody knows how the items would vary.
double both(double by_item, double by_seed) {
  if (std::isnan(by_item)) return by_seed > 0 ? by_seed : kNone;
  return std::isnan(by_seed) ? by_item : std::max(by_item, by_seed);
}

std::vector<RowComparison> compared(const std::vector<Runs>& rows, const std::vector<RowPair>& pairs, const ItemTester& by_item) {
  const auto of_items = by_item && !pairs.empty() ? by_item(rows, pairs) : std::vector<ItemTest>(pairs.size());
  std::vector<RowComparison> all;
  std::vector<double> p;
  for (size_t i = 0; i < pairs.size(); ++i) {
    RowComparison comparison{of_items[i], seeds_test(rows[pairs[i].better], rows[pairs[i].worse], pairs[i].metric), kNone, kNone};
    comparison.p = both(comparison.by_item.p, comparison.p_seeds);
    p.push_back(comparison.p);
    all.push_back(comparison);
  }
  const auto adjusted = holm(p);
  for (size_t i = 0; i < all.size(); ++i) all[i].adjusted = adjusted[i];
  return all;
}

/// Which kinds of tests were made, for the notes.
struct Kinds {
  int64_t made = 0, items = 0, seeds = 0;
  std::set<std::string> names;
  std::map<std::string, std::set<std::string>> untested = {}, by_seed_alone = {};  // columns, by the reason why; empty: outputs are missing
  std::string reason = "";                                                         // why a test by item was not made
};

std::string column_of(const std::string& metric) {
  const auto label = metric_label(metric);
  return label.group.empty() ? label.column : label.group + " " + label.column;
}

/// "v2p MedR; clusters NMI mean (it needs ...)"
std::string listed(const std::map<std::string, std::set<std::string>>& columns) {
  std::vector<std::string> parts;
  for (const auto& [reason, names] : columns)
    parts.push_back(fmt::format("{}{}", fmt::join(names, ", "), reason.empty() ? "" : " (" + reason + ")"));
  return fmt::format("{}", fmt::join(parts, "; "));
}

Kinds kinds_of(const std::vector<RowPair>& pairs, const std::vector<RowComparison>& comparisons) {
  Kinds kinds;
  for (size_t i = 0; i < pairs.size(); ++i) {
    const auto& comparison = comparisons[i];
    const bool items = !std::isnan(comparison.by_item.p), seeds = !std::isnan(comparison.p_seeds);
    kinds.made += items || seeds;
    kinds.items += items;
    kinds.seeds += seeds;
    if (items) kinds.names.insert(comparison.by_item.name);
    if (items) continue;
    const std::string& said = comparison.by_item.reason;
    (seeds ? kinds.by_seed_alone : kinds.untested)[said.empty() ? why_no_recipe(pairs[i].metric) : said].insert(column_of(pairs[i].metric));
    if (kinds.reason.empty()) kinds.reason = said;
  }
  return kinds;
}

std::vector<std::string> notes_of(const Kinds& kinds) {
  if (kinds.made == 0) {
    return {fmt::format("Nothing is marked as best: {} and with fewer than {} runs a row, no difference can be tested.",
                        kinds.reason.empty() ? "without outputs by item" : "with " + kinds.reason, kFewestSeeds)};
  }
  std::vector<std::string> notes{
      fmt::format("Best in bold or with *, second underlined or with _, where it is significantly better than every row behind it "
                  "(p < {}, Holm over {} comparisons).",
                  kSignificant, kinds.made)};
  const std::string by_item = fmt::format("by item ({})", fmt::join(kinds.names, ", "));
  if (kinds.seeds == 0) {
    notes.push_back(fmt::format("Tested {}: other items might say otherwise, and fewer than {} runs a row say nothing about other seeds.",
                                by_item, kFewestSeeds));
  } else if (kinds.items == 0) {
    notes.push_back(fmt::format("Tested by seed (Welch): {}, so nothing is known about other items.",
                                kinds.reason.empty() ? "outputs by item are not stored" : "there are " + kinds.reason));
  } else {
    notes.push_back(fmt::format("Tested {} and, from {} runs a row on, by seed (Welch); where both are known, both must agree.", by_item,
                                kFewestSeeds));
    if (!kinds.by_seed_alone.empty()) notes.push_back(fmt::format("Tested by seed alone: {}.", listed(kinds.by_seed_alone)));
  }
  if (!kinds.untested.empty()) notes.push_back(fmt::format("Not all rows could be tested: {}.", listed(kinds.untested)));
  return notes;
}

Cell number(double value) {
  return std::isnan(value) ? Cell{.numeric = true} : Cell{.text = fmt::format("{:.3g}", value), .numeric = true, .value = value};
}

}  // namespace

void add_significance_columns(Table& table, const Significance& significance, const std::vector<std::string>& metrics,
                              const std::vector<size_t>& places) {
  for (auto& row : table.rows) row.resize(table.header.size());  // published rows may be shorter
  for (const auto& metric : metrics) {
    for (const char* name : {"_p", "_p_items", "_p_seeds", "_place"}) {
      table.header.push_back(metric + name);
      table.columns.push_back({.detail = true});
    }
    for (auto& row : table.rows) row.resize(table.header.size(), Cell{.numeric = true});
    const auto found = significance.metrics.find(metric);
    if (found == significance.metrics.end()) continue;
    const auto cell = [&](size_t row, size_t from_end) -> Cell& { return table.rows[places[row]][table.header.size() - from_end]; };
    for (const auto& [row, comparison] : found->second.with_best) {
      cell(row, 4) = number(comparison.adjusted);
      cell(row, 3) = number(comparison.by_item.p);
      cell(row, 2) = number(comparison.p_seeds);
    }
    if (found->second.first) cell(*found->second.first, 1) = {.text = "1", .numeric = true};
    if (found->second.second) cell(*found->second.second, 1) = {.text = "2", .numeric = true};
  }
}

Significance significance_of(const std::vector<Runs>& rows, const std::vector<std::string>& metrics, const ItemTester& by_item) {
  std::vector<RowPair> pairs;
  std::map<std::string, std::vector<size_t>> orders;
  for (const auto& metric : metrics) {
    orders[metric] = order_of(rows, metric);
    const auto more = pairs_of(metric, orders[metric]);
    pairs.insert(pairs.end(), more.begin(), more.end());
  }
  const auto comparisons = compared(rows, pairs, by_item);
  Significance result;
  std::map<std::string, bool> first, second;  // certain so far
  for (size_t i = 0; i < pairs.size(); ++i) {
    const auto& [metric, better, worse] = pairs[i];
    const bool is_best = better == orders[metric].front();
    auto& certain = (is_best ? first : second).emplace(metric, true).first->second;
    certain = certain && comparisons[i].adjusted < kSignificant;
    if (is_best) result.metrics[metric].with_best[worse] = comparisons[i];
  }
  for (auto& [metric, places] : result.metrics) {
    if (!first[metric]) continue;
    places.first = orders[metric][0];
    if (second[metric]) places.second = orders[metric][1];  // of two rows, the second is behind nobody
  }
  if (!pairs.empty()) result.notes = notes_of(kinds_of(pairs, comparisons));
  return result;
}

}  // namespace vbench
