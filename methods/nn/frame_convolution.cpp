#include "methods/nn/frame_convolution.hpp"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/utils.h>

#include <limits>
#include <vector>

#include "methods/nn/kernels/table.hpp"

namespace vbench::nn {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr int64_t kFrames = 4, kParts = 6;  // frames of a tile, and products that give them
constexpr int64_t kPiece = 2048;            // floats of a frame that are summed at once: all parts stay in the first cache
constexpr float kNoLeast = -std::numeric_limits<float>::infinity();

using Parts = std::array<at::Tensor, kParts>;  // [N tiles, C, H, W], channels last

/// Frames in memory, channels last, and the tiles of four that they are cut into; the last one may reach beyond the clip.
class Tiles {
 public:
  /// @param frames  [N, T, H, W, C]
  explicit Tiles(const at::Tensor& frames)
      : data_(frames.data_ptr<float>()),
        clips_(frames.size(0)),
        length_(frames.size(1)),
        tiles_((length_ + kFrames - 1) / kFrames),
        frame_(frames.numel() / (clips_ * length_)) {}

  [[nodiscard]] int64_t count() const { return clips_ * tiles_; }
  [[nodiscard]] bool is_first(int64_t tile) const { return tile % tiles_ == 0; }
  [[nodiscard]] bool is_last(int64_t tile) const { return tile % tiles_ == tiles_ - 1; }
  [[nodiscard]] int64_t frame() const { return frame_; }

  /// Frame i of a tile from its element `first` on; `beyond` for those that the clip has not. -1 and 4 are the neighbours' frames.
  [[nodiscard]] float* at(int64_t tile, int64_t i, int64_t first, float* beyond) const {
    const int64_t frame = tile % tiles_ * kFrames + i;
    return frame < 0 || frame >= length_ ? beyond : data_ + (tile / tiles_ * length_ + frame) * frame_ + first;
  }

  /// body(tile, first, count) on pieces of frames. Every thread gets neighbouring ones.
  template <class Body>
  void for_pieces(const Body& body) const {
    const int64_t pieces = (frame_ + kPiece - 1) / kPiece;
    at::parallel_for(0, count() * pieces, 4, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const int64_t first = i % pieces * kPiece;
        body(i / pieces, first, std::min(kPiece, frame_ - first));
      }
    });
  }

 private:
  float* data_;
  int64_t clips_, length_, tiles_, frame_;
};

using Piece = std::array<float, kPiece>;
Piece& zeros() {
  static Piece zeros{};  // only read
  return zeros;
}

/// [N, C, T, H, W] -> the same values as [N, T, H, W, C].
at::Tensor frames_of(const at::Tensor& clips) {
  return clips.contiguous(at::MemoryFormat::ChannelsLast3d).permute({0, 2, 3, 4, 1}).contiguous();
}
at::Tensor clips_of(const at::Tensor& frames) { return frames.permute({0, 4, 1, 2, 3}); }

std::array<const float*, kParts> read_at(const Parts& parts, int64_t offset) {
  std::array<const float*, kParts> pointers{};
  for (size_t k = 0; k < pointers.size(); ++k) pointers[k] = parts[k].data_ptr<float>() + offset;
  return pointers;
}
std::array<float*, kParts> write_at(const Parts& parts, int64_t offset) {
  std::array<float*, kParts> pointers{};
  for (size_t k = 0; k < pointers.size(); ++k) pointers[k] = parts[k].data_ptr<float>() + offset;
  return pointers;
}

Parts new_parts(const Tiles& tiles, const at::Tensor& frames) {
  Parts parts;
  for (auto& part : parts)
    part = at::empty({tiles.count(), frames.size(2), frames.size(3), frames.size(4)}, frames.options()).permute({0, 3, 1, 2});
  return parts;
}

