#include "results/recipes.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "harness/core/scores.hpp"
#include "harness/core/text.hpp"

namespace vbench {
namespace {

constexpr std::array<const char*, 4> kDirections{"v2p", "p2v", "c2s", "s2c"};
constexpr double kRounded = 1e-6;  // of values near 1 that were stored as float32

void add_retrieval(std::vector<Recipe>& all) {
  for (const std::string direction : kDirections) {
    const std::string ranks = direction + "_rank";
    for (const int k : {1, 5, 10, 50})
      all.push_back({.metric = fmt::format("{}_r{}", direction, k), .formula = Formula::kShareWithin, .output = ranks, .k = k});
    for (const auto& [name, formula] : {std::pair{"medr", Formula::kMedianRank}, std::pair{"meanr", Formula::kMeanRank},
                                        std::pair{"mrr", Formula::kReciprocalRank}, std::pair{"gmr", Formula::kGeometricRank}})
      all.push_back({.metric = fmt::format("{}_{}", direction, name), .formula = formula, .output = ranks});
  }
}

/// Over all sets, then for every size: "completion_rho", "completion_rho_n1", ...
void add_by_size(std::vector<Recipe>& all, const Recipe& recipe, int64_t first, int64_t last) {
  all.push_back(recipe);
  for (int64_t size = first; size <= last; ++size) {
    all.push_back(recipe);
    all.back().metric = fmt::format("{}_n{}", recipe.metric, size);
    all.back().size = size;
  }
}

void add_set_tasks(std::vector<Recipe>& all) {
  for (const int k : {1, 5}) {
    add_by_size(all,
                {.metric = fmt::format("abstraction_top{}", k),
                 .formula = Formula::kShareWithin,
                 .output = "abstraction_rank_n",
                 .k = k,
                 .size_of = SizeOf::kColumns},
                1, 4);
  }
  add_by_size(
      all,
      {.metric = "completion_rho", .formula = Formula::kMean, .output = "completion_rho", .size_of = SizeOf::kId, .tolerance = kRounded}, 1,
      4);
  all.push_back({.metric = "completion_undefined", .formula = Formula::kUndefined, .output = "completion_rho"});
  for (const auto& [name, k] : {std::pair{"ooo_acc", 1}, std::pair{"ooo_acc2", 2}})
    add_by_size(all,
                {.metric = name, .formula = Formula::kShareWithin, .output = "ooo_rank", .k = k, .size_of = SizeOf::kId, .uncounted = 1}, 3,
                5);
  all.push_back({.metric = "ooo_rank", .formula = Formula::kMeanRank, .output = "ooo_rank"});
}

// The ranks of one clip a video and those of all its clips have the same name: a score that the run has tells them apart.
void add_classification(std::vector<Recipe>& all) {
  for (const std::string views : {"", "video_"}) {
    const std::string witness = views + "top1";
    for (const int k : {1, 5})
      all.push_back(
          {.metric = fmt::format("{}top{}", views, k), .formula = Formula::kShareWithin, .output = "rank", .k = k, .witness = witness});
    all.push_back({.metric = views + "mrr", .formula = Formula::kReciprocalRank, .output = "rank", .witness = witness});
  }
  all.push_back({.metric = "class_top1", .formula = Formula::kClassMean, .output = "rank", .labels = "label"});
}

void add_clustering(std::vector<Recipe>& all) {
  for (const auto& [name, formula] : {std::pair{"nmi", Formula::kNmi}, std::pair{"anmi", Formula::kAnmi}, std::pair{"ari", Formula::kAri},
                                      std::pair{"acc", Formula::kAccuracy}, std::pair{"purity", Formula::kPurity},
                                      std::pair{"purity_items", Formula::kPurityByItem}, std::pair{"entropy", Formula::kEntropy}})
    all.push_back({.metric = name, .formula = formula, .output = "cluster", .labels = "class"});
}

std::vector<Recipe> make_recipes() {
  std::vector<Recipe> all;
  add_retrieval(all);
  add_set_tasks(all);
  add_classification(all);
  add_clustering(all);
  return all;
}

/// "v2p_r7" of "v2p_r1": the same share within another k.
std::optional<Recipe> within_any(std::string_view metric) {
  for (const auto& recipe : all_recipes()) {
    const std::string& known = recipe.metric;
    if (recipe.formula != Formula::kShareWithin || recipe.size_of != SizeOf::kNone || !known.ends_with('1')) continue;
    const std::string_view stem = std::string_view(known).substr(0, known.size() - 1);
    if (!metric.starts_with(stem)) continue;
    const auto digits = metric.substr(stem.size());
    const auto k = parse_int(digits);
    if (!k || *k < 1 || fmt::format("{}", *k) != digits) continue;
    Recipe other = recipe;
    other.metric = metric;
    other.k = *k;
    return other;
  }
  return std::nullopt;
}

}  // namespace

bool is_clustering(Formula formula) {
  switch (formula) {
    case Formula::kNmi:
    case Formula::kAnmi:
    case Formula::kAri:
    case Formula::kPurity:
    case Formula::kPurityByItem:
    case Formula::kEntropy:
      return true;
    default:
      return false;
  }
}

const std::vector<Recipe>& all_recipes() {
  static const std::vector<Recipe> recipes = make_recipes();
  return recipes;
}

std::optional<Recipe> find_recipe(std::string_view metric) {
  for (const auto& recipe : all_recipes()) {
    if (recipe.metric == metric) return recipe;
  }
  return within_any(metric);
}

std::string why_no_recipe(std::string_view metric) {
  static const std::vector<std::pair<std::string, std::string>> reasons{
      {"upstream_", "it depends on how the evaluation was cut into batches"},
      {"commonsense", "it needs the logits of all classes, and the rank of the right one is stored"},
      {"nmi_", "it needs the clusters of every head and of sight and sound alone, and those of the best head are stored"},
      {"recall_", "it needs the classes of the videos that were searched"},
      {"abstraction_top1_", "it needs the graph of concepts and the right answers, and their ranks are stored"},
      {"abstraction_distance", "it needs the graph of concepts and the given answers"}};
  if (!find_metric(metric) || find_recipe(metric)) return "";
  for (const auto& [beginning, reason] : reasons) {
    if (metric.starts_with(beginning)) return reason;
  }
  return "";
}

}  // namespace vbench
