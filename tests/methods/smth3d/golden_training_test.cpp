#include <gtest/gtest.h>
#include <torch/utils.h>

#include "harness/train/optimizer.hpp"
#include "tests/methods/smth3d/reference.hpp"

namespace vbench::smth3d::test {
namespace {

const Tolerance kStep{5e-5, 0, "float32 run of the original"};

void run_trajectory(const Golden& golden, const std::string& group, at::ScalarType type) {
  const auto network = stored_network(golden, group, type);
  const double rate = golden.number(group, "lr");
  const auto optimizer = Optimizer::make({.kind = OptimizerKind::kSgd,
                                          .learning_rate = rate,
                                          .momentum = golden.number(group, "momentum"),
                                          .weight_decay = golden.number(group, "weight_decay")},
                                         network.parameters());
  const auto inputs = golden[group + "/inputs"].to(type), targets = golden[group + "/targets"], losses = golden[group + "/loss"];
  for (int64_t step = 0; step < losses.size(0); ++step) {
    const int64_t batch = step % inputs.size(0);
    optimizer->zero_grad();
    const auto logits = network.forward(inputs[batch], single_views(inputs.size(1)), {.training = true}).logits;
    const auto loss = at::cross_entropy_loss(logits, targets[batch]);
    expect_close(loss, losses[step], kStep, "loss of step " + std::to_string(step));
    loss.backward();
    optimizer->step(rate);
  }
  vbench::test::expect_weights(golden, group + "/params_final", network.weights(), kStep);
}

TEST(Smth3dTrainingGolden, StepsOfSgdGiveTheOriginalsLossesAndWeights) {
  VBENCH_REQUIRE_GOLDEN(golden, "smth3d/model.h5");
  golden.for_each_group({{"trajectory",
                          [&](const std::string& group) {
                            for (const auto type : {at::kFloat, at::kDouble}) {
                              SCOPED_TRACE(group + " in " + std::string(c10::toString(type)));
                              run_trajectory(golden, group, type);
                            }
                          }},
                         {"model3d_1", [](const std::string& /*golden_model_test.cpp*/) {}}});
}

}  // namespace
}  // namespace vbench::smth3d::test