/// The frames' sums that the six convolutions read.
Parts split(const at::Tensor& frames) {
  const Tiles tiles(frames);
  const Parts parts = new_parts(tiles, frames);
  tiles.for_pieces([&](int64_t tile, int64_t first, int64_t count) {
    std::array<const float*, kParts> from{};
    for (int64_t i = 0; i < kParts; ++i) from[static_cast<size_t>(i)] = tiles.at(tile, i - 1, first, zeros().data());
    kernels::table().frames.frames_to_parts(from.data(), write_at(parts, tile * tiles.frame() + first).data(), count);
  });
  return parts;
}

/// The convolutions' sums that are the frames, none of them below `least`. @param frames  is written
void join(const Parts& parts, const at::Tensor& frames, float least) {
  const Tiles tiles(frames);
  tiles.for_pieces([&](int64_t tile, int64_t first, int64_t count) {
    Piece beyond;
    std::array<float*, kFrames> to{};
    for (int64_t i = 0; i < kFrames; ++i) to[static_cast<size_t>(i)] = tiles.at(tile, i, first, beyond.data());
    kernels::table().frames.parts_to_frames(read_at(parts, tile * tiles.frame() + first).data(), to.data(), count, least);
  });
}

/// What join() passes back.
Parts split_gradients(const at::Tensor& frames) {
  const Tiles tiles(frames);
  const Parts parts = new_parts(tiles, frames);
  tiles.for_pieces([&](int64_t tile, int64_t first, int64_t count) {
    std::array<const float*, kFrames> from{};
    for (int64_t i = 0; i < kFrames; ++i) from[static_cast<size_t>(i)] = tiles.at(tile, i, first, zeros().data());
    kernels::table().frames.frame_gradients_to_parts(from.data(), write_at(parts, tile * tiles.frame() + first).data(), count);
  });
  return parts;
}

/// What split() passes back. @param frames  is written
void join_gradients(const Parts& parts, const at::Tensor& frames) {
  const Tiles tiles(frames);
  tiles.for_pieces([&](int64_t tile, int64_t first, int64_t count) {
    Piece beyond;
    std::array<float*, kFrames> to{};
    for (int64_t i = 0; i < kFrames; ++i) to[static_cast<size_t>(i)] = tiles.at(tile, i, first, beyond.data());
    const int64_t offset = tile * tiles.frame() + first;
    const auto from = read_at(parts, offset);
    const float* const before = tiles.is_first(tile) ? zeros().data() : from[kParts - 1] - tiles.frame();
    const float* const behind = tiles.is_last(tile) ? zeros().data() : from[0] + tiles.frame();
    kernels::table().frames.part_gradients_to_frames(from.data(), before, behind, to.data(), count);
  });
}

/// [6, 3]: what each of the six convolutions takes of the three taps.
at::Tensor tap_sums(at::ScalarType type) {
  static const at::Tensor kSums = at::tensor({1 / 4., 0., 0., -1 / 6., -1 / 6., -1 / 6., -1 / 6., 1 / 6., -1 / 6., 1 / 24., 1 / 12., 1 / 6.,
                                              1 / 24., -1 / 12., 1 / 6., 0., 0., 1.},
                                             at::kDouble)
                                      .view({kParts, 3});
  return kSums.to(type);
}

at::Tensor channels_last(const at::Tensor& x) { return x.contiguous(at::MemoryFormat::ChannelsLast); }

/// [D, C, 3, K, K] -> six of [D, C, K, K].
Parts split_weight(const at::Tensor& weight) {
  const auto taps = weight.permute({2, 0, 1, 3, 4}).reshape({3, -1});
  const auto sums =
      at::matmul(tap_sums(weight.scalar_type()), taps).view({kParts, weight.size(0), weight.size(1), weight.size(3), weight.size(4)});
  Parts parts;
  for (int64_t k = 0; k < kParts; ++k) parts[static_cast<size_t>(k)] = channels_last(sums[k].to(at::kFloat));
  return parts;
}

