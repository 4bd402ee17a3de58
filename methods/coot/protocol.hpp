// How COOT is evaluated: cosine retrieval over the whole split, in four directions (paper section 4; the authors' nntrainer/retrieval.py).
#pragma once

#include <filesystem>
#include <vector>

#include "harness/core/experiment.hpp"
#include "methods/coot/config.hpp"
#include "methods/coot/embeddings.hpp"

namespace vbench::coot {

/// Collects embeddings batch by batch and ranks them at the end.
/// v2p/p2v: videos and paragraphs; c2s/s2c: clips and sentences. A tie counts against the query if its index is smaller than the target's.
class RetrievalProtocol {
 public:
  explicit RetrievalProtocol(SelectBy select_by) : select_by_(select_by) {}

  void add(const Embeddings& batch) { batches_.push_back(batch); }
  [[nodiscard]] Evaluation finish();
  void save_embeddings(const std::filesystem::path& file) const;

  [[nodiscard]] static ProtocolId id();
  [[nodiscard]] static Evaluation evaluate_embeddings(const std::filesystem::path& file);

 private:
  SelectBy select_by_;
  std::vector<Embeddings> batches_;
};

/// Scores of all four directions, the ranks of every item ("v2p_rank"), and what came first where ranks are best and worst ("v2p_nearest":
/// places among the items, which answer for each other).
[[nodiscard]] Evaluation retrieval_evaluation(const Embeddings& embeddings, SelectBy select_by);

}  // namespace vbench::coot
