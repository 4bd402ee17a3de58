// One name for two families of files: a dataset that some methods use as videos and others as features has both. Used by
// datasets/register.cpp.
#pragma once

#include <functional>
#include <string>

#include "harness/core/registry.hpp"
#include "harness/core/settings.hpp"

namespace vbench {

/// A family of a dataset's files.
struct EntryPart {
  std::string word;                                   ///< how users name it: "videos"
  DatasetEntry entry;                                 ///< both have the same name
  std::function<bool(const std::string& key)> knows;  ///< info and verify take this setting
};

/// @param options  the family's defaults
template <class Options>
[[nodiscard]] EntryPart entry_part(std::string word, DatasetEntry entry, const Options& options) {
  const auto knows = [options](const std::string& key) {
    Options bound = options;
    Settings settings;
    bound.bind(settings);
    return settings.values().contains(key);
  };
  return {std::move(word), std::move(entry), knows};
}

/// info and verify report both families; what is missing is an error only if the other one is missing too. Settings go to the families that
/// know them. `--set files=WORD` asks for one of them alone; synth and prepare write the first one's files unless it names the other.
[[nodiscard]] DatasetEntry joined_entry(EntryPart first, EntryPart second);

}  // namespace vbench
