// A split of labelled videos as it lies on disk: classes, videos that can be read, and what their fingerprint is. Used by the datasets that
// make clips of them.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "datasets/clips/counted_media.hpp"
#include "datasets/clips/family.hpp"
#include "datasets/clips/split_index.hpp"
#include "harness/core/concepts.hpp"

namespace vbench::clips {

/// Rows that no run may use end it; others are left out and counted. Safe to read from several threads.
class LabelledSplit {
 public:
  /// Which of the datasets is told by RunSpec::dataset, which files by the options.
  /// @throws Error kInput for files that are missing (with what to do) or damaged, too many missing videos, or with `strict` any;
  /// kUsage for settings that contradict each other and for --preload
  LabelledSplit(const Options& options, const RunSpec& spec, Role role);
  LabelledSplit(const LabelledSplit&) = delete;
  LabelledSplit& operator=(const LabelledSplit&) = delete;

  [[nodiscard]] const std::vector<ClipItem>& items() const { return items_; }
  [[nodiscard]] const std::vector<std::string>& classes() const { return classes_; }
  [[nodiscard]] int64_t outputs() const { return outputs_; }  ///< of a classifier: those asked for, or as many as there are classes
  [[nodiscard]] const std::shared_ptr<const Media>& media() const { return media_; }
  [[nodiscard]] Source source() const { return source_; }
  /// @param damaged  videos that turned out to be so
  [[nodiscard]] DataFingerprint fingerprint(int64_t damaged) const;

 private:
  void take(const Family& family, const Options& options, const RunSpec& spec, SplitIndex index);

  std::string name_;  ///< "train1": what the fingerprint is called
  Source source_ = Source::kReal;
  std::vector<std::string> classes_;
  int64_t outputs_ = 0, missing_ = 0, left_out_ = 0;
  std::vector<ClipItem> items_;
  std::shared_ptr<const Media> media_;
  mutable std::once_flag hash_once_;
  mutable std::string hash_;
};

}  // namespace vbench::clips
