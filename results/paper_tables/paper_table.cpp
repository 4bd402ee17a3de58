#include "results/paper_tables/paper_table.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <set>

#include "results/score_cells.hpp"

namespace vbench {
namespace {

/// Datasets of the columns, in their order.
std::vector<std::string> datasets_of(const PaperTableDefinition& definition) {
  std::vector<std::string> datasets;
  for (const auto& column : definition.columns) {
    if (!column.dataset.empty() && std::find(datasets.begin(), datasets.end(), column.dataset) == datasets.end()) {
      datasets.push_back(column.dataset);
    }
  }
  return datasets;
}

/// One line of the table; of each dataset a published row or a group of ours.
struct Line {
  std::string label, source, variant;
  std::map<std::string, const PublishedRow*> published;
  std::map<std::string, const SeedGroup*> ours;
};

/// Builds one table.
class PaperTableBuilder {
 public:
  PaperTableBuilder(const PaperTableDefinition& definition, const PaperTableRequest& request, const Published* published,
                    const VariantKnowledge& knowledge)
      : definition_(definition),
        request_(request),
        published_(request.source == Source::kReal ? published : nullptr),
        knowledge_(knowledge),
        datasets_(datasets_of(definition)) {}

  [[nodiscard]] Table build(const std::vector<RunRecord>& runs) {
    const auto groups = seed_groups(runs);
    auto lines = published_lines();
    const size_t of_papers = lines.size();
    for (auto& line : own_lines(groups)) lines.push_back(std::move(line));
    add_header(lines);
    for (const auto& line : lines) add_line(line);
    if (of_papers > 0 && of_papers < lines.size()) table_.rules.push_back(of_papers);
    add_notes(lines);
    return std::move(table_);
  }

 private:
  [[nodiscard]] bool wants(const std::string& variant) const {
    const auto& wanted = request_.variants;
    return wanted.empty() || std::find(wanted.begin(), wanted.end(), variant) != wanted.end();
  }

  [[nodiscard]] bool has_dataset(const std::string& dataset) const {
    return std::find(datasets_.begin(), datasets_.end(), dataset) != datasets_.end();
  }

  [[nodiscard]] bool has_a_figure_of(const PublishedRow& row) const {
    return std::any_of(definition_.columns.begin(), definition_.columns.end(),
                       [&](const PaperColumn& column) { return column.dataset == row.dataset && row.scores.count(column.metric) > 0; });
  }

  /// Rows of one source and variant on several datasets are one line; of other systems, those with the same name.
  [[nodiscard]] std::vector<Line> published_lines() const {
    std::vector<Line> lines;
    if (published_ == nullptr) return lines;
    for (const auto& row : published_->rows()) {
      if (row.folds != definition_.folds || !wants(row.variant) || !has_dataset(row.dataset) || !has_a_figure_of(row)) continue;
      const auto same = std::find_if(lines.begin(), lines.end(), [&](const Line& line) {
        return line.source == origin(row) && line.variant == row.variant && (!row.variant.empty() || line.label == row.row) &&
               line.published.count(row.dataset) == 0;
      });
      if (same == lines.end()) {
        lines.push_back({row.row, origin(row), row.variant, {{row.dataset, &row}}, {}});
      } else {
        if (same->label != row.row) same->label = row.variant;
        same->published[row.dataset] = &row;
      }
    }
    return lines;
  }

  /// The group with the newest run of each variant and dataset; variants with published figures first, in their order.
  [[nodiscard]] std::vector<Line> own_lines(const std::vector<SeedGroup>& groups) {
    std::map<std::string, Line> by_variant;
    for (const auto& group : groups) {
      const RunRecord& run = *group.sample;
      const bool fits = run.method == definition_.method && run.source == request_.source && has_dataset(run.dataset) &&
                        group.folds_of_paper() == definition_.folds && wants(run.variant);
      if (!fits || !has_score(group)) continue;
      Line& line = by_variant[run.variant];
      line.label = line.variant = run.variant;
      line.source = "vbench";
      auto& chosen = line.ours[run.dataset];
      if (chosen != nullptr) ++left_out_[run.variant + " on " + run.dataset];
      if (chosen == nullptr || chosen->newest_id() < group.newest_id()) chosen = &group;
    }
    std::vector<Line> lines;
    for (const auto& variant : variants_in_order(by_variant)) lines.push_back(by_variant.at(variant));
    return lines;
  }

