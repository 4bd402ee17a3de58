// Random parameters and gradients for the optimiser tests.
#pragma once

#include <torch/types.h>
#include <torch/utils.h>

#include <string>
#include <vector>

#include "harness/train/optimizer.hpp"

namespace vbench::test {

/// One of every kind and variant of update rule, with weight decay.
inline std::vector<OptimizerOptions> all_rules() {
  OptimizerOptions adam;
  adam.weight_decay = 0.02;
  OptimizerOptions radam = adam;
  radam.kind = OptimizerKind::kRAdam;
  radam.beta2 = 0.98;
  OptimizerOptions degenerate = radam;
  degenerate.radam_degenerates_to_sgd = true;
  OptimizerOptions sgd = adam;
  sgd.kind = OptimizerKind::kSgd;
  OptimizerOptions nesterov = sgd;
  nesterov.nesterov = true;
  OptimizerOptions plain = sgd;
  plain.momentum = 0;
  return {adam, radam, degenerate, sgd, nesterov, plain};
}

/// A fixed list of parameters of awkward shapes: scalar, empty, transposed, larger than one task of the fused pass, double.
inline std::vector<Parameter> make_parameters() {
  torch::manual_seed(3);
  std::vector<Parameter> all{{"net/matrix", torch::randn({33, 17})},
                             {"net/scalar", torch::randn({})},
                             {"net/empty", torch::randn({0, 4})},
                             {"net/bias", torch::randn({129}), 0.0},
                             {"net/transposed", torch::randn({6, 5}).t()},
                             {"net/large", torch::randn({700, 301}), 0.5},
                             {"net/double", torch::randn({9}, torch::kDouble)},
                             {"net/last", torch::randn({2, 3, 4}), 2.0}};
  for (auto& parameter : all) parameter.tensor.requires_grad_();
  return all;
}

/// Gradients that depend on (parameter, step) alone. Now and then one is missing, one parameter never has any, and one is not contiguous.
inline void set_gradients(std::vector<Parameter>& parameters, int64_t step) {
  torch::manual_seed(static_cast<uint64_t>(100 + step));
  for (size_t i = 0; i < parameters.size(); ++i) {
    auto& tensor = parameters[i].tensor;
    auto gradient = torch::randn(tensor.sizes(), tensor.options());
    if (parameters[i].name == "net/matrix") gradient = gradient.t().contiguous().t();
    const bool missing = parameters[i].name == "net/last" || (step + static_cast<int64_t>(i)) % 5 == 0;
    tensor.mutable_grad() = missing ? torch::Tensor() : gradient;
  }
}

}  // namespace vbench::test
