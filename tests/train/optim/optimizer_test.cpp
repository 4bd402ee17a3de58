#include "harness/train/optimizer.hpp"

#include <ATen/Parallel.h>
#include <gtest/gtest.h>
#include <torch/optim/adam.h>
#include <torch/optim/sgd.h>
#include <torch/types.h>
#include <torch/utils.h>

#include "harness/core/error.hpp"
#include "tests/support/golden.hpp"
#include "tests/train/optim/fixture.hpp"

namespace vbench {
namespace {

using test::all_rules;
using test::expect_close;
using test::expect_same;
using test::make_parameters;
using test::set_gradients;

constexpr double kRate = 0.01;

std::vector<Parameter> train(const OptimizerOptions& options, UpdatePath path, int64_t steps) {
  auto parameters = make_parameters();
  const auto optimizer = Optimizer::make(options, parameters, path);
  for (int64_t step = 0; step < steps; ++step) {
    set_gradients(parameters, step);
    optimizer->step(kRate);
  }
  return parameters;
}

TEST(Optimizer, GivesTheSameResultOnBothPaths) {
  for (const auto& options : all_rules()) {
    const auto fused = train(options, UpdatePath::kFastest, 14);
    const auto tensors = train(options, UpdatePath::kTensorOps, 14);
    for (size_t i = 0; i < fused.size(); ++i) {
      expect_close(fused[i].tensor, tensors[i].tensor, {1e-6, 1e-6, "fused multiply-add rounds once"}, fused[i].name);
    }
  }
}

TEST(Optimizer, GivesTheSameBitsWithAnyNumberOfThreads) {
  const int threads = at::get_num_threads();
  for (const auto& options : all_rules()) {
    at::set_num_threads(1);
    const auto one = train(options, UpdatePath::kFastest, 8);
    at::set_num_threads(3);
    const auto three = train(options, UpdatePath::kFastest, 8);
    for (size_t i = 0; i < one.size(); ++i) expect_same(three[i].tensor, one[i].tensor, one[i].name);
  }
  at::set_num_threads(threads);
}

TEST(Optimizer, LeavesParametersWithoutGradientAlone) {
  const auto before = make_parameters();
  for (const auto& options : all_rules()) {
    const auto after = train(options, UpdatePath::kFastest, 12);
    EXPECT_EQ(after.back().name, "net/last");  // never has a gradient, and has the strongest decay
    expect_same(after.back().tensor, before.back().tensor);
    EXPECT_FALSE(torch::equal(after.front().tensor, before.front().tensor));
  }
}

TEST(Optimizer, AParametersShareOfTheRateIsARateOfItsOwn) {
  for (const auto& options : all_rules()) {
    for (const auto path : {UpdatePath::kFastest, UpdatePath::kTensorOps}) {
      auto slow = make_parameters(), reference = make_parameters();
      slow.front().learning_rate_multiplier = 0.5;
      const auto optimizer = Optimizer::make(options, slow, path), halved = Optimizer::make(options, reference, path);
      for (int64_t step = 0; step < 12; ++step) {
        set_gradients(slow, step);
        set_gradients(reference, step);
        optimizer->step(kRate);
        halved->step(kRate / 2);
      }
      expect_same(slow.front().tensor, reference.front().tensor, "at half the rate");
      EXPECT_FALSE(torch::equal(slow[1].tensor, reference[1].tensor)) << "the others follow the whole rate";
    }
  }
}

/// Trains one tensor with our optimiser on both paths and with LibTorch's, and compares after each step.
template <typename Theirs, typename TheirOptions>
void compare_with_libtorch(const OptimizerOptions& options, TheirOptions their_options, torch::ScalarType type) {
  for (const auto path : {UpdatePath::kFastest, UpdatePath::kTensorOps}) {
    torch::manual_seed(7);
    auto ours = torch::randn({37, 5}, type).requires_grad_();
    auto theirs = ours.detach().clone().requires_grad_();
    const auto optimizer = Optimizer::make(options, {{"p", ours}}, path);
    Theirs reference(std::vector<torch::Tensor>{theirs}, their_options);
    for (int64_t step = 0; step < 30; ++step) {
      ours.mutable_grad() = torch::randn({37, 5}, type);
      theirs.mutable_grad() = ours.grad().clone();
      optimizer->step(options.learning_rate);
      reference.step();
      const double tolerance = type == torch::kDouble ? 1e-13 : 1e-6;
      expect_close(ours, theirs, {tolerance, tolerance, "same formulas"}, "step " + std::to_string(step));
    }
  }
}

TEST(Optimizer, AdamEqualsTheOneOfLibTorch) {
  for (const double decay : {0.0, 0.1}) {
    OptimizerOptions options;
    options.learning_rate = 0.02;
    options.beta1 = 0.8;
    options.beta2 = 0.97;
    options.epsilon = 1e-6;
    options.weight_decay = decay;
    const auto theirs = torch::optim::AdamOptions(0.02).betas({0.8, 0.97}).eps(1e-6).weight_decay(decay);
    compare_with_libtorch<torch::optim::Adam>(options, theirs, torch::kFloat);
    compare_with_libtorch<torch::optim::Adam>(options, theirs, torch::kDouble);
  }
}

TEST(Optimizer, SgdEqualsTheOneOfLibTorch) {
  for (const double decay : {0.0, 0.1}) {
    for (const double momentum : {0.0, 0.7}) {
      for (const bool nesterov : {false, true}) {
        if (nesterov && momentum == 0) continue;
        OptimizerOptions options;
        options.kind = OptimizerKind::kSgd;
        options.learning_rate = 0.02;
        options.momentum = momentum;
        options.nesterov = nesterov;
        options.weight_decay = decay;
        const auto theirs = torch::optim::SGDOptions(0.02).momentum(momentum).nesterov(nesterov).weight_decay(decay);
        compare_with_libtorch<torch::optim::SGD>(options, theirs, torch::kFloat);
        compare_with_libtorch<torch::optim::SGD>(options, theirs, torch::kDouble);
      }
    }
  }
}

/// A parameter of ones after one step with gradient 2.
double after_one_step(const OptimizerOptions& options, UpdatePath path, double multiplier = 1.0) {
  auto parameter = torch::ones({1}, torch::requires_grad());
  parameter.mutable_grad() = torch::full({1}, 2.0F);
  Optimizer::make(options, {{"p", parameter, multiplier}}, path)->step(0.1);
  return parameter.item<double>();
}

// With beta2 = 0.98 the variance is not tractable at the first step; the corrected first moment is the gradient itself.
TEST(Optimizer, RAdamStandsStillOrMakesMomentumStepsAtFirst) {
  OptimizerOptions options;
  options.kind = OptimizerKind::kRAdam;
  options.beta2 = 0.98;
  options.weight_decay = 0.5;
  for (const auto path : {UpdatePath::kFastest, UpdatePath::kTensorOps}) {
    options.radam_degenerates_to_sgd = false;
    EXPECT_EQ(after_one_step(options, path), 1.0);
    options.radam_degenerates_to_sgd = true;
    EXPECT_NEAR(after_one_step(options, path), 1 - 0.1 * 0.5 - 0.1 * 2, 1e-6);
  }
}

// Momentum and its buffer do not know the rate, so a parameter with half the rate makes half the step, at every step.
TEST(Optimizer, StepsByTheRateMultiplierOfEachParameter) {
  OptimizerOptions options;
  options.kind = OptimizerKind::kSgd;
  options.nesterov = true;
  options.weight_decay = 0;
  for (const auto path : {UpdatePath::kFastest, UpdatePath::kTensorOps}) {
    auto full = torch::ones({1}, torch::requires_grad()), half = torch::ones({1}, torch::requires_grad());
    const auto optimizer = Optimizer::make(options, {{"full", full}, {"half", half, 1.0, 0.5}}, path);
    for (int step = 1; step <= 3; ++step) {
      full.mutable_grad() = torch::full({1}, 2.0F);
      half.mutable_grad() = torch::full({1}, 2.0F);
      optimizer->step(0.1);
      EXPECT_NEAR(1 - half.item<double>(), (1 - full.item<double>()) / 2, 1e-6) << step;
    }
    EXPECT_LT(full.item<double>(), 0.5);
  }
}

TEST(Optimizer, DecaysByTheMultiplierOfEachParameter) {
  OptimizerOptions options;
  options.kind = OptimizerKind::kSgd;
  options.weight_decay = 0.5;
  for (const auto path : {UpdatePath::kFastest, UpdatePath::kTensorOps}) {
    EXPECT_NEAR(after_one_step(options, path, 0.0), 1 - 0.1 * 2, 1e-6);
    EXPECT_NEAR(after_one_step(options, path, 1.0), 1 - 0.1 * (2 + 0.5), 1e-6);
    EXPECT_NEAR(after_one_step(options, path, 3.0), 1 - 0.1 * (2 + 1.5), 1e-6);
  }
}

TEST(Optimizer, DropsGradientsRatherThanZeroingThem) {
  auto parameters = make_parameters();
  const auto optimizer = Optimizer::make({}, parameters);
  set_gradients(parameters, 1);
  optimizer->zero_grad();
  for (const auto& parameter : parameters) EXPECT_FALSE(parameter.tensor.grad().defined()) << parameter.name;
}

TEST(Optimizer, MakesAutogradRefuseABackwardPassThroughOldValues) {
  auto parameter = torch::ones({3}, torch::requires_grad());
  const auto optimizer = Optimizer::make({}, {{"p", parameter}});
  const auto loss = (parameter * parameter).sum();
  loss.backward({}, /*retain_graph=*/true);
  optimizer->step(kRate);
  EXPECT_THROW(loss.backward(), c10::Error);
}

TEST(Optimizer, RefusesOptionsThatMakeNoSense) {
  const auto message = [](const std::function<void(OptimizerOptions&)>& change) {
    OptimizerOptions options;
    change(options);
    return test::error_of([&] { (void)Optimizer::make(options, {}); });
  };
  const auto expect_names = [](const std::string& text, const std::string& name) { EXPECT_NE(text.find(name), std::string::npos) << text; };
  expect_names(message([](auto& o) { o.beta1 = 1; }), "optimizer.beta1");
  expect_names(message([](auto& o) { o.beta2 = -0.1; }), "optimizer.beta2");
  expect_names(message([](auto& o) { o.epsilon = -1; }), "optimizer.epsilon");
  expect_names(message([](auto& o) { o.weight_decay = -1; }), "optimizer.weight_decay");
  expect_names(message([](auto& o) { o.kind = OptimizerKind::kSgd, o.nesterov = true, o.momentum = 0; }), "optimizer.nesterov");
  expect_names(message([](auto& o) { o.kind = OptimizerKind::kSgd, o.momentum = -1; }), "optimizer.momentum");
}

TEST(Optimizer, RefusesParametersAndGradientsThatItCannotTrain) {
  const auto tensor = torch::ones({2}, torch::requires_grad());
  const auto message = [](const std::vector<Parameter>& parameters) {
    return test::error_of([&] { (void)Optimizer::make({}, parameters); });
  };
  EXPECT_NE(message({{"a", tensor}, {"a", torch::ones({2})}}).find("this name"), std::string::npos);
  EXPECT_NE(message({{"a", tensor}, {"b", tensor}}).find("twice"), std::string::npos);
  EXPECT_NE(message({{"a", torch::ones({2}, torch::kInt64)}}).find("floating-point"), std::string::npos);
  EXPECT_NE(message({{"a", torch::Tensor()}}).find("floating-point"), std::string::npos);
  tensor.mutable_grad() = torch::ones({2}).to_sparse();
  const auto optimizer = Optimizer::make({}, {{"a", tensor}});
  EXPECT_NE(test::error_of([&] { optimizer->step(kRate); }).find("sparse"), std::string::npos);
}

}  // namespace
}  // namespace vbench
