#include "datasets/synthetic/set_world.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>

#include "datasets/formats/torch_checkpoint.hpp"
#include "datasets/location/generated_folder.hpp"
#include "datasets/set_abstraction/derive.hpp"
#include "datasets/set_abstraction/files.hpp"
#include "datasets/synthetic/activity_taxonomy.hpp"
#include "datasets/synthetic/feature_map.hpp"
#include "datasets/synthetic/synthesize.hpp"
#include "harness/core/settings.hpp"

namespace vbench::synthetic {
namespace fs = std::filesystem;

namespace {

using set_abstraction::Files;
using set_abstraction::LabelledVideos;
using set_abstraction::ListedVideo;
using set_abstraction::SemanticGraph;
using set_abstraction::Split;

/// How a dataset calls its videos and orders their rows.
struct Layout {
  std::string dataset;
  std::string folder_suffix;  ///< behind the split's name in a video's name
  std::string listed_suffix;  ///< ends the names in the list files
  std::string key_suffix;     ///< what keys have behind the listed name
  bool rows_by_embeddings;    ///< train and val features stand in the order of the embeddings
};

const Layout kKinetics{"kinetics", "", "", ".mp4", false};
const Layout kMoments{"moments", "_multi", ".mp4", "", true};

/// A split's videos by row of the features.
struct SplitVideos {
  std::vector<ListedVideo> listed;
  LabelledVideos labelled;
  at::Tensor features, embeddings;  // [videos, D], [videos, E]
};

/// Class vectors, and how they become features.
class Appearance {
 public:
  Appearance(const SetWorld& world, const SemanticGraph& graph)
      : world_(world),
        content_map_(RandomStream(world.seed, "set_world.content_map"), world.embedding_width, world.feature_width,
                     gain(world.embedding_width)),
        nuisance_map_(RandomStream(world.seed, "set_world.nuisance_map"), world.nuisance_width, world.feature_width,
                      gain(world.nuisance_width)) {
    for (int64_t label = 0; label < graph.size(); ++label) place(graph, label);
    for (int64_t label = 0; label < graph.classes(); ++label) classes_.push_back(placed_.at(label));
  }

  [[nodiscard]] at::Tensor class_vectors() const { return stack(classes_, world_.embedding_width); }

  /// [1, D]: not negative, as features behind a ReLU.
  [[nodiscard]] at::Tensor features(const Latent& content, RandomStream& random) const {
    Latent seen = content;
    add_scaled(seen, normal(random, world_.embedding_width), world_.video_noise);
    Latent nuisance = normal(random, world_.nuisance_width);
    for (float& value : nuisance) value *= static_cast<float>(world_.nuisance);
    at::Tensor row = content_map_.project(stack({seen}, world_.embedding_width));
    row += nuisance_map_.project(stack({nuisance}, world_.nuisance_width));
    add_uniform_noise(row, world_.feature_noise, random);
    return row.clamp_min_(0);
  }

  [[nodiscard]] Latent normal(RandomStream& random, int64_t width) const {
    return noise_latent(random, width, std::sqrt(static_cast<double>(width)));
  }

 private:
  static double gain(int64_t width) { return 1 / std::sqrt(static_cast<double>(std::max<int64_t>(1, width))); }

  /// A node lies around the mean of its parents; four steps down from the root make a variance of 1 in every coordinate.
  const Latent& place(const SemanticGraph& graph, int64_t label) {
    if (const auto found = placed_.find(label); found != placed_.end()) return found->second;
    Latent latent(static_cast<size_t>(world_.embedding_width), 0.0F);
    const auto& parents = graph.parents(label);
    for (const int64_t parent : parents) add_scaled(latent, place(graph, parent), 1.0 / static_cast<double>(parents.size()));
    if (!parents.empty()) {
      RandomStream random(world_.seed, "set_world.nodes", 0, static_cast<uint64_t>(label));
      add_scaled(latent, normal(random, world_.embedding_width), 0.5);
    }
    return placed_.emplace(label, std::move(latent)).first->second;
  }

