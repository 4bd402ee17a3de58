#include "datasets/set_abstraction/prepare.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "datasets/formats/json_file.hpp"
#include "datasets/formats/torch_checkpoint.hpp"
#include "datasets/location/generated_folder.hpp"
#include "datasets/location/location.hpp"
#include "datasets/set_abstraction/derive.hpp"
#include "datasets/set_abstraction/files.hpp"
#include "datasets/set_abstraction/taxonomy.hpp"
#include "datasets/synthetic/word_vectors.hpp"
#include "harness/core/files.hpp"
#include "harness/core/settings.hpp"

namespace vbench::set_abstraction {
namespace fs = std::filesystem;

namespace {

constexpr std::array<Split, 3> kSplits{Split::kTrain, Split::kVal, Split::kTest};
constexpr const char* kVideoSuffix = ".mp4";

struct SplitInput {
  std::string list, features;  ///< paths
};

struct PrepareOptions {
  std::string classes, taxonomy, word_vectors;
  std::array<SplitInput, kSplits.size()> splits;
  int64_t train_sets = 20000, val_sets = 2000, ranking_records = 400;
  int64_t embedding_width = 300;

  void bind(Settings& settings) {
    settings.text("classes", classes, "file with one class a line, in the order of the labels");
    settings.text("taxonomy", taxonomy, "file with lines parent<tab>child");
    for (size_t i = 0; i < kSplits.size(); ++i) {
      const std::string name = to_string(kSplits[i]);
      settings.text("list_" + name, splits[i].list, "list file: name frames label... a line");
      settings.text("features_" + name, splits[i].features, ".pth file with one row a line of the list");
    }
    settings.text("word_vectors", word_vectors, "word vectors as text, word v1 ... vE a line; none: random class vectors");
    settings.integer("embedding_width", embedding_width, "width of random class vectors", {1, 1e5});
    settings.integer("train_sets", train_sets, "training sets to draw", {1, 1e8});
    settings.integer("val_sets", val_sets, "validation sets to draw", {1, 1e8});
    settings.integer("ranking_records", ranking_records, "ranked sets of the test split to draw", {1, 1e7});
  }
};

PrepareOptions options_of(const std::string& dataset, const DataRequest& request) {
  PrepareOptions options;
  Settings settings;
  options.bind(settings);
  for (const std::string& assignment : request.settings) settings.set_assignment(assignment);
  for (const auto& [key, value] : settings.values()) {
    if (value.empty() && key != "word_vectors") {
      throw usage_error(fmt::format("'{}' is not given", key), "data prepare " + dataset, fmt::format("--set {}=FILE", key));
    }
  }
  return options;
}

/// A split's videos and the file with their features.
struct PreparedSplit {
  std::vector<ListedVideo> listed;
  LabelledVideos labelled;
  std::string features;
};

/// Kinetics' lists leave the suffix out, its keys have it.
std::string key_of(const std::string& dataset, std::string& listed) {
  if (dataset != "kinetics") return listed;
  const std::string suffix = kVideoSuffix;
  if (listed.size() > suffix.size() && listed.ends_with(suffix)) listed.resize(listed.size() - suffix.size());
  return listed + suffix;
}

void check_labels(const ListedVideo& video, int64_t classes, const std::string& path) {
  if (video.labels().empty()) throw input_error(fmt::format("the video '{}' has no class", video.name), path, "name frames label...");
  for (const int64_t label : video.labels()) {
    if (label < 0 || label >= classes) {
      throw input_error(fmt::format("label {} of the video '{}' is not one of {} classes", label, video.name, classes), path,
                        "labels count from 0, in the order of the list of classes");
    }
  }
}

PreparedSplit read_split(const std::string& dataset, const SplitInput& input, int64_t classes) {
  PreparedSplit split{read_list(input.list), {}, input.features};
  std::set<std::string> seen;
  for (ListedVideo& video : split.listed) {
    check_labels(video, classes, input.list);
    const std::string key = key_of(dataset, video.name);
    if (!seen.insert(key).second) throw input_error(fmt::format("the video '{}' is listed twice", key), input.list);
    if (key.find("multi_test") != std::string::npos) {
      throw input_error(fmt::format("the name '{}' holds 'multi_test', which readers of ranked sets take for 'test_multi'", key),
                        input.list);
    }
    split.labelled.keys.push_back(key);
    split.labelled.labels.emplace_back(video.labels().begin(), video.labels().end());
  }
  return split;
}

/// Width of the features. @throws Error kInput if they do not fit the list
int64_t check_features(const PreparedSplit& split, const std::string& list) {
  const Rows rows = Rows::of(read_vectors(split.features), split.features);
  if (rows.count() != static_cast<int64_t>(split.listed.size())) {
    throw input_error(fmt::format("{} rows of features for the {} videos of {}", rows.count(), split.listed.size(), list), split.features);
  }
  const auto finite = rows.finite();
  const auto bad = std::find(finite.begin(), finite.end(), 0) - finite.begin();
  if (bad < rows.count()) throw input_error(fmt::format("row {} holds a value that is not finite", bad), split.features);
  return rows.width();
}

/// [classes, E], from the words of the names.
at::Tensor vectors_from_words(const std::vector<std::string>& classes, const std::string& path) {
  const auto words = synthetic::WordVectors::read(path);
  std::vector<synthetic::Latent> vectors;
  for (const std::string& name : classes) {
    synthetic::Latent sum(static_cast<size_t>(words.width()), 0.0F);
    int64_t known = 0;
    for (const std::string& word : synthetic::tokens_of(name)) {
      if (!words.has(word)) continue;
      synthetic::add_scaled(sum, words.vector(word), 1);
      ++known;
    }
    if (known == 0)
      throw input_error(fmt::format("no word of the class '{}' has a vector", name), path, "words are looked up in lower case");
    for (float& value : sum) value /= static_cast<float>(known);
    vectors.push_back(std::move(sum));
  }
  return synthetic::stack(vectors, words.width());
}

at::Tensor random_vectors(int64_t classes, int64_t width, uint64_t seed) {
  std::vector<synthetic::Latent> vectors;
  for (int64_t label = 0; label < classes; ++label) {
    RandomStream random(seed, "prepare.class_vectors", 0, static_cast<uint64_t>(label));
    vectors.push_back(synthetic::noise_latent(random, width, std::sqrt(static_cast<double>(width))));
  }
  return synthetic::stack(vectors, width);
}

/// Everything that was read, and its writing.
class Preparation {
 public:
  Preparation(std::string dataset, const DataRequest& request)
      : dataset_(std::move(dataset)), seed_(request.seed), options_(options_of(dataset_, request)) {
    const auto classes = read_classes(options_.classes);
    graph_ = std::make_shared<SemanticGraph>(build_graph(classes, read_taxonomy(options_.taxonomy), options_.taxonomy));
    class_vectors_ = options_.word_vectors.empty() ? random_vectors(graph_->classes(), options_.embedding_width, seed_)
                                                   : vectors_from_words(classes, options_.word_vectors);
    int64_t width = 0;
    for (const SplitInput& input : options_.splits) {
      splits_.push_back(read_split(dataset_, input, graph_->classes()));
      const int64_t found = check_features(splits_.back(), input.list);
      if (width != 0 && found != width) {
        throw input_error(fmt::format("features are {} wide, those of other splits {}", found, width), input.features);
      }
      width = found;
    }
  }

