// SeLaVi's video network judged by its features: are the nearest training videos of the same class? Nothing is trained. Used by
// register.cpp and tests.
#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <string>
#include <vector>

#include "datasets/clips/stretch_data.hpp"
#include "harness/core/concepts.hpp"
#include "harness/train/options.hpp"
#include "methods/selavi/checkpoint.hpp"
#include "methods/selavi/folded.hpp"

namespace vbench::selavi {

/// How the network's last map [C, T, H, W] becomes a clip's features.
enum class FeaturePooling {
  kAverage,  ///< mean over all places: C numbers
  kMaxTwo,   ///< largest of 2 x 2 x 2 places, flattened, as published; odd ends are left out
};

struct VideoRetrievalTuning {
  int64_t divisor = 1;  ///< of all numbers of channels
  FeaturePooling pooling = FeaturePooling::kMaxTwo;

  void bind(Settings& settings);  ///< names them "model.divisor" and "retrieval.pooling"
};

/// One vector a video, on the CPU.
struct VideoFeatures {
  at::Tensor features;  ///< [B, width] float32: its clips' features, each of length 1, averaged
  at::Tensor labels;    ///< [B] int64
  std::vector<std::string> ids;
};

/// Share of videos that have one of their class among the 1, 5, 10, 20, 50 nearest training videos, as far as there are so many.
class VideoRetrievalProtocol {
 public:
  /// @param candidates  the training videos
  explicit VideoRetrievalProtocol(std::vector<VideoFeatures> candidates) : candidates_(std::move(candidates)) {}

  void add(const VideoFeatures& outputs) { queries_.push_back(outputs); }
  /// @throws Error kInput without videos
  [[nodiscard]] Evaluation finish() const;
  [[nodiscard]] static ProtocolId id();

 private:
  std::vector<VideoFeatures> candidates_, queries_;
};

class VideoRetrievalMethod {
 public:
  using Batch = clips::Batch;
  using Outputs = VideoFeatures;
  using Protocol = VideoRetrievalProtocol;
  using Tuning = VideoRetrievalTuning;

  static TrainOptions training_defaults();
  static Tuning tuning_defaults() { return {}; }
  static clips::StretchOptions data_defaults() { return clips::stretch_options_of("ucf101"); }

  /// @throws Error kUsage for clips that are too small for the pooling
  VideoRetrievalMethod(const Tuning& tuning, const clips::StretchOptions& data, uint64_t seed, const at::Device& device);
  VideoRetrievalMethod(const VideoRetrievalMethod&) = delete;
  VideoRetrievalMethod& operator=(const VideoRetrievalMethod&) = delete;

  /// @throws Error kUsage: there is nothing to train
  LossTerms loss(const Batch& batch, const StepContext& context);
  /// Takes the features of the training videos. @throws Error kUsage without weights of --init
  void before_evaluation(const PlainPass<clips::StretchData>& pass);
  Outputs infer(const Batch& batch);
  LossTerms eval_loss(const Batch& batch, const Outputs& outputs, const StepContext& context);

  std::vector<Parameter> parameters() { return {}; }
  std::vector<NamedTensor> weights();  ///< "selavi/base.stem.0.weight", ...
  ModelSummary summary();
  [[nodiscard]] static ModelSummary summary_of(const Tuning& tuning, const clips::StretchOptions& data);
  [[nodiscard]] VideoRetrievalProtocol protocol() { return VideoRetrievalProtocol(candidates_); }
  /// @throws Error kInput if the video network is not filled
  ImportReport import_checkpoint(const std::filesystem::path& file);

 private:
  [[nodiscard]] at::Tensor pooled(const at::Tensor& clips);

  Size3 clip_;
  FeaturePooling pooling_;
  Encoder base_;
  FoldedEncoder folded_;
  bool imported_ = false;
  std::vector<VideoFeatures> candidates_;
};

}  // namespace vbench::selavi
