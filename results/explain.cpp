#include "results/explain.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "metrics/statistics.hpp"
#include "results/paper_rows.hpp"

namespace vbench {
namespace {

const std::string kPrecision = "run.precision", kEpochs = "epochs";

std::string value_of(const SettingValues& settings, const std::string& key) {
  const auto found = settings.find(key);
  return found == settings.end() ? "" : found->second;
}

/// How items count in a metric, which decides what missing ones could do.
enum class ItemsCount {
  kShare,       // a mean over items, each between 0 and 1
  kCandidates,  // the same, and every item is a candidate for the others
  kOther
};

ItemsCount items_in(const std::string& metric) {
  static const std::set<std::string> kShares{"top1", "top5", "video_top1", "video_top5", "abstraction_top1", "abstraction_top5"};
  const auto info = find_metric(metric);
  if (info && info->unit == Unit::kFraction && (info->group == "v2p" || info->group == "p2v")) return ItemsCount::kCandidates;
  return kShares.count(metric) > 0 ? ItemsCount::kShare : ItemsCount::kOther;
}

/// Values with this mean and sample deviation, for a test that asks for values.
std::vector<double> values_with(double mean, double deviation, int64_t count) {
  std::vector<double> values(static_cast<size_t>(count), mean);
  const double offset = deviation * std::sqrt(static_cast<double>(count - 1) / 2);
  values[0] += offset;
  values[1] -= offset;
  return values;
}

DifferencePart part_of(const std::string& name, PartStatus status, const std::string& finding) {
  DifferencePart part;
  part.name = name;
  part.status = status;
  part.finding = finding;
  return part;
}

DifferencePart nothing_known(const std::string& name, const std::string& finding) { return part_of(name, PartStatus::kNone, finding); }

DifferencePart not_quantified(const std::string& name, const std::string& finding) {
  return part_of(name, PartStatus::kNotQuantified, finding);
}

DifferencePart quantified(const std::string& name, double amount, const std::string& finding) {
  auto part = part_of(name, PartStatus::kQuantified, finding);
  part.amount = amount;
  return part;
}

DifferencePart bounded(const std::string& name, const Interval& between, const std::string& finding) {
  auto part = part_of(name, PartStatus::kBounded, finding);
  part.between = between;
  return part;
}

/// The parts of one result of ours beside one published row.
class Explainer {
 public:
  Explainer(const SeedGroup& ours, const PublishedRow& row, const Published& published, const std::vector<SeedGroup>& all,
            const std::optional<SettingValues>& defaults)
      : ours_(ours),
        row_(row),
        published_(published),
        all_(all),
        known_(defaults.has_value()),
        expected_(defaults.value_or(SettingValues{})) {
    for (const auto& [key, value] : row.settings) expected_[key] = value;
  }

  [[nodiscard]] std::vector<DifferencePart> parts(const std::string& metric) const {
    std::vector<DifferencePart> all{protocol(metric), data(metric), seeds(metric), precision(metric), settings(metric), training(metric)};
    all.push_back(rest(metric, all));
    return all;
  }

 private:
  [[nodiscard]] DifferencePart protocol(const std::string& metric) const {
    const RunRecord& run = *ours_.sample;
    const std::string& split = run.data.split;
    DifferencePart part = nothing_known(
        "protocol", fmt::format("{}, and nothing is known to differ (published: {}; ours: {})",
                                ours_.folds.empty() ? "same split" : "as many folds", row_.protocol, run.protocol.description));
    const auto measured = row_.measured_as.find(metric);
    if (row_.split == kUnsaid) {
      part = not_quantified("protocol", fmt::format("the published split is not said; ours is {}", split));
    } else if (row_.folds == 0 && row_.split != split) {
      part = not_quantified("protocol", fmt::format("the published figure is of split {}, ours of {}", row_.split, split));
    } else if (row_.protocol == kUnsaid) {
      part =
          not_quantified("protocol", fmt::format("how the published figure was measured is not said; ours: {}", run.protocol.description));
    } else if (measured != row_.measured_as.end() && measured->second != metric) {
      const double other = ours_.mean_of(measured->second);
      const std::string finding = fmt::format("the published figure is measured as our {}", measured->second);
      part = std::isnan(other) ? not_quantified("protocol", finding + ", which these runs do not have")
                               : quantified("protocol", other - ours_.mean_of(metric), finding);
    }
    return part;
  }

