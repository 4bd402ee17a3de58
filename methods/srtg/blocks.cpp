#include "methods/srtg/blocks.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include "harness/core/error.hpp"

namespace vbench::srtg {
namespace {

void require(bool fits, const char* what, const char* hint = "") {
  if (!fits) throw usage_error(what, "SRTG network", hint);
}

/// Channels between the two convolutions of a (2+1)D unit, chosen by the authors so that it has as many weights as a 3D one.
int64_t middle_channels(int64_t in, int64_t planes) { return in * planes * 27 / (9 * in + 3 * planes); }

int64_t widened(int64_t channels, const BlockOptions& options) { return channels * options.base_width / 64 * options.groups; }

std::vector<Unit> make_units(const BlockOptions& o, const at::Device& device) {
  const int64_t middle = middle_channels(o.in, o.planes);
  if (o.kind == BlockKind::kBasic) {
    return {make_unit({o.builder, o.in, o.planes, middle, o.stride, true}, device),
            make_unit({o.builder, o.planes, o.planes, middle, 1, false}, device)};
  }
  const int64_t width = widened(o.planes, o);
  return {make_pointwise(o.in, width, {1, 1, 1}, true, device),
          make_unit({o.builder, width, width, widened(middle, o), o.stride, true}, device),
          make_pointwise(width, o.planes, {1, 1, 1}, false, device)};
}

/// Channels where the recursion stands.
int64_t recursion_channels(const BlockOptions& o, const std::vector<Unit>& units) {
  switch (o.place) {
    case Place::kStart:
      return o.in;
    case Place::kTop:
      return units[0].channels();
    case Place::kMiddle:
      return units[1].channels();
    default:
      return o.planes;
  }
}

BlockOptions checked(const BlockOptions& o) {
  require(o.in > 0 && o.planes > 0 && o.stride > 0 && o.base_width > 0 && o.groups > 0 && o.lstm_layers > 0, "sizes must be positive");
  require(o.shortcut_conv || (o.stride == 1 && o.in == o.planes), "a block that changes size or channels needs a convolution beside it");
  const bool bottleneck_only = o.place == Place::kStart || o.place == Place::kEnd || o.place == Place::kBottom;
  require(o.kind == BlockKind::kBottleneck || !bottleneck_only, "basic blocks have no such place for the recursion",
          "use top, middle, skip or final");
  require(o.kind == BlockKind::kBasic || widened(o.planes, o) > 0, "the bottleneck has no channels");
  return o;
}

}  // namespace

ResidualBlock::ResidualBlock(const BlockOptions& options, const at::Device& device)
    : options_(checked(options)), units_(make_units(options, device)) {
  if (options.shortcut_conv)
    shortcut_ = make_pointwise(options.in, options.planes, shortcut_stride(options.builder, options.stride), false, device);
  if (options.recursion) recursion_.emplace(recursion_channels(options, units_), options.lstm_layers, options.gate, device);
}

at::Tensor ResidualBlock::forward(const at::Tensor& x, const Pass& pass) const { return run(x, runner_of(pass)); }

at::Tensor ResidualBlock::run(const at::Tensor& input, const Runner& runner) const {
  constexpr Place kBehind[] = {Place::kTop, Place::kMiddle, Place::kEnd};
  const auto recur = [&](Place place, const at::Tensor& x) {
    return recursion_ && place == options_.place ? runner.recursion(*recursion_, x) : x;
  };
  const auto x = recur(Place::kStart, input);
  auto y = x;
  for (size_t i = 0; i < units_.size(); ++i) y = recur(kBehind[i], runner.unit(units_[i], y));
  const auto shortcut = shortcut_.empty() ? x : recur(Place::kSkip, runner.unit(shortcut_, x));
  return recur(Place::kFinal, (y + shortcut).relu_());
}

bool ResidualBlock::is_gated() const { return recursion_ && options_.gate != Gate::kOff && is_reached(); }

bool ResidualBlock::is_reached() const {
  return options_.place != Place::kBottom && (options_.place != Place::kSkip || !shortcut_.empty());
}

Runner runner_of(const Pass& pass) {
  return {[&pass](const Unit& unit, const at::Tensor& x) { return unit.forward(x, pass); },
          [&pass](const SqueezeRecursion& recursion, const at::Tensor& x) { return recursion.forward(x, pass); }};
}

void ResidualBlock::collect(const std::string& prefix, Weights& weights) const {
  for (size_t i = 0; i < units_.size(); ++i) units_[i].collect(fmt::format("{}conv{}.", prefix, i + 1), weights);
  shortcut_.collect(prefix + "downsample.", weights);
  if (recursion_) recursion_->lstm().collect(prefix + "sar.lstm.", weights);
}

Size3 ResidualBlock::add_cost(const Size3& size, Cost& cost) const {
  const auto elements = [](int64_t channels, const Size3& at) { return channels * at[0] * at[1] * at[2]; };
  Size3 output = size;
  std::vector<Size3> sizes{size};
  for (const auto& unit : units_) sizes.push_back(output = unit.add_cost(output, cost));
  (void)shortcut_.add_cost(size, cost);
  cost.relu += elements(options_.planes, output);
  if (!recursion_) return output;
  const auto& seen = options_.place == Place::kStart ? sizes[0] : options_.place == Place::kTop ? sizes[1] : output;
  if (is_reached() && options_.gate != Gate::kHead) cost.lstm += recursion_->lstm().multiply_adds(seen[0]);
  return output;
}

}  // namespace vbench::srtg
