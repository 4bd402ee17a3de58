#include "methods/selavi/checkpoint.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/utils.h>

#include <limits>

#include "datasets/formats/torch_checkpoint.hpp"
#include "tests/methods/selavi/reference.hpp"

namespace vbench::selavi::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using vbench::test::TemporaryFolder;

torch_file::Value dictionary(const Weights& weights, const std::string& prefix = "") {
  torch_file::Dict dict;
  for (const auto& [name, tensor] : weights) dict.set(prefix + name, tensor.detach());
  return dict;
}

void expect_equal(const Weights& actual, const Weights& expected) {
  ASSERT_EQ(actual.size(), expected.size());
  for (size_t i = 0; i < actual.size(); ++i) expect_same(actual[i].tensor, expected[i].tensor, actual[i].name);
}

Network with_heads(int64_t heads, int64_t clusters, uint64_t seed) {
  auto options = small_options();
  options.heads = heads;
  options.clusters = clusters;
  return small_network(seed, options);
}

/// The video network alone, as torchvision saves it.
Weights bare_video(const Network& network) {
  Weights weights;
  network.video().collect("", weights);
  weights.push_back({"fc.weight", torch::zeros({400, 32})});
  weights.push_back({"fc.bias", torch::zeros({400})});
  return weights;
}

Classifier small_classifier(uint64_t seed) {
  ClassifierOptions options;
  options.divisor = small_options().divisor;
  options.classes = 5;
  options.batch_norm = true;
  Classifier classifier(options);
  classifier.initialize(seed);
  return classifier;
}

TEST(SelaviCheckpoint, ReadsTheAuthorsLayoutABareOneAndOurs) {
  const TemporaryFolder folder;
  const auto source = small_network(1);
  torch_file::Dict parallel, single, ours;
  parallel.set("epoch", 3);
  parallel.set("model", dictionary(source.weights(), "module."));
  single.set("model", dictionary(source.weights()));
  ours.set("selavi", dictionary(source.weights()));
  torch_file::save_torch_file(folder / "parallel.pth", parallel);
  torch_file::save_torch_file(folder / "single.pth", single);
  torch_file::save_torch_file(folder / "bare.pth", dictionary(source.weights()));
  torch_file::save_torch_file(folder / "ours.pth", ours);
  for (const auto& file : {"parallel.pth", "single.pth", "bare.pth", "ours.pth"}) {
    const auto network = small_network(2);
    const auto report = import_checkpoint(folder / file, network);
    EXPECT_TRUE(report.not_loaded.empty() && report.unused.empty()) << file;
    EXPECT_TRUE(report_of(report).complete);
    expect_equal(network.weights(), source.weights());
  }
}

// As PyTorch wrote files before its zip format, which is what the authors' released ones are: epoch, marginals, optimiser and labels beside
// the model.
TEST(SelaviCheckpoint, ReadsATrainingCheckpointInTheOldFormat) {
  auto options = small_options();
  options.divisor = 32;
  const auto network = small_network(2, options), expected = small_network(3, options);
  set_formula_weights(expected.weights());
  const auto report = import_checkpoint(vbench::test::golden_root() / "selavi/authors_layout.pth", network);
  EXPECT_EQ(report.text(), "326 of 326 tensors loaded");
  for (size_t i = 0; i < network.weights().size(); ++i) {
    const auto& [name, tensor] = network.weights()[i];
    expect_close(tensor, expected.weights()[i].tensor, {1e-6, 0, "sines of another library"}, name);
  }
}

TEST(SelaviCheckpoint, OtherClustersLeaveOnlyTheLastLayers) {
  const auto source = with_heads(2, 7, 1), network = with_heads(2, 4, 2);
  const auto before = weight(network.weights(), "mlp_a1.block_forward.8.weight").clone();
  const auto report = load_matching(source.weights(), network);
  EXPECT_EQ(report.not_loaded.size(), 8U);
  EXPECT_EQ(report.misshapen.front(), "mlp_v0.block_forward.8.weight: 7x32, here 4x32");
  EXPECT_EQ(report.unused.size(), 8U);
  expect_same(weight(network.weights(), "mlp_a1.block_forward.8.weight"), before, "left as it was");
  expect_same(weight(network.weights(), "mlp_a1.block_forward.2.weight"), weight(source.weights(), "mlp_a1.block_forward.2.weight"));
  EXPECT_THAT(report.text(), HasSubstr("; the file has 2 heads of 7 clusters, this network 2 heads of 4 clusters; "
                                       "left as they were: mlp_v0, mlp_a0, mlp_v1, mlp_a1; 8 tensors of the file not used"));
  EXPECT_FALSE(report_of(report).complete);
}

