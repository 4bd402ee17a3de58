#include "datasets/audio_visual/options.hpp"

#include <map>

#include "harness/core/error.hpp"
#include "harness/core/settings.hpp"

namespace vbench::audio_visual {

void StandinOptions::bind(Settings& settings) {
  settings.integer("standin.train_videos", train_videos, "stand-in: training videos of each class", {1, 10000});
  settings.integer("standin.val_videos", val_videos, "stand-in: validation videos of each class", {1, 10000});
  settings.number("standin.seconds", seconds, "stand-in: length of the videos", {1.2, 60});
  settings.integer("standin.side", side, "stand-in: height of the videos in pixels, which are 4:3", {24, 1080});
  settings.integer("standin.fps", fps, "stand-in: pictures a second", {4, 60});
}

void Options::bind(Settings& settings) {
  settings.text("data.videos", videos, "folder with {train,val,test}/<class>/<video>.mp4; empty: <data root>/<dataset>");
  settings.text("data.evaluated", evaluated, "split whose clusters are compared with the labels", {"train", "val", "test"});
  settings.number("data.allow_missing", allow_missing, "share of a split's videos that may be unusable: no sound, too short, damaged",
                  {0, 1});
  settings.integer("data.most_videos", most_videos, "training videos that are used, the first ones in sorted order; 0: all", {0, 1e9});
  settings.flag("data.any_classes", any_classes, "kinetics-sound: take folders of other classes than the published 32");
  picture.bind(settings, kLargestCrop);
  settings.integer("sound.sample_rate", sound.sample_rate, "samples a second", {1000, 51200});
  settings.integer("sound.seconds", sound.seconds, "seconds of sound of a clip", {1, 60});
  settings.choice<int64_t>("sound.filters", sound.filters, "mel filters of a spectrogram", {{"40", 40}, {"257", 257}});
  settings.flag("sound.volume_jitter", sound.volume_jitter, "training varies the volume by 10 %");
  settings.flag("sound.temporal_jitter", sound.temporal_jitter, "training moves the sound against the pictures by up to 0.5 s");
  settings.flag("sound.z_normalise", sound.z_normalise, "spectrograms minus 1.93, over 17.89");
  standin.bind(settings);
}

Options options_of(const std::string& dataset) {
  // As many as the published runs trained on: their copies lacked videos that others may have.
  static const std::map<std::string, int64_t> used{{"ave", 3328}, {"kinetics", 230976}, {"kinetics-sound", 22408}, {"vgg-sound", 170752}};
  const auto found = used.find(dataset);
  if (found == used.end()) throw Error(ErrorKind::kInternal, "is no dataset of videos with sound", dataset);
  Options options;
  options.most_videos = found->second;
  return options;
}

}  // namespace vbench::audio_visual
