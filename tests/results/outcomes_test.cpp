// Scores from stored outputs against those that the protocols themselves gave for the same outputs.
#include "results/outcomes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include <cmath>
#include <numeric>
#include <set>

#include "harness/core/error.hpp"
#include "harness/core/random.hpp"
#include "methods/coot/protocol.hpp"
#include "methods/sam/protocol.hpp"
#include "methods/selavi/cluster_report.hpp"
#include "methods/selavi/recognition.hpp"
#include "methods/smth3d/protocol.hpp"
#include "methods/srtg/protocol.hpp"
#include "tests/support/golden.hpp"

namespace vbench {
namespace {

using testing::HasSubstr;

at::Tensor noise(const std::vector<int64_t>& sizes, uint64_t seed) {
  auto tensor = torch::zeros(sizes);
  RandomStream random(seed, "outcomes test");
  for (int64_t i = 0; i < tensor.numel(); ++i) tensor.data_ptr<float>()[i] = static_cast<float>(random.normal());
  return tensor;
}

at::Tensor numbers_below(int64_t count, int64_t limit, uint64_t seed) {
  RandomStream random(seed, "outcomes test");
  std::vector<int64_t> values;
  for (int64_t i = 0; i < count; ++i) values.push_back(static_cast<int64_t>(random.below(static_cast<uint64_t>(limit))));
  return torch::tensor(values, torch::kLong);
}

std::vector<std::string> names(int64_t count) {
  std::vector<std::string> all;
  for (int64_t i = 0; i < count; ++i) all.push_back("video " + std::to_string(i));
  return all;
}

/// Every score with a recipe follows from the outputs; the others are as many as expected. @return the metrics that were compared
std::set<std::string> expect_scores_follow(const Evaluation& evaluation, size_t without_recipe) {
  std::set<std::string> compared;
  size_t left = 0;
  for (const auto& [metric, score] : evaluation.scores) {
    const auto recipe = find_recipe(metric);
    if (!recipe) {
      EXPECT_NE(why_no_recipe(metric), "") << metric;
      ++left;
      continue;
    }
    const auto found = outcome_of(*recipe, evaluation.scores, evaluation.outputs);
    if (!found.outcome) {
      ADD_FAILURE() << metric << ": " << found.reason;
      continue;
    }
    std::vector<int64_t> rows(static_cast<size_t>(found.outcome->items()));
    std::iota(rows.begin(), rows.end(), int64_t{0});
    EXPECT_NEAR(found.outcome->score(), score, recipe->tolerance) << metric;
    EXPECT_NEAR(found.outcome->score(rows), score, recipe->tolerance) << metric << " over all rows";
    const auto values = found.outcome->values();
    if (!values.empty()) {
      EXPECT_EQ(static_cast<int64_t>(values.size()), found.outcome->items());
      const double offset = recipe->formula == Formula::kMeanRank ? 1 : 0;
      EXPECT_NEAR(
          std::accumulate(values.begin(), values.end(), offset * static_cast<double>(values.size())) / static_cast<double>(values.size()),
          score, 1e-9)
          << metric << " as a mean of values";
    }
    compared.insert(metric);
  }
  EXPECT_EQ(left, without_recipe);
  return compared;
}

TEST(Recipes, EveryMetricHasOneOrAReasonWhyNot) {
  for (const auto& metric : all_metrics()) {
    const bool known = find_recipe(metric.key).has_value();
    EXPECT_NE(known, !why_no_recipe(metric.key).empty()) << metric.key;
  }
  for (const auto& recipe : all_recipes()) EXPECT_TRUE(find_metric(recipe.metric)) << recipe.metric;
}

TEST(Recipes, AreThereForSharesWithinAnyK) {
  ASSERT_TRUE(find_recipe("v2p_r3"));
  EXPECT_EQ(find_recipe("v2p_r3")->k, 3);
  EXPECT_EQ(find_recipe("video_top17")->output, "rank");
  EXPECT_EQ(find_recipe("video_top17")->witness, "video_top1");
  for (const char* nothing : {"v2p_r0", "v2p_r", "v2p_r05", "v2p_r-1", "top", "class_top3", "other_r3"})
    EXPECT_FALSE(find_recipe(nothing)) << nothing;
  EXPECT_EQ(find_metric("v2p_r3")->title, "video to paragraph R@3");
  EXPECT_EQ(find_metric("top17")->column, "top-17");
  EXPECT_TRUE(find_metric("s2c_r100")->detail);
  EXPECT_EQ(format_score("v2p_r3", 0.5), "50.00");
}

TEST(Outcomes, GiveTheScoresOfRetrieval) {
  coot::Embeddings embeddings;
  embeddings.keys = names(41);
  for (size_t i = 0; i < embeddings.keys.size(); ++i) embeddings.clip_num.push_back(static_cast<int64_t>(1 + i % 3));
  const int64_t clips = std::accumulate(embeddings.clip_num.begin(), embeddings.clip_num.end(), int64_t{0});
  embeddings.video = noise({41, 8}, 1);
  embeddings.paragraph = embeddings.video + noise({41, 8}, 2);
  embeddings.clips = noise({clips, 8}, 3);
  embeddings.sentences = embeddings.clips + noise({clips, 8}, 4);
  const auto evaluation = coot::retrieval_evaluation(embeddings, coot::SelectBy::kVideoParagraph);
  EXPECT_EQ(expect_scores_follow(evaluation, 0).size(), evaluation.scores.size());
}

TEST(Outcomes, GiveTheScoresOfClassificationAsItsRanksAreMeant) {
  for (const int64_t views : {1, 3}) {
    srtg::ClipProtocol protocol;
    protocol.add({noise({60 * views, 9}, 5), numbers_below(60, 7, 6), std::vector<int64_t>(60, views), names(60)});
    const auto evaluation = protocol.finish();
    const auto compared = expect_scores_follow(evaluation, views == 1 ? 3 : 0);  // upstream_*
    EXPECT_EQ(compared.contains(views == 1 ? "top5" : "video_top5"), true);
    const auto other = outcome_of(*find_recipe(views == 1 ? "video_top10" : "top10"), evaluation.scores, evaluation.outputs);
    EXPECT_THAT(other.reason, HasSubstr("tells what its ranks are of"));
  }
  selavi::RecognitionProtocol recognition;
  recognition.add({noise({50, 8}, 7), numbers_below(50, 6, 8), names(50)});
  EXPECT_EQ(expect_scores_follow(recognition.finish(), 0).size(), 3U);
}

TEST(Outcomes, LeaveOutUnlabelledVideosAsTheProtocolDoes) {
  smth3d::SomethingProtocol protocol(smth3d::ClassKnowledge{{}, {{{0, 1}, {0, 0}}, {{2, 3}, {0, 1}}}});
  auto labels = numbers_below(40, 6, 9);
  labels[3] = labels[17] = -1;
  protocol.add({noise({40, 6}, 10), noise({40, 2}, 11), labels, names(40)});
  EXPECT_EQ(expect_scores_follow(protocol.finish(), 2), (std::set<std::string>{"class_top1", "top1", "top5"}));  // without commonsense*
}

TEST(Outcomes, GiveTheScoresOfClusters) {
  selavi::ClusteredVideos videos{numbers_below(240, 9, 12).reshape({120, 2}), numbers_below(120, 7, 13), names(120)};
  videos.clusters.select(1, 1).slice(0, 0, 90).copy_(videos.classes.slice(0, 0, 90));
  const auto compared = expect_scores_follow(selavi::evaluate_clusters(videos), 1);  // nmi_mean
  EXPECT_EQ(compared, (std::set<std::string>{"acc", "anmi", "ari", "entropy", "nmi", "purity"}));
}

sam::GroupOutputs abstraction(int64_t members, int64_t sets, int64_t min_size, uint64_t seed) {
  sam::GroupOutputs group;
  group.asked.task = set_abstraction::Task::kAbstraction;
  group.members = members;
  group.min_size = min_size;
  const int64_t all = (int64_t{1} << members) - 1, answered = min_size == 1 ? all : all - members;
  group.asked.labels = numbers_below(sets * all, 11, seed).reshape({sets, all});
  group.asked.names = names(sets);
  group.heads = sam::Network::Heads{torch::zeros({sets, answered, 2}), noise({sets, answered, 11}, seed + 1)};
  return group;
}

sam::GroupOutputs ranking(set_abstraction::Task task, int64_t reference, int64_t records, uint64_t seed) {
  const bool odd = task == set_abstraction::Task::kOddOneOut;
  sam::GroupOutputs group;
  group.asked.task = task;
  group.members = odd ? reference + 1 : reference;
  for (int64_t i = 0; i < records; ++i) {  // as datasets/set_abstraction/set_data.cpp names them
    group.asked.names.push_back((odd ? "odd one out " : "completion ") + std::to_string(reference) + "/" + std::to_string(i));
    if (odd) group.asked.outliers.push_back(i % group.members);
  }
  const int64_t candidates = odd ? group.members : 5;
  group.distances = noise({records, candidates}, seed);
  if (!odd) {
    group.asked.distances = noise({records, candidates}, seed + 1).to(torch::kDouble);
    group.asked.distances[0].fill_(1);  // no correlation is defined
  }
  return group;
}

TEST(Outcomes, GiveTheScoresOfSetTasksOfEverySize) {
  using set_abstraction::Task;
  sam::SetProtocol protocol(sam::SelectBy::kAbstraction, nullptr);
  protocol.add({abstraction(4, 12, 1, 20), abstraction(3, 9, 2, 22), ranking(Task::kCompletion, 1, 8, 24),
                ranking(Task::kCompletion, 3, 7, 26), ranking(Task::kOddOneOut, 2, 10, 28), ranking(Task::kOddOneOut, 4, 6, 30)});
  const auto evaluation = protocol.finish();
  const auto compared = expect_scores_follow(evaluation, 0);
  for (const char* metric :
       {"abstraction_top5_n4", "abstraction_top1_n2", "completion_rho_n3", "completion_undefined", "ooo_acc_n3", "ooo_acc2_n5"})
    EXPECT_TRUE(compared.contains(metric)) << metric;
  const auto none = outcome_of(*find_recipe("completion_rho_n2"), evaluation.scores, evaluation.outputs);
  EXPECT_THAT(none.reason, HasSubstr("none of the stored items"));
}

const std::vector<ItemOutput>& few_ranks() {
  static const std::vector<ItemOutput> outputs{{"v2p_rank", 1, {"a", "b", "c", "d"}, {1, 2, 4, 8}}};
  return outputs;
}

double score_of(const std::string& metric, const std::vector<ItemOutput>& outputs) {
  return outcome_of(*find_recipe(metric), {{"top1", 0.0}}, outputs).outcome->score();
}

// By hand: (1 + 1/2 + 1/4 + 1/8) / 4, and the fourth root of 64.
TEST(Outcomes, OfNewMetricsAreWhatTheirNamesSay) {
  EXPECT_DOUBLE_EQ(score_of("v2p_mrr", few_ranks()), 0.46875);
  EXPECT_DOUBLE_EQ(score_of("v2p_gmr", few_ranks()), std::pow(64.0, 0.25));
  EXPECT_DOUBLE_EQ(score_of("v2p_r3", few_ranks()), 0.5);
  EXPECT_DOUBLE_EQ(score_of("mrr", {{"rank", 1, {"a", "b"}, {1, 4}}}), 0.625);
  // Clusters {x x y} and {y y y x}: 2 + 3 of 7 are of the most frequent class.
  EXPECT_DOUBLE_EQ(
      score_of("purity_items", {{"cluster", 1, names(7), {0, 0, 0, 5, 5, 5, 5}}, {"class", 1, names(7), {1, 1, 2, 2, 2, 2, 1}}}), 5.0 / 7);
}

// Rows drawn twice count twice: what the protocol would say of a list in which they stand twice.
TEST(Outcomes, OverResampledItemsAreThoseOfAListWithRepetitions) {
  const std::vector<int64_t> rows{3, 3, 0, 5, 2, 2, 2, 6};
  const std::vector<float> ranks{1, 7, 2, 1, 9, 3, 5}, labels{0, 0, 1, 1, 2, 2, 0}, clusters{4, 4, 1, 1, 1, 4, 2};
  std::vector<float> drawn_ranks, drawn_labels, drawn_clusters;
  for (const int64_t row : rows) {
    drawn_ranks.push_back(ranks[static_cast<size_t>(row)]);
    drawn_labels.push_back(labels[static_cast<size_t>(row)]);
    drawn_clusters.push_back(clusters[static_cast<size_t>(row)]);
  }
  const auto outputs_of = [](const std::vector<float>& r, const std::vector<float>& l, const std::vector<float>& c) {
    const auto ids = names(static_cast<int64_t>(r.size()));
    return std::vector<ItemOutput>{
        {"v2p_rank", 1, ids, r}, {"rank", 1, ids, r}, {"label", 1, ids, l}, {"cluster", 1, ids, c}, {"class", 1, ids, l}};
  };
  const auto whole = outputs_of(ranks, labels, clusters), drawn = outputs_of(drawn_ranks, drawn_labels, drawn_clusters);
  for (const char* metric :
       {"v2p_r5", "v2p_medr", "v2p_meanr", "v2p_mrr", "v2p_gmr", "class_top1", "nmi", "anmi", "ari", "purity", "purity_items", "entropy"})
    EXPECT_NEAR(outcome_of(*find_recipe(metric), {}, whole).outcome->score(rows), score_of(metric, drawn), 1e-12) << metric;
}

// The largest rank that is one; memory and time follow the number of items.
TEST(Outcomes, OfMedianRanksTakeAnyRank) {
  const std::vector<ItemOutput> outputs{{"v2p_rank", 1, {"a", "b", "c"}, {16777216, 1, 5}}};
  const auto found = outcome_of(*find_recipe("v2p_medr"), {}, outputs);
  EXPECT_EQ(found.outcome->score(), 5);
  EXPECT_EQ(found.outcome->score(std::vector<int64_t>{0, 0, 1}), 16777216);
  EXPECT_EQ(found.outcome->score(std::vector<int64_t>{0, 2}), 8388610) << "(16777216 + 5) / 2, rounded down";
}

TEST(Outcomes, CountTheirItemsWithoutIdsToo) {
  auto found = outcome_of(*find_recipe("v2p_r1"), {}, few_ranks());
  found.outcome->forget_ids();
  EXPECT_TRUE(found.outcome->ids().empty());
  EXPECT_EQ(found.outcome->items(), 4);
}

TEST(Outcomes, SayWhyThereAreNone) {
  EXPECT_THAT(outcome_of(*find_recipe("c2s_r1"), {}, few_ranks()).reason, HasSubstr("stored no 'c2s_rank'"));
  EXPECT_THAT(outcome_of(*find_recipe("nmi"), {}, {{"cluster", 1, {"a"}, {1}}}).reason, HasSubstr("'cluster' and 'class'"));
  EXPECT_THAT(outcome_of(*find_recipe("v2p_r1"), {}, {{"v2p_rank", 1, {}, {}}}).reason, HasSubstr("stored no"));
}

TEST(Outcomes, RefuseOutputsThatCannotBe) {
  const auto refused = [](const std::string& metric, const std::vector<ItemOutput>& outputs) {
    return test::error_of([&] { (void)outcome_of(*find_recipe(metric), {}, outputs); });
  };
  EXPECT_THAT(refused("v2p_r1", {{"v2p_rank", 1, {"a", "b"}, {1, 0}}}), HasSubstr("output 'v2p_rank', row 1"));
  EXPECT_THAT(refused("v2p_medr", {{"v2p_rank", 1, {"a"}, {1.5}}}), HasSubstr("1.5"));
  EXPECT_THAT(refused("v2p_mrr", {{"v2p_rank", 1, {"a"}, {std::nanf("")}}}), HasSubstr("nan"));
  for (const float rank : {INFINITY, 1e30F, 3e9F, 16777218.0F}) {  // the last one is the first number above 2^24 that float32 has
    for (const char* metric : {"v2p_medr", "v2p_r1", "v2p_mrr"})
      EXPECT_THAT(refused(metric, {{"v2p_rank", 1, {"a", "b"}, {1, rank}}}), HasSubstr("row 1")) << metric << " of " << rank;
    EXPECT_THAT(refused("nmi", {{"cluster", 1, {"a"}, {rank}}, {"class", 1, {"a"}, {1}}}), HasSubstr("output 'cluster'")) << rank;
  }
  EXPECT_THAT(refused("v2p_medr", {{"v2p_rank", 2, {"a"}, {1, 2}}}), HasSubstr("2 numbers an item"));
  EXPECT_THAT(refused("completion_undefined", {{find_recipe("completion_undefined")->output, 2, {"a"}, {1, 2}}}), HasSubstr("2 numbers"));
  EXPECT_THAT(refused("nmi", {{"cluster", 1, {"a"}, {1}}, {"class", 1, {"b"}, {1}}}), HasSubstr("not of the same items"));
  EXPECT_THAT(refused("abstraction_top1", {{"abstraction_rank_n3", 5, {"a"}, {1, 1, 1, 1, 1}}}), HasSubstr("no subsets"));
}

}  // namespace
}  // namespace vbench
