// An opened metadata folder: graph, embeddings and features, and what is wrong with them. Used by SetData, which obeys the findings, and by
// `vbench data verify`, which lists them.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "datasets/location/location.hpp"
#include "datasets/set_abstraction/family.hpp"
#include "datasets/set_abstraction/files.hpp"
#include "datasets/set_abstraction/graph.hpp"
#include "datasets/set_abstraction/sets.hpp"
#include "harness/core/error.hpp"

namespace vbench::set_abstraction {

enum class Flaw {
  kMissing,  ///< a video or vector that is named is not there
  kBad,      ///< what is there cannot be used
  kNote,     ///< worth knowing
};

struct Finding {
  Flaw flaw;
  std::string kind;  ///< "missing video", ...; groups them in a report
  Error error;
};

/// How a dataset is looked for. @param role  whose files must be there; nothing: those of both
[[nodiscard]] LocationQuery location_query(const Family& family, const Options& options, const std::string& root, std::optional<Role> role);

/// The videos of a split, by row of the features.
struct VideoTable {
  VideoTable() = default;
  VideoTable(const VideoTable&) = delete;  // `rows` looks into `names`
  VideoTable& operator=(const VideoTable&) = delete;

  Split split = Split::kTrain;
  std::string path;                                      ///< of the features
  std::vector<std::string> names;                        ///< keys
  std::unordered_map<std::string_view, int32_t> rows;    ///< by key
  Rows features;                                         ///< [videos, D]
  Rows embeddings;                                       ///< [videos, E], some may lack; empty for the test split
  std::vector<char> finite_features, finite_embeddings;  ///< by row; empty if values were not looked at
  std::vector<Finding> findings;                         ///< about lists and orders

  [[nodiscard]] std::optional<int32_t> find(const std::string& key) const;
  [[nodiscard]] bool is_finite(int32_t row) const;
};

/// Everything that all splits share.
struct Metadata {
  const Family* family = nullptr;
  Options options;  ///< with the numbers that the files give
  Location location;
  Files files;
  std::shared_ptr<const SemanticGraph> graph;
  Rows categories;                      ///< [nodes, E], some may lack
  std::vector<char> finite_categories;  ///< by label
  std::vector<Finding> findings;

  /// @throws Error kInput for files that cannot be read at all, or of other numbers than the options ask for
  [[nodiscard]] static Metadata open(const Family& family, const Options& options, const Location& location);

  /// Opens a split and fills in the feature width. @param values  look for values that are not finite
  /// @throws Error kInput for files that cannot be read, rows that do not match the videos, another width
  [[nodiscard]] std::shared_ptr<const VideoTable> videos(Split split, bool values);
  /// The same without filling in anything.
  [[nodiscard]] std::shared_ptr<const VideoTable> open_videos(Split split, bool values) const;

  [[nodiscard]] std::string key_of(const std::string& listed) const;
};

}  // namespace vbench::set_abstraction
