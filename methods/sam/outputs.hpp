// What SAM gives for a batch of an evaluation. Made by method.hpp, read by the protocol.
#pragma once

#include <ATen/core/Tensor.h>

#include <optional>
#include <string>
#include <vector>

#include "datasets/set_abstraction/sample.hpp"
#include "methods/sam/relations.hpp"

namespace vbench::sam {

/// Answers for one group of a batch: what was asked, and what came out.
struct GroupOutputs {
  set_abstraction::Group asked;         ///< without features and queries
  int64_t members = 0;                  ///< n
  int64_t min_size = 1;                 ///< smallest subset that the method answers for
  std::optional<Network::Heads> heads;  ///< kAbstraction, unless the method has none: [B, K', E] and [B, K', C]
  at::Tensor distances;                 ///< kCompletion: [B, Q]; kOddOneOut: [B, n]; float32 on the CPU
};

using Outputs = std::vector<GroupOutputs>;

}  // namespace vbench::sam
