#include <gtest/gtest.h>

#include "harness/train/optimizer.hpp"
#include "harness/train/schedule.hpp"
#include "tests/support/golden.hpp"

namespace vbench {
namespace {

using test::Golden;

// Fifteen elements, forty steps: rounding of single float32 operations is all that may differ.
const test::Tolerance kParameters{2e-7, 1e-6, "float32 rounding over 40 steps"};

OptimizerOptions radam_options(const Golden& golden, const std::string& group) {
  OptimizerOptions options;
  options.kind = OptimizerKind::kRAdam;
  options.beta1 = golden.number(group, "beta1");
  options.beta2 = golden.number(group, "beta2");
  options.epsilon = golden.number(group, "eps");
  options.weight_decay = golden.number(group, "weight_decay");
  options.radam_degenerates_to_sgd = golden.flag(group, "degenerated_to_sgd");
  return options;
}

void check_radam(const Golden& golden, const std::string& group, UpdatePath path) {
  auto parameter = golden[group + "/param0"].clone().requires_grad_();
  const auto optimizer = Optimizer::make(radam_options(golden, group), {{"p", parameter}}, path);
  const auto gradients = golden[group + "/grads"];
  const auto expected = golden[group + "/params"];
  ASSERT_GT(gradients.size(0), 0);
  for (int64_t step = 0; step < gradients.size(0); ++step) {
    parameter.mutable_grad() = gradients[step].clone();
    optimizer->step(golden.number(group, "lr"));
    test::expect_close(parameter, expected[step], kParameters, "step " + std::to_string(step));
  }
}

/// Replays a schedule whose epochs are all validated and compares the learning rate that every step sees.
void check_schedule(const Golden& golden, const std::string& group, ScheduleOptions options, const std::function<bool(int64_t)>& improved) {
  options.warmup_epochs = static_cast<int64_t>(golden.number(group, "warmup_epochs"));
  options.warmup_unit = golden.text(group, "warmup_type") == "step" ? WarmupUnit::kStep : WarmupUnit::kEpoch;
  const auto steps = static_cast<int64_t>(golden.number(group, "steps_per_epoch"));
  const auto epochs = static_cast<int64_t>(golden.number(group, "epochs"));
  const auto schedule = Schedule::make(options, golden.number(group, "base_lr"), steps, epochs);
  std::vector<double> seen;
  for (int64_t epoch = 0; epoch < epochs; ++epoch) {
    for (int64_t step = 0; step < steps; ++step) {
      seen.push_back(schedule->learning_rate());
      schedule->step();
    }
    schedule->step_epoch(true, improved(epoch));
  }
  test::expect_close(torch::tensor(seen, torch::kDouble), golden[group + "/lr_per_step_f64"], {1e-12, 0, "double arithmetic"}, group);
}

void check_plateau(const Golden& golden, const std::string& group) {
  ScheduleOptions options;
  options.kind = ScheduleKind::kReduceOnPlateau;
  options.factor = golden.number(group, "factor");
  options.patience = static_cast<int64_t>(golden.number(group, "patience"));
  options.cooldown = static_cast<int64_t>(golden.number(group, "cooldown"));
  options.min_factor = golden.number(group, "min_lr_factor");
  const auto improved = golden[group + "/improved"];
  check_schedule(golden, group, options, [&](int64_t epoch) { return improved[epoch].item<int64_t>() != 0; });
}

TEST(CootOptimisation, GivesTheAuthorsParametersAndLearningRates) {
  VBENCH_REQUIRE_GOLDEN(golden, "coot/optim.h5");
  golden.for_each_group({
      {"radam_",
       [&](const std::string& group) {
         check_radam(golden, group, UpdatePath::kFastest);
         check_radam(golden, group, UpdatePath::kTensorOps);
       }},
      {"reduce_on_plateau_", [&](const std::string& group) { check_plateau(golden, group); }},
      {"warmup_step", [&](const std::string& group) { check_schedule(golden, group, {}, [](int64_t) { return true; }); }},
  });
}

}  // namespace
}  // namespace vbench
