// What a training video may become beside staying as it is, and which class it then shows. Used by SomethingData.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "harness/core/random.hpp"

namespace vbench::something {

enum class Augmentation {
  kSame,
  kLeftRight,            ///< mirrored, which makes it another class
  kLeftRightAgnostic,    ///< mirrored, still the same class
  kReverseTime,          ///< played backwards, which makes it another class
  kReverseTimeAgnostic,  ///< played backwards half of the time, still the same class
};
/// "same", "left/right", "left/right agnostic", ...
[[nodiscard]] std::string to_string(Augmentation kind);
/// "left/right, reverse time" as kinds, in their order above. @throws Error kUsage with the nearest for a name that is none, or occurs
/// twice
[[nodiscard]] std::vector<Augmentation> parse_augmentations(const std::string& text);

class Augmentor {
 public:
  struct Candidate {
    Augmentation kind = Augmentation::kSame;
    int64_t label = 0;  ///< of the changed video
  };
  struct Draw {
    int64_t label = 0;
    bool mirror = false, reverse = false;
  };

  /// Videos stay as they are.
  Augmentor() = default;

  /// The official file's form: {"left/right": {class: class}, "left/right agnostic": [class], ...}; keys of no kind are not read.
  /// @throws Error kInput for another form, a target that is not among `class_names` (with the nearest), and a kind that the file lacks
  static Augmentor from_file(const std::filesystem::path& file, const std::vector<Augmentation>& kinds,
                             const std::vector<std::string>& class_names);
  /// What is known of the 174 official classes without a file. @throws Error kUsage for other classes, and for kinds that reverse time
  static Augmentor built_in(const std::vector<Augmentation>& kinds, const std::vector<std::string>& class_names);

  /// All that a video of this class may become; staying as it is comes first.
  [[nodiscard]] std::vector<Candidate> candidates(int64_t label) const;
  /// One of them, each as likely.
  [[nodiscard]] Draw draw(int64_t label, RandomStream& random) const;

  /// Classes that the file names and the labels don't.
  [[nodiscard]] const std::vector<std::string>& unknown_classes() const { return unknown_; }

 private:
  std::vector<std::vector<Candidate>> others_;  ///< by label
  std::vector<std::string> unknown_;
};

}  // namespace vbench::something