  [[nodiscard]] bool has_score(const SeedGroup& group) const {
    return std::any_of(definition_.columns.begin(), definition_.columns.end(), [&](const PaperColumn& column) {
      return column.dataset == group.sample->dataset && group.sample->scores.count(column.metric) > 0;
    });
  }

  [[nodiscard]] std::vector<std::string> variants_in_order(const std::map<std::string, Line>& lines) const {
    std::vector<std::string> order;
    const auto add = [&](const std::string& variant) {
      if (lines.count(variant) > 0 && std::find(order.begin(), order.end(), variant) == order.end()) order.push_back(variant);
    };
    if (published_ != nullptr) {
      for (const auto& row : published_->rows()) add(row.variant);
    }
    for (const auto& [variant, line] : lines) add(variant);
    return order;
  }

  void add_column(const std::string& header, const ColumnInfo& info) {
    table_.header.push_back(header);
    table_.columns.push_back(info);
  }

  [[nodiscard]] static bool distinct_labels(const std::vector<Line>& lines) {
    std::set<std::string> labels;
    return std::all_of(lines.begin(), lines.end(), [&](const Line& line) { return labels.insert(line.label).second; });
  }

  void add_header(const std::vector<Line>& lines) {
    const bool real = request_.source == Source::kReal;
    const std::string arxiv = published_ == nullptr ? "" : fmt::format(" (arXiv {})", published_->arxiv());
    table_.title = fmt::format("{}{}{}", definition_.title, arxiv, real ? "" : ": " + source_title(request_.source));
    table_.facts = {{"table", definition_.name}, {"source_of_data", to_string(request_.source)}};
    add_column("method", {});
    add_column("source", {});
    table_.stub = distinct_labels(lines) ? 1 : 2;  // where a table is cut, rows must be told apart
    for (const auto& fact : definition_.facts) add_column(fact, {});
    add_column("runs", {});
    for (const auto& column : definition_.columns) {
      std::string key = column.metric;
      if (column.kind == PaperColumnKind::kGflops) key = "gflops";
      if (column.kind == PaperColumnKind::kParameters) key = "parameters";
      if (!column.dataset.empty() && datasets_.size() > 1) key = column.dataset + "_" + key;
      add_column(column.header, {.key = key, .group = column.heading, .heading = column.heading});
    }
  }

  /// Facts tell what a network is fed: "data.frame_noise", "view.crop"; longer training does not change them.
  [[nodiscard]] bool is_fed_otherwise(const SeedGroup& group) const {
    const auto own = own_settings(group);
    return std::any_of(own.begin(), own.end(), [](const std::string& setting) {
      return setting.starts_with("data.") || setting.starts_with("sampling.") || setting.starts_with("view.");
    });
  }

  /// Of a published row; also of ours where it is fed as that one.
  [[nodiscard]] std::string fact_of(const Line& line, const std::string& fact) const {
    const bool other = std::any_of(line.ours.begin(), line.ours.end(), [&](const auto& known) { return is_fed_otherwise(*known.second); });
    if (published_ == nullptr || other) return "";
    for (const auto& row : published_->rows()) {
      const bool is_lines =
          std::any_of(line.published.begin(), line.published.end(), [&](const auto& known) { return known.second == &row; });
      const bool of_variant = line.published.empty() && !line.variant.empty() && row.variant == line.variant && has_dataset(row.dataset);
      if ((is_lines || of_variant) && row.facts.count(fact) > 0) return row.facts.at(fact);
    }
    return "";
  }

  /// "3", or "1 to 3" where datasets have different numbers; empty if nobody says.
  [[nodiscard]] static std::string runs_of(const Line& line) {
    std::set<int64_t> counts;
    for (const auto& [dataset, row] : line.published) counts.insert(row->runs);
    for (const auto& [dataset, group] : line.ours) counts.insert(static_cast<int64_t>(group->runs.size()));
    counts.erase(0);
    if (counts.empty()) return "";
    return counts.size() == 1 ? std::to_string(*counts.begin()) : fmt::format("{} to {}", *counts.begin(), *counts.rbegin());
  }

  void add_line(const Line& line) {
    std::vector<Cell> row{{.text = line.label}, {.text = line.source}};
    for (const auto& fact : definition_.facts) row.push_back({.text = fact_of(line, fact)});
    row.push_back({.text = runs_of(line), .numeric = true});
    const auto size = size_of(line);
    for (const auto& column : definition_.columns) {
      row.push_back(column.kind == PaperColumnKind::kMetric ? score_of(line, column) : size_cell(size, column.kind));
    }
    table_.rows.push_back(std::move(row));
  }