TEST(SelaviCheckpoint, AnotherNumberOfHeadsFillsTheNetworksBelowThem) {
  const auto source = with_heads(2, 7, 1);
  const auto one = with_heads(1, 7, 2), three = with_heads(3, 7, 2);
  EXPECT_THAT(load_matching(source.weights(), one).text(),
              HasSubstr("this network 1 head of 7 clusters; left as they were: mlp_v, mlp_a;"));
  const auto report = load_matching(source.weights(), three);
  EXPECT_THAT(report.text(), HasSubstr("left as they were: mlp_v2, mlp_a2"));
  expect_same(weight(three.weights(), "audio_network.base.conv1.weight"), weight(source.weights(), "audio_network.base.conv1.weight"));
  auto linear = small_options();
  linear.mlp = false;
  linear.clusters = 9;
  const auto counted = load_matching(small_network(3, linear).weights(), three);
  ASSERT_TRUE(counted.source_heads && counted.heads);
  EXPECT_EQ(*counted.source_heads, (HeadCount{2, 9}));
  EXPECT_EQ(*counted.heads, (HeadCount{3, 7}));
}

TEST(SelaviCheckpoint, AVideoNetworkAloneFillsThatPart) {
  const auto source = small_network(1), network = small_network(2);
  const auto report = load_matching(bare_video(source), network);
  EXPECT_THAT(report.unused, ElementsAre("fc.weight", "fc.bias"));
  EXPECT_FALSE(report.source_heads);
  EXPECT_THAT(report.text(), HasSubstr("left as they were: audio_network, mlp_v0, mlp_a0, mlp_v1, mlp_a1; 2 tensors"));
  expect_same(weight(network.weights(), "video_network.base.layer4.1.conv2.0.3.weight"),
              weight(source.weights(), "video_network.base.layer4.1.conv2.0.3.weight"));
}

TEST(SelaviCheckpoint, AClassifierTakesItsBaseFromAnyOfThem) {
  const auto source = small_network(1);
  const auto fine_tuned = small_classifier(1);
  for (const auto& weights : {source.weights(), bare_video(source)}) {
    const auto classifier = small_classifier(2);
    const auto report = load_matching(weights, classifier);
    EXPECT_THAT(report.not_loaded, ElementsAre("final_bn.weight", "final_bn.bias", "final_bn.running_mean", "final_bn.running_var",
                                               "final_bn.num_batches_tracked", "classifier.weight", "classifier.bias"));
    EXPECT_THAT(report.text(), HasSubstr("left as they were: final_bn, classifier;"));
    expect_same(weight(classifier.weights(), "base.stem.0.weight"), weight(source.weights(), "video_network.base.stem.0.weight"));
  }
  const auto classifier = small_classifier(2);
  EXPECT_TRUE(load_matching(fine_tuned.weights(), classifier).not_loaded.empty());
  expect_equal(classifier.weights(), fine_tuned.weights());
  const auto network = small_network(2);
  (void)load_matching(fine_tuned.weights(), network);
  expect_same(weight(network.weights(), "video_network.base.stem.3.weight"), weight(fine_tuned.weights(), "base.stem.3.weight"));
}

TEST(SelaviCheckpoint, RefusesValuesThatAreNotFiniteAndChangesNothing) {
  const auto source = small_network(1), network = small_network(2);
  {
    const torch::NoGradGuard no_grad;
    source.weights().back().tensor.data_ptr<float>()[2] = std::numeric_limits<float>::quiet_NaN();
  }
  const auto before = network.weights().front().tensor.clone();
  EXPECT_THAT(error_of([&] { load_matching(source.weights(), network); }),
              HasSubstr("mlp_a1.block_forward.8.bias: holds values that are not finite"));
  expect_same(network.weights().front().tensor, before, "stem");
}

