// How scores follow from the per-item outputs that runs store, as a table: one recipe a metric, whichever method computed it.
// Used by outcomes, `vbench rescore` and the tests by item of leaderboards.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vbench {

enum class Formula {
  kShareWithin,     ///< share of ranks that are `k` or better
  kMeanRank,        ///< mean of the ranks
  kMedianRank,      ///< median of the ranks, rounded down
  kReciprocalRank,  ///< mean of 1 / rank
  kGeometricRank,   ///< geometric mean of the ranks
  kClassMean,       ///< mean over the classes of `labels` of the share of ranks that are `k` or better
  kMean,            ///< mean of the values that are not NaN
  kUndefined,       ///< number of values that are NaN
  kNmi,             ///< of the clusters in `output` and the classes in `labels`, as the five below; metrics/clustering.hpp
  kAnmi,
  kAri,
  kAccuracy,
  kPurity,
  kPurityByItem,  ///< share of items that are of their cluster's most frequent class
  kEntropy,
};

/// What counts clusters. Repeated items agree with themselves, so that such scores of resamples are off by a common amount: they are tested
/// by normal_bootstrap_result. Accuracy keeps its assignment and is a mean over items.
[[nodiscard]] bool is_clustering(Formula formula);

/// Where the size of an item's set stands, for metrics of one size.
enum class SizeOf {
  kNone,     ///< all items count
  kColumns,  ///< an output "<output><members>" has one column a subset, as power sets are counted; any number of such outputs
  kId,       ///< behind the last blank of the id and before "/": "completion 3/17"
};

struct Recipe {
  std::string metric;
  Formula formula = Formula::kMean;
  std::string output;       ///< name of the output; the beginning of several names for SizeOf::kColumns
  std::string labels = "";  ///< name of a second output of the same items
  int64_t k = 1;
  SizeOf size_of = SizeOf::kNone;
  int64_t size = 0;          ///< 0: every size counts
  int64_t uncounted = 0;     ///< members that the size in the id leaves out: the odd one
  std::string witness = "";  ///< a score that the run must have: it tells what the output is of
  double tolerance = 1e-9;   ///< between stored and recomputed score; larger where the output was rounded to float32
};

/// The metrics of all_metrics() that follow from stored outputs, in that order.
[[nodiscard]] const std::vector<Recipe>& all_recipes();

/// Also of shares within any k: "v2p_r3", "top7", "video_top7".
[[nodiscard]] std::optional<Recipe> find_recipe(std::string_view metric);

/// Why a known metric does not follow from stored outputs; empty for those that do and for unknown ones.
[[nodiscard]] std::string why_no_recipe(std::string_view metric);

}  // namespace vbench
