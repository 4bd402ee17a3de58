#include <fmt/format.h>
#include <gtest/gtest.h>

#include "harness/train/optimizer.hpp"
#include "tests/methods/coot/reference.hpp"

namespace vbench::coot::test {
namespace {

using vbench::test::expect_close;

OptimizerOptions optimizer_options(const nlohmann::json& json) {
  OptimizerOptions options;
  const auto name = json.at("name").get<std::string>();
  EXPECT_TRUE(name == "adam" || name == "radam") << name;
  EXPECT_TRUE(json.at("weight_decay_for_bias").get<bool>()) << "the model's multipliers are those of the published configurations";
  EXPECT_FALSE(json.at("adam_amsgrad").get<bool>());
  options.kind = name == "adam" ? OptimizerKind::kAdam : OptimizerKind::kRAdam;
  options.learning_rate = json.at("lr").get<double>();
  options.beta1 = json.at("momentum").get<double>();
  options.beta2 = json.at("adam_beta2").get<double>();
  options.epsilon = json.at("adam_eps").get<double>();
  options.weight_decay = json.at("weight_decay").get<double>();
  options.radam_degenerates_to_sgd = json.at("radam_degentosgd").get<bool>();
  return options;
}

std::vector<video_text::Batch> read_batches(const Golden& golden, const std::string& group) {
  std::vector<video_text::Batch> batches;
  for (int64_t i = 0; golden.has(fmt::format("{}/b{}", group, i)); ++i)
    batches.push_back(read_batch(golden, fmt::format("{}/b{}/batch", group, i)));
  EXPECT_FALSE(batches.empty());
  return batches;
}

/// A softmax does not see what is added to all its scores, so these have no gradient but rounding, and optimisers that divide by its size
/// turn rounding into full steps: their values after training are noise, in the original as here.
bool is_shift_of_a_softmax(const std::string& name) { return name.ends_with("key_projection.bias") || name.ends_with("genpool_b2_head"); }

void expect_rounding_only(const Model& model) {
  for (const auto& parameter : model.parameters()) {
    if (!is_shift_of_a_softmax(parameter.name)) continue;
    EXPECT_LT(parameter.tensor.grad().abs().max().item<float>(), 1e-7F) << parameter.name;
  }
}

/// Takes the original's shifts over; that must change nothing.
void expect_shifts_without_effect(const Model& model, const Golden& golden, const std::string& group, const video_text::Batch& batch) {
  const auto before = evaluate(model, batch);
  for (size_t i = 0; i < kNetworkNames.size(); ++i) {
    const torch::NoGradGuard no_grad;
    for (const auto& [name, tensor] : network_weights(model, i)) {
      if (!is_shift_of_a_softmax(name)) continue;
      at::Tensor target = tensor;
      target.copy_(golden[fmt::format("{}/{}/params_final/{}", group, kNetworkNames[i], name)]);
    }
  }
  const auto after = evaluate(model, batch);
  for (size_t i = 0; i < fields(before).size(); ++i)
    expect_close(fields(after)[i].tensor, fields(before)[i].tensor, kForward, fields(before)[i].name);
}

void check_trajectory(const Golden& golden, const std::string& group) {
  const Model model(model_options(golden, group), 1, at::kCPU);
  load_model(model, golden, group);
  const auto batches = read_batches(golden, group);
  const auto losses = loss_options(golden.json(group, "loss_json"));
  const auto options = optimizer_options(golden.json(group, "optimizer_json"));
  const auto optimizer = Optimizer::make(options, model.parameters());
  const auto expected = golden[group + "/loss"], contrastive = golden[group + "/loss_contrastive"], cycle = golden[group + "/loss_cycle"];
  for (int64_t step = 0; step < expected.size(0); ++step) {
    SCOPED_TRACE(fmt::format("step {}", step));
    const auto& batch = batches[static_cast<size_t>(step) % batches.size()];
    nn::DropoutKeys no_dropout;
    const auto outputs = model.forward(batch, no_dropout);
    const auto first = CyclePositions::given(std::vector<int64_t>(batch.clip_num.size(), 0));
    const auto there = total_contrastive_loss(outputs, losses).total;
    const auto back = losses.cycle * cycle_consistency(outputs.clips, outputs.sentences, batch.clip_num, batch.sent_num, first, first);
    expect_close(there, contrastive[step], kTrajectory, "loss_contrastive");
    expect_close(back, cycle[step], kTrajectory, "loss_cycle");
    expect_close(there + back, expected[step], kTrajectory, "loss");
    optimizer->zero_grad();
    (there + back).backward();
    expect_rounding_only(model);
    optimizer->step(options.learning_rate);
  }
  for (size_t i = 0; i < kNetworkNames.size(); ++i) {
    const std::string owner = fmt::format("{}/{}/params_final", group, kNetworkNames[i]);
    for (const auto& [name, tensor] : network_weights(model, i)) {
      if (!tensor.requires_grad() || is_shift_of_a_softmax(name)) continue;
      expect_close(tensor, golden[owner + "/" + name], kTrajectory, fmt::format("{} {}", kNetworkNames[i], name));
    }
  }
  for (const auto& batch : batches) expect_shifts_without_effect(model, golden, group, batch);
}

TEST(CootTrajectoryGolden, TwentyStepsFollowTheOriginal) {
  VBENCH_REQUIRE_GOLDEN(golden, "coot/trajectory.h5");
  golden.for_each_group({{"radam_", [&](const std::string& group) { check_trajectory(golden, group); }},
                         {"adam_", [&](const std::string& group) { check_trajectory(golden, group); }}});
}

}  // namespace
}  // namespace vbench::coot::test
