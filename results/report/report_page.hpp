// The whole page of a report, from stored runs. Used by `vbench report`.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/core/run_record.hpp"
#include "results/published.hpp"
#include "results/report/cluster_page.hpp"
#include "results/report/confusion.hpp"
#include "results/significance.hpp"
#include "results/throughput.hpp"

namespace vbench::report {

struct Report {
  std::vector<RunRecord> runs;                      ///< at least one; with history, outputs are asked for
  std::map<std::string, Published> published = {};  ///< by method
  std::vector<std::string> notes = {};              ///< what the reader must know of the whole page: a sentence each
  std::optional<ClusterPage> clusters = std::nullopt;
  std::vector<ThroughputRow> throughput = {};
  std::vector<KernelSpeed> kernels = {};
  ItemTester by_item = {};  ///< compares rows of leaderboards; empty: they are compared by seed alone
  /// Outputs of a run: megabytes, so one run after another.
  std::function<std::vector<ItemOutput>(const RunRecord&)> outputs = {};
  /// What could not be read of them, asked for after them: a clause each.
  std::function<std::vector<std::string>(const RunRecord&)> unreadable = {};
  /// Names of the classes of a run with this matrix, where ids do not tell them; nothing if they are not known.
  std::function<std::vector<std::string>(const RunRecord&, const ConfusionMatrix&)> class_names = {};
};

[[nodiscard]] std::string report_page(const Report& report);

}  // namespace vbench::report
