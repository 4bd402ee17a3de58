#include "methods/srtg/network.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <torch/utils.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "harness/core/error.hpp"
#include "harness/core/random.hpp"
#include "methods/srtg/pool.hpp"

namespace vbench::srtg {
namespace {

constexpr int64_t kPublishedStemMiddle = 45;
constexpr double kClassifierDeviation = 0.01;

at::Tensor dense(const at::Tensor& x) { return x.is_mkldnn() ? x.to_dense() : x; }

bool in_lstm(const std::string& name) { return name.find(".lstm.") != std::string::npos; }

NetworkOptions checked(const NetworkOptions& options) {
  if (!is_valid(options.config)) throw usage_error("this block, builder, gate and place do not fit together", "SRTG network");
  const auto positive = [](int64_t value) { return value > 0; };
  if (!std::all_of(options.planes.begin(), options.planes.end(), positive) || options.stem_channels < 1 || options.stem_middle < 0 ||
      options.classes < 1)
    throw usage_error("sizes must be positive", "SRTG network");
  return options;
}

BlockOptions block_options(const NetworkOptions& o, int64_t in, int64_t planes, int64_t stride) {
  const auto& c = o.config;
  return {c.block,      c.builder, in,          planes, stride,  stride != 1 || in != planes,
          c.base_width, c.groups,  c.recursion, c.gate, c.place, o.lstm_layers};
}

at::Tensor initial_values(const NamedTensor& weight, uint64_t seed) {
  const auto& [name, tensor] = weight;
  const std::string purpose = "srtg.init/" + name;
  if (in_lstm(name)) {
    const double bound = 1 / std::sqrt(static_cast<double>(tensor.size(0) / 4));
    return nn::drawn(tensor.sizes(), seed, purpose, [bound](RandomStream& random) { return random.uniform(-bound, bound); });
  }
  const bool conv = tensor.dim() == 5;
  const double deviation = conv ? std::sqrt(2 / static_cast<double>(tensor.numel() / tensor.size(1))) : kClassifierDeviation;
  return nn::drawn(tensor.sizes(), seed, purpose, [deviation](RandomStream& random) { return deviation * random.normal(); });
}

}  // namespace

NetworkOptions NetworkOptions::of(const Config& config, int64_t classes) {
  NetworkOptions options;
  options.config = config;
  options.classes = classes;
  if (config.builder == Builder::kConv2Plus1d) options.stem_middle = kPublishedStemMiddle;
  return options;
}

double learning_rate_multiplier(const std::string& name, FineTune fine_tune) {
  constexpr double kRest = 0.6, kRecurrence = 0.5;
  if (fine_tune == FineTune::kNone) return 1;
  const bool upstream = fine_tune == FineTune::kUpstream;
  if (name.find("lstm") != std::string::npos) return upstream ? 1 : kRecurrence;
  if (name.starts_with("fc.")) return upstream ? kRest : 1;
  return kRest;
}

Network::Network(const NetworkOptions& options, const at::Device& device)
    : options_(checked(options)), stem_(make_stem(options.stem_channels, options.stem_middle, device)) {
  stem_.collect("stem.", weights_);
  int64_t channels = options.stem_channels;
  for (size_t stage = 0; stage < stages_.size(); ++stage) {
    const int64_t planes = options.planes[stage];
    for (int64_t i = 0; i < options.config.depths[stage]; ++i) {
      stages_[stage].emplace_back(block_options(options, channels, planes, stage > 0 && i == 0 ? 2 : 1), device);
      stages_[stage].back().collect(fmt::format("layer{}.{}.", stage + 1, i), weights_);
      channels = planes;
    }
  }
  const auto type = at::TensorOptions().dtype(at::kFloat).device(device);
  classifier_weight_ = trainable(at::zeros({options.classes, channels}, type));
  classifier_bias_ = trainable(at::zeros({options.classes}, type));
  weights_.push_back({"fc.weight", classifier_weight_});
  weights_.push_back({"fc.bias", classifier_bias_});
}

void Network::initialize(uint64_t seed) {
  const torch::NoGradGuard no_grad;
  for (const auto& weight : weights_) {
    if (weight.tensor.dim() < 2 && !in_lstm(weight.name)) continue;
    at::Tensor target = weight.tensor;
    target.copy_(initial_values(weight, seed));
  }
}

at::Tensor Network::forward(const at::Tensor& clips, const Pass& pass) const {
  nn::check_clips(clips, "SRTG network");
  return run(clips, runner_of(pass), pass.stages);
}

at::Tensor Network::run(const at::Tensor& clips, const Runner& runner, std::vector<NamedTensor>* stages) const {
  const auto passed = [&](const std::string& name, at::Tensor x) {
    if (stages != nullptr) stages->push_back({name, dense(x)});
    return x;
  };
  auto x = passed("stem", runner.unit(stem_, clips));
  x = passed("pool", max_pool(x));
  for (size_t stage = 0; stage < stages_.size(); ++stage) {
    for (const auto& block : stages_[stage]) x = block.run(x, runner);
    x = passed(fmt::format("layer{}", stage + 1), x);
  }
  x = dense(x);
  x = passed("avgpool", x.mean({2, 3, 4}, true, wide_type(x)));
  return at::linear(x.flatten(1), classifier_weight_, classifier_bias_);
}

std::vector<Parameter> Network::parameters(FineTune fine_tune) const {
  std::vector<Parameter> parameters;
  for (const auto& [name, tensor] : weights_) {
    if (tensor.requires_grad()) parameters.push_back({name, tensor, 1.0, learning_rate_multiplier(name, fine_tune)});
  }
  return parameters;
}

Cost Network::cost(const Size3& clip) const {
  const auto elements = [](int64_t channels, const Size3& size) { return channels * size[0] * size[1] * size[2]; };
  Cost cost;
  auto size = stem_.add_cost(clip, cost);
  cost.pool += elements(options_.stem_channels, size);
  size = ConvShape{1, 1, {3, 3, 3}, {2, 2, 2}, {1, 1, 1}}.output(size);
  for (const auto& stage : stages_) {
    for (const auto& block : stage) size = block.add_cost(size, cost);
  }
  cost.pool += elements(options_.planes.back(), size);
  cost.linear = classifier_weight_.numel();
  return cost;
}

std::vector<std::string> Network::gate_names() const {
  std::vector<std::string> names;
  for (size_t stage = 0; stage < stages_.size(); ++stage) {
    for (size_t i = 0; i < stages_[stage].size(); ++i) {
      if (stages_[stage][i].is_gated()) names.push_back(fmt::format("layer{}.{}", stage + 1, i));
    }
  }
  return names;
}

std::vector<const ConvLayer*> Network::conv_layers() const {
  std::vector<const ConvLayer*> all;
  const auto add = [&all](const Unit& unit) {
    for (const auto& layer : unit.layers()) all.push_back(&layer);
  };
  add(stem_);
  for (const auto& stage : stages_) {
    for (const auto& block : stage) {
      for (const auto& unit : block.units()) add(unit);
      add(block.shortcut());
    }
  }
  return all;
}

// The parts share these tensors, so the data moves and the tensors stay.
void Network::to(const at::Device& device) {
  for (auto& [name, tensor] : weights_) tensor.set_data(tensor.detach().to(device));
}

void Network::to(at::ScalarType type) {
  for (auto& [name, tensor] : weights_) {
    if (tensor.is_floating_point()) tensor.set_data(tensor.detach().to(type));
  }
}

ModelSummary summarise(const Network& network, const Size3& clip) {
  auto summary = nn::list_layers(network.weights(), [](const NamedTensor& weight) {
    const int64_t dimensions = weight.tensor.dim();
    return dimensions == 5 ? "Conv3d" : in_lstm(weight.name) ? "LSTM" : dimensions == 2 ? "Linear" : "BatchNorm3d";
  });
  summary.flops = 2 * network.cost(clip).multiply_adds();
  summary.flops_of = fmt::format("one clip of {}", fmt::join(clip, "x"));
  return summary;
}

}  // namespace vbench::srtg
