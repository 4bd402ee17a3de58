#include "results/report/curves.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <optional>
#include <set>

#include "results/report/tables.hpp"

namespace vbench::report {
namespace {

constexpr const char* kTotal = "total";
constexpr size_t kMostScoresUnfolded = 4;

/// A figure of an epoch; NaN where it has none.
using Quantity = std::function<double(const EpochRecord&)>;

double value_in(const std::map<std::string, double>& values, const std::string& key) {
  const auto found = values.find(key);
  return found == values.end() ? std::nan("") : found->second;
}

std::set<int64_t> epochs_of(const Group& group) {
  std::set<int64_t> epochs;
  for (const auto* run : group.runs()) {
    for (const auto& epoch : run->history) epochs.insert(epoch.epoch);
  }
  return epochs;
}

/// What the seeds have in one epoch.
struct Spread {
  double sum = 0, low = std::numeric_limits<double>::infinity(), high = -low;
  int64_t count = 0;

  void add(double value) {
    if (!std::isfinite(value)) return;
    sum += value;
    low = std::min(low, value);
    high = std::max(high, value);
    ++count;
  }
};

Curve curve_of(const Configuration& configuration, const std::set<int64_t>& epochs, const Quantity& quantity) {
  std::map<int64_t, Spread> spreads;
  for (const auto* run : configuration.runs) {
    for (const auto& epoch : run->history) spreads[epoch.epoch].add(quantity(epoch));
  }
  Curve curve{.name = configuration.brief, .mean = {}, .low = {}, .high = {}, .dashed = !configuration.valid};
  for (const int64_t epoch : epochs) {
    const auto& spread = spreads[epoch];
    const bool none = spread.count == 0;
    curve.mean.push_back(none ? std::nan("") : spread.sum / static_cast<double>(spread.count));
    if (configuration.runs.size() < 2) continue;
    curve.seeds.push_back(spread.count);
    curve.low.push_back(none ? std::nan("") : spread.low);
    curve.high.push_back(none ? std::nan("") : spread.high);
  }
  return curve;
}

/// Charts of one group.
class TrainingCharts {
 public:
  TrainingCharts(const Group& group, CurveCharts& charts) : group_(group), charts_(charts), epochs_(epochs_of(group)) {}

  [[nodiscard]] std::string add(const std::string& title, const std::string& y_title, const Quantity& quantity) {
    CurveChart chart{.title = title, .x_title = "epoch", .y_title = y_title, .x = {}, .curves = {}};
    for (const int64_t epoch : epochs_) chart.x.push_back(static_cast<double>(epoch + 1));  // people count from 1
    for (const auto& each : group_.configurations) chart.curves.push_back(curve_of(each, epochs_, quantity));
    return charts_.add(chart);
  }

  [[nodiscard]] std::string add_score(const std::string& key) {
    const auto metric = find_metric(key);
    const bool share = metric && metric->unit == Unit::kFraction;
    const double factor = share ? 100 : 1;
    return add(metric ? metric->title : key, share ? "%" : key,
               [=](const EpochRecord& epoch) { return factor * value_in(epoch.scores, key); });
  }

 private:
  const Group& group_;
  CurveCharts& charts_;
  std::set<int64_t> epochs_;
};

/// Keys that epochs have in one of their maps, `kTotal` left out.
template <class Map>
std::set<std::string> keys_in(const Group& group, Map EpochRecord::*map) {
  std::set<std::string> keys;
  for (const auto* run : group.runs()) {
    for (const auto& epoch : run->history) {
      for (const auto& [key, value] : epoch.*map) keys.insert(key);
    }
  }
  keys.erase(kTotal);
  return keys;
}

/// In the order of tables: first those that stand for their groups of metrics, then the others.
struct OrderedScores {
  std::vector<std::string> first, others;
};

OrderedScores ordered_scores(const Group& group) {
  auto present = keys_in(group, &EpochRecord::scores);
  OrderedScores ordered;
  std::set<std::string> groups;
  for (const auto& metric : all_metrics()) {
    if (present.erase(metric.key) == 0) continue;
    const bool leads = !metric.detail && ordered.first.size() < kMostScoresUnfolded && groups.insert(metric.group).second;
    (leads ? ordered.first : ordered.others).push_back(metric.key);
  }
  ordered.others.insert(ordered.others.end(), present.begin(), present.end());
  return ordered;
}

std::string row_of(const std::string& charts) { return charts.empty() ? "" : "<div class=\"charts\">" + charts + "</div>\n"; }

std::string terms_html(const Group& group, TrainingCharts& charts) {
  std::string terms;
  for (const auto& key : keys_in(group, &EpochRecord::train_loss))
    terms += charts.add(key + ", training", key, [=](const EpochRecord& epoch) { return value_in(epoch.train_loss, key); });
  for (const auto& key : keys_in(group, &EpochRecord::val_loss))
    terms += charts.add(key + ", validation", key, [=](const EpochRecord& epoch) { return value_in(epoch.val_loss, key); });
  return terms.empty() ? "" : folded("Terms of the loss and figures of the batches", row_of(terms));
}

}  // namespace

std::string curves_html(const Group& group, CurveCharts& all) {
  TrainingCharts charts(group, all);
  std::string main = charts.add("Training loss", "loss", [](const EpochRecord& epoch) { return value_in(epoch.train_loss, kTotal); });
  main += charts.add("Validation loss", "loss", [](const EpochRecord& epoch) { return value_in(epoch.val_loss, kTotal); });
  const auto scores = ordered_scores(group);
  for (const auto& key : scores.first) main += charts.add_score(key);
  main += charts.add("Learning rate", "rate", [](const EpochRecord& epoch) { return epoch.learning_rate; });
  main += charts.add("Seconds an epoch took", "s", [](const EpochRecord& epoch) { return epoch.seconds; });
  if (main.empty()) return "<p>Nothing was trained here: these runs evaluated weights that they were given.</p>\n";
  std::string others;
  for (const auto& key : scores.others) others += charts.add_score(key);
  return row_of(main) + (others.empty() ? "" : folded("More scores", row_of(others))) + terms_html(group, charts);
}

}  // namespace vbench::report
