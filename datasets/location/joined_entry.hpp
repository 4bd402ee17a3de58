// One name for two families of files: a dataset that some methods use as videos and others as features has both. Used by
// datasets/register.cpp.
#pragma once

#include <algorithm>
#include <functional>
#include <string>
#include <utility>

#include "datasets/location/entry.hpp"
#include "datasets/location/location.hpp"

namespace vbench {

/// A family of a dataset's files.
struct EntryPart {
  std::string word;                                        ///< how users name it: "videos"
  DatasetEntry entry;                                      ///< both have the same name
  std::function<bool(const std::string& key)> knows;       ///< info and verify take this setting
  std::function<bool(const DataRequest& request)> exists;  ///< some of its files are there
};

/// @param options   the family's defaults
/// @param query_of  (options, root): where its files lie
template <class Options, class QueryOf>
[[nodiscard]] EntryPart entry_part(std::string word, DatasetEntry entry, const Options& options, const QueryOf& query_of) {
  const auto knows = [options](const std::string& key) {
    Options bound = options;
    Settings settings;
    bound.bind(settings);
    return settings.values().contains(key);
  };
  const auto exists = [options, query_of](const DataRequest& request) {
    const LocationQuery query = query_of(with_settings(options, request.settings), request.root);
    return std::any_of(query.folders.begin(), query.folders.end(), query.has_official_files);
  };
  return {std::move(word), std::move(entry), knows, exists};
}

/// info and verify report both families; one that is not there at all is no error where the other is. Settings go to the families that
/// know them. `--set files=WORD` asks for one of them alone; synth and prepare write the first one's files unless it names the other.
[[nodiscard]] DatasetEntry joined_entry(EntryPart first, EntryPart second);

}  // namespace vbench
