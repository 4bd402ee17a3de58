#include "datasets/audio_visual/clip_reader.hpp"

#include <fmt/format.h>

#include "datasets/audio_visual/picture_reader.hpp"
#include "datasets/transforms/clip_colour.hpp"
#include "datasets/transforms/stretch_sampling.hpp"
#include "harness/core/error.hpp"

namespace vbench::audio_visual {
namespace {

constexpr int64_t kMiddle = 500, kClips = 1000;  // the clip that evaluation looks at, as published

audio::SegmentOptions segments_of(const SoundOptions& sound) {
  if (sound.filters != 40 && sound.filters != 257) {
    throw usage_error(fmt::format("spectrograms have 40 or 257 filters, not {}", sound.filters), "--set sound.filters");
  }
  return {.seconds = sound.seconds,
          .sample_rate = sound.sample_rate,
          .type = sound.filters == 40 ? 1 : 2,
          .z_normalise = sound.z_normalise,
          .volume_jitter = sound.volume_jitter,
          .temporal_jitter = sound.temporal_jitter};
}

double length_in(const PictureReader& video, const PictureOptions& options) {
  return video::stretch_length(options.frames, options.step, static_cast<double>(options.fps), video.rate());
}

std::vector<cv::Mat> pictures_in(PictureReader& video, const video::Stretch& stretch, int64_t count) {
  return video.read(video::frames_of_stretch(stretch, count, video.frames()));
}

}  // namespace

ClipReader::ClipReader(const PictureOptions& pictures, const SoundOptions& sound) : pictures_(pictures), sound_(segments_of(sound)) {
  if (pictures.crop > static_cast<int64_t>(video::published_sides(pictures.crop).low)) {
    throw usage_error(fmt::format("no crops of {} pixels", pictures.crop), "--set picture.crop", "256 is the largest");
  }
}

SeenAndHeard ClipReader::train(const std::filesystem::path& file, RandomStream& random) const {
  PictureReader video(file);
  const auto stretch = video::random_stretch(static_cast<double>(video.frames()), length_in(video, pictures_), random);
  const auto frames = pictures_in(video, stretch, pictures_.frames);
  const auto crop = video::random_crop(video::size_of(frames.front()), video::published_sides(pictures_.crop), pictures_.crop, random);
  const auto colours = video::draw_colour_jitter(random);
  const bool grey = random.uniform() < video::kGreyProbability;
  SeenAndHeard made;
  made.clip = video::cut_clip(frames, crop);
  if (pictures_.colour_jitter) made.clip = video::jitter_colours(made.clip, colours);
  if (pictures_.grey && grey) made.clip = video::to_grey(made.clip);
  made.spectrogram = sound_.read(file, sound_.draw(stretch.start / video.rate(), random));
  return made;
}

SeenAndHeard ClipReader::evaluate(const std::filesystem::path& file) const {
  PictureReader video(file);
  const auto stretch = video::fixed_stretch(static_cast<double>(video.frames()), length_in(video, pictures_), kMiddle, kClips);
  const auto frames = pictures_in(video, stretch, pictures_.frames);
  const auto crop = video::fixed_crop(video::size_of(frames.front()), pictures_.crop, video::CropPlace::kCentre);
  return {video::cut_clip(frames, crop), sound_.read(file, {.start_seconds = stretch.start / video.rate(), .volume = 1})};
}

}  // namespace vbench::audio_visual
