// A small complete metadata folder that tests may damage. Used by the tests of this folder.
#pragma once

#include <cstdlib>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>

#include "datasets/formats/torch_checkpoint.hpp"
#include "datasets/kinetics/kinetics.hpp"
#include "datasets/moments/moments.hpp"
#include "datasets/set_abstraction/family.hpp"
#include "datasets/set_abstraction/files.hpp"
#include "datasets/set_abstraction/sets.hpp"
#include "harness/core/error.hpp"
#include "tests/support/golden.hpp"

namespace vbench::set_abstraction {

namespace fs = std::filesystem;
using nlohmann::json;
using torch_file::Dict;
using torch_file::Value;

/// cat, dog, car, bike; animal and vehicle above them, root above these.
inline SemanticGraph zoo_graph() {
  std::vector<GraphNode> nodes{{"cat.n.01", "a cat"}, {"dog.n.01", "a dog"}, {"car.n.01", "a car"}, {"bike", ""}};
  for (const char* id : {"animal", "vehicle", "root"}) nodes.push_back({id, ""});
  return {nodes, {{4, 0}, {4, 1}, {5, 2}, {5, 3}, {6, 4}, {6, 5}}, 4};
}

/// Eight videos a split, video i of class i % 4, in <folder>/data/<dataset>: features and embeddings are filled with the video's number
/// (train 0.., val 100.., test 200..), those of node n with -n.
template <class Data>
class Zoo {
 public:
  static constexpr bool kMoments = std::is_same_v<Data, Moments>;
  static constexpr int64_t kVideos = 8, kFeatureWidth = 6, kEmbeddingWidth = 5;

  Zoo() {
    ::setenv("VBENCH_CACHE", (folder_ / "cache").c_str(), 1);
    spec.data_root = (folder_ / "data").string();
    spec.source = SourceChoice::kReal;
    spec.verbosity = -1;
    files = {folder_.path() / "data" / family().name, family().name, "resnet3d50"};
    static const Original original;  // written once: files that must reach the disk take time
    fs::create_directories(files.folder.parent_path());
    fs::copy(original.folder.path(), files.folder);
  }

  static const Family& family() { return kMoments ? moments_family() : kinetics_family(); }
  /// As in list files.
  static std::string listed(Split split, int64_t video) {
    return to_string(split) + "/clip_" + std::to_string(video) + (kMoments ? ".mp4" : "");
  }
  static std::string key(Split split, int64_t video) { return to_string(split) + "/clip_" + std::to_string(video) + ".mp4"; }
  static torch::Tensor vector(int64_t width, int64_t value) { return torch::full({width}, static_cast<double>(value), torch::kFloat); }
  static int64_t number(Split split, int64_t video) { return 100 * static_cast<int64_t>(split) + video; }
  /// Rows of moments' training and validation features stand in the order of the embeddings: here the list's from behind.
  static int64_t video_of_row(Split split, int64_t row) { return kMoments && split != Split::kTest ? kVideos - 1 - row : row; }

  static AbstractionSet set(Split split, const std::vector<int64_t>& videos) {
    const SemanticGraph graph = zoo_graph();
    AbstractionSet made;
    for (const int64_t video : videos) made.videos.push_back(key(split, video));
    for (const Subset& subset : power_set(static_cast<int64_t>(videos.size()))) {
      std::vector<int64_t> nodes;
      for (const int64_t member : subset) nodes.push_back(videos[static_cast<size_t>(member)] % 4);
      made.labels.push_back({graph.name(graph.lowest_common_ancestors(nodes).front())});
    }
    return made;
  }
  static RankingRecord record(const std::vector<int64_t>& reference, const std::vector<int64_t>& query) {
    RankingRecord made;
    made.reference_size = static_cast<int64_t>(reference.size());
    for (const int64_t video : reference) made.reference.push_back({key(Split::kTest, video), "x", 0});
    for (const int64_t video : query) made.query.push_back({key(Split::kTest, video), "x", 0.5 * static_cast<double>(video % 4)});
    return made;
  }

