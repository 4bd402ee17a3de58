#include "methods/sam/protocol.hpp"

#include <gtest/gtest.h>
#include <torch/types.h>

#include "harness/core/error.hpp"
#include "tests/support/golden.hpp"

namespace vbench::sam {
namespace {

using set_abstraction::Group;
using set_abstraction::SemanticGraph;
using set_abstraction::Task;

/// root -> sport -> {run, swim}, root -> cook; labels: run 0, swim 1, cook 2, sport 3, root 4.
SemanticGraph small_graph() {
  return {{{"run", ""}, {"swim", ""}, {"cook", ""}, {"sport", ""}, {"root", ""}}, {{4, 3}, {4, 2}, {3, 0}, {3, 1}}, 3};
}

/// Sets of two videos: subsets 0, 1, 01. Logits put the highest value on `answers`, the second highest on label 4.
GroupOutputs abstraction(const std::vector<std::vector<int64_t>>& labels, const std::vector<std::vector<int64_t>>& answers) {
  GroupOutputs outputs;
  outputs.asked.task = Task::kAbstraction;
  outputs.members = 2;
  const auto sets = static_cast<int64_t>(labels.size());
  outputs.asked.labels = torch::zeros({sets, 3}, torch::kLong);
  auto logits = torch::zeros({sets, 3, 5});
  for (int64_t set = 0; set < sets; ++set) {
    outputs.asked.names.push_back("set " + std::to_string(set));
    for (int64_t k = 0; k < 3; ++k) {
      outputs.asked.labels[set][k] = labels[static_cast<size_t>(set)][static_cast<size_t>(k)];
      logits[set][k][4] = 1;
      logits[set][k][answers[static_cast<size_t>(set)][static_cast<size_t>(k)]] = 2;
    }
  }
  outputs.heads = Network::Heads{torch::zeros({sets, 3, 2}), logits};
  return outputs;
}

GroupOutputs completion(const std::string& name, const std::vector<double>& truth, const std::vector<float>& predicted,
                        int64_t members = 1) {
  GroupOutputs outputs;
  outputs.asked.task = Task::kCompletion;
  outputs.asked.names = {name};
  outputs.asked.distances = torch::tensor(truth, torch::kDouble).unsqueeze(0);
  outputs.members = members;
  outputs.distances = torch::tensor(predicted).unsqueeze(0);
  return outputs;
}

GroupOutputs odd_one_out(const std::vector<float>& distances, int64_t outlier) {
  GroupOutputs outputs;
  outputs.asked.task = Task::kOddOneOut;
  outputs.asked.names = {"record"};
  outputs.asked.outliers = {outlier};
  outputs.members = static_cast<int64_t>(distances.size());
  outputs.distances = torch::tensor(distances).unsqueeze(0);
  return outputs;
}

TEST(SetProtocol, CountsRightSubsetsOverallBySizeAndByKindOfTarget) {
  const auto graph = small_graph();
  SetProtocol protocol(SelectBy::kAbstraction, &graph);
  protocol.add({abstraction({{0, 1, 3}, {0, 2, 4}}, {{0, 0, 3}, {0, 2, 3}})});  // wrong: swim as run, root as sport
  const auto evaluation = protocol.finish();
  EXPECT_DOUBLE_EQ(evaluation.scores.at("abstraction_top1"), 4.0 / 6);
  EXPECT_DOUBLE_EQ(evaluation.scores.at("abstraction_top1_n1"), 3.0 / 4);
  EXPECT_DOUBLE_EQ(evaluation.scores.at("abstraction_top1_n2"), 1.0 / 2);
  EXPECT_DOUBLE_EQ(evaluation.scores.at("abstraction_top5"), 1);
  EXPECT_DOUBLE_EQ(evaluation.scores.at("abstraction_top1_concrete"), 3.0 / 4);
  EXPECT_DOUBLE_EQ(evaluation.scores.at("abstraction_top1_abstract"), 1.0 / 2);
  EXPECT_DOUBLE_EQ(evaluation.scores.at("abstraction_distance"), (2.0 + 1.0) / 6);  // swim-sport-run, root-sport
  EXPECT_DOUBLE_EQ(evaluation.selection, evaluation.scores.at("abstraction_top1"));
  ASSERT_EQ(evaluation.outputs.size(), 1U);
  EXPECT_EQ(evaluation.outputs[0].values, (std::vector<float>{1, 3, 1, 1, 1, 2}));
}

TEST(SetProtocol, JudgesAnswersForLargerSubsetsAlone) {
  auto outputs = abstraction({{0, 1, 3}}, {{1, 0, 3}});  // the singles are wrong
  outputs.heads->logits = outputs.heads->logits.narrow(1, 2, 1).clone();
  outputs.min_size = 2;
  SetProtocol protocol(SelectBy::kAbstraction, nullptr);
  protocol.add({outputs});
  const auto scores = protocol.finish().scores;
  EXPECT_DOUBLE_EQ(scores.at("abstraction_top1"), 1);
  EXPECT_FALSE(scores.contains("abstraction_top1_n1"));
  EXPECT_FALSE(scores.contains("abstraction_distance"));  // no graph
}

TEST(SetProtocol, AveragesCorrelationsThatAreDefinedAndCountsTheOthers) {
  SetProtocol protocol(SelectBy::kCompletion, nullptr);
  protocol.add(
      {completion("a", {1, 2, 3}, {0.1F, 0.2F, 0.3F}), completion("b", {1, 2, 3}, {3, 2, 1}, 2), completion("c", {1, 1, 1}, {1, 2, 3})});
  const auto evaluation = protocol.finish();
  EXPECT_NEAR(evaluation.scores.at("completion_rho"), 0, 1e-12);
  EXPECT_NEAR(evaluation.scores.at("completion_rho_n1"), 1, 1e-12);
  EXPECT_NEAR(evaluation.scores.at("completion_rho_n2"), -1, 1e-12);
  EXPECT_EQ(evaluation.scores.at("completion_undefined"), 1);
  EXPECT_EQ(evaluation.selection, evaluation.scores.at("completion_rho"));
}

TEST(SetProtocol, TakesTheFurthestMemberForTheOddOne) {
  SetProtocol protocol(SelectBy::kOddOneOut, nullptr);
  protocol.add({odd_one_out({0.1F, 0.2F, 0.9F}, 2), odd_one_out({0.1F, 0.9F, 0.5F}, 2), odd_one_out({0.9F, 0.8F, 0.7F, 0.1F}, 3)});
  const auto scores = protocol.finish().scores;
  EXPECT_DOUBLE_EQ(scores.at("ooo_acc_n3"), 0.5);
  EXPECT_DOUBLE_EQ(scores.at("ooo_acc2_n3"), 1);
  EXPECT_DOUBLE_EQ(scores.at("ooo_acc_n4"), 0);
  EXPECT_DOUBLE_EQ(scores.at("ooo_acc"), 1.0 / 3);
  EXPECT_DOUBLE_EQ(scores.at("ooo_rank"), (1.0 + 2 + 4) / 3);
}

TEST(SetProtocol, RefusesToSelectByWhatWasNotAsked) {
  SetProtocol protocol(SelectBy::kCompletion, nullptr);
  protocol.add({odd_one_out({0, 0, 1}, 2)});
  EXPECT_NE(test::error_of([&] { (void)protocol.finish(); }).find("completion_rho"), std::string::npos);
}

TEST(SetProtocol, NamesScoresThatListMetricsKnows) {
  const auto graph = small_graph();
  SetProtocol protocol(SelectBy::kAbstraction, &graph);
  protocol.add({abstraction({{0, 1, 3}}, {{0, 1, 3}}), completion("a", {1, 2}, {1, 2}), odd_one_out({0, 0, 1}, 2)});
  for (const auto& [name, value] : protocol.finish().scores) EXPECT_TRUE(find_metric(name).has_value()) << name;
}

}  // namespace
}  // namespace vbench::sam
