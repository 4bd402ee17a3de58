// Structure of the SRTG family as compile-time values: every published network, with and without SRTG. Used by method code as a template
// parameter, by network.hpp, the tests and the benchmarks.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vbench::srtg {

enum class BlockKind {
  kBasic,       ///< two 3x3x3 units
  kBottleneck,  ///< 1x1x1, one 3x3x3 unit, 1x1x1; expansion 1: as wide outside as a basic block
};

/// What stands for a 3x3x3 convolution.
enum class Builder {
  kConv3d,       ///< one 3x3x3 convolution
  kConv2Plus1d,  ///< 1x3x3 and 3x1x1 with BatchNorm and ReLU between
  kDepthwise,    ///< 3x3x3, every channel on its own ("ir_csn")
  kIpDepthwise,  ///< 1x1x1, BatchNorm, ReLU, then depthwise ("ip_csn")
  kSpatial,      ///< 1x3x3 alone; no published network has it
};

/// Who is multiplied by the recursion's output.
enum class Gate {
  kOff,          ///< every sample: what all published networks do
  kAligned,      ///< samples whose features and recursion are each other's nearest frame by frame, both ways
  kSoftAligned,  ///< the same with soft nearest neighbours
  kJune2020,     ///< the authors' function of that time: one way suffices, features rounded to float16
  kHead,         ///< nobody: what the authors' last revision does with its gates on
};

/// Where in a block the features are squeezed and recurred.
enum class Place {
  kStart,   ///< bottleneck only: block input, before the shortcut leaves
  kTop,     ///< behind the first convolution
  kMiddle,  ///< behind the second
  kEnd,     ///< bottleneck only: behind the third, before the sum
  kSkip,    ///< on the shortcut of blocks that have a convolution there
  kBottom,  ///< bottleneck only: nowhere, but the weights exist
  kFinal,   ///< behind the block, as published
};

/// Defaults: r3d_18.
struct Config {
  BlockKind block = BlockKind::kBasic;
  Builder builder = Builder::kConv3d;
  std::array<int64_t, 4> depths{2, 2, 2, 2};  ///< blocks of the four stages
  int64_t base_width = 64;                    ///< bottleneck: inner width of 64 outer channels
  int64_t groups = 1;                         ///< bottleneck: multiplies the inner width; the convolutions stay dense, as published
  bool recursion = false;                     ///< SRTG; false: a plain 3D ResNet
  Gate gate = Gate::kOff;
  Place place = Place::kFinal;
};

/// Every variant is checked when it is compiled.
constexpr bool is_valid(const Config& config) {
  for (const int64_t depth : config.depths) {
    if (depth < 1) return false;
  }
  const bool bottleneck = config.block == BlockKind::kBottleneck;
  const bool needs_bottleneck = config.place == Place::kStart || config.place == Place::kEnd || config.place == Place::kBottom;
  // The depthwise unit behind a 1x1x1 convolution keeps the number of channels, which only bottlenecks do in every stage.
  const bool units_fit = bottleneck || config.builder != Builder::kIpDepthwise;
  return config.base_width > 0 && config.groups > 0 && (bottleneck || !needs_bottleneck) && units_fit &&
         (config.recursion || config.gate == Gate::kOff);
}

constexpr Config with_srtg(Config config, Gate gate = Gate::kOff) {
  config.recursion = true;
  config.gate = gate;
  return config;
}

inline constexpr std::array<int64_t, 4> k18{2, 2, 2, 2}, k34{3, 4, 6, 3}, k50{3, 4, 6, 3}, k101{3, 4, 23, 3}, k152{3, 8, 36, 3},
    k200{3, 24, 36, 3};

/// A network under the authors' name.
struct NamedConfig {
  std::string_view name;  ///< without "srtg_"
  Config config;          ///< without SRTG
};

