// A stored run whose method found clusters, and what its folder still says of them. Used by `vbench report`.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "harness/core/run_record.hpp"
#include "results/report/cluster_page.hpp"
#include "results/store.hpp"

namespace vbench::cli {

/// The store's part, which counts: it stays when folders are trained in again, moved or deleted.
struct ClusteredRun {
  RunRecord record;
  std::vector<std::string> ids;
  std::vector<int64_t> clusters;  ///< of the best head
  std::vector<int64_t> labels;    ///< true ones
};

/// The newest of these runs that has clusters; nothing if none has some.
[[nodiscard]] std::optional<ClusteredRun> clustered_run_among(const Store& store, const std::vector<RunRecord>& runs, bool also_invalid);

/// What the run's folder adds.
struct ClusterFiles {
  std::vector<std::string> classes;  ///< names of the labels
  std::vector<report::Head> heads;   ///< all; of their clusters and sizes
  size_t best = 0;                   ///< the one whose clusters the store has
  std::vector<report::Labelling> labellings;
};

/// Looks below `out` for a folder of the run's variant and seed whose clusters.csv holds exactly the stored clusters. Damaged files give a
/// line in `problems`.
/// @return nothing if there is none
[[nodiscard]] std::optional<ClusterFiles> find_cluster_files(const ClusteredRun& run, const std::filesystem::path& out,
                                                             std::vector<std::string>& problems);

}  // namespace vbench::cli
