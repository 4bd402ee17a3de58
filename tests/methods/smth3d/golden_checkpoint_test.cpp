#include <gtest/gtest.h>

#include <filesystem>

#include "datasets/formats/torch_checkpoint.hpp"
#include "methods/smth3d/checkpoint.hpp"
#include "tests/methods/smth3d/reference.hpp"

namespace vbench::smth3d::test {
namespace {

void check_file(const Golden& golden, const std::filesystem::path& file) {
  SCOPED_TRACE(file.filename());
  const auto root = torch_file::read_torch_file(file);
  EXPECT_EQ(root["arch"].text(), golden.text("", "arch"));
  EXPECT_EQ(root["epoch"].integer(), integer(golden, "", "epoch"));
  const auto order = golden.json("", "param_order");
  Network network({.config = kModel1, .divisor = 32 / order[0][1][0].get<int64_t>(), .classes = order.back()[1][0]});
  vbench::test::expect_order(network.weights(), order);
  network.initialize(1);
  const auto report = import_checkpoint(file, network);
  EXPECT_TRUE(report.not_loaded.empty()) << report.text();
  EXPECT_TRUE(report.unused.empty()) << report.text();
  vbench::test::expect_weights(golden, "params", network.weights(), {0, 0, "the same values"});
}

TEST(Smth3dCheckpointGolden, BothSerialisationsOfTheAuthorsLayoutGiveTheOriginalsWeights) {
  VBENCH_REQUIRE_GOLDEN(golden, "smth3d/checkpoints/expected.h5");
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(vbench::test::golden_root() / "smth3d" / "checkpoints")) {
    if (entry.path().extension() != ".tar") continue;
    check_file(golden, entry.path());
    ++files;
  }
  EXPECT_GE(files, 2) << "PyTorch's old serialisation and the new one";
}

}  // namespace
}  // namespace vbench::smth3d::test
