// What follows from a graph and videos of known classes: semantic embeddings, abstraction sets, ranked sets. Used by `vbench data prepare`
// and by the stand-in.
#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "datasets/set_abstraction/graph.hpp"
#include "datasets/set_abstraction/sets.hpp"

namespace vbench::set_abstraction {

/// The videos of a split.
struct LabelledVideos {
  std::vector<std::string> keys;             ///< as sets and embeddings call them
  std::vector<std::vector<int64_t>> labels;  ///< classes of each
};

/// Embedding of every node: a class's own, for other concepts the mean over all classes below.
/// @param class_vectors  [classes, E] float32
/// @return               [nodes, E] float32
[[nodiscard]] at::Tensor node_vectors(const SemanticGraph& graph, const at::Tensor& class_vectors);

/// [videos, E]: the mean of each video's classes' vectors.
[[nodiscard]] at::Tensor video_vectors(const std::vector<std::vector<int64_t>>& labels, const at::Tensor& class_vectors);

/// A dictionary of vectors by name, in this order. @param vectors [names, E] float32
void write_embeddings(const std::filesystem::path& path, const std::vector<std::string>& names, const at::Tensor& vectors);

/// Node id -> vector. @param vectors  as of node_vectors
void write_category_embeddings(const std::filesystem::path& path, const SemanticGraph& graph, const at::Tensor& vectors);

/// `count` sets of four from SetSampler, ties by the smallest label, each from a random anchor; set i depends on seed, purpose and i only.
[[nodiscard]] std::vector<AbstractionSet> draw_abstraction_sets(const std::shared_ptr<const SemanticGraph>& graph,
                                                                const LabelledVideos& videos, int64_t count, uint64_t seed,
                                                                const std::string& purpose);

struct RankingDraw {
  int64_t records = 0;
  double noise = 0;  ///< standard deviation added to the distances, as if people had judged
  uint64_t seed = 1;
};

/// Ranked sets of 1 to 4 references in turn: the references lie below one concept, the five candidates at graded distances from them. The
/// distance of a candidate is the mean over the references of the number of edges between the two classes, divided by the largest between
/// any two classes: semantic, not judged by people. In the order of the file (by size, then by draw).
/// @throws Error kInput if there are too few videos to choose from; `where` names them
[[nodiscard]] std::vector<RankingRecord> draw_ranking_records(const SemanticGraph& graph, const LabelledVideos& videos,
                                                              const RankingDraw& draw, const std::string& where);

}  // namespace vbench::set_abstraction
