#include "datasets/clips/stretch_reader.hpp"
#include "datasets/loader/stage_clock.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <vector>

#include "datasets/clips/reading.hpp"
#include "datasets/transforms/stretch_sampling.hpp"
#include "datasets/video/video_file.hpp"

namespace vbench::clips {
namespace {

using video::CropPlace;

const StretchOptions& checked(const StretchOptions& options) {
  options.check();
  return options;
}

std::vector<CropPlace> places_of(CropCount crops) {
  if (crops == CropCount::kCentre) return {CropPlace::kCentre};
  if (crops == CropCount::kFirst) return {CropPlace::kFirst};
  return {CropPlace::kFirst, CropPlace::kCentre, CropPlace::kLast};
}

/// Each frame is decoded once, whatever number of clips show it; clips share its pixels.
std::vector<std::vector<cv::Mat>> read_clips(video::FrameSource& source, const std::vector<std::vector<int64_t>>& clips) {
  std::vector<int64_t> wanted;
  for (const auto& clip : clips) wanted.insert(wanted.end(), clip.begin(), clip.end());
  std::sort(wanted.begin(), wanted.end());
  wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
  const auto frames = source.read(wanted);
  std::vector<std::vector<cv::Mat>> pictures(clips.size());
  for (size_t i = 0; i < clips.size(); ++i) {
    for (const int64_t index : clips[i])
      pictures[i].push_back(frames[static_cast<size_t>(std::lower_bound(wanted.begin(), wanted.end(), index) - wanted.begin())]);
  }
  return pictures;
}

}  // namespace

StretchReader::StretchReader(const StretchOptions& options, std::shared_ptr<const Media> media, size_t items)
    : options_(checked(options)), media_(std::move(media), items) {}

double StretchReader::rate_of(const video::FrameSource& source) const {
  const auto* file = dynamic_cast<const video::VideoFile*>(&source);
  return file != nullptr && file->frames_per_second() > 0 ? file->frames_per_second() : options_.frame_rate;
}

at::Tensor StretchReader::train(size_t index, const ClipItem& item, RandomStream& random) const {
  return decoding(item.id, [&] {
    const auto opened = media_.open(index, item);
    const double length = options_.picture.length_in(rate_of(*opened.source));
    const auto stretch = video::random_stretch(static_cast<double>(opened.frames), length, random);
    const auto clips = read_clips(*opened.source, {video::frames_of_stretch(stretch, options_.picture.frames, opened.frames)});
    const StageScope augmenting(ReadStage::kAugment);
    return video::random_clip(clips.front(), options_.picture, options_.sides(), random).unsqueeze(0);
  });
}

at::Tensor StretchReader::evaluate(size_t index, const ClipItem& item) const {
  return decoding(item.id, [&] {
    const auto opened = media_.open(index, item);
    const double length = options_.picture.length_in(rate_of(*opened.source));
    std::vector<std::vector<int64_t>> indices;
    for (int64_t clip = 0; clip < options_.test_clips; ++clip) {
      const auto stretch = video::fixed_stretch(static_cast<double>(opened.frames), length, clip, options_.test_clips);
      indices.push_back(video::frames_of_stretch(stretch, options_.picture.frames, opened.frames));
    }
    std::vector<at::Tensor> views;
    const auto clips = read_clips(*opened.source, indices);
    const StageScope augmenting(ReadStage::kAugment);
    for (const auto& clip : clips) {
      for (const auto place : places_of(options_.crops))
        views.push_back(video::cut_clip(clip, video::fixed_crop(video::size_of(clip.front()), options_.picture.crop, place)));
    }
    return at::stack(views);
  });
}

}  // namespace vbench::clips
