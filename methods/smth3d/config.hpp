// Structure of the something-something-v2 baseline as compile-time values. Used by method code as a template parameter, by network.hpp,
// the tests and the benchmarks.
#pragma once

#include <array>
#include <cstdint>

namespace vbench::smth3d {

/// A 3D convolution with bias, BatchNorm and ReLU behind it. Padding keeps time and halves (or keeps) height and width.
struct ConvUnit {
  int64_t out = 0;  ///< channels, before NetworkOptions::divisor
  bool halves = false;
};

/// The published column: five blocks of 11 convolutions, the first 3x5x5 and the others 3x3x3 (time, height, width).
inline constexpr std::array<int64_t, 5> kUnitsOfBlock{1, 2, 3, 3, 2};
inline constexpr std::array kColumn{ConvUnit{32, true},   ConvUnit{64, false},  ConvUnit{128, true},  ConvUnit{128, false},
                                    ConvUnit{128, false}, ConvUnit{256, true},  ConvUnit{256, false}, ConvUnit{256, false},
                                    ConvUnit{512, true},  ConvUnit{512, false}, ConvUnit{512, true}};
static_assert(kUnitsOfBlock[0] + kUnitsOfBlock[1] + kUnitsOfBlock[2] + kUnitsOfBlock[3] + kUnitsOfBlock[4] == kColumn.size());

/// What the variants differ in.
struct Config {
  bool halves_time = false;  ///< model3D_1_224: an average over three frames with stride 2 at the end of block 2
};
inline constexpr Config kModel1{}, kModel224{.halves_time = true};

}  // namespace vbench::smth3d
