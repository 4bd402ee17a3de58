#include "datasets/video_text/options.hpp"

#include "harness/core/settings.hpp"

namespace vbench::video_text {

void Options::bind(Settings& settings) {
  settings.text("data.video_features", video_features, "name of the frame features, as in their file's or folder's name");
  settings.choice("data.feature_format", feature_format, "one HDF5 file, or one npz file a video",
                  {{"hdf5", FeatureFormat::kHdf5}, {"npz", FeatureFormat::kNpz}});
  settings.text("data.text_features", text_features, "name of the word features, as in the text file's name");
  settings.integer("data.video_width", video_width, "width of frame features", {1, 65536});
  settings.integer("data.text_width", text_width, "width of word features", {1, 65536});
  settings.integer("data.max_frames", max_frames, "frames sampled of a clip at most", {1, 1e6});
  settings.integer("data.max_video_frames", max_video_frames, "frames sampled of a whole video at most", {1, 1e6});
  settings.integer("data.max_words", max_words, "tokens of a sentence at most, longer ones are an error; 0: no limit", {0, 1e6});
  settings.integer("data.max_paragraph_words", max_paragraph_words, "tokens of a paragraph at most; 0: no limit", {0, 1e6});
  settings.integer("data.add_stop_frame", add_stop_frame, "frames added behind the end of a segment", {0, 1e6});
  settings.integer("data.expand_segments", expand_segments, "shorter clips grow to this many frames; 0: off", {0, 1e6});
  settings.number("data.frame_noise", frame_noise, "standard deviation of noise on training frames; 0: off", {0, 1e6});
  settings.text("data.train_split", train_split, "split to train on");
  settings.text("data.eval_split", eval_split, "split to evaluate on");
  settings.number("data.allow_missing", allow_missing, "share of a split's videos that may lack features", {0, 1});
  settings.flag("data.drop_corrupt", drop_corrupt, "leave out and count videos with unusable features instead of stopping");
}

Options youcook2_options() { return {}; }

Options activitynet_options() {
  Options options;
  options.video_features = "ICEP_V3_global_pool_skip_8_direct_resize";
  options.feature_format = FeatureFormat::kNpz;
  options.video_width = 2048;
  options.add_stop_frame = 1;
  options.expand_segments = 10;
  options.eval_split = "val_1";
  return options;
}

}  // namespace vbench::video_text
