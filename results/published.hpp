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
  std::string table, row;  ///< "3", "COOT (HowTo100M)"
  std::string dataset;
  std::string variant;                                ///< empty: a system that vbench has not
  std::string split;                                  ///< kUnknownSplit if the source does not say it
  std::string protocol;                               ///< how it was measured, one line
  int64_t items = 0;                                  ///< evaluated; 0: not said
  int64_t runs = 0;                                   ///< 0: not said
  int64_t folds = 0;                                  ///< official splits over which the figures are means; 0: they are of one split
  Scores scores;                                      ///< shares as fractions
  Scores deviations;                                  ///< sample standard deviations over `runs`, where known
  std::map<std::string, std::vector<double>> values;  ///< of each fold or run, where known
  std::map<std::string, std::string> measured_as;     ///< metric -> the one of ours that is measured as the published figure was
  std::map<std::string, std::string> settings;        ///< of the published run, where they are not the variant's defaults
  std::map<std::string, std::string> facts;           ///< what else stands in the row: "clip" -> "16x264x264"
  std::string note;
};

/// What a paper says about a metric without a table: "mean gain over the same network without SRTG".
struct PublishedClaim {
  std::string set, text, dataset, metric;
  double difference = 0;
};

/// A split or protocol that the source does not say.
inline constexpr const char* kUnsaid = "unknown";

/// Format: results/published/README.md.
class Published {
 public:
  /// Empty text: no figures. @throws Error kInternal (the text is compiled in) naming the row and key at fault, unknown keys and metrics
  /// included
  [[nodiscard]] static Published parse(std::string_view json);

  // Only rows that are means over so many folds; 0: of one split.

  /// First row with this figure; the paper's own rows come first in the files. Empty variant: any that vbench has.
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
  [[nodiscard]] const std::vector<PublishedClaim>& claims() const { return claims_; }

 private:
  std::string paper_, arxiv_;
  std::vector<PublishedClaim> claims_;
  std::vector<PublishedRow> rows_;
};

/// "paper, table 3".
[[nodiscard]] std::string origin(const PublishedRow& row);

/// "top-1 is measured as our upstream top-1", for figures that ours of the same name are not measured as; empty if there are none.
[[nodiscard]] std::string measured_otherwise(const PublishedRow& row);

}  // namespace vbench
