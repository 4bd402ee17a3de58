#include "results/item_tests.hpp"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <set>
#include <unordered_map>

#include "harness/core/error.hpp"
#include "metrics/significance.hpp"
#include "metrics/statistics.hpp"
#include "results/outcomes.hpp"

namespace vbench {
namespace {

using Wanted = std::function<bool(const std::string& name)>;
using OutputsOf = std::function<std::vector<ItemOutput>(const RunRecord& run, const Wanted& wanted)>;

constexpr int64_t kSeed = 1;

// A board is printed at the end of every run: whatever the store holds, it takes seconds and little memory.
constexpr int64_t kMostDraws = 2'000'000'000;  // of items, for all metrics of a board
constexpr int64_t kMostValues = 5'000'000;     // scores of resamples that are kept, for one metric
constexpr int64_t kFewestResamples = 200;      // fewer are no test
constexpr int64_t kDrawsOfAScore = 64;         // what a score takes besides its items, in draws
constexpr const char* kTooMany = "too many items and runs to draw items often enough";

/// Whether resamples must be drawn, as far as the recipe tells: sums with weights and what is no mean.
bool is_resampled(const Recipe& recipe) {
  switch (recipe.formula) {
    case Formula::kShareWithin:
    case Formula::kMeanRank:
    case Formula::kReciprocalRank:
    case Formula::kAccuracy:
      return recipe.size_of == SizeOf::kColumns;
    default:
      return true;
  }
}

/// Enough for the least possible p to stay significant after Holm's correction, as far as the limits allow; 0: too few for a test.
int64_t resamples_for(const Recipe& recipe, size_t comparisons, int64_t rows, int64_t draws_each, int64_t most_draws) {
  constexpr int64_t kLeast = 2000, kEach = 80, kOfClusters = 1000;  // 2 / (80 m) times m is 0.025
  constexpr int64_t kCountingClusters = 4;                          // takes so much longer than counting ranks
  const bool clusters = is_clustering(recipe.formula);
  const int64_t wanted = clusters ? kOfClusters : std::max(kLeast, kEach * static_cast<int64_t>(comparisons));
  const int64_t afforded = most_draws / std::max<int64_t>(draws_each * (clusters ? kCountingClusters : 1), 1);
  const int64_t resamples = std::min({wanted, afforded, kMostValues / std::max<int64_t>(rows, 1)});
  return resamples < kFewestResamples ? 0 : resamples;
}

/// One run by one metric, its items in an order that all runs share.
class Aligned {
 public:
  Aligned(std::unique_ptr<const Outcome> outcome, std::vector<int64_t> place) : outcome_(std::move(outcome)), place_(std::move(place)) {}

  [[nodiscard]] std::vector<double> values() const {
    const auto values = outcome_->values();
    if (place_.empty() || values.empty()) return {values.begin(), values.end()};
    std::vector<double> ordered;
    for (const int64_t own : place_) ordered.push_back(values[static_cast<size_t>(own)]);
    return ordered;
  }
  [[nodiscard]] double score() const { return outcome_->score(); }
  [[nodiscard]] double score(std::span<const int64_t> rows) const {
    if (place_.empty()) return outcome_->score(rows);
    std::vector<int64_t> own;
    own.reserve(rows.size());
    for (const int64_t row : rows) own.push_back(place_[static_cast<size_t>(row)]);
    return outcome_->score(own);
  }

 private:
  std::unique_ptr<const Outcome> outcome_;
  std::vector<int64_t> place_;  // own index of each item; empty: the order is the same
};

/// Where each of `ids` is in `own`; nothing if they are not the same ids, each once.
std::optional<std::vector<int64_t>> places_of(const std::vector<std::string>& ids, const std::vector<std::string>& own) {
  if (ids == own) return std::vector<int64_t>();
  if (ids.size() != own.size()) return std::nullopt;
  std::unordered_map<std::string, int64_t> index;
  for (size_t i = 0; i < own.size(); ++i) {
    if (!index.emplace(own[i], static_cast<int64_t>(i)).second) return std::nullopt;
  }
  std::vector<int64_t> places;
  for (const auto& id : ids) {
    const auto found = index.find(id);
    if (found == index.end()) return std::nullopt;
    places.push_back(found->second);
    index.erase(found);
  }
  return places;
}

/// What `read` gives, or nothing where it meets bad input.
template <class Read>
auto readable(const Read& read) -> decltype(read()) {
  try {
    return read();
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kInput) throw;
    return {};
  }
}

/// Outputs of the runs of a board. Most are of the same items: each list of ids is kept once, because ids take more memory than numbers.
class BoardOutputs {
 public:
  BoardOutputs(const OutputsOf& read, Wanted wanted) : read_(read), wanted_(std::move(wanted)) {}

