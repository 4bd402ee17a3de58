// Settings of the video-text datasets: which files, which frames, which splits. Methods give published values, users change them with
// --set.
#pragma once

#include <cstdint>
#include <string>

namespace vbench {
class Settings;
}

namespace vbench::video_text {

/// How frame features lie on the disk.
enum class FeatureFormat {
  kHdf5,  ///< <video_features>.h5, one [frames, width] array a video
  kNpz,   ///< features/<video_features>/v_<id>.npz, array frame_scores
};

/// Defaults are those of YouCook2 with the HowTo100M features.
struct Options {
  std::string video_features = "video_feat_100m";  ///< name of the frame features, as in their file's or folder's name
  FeatureFormat feature_format = FeatureFormat::kHdf5;
  std::string text_features = "transformers_bert-base-uncased_-2,-1";  ///< as in text_feat_<dataset>_meta_all_<text_features>.h5
  int64_t video_width = 512;                                           ///< Dv; files of another width are an error
  int64_t text_width = 1536;                                           ///< Dt; likewise
  int64_t max_frames = 80;                                             ///< frames sampled of a clip at most
  int64_t max_video_frames = 80;                                       ///< frames sampled of a whole video at most
  int64_t max_words = 512;                                             ///< tokens of one sentence; longer is an error; 0: no limit
  int64_t max_paragraph_words = 512;                                   ///< tokens of one paragraph; longer is an error; 0: no limit
  int64_t add_stop_frame = 2;                                          ///< frames added behind the end of a segment
  int64_t expand_segments = 0;                                         ///< shorter clips grow to this many frames; 0: off
  double frame_noise = 0;                                              ///< std of truncated normal noise on training frames; 0: off
  std::string train_split = "train";
  std::string eval_split = "val";
  double allow_missing = 0.1;  ///< share of a split's videos that may lack features, [0, 1]; none may with --strict
  bool drop_corrupt = false;   ///< leave out and count videos with unusable features instead of stopping

  void bind(Settings& settings);  ///< names them "data.video_features", "data.max_frames", ...
};

[[nodiscard]] Options youcook2_options();
[[nodiscard]] Options activitynet_options();

}  // namespace vbench::video_text
