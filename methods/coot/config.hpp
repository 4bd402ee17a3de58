// Hyper-parameters of COOT as compile-time values: structure, losses, training and data of every published variant.
// Used by method.hpp (template parameter), register.cpp and the tests.
#pragma once

#include <cstdint>

#include "harness/train/options.hpp"

namespace vbench::coot {

/// Which retrieval chooses the best epoch: mean R@1 of both its directions.
enum class SelectBy { kVideoParagraph, kClipSentence };

/// What the global networks' average pooler sums.
enum class Average {
  kUpstream,  ///< all positions, padded ones too, divided by the true length: an embedding depends on the longest sequence of its batch
  kMasked,    ///< true positions only
};

/// Which feature files a variant was published with; method.hpp knows their names.
enum class VideoFeatures { kHowTo100M, kResNetResNeXt, kIcep };

/// Structure shared by the four networks.
struct Structure {
  int64_t width = 384;         ///< D of the local networks; the global ones give 2 D
  int64_t heads = 8;           ///< of the self-attention and of the context attention
  int64_t feed_forward = 384;  ///< inner width of the feed-forward blocks
  int64_t layers = 1;          ///< of the self-attention encoders
  int64_t context_layers = 1;  ///< of the context encoders
  int64_t pooler_heads = 2;
  int64_t pooler_hidden = 768;   ///< over all heads; 0: D
  int64_t pools = 1;             ///< the original chains several on an already pooled vector, which cannot work: only 1 is accepted
  int64_t positions = 1000;      ///< rows of the positional encoding: longest sequence
  double norm_epsilon = 1e-6;    ///< added to the standard deviation
  double dropout = 0.05;         ///< of attention, feed-forward, layers and pooler, [0, 1)
  double init_deviation = 0.01;  ///< of the normal, truncated at two deviations, that weights and biases are drawn from
};

/// Weights and switches of the loss (paper section 3.2 and 3.3).
struct LossOptions {
  double margin = 0.2;         ///< in cosine similarity
  bool max_violation = false;  ///< keep only the largest violation of each row and column
  bool normalize = true;       ///< divide by the square of the number of rows
  double high = 1;             ///< videos and paragraphs
  double high_internal = 1;    ///< videos among themselves, paragraphs among themselves
  double low = 1;              ///< clips and sentences
  double low_internal = 1;
  double context = 1;  ///< whole-video and whole-paragraph contexts
  double context_internal = 0;
  bool context_internal_fix = false;  ///< false: the original's bug, where low_internal multiplies the context_internal term
  double cycle = 0.001;               ///< cycle consistency of clips and sentences
  int64_t cycle_samples = 1;          ///< positions sampled from each sequence; -1: all
};

/// How the variant's data are read.
struct DataConfig {
  VideoFeatures features = VideoFeatures::kHowTo100M;
  int64_t video_width = 512;
  int64_t text_width = 1536;
  int64_t max_frames = 80;      ///< of a clip and of a whole video
  int64_t add_stop_frame = 2;   ///< frames added behind a segment's end
  int64_t expand_segments = 0;  ///< shorter segments grow to so many frames; 0: never
  double frame_noise = 0;       ///< deviation of the truncated normal noise on training features
};

/// Everything that the paper's table of settings lists. Defaults: YouCook2 with HowTo100M features.
struct Config {
  Structure structure;
  LossOptions loss;
  TrainOptions training = {
      .epochs = 100,
      .batch_size = 64,
      .eval_batch_size = 64,
      .optimizer = {.kind = OptimizerKind::kRAdam, .learning_rate = 9e-4, .beta1 = 0.56, .beta2 = 0.98, .epsilon = 1.5e-9},
      .schedule = {.kind = ScheduleKind::kReduceOnPlateau, .factor = 0.1, .patience = 5, .cooldown = 3},
      .early_stop_epochs = 16,
      .improvement = 1e-4,
      .first_validated_epoch = 3};
  DataConfig data;
  SelectBy select_by = SelectBy::kClipSentence;
};

/// Divisibilities that the network needs; every variant is checked when it is compiled.
constexpr bool is_valid(const Config& config) {
  const auto& s = config.structure;
  const int64_t hidden = s.pooler_hidden == 0 ? s.width : s.pooler_hidden;
  return s.heads > 0 && s.width % s.heads == 0 && s.pooler_heads > 0 && s.width % s.pooler_heads == 0 && hidden % s.pooler_heads == 0 &&
         s.pools == 1 && s.layers > 0 && s.context_layers > 0 && s.feed_forward > 0 && s.dropout >= 0 && s.dropout < 1 &&
         config.data.max_frames <= s.positions && config.data.video_width > 1 && config.data.text_width > 1;
}

/// `yc2_100m_coot`: paper table 3, rows with HowTo100M features.
inline constexpr Config kYc2100m{};

constexpr Config make_yc22d3d() {
  Config config;
  config.structure.dropout = 0.01;
  config.training.optimizer.learning_rate = 3.6e-4;
  config.training.optimizer.weight_decay = 2e-5;
  config.data = {.features = VideoFeatures::kResNetResNeXt, .video_width = 4096, .frame_noise = 0.01};
  return config;
}
/// `yc2_2d3d_coot`: paper table 3, rows with ResNet-152 and ResNeXt-101 features.
inline constexpr Config kYc22d3d = make_yc22d3d();

constexpr Config make_anet() {
  Config config;
  config.structure.dropout = 0.025;
  config.loss.cycle = 0.01;
  config.training.optimizer = {
      .kind = OptimizerKind::kAdam, .learning_rate = 1e-3, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8, .weight_decay = 2e-5};
  config.training.schedule.patience = 2;
  config.training.schedule.warmup_epochs = 3;
  config.training.first_validated_epoch = 0;
  config.data = {.features = VideoFeatures::kIcep, .video_width = 2048, .add_stop_frame = 1, .expand_segments = 10};
  config.select_by = SelectBy::kVideoParagraph;
  return config;
}
/// `anet_coot`: paper table 2.
inline constexpr Config kAnet = make_anet();

/// The same with everything small: seconds instead of hours, for tests and stand-in data.
constexpr Config shrink(Config config) {
  config.structure.width = 16;
  config.structure.heads = 4;
  config.structure.feed_forward = 24;
  config.structure.pooler_heads = 2;
  config.structure.pooler_hidden = 32;
  config.data.video_width = 24;
  config.data.text_width = 20;
  return config;
}
inline constexpr Config kSmallYouCook2 = shrink(kYc2100m);
inline constexpr Config kSmallActivityNet = shrink(kAnet);

static_assert(is_valid(kYc2100m) && is_valid(kYc22d3d) && is_valid(kAnet) && is_valid(kSmallYouCook2) && is_valid(kSmallActivityNet));

}  // namespace vbench::coot
