// The stand-in world of video-text data: what happens in every video, and what that looks like as features. Used by standin.cpp and tests.
#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "datasets/synthetic/feature_map.hpp"
#include "datasets/synthetic/vocabulary.hpp"

namespace vbench {
class Settings;
}

namespace vbench::synthetic {

/// Size and difficulty of the generated data. Noise levels are norms relative to the content's norm of 1, in the latent space.
struct VideoTextWorld {
  uint64_t seed = 1;
  Domain domain = Domain::kKitchen;
  std::string train_split = "train", val_split = "val";

  int64_t train_videos = 128;
  int64_t val_videos = 48;
  int64_t topics = 24;          ///< recipes; a video shows one of them
  int64_t steps_per_topic = 9;  ///< a video shows some of its recipe's steps, mostly in the recipe's order
  int64_t generic_steps = 10;   ///< steps such as "add the salt" that every recipe shares
  int64_t family = 2;           ///< videos that start from the same list of steps; they are each other's hardest distractors
  int64_t changed_steps = 1;    ///< steps in which a further member of a family differs from the first
  int64_t swapped_steps = 2;    ///< exchanges of two steps in a further member of a family
  int64_t min_clips = 3, max_clips = 6;
  int64_t min_frames = 3, max_frames = 8;  ///< of a clip
  int64_t max_gap = 2;                     ///< most background frames between two clips
  int64_t min_words = 4, max_words = 9;    ///< of a sentence
  double fps = 1;                          ///< feature frames a second

  int64_t video_width = 0;  ///< 0: that of the official file
  int64_t text_width = 1536;
  std::string video_features;  ///< name of the feature file or folder
  std::string text_features = "transformers_bert-base-uncased_-2,-1";

  int64_t latent_width = 32;
  double generic_share = 0.25;     ///< of clips that show a generic step
  double variation_share = 0.3;    ///< of clips with another place, and of clips with a manner
  double wrong_frame_share = 0.1;  ///< of a clip's frames that show background
  double overlap_share = 0;        ///< of clips whose segment runs into the next one
  double context = 0.5;            ///< norm of the recipe's own appearance in frames and words
  double clip_noise = 0.9;         ///< one draw a clip, unknown to its sentence
  double sentence_noise = 0.4;     ///< one draw a sentence, unknown to its clip
  double frame_noise = 1.0;        ///< one draw a frame
  double word_noise = 0.6;         ///< one draw a word
  double feature_noise = 0.1;      ///< standard deviation in every feature value
  bool second_annotation = false;  ///< the validation videos described again, as split val_2

  void bind(Settings& settings);
  /// @throws Error kUsage when two options contradict each other
  void check() const;
};

[[nodiscard]] VideoTextWorld youcook2_world();
[[nodiscard]] VideoTextWorld activitynet_world();

/// What a clip shows. Words of the vocabulary; empty = not said.
struct Step {
  std::string subject, verb, item, second_item, place, manner;
};

/// A clip of a video: frames [first, last) show `step`; its annotated segment may run on until frame `until`.
struct ClipPlan {
  Step step;
  int64_t first = 0, last = 0, until = 0;
  std::vector<std::string> words;  ///< of its sentence
};

struct VideoPlan {
  std::string id, split;  ///< id: 11 characters, as YouTube's
  int64_t topic = 0, family = 0, index = 0;
  int64_t frames = 0;
  std::vector<ClipPlan> clips;
};

/// Everything that happens, and how it looks. Depends on nothing but the options; safe to render from several threads.
class World {
 public:
  explicit World(const VideoTextWorld& options);  ///< @throws Error kUsage

  [[nodiscard]] const std::vector<VideoPlan>& videos() const { return videos_; }
  /// The same video told again in other words, with slightly other segments.
  [[nodiscard]] VideoPlan retold(const VideoPlan& video) const;

  /// [frames, video_width] float32
  [[nodiscard]] at::Tensor frames(const VideoPlan& video) const;
  /// [sum of token_counts, text_width] float32. `telling` separates the noise of several descriptions of one video.
  [[nodiscard]] at::Tensor words(const VideoPlan& video, uint64_t telling) const;
  /// [CLS] before the first sentence and [SEP] after each of them count as tokens.
  [[nodiscard]] static std::vector<int64_t> token_counts(const VideoPlan& video);

 private:
  void make_steps();
  void plan_family(const std::string& split, uint64_t family, int64_t members);
  [[nodiscard]] std::vector<Step> family_steps(RandomStream& random, int64_t topic) const;
  void vary(RandomStream& random, int64_t topic, std::vector<Step>& steps) const;
  void lay_out(RandomStream& random, const std::vector<Step>& steps, VideoPlan& video) const;
  [[nodiscard]] Latent content(const Step& step) const;
  [[nodiscard]] Latent background(RandomStream& random) const;

  VideoTextWorld options_;
  const Vocabulary& vocabulary_;
  std::map<std::string, Latent> lexicon_;
  std::vector<Latent> topic_latents_, backgrounds_;
  std::vector<std::vector<Step>> topic_steps_;
  std::vector<Step> generic_steps_;
  RandomMap video_map_, text_map_;
  std::vector<VideoPlan> videos_;
};

}  // namespace vbench::synthetic
