#include "methods/nn/fast.hpp"
#include "methods/nn/rows.hpp"

namespace vbench::nn::fast {
namespace {

template <class Body>
void for_sequences(const Spans& spans, Body&& body) {
  const std::vector<double> costs(spans.lengths.begin(), spans.lengths.end());
  for_costs(costs, [&](int64_t begin, int64_t end) {
    for (int64_t n = begin; n < end; ++n) body(n, spans.offsets[static_cast<size_t>(n)], spans.lengths[static_cast<size_t>(n)]);
  });
}

struct Pool : torch::autograd::Function<Pool> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& logits, const Spans& spans,
                            const Dropout& on_logits, const Dropout& on_weights) {
    keep(context, spans);
    keep(context, "logits", on_logits);
    keep(context, "weights", on_weights);
    const int64_t width = x.size(1);
    const at::Tensor out = at::empty({spans.size(), width}, at::kFloat), statistics = at::empty({spans.size(), 2, width}, at::kFloat);
    const kernels::Mask first = mask_of(on_logits), second = mask_of(on_weights);
    with_element_type(x, [&]<class T>(T) {
      for_sequences(spans, [&](int64_t n, int64_t row, int64_t length) {
        const int64_t from = row * width;
        kernels::rows<T>().pool(data<T>(x) + from, data<T>(logits) + from, data<float>(out) + n * width,
                                data<float>(statistics) + 2 * n * width, length, width, first, second, static_cast<uint32_t>(from));
      });
    });
    context->save_for_backward({x, logits, out, statistics});
    return out;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const variable_list saved = context->get_saved_variables();
    const at::Tensor &x = saved[0], &logits = saved[1], &out = saved[2], &statistics = saved[3];
    const at::Tensor dout = gradient(gradients[0], out), dx = at::empty_like(x), dlogits = at::empty_like(x);
    const kernels::Mask first = mask_of(kept_dropout(context, "logits")), second = mask_of(kept_dropout(context, "weights"));
    const int64_t width = x.size(1);
    with_element_type(x, [&]<class T>(T) {
      for_sequences(kept_spans(context), [&](int64_t n, int64_t row, int64_t length) {
        const int64_t from = row * width;
        kernels::rows<T>().pool_backward(
            data<float>(dout) + n * width, data<float>(out) + n * width, data<float>(statistics) + 2 * n * width, data<T>(x) + from,
            data<T>(logits) + from, data<T>(dx) + from, data<T>(dlogits) + from, length, width, first, second, static_cast<uint32_t>(from));
      });
    });
    return {dx, dlogits, {}, {}, {}};
  }
};

}  // namespace

at::Tensor channel_softmax_pool(const at::Tensor& x, const at::Tensor& logits, const Spans& spans, const Dropout& on_logits,
                                const Dropout& on_weights) {
  return Pool::apply(activation(x), activation(logits), spans, on_logits, on_weights);
}

}  // namespace vbench::nn::fast
