#include "results/paper_rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "metrics/significance.hpp"
#include "metrics/statistics.hpp"
#include "results/score_cells.hpp"

namespace vbench {
namespace {

PaperLine published_line(const OwnResult& ours, const PublishedRow& published) {
  PaperLine line{origin(published), published.runs, {}};
  for (const auto& key : ours.metrics) {
    const auto score = published.scores.find(key);
    const auto deviation = published.deviations.find(key);
    const auto spread = deviation == published.deviations.end() ? std::nullopt : std::optional(deviation->second);
    line.cells.push_back(score == published.scores.end() ? Cell{.numeric = true} : score_cell(key, score->second, spread));
  }
  return line;
}

PaperLine difference_line(const OwnResult& ours, const Published& published) {
  PaperLine line{"ours − published", 0, {}};
  for (size_t i = 0; i < ours.metrics.size(); ++i) {
    const auto figure = published.find(ours.dataset, ours.variant, ours.metrics[i], ours.folds);
    line.cells.push_back(figure ? difference_cell(ours.metrics[i], mean(ours.values[i]), *figure) : Cell{.numeric = true});
  }
  return line;
}

/// What a metric can be at all.
Interval range_of(const std::string& key) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const auto info = find_metric(key);
  if (info && info->unit == Unit::kFraction) return {key == "ari" || key == "anmi" ? -1.0 : 0.0, 1.0};  // these may be below chance
  if (info && info->unit == Unit::kRank) return {1.0, kInfinity};
  if (info && info->unit == Unit::kCorrelation) return {-1.0, 1.0};
  return {-kInfinity, kInfinity};
}

bool all_equal(const std::vector<double>& values) {
  return std::all_of(values.begin(), values.end(), [&](double value) { return value == values.front(); });
}

/// As far as the metric goes; none where equal seeds tell no spread.
Interval interval_of(const std::string& key, const std::vector<double>& values) {
  if (all_equal(values)) return {};
  const Interval interval = mean_interval(values), range = range_of(key);
  return {std::max(interval.low, range.low), std::min(interval.high, range.high)};
}

/// From, to, and whether the published figure lies between.
std::vector<PaperLine> interval_lines(const OwnResult& ours, const Published& published) {
  PaperLine low{"95% interval from", 0, {}}, high{"95% interval to", 0, {}}, inside{"published inside", 0, {}};
  for (size_t i = 0; i < ours.metrics.size(); ++i) {
    const std::string& key = ours.metrics[i];
    const Interval interval = interval_of(key, ours.values[i]);
    const auto figure = published.find(ours.dataset, ours.variant, key, ours.folds);
    const bool known = std::isfinite(interval.low) && std::isfinite(interval.high);
    low.cells.push_back(known ? score_cell(key, interval.low, std::nullopt) : Cell{.numeric = true});
    high.cells.push_back(known ? score_cell(key, interval.high, std::nullopt) : Cell{.numeric = true});
    const bool within = known && figure && *figure >= interval.low && *figure <= interval.high;
    inside.cells.push_back(known && figure ? Cell{.text = within ? "yes" : "no"} : Cell{.numeric = true});
  }
  return {low, high, inside};
}

std::vector<std::string> remarks_on(const OwnResult& ours, const PublishedRow& published) {
  std::vector<std::string> remarks;
  const std::string name = fmt::format("{} ({})", origin(published), published.row);
  if (!published.note.empty()) remarks.push_back(fmt::format("{}: {}.", name, published.note));
  if (published.split == kUnsaid) {
    remarks.push_back(fmt::format("{} does not say its split; ours is {}.", name, ours.split));
  } else if (ours.folds == 0 && published.split != ours.split) {
    remarks.push_back(fmt::format("{} is on split {}, not {}.", name, published.split, ours.split));
  }
  remarks.push_back(published.protocol == kUnsaid ? fmt::format("{} does not say how it was measured.", name)
                                                  : fmt::format("{}: {}.", name, published.protocol));
  const std::string other_way = measured_otherwise(published);
  if (!other_way.empty()) remarks.push_back(fmt::format("{}: {}, see --explain.", name, other_way));
  return remarks;
}

std::string interval_note(const OwnResult& ours, size_t seeds) {
  if (seeds < kSeedsOfInterval) return fmt::format("No interval of our mean where there are fewer than {} seeds.", kSeedsOfInterval);
  const bool equal = std::any_of(ours.values.begin(), ours.values.end(), all_equal);
  return fmt::format(
      "The 95% interval is that of our mean over seeds (Student t), cut where the metric ends (shares at 0 and 100, ranks at 1), and "
      "'published inside' is about the first published figure. {}It knows of no other reason to differ: see --explain.",
      equal ? "Where all seeds are equal there is none: they tell no spread. " : "");
}

}  // namespace

PaperLines paper_lines(const OwnResult& ours, const Published& published) {
  PaperLines all;
  for (const auto& row : published.rows()) {
    if (row.dataset != ours.dataset || row.variant != ours.variant || row.folds != ours.folds) continue;
    all.lines.push_back(published_line(ours, row));
    const auto remarks = remarks_on(ours, row);
    all.remarks.insert(all.remarks.end(), remarks.begin(), remarks.end());
  }
  if (all.lines.empty()) return all;
  all.lines.push_back(difference_line(ours, published));
  const size_t seeds = ours.values.empty() ? 0 : ours.values.front().size();
  if (ours.folds == 0 && seeds >= kSeedsOfInterval) {
    for (auto& line : interval_lines(ours, published)) all.lines.push_back(std::move(line));
  }
  all.citations.push_back(fmt::format("{}: {}, arXiv {}. 'ours − published' is to the first published row with the figure.", ours.method,
                                      published.paper(), published.arxiv()));
  if (ours.folds == 0) all.remarks.push_back(interval_note(ours, seeds));
  return all;
}

}  // namespace vbench
