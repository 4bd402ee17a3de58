#include "results/readable_outputs.hpp"

#include "harness/core/error.hpp"

namespace vbench {

ReadableOutputs readable_outputs(const Store& store, const std::string& run_id) {
  try {
    return {store.outputs(run_id), {}};
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kInput) throw;
  }
  ReadableOutputs all;  // some are damaged: one after another
  for (const auto& name : store.output_names(run_id)) {
    try {
      for (auto& output : store.outputs(run_id, {name})) all.outputs.push_back(std::move(output));
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::kInput) throw;
      all.damaged.push_back({name, error.fact()});
    }
  }
  return all;
}

}  // namespace vbench
