#include <gtest/gtest.h>
#include <torch/utils.h>

#include <fstream>
#include <map>

#include "harness/train/multi_factor.hpp"
#include "harness/train/optimizer.hpp"
#include "methods/srtg/checkpoint.hpp"
#include "tests/methods/srtg/reference.hpp"

namespace vbench::srtg::test {
namespace {

at::Tensor cross_entropy(const at::Tensor& logits, const at::Tensor& target) { return at::cross_entropy_loss(logits, target); }

Network stored_network(const Golden& golden, const std::string& object, const std::string& weights) {
  Network network(options_of(golden.json(object, "config")));
  expect_order(network.weights(), golden.json(object, "state_dict_order"));
  load_weights(golden, weights, network.weights());
  network.to(at::kDouble);
  return network;
}

void expect_stages(const Golden& golden, const std::string& group, const std::vector<NamedTensor>& stages, const Tolerance& relative) {
  size_t compared = 0;
  for (const auto& [name, tensor] : stages) {
    if (!golden.has(group + "/" + name)) continue;
    const auto stored = golden[group + "/" + name];
    expect_close(tensor, stored, {relative.relative * magnitude(stored), 0, relative.why}, name);
    ++compared;
  }
  EXPECT_GE(compared, 2U) << group;
}

/// In double; the stored numbers are float32 runs, whose measured distance from a double run is the tolerance.
void check_small(const Golden& golden, const std::string& group, const Tolerance& evaluation, double gradients) {
  const Network network = stored_network(golden, group, group + "/weights");
  const auto x = golden[group + "/x"].to(at::kDouble).requires_grad_();
  const auto target = golden[group + "/target"];
  const std::string why = "float32 run of the original";
  for (const bool training : {false, true}) {
    const std::string part = group + (training ? "/train" : "/eval");
    const Tolerance relative{0, 1e-4, why};
    std::vector<NamedTensor> stages;
    Pass pass;
    pass.training = training;
    pass.stages = &stages;
    const auto logits = network.forward(x, pass);
    expect_close(logits, golden[part + "/logits"], training ? Tolerance{1e-5, 0, why} : evaluation, part + "/logits");
    expect_stages(golden, part, stages, relative);
    const auto loss = cross_entropy(logits, target);
    expect_close(loss, golden[part + "/loss"], {training ? 1e-5 : evaluation.absolute, 0, why}, part + "/loss");
    if (!training) continue;
    loss.backward();
    expect_gradients(golden, part + "/grads", network.weights(), gradients, why);
    expect_weights(golden, part + "/buffers_after", network.weights(), {1e-5, 1e-5, why});
    const auto dx = golden[part + "/dx_first1000"];
    expect_close(x.grad().flatten().slice(0, 0, 1000), dx, {gradients * magnitude(dx), 0, why}, "dx");
    expect_close(x.grad().abs().sum(), golden[part + "/dx_sum_abs"], {0, gradients, why}, "sum of |dx|");
  }
}

TEST(SrtgNetworksGolden, SmallNetworksGiveTheOriginalsLogitsGradientsAndStatistics) {
  VBENCH_REQUIRE_GOLDEN(golden, "srtg/small_net.h5");
  golden.for_each_group({{"basic3d",
                          [&](const std::string& group) {
                            check_small(golden, group, {2e-6, 0, "float32"}, 1e-4);
                          }},
                         {"plain_basic3d",
                          [&](const std::string& group) {
                            check_small(golden, group, {2e-6, 0, "float32"}, 1e-4);
                          }},
                         {"bottleneck21d", [&](const std::string& group) {
                            check_small(golden, group, {1e-3, 0, "float32, logits up to 76"}, 1e-2);
                          }}});
}

/// "step s, sample b with target c": sin(0.011 (1 + c) i + 0.1 s + 0.5 b), rounded to float32.
at::Tensor trajectory_clips(const at::Tensor& targets, int64_t step, at::IntArrayRef shape) {
  const auto number = torch::arange(shape[1] * shape[2] * shape[3] * shape[4], torch::kDouble);
  std::vector<at::Tensor> clips;
  for (int64_t b = 0; b < shape[0]; ++b) {
    const auto target = static_cast<double>(targets[step][b].item<int64_t>());
    clips.push_back(torch::sin(0.011 * (1 + target) * number + 0.1 * static_cast<double>(step) + 0.5 * static_cast<double>(b)));
  }
  return torch::stack(clips).view(shape).to(torch::kFloat);
}

OptimizerOptions published_sgd() {
  OptimizerOptions options;
  options.kind = OptimizerKind::kSgd;
  options.momentum = 0.9;
  options.nesterov = true;
  options.weight_decay = 1e-4;
  return options;
}

/// Base 0.4, halved behind the first and the second epoch of 4 iterations, and within each.
MultiFactorRate stored_schedule() {
  MultiFactorOptions options;
  options.learning_rate = 0.4;
  options.steps = {1, 2};
  options.factor = 0.5;
  return {options, 4};
}

void run_trajectory(const Golden& golden, at::ScalarType type) {
  constexpr double kLoss = 1e-5, kWeights = 1e-5;
  Network network = stored_network(golden, "", "weights_init");
  network.to(type);
  auto parameters = network.parameters();
  for (auto& parameter : parameters) {
    if (parameter.name.find("lstm") != std::string::npos) parameter.learning_rate_multiplier = 0.5;
  }
  const auto optimizer = Optimizer::make(published_sgd(), parameters);
  const auto schedule = stored_schedule();
  const auto targets = golden["targets"], losses = golden["loss"], rates = golden["lr"], outputs = golden["logits"];
  const std::vector<int64_t> shape = golden.json("", "config").at("shape");
  Pass pass;
  pass.training = true;
  for (int64_t step = 0; step < targets.size(0); ++step) {
    const auto logits = network.forward(trajectory_clips(targets, step, shape).to(type), pass);
    const auto loss = cross_entropy(logits, targets[step]);
    EXPECT_NEAR(loss.item<double>(), losses[step].item<double>(), kLoss) << step;
    expect_close(logits, outputs[step], {2e-5, 1e-5, "float32 run of the original"}, "logits of step " + std::to_string(step));
    optimizer->zero_grad();
    loss.backward();
    const double rate = schedule.at(step);
    EXPECT_NEAR(rate, rates[step].item<double>(), 1e-12 * rate) << step;
    optimizer->step(rate);
  }
  expect_weights(golden, "weights_final", network.weights(), {kWeights, 0, "float32 run of the original"});
  const auto number = torch::arange(c10::multiply_integers(shape), torch::kDouble);
  const auto clips = torch::sin(0.017 * number).to(torch::kFloat).view(shape);
  expect_close(network.forward(clips.to(type), {}), golden["final_eval_logits"], {2e-5, 1e-5, "float32 run of the original"}, "final");
}

TEST(SrtgNetworksGolden, TwelveStepsOfOptimiserAndScheduleGiveTheOriginalsLossesAndWeights) {
  VBENCH_REQUIRE_GOLDEN(golden, "srtg/trajectory.h5");
  ASSERT_EQ(golden.text("", "input_rule").rfind("step s, sample b with target c: x.flat[i]=sin(0.011*(1+c)*i + 0.1*s + 0.5*b)", 0), 0U);
  for (const auto type : {at::kFloat, at::kDouble}) run_trajectory(golden, type);
}

TEST(SrtgNetworksGolden, TheAuthorsFileGivesTheTrajectorysFinalWeights) {
  VBENCH_REQUIRE_GOLDEN(golden, "srtg/trajectory.h5");
  const Network network(options_of(golden.json("", "config")));
  const auto report = import_checkpoint(vbench::test::golden_root() / "srtg" / "checkpoint" / "tiny_ep-0003.pth", network);
  EXPECT_EQ(report.loaded.size(), network.weights().size());
  EXPECT_TRUE(report.not_loaded.empty() && report.unused.empty());
  EXPECT_TRUE(report.source_recursion);
  expect_weights(golden, "weights_final", network.weights(), {0, 0, "the same values"});
}

NetworkOptions named_options(const std::string& call) {  // "r3d_18(num_classes=7)"
  const auto bracket = call.find("(num_classes=");
  return NetworkOptions::of(network_config(call.substr(0, bracket)), std::stoll(call.substr(bracket + 13)));
}

TEST(SrtgNetworksGolden, PartialLoadingReportsTheOriginalsLists) {
  std::ifstream stream(vbench::test::golden_root() / "srtg" / "partial_load.json");
  ASSERT_TRUE(stream.good());
  const auto golden = nlohmann::json::parse(stream);
  const Network source(named_options(golden.at("source"))), destination(named_options(golden.at("destination")));
  const auto report = load_matching(source.weights(), destination);
  EXPECT_EQ(report.not_loaded.empty(), golden.at("returned").get<bool>());
  EXPECT_EQ(report.loaded.size(), golden.at("n_loaded").get<size_t>());
  const std::vector<std::string> first = golden.at("loaded_first");
  EXPECT_EQ(std::vector<std::string>(report.loaded.begin(), report.loaded.begin() + static_cast<int64_t>(first.size())), first);
  EXPECT_EQ(report.not_loaded, golden.at("not_loaded_in_destination").get<std::vector<std::string>>());
  EXPECT_EQ(report.unused, golden.at("unused_in_source").get<std::vector<std::string>>());
  EXPECT_EQ(report.source_classes, 7);
  EXPECT_EQ(report.classes, 5);
  EXPECT_FALSE(report.source_recursion);
}

void check_inventory(const Golden& golden, const std::string& name) {
  const Network network(NetworkOptions::of(network_config(name), 400), at::Device(at::kMeta));
  expect_order(network.weights(), stored_json(golden, name + "/state_dict_json"));
  EXPECT_EQ(network.weights().size(), static_cast<size_t>(integer(golden, name, "tensors")));
  int64_t recurrent = 0;
  for (const auto& parameter : network.parameters()) {
    if (parameter.name.find("lstm") != std::string::npos) recurrent += parameter.tensor.numel();
  }
  EXPECT_EQ(recurrent, integer(golden, name, "lstm_parameters"));
  const auto summary = summarise(network, {16, 112, 112});
  EXPECT_EQ(summary.parameters, integer(golden, name, "parameters"));
  const auto cost = network.cost({16, 112, 112});
  const std::map<std::string, int64_t> counts{{"conv", cost.conv},     {"linear", cost.linear}, {"lstm", cost.lstm},
                                              {"bn", cost.batch_norm}, {"relu", cost.relu},     {"pool", cost.pool}};
  for (const auto& [kind, count] : counts) EXPECT_EQ(count, integer(golden, name, "macs112_" + kind)) << kind;
  EXPECT_EQ(summary.flops, 2 * (cost.conv + cost.linear + cost.lstm));
}

TEST(SrtgNetworksGolden, EveryPublishedNetworkHasTheOriginalsNamesShapesParametersAndCosts) {
  VBENCH_REQUIRE_GOLDEN(golden, "srtg/inventory.h5");
  EXPECT_EQ(golden.file().children("").size(), network_names().size());
  golden.for_each_group({{"", [&](const std::string& name) { check_inventory(golden, name); }}});
}

}  // namespace
}  // namespace vbench::srtg::test
