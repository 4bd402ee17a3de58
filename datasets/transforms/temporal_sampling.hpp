// Which frames of a video make a clip: random spans for training, fixed ones for evaluation. Used by the video datasets.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/core/random.hpp"

namespace vbench {
class Settings;
}

namespace vbench::video {

/// What becomes of a video with fewer frames than a clip spans.
enum class ShortVideo {
  kRepeat,  ///< one drawn frame fills the clip (the original's way)
  kSpread,  ///< the clip's frames are spread evenly over the whole video
};

enum class EvaluationClips {
  kKeyed,   ///< one clip a video: the first of its consecutive clips in an order drawn from the video's id
  kCentre,  ///< one clip a video, in its middle
  kAll,     ///< every consecutive clip
};

struct SamplingOptions {
  int64_t frames = 16;                ///< of a clip
  std::string train_intervals = "2";  ///< frames between two sampled ones; of several ("4,5,6") each clip draws one
  int64_t evaluation_interval = 2;
  double slowest = 1;  ///< the drawn interval is multiplied by a speed from [slowest, fastest]
  double fastest = 1;
  ShortVideo short_video = ShortVideo::kRepeat;
  EvaluationClips evaluation_clips = EvaluationClips::kKeyed;

  void bind(Settings& settings);  ///< names them "sampling.frames", "sampling.train_intervals", ...
};

/// "4,5,6" as numbers. @throws Error kUsage for anything but positive integers between commas
[[nodiscard]] std::vector<int64_t> parse_intervals(const std::string& text);

/// What one random clip draws: an interval and then either a speed and a start or, in a short video, the frame that fills the clip.
struct SpanDraw {
  int64_t interval = 1;
  double speed = 1;
  double start = 0;  ///< in frames, fractional
  std::optional<int64_t> repeated;
};

/// Random clips of a training video.
class RandomSampler {
 public:
  /// @throws Error kUsage for options that describe no clip
  explicit RandomSampler(const SamplingOptions& options);

  [[nodiscard]] SpanDraw draw(int64_t video_frames, RandomStream& random) const;
  /// Ascending indices, each in [0, video_frames).
  [[nodiscard]] std::vector<int64_t> indices(const SpanDraw& draw, int64_t video_frames) const;
  [[nodiscard]] std::vector<int64_t> sample(int64_t video_frames, RandomStream& random) const {
    return indices(draw(video_frames, random), video_frames);
  }

 private:
  int64_t frames_;
  std::vector<int64_t> intervals_;
  double slowest_, fastest_;
  ShortVideo short_video_;
};

/// First frames of the consecutive clips that a video holds; none if it is shorter than one.
[[nodiscard]] std::vector<int64_t> clip_starts(int64_t video_frames, int64_t frames, int64_t interval);

/// `frames` indices from `start` on, `interval` apart.
[[nodiscard]] std::vector<int64_t> clip_at(int64_t start, int64_t frames, int64_t interval);

/// Clips that follow each other without overlap. The same video gives the same clips whoever asks, in whatever order.
class SequentialSampler {
 public:
  /// @param shuffle  the order of a video's clips is drawn from (seed, id)
  /// @param fixed    every visit gets the first clip of that order; otherwise visit v gets clip v modulo their number
  SequentialSampler(const SamplingOptions& options, bool shuffle, bool fixed, uint64_t seed);

  /// Starts in the order in which visits get them.
  [[nodiscard]] std::vector<int64_t> starts(std::string_view id, int64_t video_frames) const;
  [[nodiscard]] std::vector<int64_t> sample(std::string_view id, int64_t video_frames, int64_t visit = 0) const;
  /// The clip of a visit, given the video's starts.
  [[nodiscard]] std::vector<int64_t> sample_from(const std::vector<int64_t>& starts, std::string_view id, int64_t video_frames,
                                                 int64_t visit) const;

 private:
  SamplingOptions options_;
  bool shuffle_, fixed_;
  uint64_t seed_;
};

/// The clips that evaluation reads of a video: one, or all of them with EvaluationClips::kAll.
[[nodiscard]] std::vector<std::vector<int64_t>> evaluation_clips(const SamplingOptions& options, std::string_view id, int64_t video_frames,
                                                                 uint64_t seed);

}  // namespace vbench::video
