// A split of something-something as clips: reads the official JSON files and videos, samples, augments. Used by smth3d by way of the
// harness.
#pragma once

#include <cstdint>
#include <memory>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

#include "datasets/clips/sample.hpp"
#include "datasets/something/contrastive_groups.hpp"
#include "datasets/something/options.hpp"
#include "harness/core/concepts.hpp"

namespace vbench::something {

inline constexpr int64_t kUnlabelled = -1;  ///< label of a test video

/// A video as evaluation sees it, for pictures.
struct View {
  std::string id;
  int64_t label = kUnlabelled;
  std::vector<cv::Mat> pictures;  ///< what the network gets, as 8-bit BGR before normalisation: a frame of the clips each
  at::Tensor clips;               ///< [V, 3, T, H, W] float32
};

/// Safe to read from several threads.
class SomethingData {
 public:
  using Options = something::Options;
  using Sample = clips::Sample;  ///< clips: [V, 3, T, H, W], V consecutive clips of the video
  using Batch = clips::Batch;

  /// kTrain: random clips of the training list; kEvaluate: fixed clips of the validation list, or of RunSpec::split.
  /// @throws Error kInput for files that are missing (with what to do) or damaged; kUsage for settings that contradict each other
  static SomethingData open(const Options& options, const RunSpec& spec, Role role);

  /// "train", "validation", "test": what RunSpec::split may name.
  [[nodiscard]] static std::vector<std::string> splits();

  [[nodiscard]] int64_t size() const;
  /// A video that cannot be read: evaluation and `strict` throw, naming the file; training warns once a video and gives a sample without
  /// clips, which collate() leaves out.
  [[nodiscard]] Sample read(int64_t index, RandomStream& random) const;
  /// @throws Error kInput if no sample has clips, or if their clips differ in length (sampling.*_clips=-1 needs batches of one)
  [[nodiscard]] static Batch collate(const std::vector<Sample>& samples);

  [[nodiscard]] std::string name(int64_t index) const;  ///< the id: "166766"
  [[nodiscard]] DataFingerprint fingerprint() const;
  [[nodiscard]] Source source() const;
  [[nodiscard]] Options options() const;  ///< with `classes` filled in from the labels
  [[nodiscard]] const std::vector<std::string>& class_names() const;
  /// Of the classes of these labels; groups with classes that are not among them are left out. May be empty.
  [[nodiscard]] const std::vector<ContrastiveGroup>& contrastive_groups() const;

  /// @param video  an id of the split that is open, or the path of a video file. @throws Error kUsage with the nearest ids, kInput
  [[nodiscard]] View look(const std::string& video) const;

 private:
  struct State;
  explicit SomethingData(std::shared_ptr<const State> state) : state_(std::move(state)) {}
  std::shared_ptr<const State> state_;
};

}  // namespace vbench::something
