// A split of videos with sound in class folders: pictures and log-mel spectrogram of the same second. Used by SeLaVi by way of the harness.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

#include "datasets/audio_visual/options.hpp"
#include "datasets/audio_visual/sample.hpp"
#include "harness/core/concepts.hpp"

namespace vbench::audio_visual {

/// Which of the families is told by RunSpec::dataset. Safe to read from several threads.
class AudioVisualData {
 public:
  using Options = audio_visual::Options;
  using Sample = audio_visual::Sample;
  using Batch = audio_visual::Batch;

  /// kTrain: random clips of {root}/train; kEvaluate: the middle clip of Options::evaluated, or of RunSpec::split.
  /// Videos without both picture and sound of more than 1.1 s are left out and counted, as published.
  /// @throws Error kInput for files that are missing (with what to do), or too many unusable ones; kUsage for settings that contradict each
  /// other and for --preload
  static AudioVisualData open(const Options& options, const RunSpec& spec, Role role);

  /// "train", "val", "test".
  [[nodiscard]] static std::vector<std::string> splits();

  [[nodiscard]] int64_t size() const;
  /// A video that cannot be read: warns once and gives a sample without clip, which collate() leaves out.
  /// @throws Error kInput for it if the run is `strict`, or if these and the unusable ones are more than Options::allow_missing
  [[nodiscard]] Sample read(int64_t index, RandomStream& random) const;
  /// Of the samples that have a clip; empty if none has.
  [[nodiscard]] static Batch collate(const std::vector<Sample>& samples);

  /// JPEG of what the evaluation sees of a video: squares of its clip, side by side. @throws Error kInput, naming the file
  [[nodiscard]] std::string picture_strip(int64_t index, const StripRequest& request) const;

  [[nodiscard]] std::string name(int64_t index) const;
  [[nodiscard]] std::filesystem::path file(int64_t index) const;
  [[nodiscard]] int64_t label(int64_t index) const;
  [[nodiscard]] DataFingerprint fingerprint() const;
  [[nodiscard]] Source source() const;
  [[nodiscard]] Options options() const;
  [[nodiscard]] const std::vector<std::string>& class_names() const;

 private:
  struct State;
  explicit AudioVisualData(std::shared_ptr<const State> state) : state_(std::move(state)) {}
  std::shared_ptr<const State> state_;
};

}  // namespace vbench::audio_visual
