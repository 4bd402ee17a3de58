#include "methods/coot/network.hpp"

#include <fmt/format.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <algorithm>
#include <numeric>

#include "harness/core/error.hpp"
#include "harness/core/random.hpp"

namespace vbench::coot {
namespace {

void require(bool fits, const std::string& what, const std::string& hint = "") {
  if (!fits) throw usage_error(what, "COOT network", hint);
}

NetworkOptions checked(const NetworkOptions& o) {
  require(o.width > 1 && o.input_width > 1, "widths of 1 have no standard deviation to normalise by");
  require(o.heads > 0 && o.width % o.heads == 0, fmt::format("width {} is not a multiple of {} attention heads", o.width, o.heads));
  require(o.layers > 0 && o.context_layers > 0 && o.input_layers > 0, "an encoder needs at least one layer");
  require(o.level == Level::kLocal || o.input_width == o.width, "a global network's input is as wide as the network");
  require(o.pools == 1, fmt::format("{} pools: the original chains them on a vector that is already pooled", o.pools), "use one");
  const int64_t hidden = o.pooler_hidden == 0 ? o.width : o.pooler_hidden;
  require(o.pooler_heads > 0 && o.width % o.pooler_heads == 0 && hidden % o.pooler_heads == 0,
          fmt::format("width {} and pooler width {} are not multiples of {} pooler heads", o.width, hidden, o.pooler_heads));
  require(o.dropout >= 0 && o.dropout < 1, fmt::format("dropout {} is not in [0, 1)", o.dropout));
  return o;
}

LayerOptions layer_options(const NetworkOptions& o) { return {o.width, o.heads, o.feed_forward, o.norm_epsilon, o.dropout}; }

bool in_norm(const std::string& name) {
  return name.find("norm_input.") != std::string::npos || name.find("layer_normalization.") != std::string::npos;
}

}  // namespace

Network::Network(const NetworkOptions& options)
    : options_(checked(options)),
      norm_input_(options.input_width, options.norm_epsilon),
      positions_(positional_encoding(options.positions, options.width)),
      encoder_(layer_options(options), options.layers, options.chained) {
  const bool local = options_.level == Level::kLocal;
  if (local) {
    input_.emplace(options.input_width, options.width, options.input_layers, options.input_hidden, options.input_residual);
    pool_.emplace(options.width, options.pooler_heads, options.pooler_hidden);
  } else {
    context_.emplace(layer_options(options), options.context_layers, options.chained);
  }
  norm_input_.collect("norm_input.", weights_);
  if (local) input_->collect("input_fc.", weights_);
  weights_.push_back({"embedding.pe", positions_});
  encoder_.collect("tf.", weights_);
  if (!local) context_->collect("tf_context.", weights_);
  if (local) pool_->collect("pooler.pools.0.", weights_);
}

std::vector<at::Tensor> Network::embed(const at::Tensor& rows, const std::vector<const nn::Spans*>& spans, nn::DropoutKeys& keys) const {
  for (const auto* span : spans) check_lengths(span->max_length());
  if (input_->is_single()) {
    const auto& layer = input_->single();
    return nn::embed_rows(rows, norm_input_.gain, norm_input_.bias, norm_input_.epsilon, layer.weight, layer.bias, positions_, spans);
  }
  const auto shared = input_->forward(norm_input_.forward(rows), options_.dropout, keys);
  std::vector<at::Tensor> embedded;
  for (const auto* span : spans) {
    std::vector<at::Tensor> encodings;
    for (const int64_t length : span->lengths) encodings.push_back(positions_.slice(0, 0, length));
    embedded.push_back(shared + torch::cat(encodings));
  }
  return embedded;
}

at::Tensor Network::encode(const at::Tensor& embedded, const nn::Spans& spans, nn::DropoutKeys& keys) const {
  return encoder_.packed(embedded, spans, keys);
}

at::Tensor Network::pool(const at::Tensor& encoded, const nn::Spans& spans, nn::DropoutKeys& keys) const {
  return pool_->packed(encoded, spans, options_.dropout, keys);
}

at::Tensor Network::encode_padded(const at::Tensor& x, const at::Tensor& padding, nn::DropoutKeys& keys) const {
  check_lengths(x.size(1));
  return encoder_.padded(norm_input_.forward(x) + positions_.slice(0, 0, x.size(1)), padding, keys);
}

at::Tensor Network::forward(const at::Tensor& x, const std::vector<int64_t>& lengths, const at::Tensor& context,
                            nn::DropoutKeys& keys) const {
  const auto ends = torch::tensor(lengths, torch::kLong).to(x.device());
  const auto padding = torch::arange(x.size(1), ends.options()).unsqueeze(0).ge(ends.unsqueeze(1));
  const auto encoded = encode_padded(x, padding, keys);
  const auto attended = context_->cross(context.unsqueeze(1), encoded, padding, keys).squeeze(1);
  const auto pooled = average_pool(encoded, padding, lengths, options_.average == Average::kMasked);
  return torch::cat({pooled, attended}, -1);
}

int64_t Network::flops(const std::vector<int64_t>& lengths) const {
  const auto& o = options_;
  const int64_t d = o.width;
  const int64_t layers = o.chained ? o.layers : 1;
  int64_t multiplications = 0;
  for (const int64_t n : lengths) {
    multiplications += layers * n * (4 * d * d + 2 * n * d + 2 * d * o.feed_forward);
    if (o.level == Level::kLocal) {
      const int64_t hidden = o.pooler_hidden == 0 ? d : o.pooler_hidden;
      const int64_t inner = o.input_hidden == 0 ? d : o.input_hidden;
      const int64_t input =
          o.input_layers == 1 ? o.input_width * d : o.input_width * inner + (o.input_layers - 2) * inner * inner + inner * d;
      const int64_t shortcut = o.input_residual ? o.input_width * d : 0;
      multiplications += n * (input + shortcut + d * hidden + hidden * d / o.pooler_heads + d);
    } else {
      const int64_t context_layers = o.chained ? o.context_layers : 1;
      multiplications += context_layers * (2 * n * d * d + 2 * d * d + 2 * n * d + 2 * d * o.feed_forward);
    }
  }
  return 2 * multiplications;
}

void Network::to(const at::Device& device) {
  // The parts share these tensors, so the data moves and the tensors stay.
  for (auto& [name, tensor] : weights_) tensor.set_data(tensor.detach().to(device));
}

void Network::check_lengths(int64_t longest) const {
  if (longest <= options_.positions) return;
  throw input_error(fmt::format("a sequence of {} is longer than the {} positions of the network", longest, options_.positions),
                    "COOT network", "lower the limit of frames or words");
}

bool is_parameter(const NamedTensor& weight) { return weight.tensor.requires_grad(); }

void initialize(const Weights& weights, const std::string& scope, double deviation, uint64_t seed) {
  const torch::NoGradGuard no_grad;
  for (const auto& weight : weights) {
    const auto& name = weight.name;
    const bool drawn =
        name.find("weight") != std::string::npos || name.find("bias") != std::string::npos || name.find("genpool_") != std::string::npos;
    if (!drawn || in_norm(name) || !is_parameter(weight)) continue;
    RandomStream random(seed, "coot.init/" + scope + name);
    auto values = torch::empty(weight.tensor.sizes(), torch::kFloat);
    auto* out = values.data_ptr<float>();
    std::generate_n(out, values.numel(), [&] { return static_cast<float>(deviation * random.truncated_normal(2)); });
    at::Tensor target = weight.tensor;
    target.copy_(values);
  }
}

}  // namespace vbench::coot
