// SeLaVi labels its own training data: when, from what, and what of that a resumed run has to know. Used by the method between two steps.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "datasets/audio_visual/audio_visual_data.hpp"
#include "harness/core/concepts.hpp"
#include "methods/selavi/marginals.hpp"
#include "methods/selavi/modality.hpp"
#include "methods/selavi/relabel_schedule.hpp"
#include "methods/selavi/sinkhorn.hpp"

namespace vbench {
class Settings;
}

namespace vbench::selavi {

/// How the audio heads' clusters are aligned with the video heads' before the first labels.
enum class MatchKind {
  kExact,     ///< the best order
  kUpstream,  ///< by random swaps, as the authors' code
  kOff,
};

/// Defaults: as published.
struct LabelOptions {
  RelabelOptions schedule;
  double lambda = 20;  ///< sharpness of the transport
  int64_t groups = 2;  ///< of heads; each sees other augmentations
  MatchKind match = MatchKind::kExact;
  MarginalOptions marginals{.distribution = Distribution::kGauss};
  Modality modality = Modality::kBoth;
  Storage storage = Storage::kFloat64;
  int64_t warmup_batches = 20;  ///< for BatchNorm, before the first labels

  void bind(Settings& settings);  ///< names them "labels.times", ...
};

using TrainingPass = SplitPass<audio_visual::AudioVisualData>;

/// Features of a pass over the training split; videos that could not be read are left out.
struct SeenVideos {
  at::Tensor indices;  ///< [n] int64
  Features features;   ///< [n, width] float32 on the CPU; undefined for a modality that is not used
};

/// Columns of SelfLabelling::history().
inline constexpr std::string_view kHistoryColumns[] = {"epoch",       "step",         "nmi_before", "nmi_classes", "anmi_classes",
                                                       "purity",      "entropy",      "changed",    "cost",        "iterations",
                                                       "unconverged", "matched_from", "matched_to"};

class SelfLabelling {
 public:
  /// @throws Error kUsage for options that contradict each other
  SelfLabelling(const LabelOptions& options, const NetworkOptions& network, uint64_t seed);

  /// Labels 0 for as many videos. @param classes  true ones; nothing but lines for people and history() depends on them
  void take_videos(const std::vector<int64_t>& classes);
  [[nodiscard]] bool has_videos() const { return labels_.defined(); }

  /// Before the first step BatchNorm sees some batches; then, and whenever the schedule asks for it, all heads get new labels.
  /// Changes nothing of the network but BatchNorm's statistics and, at the first labelling, the order of the audio heads' rows.
  /// @return a line for people; empty: nothing was done
  /// @throws Error kInterrupted from `pass`; what was not finished has then not begun
  std::string before_step(const Network& network, const StepContext& context, int64_t steps_of_epoch, const TrainingPass& pass);

  /// [N, H] int64.
  [[nodiscard]] const at::Tensor& labels() const { return labels_; }
  /// Of the videos, on the CPU. @param indices  [B] int64   @return [B, H]
  [[nodiscard]] at::Tensor labels_of(const at::Tensor& indices) const { return labels_.index_select(0, indices); }
  /// [done, 13] float64: a row a labelling, figures as means over heads. See kHistoryColumns.
  [[nodiscard]] at::Tensor history() const;
  /// [H, K] float64: drawn cluster sizes, in the order of the clusters; without a Gaussian N / K each.
  [[nodiscard]] at::Tensor drawn_sizes() const;
  [[nodiscard]] int64_t done() const;

  /// What a resumed run has to know, "selflabels" among it; writing into the tensors restores it. Empty without videos.
  [[nodiscard]] std::vector<NamedTensor> state() const;

 private:
  /// New labels before they replace the old ones.
  struct Draft {
    at::Tensor labels;
    Marginals marginals;
    std::vector<double> figures;                     ///< sums over heads, by column
    std::vector<std::vector<int64_t>> permutations;  ///< a head each; empty: none
  };

  void warm_up(const Network& network, const StepContext& context, const TrainingPass& pass) const;
  [[nodiscard]] bool is_due(const StepContext& context, int64_t steps_of_epoch);
  [[nodiscard]] bool matches() const;
  [[nodiscard]] std::string relabel(const Network& network, const StepContext& context, const TrainingPass& pass);
  [[nodiscard]] SeenVideos look(const Network& network, uint64_t key, const TrainingPass& pass) const;
  void label_head(const Network& network, const SeenVideos& seen, int64_t head, Transport& transport, Draft& draft) const;
  [[nodiscard]] std::vector<int64_t> match_head(const Network& network, const SeenVideos& seen, int64_t head, Draft& draft) const;
  void compare(const at::Tensor& indices, const at::Tensor& labels, int64_t head, Draft& draft) const;
  [[nodiscard]] std::string line_of(const Draft& draft) const;
  void commit(const Network& network, const Draft& draft, const StepContext& context);

  LabelOptions options_;
  int64_t heads_, clusters_;
  uint64_t seed_;
  SampleSum sum_;  ///< empty: this process has all videos
  std::optional<RelabelSchedule> schedule_;
  std::optional<Marginals> marginals_;
  at::Tensor classes_, labels_, history_;
  at::Tensor progress_;  ///< [2] int64: BatchNorm is warm (0 or 1), labellings done
};

}  // namespace vbench::selavi
