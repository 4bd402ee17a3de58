#include "datasets/transforms/clip_pipeline.hpp"
#include "datasets/loader/stage_clock.hpp"

#include <fmt/format.h>

#include <opencv2/imgproc.hpp>

#include "harness/core/error.hpp"
#include "harness/core/settings.hpp"

namespace vbench::video {
namespace {

constexpr Range kSide{0, 4096};

void bind_view(Settings& settings, const std::string& name, ViewOptions& view, const char* place) {
  settings.integer(fmt::format("view.{}_shorter_side", name), view.shorter_side, "frames are resized to it; 0: they keep their size",
                   kSide);
  settings.integer(fmt::format("view.{}_centre_crop", name), view.centre_crop, "side of the middle that is kept first; 0: all", kSide);
  settings.integer(fmt::format("view.{}_crop", name), view.crop, fmt::format("side of the crop {}; 0: the clip's size", place), kSide);
}

void check_sides(const ViewOptions& view) {
  for (const int64_t side : {view.shorter_side, view.centre_crop, view.crop, view.size}) {
    if (side < 0 || static_cast<double>(side) > kSide.high) throw usage_error(fmt::format("a side of {} pixels", side), "view");
  }
}

void check_size(const ClipSize& size) {
  if (size.frames < 1 || size.height < 1 || size.width < 1)
    throw usage_error(fmt::format("a clip of {} x {} x {} (frames, height, width)", size.frames, size.height, size.width));
}

PipelineOptions large_pipeline(int64_t evaluation_centre, int64_t evaluation_crop) {
  PipelineOptions options;
  options.train = {.shorter_side = 384, .centre_crop = 384, .crop = 0};
  options.evaluation = {.shorter_side = 294, .centre_crop = evaluation_centre, .crop = evaluation_crop, .size = 256};
  options.augment = kinetics_augmentation();
  return options;
}

}  // namespace

void PipelineOptions::bind(Settings& settings) {
  bind_view(settings, "train", train, "at a random place");
  bind_view(settings, "evaluation", evaluation, "in the middle");
  settings.integer("view.evaluation_size", evaluation.size, "side of the clips in evaluation; 0: as in training", kSide);
  settings.choice("view.channel_order", channel_order, "bgr is what the published weights were trained on",
                  {{"bgr", ChannelOrder::kBgr}, {"rgb", ChannelOrder::kRgb}});
  augment.bind(settings);
}

PipelineOptions ucf101_pipeline() {
  PipelineOptions options;
  options.train.crop = 224;
  options.augment = ucf101_augmentation();
  return options;
}

PipelineOptions hmdb51_pipeline() {
  PipelineOptions options = ucf101_pipeline();
  options.augment = hmdb51_augmentation();
  return options;
}

PipelineOptions kinetics_pipeline() { return large_pipeline(294, 256); }

PipelineOptions moments_pipeline() { return large_pipeline(0, 294); }

ClipPipeline::ClipPipeline(const PipelineOptions& options, const ClipSize& base) : options_(options), base_(base), evaluation_size_(base) {
  check_sides(options.train);
  check_sides(options.evaluation);
  check_size(base);
  if (options.evaluation.size > 0) evaluation_size_.height = evaluation_size_.width = options.evaluation.size;
}

ClipDraw ClipPipeline::draw(RandomStream& random) const {
  ClipDraw draw;
  draw.crop.x = random.uniform();
  draw.crop.y = random.uniform();
  draw.augment = draw_augmentation(options_.augment, random);
  return draw;
}

std::vector<cv::Mat> ClipPipeline::view(const std::vector<cv::Mat>& frames, const ViewOptions& view, const CropPosition& position) const {
  check_frames(frames);
  const ImageSize crop = view.crop > 0 ? ImageSize{view.crop, view.crop} : ImageSize{base_.height, base_.width};
  std::vector<cv::Mat> seen;
  seen.reserve(frames.size());
  for (const cv::Mat& frame : frames) {
    cv::Mat image = view.shorter_side > 0 ? resize_shorter_side(frame, view.shorter_side) : frame;
    if (view.centre_crop > 0) image = crop_centre(image, {view.centre_crop, view.centre_crop});
    image = crop_at(image, crop, position);
    if (options_.channel_order == ChannelOrder::kRgb) {
      cv::Mat swapped;
      cv::cvtColor(image, swapped, cv::COLOR_BGR2RGB);
      image = swapped;
    }
    seen.push_back(image);
  }
  return seen;
}

at::Tensor ClipPipeline::train(const std::vector<cv::Mat>& frames, const ClipSize& size, const ClipDraw& draw) const {
  const StageScope augmenting(ReadStage::kAugment);
  check_size(size);
  auto seen = view(frames, options_.train, draw.crop);
  apply_augmentation(draw.augment, seen);
  return finish(std::move(seen), size);
}

at::Tensor ClipPipeline::evaluate(const std::vector<cv::Mat>& frames) const {
  const StageScope augmenting(ReadStage::kAugment);
  return finish(view(frames, options_.evaluation, {}), evaluation_size_);
}

at::Tensor ClipPipeline::finish(std::vector<cv::Mat> frames, const ClipSize& size) {
  for (cv::Mat& frame : frames) frame = resize_to(frame, {size.height, size.width});
  return interpolate_clip(clip_tensor(frames, {}), size);
}

}  // namespace vbench::video
