#include "datasets/set_abstraction/derive.hpp"

#include <ATen/ATen.h>

#include "datasets/formats/torch_checkpoint.hpp"
#include "datasets/set_abstraction/sampler.hpp"
#include "harness/core/error.hpp"

namespace vbench::set_abstraction {
namespace {

/// Mean of some rows, added in order: the same bytes on every machine.
void mean_of_rows(const at::Tensor& matrix, const std::vector<int64_t>& rows, float* mean) {
  const int64_t width = matrix.size(1);
  const auto* values = matrix.data_ptr<float>();
  for (int64_t column = 0; column < width; ++column) {
    double sum = 0;
    for (const int64_t row : rows) sum += values[row * width + column];
    mean[column] = static_cast<float>(sum / static_cast<double>(rows.size()));
  }
}

std::vector<int64_t> classes_of_node(const SemanticGraph& graph, int64_t label) {
  if (graph.is_concrete(label)) return {label};
  const std::vector<int64_t> self{label};
  std::vector<int64_t> classes;
  for (const int64_t below : graph.descendants(self)) {
    if (graph.is_concrete(below)) classes.push_back(below);
  }
  return classes;
}

}  // namespace

at::Tensor node_vectors(const SemanticGraph& graph, const at::Tensor& class_vectors) {
  std::vector<std::vector<int64_t>> classes;
  for (int64_t label = 0; label < graph.size(); ++label) classes.push_back(classes_of_node(graph, label));
  return video_vectors(classes, class_vectors);
}

at::Tensor video_vectors(const std::vector<std::vector<int64_t>>& labels, const at::Tensor& class_vectors) {
  at::Tensor vectors = at::empty({static_cast<int64_t>(labels.size()), class_vectors.size(1)}, at::kFloat);
  for (size_t row = 0; row < labels.size(); ++row) {
    mean_of_rows(class_vectors, labels[row], vectors.data_ptr<float>() + static_cast<int64_t>(row) * class_vectors.size(1));
  }
  return vectors;
}

void write_embeddings(const std::filesystem::path& path, const std::vector<std::string>& names, const at::Tensor& vectors) {
  torch_file::Dict dictionary;
  for (size_t row = 0; row < names.size(); ++row) dictionary.set(names[row], vectors[static_cast<int64_t>(row)]);
  torch_file::save_torch_file(path, torch_file::Value(std::move(dictionary)));
}

void write_category_embeddings(const std::filesystem::path& path, const SemanticGraph& graph, const at::Tensor& vectors) {
  std::vector<std::string> ids;
  for (int64_t label = 0; label < graph.size(); ++label) ids.push_back(graph.node(label).id);
  write_embeddings(path, ids, vectors);
}

std::vector<AbstractionSet> draw_abstraction_sets(const std::shared_ptr<const SemanticGraph>& graph, const LabelledVideos& videos,
                                                  int64_t count, uint64_t seed, const std::string& purpose) {
  const SetSampler sampler(graph, videos.labels);
  std::vector<AbstractionSet> sets;
  for (int64_t i = 0; i < count; ++i) {
    RandomStream random(seed, purpose, 0, static_cast<uint64_t>(i));
    const auto anchor = static_cast<int64_t>(random.below(videos.keys.size()));
    const SetSampler::Set drawn = sampler.draw(anchor, TieChoice::kSmallest, random);
    AbstractionSet& set = sets.emplace_back();
    for (const int64_t video : drawn.videos) set.videos.push_back(videos.keys[static_cast<size_t>(video)]);
    for (const int64_t label : drawn.labels) set.labels.push_back({graph->name(label)});
  }
  return sets;
}

}  // namespace vbench::set_abstraction
