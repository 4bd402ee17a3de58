// The tables that an evaluation of clusters leaves in a run's folder.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "datasets/formats/csv.hpp"
#include "harness/cli/commands/clustered_run.hpp"
#include "harness/cli/commands/run_folders.hpp"
#include "harness/core/error.hpp"
#include "harness/core/text.hpp"

namespace vbench::cli {
namespace fs = std::filesystem;
namespace {

/// @throws Error kInput, naming the line, for what is no whole number from 0
int64_t count_in(const csv::Table& table, const csv::Row& row, size_t column) {
  const auto value = parse_int(row.cells[column]);
  if (!value || *value < 0) throw input_error(fmt::format("'{}' is no count", printable(row.cells[column])), table.place(row));
  return *value;
}

double number_in(const csv::Table& table, const csv::Row& row, size_t column) {
  const auto value = parse_double(row.cells[column]);
  if (!value) throw input_error(fmt::format("'{}' is no number", printable(row.cells[column])), table.place(row));
  return *value;
}

/// Of a cluster; more than anybody has videos would leave a chart without a scale.
double size_in(const csv::Table& table, const csv::Row& row, size_t column) {
  constexpr double kMost = 1e15;
  const double value = number_in(table, row, column);
  if (!(value >= 0 && value <= kMost))
    throw input_error(fmt::format("'{}' is no size of a cluster", printable(row.cells[column])), table.place(row),
                      fmt::format("sizes are in 0..{:g}", kMost));
  return value;
}

/// Heads and names of classes; nothing if the file tells of other clusters than the stored ones.
std::optional<ClusterFiles> read_assignments(const ClusteredRun& run, const fs::path& path) {
  const csv::Table table(path);
  const size_t id = table.column("id"), label = table.column("class");
  ClusterFiles files;
  std::vector<size_t> columns;
  while (table.has(fmt::format("head_{}", columns.size()))) columns.push_back(table.column(fmt::format("head_{}", columns.size())));
  if (table.rows().size() != run.ids.size() || columns.empty()) return std::nullopt;
  files.heads.resize(columns.size());
  for (size_t head = 0; head < columns.size(); ++head) files.heads[head].name = fmt::format("head {}", head);
  for (size_t i = 0; i < run.ids.size(); ++i) {
    const auto& row = table.rows()[i];
    if (row.cells[id] != run.ids[i]) return std::nullopt;
    const auto index = static_cast<size_t>(std::max<int64_t>(run.labels[i], 0));
    if (files.classes.size() <= index) files.classes.resize(index + 1);
    files.classes[index] = row.cells[label];
    for (size_t head = 0; head < columns.size(); ++head) files.heads[head].clusters.push_back(count_in(table, row, columns[head]));
  }
  const auto same = [&](const report::Head& head) { return head.clusters == run.clusters; };
  const auto best = std::find_if(files.heads.begin(), files.heads.end(), same);
  if (best == files.heads.end()) return std::nullopt;
  files.best = static_cast<size_t>(best - files.heads.begin());
  return files;
}

void read_sizes(const fs::path& path, std::vector<report::Head>& heads) {
  const csv::Table table(path);
  const size_t head_column = table.column("head");
  std::vector<std::map<std::string, std::vector<double>>> sizes(heads.size());
  for (const auto& row : table.rows()) {
    const auto head = static_cast<size_t>(count_in(table, row, head_column));
    if (head >= heads.size()) throw input_error(fmt::format("there is no head {}", head), table.place(row));
    for (const char* name : {"evaluated", "labelled", "drawn", "prescribed"}) {
      const size_t column = table.column(name);
      if (!row.cells[column].empty()) sizes[head][name].push_back(size_in(table, row, column));
    }
  }
  for (size_t head = 0; head < heads.size(); ++head) heads[head].sizes = std::move(sizes[head]);
}

std::vector<report::Labelling> read_labellings(const fs::path& path) {
  const csv::Table table(path);
  const size_t before = table.column("nmi_before"), classes = table.column("nmi_classes");
  std::vector<report::Labelling> all;
  for (const auto& row : table.rows()) all.push_back({number_in(table, row, before), number_in(table, row, classes)});
  return all;
}

template <class Read>
void read_beside(const fs::path& path, std::vector<std::string>& problems, const Read& read) {
  if (!fs::exists(path)) return;
  try {
    read(path);
  } catch (const Error& error) {
    problems.emplace_back(error.what());
  }
}

}  // namespace

std::optional<ClusterFiles> find_cluster_files(const ClusteredRun& run, const fs::path& out, std::vector<std::string>& problems) {
  std::vector<std::string> damaged;
  for (const auto& folder : run_folders(run.record, out, "clusters.csv")) {
    std::optional<ClusterFiles> files;
    read_beside(folder / "clusters.csv", damaged, [&](const fs::path& path) { files = read_assignments(run, path); });
    if (!files) continue;
    read_beside(folder / "marginals.csv", problems, [&](const fs::path& path) { read_sizes(path, files->heads); });
    read_beside(folder / "labellings.csv", problems, [&](const fs::path& path) { files->labellings = read_labellings(path); });
    return files;
  }
  problems.insert(problems.end(), damaged.begin(), damaged.end());  // of other runs as well, but one of them may have been this one's
  return std::nullopt;
}

}  // namespace vbench::cli
