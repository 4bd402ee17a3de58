#include <fmt/format.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include "metrics/retrieval.hpp"
#include "tests/support/golden.hpp"

namespace vbench {
namespace {

using test::expect_same;
using test::Golden;

/// Shares and means of integers: only the last rounding of a division may differ.
constexpr double kScoreTolerance = 1e-12;

void expect_scores(const torch::Tensor& ranks, const nlohmann::json& expected, const std::string& name) {
  const auto scores = score_ranks(ranks);
  const std::map<std::string, double> ours{{"r1", scores.r1},     {"r5", scores.r5},       {"r10", scores.r10},  {"r50", scores.r50},
                                           {"medr", scores.medr}, {"meanr", scores.meanr}, {"sum", scores.sum()}};
  ASSERT_EQ(ours.size(), expected.size()) << name << ": a score that is not compared";
  for (const auto& [key, value] : ours) EXPECT_NEAR(value, expected.at(key).get<double>(), kScoreTolerance) << name << " " << key;
}

/// The line that the original prints; its heading calls the median MeanR and the mean MedR.
std::string printed_line(const std::string& title, const torch::Tensor& ranks) {
  const auto s = score_ranks(ranks);
  return fmt::format("{:7} | {:.3f} | {:.3f} | {:.3f} | {:.3f} | {:5.1f} | {:5.1f} | {:6.3f}", title, s.r1, s.r5, s.r10, s.r50, s.medr,
                     s.meanr, s.sum());
}

torch::Tensor formula_similarity(const Golden& golden, const std::string& group) {
  EXPECT_EQ(golden.text(group, "rule"), "s[i,j]=sin(0.7 i+1.3 j+0.001 i j)+0.9*(i==j), float64 then float32");
  const int64_t items = golden[group + "/ranks"].size(0);
  const auto i = torch::arange(items, torch::kDouble).unsqueeze(1);
  const auto j = torch::arange(items, torch::kDouble).unsqueeze(0);
  return (torch::sin(0.7 * i + 1.3 * j + 0.001 * i * j) + 0.9 * torch::eye(items, torch::kDouble)).to(torch::kFloat);
}

void check_similarity(const Golden& golden, const std::string& group, const torch::Tensor& similarity) {
  const auto ranks = target_ranks(similarity, torch::arange(similarity.size(0)));
  expect_same(ranks, golden[group + "/ranks"] + 1, "ranks");
  expect_scores(ranks, golden.json(group, "metrics_json"), group);
  // The original's first candidate: nothing is closer. Two of them can share the place, and the original takes either.
  expect_same(target_ranks(similarity, golden[group + "/top1"], Ties::kOptimistic), torch::ones_like(ranks), "top1");
}

/// Tied ranks of the original are arbitrary, but any order of ties lies between the two extremes, and so does ours.
void check_ties(const Golden& golden, const std::string& group) {
  const auto similarity = golden[group + "/similarity"];
  const auto target = torch::arange(similarity.size(0));
  const auto best = target_ranks(similarity, target, Ties::kOptimistic);
  const auto worst = target_ranks(similarity, target, Ties::kPessimistic);
  for (const auto& ranks : {target_ranks(similarity, target), golden[group + "/ranks"] + 1}) {
    EXPECT_TRUE((best <= ranks).logical_and(ranks <= worst).all().item<bool>());
  }
  EXPECT_FALSE(torch::equal(best, worst)) << "there are no ties in the group";
  const auto scores = golden.json(group, "metrics_json");
  for (const char* key : {"r1", "r5", "r10", "r50", "medr", "meanr", "sum"}) EXPECT_TRUE(scores.contains(key)) << key;
}

void check_embeddings(const Golden& golden, const std::string& group) {
  const auto a = golden[group + "/a"], b = golden[group + "/b"];
  const auto ranks = paired_ranks(a, b);
  expect_scores(ranks.a_to_b, golden.json(group, "a2b_json"), "a to b");
  expect_scores(ranks.b_to_a, golden.json(group, "b2a_json"), "b to a");
  EXPECT_NEAR(selection_score(ranks), golden.number(group, "sum_at_1"), kScoreTolerance);
  EXPECT_EQ(printed_line("a", ranks.a_to_b) + "\n" + printed_line("b", ranks.b_to_a), golden.text(group, "printed"));
  EXPECT_NE(golden.json(group, "a2b_json"), golden.json(group, "b2a_json")) << "the group cannot tell the directions apart";
}

TEST(GoldenRetrieval, EveryGroupMatchesTheOriginal) {
  VBENCH_REQUIRE_GOLDEN(golden, "coot/retrieval.h5");
  const auto stored = [&](const std::string& group) { check_similarity(golden, group, golden[group + "/similarity"]); };
  golden.for_each_group(
      {{"random_", stored},
       {"perfect_", stored},
       {"worst_", stored},
       {"formula_", [&](const std::string& group) { check_similarity(golden, group, formula_similarity(golden, group)); }},
       {"embeddings", [&](const std::string& group) { check_embeddings(golden, group); }},
       {"ties_information_only", [&](const std::string& group) { check_ties(golden, group); }}});
}

void check_stored_embeddings(const std::string& dataset) {
  VBENCH_REQUIRE_GOLDEN(golden, "coot/embeddings_" + dataset + ".h5");
  VBENCH_REQUIRE_GOLDEN(scores, "coot/dataset.h5");
  for (const char* name : {"vid_emb", "par_emb", "clip_emb", "sent_emb", "vid_context", "par_context"}) {
    test::expect_close(l2_normalize(golden[std::string(name) + "_before_norm"]), golden[name],
                       {1e-7, 1e-6, "one float32 sum and one division"}, name);
  }
  const auto expected = scores.json(dataset, "retrieval_json");
  const auto videos = paired_ranks(golden["vid_emb"], golden["par_emb"]);
  const auto clips = paired_ranks(golden["clip_emb"], golden["sent_emb"]);
  expect_scores(videos.a_to_b, expected.at("v2p"), "v2p");
  expect_scores(videos.b_to_a, expected.at("p2v"), "p2v");
  expect_scores(clips.a_to_b, expected.at("c2s"), "c2s");
  expect_scores(clips.b_to_a, expected.at("s2c"), "s2c");
}

TEST(GoldenRetrieval, TheStoredEmbeddingsOfYouCook2GiveTheOriginalsScores) { check_stored_embeddings("youcook2"); }
TEST(GoldenRetrieval, TheStoredEmbeddingsOfActivityNetGiveTheOriginalsScores) { check_stored_embeddings("activitynet"); }

}  // namespace
}  // namespace vbench
