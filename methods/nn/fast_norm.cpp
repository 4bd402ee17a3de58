#include "methods/nn/fast.hpp"
#include "methods/nn/rows.hpp"

namespace vbench::nn::fast {
namespace {

kernels::NormShape shape_of(const at::Tensor& x, double epsilon, const Dropout& before, const Dropout& after) {
  return {x.size(-1), static_cast<float>(epsilon), mask_of(before), mask_of(after)};
}

// Autograd takes no undefined inputs: without an addend, `given` is any tensor and `adds` is false.
struct AddNorm : torch::autograd::Function<AddNorm> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& given, bool adds, const at::Tensor& gain,
                            const at::Tensor& bias, double epsilon, const Dropout& before, const Dropout& after) {
    const at::Tensor r = adds ? given : at::Tensor();
    context->save_for_backward({x, r, gain});
    context->saved_data["epsilon"] = epsilon;
    keep(context, "before", before);
    keep(context, "after", after);
    const at::Tensor y = at::empty_like(x);
    const kernels::NormShape shape = shape_of(x, epsilon, before, after);
    with_element_type(x, [&]<class T>(T) {
      for_rows(x.numel() / shape.width, shape.width, [&](int64_t begin, int64_t end) {
        kernels::rows<T>().add_norm(data<T>(x), data<T>(r), data<float>(gain), data<float>(bias), data<T>(y), shape, begin, end);
      });
    });
    return y;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const variable_list saved = context->get_saved_variables();
    const at::Tensor &x = saved[0], &r = saved[1], &gain = saved[2];
    const Dropout before = kept_dropout(context, "before");
    const kernels::NormShape shape = shape_of(x, context->saved_data["epsilon"].toDouble(), before, kept_dropout(context, "after"));
    const at::Tensor dy = gradient(gradients[0], x), dx = at::empty_like(x);
    const at::Tensor dr = r.defined() && before.p > 0 ? at::empty_like(x) : at::Tensor();
    const int64_t width = shape.width;
    at::Tensor sums;
    with_element_type(x, [&]<class T>(T) {
      sums = summed_over_rows(x.numel() / width, 2 * width, [&](float* partial, int64_t begin, int64_t end) {
        kernels::rows<T>().add_norm_backward(data<T>(dy), data<T>(x), data<T>(r), data<float>(gain), data<T>(dx), data<T>(dr), partial,
                                             partial + width, shape, begin, end);
      });
    });
    const at::Tensor dr_or_dx = r.defined() ? (dr.defined() ? dr : dx) : at::Tensor();
    return {dx, dr_or_dx, {}, sums.narrow(0, 0, width), sums.narrow(0, width, width), {}, {}, {}};
  }
};

}  // namespace

at::Tensor add_norm(const at::Tensor& x, const at::Tensor& r, const at::Tensor& gain, const at::Tensor& bias, double epsilon,
                    const Dropout& before, const Dropout& after) {
  const at::Tensor rows = activation(x);
  return AddNorm::apply(rows, r.defined() ? activation(r) : rows, r.defined(), gain, bias, epsilon, before, after);
}

}  // namespace vbench::nn::fast
