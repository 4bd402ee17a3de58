// How SeLaVi is evaluated: clusters of both modalities against classes, and the files that a reader of clusters wants. Used by method.hpp.
#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "methods/selavi/cluster_report.hpp"
#include "methods/selavi/modality.hpp"

namespace vbench::selavi {

/// What the network says of one batch of videos, on the CPU.
struct Outputs {
  Clusters clusters;
  Features features;   ///< [B, width] float32; undefined for a modality that is not used
  at::Tensor classes;  ///< [B] int64
  std::vector<std::string> ids;
};

/// Scores of one head: [N, width] -> [N, K].
using HeadScores = std::function<at::Tensor(const at::Tensor& features, int64_t head)>;

/// What scores and files need to know beside the outputs.
struct ClusterKnowledge {
  int64_t clusters = 0;                       ///< of each head
  double selection = 0;                       ///< chooses the best epoch: its number, so that the last one is taken
  std::vector<std::string> class_names = {};  ///< may be empty
  PrescribedSizes sizes = {};                 ///< of the training split
  at::Tensor history = {};                    ///< [labellings, 13], see labelling.hpp
  HeadScores video = {}, audio = {};          ///< by the heads as they are in the evaluation
};

class ClusterProtocol {
 public:
  explicit ClusterProtocol(ClusterKnowledge knowledge) : knowledge_(std::move(knowledge)) {}

  void add(const Outputs& outputs) { batches_.push_back(outputs); }
  /// Those of evaluate_clusters(), and nmi_video and nmi_audio of each modality's own best head.
  [[nodiscard]] Evaluation finish() const;
  [[nodiscard]] static ProtocolId id() { return cluster_protocol_id(); }

  /// Those of write_cluster_files() and write_history().
  void write_evaluation_files(const std::filesystem::path& folder) const;
  /// HDF5: ids [N], classes [N], class_names, clusters [N, H], and for each modality in use <modality>/features [N, width] and
  /// <modality>/logits/head_<h> [N, K].
  void save_embeddings(const std::filesystem::path& file) const;

 private:
  [[nodiscard]] ClusteredVideos joined() const;

  ClusterKnowledge knowledge_;
  std::vector<Outputs> batches_;
};

}  // namespace vbench::selavi
