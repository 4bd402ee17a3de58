#include "methods/coot/tuning.hpp"

#include <fmt/format.h>

#include "harness/core/error.hpp"
#include "harness/core/settings.hpp"

namespace vbench::coot {

Tuning Tuning::of(const Config& config) {
  Tuning tuning;
  tuning.structure = config.structure;
  tuning.loss = config.loss;
  tuning.select_by = config.select_by;
  return tuning;
}

void Tuning::bind(Settings& settings) {
  settings.choice("select_by", select_by, "retrieval whose mean R@1 chooses the best epoch",
                  {{"video-paragraph", SelectBy::kVideoParagraph}, {"clip-sentence", SelectBy::kClipSentence}});
  settings.number("model.dropout", structure.dropout, "dropout of attention, feed-forward, layers and pooler", {0, 0.99});
  settings.integer("model.layers", structure.layers, "layers of the self-attention encoders", {1, 100});
  settings.integer("model.context_layers", structure.context_layers, "layers of the context encoders", {1, 100});
  settings.flag("model.chained", chained,
                "layers feed each other; off: each reads the encoder's input and the last one counts, as published");
  settings.choice("model.average", average, "global pooling: upstream sums padded positions too, masked only true ones",
                  {{"upstream", Average::kUpstream}, {"masked", Average::kMasked}});
  settings.flag("model.clip_level", clip_level,
                "global networks see clips and sentences; off: only the whole video's and paragraph's context");
  settings.number("model.init_deviation", structure.init_deviation, "deviation of the truncated normal that weights are drawn from",
                  {0, 10});
  settings.number("loss.margin", loss.margin, "contrastive margin, in cosine similarity", {0, 2});
  settings.flag("loss.max_violation", loss.max_violation, "keep only the largest violation of each row and column");
  settings.flag("loss.normalize", loss.normalize, "divide contrastive losses by the square of the number of rows");
  settings.number("loss.high", loss.high, "weight: videos and paragraphs", {0, 1e6});
  settings.number("loss.high_internal", loss.high_internal, "weight: videos among themselves, paragraphs among themselves", {0, 1e6});
  settings.number("loss.low", loss.low, "weight: clips and sentences", {0, 1e6});
  settings.number("loss.low_internal", loss.low_internal, "weight: clips among themselves, sentences among themselves", {0, 1e6});
  settings.number("loss.context", loss.context, "weight: whole-video and whole-paragraph contexts", {0, 1e6});
  settings.number("loss.context_internal", loss.context_internal,
                  "weight: contexts among themselves; only switches the term on unless fixed", {0, 1e6});
  settings.flag("loss.context_internal_fix", loss.context_internal_fix,
                "use loss.context_internal where the original uses loss.low_internal");
  settings.number("loss.cycle", loss.cycle, "weight: cycle consistency of clips and sentences", {0, 1e6});
  settings.integer("loss.cycle_samples", loss.cycle_samples, "positions sampled from each sequence; -1: all", {-1, 1e6});
}

ModelOptions Tuning::model(const video_text::Options& data) const {
  const auto check = [this](const char* key, int64_t value) {
    if (value <= structure.positions) return;
    throw usage_error(fmt::format("{} is longer than the {} positions of the network", value, structure.positions), key);
  };
  check("data.max_frames", data.max_frames);
  check("data.max_video_frames", data.max_video_frames);
  check("data.max_words", data.max_words);
  check("data.max_paragraph_words", data.max_paragraph_words);
  return {structure, data.video_width, data.text_width, chained, average, clip_level};
}

video_text::Options data_options(const DataConfig& config) {
  auto options = config.features == VideoFeatures::kIcep ? video_text::activitynet_options() : video_text::youcook2_options();
  if (config.features == VideoFeatures::kResNetResNeXt) options.video_features = "video_feat_2d3d";
  options.video_width = config.video_width;
  options.text_width = config.text_width;
  options.max_frames = config.max_frames;
  options.max_video_frames = config.max_frames;
  options.add_stop_frame = config.add_stop_frame;
  options.expand_segments = config.expand_segments;
  options.frame_noise = config.frame_noise;
  return options;
}

}  // namespace vbench::coot
