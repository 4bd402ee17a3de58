// The label files of a dataset: where they are, the class list, and the rows of a split with their indices. Used by ClipData, prepare and
// verify.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "datasets/annotations/annotation.hpp"
#include "datasets/clips/family.hpp"

namespace vbench::clips {

inline constexpr const char* kTrain = "train";
inline constexpr const char* kVal = "val";

/// "<label>/<id>", with the times of the clip where the row has both: what tells the rows of a split apart.
[[nodiscard]] std::string key_of(const annotations::ListedVideo& video);

/// "row twice: 3, the first: a.csv: ..." for each kind.
[[nodiscard]] std::vector<std::string> summaries(const std::vector<annotations::Note>& notes);

/// One official split of a folder of label files. The original's files are read as they are.
class LabelFolder {
 public:
  LabelFolder(const Family& family, std::filesystem::path folder, int64_t fold)
      : family_(family), folder_(std::move(folder)), fold_(fold) {}

  /// train.csv or train1.csv, else the original's name, else the only file of that kind.
  /// @param split  "train" or "val"
  /// @throws Error kUsage for a fold that the dataset has not, kInput if several files could be meant
  [[nodiscard]] std::optional<std::filesystem::path> find(const std::string& split) const;
  /// How messages call the file that find() did not find.
  [[nodiscard]] std::string wanted(const std::string& split) const;

  /// classes.txt, else the original's dictionary.json beside the training rows, else the labels in the order in which they first come.
  /// @param from  gets which of them it was; may be null
  [[nodiscard]] annotations::ClassList classes(std::string* from = nullptr) const;

  /// @param notes  as read_label_csv()
  /// @throws Error kInput if there is no such file; else as read_label_csv()
  [[nodiscard]] std::vector<annotations::ListedVideo> rows(const std::string& split, std::vector<annotations::Note>* notes = nullptr) const;

  [[nodiscard]] const std::filesystem::path& path() const { return folder_; }

 private:
  [[nodiscard]] std::vector<std::filesystem::path> candidates(const std::string& split) const;

  const Family& family_;
  std::filesystem::path folder_;
  int64_t fold_;
};

/// A row whose place below the folder of videos may be asked for.
/// @throws Error kInput if id, label or path lead out of that folder
void require_inside(const annotations::ListedVideo& video, const std::string& where);

/// Outputs of a classifier. @param wanted  0: as many as there are classes. @throws Error kUsage for fewer
[[nodiscard]] int64_t outputs_for(int64_t wanted, int64_t classes, const std::filesystem::path& labels);

}  // namespace vbench::clips
