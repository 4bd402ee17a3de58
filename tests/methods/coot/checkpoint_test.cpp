#include "methods/coot/checkpoint.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "datasets/formats/torch_checkpoint.hpp"
#include "harness/train/checkpoint.hpp"
#include "tests/methods/coot/reference.hpp"

namespace vbench::coot::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using torch_file::Dict;
using torch_file::Value;
using vbench::test::error_of;
using vbench::test::expect_same;
using vbench::test::TemporaryFolder;

/// Saves a model's weights after `change` has edited the list.
template <class Change>
std::filesystem::path saved(const TemporaryFolder& folder, Change change) {
  auto weights = Model(small_model(), 3, at::kCPU).weights();
  change(weights);
  save_weights(folder / "weights.pth", weights);
  return folder / "weights.pth";
}

std::string import_error(const std::filesystem::path& file) {
  const Model model(small_model(), 4, at::kCPU);
  std::vector<at::Tensor> before;
  for (const auto& weight : model.weights()) before.push_back(weight.tensor.detach().clone());
  const auto message = error_of([&] { import_checkpoint(file, model.weights()); });
  for (size_t i = 0; i < before.size(); ++i)
    EXPECT_TRUE(torch::equal(before[i], model.weights()[i].tensor)) << "changed in spite of the error";
  return message;
}

TEST(CootCheckpoint, BestWeightsOfARunComeBackBitByBit) {
  const TemporaryFolder folder;
  const Model first(small_model(), 1, at::kCPU), second(small_model(), 2, at::kCPU);
  save_weights(folder / "best.pth", first.weights());
  import_checkpoint(folder / "best.pth", second.weights());
  const auto a = first.weights(), b = second.weights();
  for (size_t i = 0; i < a.size(); ++i) expect_same(b[i].tensor, a[i].tensor, a[i].name);
}

TEST(CootCheckpoint, AMissingTensorIsNamedWithItsNetwork) {
  const TemporaryFolder folder;
  const auto file = saved(folder, [](std::vector<NamedTensor>& weights) {
    std::erase_if(weights, [](const NamedTensor& w) { return w.name == "net_text_local/norm_input.gain"; });
  });
  EXPECT_THAT(import_error(file),
              AllOf(HasSubstr("weights.pth"), HasSubstr("net_text_local: norm_input.gain is missing, expected shape 20")));
}

TEST(CootCheckpoint, AnotherShapeIsShownBesideTheExpectedOne) {
  const TemporaryFolder folder;
  const auto file = saved(folder, [](std::vector<NamedTensor>& weights) { weights[2].tensor = torch::zeros({16, 512}); });
  EXPECT_THAT(import_error(file), HasSubstr("net_video_local: input_fc.mlp.0.weight has shape 16x512, expected 16x24"));
}

TEST(CootCheckpoint, AnUnknownTensorIsRefused) {
  const TemporaryFolder folder;
  const auto file = saved(folder, [](std::vector<NamedTensor>& weights) {
    weights.push_back({"net_text_global/tf.encoder_layers.7.x", torch::zeros({2})});
  });
  EXPECT_THAT(import_error(file), HasSubstr("net_text_global: tf.encoder_layers.7.x is not part of the model"));
}

TEST(CootCheckpoint, IntegersAndNotANumberAreRefused) {
  const TemporaryFolder folder;
  EXPECT_THAT(import_error(saved(folder, [](auto& weights) { weights[0].tensor = torch::ones({24}, torch::kLong); })),
              HasSubstr("no floating-point numbers"));
  EXPECT_THAT(import_error(saved(folder, [](auto& weights) { weights[0].tensor = torch::full({24}, NAN); })), HasSubstr("not finite"));
}

TEST(CootCheckpoint, OtherContentIsRefusedWithTheLayoutThatIsExpected) {
  const TemporaryFolder folder;
  const auto write = [&](const Value& value) {
    torch_file::save_torch_file(folder / "other.pth", value);
    return folder / "other.pth";
  };
  EXPECT_THAT(import_error(write(Dict{{"state_dict", Dict{}}})),
              AllOf(HasSubstr("has no network net_video_local"), HasSubstr("list of version 0.1")));
  EXPECT_THAT(import_error(write(Value::list({Dict{}, Dict{}}))), HasSubstr("holds a list of 2 items, not 4"));
  EXPECT_THAT(import_error(write(torch::ones({3}))), HasSubstr("is not a checkpoint of COOT"));
  EXPECT_THAT(import_error(folder / "absent.pth"), HasSubstr("absent.pth"));
}

}  // namespace
}  // namespace vbench::coot::test
