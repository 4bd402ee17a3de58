// A whole network's counted operations against those that its definition gives.
#include <gtest/gtest.h>
#include <torch/types.h>

#include "harness/throughput/operation_counter.hpp"
#include "methods/coot/network.hpp"

namespace vbench::coot {
namespace {

TEST(CountedNetwork, ComputesWhatItsDefinitionSays) {
  NetworkOptions options;
  options.input_width = 20;
  options.width = 16;
  options.heads = 4;
  options.feed_forward = 24;
  options.pooler_hidden = 32;
  const std::vector<int64_t> lengths{5, 1, 6};
  for (const auto type : {at::kFloat, at::kDouble}) {  // own kernels, or LibTorch's functions over padded sequences
    const Network network(options);
    for (const auto& [name, tensor] : network.weights()) tensor.set_data(tensor.detach().to(type));
    const auto spans = nn::Spans::of(lengths);
    const auto rows = torch::rand({spans.rows, options.input_width}, type);
    nn::DropoutKeys keys;
    const torch::NoGradGuard no_grad;
    const throughput::OperationCounter counter;
    (void)network.pool(network.encode(network.embed(rows, {&spans}, keys).front(), spans, keys), spans, keys);
    // The pool's weighted sum is in the definition, but no product of matrices.
    const auto expected = static_cast<double>(network.flops(lengths) - 2 * spans.rows * options.width);
    const double padding = 4.0 * (3 * 36 - (25 + 1 + 36)) * static_cast<double>(options.width);  // pairs of positions that are none
    EXPECT_EQ(counter.operations(), type == at::kFloat ? expected : expected + padding);
  }
}

}  // namespace
}  // namespace vbench::coot
