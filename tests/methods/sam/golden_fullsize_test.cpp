#include <fmt/format.h>
#include <gtest/gtest.h>
#include <torch/utils.h>

#include <map>

#include "harness/train/optimizer.hpp"
#include "methods/sam/losses.hpp"
#include "tests/methods/sam/reference.hpp"

namespace vbench::sam::test {
namespace {

using vbench::test::expect_close;

const Tolerance kOutput{1e-4, 1e-5, "float32 sums over thousands of features"};
const Tolerance kFullLoss{1e-4, 0, "a mean of float32 terms"};
const Tolerance kSample{2e-6, 0, "single gradients, float32"};
constexpr double kNorm = 1e-5;  // relative

at::Tensor counted(at::IntArrayRef shape) {
  int64_t count = 1;
  for (const int64_t size : shape) count *= size;
  return torch::arange(count, torch::kDouble).view(shape);
}

void set_formula_weights(const Network& network) {
  const torch::NoGradGuard no_grad;
  double place = 0;
  for (const auto& [name, tensor] : network.weights()) {
    const auto wave = torch::sin(0.37 * ++place + 0.11 * counted(tensor.sizes()));
    const bool scale = tensor.dim() == 1 && name.ends_with("weight");
    at::Tensor target = tensor;
    target.copy_(scale ? 1 + 0.05 * wave : 0.05 * wave);
  }
}

at::Tensor formula_sets(const std::string& rule, int64_t sets, int64_t members, int64_t width) {
  const auto number = counted({sets, members, width});
  return (rule == "a" ? torch::sin(0.013 * number) : 2 * torch::sin(0.71 * number)).to(torch::kFloat);
}

void check_outputs(const Golden& golden, const std::string& group, const Network& network, const std::string& rule) {
  const torch::NoGradGuard no_grad;
  const auto embeddings = golden[group + "/embeddings"];
  const int64_t members = std::stoll(group.substr(group.rfind('n') + 1));
  const auto sets = formula_sets(rule, embeddings.size(0), members, network.options().in_features);
  const auto features = network.features(sets);
  const auto strided = golden[group + "/base_forward_strided"];
  const int64_t stride = features.size(2) / strided.size(2);
  expect_close(features.slice(2, 0, features.size(2), stride), strided, kOutput, "base_forward_strided");
  expect_close(features.sum({2}, false, torch::kDouble), golden[group + "/base_forward_sum"], kOutput, "base_forward_sum");
  const auto heads = network.forward(sets);
  expect_close(heads.embeddings, embeddings, kOutput, "embeddings");
  expect_close(heads.logits.transpose(1, 2), golden[group + "/node_out"], kOutput, "node_out");
}

at::Tensor samples_of(const at::Tensor& gradient, int64_t most) {
  const int64_t count = std::min(gradient.numel(), most);
  // NumPy's: the step times the place. LibTorch's linspace rounds some whole numbers down.
  const double step = static_cast<double>(gradient.numel() - 1) / static_cast<double>(std::max<int64_t>(count - 1, 1));
  const auto places = (torch::arange(count, torch::kDouble) * step).to(torch::kLong);
  return gradient.flatten().index_select(0, places);
}

void check_training(const Golden& golden, const std::string& group, const Network& network) {
  const auto& options = network.options();
  ASSERT_EQ(golden.text(group, "target_rule").rfind("embeddings: cos(0.05*i) over (2,15,300); labels: (37*i) mod num_nodes", 0), 0U);
  const int64_t sets = 2, members = 4, subsets = 15;
  const auto embeddings = torch::cos(0.05 * counted({sets, subsets, options.embedding})).to(torch::kFloat);
  const auto labels = (37 * counted({sets, subsets})).to(torch::kLong).remainder(options.nodes);
  const auto heads = network.forward(formula_sets("b", sets, members, options.in_features));
  EXPECT_EQ(subsets - heads.logits.size(1), integer(golden, group, "offset"));
  const auto loss = sam_loss(heads, embeddings, labels, network.min_scale(), {});
  const std::map<std::string, double> terms(loss.terms.begin(), loss.terms.end());
  expect_close(loss.total, golden[group + "/loss_full"], kFullLoss, "loss_full");
  for (const std::string term : {"embed", "abstr"}) {
    EXPECT_NEAR(terms.at(term), golden[group + "/loss_" + term].item<double>(), kFullLoss.absolute) << term;
  }
  loss.total.backward();
  const double total = golden[group + "/grad_total_norm"].item<double>();
  EXPECT_NEAR(gradient_norm(network.parameters()), total, kNorm * total);
  EXPECT_EQ(golden.file().children(group + "/grad_norm").size(), network.parameters().size());
  for (const auto& parameter : network.parameters()) {
    const auto gradient = parameter.tensor.grad();
    const double norm = golden[group + "/grad_norm/" + parameter.name].item<double>();
    EXPECT_NEAR(gradient.norm(2, torch::kDouble).item<double>(), norm, kNorm * norm) << parameter.name;
    const auto sample = golden[group + "/grad_sample/" + parameter.name];
    expect_close(samples_of(gradient, std::max<int64_t>(sample.numel(), 1)), sample, kSample, parameter.name);
  }
}

void check_dataset(const Golden& golden, const std::string& group) {
  const Network network(options_of(golden, group), 1, at::kCPU);
  expect_order(network, golden.json(group, "param_order"));
  int64_t parameters = 0;
  for (const auto& [name, tensor] : network.weights()) parameters += tensor.numel();
  EXPECT_EQ(parameters, integer(golden, group, "param_count"));
  set_formula_weights(network);
  golden.for_each_group({{"input_a_n", [&](const std::string& child) { check_outputs(golden, child, network, "a"); }},
                         {"input_b_n", [&](const std::string& child) { check_outputs(golden, child, network, "b"); }},
                         {"train_n4", [&](const std::string& child) { check_training(golden, child, network); }}},
                        group);
}

TEST(SamFullSizeGolden, PublishedSizesGiveTheOriginalsOutputsLossesAndGradients) {
  VBENCH_REQUIRE_GOLDEN(golden, "sam/fullsize.h5");
  ASSERT_EQ(golden.text("", "input_rule"), "input_a: sin(0.013*i); input_b: 2*sin(0.71*i)");
  ASSERT_EQ(golden.text("", "rule"), "formula, c=0.05");
  golden.for_each_group({{"moments_", [&](const std::string& group) { check_dataset(golden, group); }},
                         {"kinetics_", [&](const std::string& group) { check_dataset(golden, group); }}});
}

}  // namespace
}  // namespace vbench::sam::test
