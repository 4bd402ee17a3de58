#include "methods/selavi/protocol.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include <cmath>

#include "datasets/formats/hdf5.hpp"
#include "harness/core/files.hpp"
#include "methods/selavi/labelling.hpp"
#include "tests/methods/selavi/reference.hpp"

namespace vbench::selavi {
namespace {

using ::testing::DoubleNear;
using ::testing::HasSubstr;
using vbench::test::TemporaryFolder;

const double kLog2 = std::log(2.0);

/// Two heads of three clusters on six videos of two classes. Head 0 splits class 1 in two, head 1 mixes two pairs.
Outputs first_batch() {
  Outputs outputs;
  outputs.clusters.both = torch::tensor({{0, 0}, {0, 0}, {0, 1}});
  outputs.clusters.video = torch::tensor({{0, 0}, {0, 0}, {0, 0}});
  outputs.clusters.audio = torch::tensor({{0, 1}, {1, 1}, {0, 1}});
  outputs.features = {torch::ones({3, 2}), torch::zeros({3, 4})};
  outputs.classes = torch::tensor({0, 0, 0});
  outputs.ids = {"a/1", "a/2", "a/3"};
  return outputs;
}
Outputs second_batch() {
  Outputs outputs;
  outputs.clusters.both = torch::tensor({{1, 1}, {2, 2}, {2, 2}});
  outputs.clusters.video = torch::tensor({{1, 0}, {1, 0}, {1, 0}});
  outputs.clusters.audio = torch::tensor({{0, 1}, {1, 1}, {0, 1}});
  outputs.features = {2 * torch::ones({3, 2}), torch::ones({3, 4})};
  outputs.classes = torch::tensor({1, 1, 1});
  outputs.ids = {"b, c/1", "b, c/2", "b, c/3"};
  return outputs;
}

ClusterProtocol filled(ClusterKnowledge knowledge = {.clusters = 3}) {
  ClusterProtocol protocol(std::move(knowledge));
  protocol.add(first_batch());
  protocol.add(second_batch());
  return protocol;
}

TEST(ClusterProtocol, ScoresAreThoseOfTheHeadWithTheBestNmi) {
  const auto scores = filled({.clusters = 3, .selection = 4}).finish().scores;
  // Head 0: clusters tell the classes, so mutual information is log 2; entropies log 2 and log 2 / 2 + log 6 / 6 + log 3 / 3.
  const double entropy = kLog2 / 2 + std::log(6.0) / 6 + std::log(3.0) / 3;
  const double nmi = kLog2 / ((kLog2 + entropy) / 2);
  EXPECT_THAT(scores.at("nmi"), DoubleNear(nmi, 1e-12));
  EXPECT_THAT(scores.at("acc"), DoubleNear(5.0 / 6, 1e-12));
  EXPECT_EQ(scores.at("purity"), 1);
  EXPECT_EQ(scores.at("entropy"), 0);
  // Pairs: 4 together in both, 6 in the classes, 4 in the clusters, of 15.
  EXPECT_THAT(scores.at("ari"), DoubleNear((4 - 6 * 4 / 15.0) / ((6 + 4) / 2.0 - 6 * 4 / 15.0), 1e-12));
  EXPECT_LT(scores.at("anmi"), scores.at("nmi"));
  // Head 1: {2 of class 0}, {one of each}, {2 of class 1}; all thirds.
  const double mixed = kLog2 * 2 / 3 / ((kLog2 + std::log(3.0)) / 2);
  EXPECT_THAT(scores.at("nmi_mean"), DoubleNear((nmi + mixed) / 2, 1e-12));
  EXPECT_THAT(scores.at("nmi_video"), DoubleNear(1, 1e-12));  // its own best head
  EXPECT_THAT(scores.at("nmi_audio"), DoubleNear(0, 1e-12));
  EXPECT_EQ(filled({.clusters = 3, .selection = 4}).finish().selection, 4);
}

TEST(ClusterProtocol, EveryVideoHasItsClusterAmongTheOutputs) {
  const auto outputs = filled().finish().outputs;
  ASSERT_EQ(outputs.size(), 2U);
  EXPECT_EQ(outputs[0].name, "cluster");
  EXPECT_THAT(outputs[0].values, ::testing::ElementsAre(0, 0, 0, 1, 2, 2));
  EXPECT_THAT(outputs[1].values, ::testing::ElementsAre(0, 0, 0, 1, 1, 1));
  EXPECT_EQ(outputs[0].ids.back(), "b, c/3");
}

TEST(ClusterProtocol, FilesListVideosClustersAndSizes) {
  const TemporaryFolder folder;
  ClusterKnowledge knowledge{.clusters = 3, .class_names = {"a", "b, c"}};
  knowledge.sizes = {torch::tensor({{3, 1, 2}, {2, 2, 2}}), torch::tensor({{1.0, 2.0, 4.0}, {2.0, 2.0, 2.0}}, torch::kDouble)};
  knowledge.history = torch::arange(13, torch::kDouble).view({1, 13});
  filled(knowledge).write_evaluation_files(folder.path());
  EXPECT_EQ(read_file(folder / "clusters.csv"),
            "id,class,head_0,head_1\n"
            "a/1,a,0,0\na/2,a,0,0\na/3,a,0,1\n\"b, c/1\",\"b, c\",1,1\n\"b, c/2\",\"b, c\",2,2\n\"b, c/3\",\"b, c\",2,2\n");
  EXPECT_EQ(read_file(folder / "cluster_summary.csv"),
            "cluster,size,purity,entropy_nats,entropy_bits,dominant_class\n"
            "0,3,1.000000,0.000000,0.000000,a\n1,1,1.000000,0.000000,0.000000,\"b, c\"\n2,2,1.000000,0.000000,0.000000,\"b, c\"\n");
  // Reciprocals of 1, 2, 4 are 4/7, 2/7, 1/7 of six videos.
  EXPECT_EQ(read_file(folder / "marginals.csv"),
            "head,rank,evaluated,labelled,drawn,prescribed\n"
            "0,1,1,1,1.000,0.857\n0,2,2,2,2.000,1.714\n0,3,3,3,4.000,3.429\n"
            "1,1,2,2,2.000,2.000\n1,2,2,2,2.000,2.000\n1,3,2,2,2.000,2.000\n");
  EXPECT_THAT(read_file(folder / "labellings.csv"), HasSubstr("epoch,step,nmi_before"));
  EXPECT_THAT(read_file(folder / "labellings.csv"), HasSubstr("\n0,1,2,3,4,5,6,7,8,9,10,11,12\n"));
}

TEST(ClusterProtocol, WithoutLabelsSizesAreThoseOfTheEvaluation) {
  const TemporaryFolder folder;
  filled().write_evaluation_files(folder.path());
  EXPECT_THAT(read_file(folder / "marginals.csv"), HasSubstr("0,1,1,,,\n0,2,2,,,\n0,3,3,,,\n"));
  EXPECT_FALSE(std::filesystem::exists(folder / "labellings.csv"));
  EXPECT_THAT(read_file(folder / "clusters.csv"), HasSubstr("a/1,class 0,0,0"));
}

TEST(ClusterProtocol, NothingWithoutVideos) {
  const TemporaryFolder folder;
  const ClusterProtocol empty({.clusters = 3});
  EXPECT_TRUE(empty.finish().scores.empty());
  empty.write_evaluation_files(folder.path());
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(ClusterProtocol, EmbeddingsHoldFeaturesAndLogitsOfEveryHead) {
  const TemporaryFolder folder;
  ClusterKnowledge knowledge{.clusters = 3, .class_names = {"a", "b, c"}};
  knowledge.video = [](const at::Tensor& x, int64_t head) { return x * static_cast<double>(head + 1); };
  knowledge.audio = [](const at::Tensor& x, int64_t head) { return x - static_cast<double>(head); };
  filled(knowledge).save_embeddings(folder / "e.h5");
  const auto file = hdf5::File::open(folder / "e.h5");
  EXPECT_EQ(file.read_strings("ids"), (std::vector<std::string>{"a/1", "a/2", "a/3", "b, c/1", "b, c/2", "b, c/3"}));
  EXPECT_EQ(file.read("clusters").sizes(), at::IntArrayRef({6, 2}));
  EXPECT_TRUE(torch::equal(file.read("classes"), torch::tensor({0, 0, 0, 1, 1, 1})));
  const auto video = file.read("video/features");
  EXPECT_EQ(video.sizes(), at::IntArrayRef({6, 2}));
  EXPECT_TRUE(torch::equal(file.read("video/logits/head_1"), 2 * video));
  EXPECT_TRUE(torch::equal(file.read("audio/logits/head_0"), file.read("audio/features")));
}

TEST(Clusters, AreTheHighestProductOfBothProbabilities) {
  // Seen: 0 is likelier; heard: 1 by more. Far from it both products would be 0 in float32.
  const auto video = torch::tensor({{{5.0F, 3.0F, 0.0F}, {0.0F, -200.0F, -300.0F}}});
  const auto audio = torch::tensor({{{0.0F, 9.0F, 1.0F}, {-300.0F, 0.0F, -10.0F}}});
  const auto clusters = clusters_of({video, audio});
  EXPECT_TRUE(torch::equal(clusters.both, torch::tensor({{1}, {1}})));
  EXPECT_TRUE(torch::equal(clusters.video, torch::tensor({{0}, {0}})));
  EXPECT_TRUE(torch::equal(clusters.audio, torch::tensor({{1}, {1}})));
  const auto alone = clusters_of({video, {}});
  EXPECT_TRUE(torch::equal(alone.both, alone.video));
  EXPECT_FALSE(alone.audio.defined());
}

}  // namespace
}  // namespace vbench::selavi
