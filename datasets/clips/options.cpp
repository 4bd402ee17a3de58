#include "datasets/clips/options.hpp"

#include "datasets/clips/family.hpp"
#include "harness/core/error.hpp"
#include "harness/core/settings.hpp"

namespace vbench::clips {

void StandinOptions::bind(Settings& settings) {
  settings.integer("standin.train_videos", train_videos, "stand-in: training videos of each class", {1, 10000});
  settings.integer("standin.val_videos", val_videos, "stand-in: validation videos of each class", {1, 10000});
  settings.integer("standin.frames", frames, "stand-in: frames of each video", {2, 10000});
  settings.integer("standin.side", side, "stand-in: height of the videos in pixels, which are 4:3", {16, 1080});
}

void Options::bind_files(Settings& settings) {
  settings.text("data.labels", labels, "folder of label files; empty: <data root>/<dataset>/labels");
  settings.text("data.media", media, "folder of videos or frames, or a packed frames.db; empty: looked for beside the labels");
  settings.integer("data.fold", fold, "which of the official splits, where there are several", {1, 1000});
  settings.integer("data.classes", classes, "outputs of the classifier; 0: as many as the labels name", {0, 1000000});
  settings.number("data.allow_missing", allow_missing, "share of a split's videos that may lack files", {0, 1});
}

void Options::bind(Settings& settings) {
  bind_files(settings);
  settings.integer("clip.side", clip_side, "height and width of training clips, pixels", {1, 4096});
  sampling.bind(settings);
  pipeline.bind(settings);
  multigrid.bind(settings);
  standin.bind(settings);
}

Options options_of(const std::string& dataset) {
  for (const Family& family : families()) {
    if (family.name == dataset) return family.defaults();
  }
  throw Error(ErrorKind::kInternal, "is no labelled video dataset", dataset);
}

}  // namespace vbench::clips
