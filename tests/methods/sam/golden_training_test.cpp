#include <fmt/format.h>
#include <gtest/gtest.h>
#include <torch/utils.h>

#include <map>
#include <set>

#include "datasets/set_abstraction/power_set.hpp"
#include "harness/train/optimizer.hpp"
#include "methods/sam/losses.hpp"
#include "tests/methods/sam/reference.hpp"

namespace vbench::sam::test {
namespace {

using vbench::test::expect_close;

LossOptions loss_options(const Golden& golden, const std::string& group) {
  return {golden.number(group, "loss_weight_embed"), golden.number(group, "loss_weight_abstr")};
}

OptimizerOptions optimizer_options(const Golden& golden, const std::string& group) {
  OptimizerOptions options;
  const auto name = golden.text(group, "optimizer");
  EXPECT_TRUE(name == "Adam" || name == "SGD") << name;
  options.kind = name == "Adam" ? OptimizerKind::kAdam : OptimizerKind::kSgd;
  options.learning_rate = golden.number(group, "lr");
  options.weight_decay = 5e-4;  // of every case; the trajectories also store it
  if (name == "SGD") options.momentum = golden.number(group, "momentum");
  return options;
}

std::map<std::string, double> terms_of(const LossTerms& loss) { return {loss.terms.begin(), loss.terms.end()}; }

void expect_meters(const LossTerms& loss, const nlohmann::json& expected) {
  auto terms = terms_of(loss);
  terms["full"] = loss.total.item<double>();
  EXPECT_EQ(terms.size(), expected.size());
  for (const auto& [name, value] : expected.items()) {
    ASSERT_TRUE(terms.count(name) == 1) << name;
    const double tolerance = name.find('@') == std::string::npos ? kLoss.absolute : kPercent.absolute;
    EXPECT_NEAR(terms[name], value.get<double>(), tolerance) << name;
  }
}

void expect_gradients(const Network& network, const Golden& golden, const std::string& group, const nlohmann::json& without) {
  const auto none = without.get<std::set<std::string>>();
  for (const auto& [name, tensor] : network.weights()) {
    EXPECT_EQ(tensor.grad().defined(), none.count(name) == 0) << name;
    if (tensor.grad().defined()) expect_close(tensor.grad(), golden[group + "/" + name], kGradient, group + "/" + name);
  }
}

void check_step(const Golden& golden, const std::string& group) {
  const auto network = stored_network(golden, group);
  const auto labels = golden[group + "/target_labels"];
  const auto heads = network.forward(golden[group + "/features"]);
  expect_close(heads.embeddings, golden[group + "/embeddings"], kForward, "embeddings");
  expect_close(heads.logits.transpose(1, 2), golden[group + "/node_out"], kForward, "node_out");
  EXPECT_EQ(labels.size(1) - heads.logits.size(1), integer(golden, group, "target_offset"));
  const auto loss = sam_loss(heads, golden[group + "/target_embeddings"], labels, network.min_scale(), loss_options(golden, group));
  EXPECT_EQ(loss.weight, labels.size(0));
  expect_close(loss.total, golden[group + "/loss_full"], kLoss, "loss_full");
  const auto terms = terms_of(loss);
  EXPECT_NEAR(terms.at("embed"), golden[group + "/loss_embed"].item<double>(), kLoss.absolute);
  EXPECT_NEAR(terms.at("abstr"), golden[group + "/loss_abstr"].item<double>(), kLoss.absolute);
  expect_meters(loss, nlohmann::json::parse(golden.file().read_strings(group + "/meters_json").at(0)));

  loss.total.backward();
  const auto without = golden.json(group, "params_without_grad");
  expect_gradients(network, golden, group + "/grads", without);
  const auto parameters = network.parameters();
  const double norm = golden[group + "/grad_total_norm"].item<double>();
  EXPECT_NEAR(clip_gradient_norm(parameters, golden.number(group, "clip_gradient")), norm, 1e-6 + 1e-5 * norm);
  expect_gradients(network, golden, group + "/grads_clipped", without);
  const auto options = optimizer_options(golden, group);
  Optimizer::make(options, parameters)->step(options.learning_rate);
  for (const auto& [name, tensor] : network.weights()) {
    expect_close(tensor, golden[group + "/params_after_step/" + name], kStep, name + " after the step");
  }
}

TEST(SamLossesGolden, OneStepGivesTheOriginalsLossesMetersGradientsAndWeights) {
  VBENCH_REQUIRE_GOLDEN(golden, "sam/losses.h5");
  golden.for_each_group({{"case", [&](const std::string& group) { check_step(golden, group); }}});
}

void check_trajectory(const Golden& golden, const std::string& group) {
  const auto network = stored_network(golden, group, "params_initial");
  const auto options = optimizer_options(golden, group);
  ASSERT_EQ(options.weight_decay, golden.number(group, "weight_decay"));
  const auto optimizer = Optimizer::make(options, network.parameters());
  const auto features = golden[group + "/features"], embeddings = golden[group + "/target_embeddings"];
  const auto labels = golden[group + "/target_labels"];
  const std::map<std::string, std::string> stored{
      {"embed", "embed"}, {"abstr", "abstr"}, {"top1@abstr", "top1_abstr"}, {"top5@abstr", "top5_abstr"}};
  for (int64_t step = 0; step < integer(golden, group, "num_steps"); ++step) {
    SCOPED_TRACE(fmt::format("step {}", step));
    const int64_t batch = step % features.size(0);
    const auto loss =
        sam_loss(network.forward(features[batch]), embeddings[batch], labels[batch], network.min_scale(), loss_options(golden, group));
    expect_close(loss.total, golden[group + "/full"][step], kLoss, "full");
    for (const auto& [term, name] : stored) {
      const double tolerance = term.find('@') == std::string::npos ? kLoss.absolute : kPercent.absolute;
      EXPECT_NEAR(terms_of(loss).at(term), golden[group + "/" + name][step].item<double>(), tolerance) << term;
    }
    optimizer->zero_grad();
    loss.total.backward();
    clip_gradient_norm(network.parameters(), golden.number(group, "clip_gradient"));
    optimizer->step(options.learning_rate);
  }
  const auto& tolerance = group == "adam_lr1e-2" ? kFastTrajectory : kTrajectory;
  for (const auto& [name, tensor] : network.weights()) {
    expect_close(tensor, golden[group + "/params_final/" + name], tolerance, name);
  }
}

TEST(SamTrajectoryGolden, TenStepsFollowTheOriginal) {
  VBENCH_REQUIRE_GOLDEN(golden, "sam/trajectory.h5");
  golden.for_each_group({{"adam_", [&](const std::string& group) { check_trajectory(golden, group); }},
                         {"sgd", [&](const std::string& group) { check_trajectory(golden, group); }}});
}

}  // namespace
}  // namespace vbench::sam::test