TEST(SelaviCheckpoint, NamesFilesThatHoldSomethingElse) {
  const TemporaryFolder folder;
  const auto network = small_network(1);
  const auto error = [&](const char* name, const torch_file::Value& value) {
    torch_file::save_torch_file(folder / name, value);
    return error_of([&] { import_checkpoint(folder / name, network); });
  };
  torch_file::Dict text, other, nested;
  text.set("stem.0.weight", "weights");
  other.set("encoder.weight", torch::zeros({3}));
  nested.set("model", torch::zeros({3}));
  EXPECT_THAT(error("tensor.pth", torch::zeros({3})), testing::AllOf(HasSubstr("tensor.pth"), HasSubstr("not a checkpoint of SeLaVi")));
  EXPECT_THAT(error("text.pth", text), HasSubstr("stem.0.weight is not a tensor"));
  EXPECT_THAT(error("nested.pth", nested), HasSubstr("its model is no dictionary"));
  EXPECT_THAT(error("other.pth", other), testing::AllOf(HasSubstr("other.pth"), HasSubstr("no tensor has a name and shape")));
}

TEST(SelaviCheckpoint, AFileMustFillTheVideoNetworkOfAClassifier) {
  const TemporaryFolder folder;
  const auto source = small_network(1);
  torch_file::save_torch_file(folder / "whole.pth", dictionary(source.weights()));
  const auto whole = small_classifier(2);
  const auto report = import_checkpoint(folder / "whole.pth", whole);
  EXPECT_THAT(report.text(), HasSubstr("left as they were: final_bn, classifier;"));
  expect_same(weight(whole.weights(), "base.stem.0.weight"), weight(source.weights(), "video_network.base.stem.0.weight"));
  auto part = source.weights();
  std::erase_if(part, [](const NamedTensor& tensor) { return tensor.name == "video_network.base.layer4.1.conv2.0.3.weight"; });
  ASSERT_EQ(part.size() + 1, source.weights().size());
  torch_file::save_torch_file(folder / "part.pth", dictionary(part));
  const auto classifier = small_classifier(2);
  const auto before = weight(classifier.weights(), "base.stem.0.weight").clone();
  EXPECT_THAT(vbench::test::error_of([&] { (void)import_checkpoint(folder / "part.pth", classifier); }),
              testing::AllOf(HasSubstr("part.pth"), HasSubstr("does not fill the video network: 1 of its"),
                             HasSubstr("the first: base.layer4.1.conv2.0.3.weight")));
  expect_same(weight(classifier.weights(), "base.stem.0.weight"), before, "nothing is changed");
}

TEST(SelaviCheckpoint, CountsOfStepsAreNotMissed) {
  const auto source = small_network(1), network = small_network(2);
  auto part = source.weights();
  std::erase_if(part, [](const NamedTensor& tensor) { return tensor.name.ends_with(".num_batches_tracked"); });
  ASSERT_LT(part.size(), source.weights().size());
  const auto report = load_matching(part, network);
  EXPECT_FALSE(report.not_loaded.empty());
  EXPECT_TRUE(report_of(report).complete);
  EXPECT_THAT(report.text(), testing::Not(HasSubstr("left as they were")));
  part.pop_back();
  EXPECT_FALSE(report_of(load_matching(part, network)).complete) << "a bias of a head is";
}

TEST(SelaviCheckpoint, TheVideoNetworkOfAnotherWidthIsRefused) {
  const TemporaryFolder folder;
  auto options = small_options();
  options.divisor *= 2;
  torch_file::save_torch_file(folder / "narrow.pth", dictionary(small_network(1, options).weights()));
  const auto network = small_network(2);
  Weights base;
  network.video().collect("base.", base);
  for (const auto& message : {vbench::test::error_of([&] { (void)import_checkpoint(folder / "narrow.pth", small_classifier(2)); }),
                              vbench::test::error_of([&] { (void)import_video_network(folder / "narrow.pth", base); })}) {
    EXPECT_THAT(message, testing::AllOf(HasSubstr("does not fill the video network"), HasSubstr(", here "), HasSubstr("model.divisor")));
  }
}

}  // namespace
}  // namespace vbench::selavi::test
