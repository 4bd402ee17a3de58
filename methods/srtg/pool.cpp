#include "methods/srtg/pool.hpp"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <cstdint>
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

/// Maxima with their codes.
template <class T>
struct Maxima {
  std::vector<T> values;
  std::vector<Code> codes;
  explicit Maxima(int64_t count) : values(static_cast<size_t>(count)), codes(static_cast<size_t>(count)) {}
};

/// The larger value wins; among equals the one that LibTorch meets first, and what is not a number always. No branches: the comparisons'
/// results cannot be predicted.
template <class T>
bool wins(T value, Code code, T best, Code best_code) {
  return (value > best) | (value != value) | ((value == best) & (code < best_code));
}

template <class T>
void take_winners(const T* values, const Code* codes, Code step, T* best, Code* best_codes, int64_t count) {
  for (int64_t i = 0; i < count; ++i) {
    const Code code = codes[i] + step;
    const bool winner = wins(values[i], code, best[i], best_codes[i]);
    best[i] = winner ? values[i] : best[i];
    best_codes[i] = winner ? code : best_codes[i];
  }
}

/// Neighbouring pieces of `size` values; their codes are `code_stride` apart.
template <class T>
struct Pieces {
  const T* values;
  const Code* codes;
  int64_t count, size, code_stride;
};

/// Maxima of three neighbours, every second one; `unit` is what a place is worth in the code.
template <class T>
void reduce_pieces(const Pieces<T>& x, Code unit, T* best, Code* codes) {
  for (int64_t i = 0; i < halved(x.count); ++i, best += x.size, codes += x.size) {
    const int64_t first = std::max<int64_t>(0, 2 * i - 1), last = std::min(x.count - 1, 2 * i + 1);
    const auto step = [&](int64_t piece) { return static_cast<Code>(piece - (2 * i - 1)) * unit; };
    const Code* const first_codes = x.codes + first * x.code_stride;
    std::copy_n(x.values + first * x.size, x.size, best);
    std::transform(first_codes, first_codes + x.size, codes, [&](Code code) { return code + step(first); });
    for (int64_t piece = first + 1; piece <= last; ++piece)
      take_winners(x.values + piece * x.size, x.codes + piece * x.code_stride, step(piece), best, codes, x.size);
  }
}

/// The same along a row.
template <class T>
void reduce_row(const T* x, const Code* x_codes, int64_t width, T* out, uint8_t* chosen) {
  for (int64_t i = 0; i < halved(width); ++i) {
    T value = x[2 * i];
    Code code = x_codes[2 * i] + 1;
    const auto offer = [&](int64_t at, Code place) {
      const Code its = x_codes[at] + place;
      const bool winner = wins(x[at], its, value, code);
      value = winner ? x[at] : value;
      code = winner ? its : code;
    };
    if (i > 0) offer(2 * i - 1, 0);
    if (2 * i + 1 < width) offer(2 * i + 1, 2);
    out[i] = value;
    chosen[i] = static_cast<uint8_t>(code);
  }
}

/// A maximum over a box is one over frames, then rows, then columns: 9 comparisons instead of 27, and only the last 3 with neighbours that
/// do not lie side by side.
template <class T>
class MapPool {
 public:
  explicit MapPool(const Extent& e)
      : e_(e),
        no_codes_(static_cast<size_t>(e.height * e.width)),
        frames_(e.out_frames * e.height * e.width),
        rows_(e.out_frames * e.out_height * e.width) {}

  void run(const T* x, T* out, uint8_t* chosen) {
    const int64_t in_frame = e_.height * e_.width, out_frame = e_.out_height * e_.width;
    reduce_pieces<T>({x, no_codes_.data(), e_.frames, in_frame, 0}, 9, frames_.values.data(), frames_.codes.data());
    for (int64_t frame = 0; frame < e_.out_frames; ++frame) {
      const int64_t from = frame * in_frame, to = frame * out_frame;
      reduce_pieces<T>({frames_.values.data() + from, frames_.codes.data() + from, e_.height, e_.width, e_.width}, 3,
                       rows_.values.data() + to, rows_.codes.data() + to);
    }
    for (int64_t row = 0; row < e_.out_frames * e_.out_height; ++row) {
      const int64_t from = row * e_.width, to = row * e_.out_width;
      reduce_row(rows_.values.data() + from, rows_.codes.data() + from, e_.width, out + to, chosen + to);
    }
  }

 private:
  Extent e_;
  std::vector<Code> no_codes_;
  Maxima<T> frames_, rows_;
};

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
        MapPool<scalar_t> pool(e);
        for (int64_t map = begin; map < end; ++map)
          pool.run(x.data_ptr<scalar_t>() + map * e.in(), out.data_ptr<scalar_t>() + map * e.out(),
                   chosen.data_ptr<uint8_t>() + map * e.out());
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