  void write(const fs::path& folder) const {
    const Files files{folder, dataset_, Options().base_model};
    graph_->write(files.graph());
    write_category_embeddings(files.category_embeddings(), *graph_, node_vectors(*graph_, class_vectors_));
    for (size_t i = 0; i < kSplits.size(); ++i) write_split(files, kSplits[i], splits_[i]);
    write_file_atomically(folder / "PREPARED.json", json_text(provenance(), 2) + "\n");
    if (is_invented()) write_file_atomically(folder / kMarkerFile, json_text(provenance(), 2) + "\n");
  }

  [[nodiscard]] DataReport report() const {
    DataReport report;
    report.facts.push_back(
        fmt::format("graph: {} nodes, {} of them classes, {} levels", graph_->size(), graph_->classes(), graph_->max_depth()));
    for (size_t i = 0; i < kSplits.size(); ++i) {
      const auto count = static_cast<int64_t>(splits_[i].listed.size());
      report.facts.push_back(fmt::format("{}: {} videos, {} sets", to_string(kSplits[i]), count, sets_of(kSplits[i])));
      report.listed += count;
      report.checked += count;
    }
    report.facts.push_back("class vectors: " + vector_origin());
    report.facts.emplace_back(kDistances);
    if (is_invented()) report.facts.emplace_back("counts as SYNTHETIC: random class vectors, or files of a stand-in");
    return report;
  }

