// The clusters of a stored run as a report shows them, with pictures of their videos. Used by `vbench report`.
#pragma once

#include "harness/cli/commands/clustered_run.hpp"
#include "harness/cli/commands/commands.hpp"

namespace vbench::cli {

/// Warns, or with --strict fails.
void complain(const CommandContext& context, const std::string& line);

/// From the store, the run's folder and its videos; complains of what is not there any more.
[[nodiscard]] report::ClusterPage cluster_view(const CommandContext& context, const ClusteredRun& run);

/// Of the example videos.
[[nodiscard]] int64_t unreadable_videos(const report::ClusterPage& page);

}  // namespace vbench::cli
