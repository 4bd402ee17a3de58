#include <fmt/format.h>
#include <gtest/gtest.h>

#include "datasets/activitynet/activitynet.hpp"
#include "datasets/youcook2/youcook2.hpp"
#include "harness/core/scores.hpp"
#include "methods/coot/method.hpp"
#include "tests/methods/coot/reference.hpp"

namespace vbench::coot::test {
namespace {

using vbench::test::expect_close;

/// The split in file order, in batches of four, as the original evaluated it.
template <class Dataset, Config C>
RetrievalProtocol evaluate_split(const Golden& golden, const std::string& group) {
  const auto options = model_options(golden, group);
  auto tuning = Coot<C>::tuning_defaults();
  tuning.structure = options.structure;
  auto data = Coot<C>::data_defaults();
  data.video_width = options.video_width;
  data.text_width = options.text_width;
  data.max_frames = data.max_video_frames = integer(golden, group, "max_frames");
  data.add_stop_frame = integer(golden, group, "add_stop_frame");
  data.expand_segments = integer(golden, group, "expand_segments");
  data.eval_split = golden.text(group, "split");
  // A copy: opening a dataset writes the lengths of its videos beside them.
  const vbench::test::TemporaryFolder copy;
  std::filesystem::copy(vbench::test::golden_root() / "coot" / "tiny", copy / "tiny", std::filesystem::copy_options::recursive);
  RunSpec spec;
  spec.data_root = (copy / "tiny").string();
  spec.source = SourceChoice::kReal;
  const auto dataset = Dataset::open(data, spec, Role::kEvaluate);
  EXPECT_EQ(dataset.size(), static_cast<int64_t>(golden.json(group, "keys_json").size()));
  Coot<C> method(tuning, data, 1, at::kCPU);
  for (const auto& [name, tensor] : method.weights()) {
    const torch::NoGradGuard no_grad;
    at::Tensor target = tensor;
    const auto slash = name.find('/');
    target.copy_(golden[fmt::format("{}/{}/params/{}", group, name.substr(0, slash), name.substr(slash + 1))]);
  }
  auto protocol = method.protocol();
  const torch::NoGradGuard no_grad;
  for (int64_t first = 0; first < dataset.size(); first += 4) {
    std::vector<video_text::Sample> samples;
    for (int64_t i = first; i < std::min(first + 4, dataset.size()); ++i) {
      RandomStream unused(1, "test");
      samples.push_back(dataset.read(i, unused));
    }
    protocol.add(method.infer(Dataset::collate(samples)));
  }
  return protocol;
}

void check_scores(const Evaluation& evaluation, const nlohmann::json& expected) {
  for (const auto& [direction, scores] : expected.items()) {
    for (const auto& [name, value] : scores.items()) {
      if (name == "sum") continue;  // a sum of the others
      const auto key = direction + "_" + name;
      ASSERT_TRUE(evaluation.scores.contains(key)) << key;
      EXPECT_NEAR(evaluation.scores.at(key), value.template get<double>(), 1e-12) << key;
    }
  }
}

template <class Dataset, Config C>
void check_dataset(const Golden& golden, const std::string& group) {
  auto protocol = evaluate_split<Dataset, C>(golden, group);
  check_scores(protocol.finish(), golden.json(group, "retrieval_json"));

  const vbench::test::TemporaryFolder folder;
  protocol.save_embeddings(folder / "ours.h5");
  const Golden stored("coot/embeddings_" + group + ".h5");
  ASSERT_TRUE(stored.found());
  const auto ours = hdf5::File::open(folder / "ours.h5");
  for (const auto& name : stored.file().children("")) {
    ASSERT_TRUE(ours.has(name)) << name;
    if (name == "key") {
      EXPECT_EQ(ours.read_strings(name), stored.file().read_strings(name));
    } else {
      expect_close(ours.read(name), stored[name], kForward, name);
    }
  }
}

TEST(CootDatasetGolden, TheSmallSplitsGiveTheOriginalsEmbeddingsAndScores) {
  VBENCH_REQUIRE_GOLDEN(golden, "coot/dataset.h5");
  golden.for_each_group({{"youcook2", [&](const std::string& group) { check_dataset<YouCook2, kSmallYouCook2>(golden, group); }},
                         {"activitynet", [&](const std::string& group) { check_dataset<ActivityNet, kSmallActivityNet>(golden, group); }}});
}

}  // namespace
}  // namespace vbench::coot::test
