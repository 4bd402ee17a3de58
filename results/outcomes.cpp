#include "results/outcomes.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "harness/core/error.hpp"
#include "harness/core/text.hpp"
#include "metrics/assignment.hpp"
#include "results/outcome_kinds.hpp"

namespace vbench {
namespace {

const ItemOutput* find_output(const std::vector<ItemOutput>& outputs, const std::string& name) {
  for (const auto& output : outputs) {
    if (output.name == name) return &output;
  }
  return nullptr;
}

constexpr float kMost = 1 << 24;  // beyond it float32 does not hold every whole number

int64_t whole_number(const ItemOutput& output, size_t index, float least) {
  const float value = output.values[index];
  if (!(value >= least && value <= kMost) || value != std::floor(value))
    throw input_error(fmt::format("{} is none of the numbers that it holds", value),
                      fmt::format("output '{}', row {}", output.name, index));
  return static_cast<int64_t>(value);
}

std::vector<int64_t> whole_numbers(const ItemOutput& output, float least) {
  std::vector<int64_t> all;
  for (size_t i = 0; i < output.values.size(); ++i) all.push_back(whole_number(output, i, least));
  return all;
}

/// What one value of an output adds to a sum of means.
double share_of(const Recipe& recipe, const ItemOutput& output, size_t index) {
  if (recipe.formula == Formula::kMean) return output.values[index];
  const auto rank = static_cast<double>(whole_number(output, index, 1));
  switch (recipe.formula) {
    case Formula::kShareWithin:
      return rank <= static_cast<double>(recipe.k) ? 1 : 0;
    case Formula::kMeanRank:
      return rank - 1;  // as protocols add them up: from 0
    case Formula::kReciprocalRank:
      return 1 / rank;
    default:
      return std::log(rank);
  }
}

/// "completion 3/17" -> 3
std::optional<int64_t> size_of_id(const std::string& id) {
  const size_t slash = id.rfind('/');
  if (slash == std::string::npos) return std::nullopt;
  const size_t blank = id.rfind(' ', slash);
  return parse_int(
      std::string_view(id).substr(blank == std::string::npos ? 0 : blank + 1, slash - (blank == std::string::npos ? 0 : blank + 1)));
}

/// Sizes of the subsets that the columns are of. "abstraction_rank_n4" of width 15: all subsets of 4 members, of width 11: those of 2 and
/// more.
std::vector<int64_t> sizes_of_columns(const ItemOutput& output, const std::string& beginning) {
  const auto members = parse_int(std::string_view(output.name).substr(beginning.size()));
  std::vector<int64_t> sizes;
  for (int64_t size = members.value_or(0); size >= 1 && static_cast<int64_t>(sizes.size()) < output.width; --size) {
    double subsets = 1;
    for (int64_t i = 0; i < size; ++i) subsets = subsets * static_cast<double>(*members - i) / static_cast<double>(i + 1);
    sizes.insert(sizes.begin(), static_cast<size_t>(std::llround(subsets)), size);
  }
  if (static_cast<int64_t>(sizes.size()) != output.width)
    throw input_error(fmt::format("{} columns are no subsets of a set", output.width), fmt::format("output '{}'", output.name));
  return sizes;
}

struct Sums {
  std::vector<std::string> ids;
  std::vector<double> sums, weights;
};

/// A sum and a weight for each item that has one.
void add_sums(Sums& all, const Recipe& recipe, const ItemOutput& output) {
  const auto width = static_cast<size_t>(output.width);
  const auto columns = recipe.size_of == SizeOf::kColumns ? sizes_of_columns(output, recipe.output) : std::vector<int64_t>(width, 0);
  for (size_t item = 0; item < output.ids.size(); ++item) {
    if (recipe.size_of == SizeOf::kId && recipe.size > 0 && size_of_id(output.ids[item]).value_or(-1) + recipe.uncounted != recipe.size)
      continue;
    double sum = 0, weight = 0;
    for (size_t column = 0; column < width; ++column) {
      if (recipe.size_of == SizeOf::kColumns && recipe.size > 0 && columns[column] != recipe.size) continue;
      const double share = share_of(recipe, output, item * width + column);
      if (std::isnan(share)) continue;
      sum += share;
      weight += 1;
    }
    all.ids.push_back(output.ids[item]);
    all.sums.push_back(sum);
    all.weights.push_back(weight);
  }
}

std::unique_ptr<Outcome> ratio_of(const Recipe& recipe, const std::vector<const ItemOutput*>& outputs) {
  Sums all;
  for (const auto* output : outputs) add_sums(all, recipe, *output);
  if (std::all_of(all.weights.begin(), all.weights.end(), [](double weight) { return weight == 0; })) return nullptr;
  const auto finish = recipe.formula == Formula::kMeanRank        ? RatioOutcome::one_more
                      : recipe.formula == Formula::kGeometricRank ? RatioOutcome::exponential
                                                                  : nullptr;
  return std::make_unique<RatioOutcome>(std::move(all.ids), std::move(all.sums), std::move(all.weights), finish);
}

std::unique_ptr<Outcome> clusters_of(const Recipe& recipe, const ItemOutput& output, const ItemOutput& labels) {
  const auto clusters = whole_numbers(output, 0), classes = whole_numbers(labels, 0);
  const auto tensor = [](const std::vector<int64_t>& values) { return at::tensor(values, at::kLong); };
  Contingency table = tabulate(tensor(clusters), tensor(classes));
  std::map<std::pair<int64_t, int64_t>, size_t> cells;
  const auto best = recipe.formula == Formula::kAccuracy ? match_labels(table).column_of_row : std::vector<int64_t>();
  for (int64_t row = 0; row < table.rows(); ++row) {
    for (auto cell = static_cast<size_t>(table.row_begin[static_cast<size_t>(row)]);
         cell < static_cast<size_t>(table.row_begin[static_cast<size_t>(row) + 1]); ++cell)
      cells[{table.row_labels[static_cast<size_t>(row)], table.column_labels[static_cast<size_t>(table.cells[cell].column)]}] = cell;
  }
  if (recipe.formula == Formula::kAccuracy) {
    std::map<int64_t, int64_t> class_of;  // of a cluster
    for (size_t row = 0; row < best.size(); ++row) {
      if (best[row] >= 0) class_of[table.row_labels[row]] = table.column_labels[static_cast<size_t>(best[row])];
    }
    std::vector<double> hits;
    for (size_t i = 0; i < clusters.size(); ++i) {
      const auto found = class_of.find(clusters[i]);
      hits.push_back(found != class_of.end() && found->second == classes[i] ? 1 : 0);
    }
    return std::make_unique<RatioOutcome>(output.ids, std::move(hits), std::vector<double>(clusters.size(), 1));
  }
  std::vector<size_t> cell_of;
  for (size_t i = 0; i < clusters.size(); ++i) cell_of.push_back(cells.at({clusters[i], classes[i]}));
  return std::make_unique<ClusterOutcome>(output.ids, std::move(table), std::move(cell_of), recipe.formula);
}

std::unique_ptr<Outcome> class_mean_of(const Recipe& recipe, const ItemOutput& output, const ItemOutput& labels) {
  std::vector<bool> hits;
  for (const int64_t rank : whole_numbers(output, 1)) hits.push_back(rank <= recipe.k);
  return std::make_unique<ClassMeanOutcome>(output.ids, std::move(hits), whole_numbers(labels, 0));
}

void check_one_a_row(const ItemOutput& output) {
  if (output.width != 1)
    throw input_error(fmt::format("{} numbers an item instead of 1", output.width), fmt::format("output '{}'", output.name));
}

std::unique_ptr<Outcome> median_of(const ItemOutput& output) {
  check_one_a_row(output);
  return std::make_unique<MedianOutcome>(output.ids, whole_numbers(output, 1));
}

std::unique_ptr<Outcome> undefined_of(const ItemOutput& output) {
  check_one_a_row(output);
  std::vector<double> counts;
  for (const float value : output.values) counts.push_back(std::isnan(value) ? 1 : 0);
  return std::make_unique<CountOutcome>(output.ids, std::move(counts));
}

void check_same_items(const ItemOutput& first, const ItemOutput& second) {
  if (first.ids != second.ids || first.width != 1 || second.width != 1)
    throw input_error("the two are not of the same items", fmt::format("outputs '{}' and '{}'", first.name, second.name));
}

std::unique_ptr<Outcome> make_outcome(const Recipe& recipe, const std::vector<const ItemOutput*>& outputs, const ItemOutput* labels) {
  if (labels != nullptr) check_same_items(*outputs.front(), *labels);
  switch (recipe.formula) {
    case Formula::kMedianRank:
      return median_of(*outputs.front());
    case Formula::kUndefined:
      return undefined_of(*outputs.front());
    case Formula::kClassMean:
      return class_mean_of(recipe, *outputs.front(), *labels);
    case Formula::kNmi:
    case Formula::kAnmi:
    case Formula::kAri:
    case Formula::kAccuracy:
    case Formula::kPurity:
    case Formula::kPurityByItem:
    case Formula::kEntropy:
      return clusters_of(recipe, *outputs.front(), *labels);
    default:
      return ratio_of(recipe, outputs);
  }
}

}  // namespace

std::vector<std::string> outputs_for(const Recipe& recipe, const std::vector<std::string>& names) {
  std::vector<std::string> taken;
  bool labels = recipe.labels.empty();
  for (const auto& name : names) {
    const bool several = recipe.size_of == SizeOf::kColumns && name.starts_with(recipe.output);
    if (name == recipe.output || several || name == recipe.labels) taken.push_back(name);
    labels = labels || name == recipe.labels;
  }
  return labels ? taken : std::vector<std::string>();
}

OutcomeOrReason outcome_of(const Recipe& recipe, const Scores& scores, const std::vector<ItemOutput>& outputs) {
  if (!recipe.witness.empty() && scores.count(recipe.witness) == 0)
    return {nullptr, fmt::format("the run has no score {}, which tells what its ranks are of", recipe.witness)};
  std::vector<std::string> names;
  for (const auto& output : outputs) names.push_back(output.name);
  std::vector<const ItemOutput*> taken;
  for (const auto& name : outputs_for(recipe, names)) {
    const auto* output = find_output(outputs, name);
    if (name != recipe.labels && !output->ids.empty()) taken.push_back(output);
  }
  if (taken.empty()) {
    const std::string wanted = recipe.labels.empty() ? recipe.output : fmt::format("{}' and '{}", recipe.output, recipe.labels);
    return {nullptr, fmt::format("the run stored no '{}'", wanted)};
  }
  auto outcome = make_outcome(recipe, taken, recipe.labels.empty() ? nullptr : find_output(outputs, recipe.labels));
  if (outcome == nullptr) return {nullptr, "none of the stored items counts in it"};
  return {std::move(outcome)};
}

}  // namespace vbench
