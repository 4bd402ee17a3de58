#include "methods/srtg/pool.hpp"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <vector>

#include "methods/srtg/layers.hpp"

namespace vbench::srtg {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// Which of a window's 27 values was taken: 9 t + 3 h + w. As wide as a float, so that both are compared side by side in registers.
using Code = int32_t;

int64_t halved(int64_t length) { return (length + 1) / 2; }

/// One map of (frames, height, width) and its result's size.
struct Extent {
  int64_t frames, height, width, out_frames, out_height, out_width;

  explicit Extent(const at::Tensor& x)
      : frames(x.size(2)),
        height(x.size(3)),
        width(x.size(4)),
        out_frames(halved(frames)),
        out_height(halved(height)),
        out_width(halved(width)) {}
  [[nodiscard]] int64_t in() const { return frames * height * width; }
  [[nodiscard]] int64_t out() const { return out_frames * out_height * out_width; }
};

/// Maxima with their codes. A maximum over a box is one over columns of maxima over rows of ...: 9 comparisons instead of 27.
template <class T>
struct Maxima {
  std::vector<T> values;
  std::vector<Code> codes;
  explicit Maxima(int64_t count) : values(static_cast<size_t>(count)), codes(static_cast<size_t>(count)) {}
};

/// A later value wins only if it is larger or not a number, as in LibTorch.
template <class T>
void take_larger(T* best, Code* codes, const T* values, const Code* more_codes, Code step, int64_t count) {
  for (int64_t i = 0; i < count; ++i) {
    const bool wins = values[i] > best[i] || values[i] != values[i];
    best[i] = wins ? values[i] : best[i];
    codes[i] = wins ? more_codes[i] + step : codes[i];
  }
}

/// Maxima of three neighbours in a row, every second one.
template <class T>
void reduce_row(const T* x, int64_t width, T* best, Code* codes, int64_t out_width) {
  for (int64_t i = 0; i < out_width; ++i) {
    T value = 2 * i > 0 ? x[2 * i - 1] : x[0];
    Code code = i > 0 ? 0 : 1;
    const auto offer = [&](T other, Code its) {
      const bool wins = other > value || other != other;
      value = wins ? other : value;
      code = wins ? its : code;
    };
    offer(x[2 * i], 1);
    if (2 * i + 1 < width) offer(x[2 * i + 1], 2);
    best[i] = value;
    codes[i] = code;
  }
}

/// Maxima of three neighbouring pieces of `size` values, every second one; `unit` is what a place is worth in the code.
template <class T>
void reduce_pieces(const T* x, const Code* x_codes, int64_t pieces, int64_t size, Code unit, T* best, Code* codes) {
  for (int64_t i = 0; i < halved(pieces); ++i, best += size, codes += size) {
    const int64_t first = std::max<int64_t>(0, 2 * i - 1), last = std::min(pieces - 1, 2 * i + 1);
    const auto place = [&](int64_t piece) { return static_cast<Code>(piece - (2 * i - 1)) * unit; };
    std::copy_n(x + first * size, size, best);
    std::transform(x_codes + first * size, x_codes + (first + 1) * size, codes, [&](Code code) { return code + place(first); });
    for (int64_t piece = first + 1; piece <= last; ++piece)
      take_larger(best, codes, x + piece * size, x_codes + piece * size, place(piece), size);
  }
}

template <class T>
void pool_map(const T* x, const Extent& e, Maxima<T>& rows, Maxima<T>& columns, Maxima<T>& result, T* out, uint8_t* chosen) {
  for (int64_t row = 0; row < e.frames * e.height; ++row) {
    const int64_t at = row * e.out_width;
    reduce_row(x + row * e.width, e.width, rows.values.data() + at, rows.codes.data() + at, e.out_width);
  }
  const int64_t in_frame = e.height * e.out_width, out_frame = e.out_height * e.out_width;
  for (int64_t frame = 0; frame < e.frames; ++frame) {
    reduce_pieces(rows.values.data() + frame * in_frame, rows.codes.data() + frame * in_frame, e.height, e.out_width, 3,
                  columns.values.data() + frame * out_frame, columns.codes.data() + frame * out_frame);
  }
  reduce_pieces(columns.values.data(), columns.codes.data(), e.frames, out_frame, 9, result.values.data(), result.codes.data());
  std::copy(result.values.begin(), result.values.end(), out);
  std::transform(result.codes.begin(), result.codes.end(), chosen, [](Code code) { return static_cast<uint8_t>(code); });
}

template <class T>
void spread_map(const T* gradient, const uint8_t* chosen, const Extent& e, T* dx) {
  for (int64_t t = 0; t < e.out_frames; ++t) {
    for (int64_t h = 0; h < e.out_height; ++h) {
      for (int64_t w = 0; w < e.out_width; ++w, ++gradient, ++chosen) {
        const int64_t code = *chosen;
        const int64_t frame = 2 * t - 1 + code / 9, row = 2 * h - 1 + code / 3 % 3, column = 2 * w - 1 + code % 3;
        dx[(frame * e.height + row) * e.width + column] += *gradient;
      }
    }
  }
}

struct MaxPool : torch::autograd::Function<MaxPool> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& input) {
    const auto x = input.contiguous();
    const Extent e(x);
    const auto out = at::empty({x.size(0), x.size(1), e.out_frames, e.out_height, e.out_width}, x.options());
    const auto chosen = at::empty(out.sizes(), x.options().dtype(at::kByte));
    AT_DISPATCH_FLOATING_TYPES(x.scalar_type(), "srtg_max_pool", [&] {
      at::parallel_for(0, x.size(0) * x.size(1), 1, [&](int64_t begin, int64_t end) {
        Maxima<scalar_t> rows(e.frames * e.height * e.out_width), columns(e.frames * e.out_height * e.out_width), result(e.out());
        for (int64_t map = begin; map < end; ++map) {
          pool_map(x.data_ptr<scalar_t>() + map * e.in(), e, rows, columns, result, out.data_ptr<scalar_t>() + map * e.out(),
                   chosen.data_ptr<uint8_t>() + map * e.out());
        }
      });
    });
    context->save_for_backward({chosen});
    context->saved_data["shape"] = x.sizes().vec();
    return out;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto chosen = context->get_saved_variables()[0], gradient = gradients[0].contiguous();
    const auto dx = at::zeros(context->saved_data["shape"].toIntVector(), gradient.options());
    const Extent e(dx);
    AT_DISPATCH_FLOATING_TYPES(dx.scalar_type(), "srtg_max_pool_backward", [&] {
      at::parallel_for(0, dx.size(0) * dx.size(1), 1, [&](int64_t begin, int64_t end) {
        for (int64_t map = begin; map < end; ++map) {
          spread_map(gradient.data_ptr<scalar_t>() + map * e.out(), chosen.data_ptr<uint8_t>() + map * e.out(), e,
                     dx.data_ptr<scalar_t>() + map * e.in());
        }
      });
    });
    return {dx};
  }
};

}  // namespace

at::Tensor max_pool(const at::Tensor& x) {
  if (!x.is_cpu() || x.is_mkldnn()) return at::max_pool3d(x, {3, 3, 3}, {2, 2, 2}, {1, 1, 1});
  return MaxPool::apply(x.to(wide_type(x))).to(x.scalar_type());
}

}  // namespace vbench::srtg
