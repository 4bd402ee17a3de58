// What tells one labelled video dataset from another: names, official files, published options. Used by this folder and
// datasets/register.cpp.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "datasets/clips/options.hpp"
#include "harness/core/registry.hpp"

namespace vbench::clips {

struct Family {
  std::string name, title, licence;
  std::string layout;   ///< what to put where below --data-root, several lines
  int64_t folds = 1;    ///< official splits into training and validation
  int64_t classes = 0;  ///< official number; 0: any
  Options (*defaults)() = nullptr;
};

/// ucf101, hmdb51, kinetics-200, -400, -600 and -700, moments-in-time, hacs, diving48, and own-videos for a user's own.
[[nodiscard]] const std::vector<Family>& families();
[[nodiscard]] const Family& family_of(const std::string& name);

/// The registry's entry: info, verify, synth and prepare of `vbench data`.
[[nodiscard]] DatasetEntry dataset_entry(const Family& family);

}  // namespace vbench::clips
