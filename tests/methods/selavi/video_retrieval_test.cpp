// Retrieval of videos by features: neighbours among the training videos, what it needs.
#include "methods/selavi/video_retrieval.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/utils.h>

#include "datasets/formats/torch_checkpoint.hpp"
#include "metrics/neighbours.hpp"
#include "tests/methods/selavi/reference.hpp"

namespace vbench::selavi::test {
namespace {

using vbench::test::TemporaryFolder;

VideoFeatures videos(const std::vector<std::pair<double, int64_t>>& places) {
  VideoFeatures features;
  std::vector<double> values;
  std::vector<int64_t> labels;
  for (const auto& [place, label] : places) {
    values.push_back(place);
    labels.push_back(label);
    features.ids.push_back(std::to_string(place));
  }
  features.features = torch::tensor(values, torch::kFloat).unsqueeze(1);
  features.labels = torch::tensor(labels);
  return features;
}

TEST(SelaviVideoRetrieval, CountsVideosWithOneOfTheirClassAmongTheNearest) {
  // Six training videos, so that 5 is the largest number of neighbours.
  VideoRetrievalProtocol protocol({videos({{0, 0}, {1, 1}, {2, 0}}), videos({{3, 1}, {4, 1}, {5, 2}})});
  protocol.add(videos({{0.1, 0}, {1.1, 0}}));
  protocol.add(videos({{5.1, 2}, {0, 2}}));
  const auto evaluation = protocol.finish();
  EXPECT_DOUBLE_EQ(evaluation.scores.at("recall_1"), 0.5);
  EXPECT_DOUBLE_EQ(evaluation.scores.at("recall_5"), 0.75) << "the class of the last video is the sixth nearest";
  EXPECT_EQ(evaluation.scores.size(), 2U) << "there are no ten training videos";
  EXPECT_EQ(evaluation.outputs.at(0).values, (std::vector<float>{0, 1, 5, 0}));
}

TEST(SelaviVideoRetrieval, GivesAllPublishedRecallsOfEnoughVideos) {
  VideoFeatures many = videos(std::vector<std::pair<double, int64_t>>(60, {1, 0}));
  many.features = torch::arange(60).to(torch::kFloat).unsqueeze(1);
  VideoRetrievalProtocol protocol({many});
  protocol.add(many);
  const auto scores = protocol.finish().scores;
  for (const char* key : {"recall_1", "recall_5", "recall_10", "recall_20", "recall_50"}) EXPECT_EQ(scores.at(key), 1) << key;
}

TEST(SelaviVideoRetrieval, AVideosFeaturesAreTheMeanOfItsClipsDirections) {
  const TemporaryFolder folder;
  const auto network = small_network(4);
  torch_file::Dict weights;
  for (const auto& [name, tensor] : network.weights()) weights.set(name, tensor.detach());
  torch_file::save_torch_file(folder / "network.pth", weights);
  clips::StretchOptions data;
  data.picture = {.frames = 4, .crop = 24};
  VideoRetrievalMethod method({.divisor = small_options().divisor, .pooling = FeaturePooling::kAverage}, data, 9, at::kCPU);
  EXPECT_TRUE(method.parameters().empty());
  EXPECT_THAT(vbench::test::error_of([&] { method.before_evaluation([](const std::string&, const auto&) {}); }),
              testing::HasSubstr("--init"));
  EXPECT_TRUE(method.import_checkpoint(folder / "network.pth").complete) << "retrieval needs nothing but the video network";
  clips::Batch batch;
  batch.clips = random_input({5, 3, 4, 24, 24}, 2);
  batch.labels = torch::tensor({1, 0});
  batch.views = {3, 2};
  batch.ids = {"a", "b"};
  const torch::NoGradGuard no_grad;
  const auto clips = unit_rows(network.video().forward(batch.clips, Pass{}));
  const auto expected = torch::stack({clips.narrow(0, 0, 3).mean(0), clips.narrow(0, 3, 2).mean(0)});
  expect_close(method.infer(batch).features, expected, {1e-5, 1e-4, "BatchNorm folded into convolutions"}, "features");
  method.before_evaluation([&](const std::string& /*title*/, const auto& use) { use(batch); });
  auto protocol = method.protocol();
  protocol.add(method.infer(batch));
  EXPECT_EQ(protocol.finish().scores.at("recall_1"), 1) << "each video is its own nearest";
}

TEST(SelaviVideoRetrieval, PoolsTwoByTwoByTwoPlacesOfTheLastMapAsPublished) {
  const int64_t divisor = small_options().divisor;
  clips::StretchOptions data;
  data.picture = {.frames = 16, .crop = 72};  // a last map of 2 x 5 x 5, of which 2 x 4 x 4 are pooled
  VideoRetrievalMethod method({.divisor = divisor}, data, 9, at::kCPU);
  const auto encoder = Encoder::video(divisor, at::kCPU);
  encoder.initialize(9, "video_network.base.");
  EXPECT_EQ(encoder.map_size({16, 72, 72}), (Size3{2, 5, 5}));
  clips::Batch batch;
  batch.clips = random_input({2, 3, 16, 72, 72}, 2);
  batch.labels = torch::tensor({1, 0});
  batch.views = {1, 1};
  batch.ids = {"a", "b"};
  const torch::NoGradGuard no_grad;
  const auto map = encoder.map(batch.clips, [](const ConvLayer& layer, const at::Tensor& x) { return layer.forward(x, Pass{}); });
  ASSERT_EQ(map.sizes(), at::IntArrayRef({2, 512 / divisor, 2, 5, 5}));
  expect_close(map.mean({2, 3, 4}), encoder.forward(batch.clips, Pass{}), {1e-5, 1e-4, "another order of sums"}, "mean of the map");
  const auto whole = map.slice(3, 0, 4).slice(4, 0, 4);
  const auto expected = whole.reshape({2, 512 / divisor, 2, 2, 2, 2, 2}).amax({2, 4, 6}).flatten(1);
  const auto features = method.infer(batch).features;
  ASSERT_EQ(features.sizes(), at::IntArrayRef({2, 4 * 512 / divisor}));
  expect_close(features, unit_rows(expected), {1e-5, 1e-4, "BatchNorm folded into convolutions"}, "features");
  data.picture.frames = 4;
  EXPECT_THAT(vbench::test::error_of([&] { VideoRetrievalMethod({.divisor = divisor}, data, 9, at::kCPU); }),
              testing::AllOf(testing::HasSubstr("4x72x72 is 1x5x5"), testing::HasSubstr("retrieval.pooling=average")));
}

}  // namespace
}  // namespace vbench::selavi::test
