#include "results/rescore.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "harness/core/error.hpp"
#include "harness/core/text.hpp"
#include "results/outcomes.hpp"
#include "results/score_cells.hpp"

namespace vbench {
namespace {

constexpr size_t kShownRunId = 22;  // date and time to the microsecond

bool same(double stored, double recomputed, double tolerance) {
  if (std::isnan(stored) || std::isnan(recomputed)) return std::isnan(stored) && std::isnan(recomputed);
  return std::abs(stored - recomputed) <= tolerance * std::max(1.0, std::abs(stored));
}

/// Why an output that the recipe takes cannot be read; empty if all can.
std::string damage_to(const Recipe& recipe, const std::vector<ItemOutput>& outputs, const std::vector<DamagedOutput>& damaged) {
  if (damaged.empty()) return "";
  std::vector<std::string> names;
  for (const auto& output : outputs) names.push_back(output.name);
  for (const auto& output : damaged) names.push_back(output.name);
  const auto taken = outputs_for(recipe, names);
  for (const auto& output : damaged) {
    if (std::find(taken.begin(), taken.end(), output.name) != taken.end()) return output.why;
  }
  return "";
}

Rescored unreadable(Rescored score, const std::string& reason) {
  score.reason = reason;
  score.damaged = true;
  return score;
}

Rescored rescored(const Recipe& recipe, const RunRecord& run, const std::vector<ItemOutput>& outputs,
                  const std::vector<DamagedOutput>& damaged) {
  Rescored score{&run, recipe.metric, {}, {}};
  const auto stored = run.scores.find(recipe.metric);
  if (stored != run.scores.end()) score.stored = stored->second;
  if (const auto why = damage_to(recipe, outputs, damaged); !why.empty()) return unreadable(score, why);
  OutcomeOrReason found;
  try {
    found = outcome_of(recipe, run.scores, outputs);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kInput) throw;
    return unreadable(score, fmt::format("{}: {}", error.where(), error.fact()));
  }
  if (!found.outcome) {
    score.reason = found.reason;
    return score;
  }
  score.recomputed = found.outcome->score();
  score.answer = !score.stored                                              ? RescoreAnswer::kNew
                 : same(*score.stored, *score.recomputed, recipe.tolerance) ? RescoreAnswer::kSame
                                                                            : RescoreAnswer::kDiffers;
  return score;
}

/// The recipe of a metric that somebody named.
Recipe recipe_of(const std::string& metric) {
  if (const auto recipe = find_recipe(metric)) return *recipe;
  if (!find_metric(metric)) {
    std::vector<std::string> known;
    for (const auto& recipe : all_recipes()) known.push_back(recipe.metric);
    throw usage_error(fmt::format("unknown metric '{}'", printable(metric)), "--metric", suggest(metric, known));
  }
  throw usage_error(fmt::format("{} does not follow from stored outputs: {}", metric, why_no_recipe(metric)), "--metric");
}

const char* text_of(RescoreAnswer answer) {
  switch (answer) {
    case RescoreAnswer::kSame:
      return "same";
    case RescoreAnswer::kDiffers:
      return "DIFFERS";
    case RescoreAnswer::kNew:
      return "new";
    case RescoreAnswer::kUnknown:
      return "unknown";
    case RescoreAnswer::kAdded:
      return "added";
    case RescoreAnswer::kReplaced:
      return "replaced";
  }
  return "";
}

Cell optional_cell(const std::string& metric, const std::optional<double>& value) {
  return value ? score_cell(metric, *value, {}) : Cell{.numeric = true};
}

std::vector<Cell> row_of(const Rescored& score) {
  const RunRecord& run = *score.run;
  Cell difference{.numeric = true};
  if (score.stored && score.recomputed) {
    difference = difference_cell(score.metric, *score.recomputed, *score.stored);
    if (score.answer == RescoreAnswer::kSame)
      difference.text.assign(1, '0');  // GCC 12 takes a literal for an overflow here
    else if (difference.value)
      difference.text = fmt::format("{:+.3g}", *difference.value);
  }
  return {{.text = run.run_id.substr(0, kShownRunId), .whole = run.run_id},
          {.text = run.method},
          {.text = run.variant},
          {.text = run.dataset},
          {.text = std::to_string(run.seed), .numeric = true},
          {.text = score.metric},
          optional_cell(score.metric, score.stored),
          optional_cell(score.metric, score.recomputed),
          difference,
          {.text = text_of(score.answer), .bold = score.answer == RescoreAnswer::kDiffers},
          {.text = score.reason}};
}

std::vector<std::string> notes_of(const std::vector<Rescored>& scores, bool all) {
  std::map<RescoreAnswer, int64_t> counts;
  std::map<std::string, int64_t> reasons;
  for (const auto& score : scores) {
    ++counts[score.answer];
    if (!score.reason.empty()) ++reasons[fmt::format("{}: {}", score.metric, score.reason)];
  }
  std::string counted;
  for (const auto& [answer, count] : counts) counted += fmt::format("{}{} {}", counted.empty() ? "" : ", ", count, text_of(answer));
  std::vector<std::string> notes{fmt::format("Scores: {}.", counted.empty() ? "none" : counted)};
  if (!all && counts[RescoreAnswer::kSame] > 0)
    notes.emplace_back("Scores that are the same are not listed; name runs or metrics to see them.");
  for (const auto& [reason, count] : reasons) notes.push_back(fmt::format("Unknown for {} run(s): {}.", count, reason));
  notes.emplace_back("Shares in %; differences as they are stored, recomputed minus stored.");
  if (counts[RescoreAnswer::kDiffers] > 0)
    notes.emplace_back(
        "A stored score that DIFFERS is kept unless --write --replace and --metric name it; then its old value is kept as a note.");
  return notes;
}

}  // namespace

void check_rescorable(const std::vector<std::string>& metrics) {
  for (const auto& metric : metrics) (void)recipe_of(metric);
}

std::vector<Rescored> rescore(const RunRecord& run, const std::vector<ItemOutput>& outputs, const std::vector<std::string>& metrics,
                              const std::vector<DamagedOutput>& damaged) {
  std::vector<Rescored> scores;
  for (const auto& metric : metrics) scores.push_back(rescored(recipe_of(metric), run, outputs, damaged));
  if (!metrics.empty()) return scores;
  for (const auto& recipe : all_recipes()) {
    auto score = rescored(recipe, run, outputs, damaged);
    if (score.recomputed || (score.damaged && score.stored)) scores.push_back(std::move(score));
  }
  return scores;
}

std::vector<ScoreChange> changes_of(std::vector<Rescored>& scores, bool replace) {
  std::vector<ScoreChange> changes;
  for (auto& score : scores) {
    const bool corrected = replace && score.answer == RescoreAnswer::kDiffers;
    if (score.answer != RescoreAnswer::kNew && !corrected) continue;
    changes.push_back({score.run->run_id, score.metric, *score.recomputed, score.stored});
    score.answer = corrected ? RescoreAnswer::kReplaced : RescoreAnswer::kAdded;
  }
  return changes;
}

Table rescore_table(const std::vector<Rescored>& scores, bool all) {
  Table table;
  table.title = "Scores computed from stored outputs";
  table.header = {"run", "method", "variant", "dataset", "seed", "metric", "stored", "recomputed", "difference", "answer", "reason"};
  table.columns.resize(table.header.size());
  table.columns[3].detail = table.columns.back().detail = true;
  for (const auto& score : scores) {
    if (all || score.answer != RescoreAnswer::kSame) table.rows.push_back(row_of(score));
  }
  table.notes = notes_of(scores, all);
  return table;
}

}  // namespace vbench
