#include "harness/cli/commands/clustered_run.hpp"

#include "results/readable_outputs.hpp"
#include "results/report/confusion.hpp"

namespace vbench::cli {
namespace {

const ItemOutput* output_of(const RunRecord& record, const std::string& name) {
  for (const auto& output : record.outputs) {
    if (output.name == name && output.width == 1) return &output;
  }
  return nullptr;
}

/// Nothing if one of them is no number of a class or of a cluster.
std::optional<std::vector<int64_t>> numbers_of(const std::vector<float>& values) {
  std::vector<int64_t> numbers;
  for (const float value : values) {
    const auto number = report::class_in(value);
    if (!number) return std::nullopt;
    numbers.push_back(*number);
  }
  return numbers;
}

/// Nothing for a run without clusters or with damaged ones.
std::optional<ClusteredRun> with_clusters(RunRecord record) {
  const ItemOutput* clusters = output_of(record, "cluster");
  const ItemOutput* labels = output_of(record, "class");
  const bool whole = clusters != nullptr && labels != nullptr && !clusters->ids.empty() && clusters->ids == labels->ids;
  if (!whole) return std::nullopt;
  auto numbers = numbers_of(clusters->values), classes = numbers_of(labels->values);
  if (!numbers || !classes) return std::nullopt;
  ClusteredRun run{{}, clusters->ids, std::move(*numbers), std::move(*classes)};
  record.outputs.clear();
  run.record = std::move(record);
  return run;
}

}  // namespace

std::optional<ClusteredRun> clustered_run_among(const Store& store, const std::vector<RunRecord>& runs, bool also_invalid) {
  for (auto run = runs.rbegin(); run != runs.rend(); ++run) {
    if (!(run->verdict.valid || also_invalid) || !run->scores.contains("nmi"))
      continue;  // outputs are megabytes: only candidates' are read
    RunRecord record = *run;
    record.outputs = readable_outputs(store, run->run_id).outputs;
    if (auto clustered = with_clusters(std::move(record))) return clustered;
  }
  return std::nullopt;
}

}  // namespace vbench::cli
