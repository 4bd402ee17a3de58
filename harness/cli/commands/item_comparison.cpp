#include "harness/cli/commands/item_comparison.hpp"

#include <ATen/Parallel.h>

#include <map>
#include <memory>

#include "results/outcomes.hpp"
#include "results/store.hpp"

namespace vbench::cli {
namespace {

constexpr int64_t kResamples = 20000;     // p down to 1 in 10,000, which a gate of some metrics needs
constexpr int64_t kSlowResamples = 4000;  // of metrics that are no mean over items
constexpr int64_t kSpreads = 1000;        // of those whose spread alone is used

/// Runs with their outputs, each read once.
class StoredOutputs {
 public:
  explicit StoredOutputs(std::string path) : path_(std::move(path)) {}

  /// Null if it is not there.
  const RunRecord* find(const std::string& run_id) {
    if (!opened_) store_ = Store::open_existing(path_);
    opened_ = true;
    if (!store_) return nullptr;
    auto found = runs_.find(run_id);
    if (found == runs_.end()) found = runs_.emplace(run_id, store_->find(run_id)).first;
    return found->second ? &*found->second : nullptr;
  }

 private:
  std::string path_;
  bool opened_ = false;
  std::optional<Store> store_;
  std::map<std::string, std::optional<RunRecord>> runs_;
};

/// Where the resamples of clusters lie says nothing, only how far apart they are.
TestResult clusters_compared(const Outcome& base, const Outcome& candidate, double level) {
  constexpr int64_t kSeed = 1;
  std::vector<double> differences(static_cast<size_t>(kSpreads));
  at::parallel_for(0, kSpreads, 16, [&](int64_t begin, int64_t end) {
    std::vector<int64_t> rows(static_cast<size_t>(base.items()));
    for (int64_t i = begin; i < end; ++i) {
      draw_resample(rows, kSeed, i);
      differences[static_cast<size_t>(i)] = candidate.score(rows) - base.score(rows);
    }
  });
  return normal_bootstrap_result(candidate.score() - base.score(), differences, base.items(), level);
}

std::optional<TestResult> compared(const RunRecord& base, const RunRecord& candidate, const std::string& metric, double level) {
  const auto recipe = find_recipe(metric);
  if (!recipe) return std::nullopt;
  const auto first = outcome_of(*recipe, base.scores, base.outputs).outcome;
  const auto second = outcome_of(*recipe, candidate.scores, candidate.outputs).outcome;
  if (!first || !second || first->ids() != second->ids() || first->items() < 2) return std::nullopt;
  const auto a = first->values(), b = second->values();
  if (!a.empty() && a.size() == b.size()) return paired_bootstrap_means(a, b, {.resamples = kResamples, .level = level});
  if (is_clustering(recipe->formula)) return clusters_compared(*first, *second, level);
  const auto difference = [&](std::span<const int64_t> rows) { return second->score(rows) - first->score(rows); };
  return paired_bootstrap(first->items(), difference, {.resamples = kSlowResamples, .level = level});
}

}  // namespace

gate::ItemComparison item_comparison(const std::string& path) {
  const auto outputs = std::make_shared<StoredOutputs>(path);
  return [outputs](const std::string& base, const std::string& candidate, const std::string& metric,
                   double level) -> std::optional<TestResult> {
    const auto *first = outputs->find(base), *second = outputs->find(candidate);
    if (first == nullptr || second == nullptr) return std::nullopt;
    return compared(*first, *second, metric, level);
  };
}

}  // namespace vbench::cli
