#include "methods/nn/fast.hpp"
#include "methods/nn/rows.hpp"

namespace vbench::nn::fast {
namespace {

struct Drop : torch::autograd::Function<Drop> {
  static at::Tensor apply_mask(const at::Tensor& x, const Dropout& dropout) {
    const at::Tensor y = at::empty_like(x);
    const kernels::Mask mask = mask_of(dropout);
    with_element_type(x, [&]<class T>(T) {
      for_rows(x.numel(), 1, [&](int64_t begin, int64_t end) { kernels::rows<T>().dropout(data<T>(x), data<T>(y), mask, begin, end); });
    });
    return y;
  }

  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const Dropout& dropout) {
    keep(context, "dropout", dropout);
    return apply_mask(x, dropout);
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    return {apply_mask(gradients[0].contiguous(), kept_dropout(context, "dropout")), {}};
  }
};

struct DropGelu : torch::autograd::Function<DropGelu> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const Dropout& dropout) {
    context->save_for_backward({x});
    keep(context, "dropout", dropout);
    const at::Tensor y = at::empty_like(x);
    const kernels::Mask mask = mask_of(dropout);
    with_element_type(x, [&]<class T>(T) {
      for_rows(x.numel(), 1,
               [&](int64_t begin, int64_t end) { kernels::rows<T>().dropout_gelu(data<T>(x), data<T>(y), mask, begin, end); });
    });
    return y;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const at::Tensor x = context->get_saved_variables()[0];
    const at::Tensor dy = gradient(gradients[0], x), dx = at::empty_like(x);
    const kernels::Mask mask = mask_of(kept_dropout(context, "dropout"));
    with_element_type(x, [&]<class T>(T) {
      for_rows(x.numel(), 1, [&](int64_t begin, int64_t end) {
        kernels::rows<T>().dropout_gelu_backward(data<T>(dy), data<T>(x), data<T>(dx), mask, begin, end);
      });
    });
    return {dx, {}};
  }
};

}  // namespace

at::Tensor dropout(const at::Tensor& x, const Dropout& dropout) {
  if (dropout.p <= 0) return x;
  return Drop::apply(x.contiguous(), dropout);
}

at::Tensor dropout_gelu(const at::Tensor& x, const Dropout& dropout) { return DropGelu::apply(activation(x), dropout); }

}  // namespace vbench::nn::fast