/// What split_weight() passes back.
at::Tensor join_weight_gradients(const std::vector<at::Tensor>& parts, at::IntArrayRef shape) {
  const auto sums = at::matmul(tap_sums(at::kFloat).t(), at::stack(parts).view({kParts, -1}));
  return sums.view({3, shape[0], shape[1], shape[3], shape[4]}).permute({1, 2, 0, 3, 4}).contiguous();
}

/// The second part stands once in each frame's sum, and so carries the bias.
constexpr size_t kBiased = 1;

at::Tensor convolve_parts(const at::Tensor& clips, const Parts& weights, const at::Tensor& bias, const FrameConvolution& shape,
                          float least) {
  const auto frames = frames_of(clips);
  auto parts = split(frames);
  for (size_t k = 0; k < parts.size(); ++k)
    parts[k] = channels_last(at::conv2d(parts[k], weights[k], k == kBiased ? bias : at::Tensor(), shape.stride, shape.padding));
  const auto& part = parts[0];
  const auto out = at::empty({frames.size(0), frames.size(1), part.size(2), part.size(3), part.size(1)}, frames.options());
  join(parts, out, least);
  return clips_of(out);
}

struct FrameFunction : torch::autograd::Function<FrameFunction> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& clips, const at::Tensor& weight, const at::Tensor& bias,
                            int64_t stride, int64_t padding) {
    context->save_for_backward({clips, weight});
    context->saved_data["stride"] = stride;
    context->saved_data["padding"] = padding;
    context->saved_data["dx"] = clips.requires_grad();
    return convolve_parts(clips, split_weight(weight), bias, {stride, padding}, kNoLeast);
  }

  // The sums of frames and taps are made anew: keeping them would cost more memory than all the rest.
  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const auto frames = frames_of(saved[0]);
    const auto& weight = saved[1];
    const bool wants_dx = context->saved_data["dx"].toBool();
    const std::vector<int64_t> stride(2, context->saved_data["stride"].toInt()), padding(2, context->saved_data["padding"].toInt());
    auto parts = split(frames);
    const auto part_gradients = split_gradients(frames_of(gradients[0])), weights = split_weight(weight);
    std::vector<at::Tensor> weight_gradients;
    at::Tensor bias_gradient;
    for (size_t k = 0; k < parts.size(); ++k) {
      auto [dx, dw, db] = at::convolution_backward(part_gradients[k], parts[k], weights[k], at::IntArrayRef(weight.size(0)), stride,
                                                   padding, {1, 1}, false, {0, 0}, 1, {wants_dx, true, k == kBiased});
      weight_gradients.push_back(dw.contiguous());
      if (k == kBiased) bias_gradient = db;
      parts[k] = wants_dx ? channels_last(dx) : at::Tensor();
    }
    at::Tensor clip_gradients;
    if (wants_dx) {
      const auto out = at::empty_like(frames);
      join_gradients(parts, out);
      clip_gradients = clips_of(out);
    }
    return {clip_gradients, join_weight_gradients(weight_gradients, weight.sizes()), bias_gradient, {}, {}};
  }
};

}  // namespace

bool takes_frames(const at::Tensor& clips) {
  return clips.is_cpu() && !clips.is_mkldnn() && clips.scalar_type() == at::kFloat && clips.size(2) >= kFrames;
}

at::Tensor convolve_frames(const at::Tensor& clips, const at::Tensor& weight, const at::Tensor& bias, const FrameConvolution& shape) {
  return FrameFunction::apply(clips, weight, bias, shape.stride, shape.padding);
}

PreparedFrameConvolution::PreparedFrameConvolution(const Folded& folded, const FrameConvolution& shape)
    : weights_(split_weight(folded.weight)), bias_(folded.bias.to(at::kFloat)), shape_(shape) {}

at::Tensor PreparedFrameConvolution::relu(const at::Tensor& clips) const {
  const torch::NoGradGuard no_grad;
  return convolve_parts(clips, weights_, bias_, shape_, 0);
}

}  // namespace vbench::nn
