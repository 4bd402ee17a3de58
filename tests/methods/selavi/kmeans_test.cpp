#include "methods/selavi/kmeans.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include "harness/train/pairing.hpp"
#include "harness/train/trainer.hpp"
#include "methods/selavi/raw_clusters.hpp"
#include "metrics/clustering.hpp"
#include "tests/methods/selavi/fake_videos.hpp"
#include "tests/support/golden.hpp"

namespace vbench::selavi {
namespace {

using ::testing::HasSubstr;
using vbench::test::error_of;
using vbench::test::TemporaryFolder;

/// `each` points around each of `blobs` places.
at::Tensor blobs(int64_t number, int64_t each, double spread) {
  torch::manual_seed(3);
  const auto places = 10 * torch::randn({number, 1, 5}, torch::kDouble);
  return (places + spread * torch::randn({number, each, 5}, torch::kDouble)).flatten(0, 1);
}

double inertia_of(const at::Tensor& points, const KMeansResult& result) {
  return (points - result.centres.index_select(0, result.clusters)).square().sum().item<double>();
}

TEST(KMeans, FindsSeparateBlobs) {
  const auto points = blobs(8, 20, 0.1);
  const auto result = cluster_by_means(points, {.clusters = 8}, 1);
  EXPECT_EQ(normalised_mutual_information(result.clusters, torch::arange(8).repeat_interleave(20)), 1);
  EXPECT_NEAR(result.inertia, inertia_of(points, result), 1e-6);
}

TEST(KMeans, EveryPointHasTheNearestCentreAndEveryCentreIsAMean) {
  const auto points = blobs(1, 200, 1);
  const auto result = cluster_by_means(points, {.clusters = 6, .restarts = 2, .iterations = 1000}, 1);
  EXPECT_TRUE(torch::equal(torch::cdist(points, result.centres).argmin(1), result.clusters));
  for (int64_t k = 0; k < 6; ++k) {
    const auto own = points.index_select(0, result.clusters.eq(k).nonzero().flatten());
    EXPECT_TRUE(torch::allclose(own.mean(0), result.centres[k]));
  }
}

TEST(KMeans, MoreRestartsAreNeverWorse) {
  const auto points = blobs(1, 300, 1);
  double last = std::numeric_limits<double>::infinity();
  for (const int64_t restarts : {1, 4, 16}) {
    const double inertia = cluster_by_means(points, {.clusters = 12, .restarts = restarts}, 1).inertia;
    EXPECT_LE(inertia, last);
    last = inertia;
  }
}

TEST(KMeans, MoreCentresThanPlacesAreAtPointsAllTheSame) {
  auto points = torch::full({6, 2}, 5.0, torch::kDouble);
  points[5] = 9;
  const auto result = cluster_by_means(points, {.clusters = 5}, 1);
  EXPECT_EQ((torch::cdist(result.centres, points).amin(1) > 1e-9).sum().item<int64_t>(), 0) << result.centres;
}

TEST(KMeans, IsAFunctionOfTheSeed) {
  const auto points = blobs(1, 300, 1);
  const KMeansOptions options{.clusters = 12, .restarts = 1};
  const auto first = cluster_by_means(points, options, 1), again = cluster_by_means(points, options, 1);
  EXPECT_TRUE(torch::equal(first.clusters, again.clusters));
  EXPECT_EQ(first.inertia, again.inertia);
  EXPECT_FALSE(torch::equal(first.clusters, cluster_by_means(points, options, 2).clusters));
}

TEST(KMeans, AllClustersAreFilledEvenByAlikePoints) {
  const auto result = cluster_by_means(torch::ones({5, 2}), {.clusters = 3}, 1);
  EXPECT_EQ(result.inertia, 0);
  const auto points = torch::tensor({{0.0}, {0.0}, {0.0}, {1.0}, {5.0}}, torch::kDouble);
  EXPECT_EQ(cluster_by_means(points, {.clusters = 3}, 1).inertia, 0);
}

TEST(KMeans, WhatCannotBeIsNamed) {
  EXPECT_THAT(error_of([] {
                (void)cluster_by_means(torch::ones({2, 2}), {.clusters = 3}, 1);
              }),
              HasSubstr("3 clusters cannot be filled by 2 videos"));
  EXPECT_THAT(error_of([] { (void)cluster_by_means(torch::full({4, 1}, std::nan("")), {.clusters = 3}, 1); }), HasSubstr("NaN"));
}

TEST(RawFeatures, AreMeansOverTimeOfPicturesAndSpectra) {
  audio_visual::Batch batch;
  batch.clips = torch::arange(2 * 3 * 2 * 16 * 16, torch::kFloat).view({2, 3, 2, 16, 16});
  batch.spectrograms = torch::arange(2 * 4 * 3, torch::kFloat).view({2, 1, 4, 3});
  batch.labels = torch::tensor({0, 1});
  batch.ids = {"a", "b"};
  const auto outputs = raw_features(batch);
  EXPECT_EQ(outputs.pictures.sizes(), at::IntArrayRef({2, 192}));
  // Pixels 0, 1, 16, 17 of both pictures of a channel.
  EXPECT_FLOAT_EQ(outputs.pictures[0][0].item<float>(), (0 + 1 + 16 + 17) / 4.0F + 128);
  EXPECT_TRUE(torch::equal(outputs.spectra[0], torch::tensor({1.0F, 4.0F, 7.0F, 10.0F})));
}

TEST(RawFeatures, ModalitiesHaveAsMuchToSay) {
  const auto columns = standardised(torch::randn({50, 7}) * 30 + 4);
  EXPECT_NEAR(columns.square().sum().item<double>(), 50, 1e-9);
  EXPECT_NEAR(columns.mean().item<double>(), 0, 1e-9);
  EXPECT_EQ(standardised(torch::ones({5, 2})).abs().max().item<double>(), 0);
}

TEST(RawClusters, ARunEvaluatesWithoutTraining) {
  const TemporaryFolder folder;
  TrainJob job;
  job.name = "kmeans";
  job.folder = folder.path();
  job.options = RawClusters::training_defaults();
  RunSpec spec;
  spec.workers = 0;
  const RawTuning tuning{.kmeans = {.clusters = 3}};
  PairExperiment<RawClusters, test::FakeVideos> experiment(spec, job.options, tuning, {}, 1);
  Progress progress(Verbosity::kQuiet);
  const auto result = train(experiment, job, progress);
  EXPECT_EQ(result.evaluation.scores.at("nmi"), 1);
  EXPECT_EQ(result.epochs, 0);
  EXPECT_TRUE(std::filesystem::exists(folder / "clusters.csv"));
  job.options.epochs = 1;
  PairExperiment<RawClusters, test::FakeVideos> trained(spec, job.options, tuning, {}, 1);
  EXPECT_THAT(error_of([&] { (void)train(trained, job, progress); }), HasSubstr("nothing to train"));
}

}  // namespace
}  // namespace vbench::selavi
