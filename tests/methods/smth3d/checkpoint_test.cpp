#include "methods/smth3d/checkpoint.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/utils.h>

#include <filesystem>
#include <limits>

#include "datasets/formats/torch_checkpoint.hpp"
#include "tests/methods/smth3d/reference.hpp"

namespace vbench::smth3d::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using vbench::test::error_of;
using vbench::test::TemporaryFolder;

torch_file::Dict dictionary(const Network& network, const std::string& prefix, const std::string& without = "?") {
  torch_file::Dict dict;
  for (const auto& [name, tensor] : network.weights()) {
    if (name.find(without) == std::string::npos) dict.set(prefix + name, tensor.detach());
  }
  return dict;
}

void save_under(const std::filesystem::path& file, const char* key, const torch_file::Dict& weights) {
  torch_file::Dict root;
  root.set(key, weights);
  torch_file::save_torch_file(file, root);
}

void expect_equal(const Network& network, const Network& source) {
  for (const auto& [name, tensor] : source.weights()) expect_same(named(network, name), tensor, name);
}

TEST(Smth3dCheckpoint, ReadsTheAuthorsLayoutABareOneAndOurs) {
  const TemporaryFolder folder;
  const auto source = small_network(kModel1, 1);
  save_under(folder / "authors.pth.tar", "state_dict", dictionary(source, "module."));
  save_under(folder / "ours.pth", "smth3d", dictionary(source, ""));
  torch_file::save_torch_file(folder / "bare.pth", dictionary(source, ""));
  for (const auto* file : {"authors.pth.tar", "bare.pth", "ours.pth"}) {
    const auto network = small_network(kModel1, 2);
    const auto report = import_checkpoint(folder / file, network);
    EXPECT_TRUE(report.not_loaded.empty() && report.unused.empty()) << file;
    expect_equal(network, source);
  }
}

// As PyTorch 0.4 wrote them.
TEST(Smth3dCheckpoint, CountersOfBatchesMayBeAbsent) {
  const TemporaryFolder folder;
  const auto source = small_network(kModel1, 1), network = small_network(kModel1, 2);
  save_under(folder / "old.pth.tar", "state_dict", dictionary(source, "module.", "num_batches_tracked"));
  const auto report = import_checkpoint(folder / "old.pth.tar", network);
  EXPECT_TRUE(report.not_loaded.empty() && report.unused.empty()) << report.text();
  expect_equal(network, source);
}

TEST(Smth3dCheckpoint, AnotherNumberOfClassesLeavesTheClassifierAsItWas) {
  const auto source = small_network(kModel224, 1, 7), network = small_network(kModel224, 2, 5);
  const auto before = named(network, "clf_layers.0.weight").clone();
  const auto report = load_weights(source.weights(), network);
  EXPECT_THAT(report.not_loaded, testing::ElementsAre("clf_layers.0.weight", "clf_layers.0.bias"));
  EXPECT_THAT(report.text(), HasSubstr("its classifier has 7 classes, this network 5 (data.classes); left as they were: clf_layers.0"));
  expect_same(named(network, "clf_layers.0.weight"), before, "classifier");
  expect_same(named(network, "conv_column.block5.3.weight"), named(source, "conv_column.block5.3.weight"), "block5");
}

TEST(Smth3dCheckpoint, RefusesAColumnThatIsAnotherOneAndChangesNothing) {
  const TemporaryFolder folder;
  const Network wide({.divisor = 8, .classes = 5});
  const auto network = small_network();
  const auto before = named(network, "clf_layers.0.bias").clone();
  save_under(folder / "wide.pth.tar", "state_dict", dictionary(wide, "module."));
  EXPECT_THAT(error_of([&] { import_checkpoint(folder / "wide.pth.tar", network); }),
              AllOf(HasSubstr("wide.pth.tar"), HasSubstr("conv_column.block1.0.weight is 4x3x3x5x5, in this network 2x3x3x5x5"),
                    HasSubstr("model.divisor=8")));
  save_under(folder / "part.pth.tar", "state_dict", dictionary(network, "module.", "block4.3"));
  EXPECT_THAT(error_of([&] { import_checkpoint(folder / "part.pth.tar", network); }), HasSubstr("has no conv_column.block4.3.weight"));
  expect_same(named(network, "clf_layers.0.bias"), before, "classifier");
}

TEST(Smth3dCheckpoint, RefusesValuesThatAreNotFiniteAndChangesNothing) {
  const TemporaryFolder folder;
  const auto source = small_network(kModel1, 1), network = small_network(kModel1, 2);
  {
    const torch::NoGradGuard no_grad;
    named(source, "conv_column.block5.4.running_var").data_ptr<float>()[2] = std::numeric_limits<float>::infinity();
  }
  const auto before = named(network, "conv_column.block1.0.weight").clone();
  save_under(folder / "infinite.pth", "state_dict", dictionary(source, ""));
  EXPECT_THAT(error_of([&] { import_checkpoint(folder / "infinite.pth", network); }),
              AllOf(HasSubstr("infinite.pth"), HasSubstr("conv_column.block5.4.running_var holds values that are not finite")));
  expect_same(named(network, "conv_column.block1.0.weight"), before, "column");
}

TEST(Smth3dCheckpoint, NamesFilesThatAreCutShortOrHoldSomethingElse) {
  const TemporaryFolder folder;
  const auto network = small_network();
  const auto error = [&](const std::string& name) { return error_of([&] { import_checkpoint(folder / name, network); }); };
  save_under(folder / "cut.pth.tar", "state_dict", dictionary(network, "module."));
  std::filesystem::resize_file(folder / "cut.pth.tar", std::filesystem::file_size(folder / "cut.pth.tar") / 2);
  EXPECT_THAT(error("cut.pth.tar"), HasSubstr("cut.pth.tar"));
  const auto legacy = vbench::test::golden_root() / "smth3d" / "checkpoints" / "model_best_legacy.pth.tar";
  if (std::filesystem::exists(legacy)) {
    std::filesystem::copy_file(legacy, folder / "cut_legacy.pth.tar");
    std::filesystem::resize_file(folder / "cut_legacy.pth.tar", std::filesystem::file_size(legacy) - 100);
    EXPECT_THAT(error("cut_legacy.pth.tar"), HasSubstr("cut_legacy.pth.tar"));
  }
  torch_file::Dict other, text;
  other.set("encoder.weight", torch::zeros({3}));
  text.set("state_dict", "weights");
  torch_file::save_torch_file(folder / "tensor.pth", torch::zeros({3}));
  torch_file::save_torch_file(folder / "other.pth", other);
  torch_file::save_torch_file(folder / "text.pth", text);
  EXPECT_THAT(error("tensor.pth"), AllOf(HasSubstr("tensor.pth"), HasSubstr("not a checkpoint of smth3d")));
  EXPECT_THAT(error("other.pth"), AllOf(HasSubstr("other.pth"), HasSubstr("has no conv_column.block1.0.weight")));
  EXPECT_THAT(error("text.pth"), HasSubstr("its state_dict is no dictionary"));
  EXPECT_THAT(error("absent.pth"), HasSubstr("absent.pth"));
}

}  // namespace
}  // namespace vbench::smth3d::test