  /// Those that the recipe takes.
  [[nodiscard]] std::vector<ItemOutput> of(const RunRecord& run, const Recipe& recipe) {
    const auto& kept = kept_of(run);
    std::vector<std::string> names;
    for (const auto& each : kept) names.push_back(each.output.name);
    const auto taken = outputs_for(recipe, names);
    std::vector<ItemOutput> outputs;
    for (const auto& each : kept) {
      if (std::find(taken.begin(), taken.end(), each.output.name) == taken.end()) continue;
      outputs.push_back(each.output);
      outputs.back().ids = lists_[each.list];
    }
    return outputs;
  }

 private:
  struct Kept {
    ItemOutput output;  // without ids
    size_t list;        // of its ids
  };

  const std::vector<Kept>& kept_of(const RunRecord& run) {
    const auto found = runs_.find(&run);
    if (found != runs_.end()) return found->second;
    auto& kept = runs_[&run];
    for (auto& output : readable([&] { return read_(run, wanted_); })) {
      const auto same = std::find(lists_.begin(), lists_.end(), output.ids);
      kept.push_back({{}, static_cast<size_t>(same - lists_.begin())});
      if (same == lists_.end()) lists_.push_back(std::move(output.ids));
      output.ids = {};
      kept.back().output = std::move(output);
    }
    return kept;
  }

  const OutputsOf& read_;
  Wanted wanted_;
  std::vector<std::vector<std::string>> lists_;
  std::unordered_map<const RunRecord*, std::vector<Kept>> runs_;
};

/// One metric of all rows.
class MetricTests {
 public:
  MetricTests(Recipe recipe, size_t comparisons, int64_t most_draws)
      : recipe_(std::move(recipe)), comparisons_(comparisons), most_draws_(most_draws) {}

  /// Runs that lack the metric's outputs, or are of other items than the first row that has some, make a row unknown. So do outputs that
  /// cannot be: a board should be shown all the same, and `vbench rescore` names them.
  void add_row(const Runs& runs, BoardOutputs& outputs) {
    Row row;
    for (const auto* run : runs) {
      auto found = readable([&] { return outcome_of(recipe_, run->scores, outputs.of(*run, recipe_)); });
      if (!found.outcome) break;
      if (ids_.empty()) ids_ = found.outcome->ids();
      auto places = places_of(ids_, found.outcome->ids());
      if (!places) break;
      found.outcome->forget_ids();
      row.runs.emplace_back(std::move(found.outcome), std::move(*places));
    }
    if (row.runs.size() != runs.size()) row.runs.clear();
    rows_.push_back(std::move(row));
  }

  [[nodiscard]] ItemTest test(size_t better, size_t worse) {
    Row &first = rows_[worse], &second = rows_[better];
    if (first.runs.empty() || second.runs.empty()) return {};
    const auto &a = values_of(first), &b = values_of(second);
    if (a.empty() || b.empty()) return bootstrap(first, second);
    const bool hits = recipe_.formula == Formula::kShareWithin || recipe_.formula == Formula::kAccuracy;
    if (hits && first.runs.size() == 1 && second.runs.size() == 1) return {of_hits(a, b), "McNemar"};
    return {ideal_bootstrap_means(a, b).p, "bootstrap"};
  }

 private:
  struct Row {
    std::vector<Aligned> runs;
    std::vector<double> values = {};     // mean over the runs of each item, where there is one
    std::vector<double> resampled = {};  // mean over the runs of each resample
    double score = 0;
  };

  static const std::vector<double>& values_of(Row& row) {
    if (!row.values.empty()) return row.values;
    for (const auto& run : row.runs) {
      const auto values = run.values();
      if (row.values.empty()) row.values.assign(values.size(), 0);
      for (size_t i = 0; i < values.size(); ++i) row.values[i] += values[i] / static_cast<double>(row.runs.size());
    }
    return row.values;
  }

  static double of_hits(const std::vector<double>& a, const std::vector<double>& b) {
    int64_t only_a = 0, only_b = 0;
    for (size_t i = 0; i < a.size(); ++i) {
      only_a += a[i] > b[i];
      only_b += b[i] > a[i];
    }
    return mcnemar(only_a, only_b);
  }

