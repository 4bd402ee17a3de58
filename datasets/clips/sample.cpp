#include "datasets/clips/sample.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include "harness/core/error.hpp"

namespace vbench::clips {

Batch Batch::to(const at::Device& device) const { return {clips.to(device), labels.to(device), views, ids}; }

Batch collate_readable(const std::vector<Sample>& samples) {
  Batch batch;
  std::vector<at::Tensor> clips;
  std::vector<int64_t> labels;
  for (const Sample& sample : samples) {
    if (!sample.clips.defined()) continue;
    clips.push_back(sample.clips);
    labels.push_back(sample.label);
    batch.views.push_back(sample.clips.size(0));
    batch.ids.push_back(sample.id);
  }
  batch.clips = clips.empty() ? at::empty({0, 3, 0, 0, 0}) : at::cat(clips);
  batch.labels = at::tensor(labels, at::kLong);
  return batch;
}

Batch collate(const std::vector<Sample>& samples) {
  Batch batch = collate_readable(samples);
  if (batch.size() == 0) {
    const std::string first = samples.empty() ? "" : samples.front().id;
    throw input_error(fmt::format("none of the {} videos of a batch can be read", samples.size()), first,
                      "'vbench data verify' tells what is wrong with them");
  }
  return batch;
}

}  // namespace vbench::clips
