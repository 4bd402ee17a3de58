// What the readers of lists share: finding and reading them, names of videos, checks of what was read. Used by the readers of annotations
// and of own lists.
#pragma once

#include <functional>
#include <string_view>

#include "datasets/annotations/annotation.hpp"
#include "datasets/formats/csv.hpp"
#include "harness/core/error.hpp"

namespace vbench::annotations {

using Folders = std::vector<std::filesystem::path>;

/// The first of the names that is a file in one of the folders; empty: none is. Further ones are noted as not read.
[[nodiscard]] std::filesystem::path find_list(const Folders& folders, const std::vector<std::string>& names, std::vector<Note>& notes);
[[nodiscard]] Error no_lists(const std::filesystem::path& folder, const std::string& expected);

struct Line {
  std::string text;  ///< without blanks at its ends
  int64_t number = 0;
  std::string place;  ///< "<path>: line 7"
};
/// Calls `use` for every line that is not empty. Marks of other systems are cut and, like bytes that are not UTF-8, noted.
void for_each_line(const std::filesystem::path& path, std::vector<Note>& notes, const std::function<void(const Line&)>& use);

/// What was odd about the bytes of a file.
struct OddBytes {
  bool byte_order_mark = false, carriage_returns = false;
  int64_t other_than_utf8 = 0;  ///< lines
};
void note_bytes(const std::filesystem::path& path, const OddBytes& odd, std::vector<Note>& notes);
[[nodiscard]] bool is_utf8(std::string_view text);

/// "<text> <number>", cut at the last blanks.
struct Numbered {
  std::string text;
  int64_t number = 0;
};
/// @throws Error kInput naming `expected`, also for negative numbers
[[nodiscard]] Numbered cut_number(const Line& line, const std::string& expected);
[[nodiscard]] std::optional<Numbered> try_cut_number(std::string_view text);

/// The columns of a table that tell a video.
struct VideoColumns {
  std::string label, id, start, end;  ///< names; empty: the table has none
};
/// Label, id and times of a row; the id without blanks around it, the label as it is. Empty times are unknown.
/// @throws Error kInput naming line and column
[[nodiscard]] ListedVideo video_of(const csv::Table& table, const csv::Row& row, const VideoColumns& columns);

/// folder_name() with times, and without a folder where the list keeps the label secret.
[[nodiscard]] std::string clip_name(const ListedVideo& video);
void note_times_out_of_order(const ListedVideo& video, const std::string& place, std::vector<Note>& notes);

/// Classes that a list numbers.
class NumberedClasses {
 public:
  /// @throws Error kInput for a number that another class has
  void add(int64_t number, const std::string& name, const std::string& place);
  /// In the order of the numbers. @throws Error kInput unless they are first, first + 1, ...
  [[nodiscard]] std::vector<std::string> names(int64_t first, const std::filesystem::path& path) const;

 private:
  std::map<int64_t, std::string> names_;
};

/// Of "a/b.avi" the folder "a" and the stem "b". Only extensions of videos are cut: other dots belong to names.
struct MediaName {
  std::string folder, stem;
};
[[nodiscard]] MediaName media_name(const std::string& path);

/// Notes other counts and splits that are not there.
void check_counts(const Official& official, Annotations& annotations);

inline constexpr const char* kClassWithoutVideos = "class without videos";  ///< kind of a note
/// Notes classes that a split has no video of.
void check_classes(Annotations& annotations);

inline constexpr const char* kRowTwice = "row twice";  ///< kind of a note
/// What makes two rows the same clip.
enum class SameClip { kMedia, kTimes };
/// Notes rows that a split has twice, clips with two labels (fatal) and clips in two splits of a fold.
/// @param across_is_fatal  the protocol forbids clips in two splits
void check_duplicates(SameClip same, bool across_is_fatal, Annotations& annotations);

/// All labels in the order of their bytes: the order of the classes where a dataset has no list of them.
[[nodiscard]] std::vector<std::string> sorted_labels(const Annotations& annotations);

/// Pairs of splits that belong to one fold: every two of "train", "val", "test", and "train1" with "val1".
[[nodiscard]] std::vector<std::pair<std::string, std::string>> split_pairs(const Annotations& annotations);

}  // namespace vbench::annotations