  /// What the missing items of one split could have done to (published - ours), had they been evaluated.
  [[nodiscard]] static Interval reach(const std::string& metric, double ours, const DataFingerprint& data) {
    const auto missing = static_cast<double>(data.missing + data.dropped);
    const double all = static_cast<double>(data.items) + missing;
    if (missing == 0) return {0, 0};
    const double most = missing * (1 - ours) / all;
    return {items_in(metric) == ItemsCount::kCandidates ? -ours : -missing * ours / all, most};
  }

  [[nodiscard]] Interval reach_of_all(const std::string& metric) const {
    if (ours_.folds.empty()) return reach(metric, ours_.mean_of(metric), ours_.sample->data);
    Interval sum{0, 0};
    const auto count = static_cast<double>(ours_.folds.size());
    const auto means = fold_means(ours_.folds, metric);
    size_t at = 0;
    for (const auto& [fold, runs] : ours_.folds) {
      const Interval one = reach(metric, means[at++], runs.front()->data);
      sum.low += one.low / count;
      sum.high += one.high / count;
    }
    return sum;
  }

  /// The row itself, or another one on the same split if this one does not say how many items it is of; nullptr if none does.
  [[nodiscard]] const PublishedRow* row_with_items() const {
    if (row_.items > 0) return &row_;
    if (row_.split == kUnsaid) return nullptr;
    const auto found = std::find_if(published_.rows().begin(), published_.rows().end(), [&](const PublishedRow& other) {
      return other.dataset == row_.dataset && other.split == row_.split && other.folds == row_.folds && other.items > 0;
    });
    return found == published_.rows().end() ? nullptr : &*found;
  }

  [[nodiscard]] std::set<std::string> fingerprints() const {
    std::set<std::string> hashes;
    for (const auto* run : ours_.runs) hashes.insert(run->data.hash.empty() ? "unknown" : run->data.hash.substr(0, 8));
    return hashes;
  }

  [[nodiscard]] DifferencePart data(const std::string& metric) const {
    int64_t lost = 0;
    for (const auto* run : ours_.runs) lost = std::max(lost, run->data.missing + run->data.dropped);
    const DataFingerprint& data = ours_.sample->data;
    const int64_t listed = data.items + data.missing + data.dropped;
    const PublishedRow* counted = row_with_items();
    const bool other_count = ours_.folds.empty() && counted != nullptr && counted->items != listed;
    std::string finding = lost == 0 ? "no item of ours is missing" : fmt::format("{} items of ours had no files or were unusable", lost);
    finding += fmt::format(" (data {}; published ones have no fingerprint)", fmt::join(fingerprints(), ", "));
    if (counted == nullptr && ours_.folds.empty()) return not_quantified("data", finding + "; how many items were published is not said");
    const std::string whose = counted == nullptr || counted == &row_ ? "" : fmt::format(" ({}, same split)", origin(*counted));
    if (other_count) {
      finding += fmt::format(", and {} items were published{} where ours lists {}", counted->items, whose, listed);
    } else if (ours_.folds.empty()) {
      finding += ", and as many items were published" + whose;
    }
    if (other_count) return not_quantified("data", finding);
    if (lost == 0) return nothing_known("data", finding);
    const ItemsCount kind = items_in(metric);
    const double ours = ours_.mean_of(metric);
    if (kind == ItemsCount::kOther || !(ours >= 0 && ours <= 1)) return not_quantified("data", finding);
    finding += kind == ItemsCount::kShare ? ": between all of them wrong and all of them right"
                                          : ": at most all of them right; as further candidates they could cost every other one";
    return bounded("data", reach_of_all(metric), finding);
  }

