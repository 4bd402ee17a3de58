// Multigrid training: how many iterations an epoch has, and the batch and clip size of each. Used by loaders of video clips and by the
// learning rate that follows the same quarters (harness/train/multi_factor.hpp).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "datasets/transforms/clip_tensor.hpp"

namespace vbench {
class Settings;
}

namespace vbench::video {

enum class EpochLength {
  kUpstream,  ///< the original's formula; with cycles an epoch reads a third of the clips or so
  kFullPass,  ///< as many iterations as it takes to read every clip once
};

struct MultigridOptions {
  bool long_cycles = true;
  bool short_cycles = true;
  EpochLength epoch_length = EpochLength::kUpstream;

  void bind(Settings& settings);  ///< names them "multigrid.long_cycles", ...
};

/// Quarter 0..3 of an epoch in which iteration `position` lies; quarters end at floor(n / 4), floor(n / 2), floor(3 n / 4) and n.
[[nodiscard]] int64_t quarter_of(int64_t position, int64_t iterations);

struct MultigridStep {
  int64_t batch = 0;  ///< clips
  ClipSize size;
  int64_t first = 0;  ///< place in the epoch's order of its first clip; places behind the last clip start over at 0
};

/// The same table every epoch. Long cycles go, a quarter of the epoch each, through (8B, T/4, H/sqrt 2), (4B, T/2, H/sqrt 2), (2B, T/2, H)
/// and (B, T, H); within each, short cycles go through (b, h), (2b, h/sqrt 2), (4b, h/2). Sides are rounded down, then up to an even
/// number. As in the original, one kind of cycle switched off alone shortens or lengthens the epoch, but both shape the batches; only with
/// both off all batches are alike.
class MultigridSchedule {
 public:
  /// @param clips   training clips; at least one
  /// @param batch   B, clips of the smallest batch
  /// @param base    T x H x W, the largest clip
  /// @throws Error  kUsage if an epoch would have no iteration, or cycles would shrink clips to nothing
  MultigridSchedule(const MultigridOptions& options, int64_t clips, int64_t batch, const ClipSize& base);

  [[nodiscard]] int64_t iterations() const { return static_cast<int64_t>(steps_.size()); }
  [[nodiscard]] const MultigridStep& step(int64_t iteration) const { return steps_.at(static_cast<size_t>(iteration)); }
  [[nodiscard]] const std::vector<MultigridStep>& steps() const { return steps_; }
  [[nodiscard]] int64_t clips_read() const;  ///< in an epoch

  /// The different shapes in the order of their first use, a line each, and how often each comes.
  [[nodiscard]] std::string table() const;

 private:
  [[nodiscard]] MultigridStep shape(int64_t iteration, int64_t iterations) const;
  [[nodiscard]] int64_t upstream_iterations() const;
  [[nodiscard]] int64_t full_pass_iterations() const;
  void check() const;

  MultigridOptions options_;
  int64_t clips_, batch_;
  ClipSize base_;
  std::vector<MultigridStep> steps_;
};

}  // namespace vbench::video
