#include "harness/cli/commands/class_names.hpp"

#include <fmt/format.h>

#include <map>

#include "datasets/formats/csv.hpp"
#include "harness/cli/commands/run_folders.hpp"
#include "harness/core/error.hpp"
#include "harness/core/text.hpp"

namespace vbench::cli {
namespace fs = std::filesystem;
namespace {

/// Names of the table's classes, if its counts are those of the matrix; else nothing. @throws Error kInput naming the line
std::vector<std::string> names_in(const fs::path& path, const report::ConfusionMatrix& matrix) {
  const csv::Table table(path);
  const std::vector<std::string> names(table.header().begin() + 1, table.header().end());
  if (names.size() != table.rows().size() || static_cast<int64_t>(names.size()) < matrix.classes) return {};
  std::map<std::pair<int64_t, int64_t>, int64_t> counts;
  for (size_t target = 0; target < names.size(); ++target) {
    const auto& row = table.rows()[target];
    for (size_t predicted = 0; predicted < names.size(); ++predicted) {
      const auto& cell = row.cells[predicted + 1];
      const auto count = parse_int(cell);
      if (!count || *count < 0) throw input_error(fmt::format("'{}' is no count", printable(cell)), table.place(row));
      if (*count > 0) counts[{static_cast<int64_t>(target), static_cast<int64_t>(predicted)}] = *count;
    }
  }
  return counts == matrix.counts ? names : std::vector<std::string>();
}

}  // namespace

std::vector<std::string> class_names_of(const RunRecord& record, const report::ConfusionMatrix& matrix, const fs::path& out,
                                        std::vector<std::string>& problems) {
  for (const auto& folder : run_folders(record, out, "confusion.csv")) {
    try {
      auto names = names_in(folder / "confusion.csv", matrix);
      if (!names.empty()) return names;
    } catch (const Error& error) {
      problems.emplace_back(error.what());
    }
  }
  return {};
}

}  // namespace vbench::cli
