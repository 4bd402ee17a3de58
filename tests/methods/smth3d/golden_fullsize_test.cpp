// Published widths, with weights by formula.
#include <gtest/gtest.h>
#include <torch/utils.h>

#include <cmath>

#include "methods/smth3d/folded.hpp"
#include "tests/methods/smth3d/reference.hpp"

namespace vbench::smth3d::test {
namespace {

const Tolerance kFullSize{2e-4, 1e-4, "float32 run of the original"};

/// The file's rule: sines by position in the state dict, counted from 0; counters are left alone.
void set_formula_weights(const Network& network, double base) {
  const torch::NoGradGuard no_grad;
  double place = base;
  for (const auto& [name, tensor] : network.weights()) {
    place += 1;
    if (!tensor.is_floating_point()) continue;
    auto wave = torch::arange(tensor.numel(), torch::kDouble).mul_(0.11).add_(0.37 * place).sin_().view(tensor.sizes());
    if (tensor.dim() >= 2) {
      wave.mul_(std::sqrt(2 / static_cast<double>(tensor.numel() / tensor.size(0))));
    } else {
      wave.mul_(0.05).add_(name.ends_with("weight") || name.ends_with("running_var") ? 1 : 0);
    }
    at::Tensor target = tensor;
    target.copy_(wave);
  }
}

at::Tensor formula_clips(const std::vector<double>& stored_shape) {
  const std::vector<int64_t> shape(stored_shape.begin(), stored_shape.end());
  return torch::arange(c10::multiply_integers(shape), torch::kDouble).mul_(0.013).sin_().to(torch::kFloat).view(shape);
}

void expect_stored(const Golden& golden, const std::string& group, const Prediction& prediction) {
  EXPECT_EQ(golden.file().children(group).size(), 2U) << "something stored is not compared";
  expect_close(prediction.features, golden[group + "/features"], kFullSize, "features");
  expect_close(prediction.logits, golden[group + "/logits"], kFullSize, "logits");
}

void check_network(const Golden& golden, const std::string& group) {
  const torch::NoGradGuard no_grad;
  ASSERT_NE(golden.text(group, "rule").find("s=sin(0.37*(p+1+param_base)+0.11*i) in float64; >=2 dims: sqrt(2/fan_in)*s"),
            std::string::npos);
  ASSERT_NE(golden.text(group, "rule").find("input sin(0.013*i)"), std::string::npos);
  const auto network = empty_network(golden, group);
  EXPECT_EQ(summarise(network, {1, 1, 1}).parameters, integer(golden, group, "num_params"));
  set_formula_weights(network, golden.number(group, "param_base"));
  const auto clips = formula_clips(golden.file().numbers_attribute(group, "input_shape").value());
  const std::vector<int64_t> views(static_cast<size_t>(clips.size(0)), 1);
  expect_stored(golden, group, network.forward(clips, views, {}));
  FoldedNetwork folded(network);
  expect_stored(golden, group, folded.forward(clips, views));
}

TEST(Smth3dFullSizeGolden, PublishedNetworksGiveTheOriginalsFeaturesAndLogits) {
  VBENCH_REQUIRE_GOLDEN(golden, "smth3d/fullsize.h5");
  golden.for_each_group({{"model3d_1", [&](const std::string& group) { check_network(golden, group); }}});
}

}  // namespace
}  // namespace vbench::smth3d::test