  const SetWorld& world_;
  RandomMap content_map_, nuisance_map_;
  std::map<int64_t, Latent> placed_;
  std::vector<Latent> classes_;
};

std::string with_underscores(std::string name) {
  std::replace(name.begin(), name.end(), ' ', '_');
  return name;
}

/// Writes one stand-in.
class Writer {
 public:
  Writer(const SetWorld& world, const Layout& layout, const fs::path& folder)
      : world_(world),
        layout_(layout),
        files_{folder, layout.dataset, set_abstraction::Options().base_model},
        graph_(std::make_shared<SemanticGraph>(
            set_abstraction::build_graph(activity_taxonomy().classes, activity_taxonomy().edges, "activity taxonomy"))),
        appearance_(world, *graph_),
        class_vectors_(appearance_.class_vectors()) {}

  DataReport write() {
    graph_->write(files_.graph());
    set_abstraction::write_classes(files_.folder / "classes.txt", activity_taxonomy().classes);
    set_abstraction::write_taxonomy(files_.folder / "taxonomy.txt", activity_taxonomy().edges);
    set_abstraction::write_category_embeddings(files_.category_embeddings(), *graph_,
                                               set_abstraction::node_vectors(*graph_, class_vectors_));
    write_split(Split::kTrain, world_.train_videos, world_.train_sets);
    write_split(Split::kVal, world_.val_videos, world_.val_sets);
    write_split(Split::kTest, world_.test_videos, 0);
    report_.facts.push_back(fmt::format("graph: {} nodes, {} of them classes", graph_->size(), graph_->classes()));
    return report_;
  }

 private:
  void write_split(Split split, int64_t videos_a_class, int64_t sets) {
    const std::string name = to_string(split);
    const SplitVideos videos = make_videos(split, videos_a_class);
    const bool by_embeddings = layout_.rows_by_embeddings && split != Split::kTest;
    auto listed = videos.listed;
    if (by_embeddings) std::reverse(listed.begin(), listed.end());
    set_abstraction::write_list(files_.list(split), listed);
    torch_file::save_torch_file(files_.features(split), torch_file::Value(videos.features));
    if (split != Split::kTest || !layout_.rows_by_embeddings)
      set_abstraction::write_embeddings(files_.video_embeddings(split), videos.labelled.keys, videos.embeddings);
    if (split == Split::kTest) {
      write_rankings(videos);
    } else {
      const auto drawn = draw_abstraction_sets(graph_, videos.labelled, sets, world_.seed, "set_world.sets." + name);
      set_abstraction::write_abstraction_sets(files_.abstraction_sets(split), drawn);
    }
    const int64_t asked = split == Split::kTest ? world_.ranking_records : sets;
    report_.facts.push_back(fmt::format("{}: {} videos, {} sets", name, listed.size(), asked));
    report_.listed += asked;
    report_.checked += asked;
  }

  void write_rankings(const SplitVideos& videos) const {
    LabelledVideos named = videos.labelled;
    // The official file swaps the two words of the test folder's name.
    for (std::string& key : named.keys) {
      if (key.rfind("test_multi", 0) == 0) key.replace(0, 10, "multi_test");
    }
    const set_abstraction::RankingDraw draw{world_.ranking_records, world_.distance_noise, world_.seed};
    const auto records = draw_ranking_records(*graph_, named, draw, "test_videos");
    set_abstraction::write_ranking_sets(files_.abstraction_sets(Split::kTest), records);
  }

  [[nodiscard]] SplitVideos make_videos(Split split, int64_t videos_a_class) const {
    std::vector<int64_t> order(static_cast<size_t>(videos_a_class * graph_->classes()));
    std::iota(order.begin(), order.end(), int64_t{0});
    RandomStream shuffling(world_.seed, "set_world.order", static_cast<uint64_t>(split));
    shuffling.shuffle(std::span(order));
    SplitVideos videos;
    std::vector<at::Tensor> features, embeddings;
    for (const int64_t number : order) {
      RandomStream random(world_.seed, "set_world.videos", static_cast<uint64_t>(split), static_cast<uint64_t>(number));
      const auto labels = classes_of(number % graph_->classes(), random);
      add_name(videos, split, number, labels, random);
      const at::Tensor content = set_abstraction::video_vectors({labels}, class_vectors_);
      const Latent latent(content.data_ptr<float>(), content.data_ptr<float>() + content.numel());
      features.push_back(appearance_.features(latent, random));
      Latent embedding = latent;
      add_scaled(embedding, appearance_.normal(random, world_.embedding_width), world_.embedding_noise);
      embeddings.push_back(stack({embedding}, world_.embedding_width));
    }
    videos.features = at::cat(features);
    videos.embeddings = at::cat(embeddings);
    return videos;
  }

