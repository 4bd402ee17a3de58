// Which tables of the papers `vbench table` lays out: names, columns and their groups, as data.
// Used by results/paper_tables/paper_table.cpp and the command.
#pragma once

#include <string>
#include <vector>

namespace vbench {

enum class PaperColumnKind {
  kMetric,
  kGflops,     ///< of a forward pass, counted by vbench
  kParameters  ///< likewise
};

struct PaperColumn {
  PaperColumnKind kind = PaperColumnKind::kMetric;
  std::string heading;  ///< above this column and its neighbours; may be empty
  std::string header;
  std::string dataset;  ///< of a metric
  std::string metric;
};

struct PaperTableDefinition {
  std::string name;                ///< as on the command line
  std::string method;              ///< whose published rows and runs stand in it
  std::string title;               ///< with the table's number, where the paper's is known
  std::vector<std::string> facts;  ///< of the published rows (PublishedRow::facts), in columns of their own
  int64_t folds = 0;               ///< figures are means over so many official splits; 0: of one split
  std::vector<PaperColumn> columns;
};

/// In the order in which they are listed.
[[nodiscard]] const std::vector<PaperTableDefinition>& paper_table_definitions();

/// The table of that name, or all of the method of that name. @throws Error kUsage with the nearest names
[[nodiscard]] std::vector<const PaperTableDefinition*> find_paper_tables(const std::string& name);

}  // namespace vbench
