#include "datasets/set_abstraction/sample.hpp"

#include <ATen/ATen.h>

#include <algorithm>

namespace vbench::set_abstraction {
namespace {

int64_t rows_of(const at::Tensor& tensor) { return tensor.defined() ? tensor.size(0) : 0; }

bool same_kind(const Sample& a, const Sample& b) {
  return a.task == b.task && rows_of(a.features) == rows_of(b.features) && rows_of(a.query) == rows_of(b.query);
}

/// One field of all members, undefined where they have none.
at::Tensor stacked(const std::vector<const Sample*>& members, at::Tensor Sample::*field) {
  if (!(members.front()->*field).defined()) return {};
  std::vector<at::Tensor> tensors;
  for (const Sample* member : members) tensors.push_back(member->*field);
  return at::stack(tensors);
}

Group group_of(const std::vector<const Sample*>& members) {
  Group group;
  group.task = members.front()->task;
  for (const Sample* member : members) {
    group.names.push_back(member->name);
    if (group.task == Task::kOddOneOut) group.outliers.push_back(member->outlier);
  }
  group.features = stacked(members, &Sample::features);
  group.labels = stacked(members, &Sample::labels);
  group.embeddings = stacked(members, &Sample::embeddings);
  group.query = stacked(members, &Sample::query);
  group.distances = stacked(members, &Sample::distances);
  return group;
}

}  // namespace

int64_t Batch::size() const {
  int64_t sets = 0;
  for (const Group& group : groups) sets += group.size();
  return sets;
}

Batch Batch::to(const at::Device& device) const {
  Batch moved = *this;
  for (Group& group : moved.groups) {
    for (at::Tensor* tensor : {&group.features, &group.labels, &group.embeddings, &group.query}) {
      if (tensor->defined()) *tensor = tensor->to(device);
    }
  }
  return moved;
}

Batch collate(const std::vector<Sample>& samples) {
  std::vector<std::vector<const Sample*>> kinds;
  for (const Sample& sample : samples) {
    const auto kind = std::find_if(kinds.begin(), kinds.end(), [&](const auto& members) { return same_kind(*members.front(), sample); });
    (kind == kinds.end() ? kinds.emplace_back() : *kind).push_back(&sample);
  }
  Batch batch;
  for (const auto& members : kinds) batch.groups.push_back(group_of(members));
  return batch;
}

}  // namespace vbench::set_abstraction