  [[nodiscard]] static Cell score_of(const Line& line, const PaperColumn& column) {
    if (const auto found = line.published.find(column.dataset); found != line.published.end()) {
      const PublishedRow& row = *found->second;
      const auto score = row.scores.find(column.metric);
      const auto deviation = row.deviations.find(column.metric);
      if (score == row.scores.end()) return {.numeric = true};
      return score_cell(column.metric, score->second, deviation == row.deviations.end() ? std::nullopt : std::optional(deviation->second));
    }
    const auto found = line.ours.find(column.dataset);
    if (found == line.ours.end() || found->second->sample->scores.count(column.metric) == 0) return {.numeric = true};
    return score_cell(column.metric, found->second->values(column.metric));
  }

  [[nodiscard]] bool shows_sizes() const {
    return std::any_of(definition_.columns.begin(), definition_.columns.end(),
                       [](const PaperColumn& column) { return column.kind != PaperColumnKind::kMetric; });
  }

  [[nodiscard]] std::optional<ModelSize> size_of(const Line& line) {
    if (!shows_sizes() || line.variant.empty()) return std::nullopt;
    const std::string dataset = line.ours.empty() ? line.published.begin()->first : line.ours.begin()->first;
    const auto size = knowledge_.size(definition_.method, dataset, line.variant);
    if (size) inputs_.insert(size->input);
    return size;
  }

  [[nodiscard]] static Cell size_cell(const std::optional<ModelSize>& size, PaperColumnKind kind) {
    if (!size) return {.numeric = true};
    const double value = static_cast<double>(kind == PaperColumnKind::kGflops ? size->flops : size->parameters);
    const double shown = value * (kind == PaperColumnKind::kGflops ? 1e-9 : 1e-6);
    return {.text = fmt::format("{:.2f}", shown), .numeric = true, .value = kind == PaperColumnKind::kGflops ? shown : value};
  }

  void add_notes(const std::vector<Line>& lines) {
    auto& notes = table_.notes;
    if (request_.source == Source::kSynthetic) notes.push_back(synthetic_note());
    notes.emplace_back("Shares in %, mean ± sample standard deviation over runs where there are several.");
    if (!inputs_.empty()) {
      notes.push_back(fmt::format("GFLOPs (multiply and add are two) and parameters are counted by vbench, for {}; no paper's figures.",
                                  fmt::join(inputs_, "; ")));
    }
    if (request_.source == Source::kReal) add_published_notes(lines);
    for (const auto& line : lines) {
      for (const auto& [dataset, group] : line.ours) notes.push_back(note_on(line, *group));
    }
    add_note_on_different_data(lines);
    for (const auto& [name, count] : left_out_) {
      notes.push_back(
          fmt::format("{}: the newest of {} results with other settings or data; 'vbench leaderboard' shows all.", name, count + 1));
    }
    if (std::all_of(lines.begin(), lines.end(), [](const Line& line) { return line.ours.empty(); })) {
      notes.push_back(fmt::format("No result of ours on {} is stored.", request_.source == Source::kReal ? "real data" : "stand-in data"));
    }
  }

  void add_published_notes(const std::vector<Line>& lines) {
    if (published_ == nullptr || lines.empty() || lines.front().published.empty()) {
      table_.notes.emplace_back("No published figure could be verified for this table.");
    } else {
      table_.notes.push_back(fmt::format("Rows without 'vbench' are published: {}, arXiv {}.", published_->paper(), published_->arxiv()));
    }
    if (published_ == nullptr) return;
    add_remarks(lines, how_measured);
    add_remarks(lines, [](const PublishedRow& row) { return row.note; });
    add_claims();
  }

  /// What is to be said of published rows; once for all of which the same is to be said.
  void add_remarks(const std::vector<Line>& lines, const std::function<std::string(const PublishedRow&)>& remark_on) {
    std::vector<std::pair<std::string, std::vector<std::string>>> remarks;  // and the rows
    for (const auto& line : lines) {
      for (const auto& [dataset, row] : line.published) {
        const std::string remark = remark_on(*row);
        if (remark.empty()) continue;
        auto same = std::find_if(remarks.begin(), remarks.end(), [&](const auto& known) { return known.first == remark; });
        if (same == remarks.end()) same = remarks.insert(remarks.end(), {remark, {}});
        if (same->second.empty() || same->second.back() != row->row) same->second.push_back(row->row);
      }
    }
    for (const auto& [remark, rows] : remarks) table_.notes.push_back(fmt::format("{}: {}.", fmt::join(rows, ", "), remark));
  }

