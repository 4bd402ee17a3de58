#include <fmt/format.h>

#include "datasets/synthetic/world.hpp"
#include "harness/core/error.hpp"
#include "harness/core/settings.hpp"

namespace vbench::synthetic {

void VideoTextWorld::bind(Settings& settings) {
  settings.integer("train_videos", train_videos, "videos of the training split", {1, 1e6});
  settings.integer("val_videos", val_videos, "videos of the validation split", {1, 1e6});
  settings.integer("topics", topics, "recipes or activities; a video shows one of them", {1, 1e5});
  settings.integer("steps_per_topic", steps_per_topic, "steps that videos of a topic choose from", {1, 1000});
  settings.integer("generic_steps", generic_steps, "steps that all topics share", {1, 1000});
  settings.integer("family", family, "videos that start from the same steps", {1, 1000});
  settings.integer("changed_steps", changed_steps, "steps in which members of a family differ", {0, 1000});
  settings.integer("swapped_steps", swapped_steps, "exchanges of steps between members of a family", {0, 1000});
  settings.integer("min_clips", min_clips, "fewest clips of a video", {1, 1000});
  settings.integer("max_clips", max_clips, "most clips of a video", {1, 1000});
  settings.integer("min_frames", min_frames, "fewest frames of a clip", {1, 1e5});
  settings.integer("max_frames", max_frames, "most frames of a clip", {1, 1e5});
  settings.integer("max_gap", max_gap, "most background frames between clips", {0, 1e5});
  settings.integer("min_words", min_words, "fewest words of a sentence", {2, 1000});
  settings.integer("max_words", max_words, "most words of a sentence", {2, 1000});
  settings.number("fps", fps, "feature frames a second", {0.01, 20});
  settings.integer("video_width", video_width, "width of frame features; 0: as in the official file", {0, 65536});
  settings.integer("text_width", text_width, "width of word features", {1, 65536});
  settings.text("text_features", text_features, "name of the word features, as in the text file's name");
  settings.integer("latent_width", latent_width, "dimensions of the shared content", {2, 1024});
  settings.number("generic_share", generic_share, "share of clips that show a shared step", {0, 1});
  settings.number("variation_share", variation_share, "share of clips with another place, and with a manner", {0, 1});
  settings.number("wrong_frame_share", wrong_frame_share, "share of a clip's frames that show background", {0, 1});
  settings.number("overlap_share", overlap_share, "share of clips whose segment runs into the next one", {0, 1});
  settings.number("context", context, "strength of the topic in every frame and word", {0, 100});
  settings.number("clip_noise", clip_noise, "noise of a whole clip, relative to its content", {0, 100});
  settings.number("sentence_noise", sentence_noise, "noise of a whole sentence", {0, 100});
  settings.number("frame_noise", frame_noise, "noise of a frame", {0, 100});
  settings.number("word_noise", word_noise, "noise of a word", {0, 100});
  settings.number("feature_noise", feature_noise, "standard deviation of noise in each feature value", {0, 100});
}

void VideoTextWorld::check() const {
  const auto ordered = [](const char* what, int64_t low, int64_t high) {
    if (low > high) throw usage_error(fmt::format("min_{0} = {1} is above max_{0} = {2}", what, low, high), "stand-in data");
  };
  ordered("clips", min_clips, max_clips);
  ordered("frames", min_frames, max_frames);
  ordered("words", min_words, max_words);
  if (video_width <= 0 || text_width <= 0) throw usage_error("feature widths must be positive", "stand-in data");
}

VideoTextWorld youcook2_world() {
  VideoTextWorld world;
  world.video_features = "video_feat_100m";
  return world;
}

VideoTextWorld activitynet_world() {
  VideoTextWorld world;
  world.domain = Domain::kActivity;
  world.val_split = "val_1";
  world.video_features = "ICEP_V3_global_pool_skip_8_direct_resize";
  world.min_clips = 2;
  world.max_clips = 5;
  world.min_frames = 6;
  world.min_words = 6;
  world.max_words = 12;
  world.overlap_share = 0.3;
  world.second_annotation = true;
  return world;
}

}  // namespace vbench::synthetic
