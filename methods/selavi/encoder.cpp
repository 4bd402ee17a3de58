#include "methods/selavi/encoder.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "harness/core/error.hpp"

namespace vbench::selavi {
namespace {

constexpr int64_t kColours = 3, kStemMiddle = 45, kVideoBlocks = 2;
constexpr std::array<int64_t, 3> kPlaces{2, 3, 4};  // axes of time, height and width
constexpr ConvShape kMaxPool{1, 1, {1, 3, 3}, {1, 2, 2}, {0, 1, 1}};

ConvShape spatial(int64_t in, int64_t out, int64_t kernel, int64_t stride) {
  return {in, out, {1, kernel, kernel}, {1, stride, stride}, {0, kernel / 2, kernel / 2}};
}
ConvShape temporal(int64_t in, int64_t out, int64_t stride) { return {in, out, {3, 1, 1}, {stride, 1, 1}, {1, 0, 0}}; }

/// So that a pair of convolutions has as many weights as a 3x3x3 one; both
/// pairs of a block have the first one's number.
int64_t middle_channels(int64_t in, int64_t out) { return in * out * 27 / (9 * in + 3 * out); }

/// What differs between two blocks of a network.
struct BlockShape {
  std::string name;  ///< "layer1.0."
  int64_t in, out, stride;
};

ResidualBlock video_block(const BlockShape& b, const at::Device& device) {
  const int64_t middle = middle_channels(b.in, b.out);
  const auto layer = [&](const char* conv, const char* norm, const ConvShape& shape, bool relu) {
    return ConvLayer({b.name + conv, b.name + norm}, shape, false, relu, device);
  };
  ResidualBlock block;
  block.main = {layer("conv1.0.0", "conv1.0.1", spatial(b.in, middle, 3, b.stride), true),
                layer("conv1.0.3", "conv1.1", temporal(middle, b.out, b.stride), true),
                layer("conv2.0.0", "conv2.0.1", spatial(b.out, middle, 3, 1), true),
                layer("conv2.0.3", "conv2.1", temporal(middle, b.out, 1), false)};
  if (b.stride != 1 || b.in != b.out)
    block.shortcut = {layer("downsample.0", "downsample.1", {b.in, b.out, {1, 1, 1}, {b.stride, b.stride, b.stride}}, false)};
  return block;
}

ResidualBlock audio_block(const BlockShape& b, const at::Device& device) {
  const auto layer = [&](const char* conv, const char* norm, const ConvShape& shape, bool relu) {
    return ConvLayer({b.name + conv, b.name + norm}, shape, true, relu, device);
  };
  ResidualBlock block;
  block.main = {layer("conv1", "bn1", spatial(b.in, b.out, 3, b.stride), true), layer("conv2", "bn2", spatial(b.out, b.out, 3, 1), false)};
  if (b.stride != 1 || b.in != b.out) block.shortcut = {layer("downsample.0", "downsample.1", spatial(b.in, b.out, 1, b.stride), false)};
  return block;
}

/// Four stages; all but the first begin by halving every axis.
std::vector<ResidualBlock> stages(int64_t blocks_a_stage, int64_t divisor, const at::Device& device,
                                  ResidualBlock (*make)(const BlockShape&, const at::Device&)) {
  std::vector<ResidualBlock> blocks;
  int64_t in = kStageChannels[0] / divisor;
  for (size_t stage = 0; stage < kStageChannels.size(); ++stage) {
    const int64_t out = kStageChannels[stage] / divisor;
    for (int64_t i = 0; i < blocks_a_stage; ++i) {
      blocks.push_back(make({fmt::format("layer{}.{}.", stage + 1, i), in, out, stage > 0 && i == 0 ? 2 : 1}, device));
      in = out;
    }
  }
  return blocks;
}

at::Tensor run_layers(const std::vector<ConvLayer>& layers, const at::Tensor& x, const Encoder::Convolve& convolve) {
  at::Tensor y = x;
  for (const auto& layer : layers) y = convolve(layer, y);
  return y;
}

/// Of spectrograms, which pass as clips of one frame where convolutions are computed by somebody else.
at::Tensor max_pool(const at::Tensor& x) {
  if (x.is_mkldnn()) return max_pool(x.to_dense()).to_mkldnn();
  if (x.dim() == 5) return max_pool(x.squeeze(2)).unsqueeze(2);
  return at::max_pool2d(x, {3, 3}, {2, 2}, {1, 1});
}

int64_t add_cost(const std::vector<ConvLayer>& layers, Size3& size) {
  int64_t cost = 0;
  for (const auto& layer : layers) {
    size = layer.shape.output(size);
    cost += size[0] * size[1] * size[2] * layer.weight.numel();
  }
  return cost;
}

}  // namespace

Encoder Encoder::video(int64_t divisor, const at::Device& device) {
  Encoder encoder(false);
  const int64_t middle = kStemMiddle / divisor, out = kStageChannels[0] / divisor;
  encoder.stem_ = {ConvLayer({"stem.0", "stem.1"}, spatial(kColours, middle, 7, 2), false, true, device),
                   ConvLayer({"stem.3", "stem.4"}, temporal(middle, out, 1), false, true, device)};
  encoder.blocks_ = stages(kVideoBlocks, divisor, device, video_block);
  return encoder;
}

Encoder Encoder::audio(AudioDepth depth, int64_t divisor, const at::Device& device) {
  Encoder encoder(true);
  encoder.stem_ = {ConvLayer({"conv1", "bn1"}, spatial(1, kStageChannels[0] / divisor, 7, 2), true, true, device)};
  // The authors put a new layer in the place of torchvision's, which keeps
  // PyTorch's default.
  encoder.stem_.front().spread = Spread::kUniform;
  encoder.blocks_ = stages(blocks_of(depth), divisor, device, audio_block);
  return encoder;
}

void Encoder::check(const at::Tensor& x) const {
  const int64_t channels = planar_ ? 1 : kColours;
  if (x.dim() == (planar_ ? 4 : 5) && x.size(1) == channels && x.numel() > 0) return;
  throw input_error(fmt::format("{} have shape {}, expected batch x {}", planar_ ? "spectrograms" : "clips", fmt::join(x.sizes(), "x"),
                                planar_ ? "1 x filters x frames" : "3 x frames x height x width"),
                    "SeLaVi network");
}

at::Tensor Encoder::forward(const at::Tensor& x, const Pass& pass) const {
  check(x);
  return run(x, [&pass](const ConvLayer& layer, const at::Tensor& maps) { return layer.forward(maps, pass); });
}

at::Tensor Encoder::map(const at::Tensor& x, const Convolve& convolve) const {
  auto y = run_layers(stem_, x, convolve);
  if (planar_) y = max_pool(y);
  for (const auto& block : blocks_) {
    const auto shortcut = run_layers(block.shortcut, y, convolve);
    y = (run_layers(block.main, y, convolve) + shortcut).relu_();
  }
  return y.is_mkldnn() ? y.to_dense() : y;
}

at::Tensor Encoder::run(const at::Tensor& x, const Convolve& convolve) const {
  const auto y = map(x, convolve);
  return y.mean(at::IntArrayRef(kPlaces).slice(0, static_cast<size_t>(y.dim()) - 2), false, wide_type(y));
}

void Encoder::initialize(uint64_t seed, const std::string& prefix) const {
  for (const auto* layer : layers()) layer->initialize(seed, prefix);
}

void Encoder::collect(const std::string& prefix, Weights& weights) const {
  for (const auto* layer : layers()) layer->collect(prefix, weights);
}

std::vector<const ConvLayer*> Encoder::layers() const {
  std::vector<const ConvLayer*> all;
  const auto add = [&all](const std::vector<ConvLayer>& layers) {
    for (const auto& layer : layers) all.push_back(&layer);
  };
  add(stem_);
  for (const auto& block : blocks_) {
    add(block.main);
    add(block.shortcut);
  }
  return all;
}

int64_t Encoder::multiply_adds(const Size3& input) const {
  Size3 size = input;
  return follow(size);
}

Size3 Encoder::map_size(const Size3& input) const {
  Size3 size = input;
  (void)follow(size);
  return size;
}

int64_t Encoder::follow(Size3& size) const {
  int64_t cost = add_cost(stem_, size);
  if (planar_) size = kMaxPool.output(size);
  for (const auto& block : blocks_) {
    Size3 beside = size;
    cost += add_cost(block.shortcut, beside) + add_cost(block.main, size);
  }
  return cost;
}

}  // namespace vbench::selavi
