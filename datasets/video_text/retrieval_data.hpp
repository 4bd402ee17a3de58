// One split of a video-text dataset: finds the files, checks them, samples frames, hands out samples. YouCook2 and ActivityNet derive from
// it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "datasets/video_text/frame_sampling.hpp"
#include "datasets/video_text/options.hpp"
#include "datasets/video_text/sample.hpp"
#include "harness/core/concepts.hpp"

namespace vbench::video_text {

struct Family;

/// A video that is used: what to read of its features. `words` are rows of the paragraph's features.
struct Item {
  std::string key, data_key, text_key;
  int64_t frames = 0;                 ///< of the video
  std::vector<FrameRange> clips;      ///< at least one
  std::vector<FrameRange> sentences;  ///< as many; rows of the paragraph
  bool all_words = true;              ///< no sentence was dropped: the paragraph is every row
  std::string annotation;             ///< times and sentences, for the fingerprint
};

/// What was left out when a split was opened.
struct SplitCounts {
  int64_t listed = 0;            ///< videos in the annotations
  int64_t missing = 0;           ///< without features
  int64_t dropped = 0;           ///< without a usable clip, or corrupt
  int64_t dropped_segments = 0;  ///< no frame of the video lies in them
};

class RetrievalData {
 public:
  using Options = video_text::Options;
  using Sample = video_text::Sample;
  using Batch = video_text::Batch;

  [[nodiscard]] int64_t size() const;
  /// Sampled frames and the words. `random` decides about frames and noise in training, about nothing in evaluation. Safe on several
  /// threads.
  /// @throws Error kInput naming file and key for values that are not finite, another width, another number of frames
  [[nodiscard]] Sample read(int64_t index, RandomStream& random) const;
  [[nodiscard]] std::string name(int64_t index) const;
  [[nodiscard]] DataFingerprint fingerprint() const;  ///< reads every feature the first time
  [[nodiscard]] Source source() const;
  [[nodiscard]] static Batch collate(const std::vector<Sample>& samples) { return video_text::collate(samples); }

  [[nodiscard]] const std::vector<Item>& items() const;
  [[nodiscard]] const SplitCounts& counts() const;

 protected:
  /// @throws Error kInput for missing or bad files, a split without videos, too many videos without features
  RetrievalData(const Family& family, const Options& options, const RunSpec& spec, Role role);

 private:
  struct State;
  std::shared_ptr<const State> state_;  // immutable: copies share it
};

}  // namespace vbench::video_text