/// All plain networks; with_srtg() gives the ones called "srtg_<name>".
inline constexpr std::array kNetworks{
    NamedConfig{"r3d_18", {BlockKind::kBasic, Builder::kConv3d, k18}},
    NamedConfig{"r3d_34", {BlockKind::kBasic, Builder::kConv3d, k34}},
    NamedConfig{"r3d_50", {BlockKind::kBottleneck, Builder::kConv3d, k50}},
    NamedConfig{"r3d_101", {BlockKind::kBottleneck, Builder::kConv3d, k101}},
    NamedConfig{"r3d_152", {BlockKind::kBottleneck, Builder::kConv3d, k152}},
    NamedConfig{"r3d_200", {BlockKind::kBottleneck, Builder::kConv3d, k200}},
    NamedConfig{"r3dxt34_32d", {BlockKind::kBasic, Builder::kConv3d, k34, 4, 32}},
    NamedConfig{"r3dxt50_32x4d", {BlockKind::kBottleneck, Builder::kConv3d, k50, 4, 32}},
    NamedConfig{"r3dxt101_32x8d", {BlockKind::kBottleneck, Builder::kConv3d, k101, 8, 32}},
    NamedConfig{"wide_r3d50_2", {BlockKind::kBottleneck, Builder::kConv3d, k50, 128}},
    NamedConfig{"wide_r3d101_2", {BlockKind::kBottleneck, Builder::kConv3d, k101, 128}},
    NamedConfig{"r2plus1d_18", {BlockKind::kBasic, Builder::kConv2Plus1d, k18}},
    NamedConfig{"r2plus1d_34", {BlockKind::kBasic, Builder::kConv2Plus1d, k34}},
    NamedConfig{"r2plus1d_50", {BlockKind::kBottleneck, Builder::kConv2Plus1d, k50}},
    NamedConfig{"r2plus1d_101", {BlockKind::kBottleneck, Builder::kConv2Plus1d, k101}},
    NamedConfig{"r2plus1d_152", {BlockKind::kBottleneck, Builder::kConv2Plus1d, k152}},
    NamedConfig{"r2plus1d_200", {BlockKind::kBottleneck, Builder::kConv2Plus1d, k200}},
    NamedConfig{"r2plus1dxt34_32d", {BlockKind::kBasic, Builder::kConv2Plus1d, k34, 4, 32}},
    NamedConfig{"r2plus1dxt50_32x4d", {BlockKind::kBottleneck, Builder::kConv2Plus1d, k50, 4, 32}},
    NamedConfig{"r2plus1dxt101_32x8d", {BlockKind::kBottleneck, Builder::kConv2Plus1d, k101, 8, 32}},
    NamedConfig{"wide_r2plus1d50_2", {BlockKind::kBottleneck, Builder::kConv2Plus1d, k50, 128}},
    NamedConfig{"wide_r2plus1d101_2", {BlockKind::kBottleneck, Builder::kConv2Plus1d, k101, 128}},
    NamedConfig{"ir_csn_50", {BlockKind::kBottleneck, Builder::kDepthwise, k50}},
    NamedConfig{"ir_csn_101", {BlockKind::kBottleneck, Builder::kDepthwise, k101}},
    NamedConfig{"ir_csn_152", {BlockKind::kBottleneck, Builder::kDepthwise, k152}},
    NamedConfig{"ip_csn_50", {BlockKind::kBottleneck, Builder::kIpDepthwise, k50}},
    NamedConfig{"ip_csn_101", {BlockKind::kBottleneck, Builder::kIpDepthwise, k101}},
    NamedConfig{"ip_csn_152", {BlockKind::kBottleneck, Builder::kIpDepthwise, k152}},
};

constexpr bool all_valid() {
  for (const auto& network : kNetworks) {
    if (!is_valid(network.config) || !is_valid(with_srtg(network.config, Gate::kAligned))) return false;
  }
  return true;
}
static_assert(all_valid());

inline constexpr std::string_view kSrtgPrefix = "srtg_";

/// Exact names only, small letters, with or without the prefix.
constexpr std::optional<Config> find_network(std::string_view name) {
  const bool recursion = name.starts_with(kSrtgPrefix);
  const std::string_view plain = recursion ? name.substr(kSrtgPrefix.size()) : name;
  for (const auto& network : kNetworks) {
    if (network.name == plain) return recursion ? with_srtg(network.config) : network.config;
  }
  return std::nullopt;
}

/// Names of all networks, "srtg_" ones behind the plain ones.
[[nodiscard]] std::vector<std::string> network_names();
/// @throws Error kUsage with the nearest names for an unknown one
[[nodiscard]] Config network_config(std::string_view name);

/// For template arguments: an unknown name does not compile.
consteval Config config_of(std::string_view name) { return find_network(name).value(); }

}  // namespace vbench::srtg