  [[nodiscard]] DifferencePart seeds(const std::string& metric) const {
    const auto values = ours_.values(metric);
    if (!ours_.folds.empty()) return not_quantified("seeds", "a mean over folds; they are no repetitions");
    if (values.size() < kSeedsOfInterval) {
      return not_quantified("seeds", fmt::format("a spread takes {} seeds; ours are {}", kSeedsOfInterval, values.size()));
    }
    const auto deviation = row_.deviations.find(metric);
    const bool both = row_.runs >= 2 && deviation != row_.deviations.end();
    const double difference = row_.scores.at(metric) - mean(values);
    const Interval interval =
        both ? welch_test(values, values_with(row_.scores.at(metric), deviation->second, row_.runs)).interval : mean_interval(values);
    const double half = (interval.high - interval.low) / 2;
    if (!std::isfinite(half)) return not_quantified("seeds", "not every run has a value");
    if (half == 0) return not_quantified("seeds", fmt::format("all {} seeds gave the same value, which tells no spread", values.size()));
    const std::string whose =
        both ? fmt::format("95% interval of the difference of both means, ours over {} seeds and {} published runs (Welch)", values.size(),
                           row_.runs)
             : fmt::format("95% interval of our mean over {} seeds (Student t); the published spread is not known", values.size());
    const bool within = std::abs(difference) <= half;
    return bounded("seeds", {-half, half},
                   fmt::format("{}; {}", whose, within ? "it covers the difference" : "it does not cover the difference"));
  }

  /// Stored runs that are as ours but for these keys, which have the expected values there; nullptr if there are none.
  [[nodiscard]] const SeedGroup* group_with_expected(const std::string& metric, const std::set<std::string>& keys) const {
    SettingValues wanted = ours_.settings;
    for (const auto& key : keys) wanted[key] = value_of(expected_, key);
    wanted.erase("run.train_data");
    for (const auto& other : all_) {
      SettingValues settings = other.settings;
      settings.erase("run.train_data");
      const bool same = other.sample->method == ours_.sample->method && other.sample->variant == ours_.sample->variant &&
                        on_same_board(other, ours_) && settings == wanted;
      if (same && !std::isnan(other.mean_of(metric))) return &other;
    }
    return nullptr;
  }

  /// A part that is due to settings which are not as expected.
  [[nodiscard]] DifferencePart due_to(const std::string& name, const std::string& metric, const std::set<std::string>& keys,
                                      const std::string& finding) const {
    const SeedGroup* other = group_with_expected(metric, keys);
    if (other == nullptr) return not_quantified(name, finding);
    return quantified(name, other->mean_of(metric) - ours_.mean_of(metric),
                      fmt::format("{}; measured by stored runs with the published value ({})", finding, other->size_text()));
  }

  [[nodiscard]] DifferencePart precision(const std::string& metric) const {
    const std::string ours = value_of(ours_.settings, kPrecision), published = value_of(expected_, kPrecision);
    if (ours.empty()) return not_quantified("precision", "our precision is not in the store");
    if (published.empty()) return not_quantified("precision", fmt::format("ours is {}; the published one is not said", ours));
    if (ours == published) return nothing_known("precision", fmt::format("both {}", ours));
    return due_to("precision", metric, {kPrecision}, fmt::format("ours is {}, the published one {}", ours, published));
  }

  [[nodiscard]] DifferencePart settings(const std::string& metric) const {
    if (!known_) return not_quantified("settings", "this build has no such variant to compare with");
    std::set<std::string> keys;
    std::vector<std::string> differing;
    for (const auto& [key, values] : unexpected_settings(ours_.settings, expected_)) {
      if (key == kEpochs) continue;  // a part of its own
      keys.insert(key);
      differing.push_back(fmt::format("{}={} (published: {})", key, values.first, values.second));
    }
    const auto unstored = std::count_if(expected_.begin(), expected_.end(), [&](const auto& setting) {
      return !setting.first.starts_with("run.") && ours_.settings.count(setting.first) == 0;
    });
    if (keys.empty() && unstored > 0)
      return not_quantified("settings", fmt::format("not in the store: {} of the settings of the variant", unstored));
    if (keys.empty()) return nothing_known("settings", "all as published");
    return due_to("settings", metric, keys, fmt::format("{}", fmt::join(differing, ", ")));
  }

