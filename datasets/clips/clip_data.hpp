// A split of labelled videos as clips: reads frames, samples, augments. Used by the methods that classify videos, by way of the harness.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "datasets/clips/options.hpp"
#include "datasets/clips/sample.hpp"
#include "harness/core/concepts.hpp"

namespace vbench::clips {

/// Which of the labelled video datasets is told by RunSpec::dataset. Safe to read from several threads.
class ClipData {
 public:
  using Options = clips::Options;
  using Sample = clips::Sample;
  using Batch = clips::Batch;
  using Step = video::MultigridStep;

  /// kTrain: random clips of the training list; kEvaluate: fixed clips of the validation list.
  /// @throws Error kInput for files that are missing (with what to do) or damaged, too many missing videos, or with `strict` any;
  /// kUsage for settings that contradict each other and for --preload
  static ClipData open(const Options& options, const RunSpec& spec, Role role);

  [[nodiscard]] int64_t size() const;
  /// A clip of the options' size, or the evaluation's views. A video that cannot be read: evaluation and `strict` throw; training warns
  /// once a video and gives a sample without clips, which collate() leaves out.
  [[nodiscard]] Sample read(int64_t index, RandomStream& random) const;
  /// Training: a clip of the step's size.
  [[nodiscard]] Sample read(int64_t index, RandomStream& random, const Step& step) const;
  /// @throws Error kInput if no sample has clips
  [[nodiscard]] static Batch collate(const std::vector<Sample>& samples);

  /// Multigrid's batches of an epoch; empty where all batches are alike: evaluation, and training with both cycles off and
  /// multigrid.epoch_length=full_pass. @throws Error kUsage for batches that cannot be
  [[nodiscard]] std::vector<Step> plan(int64_t batch_size) const;

  [[nodiscard]] std::string name(int64_t index) const;  ///< "ApplyEyeMakeup/v_ApplyEyeMakeup_g08_c01", for messages
  [[nodiscard]] DataFingerprint fingerprint() const;
  [[nodiscard]] Source source() const;
  /// The options with `classes` filled in from the labels.
  [[nodiscard]] Options options() const;
  [[nodiscard]] const std::vector<std::string>& class_names() const;

 private:
  struct State;
  explicit ClipData(std::shared_ptr<const State> state) : state_(std::move(state)) {}
  std::shared_ptr<const State> state_;
};

}  // namespace vbench::clips
