// Scores of a run taken apart by item, computed from its stored outputs by recipe: again as they were, or over resampled items.
// Used by `vbench rescore` and the tests by item of leaderboards.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "harness/core/run_record.hpp"
#include "results/recipes.hpp"

namespace vbench {

/// One metric of one run, item by item. Const functions may be called on several threads at once.
class Outcome {
 public:
  explicit Outcome(std::vector<std::string> ids) : ids_(std::move(ids)), items_(static_cast<int64_t>(ids_.size())) {}
  virtual ~Outcome() = default;
  Outcome(const Outcome&) = delete;
  Outcome& operator=(const Outcome&) = delete;

  [[nodiscard]] const std::vector<std::string>& ids() const { return ids_; }
  /// They take more memory than the numbers: whoever has compared them and keeps many outcomes lets them go.
  void forget_ids() { ids_ = {}; }
  [[nodiscard]] int64_t items() const { return items_; }

  /// As the protocol computes it.
  [[nodiscard]] virtual double score() const = 0;
  /// Over these items, with repetitions; NaN where they leave nothing to observe. Accuracy of clusters keeps the assignment of all items.
  [[nodiscard]] virtual double score(std::span<const int64_t> rows) const = 0;
  /// One number an item where the score is their mean, but for a constant; else nothing.
  [[nodiscard]] virtual std::span<const double> values() const { return {}; }

 private:
  std::vector<std::string> ids_;
  int64_t items_;
};

struct OutcomeOrReason {
  std::unique_ptr<Outcome> outcome;
  std::string reason = "";  ///< why there is none
};

/// Names of the run's outputs that a recipe takes; none where the run has no such outputs, or not the score that tells what they are.
/// @param names  of all outputs of the run
[[nodiscard]] std::vector<std::string> outputs_for(const Recipe& recipe, const std::vector<std::string>& names);

/// @param scores   of the run
/// @param outputs  of the run; those that the recipe takes are enough
/// @throws Error   kInput if an output holds what it cannot hold: ranks below 1 or above 2^24, outputs of different items
[[nodiscard]] OutcomeOrReason outcome_of(const Recipe& recipe, const Scores& scores, const std::vector<ItemOutput>& outputs);

}  // namespace vbench
