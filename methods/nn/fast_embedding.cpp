#include "methods/nn/fast.hpp"
#include "methods/nn/product.hpp"
#include "methods/nn/rows.hpp"

namespace vbench::nn::fast {
namespace {

// The norm's gain and bias are folded into the linear layer, so only the bare normalised rows are stored:
// (gain n + b) W' = n (W gain)' + W b.
struct NormLinear : torch::autograd::Function<NormLinear> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& gain, const at::Tensor& norm_bias,
                            const at::Tensor& weight, const at::Tensor& bias, double epsilon) {
    const at::Tensor normalised = at::empty_like(x, x.options().dtype(activation_type(x)));
    const int64_t width = x.size(1);
    with_element_type(normalised, [&]<class T>(T) {
      for_rows(x.size(0), width, [&](int64_t begin, int64_t end) {
        kernels::rows<T>().normalise(data<float>(x), data<T>(normalised), width, static_cast<float>(epsilon), begin, end);
      });
    });
    context->save_for_backward({normalised, gain, norm_bias, weight});
    return product(normalised, (weight * gain).t(), bias + (weight * norm_bias).sum(1), normalised.scalar_type());
  }

  static variable_list backward(AutogradContext* context,
                                variable_list gradients) {  // NOLINT(performance-unnecessary-value-param): LibTorch's form
    const variable_list saved = context->get_saved_variables();
    const at::Tensor &normalised = saved[0], &gain = saved[1], &norm_bias = saved[2], &weight = saved[3];
    const at::Tensor dy = gradient(gradients[0], normalised);
    const at::Tensor folded = product(dy.t(), normalised, {}, at::kFloat);
    const at::Tensor dbias = column_sums(dy);
    const at::Tensor column = dbias.unsqueeze(1);
    return {{}, (folded * weight).sum(0), (weight * column).sum(0), (folded * gain).addcmul_(column, norm_bias.unsqueeze(0)), dbias, {}};
  }
};

// Row numbers of the table for every row of every reading.
using Positions = std::vector<std::vector<int64_t>>;

struct GeluPositions : torch::autograd::Function<GeluPositions> {
  static variable_list forward(AutogradContext* context, const at::Tensor& h, const at::Tensor& table, const Positions& positions) {
    context->save_for_backward({h});
    variable_list results;
    std::vector<const int64_t*> from;
    for (const auto& rows : positions) {
      results.push_back(at::empty_like(h));
      from.push_back(rows.data());
    }
    with_element_type(h, [&]<class T>(T) {
      std::vector<T*> to;
      for (const at::Tensor& result : results) to.push_back(data<T>(result));
      for_rows(h.size(0), h.size(1), [&](int64_t begin, int64_t end) {
        kernels::rows<T>().gelu_positions(data<T>(h), data<float>(table), from.data(), to.data(), static_cast<int64_t>(to.size()),
                                          h.size(1), begin, end);
      });
    });
    return results;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const at::Tensor h = context->get_saved_variables()[0];
    const at::Tensor dh = at::empty_like(h);
    variable_list used;
    for (const at::Tensor& dy : gradients) {
      if (dy.defined()) used.push_back(gradient(dy, h));
    }
    with_element_type(h, [&]<class T>(T) {
      std::vector<const T*> from;
      for (const at::Tensor& dy : used) from.push_back(data<T>(dy));
      for_rows(h.size(0), h.size(1), [&](int64_t begin, int64_t end) {
        kernels::rows<T>().gelu_positions_backward(from.data(), data<T>(h), data<T>(dh), static_cast<int64_t>(from.size()), h.size(1),
                                                   begin, end);
      });
    });
    return {dh, {}, {}};
  }
};

Positions positions_of(const std::vector<const Spans*>& spans) {
  Positions positions;
  for (const Spans* set : spans) {
    std::vector<int64_t>& rows = positions.emplace_back();
    rows.reserve(static_cast<size_t>(set->rows));
    for (const int64_t length : set->lengths) {
      for (int64_t t = 0; t < length; ++t) rows.push_back(t);
    }
  }
  return positions;
}

}  // namespace

std::vector<at::Tensor> embed_rows(const at::Tensor& x, const at::Tensor& gain, const at::Tensor& norm_bias, double epsilon,
                                   const at::Tensor& weight, const at::Tensor& bias, const at::Tensor& table,
                                   const std::vector<const Spans*>& spans) {
  const bool folds = !x.requires_grad() && x.scalar_type() == at::kFloat;  // features: nobody asks for their gradient
  const at::Tensor h = folds ? NormLinear::apply(x.contiguous(), gain, norm_bias, weight, bias, epsilon)
                             : fast::linear(fast::add_norm(x, {}, gain, norm_bias, epsilon, {}, {}), weight, bias);
  return GeluPositions::apply(h, table.contiguous(), positions_of(spans));
}

}  // namespace vbench::nn::fast
