// Why a result of ours differs from a published figure: what is known of (published - ours), part by part, and what is left.
// Used by `vbench leaderboard --paper --explain`.
#pragma once

#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "metrics/significance.hpp"
#include "results/leaderboard.hpp"
#include "results/seed_groups.hpp"

namespace vbench {

enum class PartStatus {
  kNone,          ///< nothing is known to differ
  kQuantified,    ///< so much of the difference
  kBounded,       ///< between two numbers
  kNotQuantified  ///< differs, or may differ; how much that does is not known
};

/// A part of (published - ours).
struct DifferencePart {
  std::string name;  ///< "protocol", "data", "seeds", "precision", "settings", "training", "unexplained"
  PartStatus status = PartStatus::kNone;
  double amount = std::numeric_limits<double>::quiet_NaN();  ///< quantified parts and the rest
  Interval between = {};                                     ///< bounded parts
  std::string finding;                                       ///< one sentence without numbers of `amount` and `between`
};

/// One figure of a published row beside the result of ours that reproduces it.
struct Explanation {
  std::string dataset, method, variant, configuration;
  std::string source, row, split;  ///< of the published figure: "paper, table 3", "COOT (HowTo100M)"
  std::string our_split, metric;
  int64_t runs = 0;
  double published = 0, ours = 0;
  std::vector<DifferencePart> parts;  ///< always the same seven, the rest last
};

/// The settings of a variant as the method has published them; nothing for a variant that this build has not.
using VariantDefaults =
    std::function<std::optional<SettingValues>(const std::string& method, const std::string& dataset, const std::string& variant)>;

/// Of real data alone, for every published row with figures of the runs' variants. Effects are taken from other stored runs where those
/// differ from ours in nothing else.
[[nodiscard]] std::vector<Explanation> explain_differences(const std::vector<RunRecord>& runs, const LeaderboardRequest& request,
                                                           const std::map<std::string, Published>& published,
                                                           const VariantDefaults& defaults);

/// For people: a table for each published row, a line a metric, findings as notes.
[[nodiscard]] std::vector<Table> explanation_tables(const std::vector<Explanation>& explanations);

/// For programs: one table with a line for each part of each figure.
[[nodiscard]] Table explanation_list(const std::vector<Explanation>& explanations);

[[nodiscard]] std::string to_string(PartStatus status);

}  // namespace vbench
