// How SRTG is evaluated: top-1 and top-5 of one clip a video, or of the mean over a video's clips under another name.
// Used by method.hpp.
#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <string>
#include <vector>

#include "harness/core/experiment.hpp"
#include "metrics/running_accuracy.hpp"

namespace vbench::srtg {

/// What the network says of one batch of videos.
struct Outputs {
  at::Tensor logits;           ///< [N, K] on the CPU, float32: a row a clip
  at::Tensor labels;           ///< [B] int64 on the CPU
  std::vector<int64_t> views;  ///< [B] clips of each video, they sum to N
  std::vector<std::string> ids;
};

/// Mean of the clips' softmax of each video. [B, K]; with one clip a video the logits themselves, which rank alike.
[[nodiscard]] at::Tensor video_scores(const Outputs& outputs);

/// Scores of single clips: top1, top5, class_top1 (mean over classes), and the figures that the authors write down (upstream_*: means of
/// running means over batches). Where a video has several clips: video_top1, video_top5 and class_top1 alone.
class ClipProtocol {
 public:
  void add(const Outputs& outputs);
  [[nodiscard]] Evaluation finish() const;
  [[nodiscard]] static ProtocolId id();

 private:
  RunningAccuracy running_{false};
  bool several_views_ = false;
  std::vector<std::string> ids_;
  std::vector<int64_t> ranks_, labels_, predicted_;  // a video each
};

/// "Epoch,Top1,Top5,Loss" of every epoch, as the authors' scripts write it: train_results_s0000.csv and val_results_s0000.csv.
void write_epoch_csv(const std::filesystem::path& folder, const std::vector<EpochRecord>& history);

}  // namespace vbench::srtg
