#include "methods/smth3d/network.hpp"

#include <ATen/ATen.h>
#include <c10/core/impl/LocalDispatchKeySet.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <torch/utils.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "harness/core/error.hpp"
#include "harness/core/random.hpp"
#include "methods/nn/activation.hpp"
#include "methods/nn/blocks.hpp"
#include "methods/nn/frame_convolution.hpp"
#include "methods/nn/weights.hpp"

namespace vbench::smth3d {
namespace {

constexpr int64_t kColours = 3;
constexpr double kMomentum = 0.1;       // of BatchNorm's running statistics
constexpr size_t kHalvingBlock = 1;     // behind which kModel224 averages frames
constexpr size_t kDropoutBlocks = 4;    // the first so many end with dropout
constexpr int64_t kModulesOfLayer = 3;  // convolution, BatchNorm, ReLU are numbered one by one in the authors' names
const nn::ConvShape kTimeAverage{1, 1, {3, 1, 1}, {2, 1, 1}, {1, 0, 0}};

NetworkOptions checked(const NetworkOptions& options) {
  const int64_t narrowest = kColumn.front().out;
  if (options.divisor < 1 || narrowest % options.divisor != 0)
    throw usage_error(fmt::format("{} does not divide the {} channels of the first layer", options.divisor, narrowest), "model.divisor",
                      "take 1, 2, 4, 8, 16 or 32");
  if (options.classes < 1) throw usage_error("a classifier needs at least one class", "data.classes");
  if (options.dropout < 0 || options.dropout >= 1) throw usage_error("is not a probability below 1", "model.dropout");
  return options;
}

nn::ConvShape shape_of(const ConvUnit& unit, int64_t in, int64_t divisor) {
  const int64_t side = in == kColours ? 5 : 3, stride = unit.halves ? 2 : 1;
  return {in, unit.out / divisor, {3, side, side}, {1, stride, stride}, {1, side / 2, side / 2}};
}

at::Tensor dense(const at::Tensor& x) { return x.is_mkldnn() ? x.to_dense() : x; }

/// Mean of three frames, every second one; beyond the ends lie frames of zeros. Sums of slices, because they keep the order in memory.
at::Tensor average_time(const at::Tensor& x) {
  if (x.is_mkldnn()) return average_time(x.to_dense()).to_mkldnn();
  const auto padded = at::constant_pad_nd(x, {0, 0, 0, 0, 1, 1});
  const int64_t last = kTimeAverage.output({x.size(2), 1, 1})[0] * 2 - 1;
  const auto every_second = [&](int64_t first) { return padded.slice(2, first, first + last, 2); };
  return (every_second(0) + every_second(1) + every_second(2)) / 3;
}

at::Tensor indices(const std::vector<int64_t>& values, const at::Device& device) { return at::tensor(values, at::kLong).to(device); }

void fill(const at::Tensor& tensor, const std::string& name, double bound, uint64_t seed) {
  at::Tensor target = tensor;
  target.copy_(
      nn::drawn(tensor.sizes(), seed, "smth3d.init/" + name, [bound](RandomStream& random) { return random.uniform(-bound, bound); }));
}

}  // namespace

ConvLayer::ConvLayer(const nn::ConvShape& conv_shape, const at::Device& device) : shape(conv_shape), norm(conv_shape.out, device) {
  const auto options = at::TensorOptions().dtype(at::kFloat).device(device);
  const auto& [frames, height, width] = shape.kernel;
  weight = nn::trainable(at::zeros({shape.out, shape.in, frames, height, width}, options));
  bias = nn::trainable(at::zeros({shape.out}, options));
}

at::Tensor ConvLayer::forward(const at::Tensor& x, bool training) const {
  if (training && nn::takes_frames(x) && nn::activation_type(x) == at::kFloat)
    return nn::norm_relu(nn::convolve_frames(x, weight, bias, {shape.stride[1], shape.padding[1]}), norm, kMomentum);
  return norm.forward(nn::convolve(x, {weight, bias}, shape), training, kMomentum).relu_();
}

Network::Network(const NetworkOptions& options, const at::Device& device) : options_(checked(options)) {
  int64_t channels = kColours;
  const auto* unit = kColumn.data();
  for (size_t block = 0; block < blocks_.size(); ++block) {
    for (int64_t i = 0; i < kUnitsOfBlock[block]; ++i, ++unit) {
      const auto& layer = blocks_[block].emplace_back(shape_of(*unit, channels, options.divisor), device);
      const auto name = [&](int64_t module) { return fmt::format("conv_column.block{}.{}.", block + 1, i * kModulesOfLayer + module); };
      weights_.push_back({name(0) + "weight", layer.weight});
      weights_.push_back({name(0) + "bias", layer.bias});
      layer.norm.collect(name(1), weights_);
      channels = layer.shape.out;
    }
  }
  const auto type = at::TensorOptions().dtype(at::kFloat).device(device);
  classifier_weight_ = nn::trainable(at::zeros({options.classes, channels}, type));
  classifier_bias_ = nn::trainable(at::zeros({options.classes}, type));
  weights_.push_back({"clf_layers.0.weight", classifier_weight_});
  weights_.push_back({"clf_layers.0.bias", classifier_bias_});
}

void Network::initialize(uint64_t seed) {
  const torch::NoGradGuard no_grad;
  for (size_t i = 0; i + 1 < weights_.size(); ++i) {
    const auto &weight = weights_[i], &bias = weights_[i + 1];
    if (weight.tensor.dim() < 2) continue;
    const double bound = 1 / std::sqrt(static_cast<double>(weight.tensor.numel() / weight.tensor.size(0)));
    for (const auto* part : {&weight, &bias}) fill(part->tensor, part->name, bound, seed);
  }
}

at::Tensor Network::column(const at::Tensor& clips, const Pass& pass) const {
  return run(
      clips, [&pass](const ConvLayer& layer, const at::Tensor& x) { return layer.forward(x, pass.training); }, pass);
}

at::Tensor Network::run(const at::Tensor& clips, const LayerFunction& layer, const Pass& pass) const {
  nn::check_clips(clips, "smth3d network");
  auto keys = pass.training ? nn::DropoutKeys(pass.dropout_key) : nn::DropoutKeys();
  at::Tensor x = clips;
  for (size_t block = 0; block < blocks_.size(); ++block) {
    for (const auto& unit : blocks_[block]) x = layer(unit, x);
    if (options_.config.halves_time && block == kHalvingBlock) x = average_time(x);
    const auto dropout = block < kDropoutBlocks ? keys.next(options_.dropout) : nn::Dropout();
    if (dropout.p > 0) x = x * nn::dropout_mask({x.size(0), x.size(1), 1, 1, 1}, dropout, x.device()).to(x.scalar_type());
    if (pass.blocks != nullptr) pass.blocks->push_back({fmt::format("block{}", block + 1), dense(x)});
  }
  return x;
}

Prediction Network::classify(const at::Tensor& maps, const std::vector<int64_t>& views) const {
  // One small product gains nothing in 16 bits.
  const c10::impl::ExcludeDispatchKeyGuard full_precision(c10::autocast_dispatch_keyset);
  const auto of_clips = dense(maps).mean({2, 3, 4}, false, nn::wide_type(maps));
  if (std::accumulate(views.begin(), views.end(), int64_t{0}) != of_clips.size(0))
    throw Error(ErrorKind::kInternal, "the videos' clips are not the batch's", "smth3d network");
  const bool alone = static_cast<int64_t>(views.size()) == of_clips.size(0);
  std::vector<at::Tensor> videos;
  for (const auto& video : at::split_with_sizes(of_clips, alone ? std::vector<int64_t>{of_clips.size(0)} : views))
    videos.push_back(alone ? video : video.mean(0, true));
  const auto features = at::cat(videos);
  return {at::linear(features, classifier_weight_, classifier_bias_), features};
}

Prediction Network::forward(const at::Tensor& clips, const std::vector<int64_t>& views, const Pass& pass) const {
  if (!pass.training || std::all_of(views.begin(), views.end(), [](int64_t count) { return count == 1; }))
    return classify(column(clips, pass), views);
  std::vector<at::Tensor> maps;
  std::vector<int64_t> places;  // in `clips`, of the maps one behind the other
  for (int64_t turn = 0; turn < *std::max_element(views.begin(), views.end()); ++turn) {
    const auto taken = static_cast<int64_t>(places.size());
    int64_t first = 0;
    for (const int64_t count : views) {
      if (turn < count) places.push_back(first + turn);
      first += count;
    }
    Pass its = pass;
    its.dropout_key = derive_seed(pass.dropout_key, "smth3d.clip", 0, static_cast<uint64_t>(turn));
    maps.push_back(column(clips.index_select(0, indices(places, clips.device()).slice(0, taken)), its));
  }
  return classify(at::cat(maps).index_select(0, indices(places, clips.device()).argsort()), views);
}

std::vector<Parameter> Network::parameters() const {
  std::vector<Parameter> parameters;
  for (const auto& [name, tensor] : weights_) {
    if (tensor.requires_grad()) parameters.push_back({name, tensor});
  }
  return parameters;
}

ModelSummary summarise(const Network& network, const nn::Size3& clip) {
  auto summary = nn::list_layers(network.weights(), [](const NamedTensor& weight) {
    const int64_t dimensions = weight.tensor.dim();
    return dimensions == 5 ? "Conv3d" : dimensions == 2 ? "Linear" : "BatchNorm3d";
  });
  nn::Size3 size = clip;
  int64_t products = network.parameters().rbegin()[1].tensor.numel();  // the classifier
  for (size_t block = 0; block < network.blocks().size(); ++block) {
    for (const auto& layer : network.blocks()[block]) {
      size = layer.shape.output(size);
      products += layer.weight.numel() * size[0] * size[1] * size[2];
    }
    if (network.options().config.halves_time && block == kHalvingBlock) size = kTimeAverage.output(size);
  }
  summary.flops = 2 * products;
  summary.flops_of = fmt::format("one clip of {}", fmt::join(clip, "x"));
  return summary;
}

}  // namespace vbench::smth3d
