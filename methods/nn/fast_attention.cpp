#include <cmath>

#include "methods/nn/counted_products.hpp"
#include "methods/nn/fast.hpp"
#include "methods/nn/rows.hpp"

namespace vbench::nn::fast {
namespace {

// One item a sequence and head, in this order; costs for sharing them among threads.
struct Plan {
  std::vector<kernels::AttentionItem> items;
  std::vector<int64_t> first_rows, first_columns;
  std::vector<double> costs;
  int64_t scratch = 0;
};

Plan plan_of(const Spans& spans, int64_t width, int64_t heads, const Dropout& dropout) {
  Plan plan;
  kernels::AttentionItem item;
  item.head_width = width / heads;
  item.stride = 3 * width;
  item.value_offset = item.out_stride = width;
  item.scale = static_cast<float>(1.0 / std::sqrt(static_cast<double>(item.head_width)));
  item.mask = mask_of(dropout);
  for (int64_t n = 0; n < spans.size(); ++n) {
    item.length = spans.lengths[static_cast<size_t>(n)];
    for (int64_t head = 0; head < heads; ++head) {
      plan.items.push_back(item);
      plan.first_rows.push_back(spans.offsets[static_cast<size_t>(n)]);
      plan.first_columns.push_back(head * item.head_width);
      plan.costs.push_back(static_cast<double>(item.length + 16) * static_cast<double>(item.length + 16));
      item.first_element += static_cast<uint32_t>(item.length * item.length);
    }
  }
  plan.scratch = kernels::table().attention_scratch(spans.max_length(), item.head_width);
  return plan;
}

// Multiply-adds of the queries with the keys; every other product of attention has as many.
int64_t multiply_adds(const Plan& plan) {
  int64_t sum = 0;
  for (const auto& item : plan.items) sum += item.length * item.length * item.head_width;
  return sum;
}

// body(item, offset in qkv, offset in the result, scratch) for every item.
template <class Body>
void for_items(const Plan& plan, Body&& body) {
  for_costs(plan.costs, [&](int64_t begin, int64_t end) {
    std::vector<float> scratch(static_cast<size_t>(begin < end ? plan.scratch : 0));
    for (int64_t i = begin; i < end; ++i) {
      const auto at = static_cast<size_t>(i);
      const kernels::AttentionItem& item = plan.items[at];
      body(item, plan.first_rows[at] * item.stride + plan.first_columns[at], plan.first_rows[at] * item.out_stride + plan.first_columns[at],
           scratch.data());
    }
  });
}

struct SelfAttention : torch::autograd::Function<SelfAttention> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& qkv, const Spans& spans, int64_t heads, const Dropout& dropout) {
    context->save_for_backward({qkv});
    context->saved_data["heads"] = heads;
    keep(context, spans);
    keep(context, "dropout", dropout);
    const int64_t width = qkv.size(1) / 3;
    const at::Tensor out = at::empty({qkv.size(0), width}, qkv.options());
    const Plan plan = plan_of(spans, width, heads, dropout);
    const CountedProducts counted(2 * multiply_adds(plan));
    with_element_type(qkv, [&]<class T>(T) {
      for_items(plan, [&](const kernels::AttentionItem& item, int64_t from, int64_t to, float* scratch) {
        kernels::rows<T>().attention(data<T>(qkv) + from, data<T>(out) + to, item, scratch);
      });
    });
    return out;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const at::Tensor qkv = context->get_saved_variables()[0];
    const at::Tensor dout = gradient(gradients[0], qkv), dqkv = at::empty_like(qkv);
    const Plan plan = plan_of(kept_spans(context), qkv.size(1) / 3, context->saved_data["heads"].toInt(), kept_dropout(context, "dropout"));
    const CountedProducts counted(5 * multiply_adds(plan));  // the weights once more, then four gradients
    with_element_type(qkv, [&]<class T>(T) {
      for_items(plan, [&](const kernels::AttentionItem& item, int64_t from, int64_t to, float* scratch) {
        kernels::rows<T>().attention_backward(data<T>(dout) + to, data<T>(qkv) + from, data<T>(dqkv) + from, item, scratch);
      });
    });
    return {dqkv, {}, {}, {}};
  }
};

}  // namespace

at::Tensor self_attention(const at::Tensor& qkv, const Spans& spans, int64_t heads, const Dropout& dropout) {
  return SelfAttention::apply(activation(qkv), spans, heads, dropout);
}

}  // namespace vbench::nn::fast
