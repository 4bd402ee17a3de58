#include <fmt/format.h>
#include <gtest/gtest.h>

#include "methods/coot/checkpoint.hpp"
#include "tests/methods/coot/reference.hpp"

namespace vbench::coot::test {
namespace {

using vbench::test::expect_same;

/// Every checkpoint of the folder holds the stored model of its dataset in dataset.h5.
void check_checkpoint(const Golden& golden, const std::filesystem::path& file, const std::string& dataset) {
  SCOPED_TRACE(file.filename().string());
  const Model model(model_options(golden, dataset), 1, at::kCPU);
  import_checkpoint(file, model.weights());
  for (const auto& [name, tensor] : model.weights()) {
    const auto slash = name.find('/');
    expect_same(tensor, golden[fmt::format("{}/{}/params/{}", dataset, name.substr(0, slash), name.substr(slash + 1))], name);
  }
}

TEST(CootCheckpointGolden, TheAuthorsFilesInEveryLayoutGiveTheStoredWeights) {
  VBENCH_REQUIRE_GOLDEN(golden, "coot/dataset.h5");
  const auto folder = vbench::test::golden_root() / "coot" / "checkpoints";
  ASSERT_TRUE(std::filesystem::is_directory(folder)) << folder;
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const auto name = entry.path().filename().string();
    const auto dataset = name.substr(0, name.find('_'));
    ASSERT_TRUE(golden.has(dataset)) << "no stored model for " << name;
    check_checkpoint(golden, entry.path(), dataset);
    ++files;
  }
  EXPECT_GT(files, 0);
}

}  // namespace
}  // namespace vbench::coot::test
