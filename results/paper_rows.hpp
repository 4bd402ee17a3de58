// The lines that stand below a result of ours on a leaderboard where papers have figures of it. Private to results/.
#pragma once

#include <string>
#include <vector>

#include "results/published.hpp"
#include "results/table.hpp"

namespace vbench {

/// Seeds that an interval of the mean takes at least.
inline constexpr size_t kSeedsOfInterval = 3;

/// A result of ours on real data.
struct OwnResult {
  std::string method, dataset, variant, split;
  int64_t folds = 0;                        ///< over which the values are; 0: they are of seeds
  std::vector<std::string> metrics;         ///< columns of the board
  std::vector<std::vector<double>> values;  ///< of each metric over seeds or folds; NaN where a run lacks it
};

struct PaperLine {
  std::string result;  ///< "paper, table 3", "ours − published", ...
  int64_t runs = 0;    ///< 0: not said
  std::vector<Cell> cells;
};

struct PaperLines {
  std::vector<PaperLine> lines;  ///< none if nothing is published
  std::vector<std::string> citations, remarks;
};

/// Published rows, the difference to the first figure of each metric, and of kSeedsOfInterval seeds or more the 95% interval of our mean
/// within what the metric can be and whether that figure lies in it; none where all seeds are equal.
[[nodiscard]] PaperLines paper_lines(const OwnResult& ours, const Published& published);

}  // namespace vbench
