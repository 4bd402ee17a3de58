#include "tests/methods/smth3d/reference.hpp"

#include <gtest/gtest.h>

namespace vbench::smth3d::test {

Network empty_network(const Golden& golden, const std::string& group) {
  const auto order = golden.json(group, "param_order");
  NetworkOptions options;
  options.config = group.find("_224") == std::string::npos ? kModel1 : kModel224;
  if (const auto divisor = golden.file().number_attribute(group, "width_divisor")) options.divisor = static_cast<int64_t>(*divisor);
  options.classes = order.back()[1][0];
  options.dropout = 0;
  Network network(options);
  vbench::test::expect_order(network.weights(), order);
  return network;
}

Network stored_network(const Golden& golden, const std::string& group, at::ScalarType type) {
  auto network = empty_network(golden, group);
  vbench::test::load_weights(golden, group + "/params", network.weights());
  vbench::test::convert(network.weights(), type);
  return network;
}

Network small_network(const Config& config, uint64_t seed, int64_t classes) {
  Network network({.config = config, .divisor = 16, .classes = classes, .dropout = 0});
  network.initialize(seed);
  vbench::test::shake_norms(network.weights(), seed);
  return network;
}

std::vector<int64_t> single_views(int64_t videos) { return std::vector<int64_t>(static_cast<size_t>(videos), 1); }

at::Tensor named(const Network& network, const std::string& name) {
  for (const auto& weight : network.weights()) {
    if (weight.name == name) return weight.tensor;
  }
  ADD_FAILURE() << "no weight is called " << name;
  return {};
}

}  // namespace vbench::smth3d::test
