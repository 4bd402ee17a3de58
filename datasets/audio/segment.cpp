#include "datasets/audio/segment.hpp"
#include "datasets/loader/stage_clock.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "harness/core/error.hpp"
#include "harness/core/settings.hpp"

namespace vbench::audio {
namespace {

constexpr double kQuietest = 0.9, kLoudest = 1.1;  // factors of volume
constexpr double kShift = 0.5;                     // seconds
constexpr double kMean = 1.93, kDeviation = 17.89;
constexpr int64_t kLongest = 60, kLowestRate = 1000, kHighestRate = 51'200;

const SegmentOptions& checked(const SegmentOptions& options) {
  if (options.seconds < 1 || options.seconds > kLongest) throw usage_error(fmt::format("stretches of {} s of sound", options.seconds));
  if (options.type != 1 && options.type != 2) {
    throw usage_error(fmt::format("no spectrograms of type {}", options.type), "", "1 has 40 filters, 2 has 257");
  }
  if (options.sample_rate < kLowestRate || options.sample_rate > kHighestRate) {
    throw usage_error(fmt::format("no spectrograms of sound with {} samples a second", options.sample_rate), "",
                      fmt::format("{} to {}", kLowestRate, kHighestRate));
  }
  return options;
}

}  // namespace

void SegmentOptions::bind(Settings& settings) {
  settings.integer("audio.seconds", seconds, "seconds of sound of a sample", {1, kLongest});
  settings.integer("audio.sample_rate", sample_rate, "samples a second", {kLowestRate, kHighestRate});
  settings.integer("audio.type", type, "1: spectrograms of 40 mel filters, 2: of 257", {1, 2});
  settings.flag("audio.z_normalise", z_normalise, "spectrograms minus 1.93, over 17.89");
  settings.flag("audio.volume_jitter", volume_jitter, "training varies the volume by 10 %");
  settings.flag("audio.temporal_jitter", temporal_jitter, "training moves the sound against the pictures by up to 0.5 s");
}

SegmentReader::SegmentReader(const SegmentOptions& options)
    : options_(checked(options)), spectrogram_(options.filters(), options.sample_rate) {}

SegmentDraw SegmentReader::draw(double start_seconds, RandomStream& random) const {
  // Both are drawn in any case, so that switching one on does not change the other.
  const double shift = random.uniform(-kShift, kShift), volume = random.uniform(kQuietest, kLoudest);
  return {options_.temporal_jitter ? std::max(start_seconds + shift, 0.0) : start_seconds, options_.volume_jitter ? volume : 1};
}

at::Tensor SegmentReader::read(const std::filesystem::path& path, const SegmentDraw& draw) const {
  return finished(decode_segment(path, options_.sample_rate, draw.start_seconds, options_.seconds).samples, draw.volume);
}

at::Tensor SegmentReader::cut(const AudioTrack& track, const SegmentDraw& draw, const std::string& where) const {
  if (track.sample_rate != options_.sample_rate) {
    throw Error(ErrorKind::kInternal, fmt::format("a track of {} samples a second, not {}", track.sample_rate, options_.sample_rate),
                where);
  }
  const int64_t start =
      segment_start(static_cast<int64_t>(track.samples.size()), track.sample_rate, draw.start_seconds, options_.samples(), where);
  return finished(std::span(track.samples).subspan(static_cast<size_t>(start), static_cast<size_t>(options_.samples())), draw.volume);
}

at::Tensor SegmentReader::finished(std::span<const int16_t> stretch, double volume) const {
  const StageScope augmenting(ReadStage::kAugment);
  auto spectrogram = spectrogram_(stretch, volume);
  if (options_.z_normalise) spectrogram.sub_(kMean).div_(kDeviation);
  return spectrogram;
}

}  // namespace vbench::audio
