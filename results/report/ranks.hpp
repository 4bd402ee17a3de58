// Retrieval and other ranked answers, from the ranks that runs stored of every query: recall over k, the queries with the best and the
// worst ranks, and what these were answered with. Used by the sections of a group.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "harness/core/run_record.hpp"
#include "results/report/curve_chart.hpp"

namespace vbench::report {

/// What came first, for some queries of one run.
struct NearestAnswers {
  int64_t seed = 0;
  std::vector<std::string> queries;
  std::vector<float> ranks;                       ///< of the right answers
  std::vector<std::vector<std::string>> answers;  ///< the nearest first; the right one has the query's name
};

/// Ranks of one kind, of all seeds of a configuration.
struct Ranks {
  std::string configuration;
  bool valid = true;
  std::vector<std::string> ids;  ///< of the queries
  std::vector<int64_t> seeds;
  std::vector<std::vector<float>> of_seed;  ///< 1 = the right answer came first
  NearestAnswers nearest = {};              ///< of the first run that stored some
};

/// The kinds of ranks among outputs: "v2p_rank" of width 1, ...
[[nodiscard]] std::vector<std::string> rank_outputs(const std::vector<ItemOutput>& outputs);

/// Adds a run's; the queries of another list, or no ranks at all, are left out. @return whether they were added
bool add_ranks(Ranks& ranks, const std::vector<ItemOutput>& outputs, const std::string& kind, int64_t seed);

/// "video to paragraph" of "v2p_rank".
[[nodiscard]] std::string rank_title(const std::string& kind);

/// By kind, the ranks of all configurations.
using KindsOfRanks = std::vector<std::pair<std::string, std::vector<Ranks>>>;

/// A chart of every kind, and the queries of each configuration; empty where there are none.
[[nodiscard]] std::string ranks_html(const KindsOfRanks& kinds, CurveCharts& charts);

}  // namespace vbench::report
