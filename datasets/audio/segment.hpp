// Stretches of sound as the network sees them: cut, varied in volume and time, as spectrograms. Used by the datasets that train on sound.
#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>

#include "datasets/audio/audio_track.hpp"
#include "datasets/audio/spectrogram.hpp"
#include "harness/core/random.hpp"

namespace vbench {
class Settings;
}

namespace vbench::audio {

/// Defaults are those of SeLaVi's published runs.
struct SegmentOptions {
  int64_t seconds = 1;           ///< of a stretch
  int64_t sample_rate = 24000;   ///< samples a second
  int64_t type = 2;              ///< 1: 40 mel filters, 2: 257
  bool z_normalise = false;      ///< (x - 1.93) / 17.89
  bool volume_jitter = true;     ///< training multiplies the samples by a number from [0.9, 1.1)
  bool temporal_jitter = false;  ///< training moves the start by up to 0.5 s in both directions

  void bind(Settings& settings);  ///< names them "audio.seconds", "audio.sample_rate", ...
  [[nodiscard]] int64_t filters() const { return type == 1 ? 40 : 257; }
  [[nodiscard]] int64_t samples() const { return seconds * sample_rate; }
};

/// What one stretch of training draws.
struct SegmentDraw {
  double start_seconds = 0;
  double volume = 1;
};

/// From files or tracks to spectrograms. Holds no state between calls: one object serves any number of threads.
class SegmentReader {
 public:
  /// @throws Error kUsage for options that describe no spectrogram
  explicit SegmentReader(const SegmentOptions& options);

  [[nodiscard]] const SegmentOptions& options() const { return options_; }

  /// @param start_seconds  where the pictures start; with temporal jitter, no stretch starts before the track
  [[nodiscard]] SegmentDraw draw(double start_seconds, RandomStream& random) const;

  /// @return [1, filters, frames] float; 257x99 by default
  /// @throws Error kInput as decode_segment(), also for a track that is shorter than a stretch
  [[nodiscard]] at::Tensor read(const std::filesystem::path& path, const SegmentDraw& draw) const;
  /// Of a track that is decoded already, at the options' rate. @param where  names the track in messages
  [[nodiscard]] at::Tensor cut(const AudioTrack& track, const SegmentDraw& draw, const std::string& where) const;

 private:
  [[nodiscard]] at::Tensor finished(std::span<const int16_t> stretch, double volume) const;

  SegmentOptions options_;
  LogMelSpectrogram spectrogram_;
};

}  // namespace vbench::audio
