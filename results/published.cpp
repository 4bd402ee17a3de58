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

PublishedRow row_of(const Json& json, size_t index) {
  const std::string where = fmt::format(", row {}", index + 1);
  require_known_keys(json, {"set", "table", "row", "dataset", "variant", "split", "runs", "folds", "scores", "deviations", "note"}, where);
  PublishedRow row;
  row.set = text_of(json, "set", true, where);
  row.table = text_of(json, "table", false, where);
  row.row = text_of(json, "row", false, where);
  row.dataset = text_of(json, "dataset", true, where);
  row.variant = text_of(json, "variant", true, where);
  row.split = text_of(json, "split", false, where);
  row.note = text_of(json, "note", false, where);
  row.runs = count_of(json, "runs", where);
  row.folds = count_of(json, "folds", where);
  row.scores = scores_of(json, "scores", true, where);
  row.deviations = scores_of(json, "deviations", false, where);
  return row;
}

bool matches(const PublishedRow& row, const std::string& dataset, const std::string& variant, int64_t folds) {
  return row.dataset == dataset && row.folds == folds && (variant.empty() || row.variant == variant);
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
  require_known_keys(json, {"paper", "arxiv", "rows"}, "");
  published.paper_ = text_of(json, "paper", true, "");
  published.arxiv_ = text_of(json, "arxiv", false, "");
  const auto rows = json.find("rows");
  if (rows == json.end() || !rows->is_array()) fail("'rows' must be an array", "");
  for (size_t i = 0; i < rows->size(); ++i) published.rows_.push_back(row_of((*rows)[i], i));
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

}  // namespace vbench
