// Grad-CAM of the original code.
#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include "methods/smth3d/gradcam.hpp"
#include "tests/support/golden.hpp"

namespace vbench::smth3d {
namespace {

using test::expect_close;
using test::Golden;

Network stored_network(const Golden& golden) {
  NetworkOptions options;
  options.config = kModel224;
  options.divisor = static_cast<int64_t>(golden.number("", "width_divisor"));
  options.classes = static_cast<int64_t>(golden.number("", "num_classes"));
  Network network(options);
  const auto order = golden.json("", "param_order");
  EXPECT_EQ(order.size(), network.weights().size());
  EXPECT_EQ(golden.file().children("params").size(), network.weights().size());
  const torch::NoGradGuard no_grad;
  for (const auto& [name, tensor] : network.weights()) {
    at::Tensor target = tensor;
    target.copy_(golden["params/" + name]);
  }
  return network;
}

TEST(GoldenGradCam, MasksAreThoseOfTheOriginal) {
  VBENCH_REQUIRE_GOLDEN(golden, "smth3d/gradcam.h5");
  const auto network = stored_network(golden);
  const auto check = [&](const std::string& group, std::optional<int64_t> chosen) {
    const auto explanation = explain_clip(network, golden["input"], chosen);
    const auto logits = golden[group + "/logits"];
    expect_close(explanation.logits.unsqueeze(0), logits, {2e-5, 1e-5, "float32 forward pass"}, group);
    EXPECT_EQ(explanation.explained, chosen.value_or(logits.argmax().item<int64_t>()));
    expect_close(explanation.mask, golden[group + "/mask"], {2e-5, 0, "differences of maps near one, divided by their range"}, group);
  };
  golden.for_each_group({
      {"top", [&](const std::string& group) { check(group, std::nullopt); }},
      {"class", [&](const std::string& group) { check(group, std::stoll(group.substr(std::string("class").size()))); }},
      {"input", [](const std::string&) {}},
      {"params", [](const std::string&) {}},
  });
}

}  // namespace
}  // namespace vbench::smth3d
