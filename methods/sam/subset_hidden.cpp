#include <torch/csrc/autograd/custom_function.h>
#include <torch/types.h>

#include "datasets/set_abstraction/power_set.hpp"
#include "methods/nn/activation.hpp"
#include "methods/sam/subset_layers.hpp"

namespace vbench::sam {
namespace {

using set_abstraction::Subset;
using set_abstraction::subsets_of_size;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// Sizes of one call, and the views that its products work on. Members p .. p + n - scale can stand at position p.
struct Shape {
  int64_t n, batch, width, hidden, scale;

  Shape(const at::Tensor& members, const at::Tensor& weight, int64_t s)
      : n(members.size(0)), batch(members.size(1)), width(members.size(2)), hidden(weight.size(0)), scale(s) {}

  [[nodiscard]] int64_t candidates() const { return n - scale + 1; }
  [[nodiscard]] at::Tensor at_position(const at::Tensor& members, int64_t p) const {
    return members.narrow(0, p, candidates()).view({candidates() * batch, width});
  }
  [[nodiscard]] at::Tensor block(const at::Tensor& weight, int64_t p) const { return weight.narrow(1, p * width, width); }
  /// The products of one position are the subsets' values themselves: singles, and the one subset of all members.
  [[nodiscard]] bool direct() const { return scale == 1 || scale == n; }
};

at::Tensor direct_sums(const Shape& shape, const at::Tensor& members, const at::Tensor& weight, const at::Tensor& bias) {
  auto sums = at::addmm(bias, shape.at_position(members, 0), shape.block(weight, 0).t());
  for (int64_t p = 1; p < shape.scale; ++p) sums.addmm_(shape.at_position(members, p), shape.block(weight, p).t());
  return sums.view({shape.candidates(), shape.batch, shape.hidden});
}

at::Tensor gathered_sums(const Shape& shape, const at::Tensor& members, const at::Tensor& weight, const at::Tensor& bias) {
  const auto subsets = subsets_of_size(shape.n, shape.scale);
  auto sums = at::empty({static_cast<int64_t>(subsets.size()), shape.batch, shape.hidden}, members.options());
  for (int64_t p = 0; p < shape.scale; ++p) {
    const auto rows = shape.at_position(members, p), block = shape.block(weight, p).t();
    const auto products =
        (p == 0 ? at::addmm(bias, rows, block) : at::mm(rows, block)).view({shape.candidates(), shape.batch, shape.hidden});
    for (size_t q = 0; q < subsets.size(); ++q) {
      auto sum = sums[static_cast<int64_t>(q)];
      const auto product = products[subsets[q][static_cast<size_t>(p)] - p];
      p == 0 ? sum.copy_(product) : sum.add_(product);
    }
  }
  return sums;
}

/// What reaches the products of position p: the sum over all subsets that have the member there.
at::Tensor position_gradient(const Shape& shape, const at::Tensor& sums, const std::vector<Subset>& subsets, int64_t p) {
  if (shape.direct()) return sums.flatten(0, 1);
  auto gradient = at::zeros({shape.candidates(), shape.batch, shape.hidden}, sums.options());
  for (size_t q = 0; q < subsets.size(); ++q) gradient[subsets[q][static_cast<size_t>(p)] - p].add_(sums[static_cast<int64_t>(q)]);
  return gradient.flatten(0, 1);
}

struct SubsetHidden : torch::autograd::Function<SubsetHidden> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& members, const at::Tensor& weight, const at::Tensor& bias,
                            int64_t scale) {
    const auto type = nn::activation_type(members);
    const auto x = members.to(type).contiguous(), w = weight.to(type), b = bias.to(type);
    const Shape shape(x, w, scale);
    auto hidden = (shape.direct() ? direct_sums(shape, x, w, b) : gathered_sums(shape, x, w, b)).relu_();
    context->save_for_backward({x, w, hidden});
    context->saved_data["scale"] = scale;
    context->saved_data["members"] = members.requires_grad();
    context->saved_data["type"] = weight.scalar_type();
    return hidden;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const at::Tensor &x = saved[0], &w = saved[1];
    const Shape shape(x, w, context->saved_data["scale"].toInt());
    const auto type = context->saved_data["type"].toScalarType();
    const auto subsets = subsets_of_size(shape.n, shape.scale);
    const auto sums = at::threshold_backward(gradients[0].to(x.scalar_type()).contiguous(), saved[2], 0);
    auto dw = at::empty(w.sizes(), w.options());
    const auto dx = context->saved_data["members"].toBool() ? at::zeros_like(x) : at::Tensor();
    for (int64_t p = 0; p < shape.scale; ++p) {
      const auto gradient = position_gradient(shape, sums, subsets, p);
      auto block = shape.block(dw, p);
      at::mm_out(block, gradient.t(), shape.at_position(x, p));
      if (dx.defined()) shape.at_position(dx, p).addmm_(gradient, shape.block(w, p));
    }
    return {dx, dw.to(type), sums.sum(at::IntArrayRef{0, 1}, false, type), at::Tensor()};
  }
};

}  // namespace

at::Tensor subset_hidden(const at::Tensor& members, const at::Tensor& weight, const at::Tensor& bias, int64_t scale) {
  return SubsetHidden::apply(members, weight, bias, scale);
}

}  // namespace vbench::sam