  static void save(const fs::path& path, const Value& value) { torch_file::save_torch_file(path, value); }
  [[nodiscard]] json read(const fs::path& path) const {
    std::ifstream file(path);
    return json::parse(file);
  }
  static void write(const fs::path& path, const std::string& text) { std::ofstream(path) << text; }
  /// Changes a JSON file.
  void edit(const fs::path& path, const std::function<void(json&)>& change) const {
    json content = read(path);
    change(content);
    write(path, content.dump());
  }
  /// Changes a dictionary of vectors; an undefined tensor leaves one out.
  void edit_vectors(const fs::path& path, const std::function<torch::Tensor(const std::string&, torch::Tensor)>& change) const {
    Dict changed;
    for (const auto& [name, value] : read_embeddings(path)) {
      const torch::Tensor vector = change(name, value);
      if (vector.defined()) changed.set(name, vector);
    }
    save(path, changed);
  }
  void edit_features(Split split, const std::function<torch::Tensor(torch::Tensor)>& change) const {
    save(files.features(split), change(torch_file::read_torch_file(files.features(split)).tensor().clone()));
  }

  [[nodiscard]] Data open(Role role) const { return Data::open(options, spec, role); }
  /// The line of the input error that opening gives, "" without one.
  [[nodiscard]] std::string failure(Role role) const {
    try {
      (void)open(role);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kInput) << error.what();
      return error.what();
    }
    return "";
  }
  static Sample read(const Data& data, int64_t index, uint64_t epoch = 0) {
    RandomStream random(1, "augment", epoch, static_cast<uint64_t>(index));
    return data.read(index, random);
  }

  /// "KIND ITEM" of the problems, sorted; "(note)" behind those that are no errors.
  [[nodiscard]] std::vector<std::string> problems(bool deep = false, const std::vector<std::string>& settings = {}) const {
    DataRequest request;
    request.root = spec.data_root;
    request.deep = deep;
    request.settings = settings;
    std::vector<std::string> found;
    messages.clear();
    for (const DataProblem& problem : dataset_entry(family()).verify(request).problems) {
      found.push_back(problem.kind + (problem.fatal ? "" : " (note)"));
      messages += problem.item + ": " + problem.message + "\n";
    }
    std::sort(found.begin(), found.end());
    return found;
  }

  Options options = family().defaults();
  RunSpec spec;
  Files files;
  mutable std::string messages;  ///< of the last problems()

  [[nodiscard]] fs::path temporary(const std::string& name) const { return folder_ / name; }

 private:
  struct Original {
    test::TemporaryFolder folder;
    Files files{folder.path(), family().name, "resnet3d50"};

    Original() {
      zoo_graph().write(files.graph());
      Dict nodes;
      for (int64_t label = 0; label < 7; ++label) nodes.set(zoo_graph().node(label).id, vector(kEmbeddingWidth, -label));
      save(files.category_embeddings(), nodes);
      for (const Split split : {Split::kTrain, Split::kVal, Split::kTest}) write_split(split);
      write_abstraction_sets(files.abstraction_sets(Split::kTrain), {set(Split::kTrain, {0, 4, 1, 2}), set(Split::kTrain, {1, 5, 7, 3}),
                                                                     set(Split::kTrain, {2, 3, 6, 7}), set(Split::kTrain, {0, 1, 5, 4})});
      write_abstraction_sets(files.abstraction_sets(Split::kVal), {set(Split::kVal, {0, 1, 2, 3}), set(Split::kVal, {4, 5, 1, 0})});
      write_ranking_sets(files.abstraction_sets(Split::kTest),
                         {record({0}, {4, 1, 2, 3, 6}), record({0, 4}, {5, 1, 2, 3, 6}), record({0, 4, 1}, {5, 2, 3, 6, 7})});
    }

    void write_split(Split split) {
      std::vector<ListedVideo> videos;
      for (int64_t video = 0; video < kVideos; ++video) videos.push_back({listed(split, video), {90, video % 4}});
      write_list(files.list(split), videos);
      std::vector<torch::Tensor> rows;
      Dict embeddings;
      for (int64_t row = 0; row < kVideos; ++row) {
        const int64_t video = video_of_row(split, row);
        rows.push_back(vector(kFeatureWidth, number(split, video)));
        embeddings.set(key(split, kMoments ? video : kVideos - 1 - video),
                       vector(kEmbeddingWidth, number(split, kMoments ? video : kVideos - 1 - video)));
      }
      save(files.features(split), torch::stack(rows));
      if (split != Split::kTest) save(files.video_embeddings(split), embeddings);
    }
  };

  test::TemporaryFolder folder_;
};

}  // namespace vbench::set_abstraction
