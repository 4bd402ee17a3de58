#include "results/published.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "harness/core/error.hpp"
#include "harness/core/text.hpp"

namespace vbench {
namespace {

using Json = nlohmann::json;

[[noreturn]] void fail(const std::string& what, const std::string& where) {
  throw Error(ErrorKind::kInternal, what, "published figures" + where);
}

void require_known_keys(const Json& object, const std::vector<std::string>& known, const std::string& where) {
  if (!object.is_object()) fail("an object is expected", where);
  for (const auto& [key, value] : object.items()) {
    if (std::find(known.begin(), known.end(), key) == known.end()) fail("unknown key '" + key + "'; " + suggest(key, known), where);
  }
}

std::string text_of(const Json& object, const char* key, bool needed, const std::string& where) {
  const auto found = object.find(key);
  if (found == object.end() && !needed) return "";
  if (found == object.end() || !found->is_string()) fail(fmt::format("'{}' must be a text", key), where);
  return found->get<std::string>();
}

/// 0 where it is not said.
int64_t count_of(const Json& object, const char* key, const std::string& where) {
  const auto found = object.find(key);
  if (found == object.end()) return 0;
  if (!found->is_number_unsigned()) fail(fmt::format("'{}' must be a whole number", key), where);
  return found->get<int64_t>();
}

void require_plausible(const std::string& metric, double value, const std::string& where) {
  const auto info = find_metric(metric);
  if (!info) fail("unknown metric '" + metric + "'", where);
  if (!std::isfinite(value) || value < 0) fail(fmt::format("{} = {}", metric, value), where);
  if (info->unit == Unit::kFraction && value > 1) fail(fmt::format("{} = {}: shares are fractions from 0 to 1", metric, value), where);
}

Scores scores_of(const Json& row, const char* key, bool needed, const std::string& where) {
  const auto found = row.find(key);
  if (found == row.end() && !needed) return {};
  if (found == row.end() || !found->is_object()) fail(fmt::format("'{}' must be an object", key), where);
  Scores scores;
  for (const auto& [metric, value] : found->items()) {
    if (!value.is_number()) fail(fmt::format("{} must be a number", metric), where);
    scores[metric] = value.get<double>();
    require_plausible(metric, scores[metric], where);
  }
  return scores;
}

std::map<std::string, std::string> texts_of(const Json& row, const char* key, const std::string& where) {
  std::map<std::string, std::string> texts;
  const auto found = row.find(key);
  if (found == row.end()) return texts;
  if (!found->is_object()) fail(fmt::format("'{}' must be an object", key), where);
  for (const auto& [name, value] : found->items()) {
    if (!value.is_string()) fail(fmt::format("{} of '{}' must be a text", name, key), where);
    texts[name] = value.get<std::string>();
  }
  return texts;
}

std::map<std::string, std::vector<double>> values_of(const Json& row, size_t wanted, const std::string& where) {
  std::map<std::string, std::vector<double>> values;
  const auto found = row.find("values");
  if (found == row.end()) return values;
  if (!found->is_object()) fail("'values' must be an object", where);
  for (const auto& [metric, list] : found->items()) {
    if (!list.is_array() || list.size() != wanted)
      fail(fmt::format("{} must have a value for each of {} folds or runs", metric, wanted), where);
    for (const auto& value : list) {
      if (!value.is_number()) fail(fmt::format("{} must be a list of numbers", metric), where);
      values[metric].push_back(value.get<double>());
      require_plausible(metric, values[metric].back(), where);
    }
  }
  return values;
}

void require_metrics_of(const PublishedRow& row, const std::string& where) {
  const auto require_score = [&](const std::string& metric, const char* key) {
    if (row.scores.count(metric) == 0) fail(fmt::format("{} of '{}' has no score", metric, key), where);
  };
  for (const auto& [metric, deviation] : row.deviations) require_score(metric, "deviations");
  for (const auto& [metric, values] : row.values) require_score(metric, "values");
  for (const auto& [metric, ours] : row.measured_as) {
    require_score(metric, "measured_as");
    if (!find_metric(ours)) fail(fmt::format("unknown metric '{}'", ours), where);
  }
}

PublishedRow row_of(const Json& json, size_t index) {
  const std::string where = fmt::format(", row {}", index + 1);
  require_known_keys(json,
                     {"set", "table", "row", "dataset", "variant", "split", "protocol", "items", "runs", "folds", "scores", "deviations",
                      "values", "measured_as", "settings", "facts", "note"},
                     where);
  PublishedRow row;
  row.set = text_of(json, "set", true, where);
  row.table = text_of(json, "table", false, where);
  row.row = text_of(json, "row", true, where);
  row.dataset = text_of(json, "dataset", true, where);
  row.variant = text_of(json, "variant", false, where);
  row.split = text_of(json, "split", true, where);
  row.protocol = text_of(json, "protocol", true, where);
  row.note = text_of(json, "note", false, where);
  row.items = count_of(json, "items", where);
  row.runs = count_of(json, "runs", where);
  row.folds = count_of(json, "folds", where);
  row.scores = scores_of(json, "scores", true, where);
  row.deviations = scores_of(json, "deviations", false, where);
  row.values = values_of(json, static_cast<size_t>(std::max(row.folds, row.runs)), where);
  row.measured_as = texts_of(json, "measured_as", where);
  row.settings = texts_of(json, "settings", where);
  row.facts = texts_of(json, "facts", where);
  require_metrics_of(row, where);
  return row;
}

PublishedClaim claim_of(const Json& json, size_t index) {
  const std::string where = fmt::format(", claim {}", index + 1);
  require_known_keys(json, {"set", "text", "dataset", "metric", "difference"}, where);
  PublishedClaim claim{text_of(json, "set", true, where), text_of(json, "text", true, where), text_of(json, "dataset", true, where),
                       text_of(json, "metric", true, where), 0};
  const auto difference = json.find("difference");
  if (difference == json.end() || !difference->is_number()) fail("'difference' must be a number", where);
  claim.difference = difference->get<double>();
  require_plausible(claim.metric, std::abs(claim.difference), where);
  return claim;
}

const Json& list_of(const Json& json, const char* key) {
  static const Json kNone = Json::array();
  const auto found = json.find(key);
  if (found == json.end()) return kNone;
  if (!found->is_array()) fail(fmt::format("'{}' must be an array", key), "");
  return *found;
}

bool matches(const PublishedRow& row, const std::string& dataset, const std::string& variant, int64_t folds) {
  return row.dataset == dataset && row.folds == folds && !row.variant.empty() && (variant.empty() || row.variant == variant);
}

}  // namespace

Published Published::parse(std::string_view text) {
  Published published;
  if (text.empty()) return published;
  Json json;
  try {
    json = Json::parse(text);
  } catch (const Json::exception& error) {
    fail(std::string("not JSON: ") + error.what(), "");
  }
  require_known_keys(json, {"paper", "arxiv", "claims", "rows"}, "");
  published.paper_ = text_of(json, "paper", true, "");
  published.arxiv_ = text_of(json, "arxiv", false, "");
  if (!json.contains("rows")) fail("'rows' must be an array", "");
  for (const auto& row : list_of(json, "rows")) published.rows_.push_back(row_of(row, published.rows_.size()));
  for (const auto& claim : list_of(json, "claims")) published.claims_.push_back(claim_of(claim, published.claims_.size()));
  return published;
}

std::optional<double> Published::find(const std::string& dataset, const std::string& variant, const std::string& metric,
                                      int64_t folds) const {
  const PublishedRow* row = find_row(dataset, variant, metric, folds);
  return row == nullptr ? std::nullopt : std::optional(row->scores.at(metric));
}

const PublishedRow* Published::find_row(const std::string& dataset, const std::string& variant, const std::string& metric,
                                        int64_t folds) const {
  const auto has_it = [&](const PublishedRow& row) { return matches(row, dataset, variant, folds) && row.scores.count(metric) > 0; };
  const auto found = std::find_if(rows_.begin(), rows_.end(), has_it);
  return found == rows_.end() ? nullptr : &*found;
}

const PublishedRow* Published::find_row(const std::string& dataset, const std::string& variant, int64_t folds) const {
  const auto found =
      std::find_if(rows_.begin(), rows_.end(), [&](const PublishedRow& row) { return matches(row, dataset, variant, folds); });
  return found == rows_.end() ? nullptr : &*found;
}

std::string origin(const PublishedRow& row) { return row.table.empty() ? row.set : row.set + ", table " + row.table; }

std::string measured_otherwise(const PublishedRow& row) {
  const auto name_of = [](const std::string& key) {
    const auto info = find_metric(key);
    return info->group.empty() ? info->column : info->group + " " + info->column;
  };
  std::string text;
  for (const auto& [metric, ours] : row.measured_as) {
    if (metric != ours) text += fmt::format("{}{} is measured as our {}", text.empty() ? "" : ", ", name_of(metric), name_of(ours));
  }
  return text;
}

}  // namespace vbench
