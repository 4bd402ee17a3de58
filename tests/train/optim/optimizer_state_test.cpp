#include <gtest/gtest.h>
#include <torch/types.h>

#include "harness/train/optimizer.hpp"
#include "tests/support/golden.hpp"
#include "tests/train/optim/fixture.hpp"

namespace vbench {
namespace {

using test::all_rules;
using test::expect_same;
using test::make_parameters;
using test::set_gradients;
using State = std::map<std::string, at::Tensor>;

State copy_state(const Optimizer& optimizer) {
  State copy;
  for (const auto& [name, tensor] : optimizer.state()) copy[name] = tensor.clone();
  return copy;
}

std::vector<std::string> names_of(const OptimizerOptions& options) {
  std::vector<std::string> names;
  for (const auto& entry : Optimizer::make(options, {{"b", torch::ones({2})}, {"a", torch::ones({3})}})->state())
    names.push_back(entry.name);
  return names;
}

void train(Optimizer& optimizer, std::vector<Parameter>& parameters, int64_t first, int64_t end) {
  for (int64_t step = first; step < end; ++step) {
    set_gradients(parameters, step);
    optimizer.step(0.01);
  }
}

TEST(OptimizerState, ListsWhatEachRuleKeepsInTheOrderOfTheParameters) {
  using Names = std::vector<std::string>;
  OptimizerOptions options;
  EXPECT_EQ(names_of(options), (Names{"b/step", "b/m", "b/v", "a/step", "a/m", "a/v"}));
  options.kind = OptimizerKind::kSgd;
  EXPECT_EQ(names_of(options), (Names{"b/step", "b/m", "a/step", "a/m"}));
  options.momentum = 0;
  EXPECT_EQ(names_of(options), (Names{"b/step", "a/step"}));
}

TEST(OptimizerState, ContinuesWithTheSameBits) {
  for (const auto& options : all_rules()) {
    for (const auto path : {UpdatePath::kFastest, UpdatePath::kTensorOps}) {
      auto whole = make_parameters();
      const auto optimizer = Optimizer::make(options, whole, path);
      train(*optimizer, whole, 0, 7);
      auto resumed = make_parameters();
      for (size_t i = 0; i < whole.size(); ++i) resumed[i].tensor = whole[i].tensor.detach().clone().requires_grad_();
      const auto second = Optimizer::make(options, resumed, path);
      second->load_state(copy_state(*optimizer));
      train(*optimizer, whole, 7, 17);
      train(*second, resumed, 7, 17);
      for (size_t i = 0; i < whole.size(); ++i) expect_same(resumed[i].tensor, whole[i].tensor, whole[i].name);
      const auto expected = copy_state(*optimizer);
      for (const auto& [name, tensor] : second->state()) expect_same(tensor, expected.at(name), name);
    }
  }
}

TEST(OptimizerState, CountsOnlyStepsWithAGradient) {
  auto parameters = make_parameters();
  const auto optimizer = Optimizer::make({}, parameters);
  train(*optimizer, parameters, 0, 10);
  const auto state = copy_state(*optimizer);
  EXPECT_EQ(state.at("net/scalar/step").item<int64_t>(), 8);  // missing at two steps of ten
  EXPECT_EQ(state.at("net/last/step").item<int64_t>(), 0);
  EXPECT_EQ(state.at("net/last/m").abs().sum().item<double>(), 0.0);
}

TEST(OptimizerState, DoesNotKeepTheTensorsOfTheLoadedState) {
  auto parameters = make_parameters();
  const auto optimizer = Optimizer::make({}, parameters);
  auto state = copy_state(*optimizer);
  optimizer->load_state(state);
  train(*optimizer, parameters, 0, 3);
  EXPECT_EQ(state.at("net/matrix/m").abs().sum().item<double>(), 0.0);
}

TEST(OptimizerState, RefusesWhatDoesNotFitAndChangesNothing) {
  auto parameters = make_parameters();
  const auto optimizer = Optimizer::make({}, parameters);
  train(*optimizer, parameters, 0, 4);
  const auto before = copy_state(*optimizer);
  const auto message = [&](const std::function<void(State&)>& change) {
    State state;
    for (const auto& [name, tensor] : before) state[name] = tensor + 1;
    change(state);
    return test::error_of([&] { optimizer->load_state(state); });
  };
  const auto expect_says = [](const std::string& text, const std::string& part) { EXPECT_NE(text.find(part), std::string::npos) << text; };
  expect_says(message([](State& s) { s.erase("net/last/v"); }), "net/last/v: the optimiser's state lacks");
  expect_says(message([](State& s) { s["net/last/v"] = at::Tensor(); }), "net/last/v: the optimiser's state lacks");
  expect_says(message([](State& s) { s["other/m"] = torch::ones({1}); }), "other/m: the optimiser's state has an entry");
  expect_says(message([](State& s) { s["net/last/m"] = torch::ones({4, 3, 2}); }), "shape 4x3x2 and dtype Float where 2x3x4 and Float");
  expect_says(message([](State& s) { s["net/last/m"] = torch::ones({2, 3, 4}, torch::kDouble); }), "dtype Double");
  expect_says(message([](State& s) { s["net/last/step"] = torch::tensor(2.0); }), "net/last/step");
  expect_says(message([](State& s) { s["net/last/step"] = torch::tensor(-1, torch::kInt64); }), "negative");
  for (const auto& [name, tensor] : optimizer->state()) expect_same(tensor, before.at(name), name);
}

}  // namespace
}  // namespace vbench
