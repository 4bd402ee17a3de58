// What tells one set-abstraction dataset from another: names, files, order of rows, stand-in. Used by this folder's readers and by
// datasets/register.cpp.
#pragma once

#include <map>
#include <string>

#include "datasets/set_abstraction/options.hpp"
#include "harness/core/registry.hpp"

namespace vbench::set_abstraction {

struct Family {
  std::string name, title, licence;
  std::string layout;               ///< what to put where below --data-root, several lines
  std::string key_suffix;           ///< a video's key is its listed name with this behind it
  bool rows_by_embeddings = false;  ///< train, val: features stand in the order of the video embeddings, not of the list file
  Options (*defaults)() = nullptr;
  DataReport (*synthesize)(const DataRequest& request, const std::string& folder) = nullptr;
  std::map<std::string, std::string> (*standin_settings)() = nullptr;  ///< the generator's defaults; others need another stand-in
};

/// The registry's entry: info, verify, synth and prepare of `vbench data`.
[[nodiscard]] DatasetEntry dataset_entry(const Family& family);

}  // namespace vbench::set_abstraction
