#include "harness/train/loss_scaler.hpp"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <cmath>
#include <limits>

#include "tests/support/golden.hpp"

namespace vbench {
namespace {

std::vector<Parameter> with_gradients(const std::vector<float>& gradients) {
  std::vector<Parameter> parameters{{"without", torch::zeros({2}, torch::requires_grad())}};
  for (const float value : gradients) {
    parameters.push_back({std::to_string(value), torch::zeros({2}, torch::requires_grad())});
    parameters.back().tensor.mutable_grad() = torch::full({2}, value);
  }
  return parameters;
}

TEST(LossScaler, ScalesTheLossAndGivesTheGradientsBack) {
  const LossScaler scaler(true);
  EXPECT_EQ(scaler.scale(torch::tensor(2.0F)).item<float>(), 131072.0F);
  const auto parameters = with_gradients({65536.0F, 32768.0F});
  EXPECT_TRUE(scaler.unscale(parameters));
  EXPECT_EQ(parameters[1].tensor.grad()[0].item<float>(), 1.0F);
  EXPECT_EQ(parameters[2].tensor.grad()[1].item<float>(), 0.5F);
}

TEST(LossScaler, SeesAGradientThatIsNotFiniteWhereverItIs) {
  const LossScaler scaler(true);
  const float infinity = std::numeric_limits<float>::infinity();
  EXPECT_FALSE(scaler.unscale(with_gradients({infinity, 1})));
  EXPECT_FALSE(scaler.unscale(with_gradients({1, std::nanf("")})));
  EXPECT_TRUE(scaler.unscale({}));
}

TEST(LossScaler, HalvesAfterAnOverflowAndDoublesAfterTwoThousandGoodSteps) {
  LossScaler scaler(true);
  scaler.update(false);
  EXPECT_EQ(scaler.state(), (std::vector<double>{32768, 0}));
  for (int step = 0; step < 1999; ++step) scaler.update(true);
  EXPECT_EQ(scaler.state(), (std::vector<double>{32768, 1999}));
  scaler.update(true);
  EXPECT_EQ(scaler.state(), (std::vector<double>{65536, 0}));
}

TEST(LossScaler, GivesUpWhenNoScaleHelps) {
  LossScaler scaler(true);
  EXPECT_NE(test::error_of([&] {
              for (int step = 0; step < 100; ++step) scaler.update(false);
            }).find("at any loss scale"),
            std::string::npos);
}

TEST(LossScaler, DoesNothingWhereItIsOff) {
  LossScaler scaler(false);
  EXPECT_EQ(scaler.scale(torch::tensor(2.0F)).item<float>(), 2.0F);
  EXPECT_TRUE(scaler.unscale(with_gradients({std::nanf("")}))) << "who does not scale judges no gradient";
  for (int step = 0; step < 100; ++step) scaler.update(false);
  EXPECT_EQ(scaler.state().front(), 65536.0);
}

TEST(LossScaler, ContinuesFromItsStateAndRefusesOthers) {
  LossScaler first(true), second(true);
  first.update(false);
  first.update(true);
  second.load_state(first.state());
  EXPECT_EQ(second.state(), (std::vector<double>{32768, 1}));
  for (const std::vector<double>& state : {std::vector<double>{}, {1}, {0, 0}, {std::nan(""), 0}, {1, -1}, {1, 1e18}, {1, 2, 3}})
    EXPECT_NE(test::error_of([&] { second.load_state(state); }).find("checkpoint"), std::string::npos);
}

}  // namespace
}  // namespace vbench
