// A split of labelled videos as clips that SeLaVi's networks see: several random clips of each video in an epoch, fixed ones in evaluation.
// Used by the methods that are judged by action recognition and by video retrieval, by way of the harness.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "datasets/clips/sample.hpp"
#include "datasets/clips/stretch_options.hpp"
#include "harness/core/concepts.hpp"

namespace vbench::clips {

/// Which of the labelled video datasets is told by RunSpec::dataset. Safe to read from several threads.
class StretchData {
 public:
  using Options = StretchOptions;
  using Sample = clips::Sample;
  using Batch = clips::Batch;

  /// kTrain: random clips of the training list, clips.train of each video; kEvaluate: all fixed clips of each video of the validation list.
  /// @throws Error as ClipData::open()
  static StretchData open(const Options& options, const RunSpec& spec, Role role);
  /// The training list, read as an evaluation reads.
  static StretchData open_unaugmented(const Options& options, const RunSpec& spec);

  [[nodiscard]] int64_t size() const;  ///< videos; training: clips of an epoch
  /// What cannot be read: as ClipData::read().
  [[nodiscard]] Sample read(int64_t index, RandomStream& random) const;
  /// Of the samples that have clips; empty if none has.
  [[nodiscard]] static Batch collate(const std::vector<Sample>& samples);

  [[nodiscard]] std::string name(int64_t index) const;
  [[nodiscard]] DataFingerprint fingerprint() const;  ///< counts videos
  [[nodiscard]] Source source() const;
  /// The options with the number of classes filled in from the labels.
  [[nodiscard]] Options options() const;
  [[nodiscard]] const std::vector<std::string>& class_names() const;

 private:
  struct State;
  explicit StretchData(std::shared_ptr<const State> state) : state_(std::move(state)) {}
  std::shared_ptr<const State> state_;
};

}  // namespace vbench::clips