 private:
  static constexpr const char* kDistances = "distances of the ranked sets: semantic (edges of the graph), not judged by people";

  [[nodiscard]] int64_t sets_of(Split split) const {
    if (split == Split::kTest) return options_.ranking_records;
    return split == Split::kTrain ? options_.train_sets : options_.val_sets;
  }

  /// Random class vectors are no real semantics, and what was made from a stand-in is one.
  [[nodiscard]] bool is_invented() const {
    const auto invented = [](const std::string& file) { return !file.empty() && is_synthetic(fs::path(file).parent_path()); };
    if (options_.word_vectors.empty() || invented(options_.classes) || invented(options_.taxonomy)) return true;
    return std::any_of(options_.splits.begin(), options_.splits.end(),
                       [&](const SplitInput& split) { return invented(split.list) || invented(split.features); });
  }

  [[nodiscard]] std::string vector_origin() const {
    return options_.word_vectors.empty() ? std::string("RANDOM, no word vectors were given")
                                         : "means over words of " + options_.word_vectors;
  }

  void write_split(const Files& files, Split split, const PreparedSplit& videos) const {
    write_list(files.list(split), videos.listed);
    std::error_code error;
    fs::copy_file(videos.features, files.features(split), error);
    if (error) throw input_error("cannot copy the features: " + error.message(), videos.features);
    write_embeddings(files.video_embeddings(split), videos.labelled.keys, video_vectors(videos.labelled.labels, class_vectors_));
    if (split == Split::kTest) {
      const RankingDraw draw{options_.ranking_records, 0, seed_};
      write_ranking_sets(files.abstraction_sets(split), draw_ranking_records(*graph_, videos.labelled, draw, options_.splits[2].list));
    } else {
      write_abstraction_sets(files.abstraction_sets(split),
                             draw_abstraction_sets(graph_, videos.labelled, sets_of(split), seed_, "prepare.sets." + to_string(split)));
    }
  }

  [[nodiscard]] nlohmann::ordered_json provenance() const {
    Settings settings;
    PrepareOptions options = options_;
    options.bind(settings);
    return {{"generator", "vbench data prepare " + dataset_},
            {"seed", seed_},
            {"class_vectors", vector_origin()},
            {"ranked_sets", kDistances},
            {"settings", settings.values()}};
  }

  std::string dataset_;
  uint64_t seed_;
  PrepareOptions options_;
  std::shared_ptr<const SemanticGraph> graph_;
  at::Tensor class_vectors_;  // [classes, E]
  std::vector<PreparedSplit> splits_;
};

}  // namespace

std::string preparation_text() {
  return R"(classes=FILE        one class a line, in the order of the labels
taxonomy=FILE       lines of parent<tab>child; several parents are allowed; what has no parent goes below "root"
list_train=FILE     lines of "name frames label..."; also list_val, list_test
features_train=FILE .pth with one row a line of the list, from any network; also features_val, features_test
word_vectors=FILE   optional, "word v1 ... vE" a line (GloVe, or fastText without its first line); else class vectors are random
train_sets=20000 val_sets=2000 ranking_records=400 embedding_width=300 (of random vectors)
Give each with --set, and a new folder with --output. The authors' own files: http://abstraction.csail.mit.edu/data/metadata/ (may be gone).)";
}

DataReport prepare(const std::string& dataset, const DataRequest& request, const std::string& folder) {
  if (dataset != "kinetics" && dataset != "moments") throw Error(ErrorKind::kInternal, "cannot be prepared", dataset);
  const Preparation preparation(dataset, request);
  replace_generated_folder(folder, [&](const fs::path& partial) { preparation.write(partial); });
  return preparation.report();
}

}  // namespace vbench::set_abstraction
