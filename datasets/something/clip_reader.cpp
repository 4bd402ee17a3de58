#include "datasets/something/clip_reader.hpp"
#include "datasets/loader/stage_clock.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <opencv2/imgproc.hpp>
#include <span>

#include "datasets/clips/reading.hpp"
#include "datasets/transforms/square_view.hpp"
#include "datasets/video/video_file.hpp"

namespace vbench::something {
namespace {

constexpr double kAngleStep = 0.5;                          // degrees
constexpr std::array<int64_t, 3> kJitteredRates{12, 9, 6};  // the official rate times 1, 0.75 and 0.5
constexpr size_t kAtOnce = 8;                               // frames of full size in memory

int64_t scaled_side(int64_t crop, double upscale) { return static_cast<int64_t>(static_cast<double>(crop) * upscale); }

/// Decodes a file whose length is not known, to its end or as far as needed.
std::vector<cv::Mat> decode_all(video::VideoFile& file, const std::function<cv::Mat(const cv::Mat&)>& change, int64_t needed) {
  std::vector<cv::Mat> changed;
  cv::Mat frame;
  while ((needed == 0 || static_cast<int64_t>(changed.size()) < needed) && file.next(frame)) changed.push_back(change(frame));
  return changed;
}

/// The wanted frames by index, each decoded once.
std::map<int64_t, cv::Mat> decode_some(video::FrameSource& source, std::vector<int64_t> wanted,
                                       const std::function<cv::Mat(const cv::Mat&)>& change) {
  std::sort(wanted.begin(), wanted.end());
  wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
  std::map<int64_t, cv::Mat> changed;
  const std::span<const int64_t> all(wanted);
  for (size_t first = 0; first < all.size(); first += kAtOnce) {
    const auto part = all.subspan(first, std::min(kAtOnce, all.size() - first));
    const auto frames = source.read(part);
    for (size_t i = 0; i < part.size(); ++i) changed[part[i]] = change(frames[i]);
  }
  return changed;
}

}  // namespace

ClipDraw draw_clip(const Options& options, RandomStream& random) {
  const double angle = random.uniform(), rate = random.uniform();  // drawn always: switching one off leaves the others' draws as they were
  ClipDraw draw;
  if (options.rotation > 0) draw.degrees = std::floor(angle * std::ceil(2 * options.rotation / kAngleStep)) * kAngleStep - options.rotation;
  if (options.jitter_fps) draw.frame_rate = kJitteredRates[static_cast<size_t>(rate * kJitteredRates.size())];
  draw.x = random.uniform();
  draw.y = random.uniform();
  draw.start = random.uniform();
  return draw;
}

ClipReader::ClipReader(const Options& options, Open open, size_t items)
    : options_(options), open_(std::move(open)), frames_(std::make_unique<std::atomic<int64_t>[]>(items)) {}

std::vector<cv::Mat> ClipReader::read(size_t index, const clips::ClipItem& item, const Choice& choice, const Change& change,
                                      int64_t needed) const {
  return clips::decoding(item.id, [&] {
    const int64_t known = frames_[index].load();
    const auto source = open_(item.place, known > 0 ? std::optional(known) : std::nullopt);
    auto* const file = dynamic_cast<video::VideoFile*>(source.get());
    const double rate = file != nullptr && file->frames_per_second() > 0 ? file->frames_per_second() : kFramesPerSecond;
    std::vector<cv::Mat> pictures;
    if (file != nullptr && known == 0) {
      const auto frames = decode_all(*file, change, needed);
      const auto count = static_cast<int64_t>(frames.size());
      if (needed == 0 || count < needed) frames_[index] = count;
      for (const int64_t i : choice(count, rate)) pictures.push_back(frames[static_cast<size_t>(i)]);
      return pictures;
    }
    const int64_t count = source->frames();
    const auto indices = choice(count, rate);
    auto frames = decode_some(*source, indices, change);
    for (const int64_t i : indices) pictures.push_back(frames.at(i));
    return pictures;
  });
}

std::vector<cv::Mat> ClipReader::train(size_t index, const clips::ClipItem& item, const ClipDraw& draw) const {
  const ClipRule rule{options_.clip_frames, options_.step, options_.train_clips};
  const auto choice = [&](int64_t frames, double rate) {
    auto order = resampled_frames(frames, rate, draw.frame_rate > 0 ? static_cast<double>(draw.frame_rate) : rate);
    if (draw.reverse) std::reverse(order.begin(), order.end());
    const auto count = static_cast<int64_t>(order.size());
    const int64_t offsets = possible_offsets(rule, count);
    auto indices = clip_frames(rule, count, std::min(offsets - 1, static_cast<int64_t>(draw.start * static_cast<double>(offsets))));
    for (int64_t& i : indices) i = order[static_cast<size_t>(i)];
    return indices;
  };
  const auto change = [&](const cv::Mat& frame) {
    const StageScope augmenting(ReadStage::kAugment);
    const cv::Mat turned = video::turn_left(frame, draw.degrees);
    const cv::Mat scaled = video::scale_shorter_side(turned, scaled_side(options_.crop, options_.train_upscale));
    const cv::Mat square = video::cut_square(scaled, options_.crop, draw.x, draw.y);
    return draw.mirror ? video::flip_horizontally(square) : square;
  };
  return read(index, item, choice, change, 0);
}

std::vector<cv::Mat> ClipReader::evaluate(size_t index, const clips::ClipItem& item) const {
  const ClipRule rule{options_.clip_frames, options_.step, options_.evaluation_clips};
  const auto choice = [&](int64_t frames, double) { return clip_frames(rule, frames, 0); };
  const auto change = [&](const cv::Mat& frame) {
    const StageScope augmenting(ReadStage::kAugment);
    return video::cut_centre(video::scale_shorter_side(frame, scaled_side(options_.crop, options_.evaluation_upscale)), options_.crop);
  };
  return read(index, item, choice, change, rule.clips < 0 ? 0 : necessary_frames(rule, 0));
}

at::Tensor ClipReader::tensor(const std::vector<cv::Mat>& pictures, int64_t clips) {
  const StageScope augmenting(ReadStage::kAugment);
  std::vector<cv::Mat> coloured(pictures.size());
  for (size_t i = 0; i < pictures.size(); ++i) cv::cvtColor(pictures[i], coloured[i], cv::COLOR_BGR2RGB);
  const auto all = video::clip_tensor(coloured, video::imagenet_normalisation());
  const int64_t views = std::max<int64_t>(1, clips);
  return all.reshape({3, views, -1, all.size(2), all.size(3)}).transpose(0, 1).contiguous();
}

}  // namespace vbench::something