  [[nodiscard]] DifferencePart training(const std::string& metric) const {
    if (value_of(ours_.settings, "run.eval_only") == "true") {
      return not_quantified("training", fmt::format("nothing was trained: weights of {}", value_of(ours_.settings, "run.init")));
    }
    const std::string planned = value_of(ours_.settings, kEpochs), expected = value_of(expected_, kEpochs);
    if (!known_ || expected.empty()) return not_quantified("training", "the published number of epochs is not known");
    int64_t least = ours_.runs.front()->epochs, most = least;
    for (const auto* run : ours_.runs) {
      least = std::min(least, run->epochs);
      most = std::max(most, run->epochs);
    }
    const std::string trained = least == most ? std::to_string(least) : fmt::format("{} to {}", least, most);
    if (planned != expected) {
      return due_to("training", metric, {kEpochs},
                    fmt::format("ours was to train {} epochs (trained: {}), the published run {}", planned, trained, expected));
    }
    return nothing_known("training", fmt::format("{} epochs planned as published, {} trained until the run ended", planned, trained));
  }

  [[nodiscard]] DifferencePart rest(const std::string& metric, const std::vector<DifferencePart>& parts) const {
    DifferencePart rest = quantified("unexplained", row_.scores.at(metric) - ours_.mean_of(metric), "");
    double low = 0, high = 0;
    std::vector<std::string> open;
    for (const auto& part : parts) {
      if (part.status == PartStatus::kQuantified) rest.amount -= part.amount;
      if (part.status == PartStatus::kNotQuantified) open.push_back(part.name);
      if (part.status == PartStatus::kBounded) {
        low += part.between.low;
        high += part.between.high;
      }
    }
    const bool bounds = std::any_of(parts.begin(), parts.end(), [](const auto& part) { return part.status == PartStatus::kBounded; });
    const bool covered = bounds && rest.amount >= low && rest.amount <= high;
    if (!open.empty()) rest.finding = fmt::format("what {} would make of it is not known", fmt::join(open, ", "));
    if (covered) rest.finding += fmt::format("{}the bounded parts could cover it", open.empty() ? "" : "; ");
    if (!covered && open.empty()) rest.finding = "no known part covers it";
    return rest;
  }

  const SeedGroup& ours_;
  const PublishedRow& row_;
  const Published& published_;
  const std::vector<SeedGroup>& all_;
  bool known_;
  SettingValues expected_;  // of the published run
};

/// Settings in which the groups of one method and variant on a dataset differ.
std::string configuration_of(const SeedGroup& group, const std::vector<SeedGroup>& all) {
  std::vector<const SettingValues*> siblings;
  for (const auto& other : all) {
    const bool same =
        other.sample->method == group.sample->method && other.sample->variant == group.sample->variant && on_same_board(other, group);
    if (same) siblings.push_back(&other.settings);
  }
  return configuration_text(group.settings, differing_keys(siblings));
}

bool is_wanted(const SeedGroup& group, const LeaderboardRequest& request) {
  const RunRecord& run = *group.sample;
  return run.source == Source::kReal && (request.method.empty() || run.method == request.method) &&
         (request.dataset.empty() || run.dataset == request.dataset);
}

}  // namespace

std::vector<Explanation> explain_differences(const std::vector<RunRecord>& runs, const LeaderboardRequest& request,
                                             const std::map<std::string, Published>& published, const VariantDefaults& defaults) {
  const auto groups = seed_groups(runs);
  std::vector<Explanation> all;
  for (const auto& group : groups) {
    const RunRecord& run = *group.sample;
    const auto figures = published.find(run.method);
    if (!is_wanted(group, request) || figures == published.end()) continue;
    const auto as_published = defaults(run.method, run.dataset, run.variant);
    for (const auto& row : figures->second.rows()) {
      if (row.dataset != run.dataset || row.variant != run.variant || row.folds != group.folds_of_paper()) continue;
      const Explainer explainer(group, row, figures->second, groups, as_published);
      for (const auto& info : all_metrics()) {
        const double ours = group.mean_of(info.key);
        if (row.scores.count(info.key) == 0 || std::isnan(ours)) continue;
        all.push_back({run.dataset, run.method, run.variant, configuration_of(group, groups), origin(row), row.row, row.split,
                       run.data.split, info.key, static_cast<int64_t>(group.runs.size()), row.scores.at(info.key), ours,
                       explainer.parts(info.key)});
      }
    }
  }
  return all;
}

std::string to_string(PartStatus status) {
  switch (status) {
    case PartStatus::kNone:
      return "none";
    case PartStatus::kQuantified:
      return "quantified";
    case PartStatus::kBounded:
      return "bounded";
    case PartStatus::kNotQuantified:
      return "not quantified";
  }
  return "?";
}

}  // namespace vbench
