// Figures of the original evaluation of something-something: accuracies, the submission file, confusions and the commonsense score.
#include <gtest/gtest.h>
#include <torch/types.h>

#include "harness/core/files.hpp"
#include "methods/smth3d/protocol.hpp"
#include "metrics/classification.hpp"
#include "metrics/confusion.hpp"
#include "metrics/contrastive.hpp"
#include "tests/support/golden.hpp"

namespace vbench {
namespace {

using test::expect_close;
using test::expect_same;
using test::Golden;
using test::Tolerance;

constexpr int64_t kFirstId = 1000;

/// What the protocol makes of stored logits that come in two batches.
smth3d::SomethingProtocol evaluated(const at::Tensor& logits, const at::Tensor& target, smth3d::ClassKnowledge classes) {
  smth3d::SomethingProtocol protocol(std::move(classes));
  const int64_t items = logits.size(0), half = (items + 1) / 2;
  for (const auto& [first, count] : {std::pair(int64_t{0}, half), std::pair(half, items - half)}) {
    if (count == 0) continue;
    smth3d::Outputs outputs{logits.narrow(0, first, count), torch::zeros({count, 3}), target.narrow(0, first, count), {}};
    for (int64_t i = 0; i < count; ++i) outputs.ids.push_back(std::to_string(kFirstId + first + i));
    protocol.add(outputs);
  }
  return protocol;
}

void check_accuracy(const Golden& golden, const std::string& group) {
  const auto logits = golden[group + "/logits"], target = golden[group + "/target"];
  const auto expected = golden[group + "/top1_top5_percent"];
  const Tolerance tolerance{1e-5, 0, "percents in float32"};
  const std::vector<double> direct{100 * top_k_accuracy(logits, target, 1), 100 * top_k_accuracy(logits, target, 5)};
  expect_close(torch::tensor(direct).to(torch::kFloat), expected, tolerance, group);
  const auto protocol = evaluated(logits, target, {});
  const auto scores = protocol.finish().scores;
  const std::vector<double> scored{100 * scores.at("top1"), 100 * scores.at("top5")};
  expect_close(torch::tensor(scored).to(torch::kFloat), expected, tolerance, group);
  const auto attributes = golden.file().attributes(group);
  if (std::find(attributes.begin(), attributes.end(), "submission") == attributes.end()) return;
  const test::TemporaryFolder folder;
  protocol.save_predictions(folder / "submission.csv", 5);
  auto lines = golden.text(group, "submission");
  if (!lines.ends_with('\n')) lines += '\n';
  EXPECT_EQ(read_file(folder / "submission.csv"), lines);
}

std::vector<ClassGroup> stored_groups(const Golden& golden, const std::string& group) {
  const auto merges = golden.json(group, "merge_json");
  std::vector<ClassGroup> groups;
  for (const auto& classes : golden.json(group, "groups_json")) {
    ClassGroup stored{classes.get<std::vector<int64_t>>(), {}};
    for (size_t i = 0; i < stored.classes.size(); ++i) stored.merge.push_back(static_cast<int64_t>(i));
    const auto key = std::to_string(groups.size());
    if (merges.contains(key)) stored.merge = merges.at(key).get<std::vector<int64_t>>();
    groups.push_back(stored);
  }
  EXPECT_EQ(groups.size(), static_cast<size_t>(golden.number(group, "num_groups")));
  return groups;
}

void check_commonsense(const Golden& golden, const std::string& group) {
  const auto logits = golden[group + "/logits"].to(torch::kFloat), target = golden[group + "/target"];
  const auto groups = stored_groups(golden, group);
  const auto score = contrastive_score(logits, target, groups);
  std::vector<double> accuracy, most_frequent;
  for (const auto& each : score.groups) {
    accuracy.push_back(each.accuracy);
    most_frequent.push_back(each.most_frequent);
  }
  const Tolerance tolerance{1e-7, 0, "shares in float32"};
  expect_close(torch::tensor(accuracy).to(torch::kFloat), golden[group + "/group_accuracy"], tolerance);
  expect_close(torch::tensor(most_frequent).to(torch::kFloat), golden[group + "/group_most_probable"], tolerance);
  expect_same(confusion_matrix(target, logits.argmax(1), logits.size(1)), golden[group + "/confusion"]);
  smth3d::ClassKnowledge classes;
  for (const auto& each : groups) classes.groups.push_back({each.classes, each.merge});
  const auto scores = evaluated(logits, target, classes).finish().scores;
  EXPECT_NEAR(scores.at("commonsense"), golden.number(group, "average_accuracy"), 1e-12);
  EXPECT_NEAR(scores.at("commonsense_chance"), golden.number(group, "average_most_probable"), 1e-12);
}

TEST(GoldenSomething, FiguresAreThoseOfTheOriginal) {
  VBENCH_REQUIRE_GOLDEN(golden, "smth3d/metrics.h5");
  golden.for_each_group({
      {"accuracy_", [&](const std::string& group) { check_accuracy(golden, group); }},
      {"commonsense", [&](const std::string& group) { check_commonsense(golden, group); }},
  });
}

}  // namespace
}  // namespace vbench
