// SeLaVi's video network judged by action recognition: fine-tuned, or under a linear layer that alone learns. Used by register.cpp and
// tests.
#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "datasets/clips/stretch_data.hpp"
#include "harness/core/concepts.hpp"
#include "harness/train/options.hpp"
#include "methods/selavi/checkpoint.hpp"
#include "methods/selavi/classifier.hpp"
#include "methods/selavi/folded.hpp"

namespace vbench::selavi {

struct RecognitionTuning {
  ClassifierOptions network;  ///< classes are the data's
  bool pretrained = true;     ///< a result says something only with weights of --init

  void bind(Settings& settings);  ///< names them "model.divisor", "model.frozen", ...
};

/// What the network says of one batch of videos, on the CPU.
struct VideoLogits {
  at::Tensor logits;  ///< [B, K] float32: mean over a video's clips
  at::Tensor labels;  ///< [B] int64
  std::vector<std::string> ids;
};

/// video_top1, video_top5 and class_top1 (mean over classes); the best epoch has the best video_top1.
class RecognitionProtocol {
 public:
  void add(const VideoLogits& outputs) { batches_.push_back(outputs); }
  /// @throws Error kInput without videos
  [[nodiscard]] Evaluation finish() const;
  [[nodiscard]] static ProtocolId id();

 private:
  std::vector<VideoLogits> batches_;
};

/// Frames, height and width of a clip.
[[nodiscard]] Size3 clip_size(const video::PictureOptions& picture);

/// The features of all views of a batch, a few at a time: thirty of one video would fill the memory of small machines.
/// @param features  of clips [n, 3, T, H, W]: [n, width]   @return [N, width] float32
[[nodiscard]] at::Tensor features_of_views(const at::Tensor& clips, const std::function<at::Tensor(const at::Tensor&)>& features);

class RecognitionMethod {
 public:
  using Batch = clips::Batch;
  using Outputs = VideoLogits;
  using Protocol = RecognitionProtocol;
  using Tuning = RecognitionTuning;

  /// The authors' fine-tuning: 12 epochs of batches of 32, rates that rise eightfold within 2 and fall behind 7 and 11.
  static TrainOptions training_defaults();
  static Tuning tuning_defaults() { return {}; }
  static clips::StretchOptions data_defaults() { return clips::stretch_options_of("ucf101"); }

  RecognitionMethod(const Tuning& tuning, const clips::StretchOptions& data, uint64_t seed, const at::Device& device);
  RecognitionMethod(const RecognitionMethod&) = delete;
  RecognitionMethod& operator=(const RecognitionMethod&) = delete;

  /// @throws Error kUsage if only a linear layer would learn, from features of random weights
  void before_epoch(int64_t epoch) const;
  /// Mean cross-entropy of clips. Terms for the log: top1 and top5 of the batch.
  LossTerms loss(const Batch& batch, const StepContext& context);
  Outputs infer(const Batch& batch);
  /// Of videos.
  LossTerms eval_loss(const Batch& batch, const Outputs& outputs, const StepContext& context);

  std::vector<Parameter> parameters() { return classifier_.parameters(); }
  std::vector<NamedTensor> weights();  ///< "selavi/<the authors' name>"
  ModelSummary summary() { return summarise(classifier_, clip_); }
  [[nodiscard]] static ModelSummary summary_of(const Tuning& tuning, const clips::StretchOptions& data);
  [[nodiscard]] static RecognitionProtocol protocol() { return {}; }
  /// Of a pretrained network or of one that was fine-tuned. @throws Error kInput if the video network is not filled
  ImportReport import_checkpoint(const std::filesystem::path& file);
  /// Why a result does not count; empty: nothing is against it.
  [[nodiscard]] std::string doubt() const;

 private:
  Size3 clip_;
  bool frozen_, pretrained_;
  Classifier classifier_;
  FoldedEncoder base_;
  bool imported_ = false;
};

}  // namespace vbench::selavi
