// One split of a set-abstraction dataset: reads the metadata folder, checks it, hands out sets. Kinetics and Moments derive from it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "datasets/set_abstraction/graph.hpp"
#include "datasets/set_abstraction/options.hpp"
#include "datasets/set_abstraction/sample.hpp"
#include "harness/core/concepts.hpp"

namespace vbench::set_abstraction {

struct Family;

/// Training: the abstraction sets (or sampled ones). Evaluation: the val abstraction sets in file order, then, if options.tasks, the human
/// ranking sets of the test split as set completion in file order, then those with more than one reference as odd one out.
class SetData {
 public:
  using Options = set_abstraction::Options;
  using Sample = set_abstraction::Sample;
  using Batch = set_abstraction::Batch;

  [[nodiscard]] int64_t size() const;
  /// `random` decides about sampled sets and shuffled members in training, about nothing in evaluation. Safe on several threads.
  [[nodiscard]] Sample read(int64_t index, RandomStream& random) const;
  [[nodiscard]] std::string name(int64_t index) const;
  [[nodiscard]] DataFingerprint fingerprint() const;
  [[nodiscard]] Source source() const;
  [[nodiscard]] static Batch collate(const std::vector<Sample>& samples) { return set_abstraction::collate(samples); }

  /// The options with widths and counts filled in from the files: what a network must be built for.
  [[nodiscard]] Options options() const;
  [[nodiscard]] const SemanticGraph& graph() const;
  /// Features [D] of a video of any split whose features are there, by its listed name or key. Opens further splits when needed.
  /// @throws Error kUsage with the nearest names
  [[nodiscard]] at::Tensor video_features(const std::string& video) const;

 protected:
  /// @throws Error kInput for missing or bad files, in evaluation for every bad record; bad training sets are dropped and counted, up to
  /// options.allow_missing of them
  SetData(const Family& family, const Options& options, const RunSpec& spec, Role role);

 private:
  struct State;
  std::shared_ptr<const State> state_;
};

}  // namespace vbench::set_abstraction
