// What a finished run leaves behind: filled by harness/train, stored and compared by results/.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "harness/core/run_spec.hpp"
#include "harness/core/scores.hpp"

namespace vbench {

/// How scores were computed; scores of different protocols are never compared without saying so.
struct ProtocolId {
  std::string name;         ///< "coot-retrieval"
  int64_t version = 1;      ///< raised whenever the same outputs could give other scores
  std::string description;  ///< split, views, ties, candidates: one line
};

/// Which items were evaluated. Runs of different fingerprints saw different data.
struct DataFingerprint {
  std::string split;    ///< "val"
  int64_t items = 0;    ///< evaluated
  int64_t missing = 0;  ///< listed but without files
  int64_t dropped = 0;  ///< present but unusable (corrupt, empty segments)
  std::string hash;     ///< hex, over sorted ids and checksums of their contents
};

struct EpochRecord {
  int64_t epoch = 0;  ///< 0-based
  double learning_rate = 0;
  double seconds = 0;
  std::map<std::string, double> train_loss;  ///< mean over steps, "total" and every term
  std::map<std::string, double> val_loss;    ///< empty if not validated
  Scores scores;                             ///< empty if not validated
  bool improved = false;
};

/// One output for every evaluated item, e.g. ranks or embeddings: [items, width] float32, row-major.
struct ItemOutput {
  std::string name;
  int64_t width = 1;
  std::vector<std::string> ids;  ///< items ids, in row order
  std::vector<float> values;     ///< ids.size() * width
};

struct Verdict {
  bool valid = true;
  std::vector<std::string> reasons;  ///< why not valid
};

struct RunRecord {
  std::string run_id;  ///< unique, sortable by time; the store gives one if empty
  std::string method, variant, dataset;
  Source source = Source::kReal;
  ProtocolId protocol;
  DataFingerprint data;
  int64_t seed = 0;
  int64_t epochs = 0;                   ///< epochs trained; 0 for --eval-only
  int64_t best_epoch = -1;              ///< -1 when nothing was trained
  Scores scores;                        ///< at the best epoch
  std::map<std::string, double> speed;  ///< read_clips_per_s, forward_clips_per_s, backward_clips_per_s
  std::vector<EpochRecord> history;
  std::vector<ItemOutput> outputs;
  std::map<std::string, std::string> environment;  ///< cpu, cores, threads, blas, libtorch, compiler, revision, build, ...
  std::map<std::string, std::string> settings;     ///< resolved configuration
  std::string command_line;
  Verdict verdict;
  int64_t created_unix = 0;  ///< seconds, UTC
};

}  // namespace vbench
