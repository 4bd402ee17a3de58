#include "datasets/transforms/temporal_sampling.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "harness/core/error.hpp"
#include "harness/core/settings.hpp"
#include "harness/core/text.hpp"

namespace vbench::video {
namespace {

// The longest clip and interval that a setting may ask for; their product stays far from the limits of int64.
constexpr double kMostFrames = 1e6;

void require_frames(int64_t video_frames) {
  if (video_frames < 1) throw input_error(fmt::format("no clip can be taken from {} frames", video_frames));
}

void check(const SamplingOptions& options) {
  if (options.frames < 1) throw usage_error(fmt::format("a clip of {} frames", options.frames), "sampling.frames");
  if (options.evaluation_interval < 1)
    throw usage_error(fmt::format("an interval of {} frames", options.evaluation_interval), "sampling.evaluation_interval");
  if (!(options.slowest > 0 && options.slowest <= options.fastest && std::isfinite(options.fastest)))
    throw usage_error(fmt::format("no speed lies between {} and {}", options.slowest, options.fastest), "sampling.slowest",
                      "give 0 < sampling.slowest <= sampling.fastest");
}

// `count` equally spaced points from `start` to `stop`, cut to integers. The last is `stop` itself, not what the steps add up to.
std::vector<int64_t> spread(double start, double stop, int64_t count, int64_t video_frames) {
  std::vector<int64_t> indices(static_cast<size_t>(count));
  const double step = count > 1 ? (stop - start) / static_cast<double>(count - 1) : 0;
  for (int64_t i = 0; i < count; ++i) {
    const double place = i > 0 && i == count - 1 ? stop : static_cast<double>(i) * step + start;
    indices[static_cast<size_t>(i)] = std::clamp<int64_t>(static_cast<int64_t>(place), 0, video_frames - 1);
  }
  return indices;
}

std::vector<int64_t> fill(int64_t index, int64_t count) { return std::vector<int64_t>(static_cast<size_t>(count), index); }

}  // namespace

void SamplingOptions::bind(Settings& settings) {
  settings.integer("sampling.frames", frames, "frames of a clip", {1, kMostFrames});
  settings.text("sampling.train_intervals", train_intervals, "frames between two sampled ones; of several, 4,5,6, each clip draws one");
  settings.integer("sampling.evaluation_interval", evaluation_interval, "frames between two sampled ones in evaluation", {1, kMostFrames});
  settings.number("sampling.slowest", slowest, "least factor of the interval in training", {1e-3, 1e3});
  settings.number("sampling.fastest", fastest, "largest factor of the interval in training", {1e-3, 1e3});
  settings.choice("sampling.short_video", short_video, "videos shorter than a clip: one frame repeated, or all frames spread over the clip",
                  {{"repeat", ShortVideo::kRepeat}, {"spread", ShortVideo::kSpread}});
  settings.choice("sampling.evaluation_clips", evaluation_clips, "one clip chosen by the video's id, the one in the middle, or all",
                  {{"keyed", EvaluationClips::kKeyed}, {"centre", EvaluationClips::kCentre}, {"all", EvaluationClips::kAll}});
}

std::vector<int64_t> parse_intervals(const std::string& text) {
  std::vector<int64_t> intervals;
  for (const auto& piece : split(text, ',')) {
    const auto value = parse_int(piece);
    if (!value || *value < 1 || static_cast<double>(*value) > kMostFrames)
      throw usage_error(fmt::format("'{}' is no interval between frames", piece), "sampling.train_intervals",
                        "give positive numbers with commas between them: 4,5,6");
    intervals.push_back(*value);
  }
  if (intervals.empty()) throw usage_error("no interval is given", "sampling.train_intervals", "give at least one number");
  return intervals;
}

RandomSampler::RandomSampler(const SamplingOptions& options)
    : frames_(options.frames),
      intervals_(parse_intervals(options.train_intervals)),
      slowest_(options.slowest),
      fastest_(options.fastest),
      short_video_(options.short_video) {
  check(options);
}

SpanDraw RandomSampler::draw(int64_t video_frames, RandomStream& random) const {
  require_frames(video_frames);
  SpanDraw draw;
  draw.interval = intervals_[random.below(intervals_.size())];
  const auto any_frame = [&] { return static_cast<int64_t>(random.below(static_cast<uint64_t>(video_frames))); };
  if (frames_ == 1) {
    draw.repeated = any_frame();
    return draw;
  }
  const auto last = static_cast<double>(video_frames - 1);
  const auto steps = static_cast<double>(frames_ - 1);
  const double fastest = std::min(fastest_, last / (steps * static_cast<double>(draw.interval)));
  if (fastest < slowest_) {
    if (short_video_ == ShortVideo::kSpread) {
      draw.speed = fastest;
    } else {
      draw.repeated = any_frame();
    }
    return draw;
  }
  draw.speed = random.uniform(slowest_, fastest);
  draw.start = random.uniform(0, std::max(0.0, last - steps * draw.speed * static_cast<double>(draw.interval)));
  return draw;
}

std::vector<int64_t> RandomSampler::indices(const SpanDraw& draw, int64_t video_frames) const {
  require_frames(video_frames);
  if (draw.repeated) return fill(*draw.repeated, frames_);
  const double span = static_cast<double>(frames_ - 1) * (draw.speed * static_cast<double>(draw.interval));
  return spread(draw.start, draw.start + span, frames_, video_frames);
}

std::vector<int64_t> clip_starts(int64_t video_frames, int64_t frames, int64_t interval) {
  std::vector<int64_t> starts;
  const int64_t range = (frames - 1) * interval + 1;
  for (int64_t start = 0; start + range <= video_frames; start += range) starts.push_back(start);
  return starts;
}

std::vector<int64_t> clip_at(int64_t start, int64_t frames, int64_t interval) {
  std::vector<int64_t> indices(static_cast<size_t>(frames));
  for (int64_t i = 0; i < frames; ++i) indices[static_cast<size_t>(i)] = start + i * interval;
  return indices;
}

SequentialSampler::SequentialSampler(const SamplingOptions& options, bool shuffle, bool fixed, uint64_t seed)
    : options_(options), shuffle_(shuffle), fixed_(fixed), seed_(seed) {
  check(options);
}

std::vector<int64_t> SequentialSampler::starts(std::string_view id, int64_t video_frames) const {
  auto starts = clip_starts(video_frames, options_.frames, options_.evaluation_interval);
  if (shuffle_) RandomStream(seed_, fmt::format("clip order/{}", id)).shuffle(std::span(starts));
  return starts;
}

std::vector<int64_t> SequentialSampler::sample(std::string_view id, int64_t video_frames, int64_t visit) const {
  return sample_from(starts(id, video_frames), id, video_frames, visit);
}

std::vector<int64_t> SequentialSampler::sample_from(const std::vector<int64_t>& starts, std::string_view id, int64_t video_frames,
                                                    int64_t visit) const {
  require_frames(video_frames);
  if (!starts.empty()) {
    const size_t place = fixed_ ? 0 : static_cast<size_t>(visit) % starts.size();
    return clip_at(starts[place], options_.frames, options_.evaluation_interval);
  }
  if (options_.short_video == ShortVideo::kSpread) return spread(0, static_cast<double>(video_frames - 1), options_.frames, video_frames);
  RandomStream random(seed_, fmt::format("short video/{}", id), static_cast<uint64_t>(fixed_ ? 0 : visit));
  return fill(static_cast<int64_t>(random.below(static_cast<uint64_t>(video_frames))), options_.frames);
}

std::vector<std::vector<int64_t>> evaluation_clips(const SamplingOptions& options, std::string_view id, int64_t video_frames,
                                                   uint64_t seed) {
  const SequentialSampler keyed(options, options.evaluation_clips == EvaluationClips::kKeyed, true, seed);
  const auto starts = keyed.starts(id, video_frames);
  if (options.evaluation_clips == EvaluationClips::kKeyed || starts.empty()) return {keyed.sample_from(starts, id, video_frames, 0)};
  std::vector<std::vector<int64_t>> clips;
  if (options.evaluation_clips == EvaluationClips::kCentre) {
    const int64_t range = (options.frames - 1) * options.evaluation_interval + 1;
    clips.push_back(clip_at((video_frames - range) / 2, options.frames, options.evaluation_interval));
  } else {
    for (const int64_t start : starts) clips.push_back(clip_at(start, options.frames, options.evaluation_interval));
  }
  return clips;
}

}  // namespace vbench::video
