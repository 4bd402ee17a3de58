// From the frames of a video to the clip a network reads, for training and for evaluation. Used by the video datasets.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <opencv2/core.hpp>
#include <vector>

#include "datasets/transforms/augment.hpp"
#include "datasets/transforms/clip_tensor.hpp"
#include "harness/core/random.hpp"

namespace vbench::video {

/// Order of a clip's channels. Frames come as blue, green, red.
enum class ChannelOrder {
  kBgr,  ///< as they come, with mean and deviation meant for red, green, blue: what the published weights were trained on
  kRgb,
};

/// The part of a frame that is looked at. Sides are squares, in pixels.
struct ViewOptions {
  int64_t shorter_side = 294;  ///< frames are resized to it first; 0: they keep their size
  int64_t centre_crop = 0;     ///< next; 0: none
  int64_t crop = 0;            ///< next, at random in training and in the middle in evaluation; 0: the clip's size
  int64_t size = 0;            ///< evaluation only: side of the clips; 0: the clip's size
};

struct PipelineOptions {
  ViewOptions train;
  ViewOptions evaluation;
  AugmentOptions augment;
  ChannelOrder channel_order = ChannelOrder::kBgr;

  void bind(Settings& settings);  ///< names them "view.train_crop", "augment.hue", ...
};

[[nodiscard]] PipelineOptions ucf101_pipeline();
/// HMDB-51 and Diving-48.
[[nodiscard]] PipelineOptions hmdb51_pipeline();
/// Kinetics and HACS. Evaluation looks at 256 x 256 pixels whatever the clips of training are.
[[nodiscard]] PipelineOptions kinetics_pipeline();
[[nodiscard]] PipelineOptions moments_pipeline();

/// All that one training clip draws.
struct ClipDraw {
  CropPosition crop;
  AugmentDraw augment;
};

/// Safe to call from several threads.
class ClipPipeline {
 public:
  /// @param base    size of the clips; training may ask for others
  /// @throws Error  kUsage for sides that cannot be
  ClipPipeline(const PipelineOptions& options, const ClipSize& base);

  [[nodiscard]] ClipDraw draw(RandomStream& random) const;

  /// @param frames  8-bit images, blue, green, red, all of one size
  /// @return        [3, frames, height, width] float32; clips of fewer or more frames are stretched in time
  /// @throws Error  kInput without frames, or with frames that differ in size or kind
  [[nodiscard]] at::Tensor train(const std::vector<cv::Mat>& frames, const ClipSize& size, const ClipDraw& draw) const;
  [[nodiscard]] at::Tensor train(const std::vector<cv::Mat>& frames, const ClipSize& size, RandomStream& random) const {
    return train(frames, size, draw(random));
  }

  [[nodiscard]] at::Tensor evaluate(const std::vector<cv::Mat>& frames) const;
  [[nodiscard]] const ClipSize& evaluation_size() const { return evaluation_size_; }

 private:
  [[nodiscard]] std::vector<cv::Mat> view(const std::vector<cv::Mat>& frames, const ViewOptions& view, const CropPosition& position) const;
  [[nodiscard]] static at::Tensor finish(std::vector<cv::Mat> frames, const ClipSize& size);

  PipelineOptions options_;
  ClipSize base_, evaluation_size_;
};

}  // namespace vbench::video
