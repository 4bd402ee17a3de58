// Published figures of a paper, parsed from the JSON that a method carries (results/published/*.json; format in its README.md).
// Leaderboards and `run` set them beside real results.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/core/scores.hpp"

namespace vbench {

/// One row of a published table.
struct PublishedRow {
  std::string set;         ///< "paper", or where else it comes from: "authors' runs"
  std::string table, row;  ///< "3", "COOT (HowTo100M features)"
  std::string dataset, variant, split;
  int64_t runs = 0;   ///< 0: not said
  int64_t folds = 0;  ///< official splits over which the figures are means; 0: they are of one split
  Scores scores;      ///< shares as fractions
  Scores deviations;  ///< sample standard deviations over `runs`, where known
  std::string note;
};

/// {"paper", "arxiv", "rows": [{"set", "table", "row", "dataset", "variant", "split", "runs", "folds", "scores": {}, "deviations": {},
/// "note"}]}
class Published {
 public:
  /// Empty text: no figures. @throws Error kInternal (the text is compiled in) naming the row and key at fault, unknown keys and metrics
  /// included
  [[nodiscard]] static Published parse(std::string_view json);

  // Only rows that are means over so many folds; 0: of one split.

  /// First row with this figure; the paper's own rows come first in the files. Empty variant: any.
  [[nodiscard]] std::optional<double> find(const std::string& dataset, const std::string& variant, const std::string& metric,
                                           int64_t folds = 0) const;
  /// The row that find() reads, nullptr if there is none.
  [[nodiscard]] const PublishedRow* find_row(const std::string& dataset, const std::string& variant, const std::string& metric,
                                             int64_t folds = 0) const;
  /// The first row for a dataset and variant, nullptr if there is none.
  [[nodiscard]] const PublishedRow* find_row(const std::string& dataset, const std::string& variant, int64_t folds = 0) const;

  [[nodiscard]] const std::string& paper() const { return paper_; }
  [[nodiscard]] const std::string& arxiv() const { return arxiv_; }
  [[nodiscard]] const std::vector<PublishedRow>& rows() const { return rows_; }

 private:
  std::string paper_, arxiv_;
  std::vector<PublishedRow> rows_;
};

}  // namespace vbench
