#include "datasets/transforms/picture_clip.hpp"

#include <ATen/ATen.h>

#include "datasets/transforms/clip_colour.hpp"
#include "datasets/transforms/stretch_sampling.hpp"
#include "harness/core/settings.hpp"

namespace vbench::video {

void PictureOptions::bind(Settings& settings, int64_t largest_crop) {
  settings.integer("picture.frames", frames, "pictures of a clip", {1, 1024});
  settings.integer("picture.fps", fps, "pictures a second, whatever the video has", {1, 1000});
  settings.integer("picture.step", step, "pictures at that rate from one of the clip to the next", {1, 1000});
  settings.integer("picture.crop", crop, "side of the clip's square, pixels", {8, static_cast<double>(largest_crop)});
  settings.flag("picture.colour_jitter", colour_jitter, "training changes brightness, contrast and saturation");
  settings.flag("picture.grey", grey, "training makes every fifth clip grey");
}

double PictureOptions::length_in(double video_rate) const { return stretch_length(frames, step, static_cast<double>(fps), video_rate); }

at::Tensor random_clip(const std::vector<cv::Mat>& frames, const PictureOptions& options, const ShorterSides& sides, RandomStream& random) {
  const auto crop = random_crop(size_of(frames.front()), sides, options.crop, random);
  const auto colours = draw_colour_jitter(random);
  const bool grey = random.uniform() < kGreyProbability;
  auto clip = cut_clip(frames, crop);
  if (options.colour_jitter) clip = jitter_colours(clip, colours);
  if (options.grey && grey) clip = to_grey(clip);
  return clip;
}

}  // namespace vbench::video
