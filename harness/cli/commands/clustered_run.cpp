#include "harness/cli/commands/clustered_run.hpp"

#include <cmath>

namespace vbench::cli {
namespace {

const ItemOutput* output_of(const RunRecord& record, const std::string& name) {
  for (const auto& output : record.outputs) {
    if (output.name == name && output.width == 1) return &output;
  }
  return nullptr;
}

std::vector<int64_t> whole_numbers(const std::vector<float>& values) {
  std::vector<int64_t> numbers;
  for (const float value : values) numbers.push_back(static_cast<int64_t>(std::lround(value)));
  return numbers;
}

/// Nothing for a run without clusters.
std::optional<ClusteredRun> with_clusters(RunRecord record) {
  const ItemOutput* clusters = output_of(record, "cluster");
  const ItemOutput* labels = output_of(record, "class");
  const bool whole = clusters != nullptr && labels != nullptr && !clusters->ids.empty() && clusters->ids == labels->ids;
  if (!whole) return std::nullopt;
  ClusteredRun run{{}, clusters->ids, whole_numbers(clusters->values), whole_numbers(labels->values)};
  record.outputs.clear();
  run.record = std::move(record);
  return run;
}

}  // namespace

std::optional<ClusteredRun> clustered_run_among(const Store& store, const std::vector<RunRecord>& runs, bool also_invalid) {
  for (auto run = runs.rbegin(); run != runs.rend(); ++run) {
    if (!(run->verdict.valid || also_invalid) || !run->scores.contains("nmi"))
      continue;  // outputs are megabytes: only candidates' are read
    if (auto clustered = with_clusters(store.find(run->run_id).value())) return clustered;
  }
  return std::nullopt;
}

}  // namespace vbench::cli
