// Which videos a dataset lists and how it labels them: readers of the official annotations, and the suite's own index of a split.
// Used by `vbench data prepare`, `vbench data verify` and the video datasets.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace vbench::annotations {

/// A row of a list.
struct ListedVideo {
  std::string label;                 ///< name of the class; empty where the list keeps it secret
  std::string id;                    ///< of the video, without extension; several rows may share it if their times differ
  std::optional<double> start, end;  ///< of the clip within the video, seconds
  std::string media;                 ///< video file or frame folder below the media root, with the extension if the list implies one
  int64_t frames = 0;                ///< as the list says; 0: it doesn't

  bool operator==(const ListedVideo&) const = default;
};

/// Something odd about a list that reading got over.
struct Note {
  std::string kind;     ///< the same for all notes that say the same of different items: "row twice"
  std::string item;     ///< file, class or video
  std::string message;  ///< one sentence without a final dot
  bool fatal = false;   ///< the list contradicts itself: results on it would not be comparable

  bool operator==(const Note&) const = default;
};

/// All that the official lists of a dataset say.
struct Annotations {
  std::vector<std::string> classes;  ///< in the order of their indices
  std::map<std::string, std::vector<ListedVideo>>
      splits;  ///< "train", "val", "test"; of a dataset with folds "train1", "val1", "train2", ...
  std::vector<Note> notes;
};

/// How many rows a list has officially.
struct OfficialRows {
  int64_t rows = 0;  ///< 0: unknown
  double slack = 0;  ///< share by which a list may differ where the figure is round

  [[nodiscard]] bool allow(int64_t found) const;
  [[nodiscard]] std::string text() const;  ///< "9537", "about 246000"
};

/// What the publishers say of a dataset.
struct Official {
  std::string title;
  int64_t classes = 0;
  bool derived_classes = false;  ///< indices follow from the labels that occur: one label less shifts them, which is fatal
  std::map<std::string, OfficialRows> splits;
};

/// The one place where these figures stand. @param dataset  "ucf101", "kinetics-400", ..., of other versions "diving48-v1",
/// "moments-in-time-v2". @throws Error kInternal for others
[[nodiscard]] const Official& official(const std::string& dataset);

// Official lists. The folder is the one that was unpacked: lists are found in it and, where the archive has one, in its folder of lists.
// Lists that are not there are noted if others are; without any, and for a line that cannot be read, they throw Error kInput naming file,
// line and what was expected.

/// classInd.txt, trainlist0{1,2,3}.txt and testlist0{1,2,3}.txt (or ucfTrainTestlist/...); test lists become "val1".."val3".
[[nodiscard]] Annotations read_ucf101(const std::filesystem::path& folder);
/// Lists of any other dataset in that form: the same checks but for UCF-101's counts.
[[nodiscard]] Annotations read_lists_like_ucf101(const std::filesystem::path& folder);
/// <class>_test_split{1,2,3}.txt (or testTrainMulti_7030_splits/...).
[[nodiscard]] Annotations read_hmdb51(const std::filesystem::path& folder);
/// Label files of 400, 600 and 700 classes; for 200 the two lists of ids beside (or below) the label files of 400.
/// @param variant  number of classes
[[nodiscard]] Annotations read_kinetics(int64_t variant, const std::filesystem::path& folder);
/// moments_categories.txt, trainingSet.csv, validationSet.csv.
[[nodiscard]] Annotations read_moments(const std::filesystem::path& folder);
/// HACS_clips_v1.1.1.csv or HACS_clips_v1.1.csv; positive clips only.
[[nodiscard]] Annotations read_hacs(const std::filesystem::path& folder);
/// Diving48_vocab.json and the train and test lists, version 2 if it is there; the test list becomes "val".
[[nodiscard]] Annotations read_diving48(const std::filesystem::path& folder);

// Lists of other projects.

/// `number class path` between tabs or blanks, with mapping_table.txt (`class name`) where there is one, else the folders' names:
/// {train,test}list0N.txt, <name>_splitN_{train,test}.txt, <name>_{train,val,test}.txt.
[[nodiscard]] Annotations read_numbered_lists(const std::filesystem::path& folder);

/// `path frames label` or `path label`, one form throughout; the label is an index into the classes.
[[nodiscard]] std::vector<ListedVideo> read_file_list(const std::filesystem::path& path, const std::vector<std::string>& classes);

// The suite's index of a split: comma-separated, columns by name in any order: label, id (or youtube_id, which wins), and optionally
// time_start, time_end, split (not read), path, frames. Lists of the original have this form without the last two.

/// Without a column `path` (or in rows where it is empty) `media` is what folder_name gives, with the times where the row has both.
/// @param notes   gets what was odd: hidden characters, names that are not UTF-8, rows that occur twice; may be null
/// @throws Error  kInput naming file and line: no such column, another number of cells, no number where one belongs, no label or id
[[nodiscard]] std::vector<ListedVideo> read_label_csv(const std::filesystem::path& path, std::vector<Note>* notes);

/// Whole or not at all. Columns label,id,time_start,time_end,split,path,frames; unknown values are empty cells.
void write_label_csv(const std::filesystem::path& path, const std::vector<ListedVideo>& videos, const std::string& split);

/// "<label>/<id>", with times "<label>/<id>_000010_000020": whole seconds, fractions cut.
/// @throws Error  kInput if times are asked for and the video has none
[[nodiscard]] std::string folder_name(const ListedVideo& video, bool time_slices);

/// Names of classes and their indices.
class ClassList {
 public:
  /// @throws Error kInput for a name that occurs twice or is empty, naming `where`
  explicit ClassList(std::vector<std::string> names, const std::string& where = "");

  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }
  [[nodiscard]] int64_t size() const { return static_cast<int64_t>(names_.size()); }
  [[nodiscard]] std::optional<int64_t> find(const std::string& name) const;
  /// @throws Error kInput with the nearest names; `where` says who asks
  [[nodiscard]] int64_t index(const std::string& name, const std::string& where) const;

 private:
  std::vector<std::string> names_;
  std::unordered_map<std::string, int64_t> indices_;
};

/// A name a line, index = line from 0; or, in a file *.json, the original's {"label": index}.
/// @throws Error kInput without classes, for a name or an index that occurs twice, or a gap between the indices
[[nodiscard]] ClassList read_classes(const std::filesystem::path& path);
/// In the form that the name asks for. Whole or not at all.
void write_classes(const std::filesystem::path& path, const ClassList& classes);

}  // namespace vbench::annotations