  /// What counts clusters is smooth, biased by repetitions and slow: the normal form needs few resamples.
  ItemTest bootstrap(const Row& first, const Row& second) {
    resample_all();
    if (first.resampled.empty()) return {.reason = kTooMany};
    std::vector<double> differences(first.resampled.size());
    for (size_t i = 0; i < differences.size(); ++i) differences[i] = second.resampled[i] - first.resampled[i];
    const double difference = second.score - first.score;
    const auto items = static_cast<int64_t>(ids_.size());
    return {is_clustering(recipe_.formula) ? normal_bootstrap_result(difference, differences, items).p
                                           : bootstrap_result(difference, std::move(differences), items).p,
            "bootstrap"};
  }

  /// Of all known rows at once: items are drawn once for all of them.
  void resample_all() {
    if (resampled_) return;
    resampled_ = true;
    std::vector<Row*> rows;
    int64_t runs = 0;
    for (auto& row : rows_) {
      if (row.runs.empty()) continue;
      rows.push_back(&row);
      runs += static_cast<int64_t>(row.runs.size());
    }
    const auto items = static_cast<int64_t>(ids_.size());
    const int64_t resamples =
        resamples_for(recipe_, comparisons_, static_cast<int64_t>(rows.size()), (items + kDrawsOfAScore) * runs, most_draws_);
    for (auto* row : rows) {
      row->resampled.assign(static_cast<size_t>(resamples), 0);
      row->score = 0;
      for (const auto& run : row->runs) row->score += run.score() / static_cast<double>(row->runs.size());
    }
    at::parallel_for(0, resamples, 16, [&](int64_t begin, int64_t end) {
      std::vector<int64_t> drawn(static_cast<size_t>(items));
      for (int64_t i = begin; i < end; ++i) {
        draw_resample(drawn, kSeed, i);
        for (auto* row : rows) {
          for (const auto& run : row->runs)
            row->resampled[static_cast<size_t>(i)] += run.score(drawn) / static_cast<double>(row->runs.size());
        }
      }
    });
  }

  Recipe recipe_;
  size_t comparisons_;
  int64_t most_draws_;
  std::vector<std::string> ids_;
  std::vector<Row> rows_;
  bool resampled_ = false;
};

std::vector<ItemTest> tests_of(const std::vector<Runs>& rows, const std::vector<RowPair>& pairs, const OutputsOf& outputs_of) {
  std::vector<Recipe> recipes;
  for (const auto& pair : pairs) {
    const bool known = !recipes.empty() && recipes.back().metric == pair.metric;
    const auto recipe = known ? std::nullopt : find_recipe(pair.metric);
    if (recipe) recipes.push_back(*recipe);
  }
  const auto wanted = [&](const std::string& name) {
    return std::any_of(recipes.begin(), recipes.end(), [&](const Recipe& recipe) {
      return name == recipe.output || name == recipe.labels || (recipe.size_of == SizeOf::kColumns && name.starts_with(recipe.output));
    });
  };
  BoardOutputs outputs(outputs_of, wanted);
  const auto resampled = std::max<int64_t>(std::count_if(recipes.begin(), recipes.end(), is_resampled), 1);
  std::vector<ItemTest> tests(pairs.size());
  for (const auto& recipe : recipes) {  // one metric at a time: outcomes of all would take much memory
    MetricTests metric(recipe, pairs.size(), kMostDraws / resampled);
    std::set<size_t> compared;
    for (const auto& pair : pairs) {
      if (pair.metric == recipe.metric) compared.insert({pair.better, pair.worse});
    }
    for (size_t row = 0; row < rows.size(); ++row) metric.add_row(compared.contains(row) ? rows[row] : Runs(), outputs);
    for (size_t i = 0; i < pairs.size(); ++i) {
      if (pairs[i].metric == recipe.metric) tests[i] = metric.test(pairs[i].better, pairs[i].worse);
    }
  }
  return tests;
}

}  // namespace

ItemTester item_tester(const Store& store) {
  return [&store](const std::vector<Runs>& rows, const std::vector<RowPair>& pairs) {
    return tests_of(rows, pairs, [&store](const RunRecord& run, const Wanted& wanted) {
      auto names = store.output_names(run.run_id);
      std::erase_if(names, [&](const std::string& name) { return !wanted(name); });
      return names.empty() ? std::vector<ItemOutput>() : store.outputs(run.run_id, names);
    });
  };
}

ItemTester item_tester() {
  return [](const std::vector<Runs>& rows, const std::vector<RowPair>& pairs) {
    return tests_of(rows, pairs, [](const RunRecord& run, const Wanted& wanted) {
      std::vector<ItemOutput> outputs;
      std::copy_if(run.outputs.begin(), run.outputs.end(), std::back_inserter(outputs),
                   [&](const ItemOutput& output) { return wanted(output.name); });
      return outputs;
    });
  };
}

}  // namespace vbench
