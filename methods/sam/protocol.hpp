// How SAM is evaluated: set abstraction, set completion and odd one out in one pass (authors' test.py, with aligned records).
#pragma once

#include <map>
#include <string>
#include <vector>

#include "datasets/set_abstraction/graph.hpp"
#include "harness/core/experiment.hpp"
#include "methods/sam/config.hpp"
#include "methods/sam/outputs.hpp"

namespace vbench::sam {

/// Collects answers batch by batch. Scores: abstraction_top1/top5 over all subsets and by size, by concrete and abstract target, and the
/// mean distance in the graph; completion_rho over all records and by reference size, records whose correlation is not defined counted;
/// ooo_acc/ooo_acc2 by set size and the mean rank of the true outlier.
class SetProtocol {
 public:
  /// @param graph  for distances and the concrete/abstract split; null: without them. Must outlive the protocol
  SetProtocol(SelectBy select_by, const set_abstraction::SemanticGraph* graph) : select_by_(select_by), graph_(graph) {}

  void add(const Outputs& outputs);
  /// @throws Error kUsage if the score that selects was not evaluated
  [[nodiscard]] Evaluation finish() const;
  [[nodiscard]] static ProtocolId id();

 private:
  struct SubsetAnswers {  // of all sets with the same members and smallest subset, one row a set
    int64_t members = 0, min_size = 1;
    std::vector<std::string> ids;
    std::vector<int64_t> ranks, predicted, targets;  // [sets, K'], row-major; rank of the target from 1
  };
  struct Record {
    std::string id;
    int64_t size = 0;  // reference or set size
    double value = 0;  // correlation, or rank of the true outlier from 1
  };
  void add_abstraction(const GroupOutputs& group);
  void add_completion(const GroupOutputs& group);
  void add_odd_one_out(const GroupOutputs& group);
  void score_abstraction(Evaluation& evaluation) const;
  void score_completion(Evaluation& evaluation) const;
  void score_odd_one_out(Evaluation& evaluation) const;

  SelectBy select_by_;
  const set_abstraction::SemanticGraph* graph_;
  std::map<std::pair<int64_t, int64_t>, SubsetAnswers> answers_;  // by members, smallest size
  std::vector<Record> completions_, odd_ones_;
};

}  // namespace vbench::sam
