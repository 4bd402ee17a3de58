// Decodes, mixes and resamples a stream of sound piece by piece. Used by audio_track.cpp.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "datasets/audio/media_file.hpp"

namespace vbench::audio {

/// Takes the next samples; false: no more are wanted.
using TakeSamples = std::function<bool(std::span<const int16_t>)>;

/// Mono samples of 16 bits of a file's sound, by FFmpeg's defaults for mixing and resampling.
class SoundDecoder {
 public:
  /// @throws Error kInput: there is no sound, or no decoder for it
  SoundDecoder(MediaFile& file, int64_t sample_rate);

  /// From the beginning to the end, or until `take` has enough.
  void run(const TakeSamples& take);

 private:
  /// Of the frames that the resampler was made for. A stream may change in the middle.
  struct Form {
    int format = AV_SAMPLE_FMT_NONE, rate = 0, channels = 0;
    uint64_t mask = 0;
    bool operator==(const Form&) const = default;
  };

  [[nodiscard]] bool decode(const AVPacket* packet, const TakeSamples& take);
  [[nodiscard]] bool convert(const AVFrame& frame, const TakeSamples& take);
  /// What the resampler still holds.
  [[nodiscard]] bool flush(const TakeSamples& take);
  /// What comes out, valid until the next call. @param source  null: there is no more
  [[nodiscard]] std::span<const int16_t> resample(const uint8_t** source, int count);
  void make_resampler(const AVFrame& frame, const Form& form);

  MediaFile& file_;
  int64_t sample_rate_;
  libav::CodecContext decoder_;
  libav::ResampleContext resampler_;
  libav::Frame frame_;
  Form form_;
  int stream_ = 0;
  std::vector<int16_t> converted_;
};

}  // namespace vbench::audio