  [[nodiscard]] std::vector<int64_t> classes_of(int64_t label, RandomStream& random) const {
    std::vector<int64_t> labels{label};
    if (random.uniform() < world_.second_class_share) {
      const auto other = static_cast<int64_t>(random.below(static_cast<uint64_t>(graph_->classes() - 1)));
      labels.push_back(other < label ? other : other + 1);
    }
    return labels;
  }

  void add_name(SplitVideos& videos, Split split, int64_t number, const std::vector<int64_t>& labels, RandomStream& random) const {
    const std::string name = fmt::format("{}{}/{}/video_{:05}{}", to_string(split), layout_.folder_suffix,
                                         with_underscores(graph_->name(labels.front())), number, layout_.listed_suffix);
    std::vector<int64_t> numbers{60 + static_cast<int64_t>(random.below(240))};  // frames
    numbers.insert(numbers.end(), labels.begin(), labels.end());
    videos.listed.push_back({name, std::move(numbers)});
    videos.labelled.keys.push_back(name + layout_.key_suffix);
    videos.labelled.labels.push_back(labels);
  }

  const SetWorld& world_;
  const Layout& layout_;
  Files files_;
  std::shared_ptr<const SemanticGraph> graph_;
  Appearance appearance_;
  at::Tensor class_vectors_;  // [classes, E]
  DataReport report_;
};

std::map<std::string, std::string> values_of(SetWorld world) {
  Settings settings;
  world.bind(settings);
  return settings.values();
}

DataReport write_standin(const fs::path& folder, const SetWorld& world, const Layout& layout) {
  DataReport report;
  replace_generated_folder(folder, [&](const fs::path& partial) {
    report = Writer(world, layout, partial).write();
    write_marker(partial, layout.dataset, world.seed, "generated", values_of(world));
  });
  return report;
}

SetWorld world_of(SetWorld world, const DataRequest& request) {
  Settings settings;
  world.bind(settings);
  for (const std::string& assignment : request.settings) settings.set_assignment(assignment);
  world.seed = request.seed;
  return world;
}

}  // namespace

void SetWorld::bind(Settings& settings) {
  const Range count{1, 1e6}, noise{0, 100};
  settings.integer("train_videos", train_videos, "training videos a class", count);
  settings.integer("val_videos", val_videos, "validation videos a class", count);
  settings.integer("test_videos", test_videos, "test videos a class", count);
  settings.integer("train_sets", train_sets, "training sets", count);
  settings.integer("val_sets", val_sets, "validation sets", count);
  settings.integer("ranking_records", ranking_records, "ranked sets of the test split", count);
  settings.integer("feature_width", feature_width, "width of the features", count);
  settings.integer("embedding_width", embedding_width, "width of the semantic embeddings", count);
  settings.integer("nuisance_width", nuisance_width, "directions of appearance that say nothing about the class", count);
  settings.number("nuisance", nuisance, "standard deviation along these", noise);
  settings.number("video_noise", video_noise, "standard deviation of a video around its class", noise);
  settings.number("feature_noise", feature_noise, "standard deviation in every feature", noise);
  settings.number("embedding_noise", embedding_noise, "standard deviation of a video's semantic embedding", noise);
  settings.number("distance_noise", distance_noise, "standard deviation of the ranked sets' distances, which reach up to 1", noise);
  settings.number("second_class_share", second_class_share, "share of videos that show two classes", {0, 1});
}

SetWorld kinetics_world() { return {}; }

SetWorld moments_world() {
  SetWorld world;
  world.second_class_share = 0.1;
  return world;
}

std::map<std::string, std::string> set_world_settings(bool moments) { return values_of(moments ? moments_world() : kinetics_world()); }

DataReport write_kinetics_standin(const fs::path& folder, const SetWorld& world) { return write_standin(folder, world, kKinetics); }
DataReport write_moments_standin(const fs::path& folder, const SetWorld& world) { return write_standin(folder, world, kMoments); }

DataReport synthesize_kinetics(const DataRequest& request, const std::string& folder) {
  return write_kinetics_standin(folder, world_of(kinetics_world(), request));
}

DataReport synthesize_moments(const DataRequest& request, const std::string& folder) {
  return write_moments_standin(folder, world_of(moments_world(), request));
}

}  // namespace vbench::synthetic
