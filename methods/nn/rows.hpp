// How ATen tensors, threads and autograd meet the kernels. Used only by the fast_*.cpp files of methods/nn.
#pragma once

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "methods/nn/activation.hpp"
#include "methods/nn/blocks.hpp"
#include "methods/nn/dropout.hpp"
#include "methods/nn/kernels/table.hpp"

namespace vbench::nn {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// Calls body with a value of the tensor's element type, float or kernels::Bf16.
template <class Body>
void with_element_type(const at::Tensor& x, Body&& body) {
  if (x.scalar_type() == at::kBFloat16) {
    body(kernels::Bf16{});
  } else {
    body(float{});
  }
}

template <class T>
T* data(const at::Tensor& x) {
  return x.defined() ? static_cast<T*>(x.data_ptr()) : nullptr;
}

/// The tensor as the kernels want it: activation type, contiguous.
inline at::Tensor activation(const at::Tensor& x) { return x.to(activation_type(x)).contiguous(); }

/// A gradient as the kernels want it.
inline at::Tensor gradient(const at::Tensor& dy, const at::Tensor& like) { return dy.to(like.scalar_type()).contiguous(); }

/// body(begin, end) on ranges of about 16,000 elements or more.
template <class Body>
void for_rows(int64_t rows, int64_t width, Body&& body) {
  at::parallel_for(0, rows, std::max<int64_t>(1, 16384 / std::max<int64_t>(1, width)), std::forward<Body>(body));
}

/// Sums over rows that need not be ordered by thread: the rows are cut in pieces whose number depends on nothing but the number of rows,
/// and the pieces' sums are added in order. body(sums [width], begin, end) adds to sums. Returns [width] float32.
template <class Body>
at::Tensor summed_over_rows(int64_t rows, int64_t width, Body&& body) {
  const int64_t pieces = std::min<int64_t>(32, (rows + 63) / 64);
  const at::Tensor sums = at::zeros({std::max<int64_t>(pieces, 1), width}, at::kFloat);
  at::parallel_for(0, pieces, 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) body(data<float>(sums) + i * width, rows * i / pieces, rows * (i + 1) / pieces);
  });
  return sums.sum(0);
}

/// Cuts [0, costs.size()) in one range a thread of about equal cost and calls body(begin, end) on each.
template <class Body>
void for_costs(const std::vector<double>& costs, Body&& body) {
  const int64_t threads = at::get_num_threads();
  double total = 0;
  for (const double cost : costs) total += cost;
  std::vector<int64_t> bounds{0};
  double sum = 0;
  for (size_t i = 0; i < costs.size(); ++i) {
    sum += costs[i];
    while (static_cast<int64_t>(bounds.size()) < threads &&
           sum * static_cast<double>(threads) >= total * static_cast<double>(bounds.size())) {
      bounds.push_back(static_cast<int64_t>(i) + 1);
    }
  }
  bounds.resize(static_cast<size_t>(threads) + 1, static_cast<int64_t>(costs.size()));
  bounds.back() = static_cast<int64_t>(costs.size());
  at::parallel_for(0, threads, 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) body(bounds[static_cast<size_t>(i)], bounds[static_cast<size_t>(i) + 1]);
  });
}

inline void keep(AutogradContext* context, const std::string& name, const Dropout& dropout) {
  context->saved_data[name + ".p"] = dropout.p;
  context->saved_data[name + ".key"] = static_cast<int64_t>(dropout.key);
}
inline Dropout kept_dropout(AutogradContext* context, const std::string& name) {
  return {context->saved_data[name + ".p"].toDouble(), static_cast<uint64_t>(context->saved_data[name + ".key"].toInt())};
}

inline void keep(AutogradContext* context, const Spans& spans) { context->saved_data["lengths"] = spans.lengths; }
inline Spans kept_spans(AutogradContext* context) { return Spans::of(context->saved_data["lengths"].toIntVector()); }

}  // namespace vbench::nn
