#include "results/report/confusion.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "harness/core/text.hpp"
#include "results/report/groups.hpp"
#include "results/report/html.hpp"
#include "results/report/tables.hpp"

namespace vbench::report {
namespace {

constexpr int64_t kMostClasses = 5000;   // more is a damaged store, not a dataset
constexpr int64_t kMostWrittenOut = 12;  // classes whose whole matrix is read as a table
constexpr size_t kMostConfusions = 20;

const ItemOutput* output_of(const std::vector<ItemOutput>& outputs, const std::string& name) {
  for (const auto& output : outputs) {
    if (output.name == name && output.width == 1 && output.values.size() == output.ids.size()) return &output;
  }
  return nullptr;
}

/// One thing that happened.
struct Entry {
  int64_t target, predicted, count;
  double share;  // of the true class
};

std::map<int64_t, int64_t> items_of_classes(const ConfusionMatrix& matrix) {
  std::map<int64_t, int64_t> items;
  for (const auto& [cell, count] : matrix.counts) items[cell.first] += count;
  return items;
}

int64_t count_at(const ConfusionMatrix& matrix, int64_t target, int64_t predicted) {
  const auto found = matrix.counts.find({target, predicted});
  return found == matrix.counts.end() ? 0 : found->second;
}

/// The most frequent first; among equals the larger share of its class, then the lower numbers.
std::vector<Entry> worst_confusions(const ConfusionMatrix& matrix) {
  const auto items = items_of_classes(matrix);
  std::vector<Entry> entries;
  for (const auto& [cell, count] : matrix.counts) {
    if (cell.first != cell.second)
      entries.push_back({cell.first, cell.second, count, static_cast<double>(count) / static_cast<double>(items.at(cell.first))});
  }
  std::stable_sort(entries.begin(), entries.end(),
                   [](const Entry& a, const Entry& b) { return a.count != b.count ? a.count > b.count : a.share > b.share; });
  entries.resize(std::min(entries.size(), kMostConfusions));
  return entries;
}

Cell count_cell(int64_t count) { return {.text = std::to_string(count), .numeric = true}; }
Cell share_cell(double share) { return {.text = fmt::format("{:.1f}", 100 * share), .numeric = true}; }

std::string worst_table(const ConfusionMatrix& matrix) {
  Table table{
      .title = "Most frequent confusions", .header = {"true class", "taken for", "items", "% of the class"}, .rows = {}, .notes = {}};
  for (const auto& entry : worst_confusions(matrix))
    table.rows.push_back({{.text = matrix.class_name(entry.target)},
                          {.text = matrix.class_name(entry.predicted)},
                          count_cell(entry.count),
                          share_cell(entry.share)});
  return table.rows.empty() ? "<p>Every item was given its class.</p>\n" : html_table(table);
}

std::string matrix_table(const ConfusionMatrix& matrix) {
  Table table{.title = "Confusion matrix: items by true class (rows) and predicted class (columns)",
              .header = {"true class"},
              .rows = {},
              .notes = {}};
  for (int64_t predicted = 0; predicted < matrix.classes; ++predicted) table.header.push_back(matrix.class_name(predicted));
  for (int64_t target = 0; target < matrix.classes; ++target) {
    std::vector<Cell> row{{.text = matrix.class_name(target)}};
    for (int64_t predicted = 0; predicted < matrix.classes; ++predicted) {
      row.push_back(count_cell(count_at(matrix, target, predicted)));
      row.back().bold = target == predicted;
    }
    table.rows.push_back(std::move(row));
  }
  return html_table(table);
}

std::string classes_table(const ConfusionMatrix& matrix) {
  Table table{.title = "Classes, the worst first", .header = {"true class", "items", "right", "% right"}, .rows = {}, .notes = {}};
  std::vector<Entry> classes;
  for (const auto& [target, items] : items_of_classes(matrix)) {
    const int64_t right = count_at(matrix, target, target);
    classes.push_back({target, items, right, static_cast<double>(right) / static_cast<double>(items)});
  }
  std::stable_sort(classes.begin(), classes.end(), [](const Entry& a, const Entry& b) { return a.share < b.share; });
  for (const auto& each : classes)
    table.rows.push_back(
        {{.text = matrix.class_name(each.target)}, count_cell(each.predicted), count_cell(each.count), share_cell(each.share)});
  return html_table(table);
}

}  // namespace

std::optional<int64_t> class_in(float value) {
  if (!(value >= 0 && value < static_cast<float>(kMostClasses)) || value != std::floor(value)) return std::nullopt;
  return static_cast<int64_t>(value);
}

int64_t ConfusionMatrix::items() const {
  int64_t all = 0;
  for (const auto& [cell, count] : counts) all += count;
  return all;
}

std::string ConfusionMatrix::class_name(int64_t number) const {
  return number < static_cast<int64_t>(names.size()) ? names[static_cast<size_t>(number)] : fmt::format("class {}", number);
}

std::vector<std::string> classes_by_ids(const std::vector<std::string>& ids, const std::vector<int64_t>& labels) {
  std::vector<std::string> names;
  for (size_t i = 0; i < ids.size(); ++i) {
    const auto label = static_cast<size_t>(std::max<int64_t>(labels[i], 0));
    const size_t slash = ids[i].find('/');
    if (names.size() <= label) names.resize(label + 1);
    const std::string name = slash == std::string::npos ? "" : ids[i].substr(0, slash);
    if (name.empty() || (!names[label].empty() && names[label] != name)) return {};
    names[label] = name;
  }
  for (size_t i = 0; i < names.size(); ++i) {
    if (names[i].empty()) names[i] = fmt::format("class {}", i);
  }
  return names;
}

std::optional<ConfusionMatrix> confusion_of(const std::vector<ItemOutput>& outputs) {
  const ItemOutput* labels = output_of(outputs, "label");
  const ItemOutput* answers = output_of(outputs, "predicted");
  if (labels == nullptr || answers == nullptr) return std::nullopt;
  std::map<std::string, float> answer_of;  // some runs answer for items without a label too
  const bool same_ids = labels->ids == answers->ids;
  if (!same_ids) {
    for (size_t i = 0; i < answers->ids.size(); ++i) answer_of[answers->ids[i]] = answers->values[i];
  }
  ConfusionMatrix matrix;
  matrix.runs = 1;
  std::vector<std::string> ids;
  std::vector<int64_t> targets;
  for (size_t i = 0; i < labels->ids.size(); ++i) {
    if (labels->values[i] < 0) continue;
    const auto found = answer_of.find(labels->ids[i]);
    if (!same_ids && found == answer_of.end()) continue;
    const auto target = class_in(labels->values[i]), predicted = class_in(same_ids ? answers->values[i] : found->second);
    if (!target || !predicted) return std::nullopt;
    ++matrix.counts[{*target, *predicted}];
    matrix.classes = std::max({matrix.classes, *target + 1, *predicted + 1});
    ids.push_back(labels->ids[i]);
    targets.push_back(*target);
  }
  if (matrix.counts.empty()) return std::nullopt;
  matrix.names = classes_by_ids(ids, targets);
  return matrix;
}

void add_counts(ConfusionMatrix& matrix, const ConfusionMatrix& other) {
  for (const auto& [cell, count] : other.counts) matrix.counts[cell] += count;
  matrix.classes = std::max(matrix.classes, other.classes);
  matrix.runs += other.runs;
  if (matrix.names.size() < other.names.size()) matrix.names = other.names;
}

std::string confusion_html(const ConfusionMatrix& matrix, size_t number) {
  const bool small = matrix.classes <= kMostWrittenOut;
  const auto title = fmt::format("Confusions of {}: {} of {}", matrix.name, counted(matrix.items(), "item"), counted(matrix.runs, "run"));
  std::string html = fmt::format(
      "<figure class=\"chart matrix\" id=\"matrix-{0}\"><figcaption>{1}</figcaption>\n<p class=\"axes\" hidden>Rows: true class; columns: "
      "predicted class; the stronger the colour, the more of the true class. Right answers are on the diagonal.</p>"
      "<div class=\"drawing\" role=\"img\" aria-label=\"Confusion matrix of {2} classes; the tables below hold its figures\" hidden></div>"
      "<p class=\"readout\" aria-live=\"polite\" hidden></p>\n",
      number, escape_html(title), matrix.classes);
  html += worst_table(matrix);
  if (small) html += folded("Whole matrix", matrix_table(matrix));
  return html + folded("Every class", classes_table(matrix)) + "</figure>\n";
}

nlohmann::json confusion_json(const ConfusionMatrix& matrix) {
  nlohmann::json cells = nlohmann::json::array(), names = nlohmann::json::array();
  for (const auto& [cell, count] : matrix.counts) cells.push_back({cell.first, cell.second, count});
  for (int64_t i = 0; i < matrix.classes; ++i) names.push_back(printable(matrix.class_name(i)));
  return {{"names", names}, {"cells", cells}};
}

}  // namespace vbench::report
