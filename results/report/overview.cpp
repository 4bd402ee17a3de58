#include "results/report/overview.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "results/leaderboard.hpp"
#include "results/report/groups.hpp"
#include "results/report/html.hpp"
#include "results/report/tables.hpp"
#include "results/score_cells.hpp"

namespace vbench::report {
namespace {

template <class Value>
std::set<std::string> names_of(const std::vector<RunRecord>& runs, const Value& value) {
  std::set<std::string> names;
  for (const auto& run : runs) names.insert(value(run));
  return names;
}

std::set<std::string> methods_of(const std::vector<RunRecord>& runs) {
  return names_of(runs, [](const RunRecord& run) { return run.method; });
}
std::set<std::string> datasets_of(const std::vector<RunRecord>& runs) {
  return names_of(runs, [](const RunRecord& run) { return run.dataset; });
}
std::set<std::string> variants_of(const std::vector<RunRecord>& runs) {
  return names_of(runs, [](const RunRecord& run) { return run.variant; });
}

int64_t invalid_runs(const std::vector<RunRecord>& runs) {
  return std::count_if(runs.begin(), runs.end(), [](const RunRecord& run) { return !run.verdict.valid; });
}

/// "top-1 87.50": the first figure that tables show.
std::string main_score(const RunRecord& run) {
  const RunRecord* const alone[] = {&run};
  const auto keys = metrics_of(alone);
  if (keys.empty()) return "-";
  const auto label = metric_label(keys.front());
  return fmt::format("{}{}{} {}", label.group, label.group.empty() ? "" : " ", label.column,
                     format_score(keys.front(), run.scores.at(keys.front())));
}

std::string fact(const std::string& name, const std::string& value) {
  return fmt::format("<div><dt>{}</dt><dd>{}</dd></div>", escape_html(name), escape_html(value));
}

Cell number_cell(int64_t value) { return {.text = std::to_string(value), .numeric = true}; }

}  // namespace

std::string moment(int64_t unix_seconds) {
  constexpr int64_t kLast = 253402300799;  // the last second of the year 9999
  if (unix_seconds < 0 || unix_seconds > kLast) return "-";
  return fmt::format("{:%Y-%m-%d %H:%M} UTC", fmt::gmtime(static_cast<std::time_t>(unix_seconds)));
}

std::string leaderboards_html(const std::vector<RunRecord>& runs, const std::map<std::string, Published>& published,
                              const ItemTester& by_item) {
  LeaderboardRequest request;
  request.paper = true;
  request.by_item = by_item;
  std::string html;
  for (const auto& board : leaderboards(runs, request, published)) html += html_table(board);
  return html;
}

std::string runs_html(const std::vector<RunRecord>& runs) {
  Table table{
      .title = "Runs, the newest first",
      .header = {"run", "verdict", "method", "dataset", "data", "variant", "seed", "epochs", "best epoch", "score", "evaluated", "remarks"},
      .rows = {},
      .notes = {}};
  std::vector<const RunRecord*> newest_first;
  for (const auto& run : runs) newest_first.push_back(&run);
  std::stable_sort(newest_first.begin(), newest_first.end(), [](const auto* a, const auto* b) { return a->run_id > b->run_id; });
  for (const auto* run : newest_first) {
    table.rows.push_back({{.text = run->run_id},
                          {.text = run->verdict.valid ? "valid" : "INVALID", .bold = !run->verdict.valid},
                          {.text = run->method},
                          {.text = run->dataset},
                          {.text = run->source == Source::kSynthetic ? "SYNTHETIC" : "real"},
                          {.text = run->variant},
                          number_cell(run->seed),
                          number_cell(run->epochs),
                          {.text = run->best_epoch < 0 ? "-" : std::to_string(run->best_epoch + 1), .numeric = true},
                          {.text = main_score(*run)},
                          {.text = moment(run->created_unix)},
                          {.text = fmt::format("{}", fmt::join(run->verdict.reasons, ", "))}});
  }
  const bool remarks = std::any_of(runs.begin(), runs.end(), [](const RunRecord& run) { return !run.verdict.reasons.empty(); });
  table.columns.resize(table.header.size());
  table.columns.back().detail = !remarks;
  return html_table(table);
}

std::string title_of(const std::vector<RunRecord>& runs) {
  const auto methods = methods_of(runs), datasets = datasets_of(runs), variants = variants_of(runs);
  if (methods.size() != 1)
    return fmt::format("{} on {}", counted(static_cast<int64_t>(methods.size()), "method"),
                       counted(static_cast<int64_t>(datasets.size()), "dataset"));
  const auto data = datasets.size() == 1 ? *datasets.begin() : counted(static_cast<int64_t>(datasets.size()), "dataset");
  const auto method = variants.size() == 1 && *variants.begin() != *methods.begin()
                          ? fmt::format("{} {}", *methods.begin(), *variants.begin())
                          : *methods.begin();
  return fmt::format("{} on {}", method, data);
}

std::string head_html(const std::vector<RunRecord>& runs, const std::vector<std::string>& more_notes) {
  const int64_t invalid = invalid_runs(runs), all = static_cast<int64_t>(runs.size());
  const auto newest =
      std::max_element(runs.begin(), runs.end(), [](const auto& a, const auto& b) { return a.created_unix < b.created_unix; });
  std::string html =
      "<dl class=\"facts\">" + fact("runs", std::to_string(all)) + fact("methods", fmt::format("{}", fmt::join(methods_of(runs), ", "))) +
      fact("datasets", fmt::format("{}", fmt::join(datasets_of(runs), ", "))) + fact("variants", std::to_string(variants_of(runs).size())) +
      fact("newest run", moment(newest->created_unix)) + "</dl>";
  std::vector<std::string> notes;
  if (invalid > 0)
    notes.push_back(fmt::format("{} of {} {} INVALID: marked wherever shown, and in no leaderboard.", invalid, counted(all, "run"),
                                invalid == 1 ? "is" : "are"));
  notes.insert(notes.end(), more_notes.begin(), more_notes.end());
  for (const auto& note : notes) html += fmt::format("\n<p class=\"note\" role=\"note\">{}</p>", escape_html(note));
  return html;
}

}  // namespace vbench::report
