#include "datasets/synthetic/real_annotations.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include "datasets/synthetic/in_order.hpp"
#include "datasets/synthetic/output.hpp"
#include "datasets/synthetic/sentence.hpp"
#include "datasets/synthetic/word_vectors.hpp"
#include "harness/core/error.hpp"
#include "harness/core/settings.hpp"

namespace vbench::synthetic {
namespace fs = std::filesystem;

namespace {

constexpr size_t kBackgrounds = 4;

/// A video file with all its descriptions (ActivityNet describes validation videos twice).
struct Footage {
  std::string data_key;
  double duration_sec = 0;
  std::vector<const SegmentMeta*> segments;
};

/// Features can be made of nothing else.
std::vector<ItemMeta> described_videos(const std::string& dataset, const fs::path& folder) {
  video_text::Annotations annotations = video_text::read_official_annotations(dataset, folder);
  for (const ItemMeta& item : annotations.items) {
    if (item.segments.empty()) throw input_error("the video has no segments", annotations.files.front().string() + ": " + item.key);
  }
  return std::move(annotations.items);
}

std::vector<ItemMeta> first_of_each_split(std::vector<ItemMeta> items, int64_t max_videos) {
  std::sort(items.begin(), items.end(), [](const ItemMeta& a, const ItemMeta& b) { return a.key < b.key; });
  if (max_videos == 0) return items;
  std::map<std::string, int64_t> kept;
  const auto beyond = [&](const ItemMeta& item) { return ++kept[item.split] > max_videos; };
  std::vector<ItemMeta> first;
  for (ItemMeta& item : items) {
    if (!beyond(item)) first.push_back(std::move(item));
  }
  return first;
}

std::vector<Footage> footage_of(const std::vector<ItemMeta>& items) {
  std::map<std::string, Footage> by_key;
  for (const ItemMeta& item : items) {
    Footage& footage = by_key[item.data_key];
    footage.data_key = item.data_key;
    footage.duration_sec = std::max(footage.duration_sec, item.duration_sec);
    for (const SegmentMeta& segment : item.segments) footage.segments.push_back(&segment);
  }
  std::vector<Footage> all;
  for (auto& [key, footage] : by_key) all.push_back(std::move(footage));
  return all;
}

/// Makes features of real sentences.
class Renderer {
 public:
  Renderer(const RealAnnotationOptions& options, const WordVectors& vectors)
      : options_(options),
        vectors_(vectors),
        video_map_(RandomStream(options.seed, "annotations.video_map"), vectors.width(), options.video_width, 1),
        text_map_(RandomStream(options.seed, "annotations.text_map"), vectors.width(), std::min(options.text_width, vectors.width()),
                  1 / std::sqrt(static_cast<double>(options.text_width))) {
    RandomStream random(options.seed, "annotations.background");
    for (size_t i = 0; i < kBackgrounds; ++i) backgrounds_.push_back(unit_latent(random, vectors.width()));
  }

  /// [F, video_width] float32
  [[nodiscard]] at::Tensor frames(const Footage& footage) const {
    RandomStream random(options_.seed, "annotations.frames/" + footage.data_key);
    const int64_t count = std::clamp<int64_t>(std::llround(options_.fps * footage.duration_sec), 1, options_.max_frames);
    const double fps = static_cast<double>(count) / footage.duration_sec;
    std::vector<std::vector<size_t>> shown(static_cast<size_t>(count));  // which segments each frame belongs to
    std::vector<Latent> latents;
    for (size_t i = 0; i < footage.segments.size(); ++i) {
      const SegmentMeta& segment = *footage.segments[i];
      Latent latent = meaning(segment.text);
      add_scaled(latent, noise_latent(random, vectors_.width(), options_.clip_noise), 1);
      latents.push_back(std::move(latent));
      // Clamped before it becomes an integer: a time may lie anywhere.
      const auto frame_at = [&](double position) { return static_cast<int64_t>(std::clamp(position, 0.0, static_cast<double>(count))); };
      const int64_t first = frame_at(std::floor(fps * segment.start_sec));
      const int64_t last = frame_at(std::ceil(fps * segment.stop_sec));
      for (int64_t frame = first; frame < last; ++frame) shown[static_cast<size_t>(frame)].push_back(i);
    }
    const size_t segments = latents.size();
    latents.insert(latents.end(), backgrounds_.begin(), backgrounds_.end());
    // A frame is a mean of few latents: mapping those once is far cheaper than mapping every frame.
    const at::Tensor looks = video_map_.project(stack(latents, vectors_.width()));
    at::Tensor features = at::zeros({count, options_.video_width}, at::kFloat);
    for (int64_t frame = 0; frame < count; ++frame) {
      auto& parts = shown[static_cast<size_t>(frame)];
      if (parts.empty()) parts.push_back(segments + random.below(kBackgrounds));
      at::Tensor row = features[frame];
      for (const size_t part : parts) row.add_(looks[static_cast<int64_t>(part)], 1.0 / static_cast<double>(parts.size()));
    }
    add_uniform_noise(features, options_.frame_noise, random);
    return features;
  }

