#include "methods/srtg/checkpoint.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/utils.h>

#include <limits>

#include "datasets/formats/torch_checkpoint.hpp"
#include "tests/methods/srtg/reference.hpp"

namespace vbench::srtg::test {
namespace {

using testing::HasSubstr;
using vbench::test::error_of;
using vbench::test::TemporaryFolder;

Network network_of(const char* name, int64_t classes, uint64_t seed) {
  auto options = small_options(network_config(name));
  options.classes = classes;
  Network network(options);
  network.initialize(seed);
  shake_norms(network, seed);
  return network;
}

torch_file::Value dictionary(const Weights& weights, const std::string& prefix) {
  torch_file::Dict dict;
  for (const auto& [name, tensor] : weights) dict.set(prefix + name, tensor.detach());
  return dict;
}

TEST(SrtgCheckpoint, ReadsTheAuthorsLayoutABareOneAndOurs) {
  const TemporaryFolder folder;
  const auto source = network_of("srtg_r3d_18", 7, 1);
  torch_file::Dict authors, ours;
  authors.set("epoch", 3);
  authors.set("state_dict", dictionary(source.weights(), "module."));
  ours.set("srtg", dictionary(source.weights(), ""));
  torch_file::save_torch_file(folder / "authors.pth", authors);
  torch_file::save_torch_file(folder / "bare.pth", dictionary(source.weights(), ""));
  torch_file::save_torch_file(folder / "ours.pth", ours);
  for (const auto& file : {"authors.pth", "bare.pth", "ours.pth"}) {
    const auto network = network_of("srtg_r3d_18", 7, 2);
    const auto report = import_checkpoint(folder / file, network);
    EXPECT_TRUE(report.not_loaded.empty() && report.unused.empty()) << file;
    for (size_t i = 0; i < network.weights().size(); ++i) {
      expect_same(network.weights()[i].tensor, source.weights()[i].tensor, network.weights()[i].name);
    }
  }
}

TEST(SrtgCheckpoint, LoadsWhatFitsAndSaysWhatDoesNot) {
  const auto source = network_of("srtg_r3d_18", 7, 1);
  const auto network = network_of("srtg_r3d_18", 5, 2);
  const auto before = network.weights().back().tensor.clone();
  const auto report = load_matching(source.weights(), network);
  EXPECT_THAT(report.not_loaded, testing::ElementsAre("fc.weight", "fc.bias"));
  EXPECT_THAT(report.misshapen, testing::ElementsAre("fc.weight: 7x20, here 5x20", "fc.bias: 7, here 5"));
  EXPECT_TRUE(report.source_recursion);
  expect_same(network.weights().front().tensor, source.weights().front().tensor, "stem");
  expect_same(network.weights().back().tensor, before, "left as it was");
  EXPECT_THAT(report.text(), HasSubstr("its classifier has 7 classes, this network 5 (data.classes); left as they were: fc"));
}

// The released HACS weights: 400 outputs for 200 classes, names behind "module.".
TEST(SrtgCheckpoint, AnAuthorsFileWithTooManyClassesFillsTheRest) {
  const TemporaryFolder folder;
  torch_file::Dict authors;
  authors.set("state_dict", dictionary(network_of("srtg_r3d_18", 400, 1).weights(), "module."));
  torch_file::save_torch_file(folder / "hacs.pth", authors);
  const auto network = network_of("srtg_r3d_18", 200, 2);
  const auto report = import_checkpoint(folder / "hacs.pth", network);
  EXPECT_THAT(report.not_loaded, testing::ElementsAre("fc.weight", "fc.bias"));
  EXPECT_THAT(report.text(), HasSubstr("its classifier has 400 classes, this network 200 (data.classes); left as they were: fc"));
}

TEST(SrtgCheckpoint, NamesThePartsThatAPlainNetworkLacks) {
  const auto report = load_matching(network_of("r3d_18", 7, 1).weights(), network_of("srtg_r3d_18", 7, 2));
  EXPECT_FALSE(report.source_recursion);
  EXPECT_THAT(report.text(), HasSubstr("left as they were: layer1.0.sar, layer2.0.sar, layer3.0.sar, layer4.0.sar"));
  EXPECT_THAT(report.text(), testing::Not(HasSubstr("classes")));
}

TEST(SrtgCheckpoint, RefusesValuesThatAreNotFiniteAndChangesNothing) {
  const auto source = network_of("r3d_18", 7, 1), network = network_of("r3d_18", 7, 2);
  {
    const torch::NoGradGuard no_grad;
    source.weights().back().tensor.data_ptr<float>()[2] = std::numeric_limits<float>::quiet_NaN();
  }
  const auto before = network.weights().front().tensor.clone();
  EXPECT_THAT(error_of([&] { load_matching(source.weights(), network); }), HasSubstr("fc.bias: holds values that are not finite"));
  expect_same(network.weights().front().tensor, before, "stem");
}

TEST(SrtgCheckpoint, NamesFilesThatHoldSomethingElse) {
  const TemporaryFolder folder;
  const auto network = network_of("r3d_18", 7, 1);
  const auto error = [&](const char* name, const torch_file::Value& value) {
    torch_file::save_torch_file(folder / name, value);
    return error_of([&] { import_checkpoint(folder / name, network); });
  };
  torch_file::Dict text, other, nested;
  text.set("stem.0.weight", "weights");
  other.set("encoder.weight", torch::zeros({3}));
  nested.set("state_dict", torch::zeros({3}));
  EXPECT_THAT(error("tensor.pth", torch::zeros({3})), testing::AllOf(HasSubstr("tensor.pth"), HasSubstr("not a checkpoint of SRTG")));
  EXPECT_THAT(error("text.pth", text), HasSubstr("stem.0.weight is not a tensor"));
  EXPECT_THAT(error("nested.pth", nested), HasSubstr("its state_dict is no dictionary"));
  EXPECT_THAT(error("other.pth", other), testing::AllOf(HasSubstr("other.pth"), HasSubstr("no tensor has a name and shape")));
}

}  // namespace
}  // namespace vbench::srtg::test
