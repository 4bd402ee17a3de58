#include "results/report/ranks.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "results/report/html.hpp"
#include "results/report/tables.hpp"

namespace vbench::report {
namespace {

constexpr std::string_view kSuffix = "_rank";
constexpr size_t kExamples = 8;

bool holds_ranks(const ItemOutput& output) {
  const bool named = output.name == "rank" || output.name.ends_with(kSuffix);
  return named && output.width == 1 && !output.ids.empty() && output.values.size() == output.ids.size() &&
         std::all_of(output.values.begin(), output.values.end(), [](float rank) { return rank >= 1 && rank < 1e9F; });
}

/// 1, 2, 3, 5, 10, 20, 30, 50, 100, ... and the last one, beyond which every answer lies within.
std::vector<double> places_up_to(double last) {
  std::vector<double> places;
  for (double power = 1; power < last; power *= 10) {
    for (const double factor : {1.0, 2.0, 3.0, 5.0}) {
      if (factor * power < last) places.push_back(factor * power);
    }
  }
  places.push_back(last);
  return places;
}

double share_within(const std::vector<float>& ranks, double k) {
  const auto hits = std::count_if(ranks.begin(), ranks.end(), [k](float rank) { return rank <= k; });
  return 100 * static_cast<double>(hits) / static_cast<double>(ranks.size());
}

Curve recall_curve(const Ranks& ranks, const std::vector<double>& places) {
  Curve curve{.name = ranks.configuration, .mean = {}, .low = {}, .high = {}, .dashed = !ranks.valid};
  for (const double k : places) {
    std::vector<double> shares;
    for (const auto& of_seed : ranks.of_seed) shares.push_back(share_within(of_seed, k));
    curve.mean.push_back(std::accumulate(shares.begin(), shares.end(), 0.0) / static_cast<double>(shares.size()));
    if (shares.size() < 2) continue;
    curve.low.push_back(*std::min_element(shares.begin(), shares.end()));
    curve.high.push_back(*std::max_element(shares.begin(), shares.end()));
  }
  return curve;
}

CurveChart recall_chart(const std::string& kind, const std::vector<Ranks>& configurations) {
  double last = 1;
  for (const auto& ranks : configurations) {
    for (const auto& of_seed : ranks.of_seed) last = std::max(last, static_cast<double>(*std::max_element(of_seed.begin(), of_seed.end())));
  }
  CurveChart chart{.title = fmt::format("{}: queries answered within the first k", rank_title(kind)),
                   .x_title = "k",
                   .y_title = "%",
                   .x = places_up_to(last),
                   .curves = {}};
  chart.logarithmic = last > 10;  // most answers are near the front
  for (const auto& ranks : configurations) chart.curves.push_back(recall_curve(ranks, chart.x));
  return chart;
}

/// Mean over the seeds, of every query.
std::vector<double> mean_ranks(const Ranks& ranks) {
  std::vector<double> means(ranks.ids.size(), 0);
  for (const auto& of_seed : ranks.of_seed) {
    for (size_t i = 0; i < means.size(); ++i) means[i] += static_cast<double>(of_seed[i]) / static_cast<double>(ranks.of_seed.size());
  }
  return means;
}

std::string queries_table(const std::string& title, const Ranks& ranks, const std::vector<size_t>& queries) {
  Table table{.title = title, .header = {"query"}, .rows = {}, .notes = {}};
  for (const int64_t seed : ranks.seeds) table.header.push_back(ranks.seeds.size() == 1 ? "rank" : fmt::format("rank, seed {}", seed));
  for (const size_t query : queries) {
    std::vector<Cell> row{{.text = ranks.ids[query]}};
    for (const auto& of_seed : ranks.of_seed) row.push_back({.text = fmt::format("{:g}", of_seed[query]), .numeric = true});
    table.rows.push_back(std::move(row));
  }
  return html_table(table);
}

/// Of "v2p_nearest" beside "v2p_rank": places among the same items, as many for each query. Nothing where a place is none of an item.
NearestAnswers nearest_of(const std::vector<ItemOutput>& outputs, const ItemOutput& ranks, int64_t seed) {
  if (!ranks.name.ends_with(kSuffix)) return {};
  const auto name = ranks.name.substr(0, ranks.name.size() - kSuffix.size()) + "_nearest";
  const auto found = std::find_if(outputs.begin(), outputs.end(), [&](const ItemOutput& each) { return each.name == name; });
  if (found == outputs.end() || found->width < 1 || found->values.size() != found->ids.size() * static_cast<size_t>(found->width))
    return {};
  std::map<std::string, float> rank_of;
  for (size_t i = 0; i < ranks.ids.size(); ++i) rank_of[ranks.ids[i]] = ranks.values[i];
  NearestAnswers nearest{.seed = seed, .queries = found->ids, .ranks = {}, .answers = {}};
  for (size_t i = 0; i < found->ids.size(); ++i) {
    const auto rank = rank_of.find(found->ids[i]);
    if (rank == rank_of.end()) return {};
    nearest.ranks.push_back(rank->second);
    auto& answers = nearest.answers.emplace_back();
    for (size_t k = 0; k < static_cast<size_t>(found->width); ++k) {
      const float place = found->values[i * static_cast<size_t>(found->width) + k];
      if (!(place >= 0 && place < static_cast<float>(ranks.ids.size()))) return {};
      answers.push_back(ranks.ids[static_cast<size_t>(place)]);
    }
  }
  return nearest;
}

std::string nearest_table(const Ranks& ranks) {
  const auto& nearest = ranks.nearest;
  if (nearest.queries.empty()) return "";
  Table table{
      .title = fmt::format("Nearest answers, {}, seed {}", ranks.configuration, nearest.seed),
      .header = {"query", "rank"},
      .rows = {},
      .notes = {"The best and the worst queries of this run, the nearest answer first; bold: the right one, where it is among them."}};
  for (size_t k = 0; k < nearest.answers.front().size(); ++k) table.header.push_back(std::to_string(k + 1));
  for (size_t i = 0; i < nearest.queries.size(); ++i) {
    std::vector<Cell> row{{.text = nearest.queries[i]}, {.text = fmt::format("{:g}", nearest.ranks[i]), .numeric = true}};
    for (const auto& answer : nearest.answers[i]) row.push_back({.text = answer, .bold = answer == nearest.queries[i]});
    table.rows.push_back(std::move(row));
  }
  return html_table(table);
}

std::string examples_html(const Ranks& ranks) {
  const auto means = mean_ranks(ranks);
  std::vector<size_t> order(means.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return means[a] < means[b]; });
  const size_t half = std::min(kExamples, (order.size() + 1) / 2);
  const std::vector<size_t> best(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(half));
  const std::vector<size_t> worst(order.rbegin(), order.rbegin() + static_cast<std::ptrdiff_t>(std::min(kExamples, order.size() - half)));
  std::string html =
      worst.empty() ? "" : queries_table(fmt::format("Worst of {} queries, {}", order.size(), ranks.configuration), ranks, worst);
  return html + queries_table(fmt::format("Best, {}", ranks.configuration), ranks, best) + nearest_table(ranks);
}

}  // namespace

