// One call of every block with odd sizes, through the public functions or through the reference. Used by the tests of methods/nn.
#pragma once

#include <torch/autograd.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <functional>
#include <string>
#include <vector>

#include "methods/nn/blocks.hpp"
#include "methods/nn/kernels/table.hpp"
#include "methods/nn/reference.hpp"

namespace vbench::test {

using Tensors = std::vector<torch::Tensor>;
using Block = std::function<Tensors(const Tensors&)>;

struct BlockCase {
  std::string name;
  Tensors inputs;      ///< float32; all of them get gradients, except constants
  size_t activations;  ///< the first so many inputs are activations, which bfloat16 rounds; the others parameters
  Block block, reference;
  size_t constants = 0;  ///< the last so many inputs have no gradient
};

inline const nn::Dropout kSome = {0.3, 0x123456789abcdefULL}, kOther = {0.1, 77}, kNone = {};

inline torch::Tensor noise(at::IntArrayRef shape, double scale = 1, double offset = 0) { return torch::randn(shape) * scale + offset; }

inline std::vector<int64_t> lengths_up_to(int64_t n) {
  std::vector<int64_t> lengths;
  for (int64_t i = 1; i <= n; ++i) lengths.push_back(i * 7 % (n + 1));  // n + 1 is prime: every length once, out of order
  return lengths;
}

/// The public block and its reference, called alike.
#define VBENCH_BOTH(block, ...)                                           \
  [=](const Tensors& in) -> Tensors { return {nn::block(__VA_ARGS__)}; }, \
      [=](const Tensors& in) -> Tensors { return {nn::reference::block(__VA_ARGS__)}; }

inline void add_row_cases(std::vector<BlockCase>& cases) {
  for (const auto& [rows, in_width, out_width] :
       {std::array<int64_t, 3>{37, 53, 29}, {1, 3, 2}, {300, 1540, 70}, {95, 600, 33}, {2000, 48, 65}}) {
    cases.push_back({"linear " + std::to_string(rows) + "x" + std::to_string(in_width) + "x" + std::to_string(out_width),
                     {noise({rows, in_width}), noise({out_width, in_width}, 0.1), noise({out_width})},
                     1,
                     VBENCH_BOTH(linear, in[0], in[1], in[2])});
  }
  cases.push_back({"linear of a cube", {noise({3, 4, 21}), noise({8, 21}, 0.1), noise({8})}, 1, VBENCH_BOTH(linear, in[0], in[1], in[2])});
  for (const int64_t width : {7, 384, 33}) {
    const Tensors parameters = {noise({width}, 0.2, 1), noise({width})};
    cases.push_back({"deviation_norm " + std::to_string(width),
                     {noise({70, width}, 2, 3), parameters[0], parameters[1]},
                     1,
                     VBENCH_BOTH(deviation_norm, in[0], in[1], in[2], 1e-6)});
    for (const auto& [earlier, later] : {std::pair{kNone, kNone}, {kSome, kNone}, {kNone, kOther}, {kSome, kOther}}) {
      const nn::Dropout before = earlier, after = later;
      cases.push_back({"add_norm " + std::to_string(width) + (before.p > 0 ? " before" : "") + (after.p > 0 ? " after" : ""),
                       {noise({130, width}), noise({130, width}, 2), parameters[0], parameters[1]},
                       2,
                       VBENCH_BOTH(add_norm, in[0], in[1], in[2], in[3], 1e-6, before, after)});
    }
  }
  for (const auto& drop : {kNone, kSome}) {
    cases.push_back({drop.p > 0 ? "dropout_gelu" : "gelu", {noise({41, 19}, 2)}, 1, VBENCH_BOTH(dropout_gelu, in[0], drop)});
  }
  cases.push_back({"dropout", {noise({41, 19})}, 1, VBENCH_BOTH(dropout, in[0], kSome)});
}

inline void add_sequence_cases(std::vector<BlockCase>& cases) {
  const auto all = nn::Spans::of(lengths_up_to(18)), halves = nn::Spans::of({100, 71});
  for (const size_t constants : {size_t{2}, size_t{1}}) {  // with and without a gradient of the rows themselves
    const auto block = [=](auto embed) {
      return [=](const Tensors& in) -> Tensors {
        const auto &rows = constants == 2 ? in[4] : in[0], &bias = constants == 2 ? in[0] : in[4];
        return embed(rows, in[1], in[2], 1e-6, in[3], bias, in[5], std::vector<const nn::Spans*>{&all, &halves});
      };
    };
    const auto rows = noise({all.rows, 27}, 2, 1), bias = noise({21});
    Tensors inputs = {rows, noise({27}, 0.2, 1), noise({27}), noise({21, 27}, 0.3), bias, noise({100, 21})};
    if (constants == 2) std::swap(inputs[0], inputs[4]);
    cases.push_back({constants == 2 ? "embed_rows of features" : "embed_rows", inputs, constants == 2 ? size_t{0} : size_t{1},
                     block(nn::embed_rows), block(nn::reference::embed_rows), constants});
  }
  for (const auto& drop : {kNone, kSome}) {
    for (const auto& [heads, head_width] : {std::pair<int64_t, int64_t>{3, 5}, {2, 48}, {1, 2}}) {
      const int64_t count = heads;
      cases.push_back({"self_attention " + std::to_string(heads) + "x" + std::to_string(head_width) + (drop.p > 0 ? " dropout" : ""),
                       {noise({all.rows, 3 * heads * head_width})},
                       1,
                       VBENCH_BOTH(self_attention, in[0], all, count, drop)});
    }
    cases.push_back({std::string("channel_softmax_pool") + (drop.p > 0 ? " dropout" : ""),
                     {noise({all.rows, 19}), noise({all.rows, 19}, 2)},
                     2,
                     VBENCH_BOTH(channel_softmax_pool, in[0], in[1], all, drop, drop.p > 0 ? kOther : kNone)});
  }
}

/// Every block with the same random numbers each time.
inline std::vector<BlockCase> block_cases() {
  torch::manual_seed(5);
  std::vector<BlockCase> cases;
  add_row_cases(cases);
  add_sequence_cases(cases);
  return cases;
}

/// Results and then gradients of all inputs that have one, for upstream gradients that depend on nothing but the shapes.
inline Tensors results_of(const BlockCase& item, const Block& block, const Tensors& given) {
  Tensors leaves;
  for (size_t i = 0; i < given.size(); ++i) leaves.push_back(given[i].detach().clone().requires_grad_(i + item.constants < given.size()));
  Tensors results = block(leaves);
  Tensors upstream;
  for (const auto& result : results) {
    const auto steps = torch::arange(result.numel(), torch::kDouble);
    upstream.push_back((steps * 0.7).sin().view(result.sizes()).to(torch::kBFloat16).to(result.scalar_type()));
  }
  torch::autograd::backward(results, upstream);
  for (size_t i = 0; i + item.constants < leaves.size(); ++i) results.push_back(leaves[i].grad());
  for (auto& result : results) result = result.detach();
  return results;
}

inline Tensors as_double(const Tensors& inputs) {
  Tensors converted;
  for (const auto& x : inputs) converted.push_back(x.to(torch::kDouble));
  return converted;
}

/// Largest difference in units of the largest expected number.
inline double distance(const torch::Tensor& actual, const torch::Tensor& expected) {
  if (actual.sizes() != expected.sizes() || !actual.isfinite().all().item<bool>()) return 1e30;
  const auto largest = std::max(expected.abs().max().item<double>(), 1e-30);
  return (actual.to(torch::kDouble) - expected.to(torch::kDouble)).abs().max().item<double>() / largest;
}

/// Calls body once for every instruction set of this processor.
template <class Body>
void for_every_table(Body&& body) {
  const nn::kernels::Table* tables[3];
  const int count = nn::kernels::tables(tables);
  for (int i = 0; i < count; ++i) {
    SCOPED_TRACE(tables[i]->name);
    nn::kernels::use_table(tables[i]);
    body();
  }
  nn::kernels::use_table(nullptr);
}

}  // namespace vbench::test
