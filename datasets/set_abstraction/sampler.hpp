// Sets drawn from the list file and the graph, where no set files exist or new sets are wanted in every epoch. Used by SetData and by
// generators of set files.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "datasets/set_abstraction/graph.hpp"
#include "datasets/set_abstraction/options.hpp"
#include "harness/core/random.hpp"

namespace vbench::set_abstraction {

/// The authors' online sampler: a video, an ancestor of one of its classes, and more videos from below that ancestor.
class SetSampler {
 public:
  static constexpr int64_t kMembers = 4;

  struct Set {
    std::vector<int64_t> videos;  ///< kMembers; the first is the one asked for, others may repeat
    std::vector<int64_t> nodes;   ///< of each video, the class for which it was drawn
    std::vector<int64_t> labels;  ///< by subset in the order of power_set
  };

  /// @param labels  classes of every video; videos without one are never drawn
  SetSampler(std::shared_ptr<const SemanticGraph> graph, std::vector<std::vector<int64_t>> labels);

  /// One of the video's classes, one of that node's ancestors (itself included), and three videos from all that lie below it, with
  /// replacement; all uniform. The label of a subset is a lowest common ancestor of its nodes.
  [[nodiscard]] Set draw(int64_t video, TieChoice ties, RandomStream& random) const;

 private:
  /// Videos below a node, counted by class.
  struct Pool {
    std::vector<int64_t> nodes;   ///< with videos
    std::vector<int64_t> counts;  ///< videos of these and the former nodes
  };

  std::shared_ptr<const SemanticGraph> graph_;
  std::vector<std::vector<int64_t>> labels_;     // by video
  std::vector<std::vector<int64_t>> videos_;     // by node
  std::vector<std::vector<int64_t>> ancestors_;  // by node, itself included
  std::vector<Pool> pools_;                      // by node
};

/// The label of the given nodes: a lowest common ancestor, one of several as `ties` says.
[[nodiscard]] int64_t common_label(const SemanticGraph& graph, const std::vector<int64_t>& nodes, TieChoice ties, RandomStream& random);

}  // namespace vbench::set_abstraction
