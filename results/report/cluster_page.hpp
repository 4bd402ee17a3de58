// The clusters of a run as sections of a page: what they hold, videos that stand for them, sizes, labellings. Used by `vbench report`.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "results/report/page.hpp"

namespace vbench::report {

/// A figure of the whole run.
struct Figure {
  std::string name, value;
  std::string meaning;  ///< a sentence
};

/// One clustering of all videos.
struct Head {
  std::string name;               ///< "head 3"
  double nmi = 0;                 ///< with the labels
  std::vector<int64_t> clusters;  ///< of every video
  /// Ascending, one value a cluster; empty: not known.
  std::map<std::string, std::vector<double>> sizes = {};  ///< "evaluated", "labelled", "drawn", "prescribed"
};

/// One time that the training videos got new labels.
struct Labelling {
  double nmi_before = 0;   ///< with the labels before
  double nmi_classes = 0;  ///< with the true ones
};

struct ClusterPage {
  std::string method, variant, dataset, run_id, evaluated_at;  ///< evaluated_at: a date, for people
  std::string split;
  bool synthetic = false;
  int64_t seed = 0, epochs = 0;
  std::vector<Figure> figures = {};
  std::vector<std::string> notes = {};  ///< what the reader must know of the run or the page: a sentence each

  std::vector<std::string> classes = {};  ///< names of the labels
  std::vector<std::string> ids = {};      ///< of the videos
  std::vector<int64_t> labels = {};       ///< of the videos
  std::vector<Head> heads = {};           ///< at least one
  size_t best = 0;                        ///< of the heads: the one that counts
  std::vector<Labelling> labellings = {};

  int64_t examples = 6;                        ///< shown of each cluster
  int64_t frames = 8;                          ///< pictures of a strip
  std::map<int64_t, std::string> strips = {};  ///< JPEG of shown_videos() by place; empty: could not be read. None at all: a page without
};

/// Places of the videos that the page shows, ascending: a strip is wanted of these. They stand for the clusters of the best head; the other
/// heads show those among them that fall into their clusters.
[[nodiscard]] std::vector<int64_t> shown_videos(const ClusterPage& page);

/// Adds sections and data. Every video can be searched for among at most `kMostSearchable`, else only those that are shown.
void add_clusters(Page& whole, const ClusterPage& page);
inline constexpr size_t kMostSearchable = 50000;

}  // namespace vbench::report
