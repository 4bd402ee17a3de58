// Residual blocks of the SRTG family. Used by network.hpp and tests.
#pragma once

#include <functional>
#include <optional>

#include "methods/srtg/recursion.hpp"

namespace vbench::srtg {

struct BlockOptions {
  BlockKind kind = BlockKind::kBasic;
  Builder builder = Builder::kConv3d;
  int64_t in = 64, planes = 64, stride = 1;  ///< channels in and out
  bool shortcut_conv = false;                ///< needed where stride or channels change
  int64_t base_width = 64, groups = 1;       ///< bottleneck
  bool recursion = false;
  Gate gate = Gate::kOff;
  Place place = Place::kFinal;
  int64_t lstm_layers = 2;
};

/// Who computes the parts of a network; their order is the same for all.
struct Runner {
  std::function<at::Tensor(const Unit&, const at::Tensor&)> unit;
  std::function<at::Tensor(const SqueezeRecursion&, const at::Tensor&)> recursion;
};

class ResidualBlock {
 public:
  /// @throws Error kUsage for parts that do not fit each other
  ResidualBlock(const BlockOptions& options, const at::Device& device);

  /// [B, in, T, H, W] -> [B, planes, T', H', W']
  [[nodiscard]] at::Tensor forward(const at::Tensor& x, const Pass& pass) const;
  [[nodiscard]] at::Tensor run(const at::Tensor& x, const Runner& runner) const;
  void collect(const std::string& prefix, Weights& weights) const;
  [[nodiscard]] Size3 add_cost(const Size3& size, Cost& cost) const;

  [[nodiscard]] const BlockOptions& options() const { return options_; }
  [[nodiscard]] const std::vector<Unit>& units() const { return units_; }
  [[nodiscard]] const Unit& shortcut() const { return shortcut_; }  ///< empty: the input itself
  [[nodiscard]] bool is_gated() const;                              ///< a gate decides something in every forward pass

 private:
  [[nodiscard]] bool is_reached() const;  // the recursion stands on a path

  BlockOptions options_;
  std::vector<Unit> units_;  // conv1, conv2, conv3
  Unit shortcut_;
  std::optional<SqueezeRecursion> recursion_;
};

/// How a Pass computes them.
[[nodiscard]] Runner runner_of(const Pass& pass);

}  // namespace vbench::srtg
