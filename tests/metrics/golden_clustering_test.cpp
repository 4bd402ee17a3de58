#include <gtest/gtest.h>
#include <torch/types.h>

#include "metrics/clustering.hpp"
#include "tests/support/golden.hpp"

namespace vbench {
namespace {

using test::Golden;

constexpr double kTolerance = 1e-10;

void check_scores(const Golden& golden, const std::string& group) {
  const auto clusters = golden[group + "/clusters"], labels = golden[group + "/labels"];
  ASSERT_LT(clusters.max().item<int64_t>(), golden.number(group, "num_clusters"));
  const auto scores = cluster_scores(clusters, labels);
  const std::map<std::string, double> ours{{"nmi", scores.nmi},
                                           {"anmi", scores.anmi},
                                           {"ari", scores.ari},
                                           {"accuracy", scores.accuracy},
                                           {"entropy_mean_nats", scores.entropy},
                                           {"purity_mean_over_clusters", scores.purity},
                                           {"purity_weighted", scores.purity_weighted}};
  for (const auto& [name, value] : ours) EXPECT_NEAR(value, golden.number(group, name), kTolerance) << group << " " << name;
}

/// Labels as the original chooses them: the largest product of both modalities' probabilities.
void check_best_head(const Golden& golden, const std::string& group) {
  const auto video = golden[group + "/logits_video_f64"].softmax(2), audio = golden[group + "/logits_audio_f64"].softmax(2);
  const auto labels = golden[group + "/labels"];
  const auto expected = golden[group + "/nmi_per_head_f64"];
  std::vector<double> found;
  for (const auto& chosen : (video * audio).argmax(2).unbind(0)) found.push_back(normalised_mutual_information(chosen, labels));
  test::expect_close(torch::tensor(found, torch::kDouble), expected, {kTolerance, 0, "sums of logarithms"}, group);
  EXPECT_EQ(static_cast<double>(std::max_element(found.begin(), found.end()) - found.begin()), golden.number(group, "best_head"));
}

TEST(GoldenClustering, EveryGroupMatchesTheOriginal) {
  VBENCH_REQUIRE_GOLDEN(golden, "selavi/clustering.h5");
  const auto scores = [&](const std::string& group) { check_scores(golden, group); };
  golden.for_each_group({{"random_", scores},
                         {"identical", scores},
                         {"independent", scores},
                         {"one_class", scores},
                         {"one_cluster", scores},
                         {"each_own_cluster", scores},
                         {"empty_clusters_and_gaps", scores},
                         {"best_head", [&](const std::string& group) { check_best_head(golden, group); }}});
}

}  // namespace
}  // namespace vbench
