#include "datasets/synthetic/standin.hpp"

#include <fmt/format.h>

#include <cmath>

#include "datasets/synthetic/in_order.hpp"
#include "datasets/synthetic/output.hpp"
#include "harness/core/settings.hpp"

namespace vbench::synthetic {
namespace fs = std::filesystem;

namespace {

/// A video under one of its names: ActivityNet describes validation videos twice.
struct Telling {
  VideoPlan video;
  std::string key, split;
  uint64_t number = 0;
};

std::string sentence_text(const VideoTextWorld& options, const std::vector<std::string>& words, size_t index) {
  std::string text = fmt::format("{}", fmt::join(words, " "));
  if (options.domain == Domain::kKitchen) return text;
  // ActivityNet's sentences: capital letter, full stop, a blank before all but the first.
  text[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[0])));
  return (index == 0 ? "" : " ") + text + ".";
}

// Whole hundredths, as in the annotations. A quarter of a frame inside the segment, so that rounding can't move it to another frame.
double seconds(double frames, double fps) { return std::round(frames / fps * 100) / 100; }

ItemMeta meta_of(const VideoTextWorld& options, const Telling& telling) {
  ItemMeta item{telling.key, telling.video.id, telling.split, seconds(static_cast<double>(telling.video.frames), options.fps), {}};
  for (size_t i = 0; i < telling.video.clips.size(); ++i) {
    const ClipPlan& clip = telling.video.clips[i];
    item.segments.push_back({sentence_text(options, clip.words, i), seconds(static_cast<double>(clip.first) + 0.25, options.fps),
                             seconds(static_cast<double>(clip.until) - 0.25, options.fps)});
  }
  return item;
}

DataReport write_standin(const fs::path& folder, const std::string& dataset, VideoFeatureWriter::Layout layout,
                         const VideoTextWorld& options, const World& world, const std::vector<Telling>& tellings) {
  std::vector<ItemMeta> items;
  for (const Telling& telling : tellings) items.push_back(meta_of(options, telling));
  replace_generated_folder(folder, [&](const fs::path& partial) {
    VideoFeatureWriter video(layout, partial, options.video_features);
    const auto& videos = world.videos();
    in_order(
        static_cast<int64_t>(videos.size()), [&](int64_t i) { return world.frames(videos[static_cast<size_t>(i)]); },
        [&](int64_t i, const at::Tensor& frames) { video.add(videos[static_cast<size_t>(i)].id, frames); });
    video.close();
    TextFeatureWriter text(partial, dataset, options.text_features);
    const auto told = [&](int64_t i) -> const Telling& { return tellings[static_cast<size_t>(i)]; };
    in_order(
        static_cast<int64_t>(tellings.size()), [&](int64_t i) { return world.words(told(i).video, told(i).number); },
        [&](int64_t i, const at::Tensor& words) { text.add(told(i).key, words, World::token_counts(told(i).video)); });
    text.close();
    write_meta(partial, items);
    VideoTextWorld named = options;
    Settings settings;
    named.bind(settings);
    auto values = settings.values();
    values["video_features"] = options.video_features;
    write_marker(partial, dataset, options.seed, "generated", values);
  });
  return report_of(items);
}

}  // namespace

DataReport write_youcook2_standin(const fs::path& folder, VideoTextWorld options) {
  if (options.video_width == 0) options.video_width = options.video_features == "video_feat_2d3d" ? 4096 : 512;
  const World world(options);
  std::vector<Telling> tellings;
  for (const VideoPlan& video : world.videos()) tellings.push_back({video, video.id, video.split, 0});
  return write_standin(folder, "youcook2", VideoFeatureWriter::Layout::kHdf5, options, world, tellings);
}

DataReport write_activitynet_standin(const fs::path& folder, VideoTextWorld options) {
  if (options.video_width == 0) options.video_width = 2048;
  const World world(options);
  std::vector<Telling> tellings;
  for (const VideoPlan& video : world.videos()) {
    tellings.push_back({video, video.id + "_" + video.split, video.split, 0});
    if (options.second_annotation && video.split == options.val_split)
      tellings.push_back({world.retold(video), video.id + "_val_2", "val_2", 1});
  }
  return write_standin(folder, "activitynet", VideoFeatureWriter::Layout::kNpzPerVideo, options, world, tellings);
}

}  // namespace vbench::synthetic
