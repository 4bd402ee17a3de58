// What `vbench predict` prints about a set of videos. Used by method.hpp.
#pragma once

#include <string>
#include <vector>

#include "datasets/set_abstraction/graph.hpp"
#include "harness/core/experiment.hpp"
#include "methods/sam/relations.hpp"

namespace vbench::sam {

/// The most likely concepts of the full set, and the likeliest of every subset.
/// @param logits  [K', C] of power_set(videos, min_size)
[[nodiscard]] std::vector<Answer> abstraction_answers(const set_abstraction::SemanticGraph& graph, const at::Tensor& logits,
                                                      const std::vector<std::string>& videos, int64_t min_size, int64_t top);
/// Names by rising distance.
[[nodiscard]] Answer completion_answer(const at::Tensor& distances, const std::vector<std::string>& candidates, int64_t top);
/// Members by falling distance: the first one is the odd one out.
[[nodiscard]] Answer odd_one_out_answer(const at::Tensor& distances, const std::vector<std::string>& videos);

}  // namespace vbench::sam
