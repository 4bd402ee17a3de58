#include <gtest/gtest.h>
#include <torch/utils.h>

#include "methods/smth3d/folded.hpp"
#include "tests/methods/smth3d/reference.hpp"

namespace vbench::smth3d::test {
namespace {

/// Clips of a group as the network takes them: those of a video one behind the other. Stored are [V, B, 3, T, H, W].
struct Input {
  at::Tensor clips, target;
  int64_t videos, views;

  Input(const Golden& golden, const std::string& group, at::ScalarType type)
      : clips(golden[group + "/input"].to(type)), target(golden[group + "/target"]), videos(clips.size(1)), views(clips.size(0)) {
    EXPECT_EQ(views, integer(golden, group, "num_clips"));
    clips = clips.transpose(0, 1).flatten(0, 1).contiguous();
  }
  [[nodiscard]] std::vector<int64_t> views_of_videos() const { return std::vector<int64_t>(static_cast<size_t>(videos), views); }
  /// Every video's first clip.
  [[nodiscard]] at::Tensor first_clips(const at::Tensor& of_clips) const { return of_clips.slice(0, 0, of_clips.size(0), views); }
};

void expect_evaluation(const Golden& golden, const std::string& group, const Input& input, const std::vector<NamedTensor>& blocks,
                       const Prediction& prediction) {
  const std::string part = group + "/eval/";
  ASSERT_EQ(blocks.size(), 5U);
  EXPECT_EQ(golden.file().children(group + "/eval").size(), blocks.size() + 3) << "something stored is not compared";
  for (const auto& [name, tensor] : blocks) expect_close(input.first_clips(tensor), golden[part + name], kForward, name);
  expect_close(prediction.features, golden[part + "features"], kForward, "features");
  expect_close(prediction.logits, golden[part + "logits"], kForward, "logits");
  expect_close(at::cross_entropy_loss(prediction.logits, input.target), golden[part + "loss"], kLoss, "loss");
}

void check_evaluation(const Golden& golden, const std::string& group, at::ScalarType type) {
  const torch::NoGradGuard no_grad;
  const auto network = stored_network(golden, group, type);
  const Input input(golden, group, type);
  std::vector<NamedTensor> blocks;
  const auto maps = network.column(input.clips, {.blocks = &blocks});
  expect_evaluation(golden, group, input, blocks, network.classify(maps, input.views_of_videos()));
  FoldedNetwork folded(network);
  blocks.clear();
  const auto folded_maps = folded.column(input.clips, &blocks);
  expect_evaluation(golden, group, input, blocks, network.classify(folded_maps, input.views_of_videos()));
}

void check_training(const Golden& golden, const std::string& group, at::ScalarType type) {
  const auto network = stored_network(golden, group, type);
  const Input input(golden, group, type);
  const std::string part = group + "/train/";
  const auto logits = network.forward(input.clips, input.views_of_videos(), {.training = true}).logits;
  expect_close(logits, golden[part + "logits"], kForward, "logits");
  const auto loss = at::cross_entropy_loss(logits, input.target);
  expect_close(loss, golden[part + "loss"], kLoss, "loss");
  loss.backward();
  vbench::test::expect_gradients(golden, part + "grads", network.weights(), [](double /*magnitude*/) {
    return Tolerance{1e-4, 1e-3, "float32 run of the original"};
  });
  vbench::test::expect_weights(golden, part + "buffers_after", network.weights(), kForward);
}

// Float32 on the CPU and float64 take different ways through the convolutions.
TEST(Smth3dModelGolden, BothNetworksGiveTheOriginalsBlocksLogitsGradientsAndStatistics) {
  VBENCH_REQUIRE_GOLDEN(golden, "smth3d/model.h5");
  golden.for_each_group({{"model3d_1",
                          [&](const std::string& group) {
                            for (const auto type : {at::kFloat, at::kDouble}) {
                              SCOPED_TRACE(group + " in " + std::string(c10::toString(type)));
                              check_evaluation(golden, group, type);
                              check_training(golden, group, type);
                            }
                          }},
                         {"trajectory", [](const std::string& /*golden_training_test.cpp*/) {}}});
}

}  // namespace
}  // namespace vbench::smth3d::test
