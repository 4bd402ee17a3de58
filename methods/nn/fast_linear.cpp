#include "methods/nn/fast.hpp"
#include "methods/nn/product.hpp"
#include "methods/nn/rows.hpp"

namespace vbench::nn::fast {
namespace {

struct Linear : torch::autograd::Function<Linear> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
    context->save_for_backward({x, weight});
    context->saved_data["dx"] = x.requires_grad();
    return product(x, weight.t(), bias, x.scalar_type());
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const variable_list saved = context->get_saved_variables();
    const at::Tensor &x = saved[0], &weight = saved[1];
    const at::Tensor dy = gradient(gradients[0], x);
    const at::Tensor dx = context->saved_data["dx"].toBool() ? product(dy, weight, {}, x.scalar_type()) : at::Tensor();
    return {dx, product(dy.t(), x, {}, at::kFloat), column_sums(dy)};
  }
};

}  // namespace

at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
  auto shape = x.sizes().vec();
  const at::Tensor y = Linear::apply(activation(x).reshape({-1, shape.back()}), weight, bias);
  shape.back() = weight.size(0);
  return y.view(shape);
}

}  // namespace vbench::nn::fast
