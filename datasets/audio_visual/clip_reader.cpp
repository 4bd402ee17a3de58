#include "datasets/audio_visual/clip_reader.hpp"
#include "datasets/loader/stage_clock.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <opencv2/imgproc.hpp>

#include "datasets/audio_visual/picture_reader.hpp"
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

video::Stretch middle_of(const PictureReader& video, const PictureOptions& options) {
  return video::fixed_stretch(static_cast<double>(video.frames()), options.length_in(video.rate()), kMiddle, kClips);
}

std::vector<cv::Mat> pictures_in(PictureReader& video, const video::Stretch& stretch, int64_t count) {
  return video.read(video::frames_of_stretch(stretch, count, video.frames()));
}

}  // namespace

ClipReader::ClipReader(const PictureOptions& pictures, const SoundOptions& sound) : pictures_(pictures), sound_(segments_of(sound)) {
  if (pictures.crop > kLargestCrop)
    throw usage_error(fmt::format("no crops of {} pixels", pictures.crop), "--set picture.crop",
                      fmt::format("{} is the largest", kLargestCrop));
}

SeenAndHeard ClipReader::train(const std::filesystem::path& file, RandomStream& random) const {
  PictureReader video(file);
  const auto stretch = video::random_stretch(static_cast<double>(video.frames()), pictures_.length_in(video.rate()), random);
  const auto frames = pictures_in(video, stretch, pictures_.frames);
  SeenAndHeard made;
  {
    const StageScope augmenting(ReadStage::kAugment);
    made.clip = video::random_clip(frames, pictures_, video::published_sides(pictures_.crop), random);
  }
  made.spectrogram = sound_.read(file, sound_.draw(stretch.start / video.rate(), random));
  return made;
}

SeenAndHeard ClipReader::evaluate(const std::filesystem::path& file) const {
  PictureReader video(file);
  const auto stretch = middle_of(video, pictures_);
  const auto frames = pictures_in(video, stretch, pictures_.frames);
  const auto crop = video::fixed_crop(video::size_of(frames.front()), pictures_.crop, video::CropPlace::kCentre);
  const StageScope augmenting(ReadStage::kAugment);  // of the pictures; the sound has scopes of its own inside
  return {video::cut_clip(frames, crop), sound_.read(file, {.start_seconds = stretch.start / video.rate(), .volume = 1})};
}

std::vector<cv::Mat> ClipReader::look(const std::filesystem::path& file, int64_t count, int64_t side) const {
  PictureReader video(file);
  std::vector<cv::Mat> squares;
  for (const cv::Mat& picture : pictures_in(video, middle_of(video, pictures_), count)) {
    const int shorter = std::min(picture.cols, picture.rows);
    const cv::Rect centre((picture.cols - shorter) / 2, (picture.rows - shorter) / 2, shorter, shorter);
    const auto length = static_cast<int>(side);
    squares.emplace_back();
    cv::resize(picture(centre), squares.back(), {length, length}, 0, 0, shorter > length ? cv::INTER_AREA : cv::INTER_CUBIC);
  }
  return squares;
}

}  // namespace vbench::audio_visual