  [[nodiscard]] static std::string how_measured(const PublishedRow& row) {
    std::string text = row.split == kUnsaid ? "split not said" : "split " + row.split;
    text += row.protocol == kUnsaid ? "; how it was measured is not said" : "; " + row.protocol;
    const std::string other_way = measured_otherwise(row);
    return other_way.empty() ? text : text + "; " + other_way;
  }

  /// "paper, abstract: mean gain ...: hacs top-1 +2.75 points, ..."
  void add_claims() {
    std::map<std::string, std::vector<std::string>> claims;
    for (const auto& claim : published_->claims()) {
      if (!has_dataset(claim.dataset)) continue;
      claims[fmt::format("{}: {}", claim.set, claim.text)].push_back(
          fmt::format("{} {} {:+.6g} points", claim.dataset, metric_label(claim.metric).column, 100 * claim.difference));
    }
    for (const auto& [what, figures] : claims) table_.notes.push_back(fmt::format("{}: {}.", what, fmt::join(figures, ", ")));
  }

  /// What a result of ours is of, and what a reader must know of it.
  [[nodiscard]] std::string note_on(const Line& line, const SeedGroup& group) const {
    const RunRecord& run = *group.sample;
    std::string note =
        fmt::format("{} on {}: {}, split {}, {} items (data {}), protocol {} version {}", line.label, run.dataset, group.size_text(),
                    run.data.split, run.data.items, run.data.hash.substr(0, 8), run.protocol.name, run.protocol.version);
    if (run.data.missing + run.data.dropped > 0) note += fmt::format("; {} items missing or unusable", run.data.missing + run.data.dropped);
    const auto own = own_settings(group);
    if (!own.empty()) note += fmt::format("; settings of its own: {}", fmt::join(own, " "));
    return note + ".";
  }

  /// "key=value" where a result of ours was not made as the published one.
  [[nodiscard]] std::vector<std::string> own_settings(const SeedGroup& group) const {
    const RunRecord& run = *group.sample;
    auto expected = knowledge_.defaults(run.method, run.dataset, run.variant).value_or(SettingValues{});
    const PublishedRow* row = published_ == nullptr ? nullptr : published_->find_row(run.dataset, run.variant, definition_.folds);
    if (row != nullptr) {
      for (const auto& [key, value] : row->settings) expected[key] = value;
    }
    std::vector<std::string> own;
    for (const auto& [key, values] : unexpected_settings(group.settings, expected)) own.push_back(fmt::format("{}={}", key, values.first));
    return own;
  }

  void add_note_on_different_data(const std::vector<Line>& lines) {
    for (const auto& dataset : datasets_) {
      std::vector<const SeedGroup*> groups;
      for (const auto& line : lines) {
        if (const auto found = line.ours.find(dataset); found != line.ours.end()) groups.push_back(found->second);
      }
      const bool same =
          std::all_of(groups.begin(), groups.end(), [&](const auto* group) { return on_same_board(*group, *groups.front()); });
      if (!same)
        table_.notes.push_back(
            fmt::format("Our rows on {} are of different data or protocols and not comparable with one another.", dataset));
    }
  }

  const PaperTableDefinition& definition_;
  const PaperTableRequest& request_;
  const Published* published_;  // nullptr: none, or none wanted
  const VariantKnowledge& knowledge_;
  std::vector<std::string> datasets_;
  Table table_;
  std::set<std::string> inputs_;             // for which sizes were counted
  std::map<std::string, int64_t> left_out_;  // groups beside the chosen one, by variant and dataset
};

}  // namespace

Table paper_table(const PaperTableDefinition& definition, const PaperTableRequest& request, const std::vector<RunRecord>& runs,
                  const Published* published, const VariantKnowledge& knowledge) {
  return PaperTableBuilder(definition, request, published, knowledge).build(runs);
}

Table list_of_paper_tables() {
  Table table{
      .title = "Tables of the papers (vbench table NAME)", .header = {"name", "method", "datasets", "what"}, .rows = {}, .notes = {}};
  for (const auto& definition : paper_table_definitions()) {
    table.rows.push_back(
        {{definition.name}, {definition.method}, {fmt::format("{}", fmt::join(datasets_of(definition), ", "))}, {definition.title}});
  }
  return table;
}

}  // namespace vbench