  /// [W, text_width] float32, and the tokens of every sentence.
  [[nodiscard]] std::pair<at::Tensor, std::vector<int64_t>> words(const ItemMeta& item) const {
    std::vector<Latent> rows{vectors_.vector(kFirstToken)};
    std::vector<int64_t> counts;
    size_t before = 0;
    for (const SegmentMeta& segment : item.segments) {
      for (const std::string& token : tokens_of(segment.text)) rows.push_back(vectors_.vector(token));
      rows.push_back(vectors_.vector(kEndToken));
      counts.push_back(static_cast<int64_t>(rows.size() - before));
      before = rows.size();
    }
    const at::Tensor stacked = stack(rows, vectors_.width());
    if (options_.text_width == vectors_.width()) return {stacked, counts};
    if (options_.text_width < vectors_.width()) return {text_map_.project(stacked), counts};
    return {at::constant_pad_nd(stacked, {0, options_.text_width - vectors_.width()}), counts};
  }

 private:
  /// Mean of the sentence's word vectors, of norm 1.
  [[nodiscard]] Latent meaning(const std::string& sentence) const {
    Latent sum(static_cast<size_t>(vectors_.width()), 0.0F);
    for (const std::string& token : tokens_of(sentence)) {
      if (token != kEndToken) add_scaled(sum, vectors_.vector(token), 1);
    }
    normalise(sum);
    return sum;
  }

  const RealAnnotationOptions& options_;
  const WordVectors& vectors_;
  RandomMap video_map_, text_map_;
  std::vector<Latent> backgrounds_;
};

std::string coverage(const std::vector<ItemMeta>& items, const WordVectors& vectors) {
  int64_t known = 0;
  int64_t all = 0;
  for (const ItemMeta& item : items) {
    for (const SegmentMeta& segment : item.segments) {
      for (const std::string& token : tokens_of(segment.text)) {
        if (token == kEndToken) continue;
        ++all;
        known += vectors.has(token) ? 1 : 0;
      }
    }
  }
  return fmt::format("{} of {} words ({:.1f}%) have a word vector", known, all,
                     all == 0 ? 0.0 : 100.0 * static_cast<double>(known) / static_cast<double>(all));
}

}  // namespace

void RealAnnotationOptions::bind(Settings& settings) {
  settings.integer("max_videos", max_videos, "videos of a split, the first in key order; 0: all", {0, 1e9});
  settings.integer("video_width", video_width, "width of frame features", {1, 65536});
  settings.integer("text_width", text_width, "width of word features; word vectors are padded or projected to it", {1, 65536});
  settings.text("text_features", text_features, "name of the word features, as in the text file's name");
  settings.number("fps", fps, "feature frames a second", {0.001, 100});
  settings.integer("max_frames", max_frames, "most frames of a video", {1, 1e6});
  settings.number("clip_noise", clip_noise, "noise of a whole segment, relative to its content", {0, 100});
  settings.number("frame_noise", frame_noise, "standard deviation of noise in each value of a frame, relative to its content", {0, 100});
}

RealAnnotationOptions youcook2_annotations() {
  RealAnnotationOptions options;
  options.video_features = "video_feat_100m";
  return options;
}

RealAnnotationOptions activitynet_annotations() {
  RealAnnotationOptions options;
  options.video_features = "ICEP_V3_global_pool_skip_8_direct_resize";
  return options;
}

DataReport write_real_annotation_features(const fs::path& folder, const std::string& dataset, const fs::path& annotations,
                                          const fs::path& vectors_path, const RealAnnotationOptions& options) {
  const bool activitynet = dataset == "activitynet";
  if (!activitynet && dataset != "youcook2") throw usage_error("no reader for annotations of '" + dataset + "'", "data synth");
  const WordVectors vectors = WordVectors::read(vectors_path);
  const std::vector<ItemMeta> items = first_of_each_split(described_videos(dataset, annotations), options.max_videos);
  const std::vector<Footage> footage = footage_of(items);
  const Renderer renderer(options, vectors);
  replace_generated_folder(folder, [&](const fs::path& partial) {
    VideoFeatureWriter video(activitynet ? VideoFeatureWriter::Layout::kNpzPerVideo : VideoFeatureWriter::Layout::kHdf5, partial,
                             options.video_features);
    in_order(
        static_cast<int64_t>(footage.size()), [&](int64_t i) { return renderer.frames(footage[static_cast<size_t>(i)]); },
        [&](int64_t i, const at::Tensor& frames) { video.add(footage[static_cast<size_t>(i)].data_key, frames); });
    video.close();
    TextFeatureWriter text(partial, dataset, options.text_features);
    in_order(
        static_cast<int64_t>(items.size()), [&](int64_t i) { return renderer.words(items[static_cast<size_t>(i)]); },
        [&](int64_t i, const auto& words) { text.add(items[static_cast<size_t>(i)].key, words.first, words.second); });
    text.close();
    write_meta(partial, items);
    RealAnnotationOptions named = options;
    Settings settings;
    named.bind(settings);
    auto values = settings.values();
    values["video_features"] = options.video_features;
    write_marker(partial, dataset, options.seed, "real", values);
  });
  DataReport report = report_of(items);
  report.facts.push_back(coverage(items, vectors));
  return report;
}

}  // namespace vbench::synthetic
