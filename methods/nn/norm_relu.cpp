#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>

#include "methods/nn/frame_convolution.hpp"
#include "methods/nn/kernels/table.hpp"

namespace vbench::nn {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// All positions of a tensor with channels last as rows. Of few channels several positions make a row, so that loops over a row are long
/// enough for vectors.
struct Rows {
  int64_t channels, together = 1, count;

  explicit Rows(const at::Tensor& x) : channels(x.size(1)), count(x.numel() / x.size(1)) {
    constexpr int64_t kShortest = 64;
    while (count % 2 == 0 && channels * together < kShortest) {
      together *= 2;
      count /= 2;
    }
  }
  [[nodiscard]] int64_t width() const { return channels * together; }
  [[nodiscard]] double positions() const { return static_cast<double>(count * together); }

  template <class Body>
  void for_each(const Body& body) const {
    at::parallel_for(0, count, std::max<int64_t>(1, 16384 / width()), body);
  }

  /// Two sums of every channel, [2, C] float64. body(first, second, begin, end) adds to them. The rows are cut in pieces whose number
  /// does not depend on threads, and the pieces' sums are added in order.
  template <class Body>
  [[nodiscard]] at::Tensor sums(const Body& body) const {
    const int64_t pieces = std::clamp<int64_t>(count / 64, 1, 64);
    const auto sums = at::zeros({pieces, 2, together, channels}, at::kDouble);
    auto* const to = sums.data_ptr<double>();
    at::parallel_for(0, pieces, 1, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        double* const first = to + i * 2 * width();
        body(first, first + width(), count * i / pieces, count * (i + 1) / pieces);
      }
    });
    return sums.sum(0).sum(1);
  }

  /// A value a channel, as a row of float32.
  [[nodiscard]] at::Tensor row(const at::Tensor& values) const { return values.to(at::kFloat).repeat({together}); }
};

/// Values side by side in memory, position by position.
at::Tensor positions_of(const at::Tensor& x) { return x.contiguous(at::MemoryFormat::ChannelsLast3d); }

struct NormRelu : torch::autograd::Function<NormRelu> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& input, const at::Tensor& weight, const at::Tensor& bias,
                            const at::Tensor& running_mean, const at::Tensor& running_variance, double momentum) {
    const auto x = positions_of(input);
    const Rows rows(x);
    const auto& loops = kernels::table().frames;
    const auto* const from = x.data_ptr<float>();
    const auto moments = rows.sums([&](double* sums, double* squares, int64_t begin, int64_t end) {
      loops.channel_moments(from, sums, squares, rows.width(), begin, end);
    });
    const double n = rows.positions();
    const auto mean = moments[0] / n, variance = (moments[1] / n - mean.square()).clamp_min(0);
    const auto inverse = (variance + kNormEpsilon).rsqrt(), scale = weight.to(at::kDouble) * inverse;
    const auto scales = rows.row(scale), shifts = rows.row(bias.to(at::kDouble) - mean * scale);
    const auto y = at::empty_like(x);
    rows.for_each([&](int64_t begin, int64_t end) {
      loops.scale_relu(from, scales.data_ptr<float>(), shifts.data_ptr<float>(), y.data_ptr<float>(), rows.width(), begin, end);
    });
    at::Tensor kept_mean = running_mean, kept_variance = running_variance;
    kept_mean.mul_(1 - momentum).add_(mean.to(at::kFloat), momentum);
    kept_variance.mul_(1 - momentum).add_((variance * (n / (n - 1))).to(at::kFloat), momentum);
    context->save_for_backward({x, scales, shifts, mean, inverse});
    return y;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const auto &x = saved[0], &scales = saved[1], &shifts = saved[2], &inverse = saved[4];
    const auto dy = positions_of(gradients[0]);
    const Rows rows(x);
    const auto& loops = kernels::table().frames;
    const auto means = rows.row(saved[3]);
    kernels::ChannelNorm norm{scales.data_ptr<float>(), shifts.data_ptr<float>(), means.data_ptr<float>(), nullptr, nullptr};
    const auto *const from = x.data_ptr<float>(), *const given = dy.data_ptr<float>();
    const auto sums = rows.sums([&](double* first, double* products, int64_t begin, int64_t end) {
      loops.scale_relu_sums(given, from, norm, first, products, rows.width(), begin, end);
    });
    const auto scale = scales.narrow(0, 0, rows.channels).to(at::kDouble) / -rows.positions();
    const auto slopes = rows.row(scale * inverse.square() * sums[1]), offsets = rows.row(scale * sums[0]);
    norm.slope = slopes.data_ptr<float>();
    norm.offset = offsets.data_ptr<float>();
    const auto dx = at::empty_like(x);
    rows.for_each(
        [&](int64_t begin, int64_t end) { loops.scale_relu_backward(given, from, norm, dx.data_ptr<float>(), rows.width(), begin, end); });
    return {dx, (sums[1] * inverse).to(at::kFloat), sums[0].to(at::kFloat), {}, {}, {}};
  }
};

}  // namespace

at::Tensor norm_relu(const at::Tensor& x, const BatchNorm& norm, double momentum) {
  norm.count(x);
  return NormRelu::apply(x, norm.weight, norm.bias, norm.mean, norm.variance, momentum);
}

}  // namespace vbench::nn
