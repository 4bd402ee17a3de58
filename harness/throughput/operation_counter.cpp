#include "harness/throughput/operation_counter.hpp"

#include <ATen/core/Tensor.h>
#include <ATen/record_function.h>

#include <atomic>
#include <map>
#include <memory>
#include <string_view>

#include "methods/nn/counted_products.hpp"

namespace vbench::throughput {
namespace {

using Inputs = c10::ArrayRef<const c10::IValue>;

std::atomic<double> multiply_adds{0};
// Of counted functions that run now. What runs inside one, in whatever thread, is part of it: autocast calls a function twice, linear
// layers and convolutions are made of others.
std::atomic<int> depth{0};

struct Observed : at::ObserverContext {
  bool counts = false;    ///< not inside another one
  double per_output = 0;  ///< multiply-adds of each number of the result
};

const at::Tensor& tensor(const Inputs& inputs, size_t at) { return inputs[at].toTensor(); }
double numbers(const at::Tensor& x) { return static_cast<double>(x.numel()); }

/// Of a [.., M, K] and b [.., K, N], or a vector b [K], which stand at these places.
template <size_t kA, size_t kB>
double product(const Inputs& inputs) {
  const auto &a = tensor(inputs, kA), &b = tensor(inputs, kB);
  return numbers(a) * (b.dim() == 1 ? 1.0 : static_cast<double>(b.size(-1)));
}

/// Of an output: a channel's weights.
double weights_of_a_channel(const at::Tensor& weight, int64_t channels) { return numbers(weight) / static_cast<double>(channels); }

/// (gradient, input, weight, ..., output_mask): by the input and by the weight, as far as they are asked for.
double convolution_backward(const Inputs& inputs) {
  const auto& gradient = tensor(inputs, 0);
  const auto asked = inputs[inputs.size() - 1].toBoolList();
  const double each = numbers(gradient) * weights_of_a_channel(tensor(inputs, 2), gradient.size(1));
  return each * ((asked[0] ? 1 : 0) + (asked[1] ? 1 : 0));
}

double own(const Inputs& inputs) { return static_cast<double>(inputs[0].toInt()); }

using Rule = double (*)(const Inputs&);

/// Convolutions have none: what they are depends on the size of their result.
const std::map<std::string_view, Rule>& rules() {
  static const std::map<std::string_view, Rule> kRules{{"aten::mm", product<0, 1>},
                                                       {"aten::bmm", product<0, 1>},
                                                       {"aten::mv", product<0, 1>},
                                                       {"aten::dot", product<0, 1>},
                                                       {"aten::addmm", product<1, 2>},
                                                       {"aten::addmv", product<1, 2>},
                                                       {"aten::baddbmm", product<1, 2>},
                                                       {"aten::convolution", nullptr},
                                                       {"aten::mkldnn_convolution", nullptr},
                                                       {"aten::convolution_backward", convolution_backward},
                                                       {nn::kProducts, own}};
  return kRules;
}

std::unique_ptr<at::ObserverContext> begin(const at::RecordFunction& function) {
  const auto rule = rules().find(function.name());
  if (rule == rules().end()) return nullptr;
  auto observed = std::make_unique<Observed>();
  observed->counts = depth++ == 0;
  if (!observed->counts) return observed;
  if (rule->second != nullptr) {
    multiply_adds = multiply_adds + rule->second(function.inputs());
  } else {
    observed->per_output = numbers(tensor(function.inputs(), 1));  // divided by the channels when these are known
  }
  return observed;
}

void end(const at::RecordFunction& function, at::ObserverContext* context) {
  const auto* observed = static_cast<const Observed*>(context);
  if (observed == nullptr) return;
  --depth;
  if (observed->per_output == 0 || function.outputs().empty() || !function.outputs()[0].isTensor()) return;
  const auto& result = function.outputs()[0].toTensor();
  multiply_adds = multiply_adds + numbers(result) * observed->per_output / static_cast<double>(result.size(1));
}

}  // namespace

OperationCounter::OperationCounter() {
  multiply_adds = 0;
  callback_ = at::addGlobalCallback(
      at::RecordFunctionCallback(begin, end).needsInputs(true).needsOutputs(true).scopes({at::RecordScope::FUNCTION}));
}

OperationCounter::~OperationCounter() { at::removeCallback(callback_); }

double OperationCounter::operations() const { return 2 * multiply_adds; }

}  // namespace vbench::throughput
