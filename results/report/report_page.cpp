#include "results/report/report_page.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "results/report/curves.hpp"
#include "results/report/groups.hpp"
#include "results/report/html.hpp"
#include "results/report/overview.hpp"
#include "results/report/ranks.hpp"
#include "results/report/setup.hpp"

namespace vbench::report {
namespace {

/// What the outputs of a group's runs come to.
struct Answers {
  std::vector<ConfusionMatrix> matrices;  // by configuration
  KindsOfRanks ranks;
  std::string notes_html;  // on what is left out
};

void add_matrix(std::optional<ConfusionMatrix>& matrix, const Report& report, const RunRecord& run,
                const std::vector<ItemOutput>& outputs) {
  auto of_run = confusion_of(outputs);
  if (!of_run) return;
  if (of_run->names.empty() && report.class_names) of_run->names = report.class_names(run, *of_run);
  if (matrix) {
    add_counts(*matrix, *of_run);
  } else {
    matrix = std::move(of_run);
  }
}

void add_kinds(std::vector<std::pair<std::string, Ranks>>& all, const Configuration& configuration, const RunRecord& run,
               const std::vector<ItemOutput>& outputs) {
  for (const auto& kind : rank_outputs(outputs)) {
    auto found = std::find_if(all.begin(), all.end(), [&](const auto& each) { return each.first == kind; });
    if (found == all.end())
      found = all.insert(
          all.end(),
          {kind,
           {.configuration = configuration.brief, .valid = configuration.valid, .ids = {}, .seeds = {}, .of_seed = {}, .nearest = {}}});
    add_ranks(found->second, outputs, kind, run.seed);
  }
}

std::string unreadable_html(const Report& report, const RunRecord& run) {
  std::string html;
  if (!report.unreadable) return html;
  for (const auto& what : report.unreadable(run)) {
    html += fmt::format("<p class=\"note\" role=\"note\">{} seed {}: {}; what takes it is left out.</p>\n", escape_html(run.variant),
                        run.seed, escape_html(what));
  }
  return html;
}

Answers answers_of(const Group& group, const Report& report) {
  Answers answers;
  if (!report.outputs) return answers;
  for (const auto& configuration : group.configurations) {
    std::optional<ConfusionMatrix> matrix;
    std::vector<std::pair<std::string, Ranks>> kinds;
    for (const auto* run : configuration.runs) {
      const auto outputs = report.outputs(*run);
      answers.notes_html += unreadable_html(report, *run);
      add_matrix(matrix, report, *run, outputs);
      add_kinds(kinds, configuration, *run, outputs);
    }
    if (matrix) {
      matrix->name = configuration.brief;
      answers.matrices.push_back(*std::move(matrix));
    }
    for (auto& [kind, ranks] : kinds) {
      auto found =
          std::find_if(answers.ranks.begin(), answers.ranks.end(), [&, &name = kind](const auto& each) { return each.first == name; });
      if (found == answers.ranks.end()) found = answers.ranks.insert(answers.ranks.end(), {kind, {}});
      found->second.push_back(std::move(ranks));
    }
  }
  return answers;
}

/// Sections of groups, and what their scripts need.
class GroupSections {
 public:
  explicit GroupSections(const Report& report) : report_(report) {}

  void add(Page& page, const Group& group) {
    const auto answers = answers_of(group, report_);
    std::string html = intro(group) + answers.notes_html + "<h3>Training</h3>\n" + curves_html(group, charts_);
    html +=
        ranks_html(answers.ranks, charts_) + matrices_part(answers) + speed_html(group) + settings_html(group) + environment_html(group);
    page.sections.push_back({group.id, group.title, std::move(html)});
  }

  void finish(Page& page) {
    page.curves = !charts_.empty();
    if (page.curves) page.data.emplace_back("curve-data", script_json(charts_.json()));
    if (!matrices_.empty()) page.data.emplace_back("matrix-data", script_json(matrices_));
  }

 private:
  static std::string intro(const Group& group) {
    const RunRecord& run = *group.sample;
    const bool synthetic = run.source == Source::kSynthetic;
    std::string html =
        fmt::format("<p>{}{} on split {}, {} items; {}.</p>\n", synthetic ? "<strong>SYNTHETIC</strong> stand-in data: " : "",
                    counted(static_cast<int64_t>(group.runs().size()), "run"), escape_html(run.data.split), run.data.items,
                    counted(static_cast<int64_t>(group.configurations.size()), "configuration"));
    if (group.superseded > 0)
      html += fmt::format("<p>Not shown: {} older run(s) of a seed and configuration that were run again.</p>\n", group.superseded);
    for (const auto* each : group.runs()) {
      if (each->verdict.valid) continue;
      html += fmt::format("<p class=\"note\" role=\"note\"><strong>INVALID</strong>: {} seed {}: {}</p>\n", escape_html(each->variant),
                          each->seed, escape_html(fmt::format("{}", fmt::join(each->verdict.reasons, ", "))));
    }
    return html;
  }

  std::string matrices_part(const Answers& answers) {
    if (answers.matrices.empty()) return "";
    std::string html = "<h3>Confusions</h3>\n<div class=\"charts matrices\">";
    for (const auto& matrix : answers.matrices) {
      html += confusion_html(matrix, matrices_.size());
      matrices_.push_back(confusion_json(matrix));
    }
    return html + "</div>\n";
  }

  const Report& report_;
  CurveCharts charts_;
  nlohmann::json matrices_ = nlohmann::json::array();
};

DataKind kind_of(const Report& report) {
  std::set<Source> sources;
  for (const auto& run : report.runs) sources.insert(run.source);
  for (const auto& row : report.throughput) sources.insert(row.source);
  if (!sources.contains(Source::kSynthetic)) return DataKind::kReal;
  return sources.size() == 1 ? DataKind::kSynthetic : DataKind::kBoth;
}

}  // namespace

std::string report_page(const Report& report) {
  Page page{.title = title_of(report.runs), .data_kind = kind_of(report)};
  page.head_html = head_html(report.runs, report.notes);
  page.head_html +=
      "<noscript><p class=\"note\">Drawings need JavaScript, which this page brings along; tables hold their figures.</p></noscript>";
  page.sections.push_back({"leaderboards", "Leaderboards", leaderboards_html(report.runs, report.published, report.by_item)});
  page.sections.push_back({"runs", "Runs", runs_html(report.runs)});
  GroupSections sections(report);
  for (const auto& group : groups_of(report.runs)) sections.add(page, group);
  sections.finish(page);
  if (!report.throughput.empty() || !report.kernels.empty())
    page.sections.push_back({"throughput", "Throughput", throughput_html(report.throughput, report.kernels)});
  if (report.clusters) add_clusters(page, *report.clusters);
  return page_text(page);
}

}  // namespace vbench::report