std::vector<std::string> rank_outputs(const std::vector<ItemOutput>& outputs) {
  std::vector<std::string> kinds;
  for (const auto& output : outputs) {
    if (holds_ranks(output)) kinds.push_back(output.name);
  }
  return kinds;
}

bool add_ranks(Ranks& ranks, const std::vector<ItemOutput>& outputs, const std::string& kind, int64_t seed) {
  const auto found =
      std::find_if(outputs.begin(), outputs.end(), [&](const ItemOutput& each) { return each.name == kind && holds_ranks(each); });
  if (found == outputs.end() || (!ranks.ids.empty() && ranks.ids != found->ids)) return false;
  ranks.ids = found->ids;
  ranks.seeds.push_back(seed);
  ranks.of_seed.push_back(found->values);
  if (ranks.nearest.queries.empty()) ranks.nearest = nearest_of(outputs, *found, seed);
  return true;
}

std::string rank_title(const std::string& kind) {
  if (kind == "rank") return "Rank of the right class";
  const auto direction = kind.substr(0, kind.size() - kSuffix.size());
  if (direction == "ooo") return "Odd one out";
  const auto metric = find_metric(direction + "_r1");
  if (!metric) return direction;
  const size_t end = metric->title.rfind(' ' + metric->column);
  return metric->title.substr(0, end);
}

std::string ranks_html(const KindsOfRanks& kinds, CurveCharts& charts) {
  std::string drawings, examples;
  for (const auto& [kind, configurations] : kinds) {
    drawings += charts.add(recall_chart(kind, configurations));
    std::string of_kind;
    for (const auto& ranks : configurations) of_kind += examples_html(ranks);
    examples += folded(fmt::format("{}: worst and best queries", rank_title(kind)), of_kind);
  }
  return kinds.empty() ? "" : "<h3>Ranks</h3>\n<div class=\"charts\">" + drawings + "</div>\n" + examples;
}

}  // namespace vbench::report
