#include "datasets/clips/clip_reader.hpp"

#include <ATen/ATen.h>
#include "datasets/clips/reading.hpp"

namespace vbench::clips {
namespace {

constexpr uint64_t kEvaluationSeed = 0;  // evaluation sees the same clips whatever the run's seed

video::RandomSampler sampler_of(video::SamplingOptions options, int64_t frames) {
  options.frames = frames;
  return video::RandomSampler(options);
}

}  // namespace

ClipReader::ClipReader(const Options& options, std::shared_ptr<const Media> media, size_t items)
    : options_(options), media_(std::move(media), items), pipeline_(options.pipeline, options.clip_size()) {
  for (const int64_t part : {1, 2, 4}) {
    const int64_t frames = options.sampling.frames / part;
    if (frames > 0) samplers_.emplace(frames, sampler_of(options.sampling, frames));
  }
}

std::vector<int64_t> ClipReader::draw_frames(int64_t video_frames, int64_t clip_frames, RandomStream& random) const {
  const auto sampler = samplers_.find(clip_frames);
  if (sampler != samplers_.end()) return sampler->second.sample(video_frames, random);
  return sampler_of(options_.sampling, clip_frames).sample(video_frames, random);
}

at::Tensor ClipReader::train(size_t index, const ClipItem& item, RandomStream& random, const video::ClipSize& size) const {
  return decoding(item.id, [&] {
    const auto opened = media_.open(index, item);
    const auto indices = draw_frames(opened.frames, size.frames, random);
    const auto frames = opened.source->read(indices, {.min_shorter_side = options_.pipeline.train.shorter_side});
    return pipeline_.train(frames, size, random).unsqueeze(0);
  });
}

at::Tensor ClipReader::evaluate(size_t index, const ClipItem& item) const {
  return decoding(item.id, [&] {
    const auto opened = media_.open(index, item);
    std::vector<at::Tensor> views;
    for (const auto& indices : video::evaluation_clips(options_.sampling, item.key, opened.frames, kEvaluationSeed)) {
      const auto frames = opened.source->read(indices, {.min_shorter_side = options_.pipeline.evaluation.shorter_side});
      views.push_back(pipeline_.evaluate(frames));
    }
    return at::stack(views);
  });
}

}  // namespace vbench::clips
