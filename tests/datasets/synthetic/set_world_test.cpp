#include "datasets/synthetic/set_world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include <numeric>
#include <set>

#include "datasets/formats/torch_checkpoint.hpp"
#include "datasets/kinetics/kinetics.hpp"
#include "datasets/moments/moments.hpp"
#include "datasets/set_abstraction/files.hpp"
#include "datasets/set_abstraction/graph.hpp"
#include "datasets/set_abstraction/sets.hpp"
#include "datasets/synthetic/synthesize.hpp"
#include "harness/core/files.hpp"
#include "tests/support/golden.hpp"

namespace vbench::synthetic {
namespace {

namespace fs = std::filesystem;
using set_abstraction::SemanticGraph;
using set_abstraction::Split;
using test::error_of;
using test::TemporaryFolder;
using ::testing::HasSubstr;

SetWorld small(SetWorld world) {
  world.train_videos = 4;
  world.val_videos = 2;
  world.test_videos = 3;
  world.train_sets = 300;
  world.val_sets = 40;
  world.ranking_records = 20;
  world.feature_width = 24;
  world.embedding_width = 8;
  return world;
}

std::map<std::string, std::string> files_in(const fs::path& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::directory_iterator(folder)) files[entry.path().filename().string()] = read_file(entry.path());
  return files;
}

set_abstraction::Files files_of(const fs::path& folder, const std::string& dataset) { return {folder, dataset, "resnet3d50"}; }

std::vector<std::string> names(const std::vector<set_abstraction::ListedVideo>& videos, const std::string& suffix) {
  std::vector<std::string> all;
  for (const auto& video : videos) all.push_back(video.name + suffix);
  return all;
}

std::vector<std::string> keys(const fs::path& embeddings) {
  std::vector<std::string> all;
  for (const auto& [key, vector] : set_abstraction::read_embeddings(embeddings)) all.push_back(key);
  return all;
}

TEST(SetWorld, SameSeedGivesTheSameBytes) {
  const TemporaryFolder folder;
  write_kinetics_standin(folder / "a", small(kinetics_world()));
  write_kinetics_standin(folder / "b", small(kinetics_world()));
  write_moments_standin(folder / "c", small(moments_world()));
  write_moments_standin(folder / "d", small(moments_world()));
  EXPECT_EQ(files_in(folder / "a"), files_in(folder / "b"));
  EXPECT_EQ(files_in(folder / "c"), files_in(folder / "d"));
  EXPECT_EQ(files_in(folder / "a").size(), 17U);
  auto other = small(kinetics_world());
  other.seed = 2;
  write_kinetics_standin(folder / "e", other);
  for (const auto& [name, bytes] : files_in(folder / "e")) {
    const bool fixed = name == "classes.txt" || name == "taxonomy.txt" || name == "kinetics_graph.json";
    EXPECT_EQ(bytes == files_in(folder / "a")[name], fixed) << name;
  }
}

TEST(SetWorld, TheTaxonomyHasSeveralLevelsAndNodesWithTwoParents) {
  const TemporaryFolder folder;
  write_kinetics_standin(folder / "kinetics", small(kinetics_world()));
  const auto graph = SemanticGraph::read(files_of(folder / "kinetics", "kinetics").graph());
  EXPECT_EQ(graph.max_depth(), 4);
  EXPECT_EQ(graph.root(), graph.size() - 1);
  int64_t several = 0, inner_classes = 0;
  for (int64_t label = 0; label < graph.size(); ++label) {
    several += graph.parents(label).size() > 1;
    inner_classes += graph.is_concrete(label) && !graph.is_leaf(label);
    EXPECT_TRUE(graph.is_concrete(label) || !graph.is_leaf(label)) << graph.name(label);
  }
  EXPECT_GE(graph.classes(), 60);
  EXPECT_GE(several, 4);
  EXPECT_EQ(inner_classes, 1);
}

TEST(SetWorld, TargetsOccurAtEveryLevel) {
  const TemporaryFolder folder;
  write_kinetics_standin(folder / "kinetics", small(kinetics_world()));
  const auto files = files_of(folder / "kinetics", "kinetics");
  const auto graph = SemanticGraph::read(files.graph());
  std::map<int64_t, int64_t> full_sets;
  for (const auto& set : set_abstraction::read_abstraction_sets(files.abstraction_sets(Split::kTrain))) {
    ASSERT_EQ(set.labels.size(), 15U);
    std::vector<int64_t> nodes;
    for (size_t i = 0; i < 4; ++i) nodes.push_back(graph.find(set.labels[i].at(0)).value());
    EXPECT_EQ(graph.find(set.labels[14].at(0)), graph.lowest_common_ancestors(nodes).front());
    ++full_sets[graph.depth(graph.find(set.labels[14].at(0)).value())];
  }
  for (int64_t depth = 0; depth <= 4; ++depth) EXPECT_GE(full_sets[depth], 10) << "depth " << depth;
}

TEST(SetWorld, KineticsRowsFollowTheListAndMomentsRowsTheEmbeddings) {
  const TemporaryFolder folder;
  write_kinetics_standin(folder / "kinetics", small(kinetics_world()));
  write_moments_standin(folder / "moments", small(moments_world()));
  const auto kinetics = files_of(folder / "kinetics", "kinetics"), moments = files_of(folder / "moments", "moments");
  for (const Split split : {Split::kTrain, Split::kVal, Split::kTest}) {
    EXPECT_EQ(names(set_abstraction::read_list(kinetics.list(split)), ".mp4"), keys(kinetics.video_embeddings(split)));
    if (split == Split::kTest) continue;
    auto listed = names(set_abstraction::read_list(moments.list(split)), ""), embedded = keys(moments.video_embeddings(split));
    EXPECT_NE(listed, embedded);
    std::sort(listed.begin(), listed.end());
    std::sort(embedded.begin(), embedded.end());
    EXPECT_EQ(listed, embedded);
  }
  EXPECT_FALSE(fs::exists(moments.video_embeddings(Split::kTest)));
}

TEST(SetWorld, FeaturesBelongToTheVideosOfTheirRows) {
  const TemporaryFolder folder;
  auto world = small(moments_world());
  world.nuisance = world.video_noise = world.feature_noise = world.embedding_noise = world.second_class_share = 0;
  write_moments_standin(folder / "moments", world);
  const auto files = files_of(folder / "moments", "moments");
  const auto features = torch_file::read_torch_file(files.features(Split::kTrain)).tensor();
  const auto embeddings = set_abstraction::read_embeddings(files.video_embeddings(Split::kTrain));
  ASSERT_EQ(features.size(0), static_cast<int64_t>(embeddings.size()));
  // Without noise videos look alike if and only if they show the same class, which their embedding tells too.
  for (int64_t row = 1; row < features.size(0); ++row) {
    const bool same = torch::equal(embeddings[0].second, embeddings[static_cast<size_t>(row)].second);
    EXPECT_EQ(torch::equal(features[0], features[row]), same) << row;
  }
}

template <class Data>
void expect_complete(const fs::path& root, const SetWorld& world) {
  RunSpec spec;
  spec.data_root = root.string();
  spec.source = SourceChoice::kSynthetic;
  auto options = typename Data::Options();
  options.allow_missing = 0;
  const Data train = Data::open(options, spec, Role::kTrain);
  EXPECT_EQ(train.size(), world.train_sets);
  EXPECT_EQ(train.source(), Source::kSynthetic);
  const Data val = Data::open(options, spec, Role::kEvaluate);
  EXPECT_EQ(val.size(), world.val_sets + world.ranking_records + world.ranking_records * 3 / 4);
  RandomStream random(1, "test");
  for (int64_t i = 0; i < val.size(); ++i) EXPECT_TRUE(val.read(i, random).features.isfinite().all().template item<bool>());
}

TEST(SetWorld, EverythingCanBeReadAsADataset) {
  const TemporaryFolder folder;
  const auto kinetics = small(kinetics_world()), moments = small(moments_world());
  write_kinetics_standin(folder / "kinetics", kinetics);
  write_moments_standin(folder / "moments", moments);
  expect_complete<Kinetics>(folder.path(), kinetics);
  expect_complete<Moments>(folder.path(), moments);
}

/// Share of records whose candidate furthest by ground truth is also the furthest from the references' mean.
double outliers_found(const std::vector<set_abstraction::RankingRecord>& records,
                      const std::function<torch::Tensor(const set_abstraction::RankedVideo&)>& vector_of) {
  double found = 0, all = 0;
  for (const auto& record : records) {
    if (record.reference_size == 1) continue;
    const auto outlier =
        std::max_element(record.query.begin(), record.query.end(), [](const auto& a, const auto& b) { return a.distance < b.distance; });
    std::vector<torch::Tensor> members;
    for (const auto& video : record.reference) members.push_back(vector_of(video));
    members.push_back(vector_of(*outlier));
    const auto set = torch::stack(members), mean = set.mean(0, true);
    const auto closeness = (set * mean).sum(1) / (set.norm(2, 1) * mean.norm());
    found += closeness.argmin().item<int64_t>() == set.size(0) - 1;
    all += 1;
  }
  return found / all;
}

TEST(SetWorld, RawFeaturesHideWhatTheClassesTell) {
  const TemporaryFolder folder;
  auto world = kinetics_world();
  world.train_videos = world.train_sets = world.val_videos = world.val_sets = 1;
  world.ranking_records = 400;
  write_kinetics_standin(folder / "kinetics", world);
  const auto files = files_of(folder / "kinetics", "kinetics");
  const auto records = set_abstraction::read_ranking_sets(files.abstraction_sets(Split::kTest));
  const auto features = torch_file::read_torch_file(files.features(Split::kTest)).tensor();
  const auto videos = keys(files.video_embeddings(Split::kTest));
  std::map<std::string, torch::Tensor> meaning, look;
  for (const auto& [key, vector] : set_abstraction::read_embeddings(files.video_embeddings(Split::kTest))) meaning[key] = vector;
  for (size_t row = 0; row < videos.size(); ++row) look[videos[row]] = features[static_cast<int64_t>(row)];
  const double by_meaning = outliers_found(records, [&](const auto& video) { return meaning.at(video.video); });
  const double by_look = outliers_found(records, [&](const auto& video) { return look.at(video.video); });
  EXPECT_GT(by_meaning, 0.85);
  EXPECT_LT(by_meaning, 1);
  EXPECT_LT(by_look, 0.65);
  EXPECT_GT(by_look, 0.3);  // chance: 0.26
}

TEST(SetWorld, RankedSetsHaveGradedDistances) {
  const TemporaryFolder folder;
  const auto world = small(moments_world());
  write_moments_standin(folder / "moments", world);
  const auto path = files_of(folder / "moments", "moments").abstraction_sets(Split::kTest);
  EXPECT_THAT(read_file(path), HasSubstr("multi_test/"));
  const auto records = set_abstraction::read_ranking_sets(path);
  ASSERT_EQ(static_cast<int64_t>(records.size()), world.ranking_records);
  std::map<int64_t, int64_t> sizes;
  for (const auto& record : records) {
    ++sizes[record.reference_size];
    std::set<std::string> videos;
    for (const auto& video : record.reference) videos.insert(video.video);
    double nearest = 2, furthest = 0;
    for (const auto& video : record.query) {
      videos.insert(video.video);
      nearest = std::min(nearest, video.distance);
      furthest = std::max(furthest, video.distance);
    }
    EXPECT_EQ(videos.size(), record.reference.size() + record.query.size()) << "a video twice";
    EXPECT_GT(furthest - nearest, 0.4);
  }
  EXPECT_EQ(sizes, (std::map<int64_t, int64_t>{{1, 5}, {2, 5}, {3, 5}, {4, 5}}));
}

TEST(SetWorld, SettingsComeFromTheRequest) {
  const TemporaryFolder folder;
  DataRequest request;
  request.settings = {"train_videos=2", "val_videos=1",      "test_videos=3",  "train_sets=7",
                      "val_sets=3",     "ranking_records=4", "feature_width=5"};
  const auto report = synthesize_moments(request, folder / "moments");
  EXPECT_EQ(report.listed, 14);
  const auto files = files_of(folder / "moments", "moments");
  EXPECT_EQ(set_abstraction::read_abstraction_sets(files.abstraction_sets(Split::kTrain)).size(), 7U);
  EXPECT_EQ(torch_file::read_torch_file(files.features(Split::kVal)).tensor().size(1), 5);
  request.settings = {"train_video=2"};
  EXPECT_THAT(error_of([&] { synthesize_kinetics(request, folder / "kinetics"); }), HasSubstr("train_videos"));
  EXPECT_NE(set_world_settings(false), set_world_settings(true));
  EXPECT_EQ(set_world_settings(false).at("train_sets"), "3000");
}

}  // namespace
}  // namespace vbench::synthetic
