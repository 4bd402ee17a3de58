#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "datasets/annotations/lists.hpp"
#include "harness/core/text.hpp"

namespace vbench::annotations {
namespace fs = std::filesystem;
namespace {

constexpr const char* kMapping = "mapping_table.txt";
constexpr const char* kBlanks = " \t";

/// "train1" for trainlist01.txt and x_split1_train.txt, "val" for x_val.txt; empty for lists of neither.
std::string split_of(const std::string& stem) {
  const auto stem_ends = [&](const std::string& word) { return stem == word || stem.ends_with("_" + word); };
  // Where a dataset has folds, their test lists are what is evaluated on.
  const auto fold_of = [](const std::string& word, const std::string& number) { return (word == "test" ? "val" : word) + number; };
  for (const std::string word : {"train", "test", "val"}) {
    if (stem_ends(word)) {
      const size_t fold = stem.rfind("_split");
      const std::string number = fold == std::string::npos ? "" : stem.substr(fold + 6, stem.size() - fold - 7 - word.size());
      return parse_int(number) ? fold_of(word, number) : word;
    }
    const std::string head = word + "list0";
    if (stem.starts_with(head) && parse_int(stem.substr(head.size()))) return fold_of(word, stem.substr(head.size()));
  }
  return "";
}

/// "0wR5jVB-WPk_000417_000427" names a clip of Kinetics: an id and the times.
ListedVideo clip_of_stem(const std::string& label, const std::string& stem, const std::string& media) {
  constexpr size_t kId = 11, kTime = 6;
  ListedVideo video{label, stem, {}, {}, media, 0};
  if (stem.size() != kId + 2 * (kTime + 1) || stem[kId] != '_' || stem[kId + kTime + 1] != '_') return video;
  const auto start = parse_int(stem.substr(kId + 1, kTime)), end = parse_int(stem.substr(kId + kTime + 2));
  if (!start || !end || *start < 0 || *end <= *start) return video;
  video.id = stem.substr(0, kId);
  video.start = static_cast<double>(*start);
  video.end = static_cast<double>(*end);
  return video;
}

/// Reads all lists of a folder; without a mapping table the folders of the videos name the classes.
class NumberedLists {
 public:
  NumberedLists(const fs::path& folder, Annotations& result) : folder_(folder), result_(result) {
    const fs::path mapping = folder / kMapping;
    mapped_ = fs::is_regular_file(mapping);
    if (!mapped_) return;
    for_each_line(mapping, result_.notes, [&](const Line& line) {
      const size_t blank = line.text.find_first_of(kBlanks);
      const auto number = parse_int(line.text.substr(0, blank));
      if (!number || blank == std::string::npos)
        throw input_error(fmt::format("'{}' is not '<class> <name>'", printable(line.text)), line.place);
      name_class(*number, trim(line.text.substr(blank)), line.place);
    });
  }

  void read(const fs::path& path, const std::string& split) {
    auto& videos = result_.splits[split];
    bool in_order = true;
    for_each_line(path, result_.notes, [&](const Line& line) {
      const auto [number, index, media] = cut(line);
      in_order = in_order && number == static_cast<int64_t>(videos.size());
      const auto [folder, stem] = media_name(media);
      if (!mapped_ && !names_.contains(index)) name_class(index, folder, line.place);
      videos.push_back(clip_of_stem(label_of(index, folder, line.place), stem, media));
    });
    if (!in_order)
      result_.notes.push_back(
          {"rows not numbered", printable(path.string()), "the running numbers are not 0, 1, 2, ...: rows may be missing", false});
  }

  void finish() { result_.classes = classes_.names(0, mapped_ ? folder_ / kMapping : folder_); }

 private:
  struct Cut {
    int64_t number, index;
    std::string media;
  };

  static Cut cut(const Line& line) {
    const size_t first = line.text.find_first_of(kBlanks);
    const size_t second =
        first == std::string::npos ? first : line.text.find_first_of(kBlanks, line.text.find_first_not_of(kBlanks, first));
    const auto number = parse_int(line.text.substr(0, first));
    const auto index = second == std::string::npos ? std::nullopt : parse_int(trim(line.text.substr(first, second - first)));
    if (!number || !index || *index < 0)
      throw input_error(fmt::format("'{}' is not '<number> <class> <path>'", printable(line.text)), line.place);
    return {*number, *index, trim(line.text.substr(second))};
  }

  void name_class(int64_t index, const std::string& name, const std::string& place) {
    classes_.add(index, name, place);
    names_[index] = name;
  }

  const std::string& label_of(int64_t index, const std::string& folder, const std::string& place) {
    const auto found = names_.find(index);
    if (found == names_.end())
      throw input_error(fmt::format("the class {} is not in {}", index, kMapping), place, fmt::format("it has {} classes", names_.size()));
    if (!folder.empty() && folder != found->second) {
      const std::string what =
          fmt::format("the class {} is '{}', but the video lies in '{}'", index, printable(found->second), printable(folder));
      if (!mapped_) throw input_error(what, place);
      result_.notes.push_back({"label unlike the folder", place, what, true});
    }
    return found->second;
  }

  fs::path folder_;
  Annotations& result_;
  bool mapped_ = false;
  NumberedClasses classes_;
  std::map<int64_t, std::string> names_;
};

}  // namespace

Annotations read_numbered_lists(const fs::path& folder) {
  Annotations result;
  std::map<std::string, fs::path> lists;
  std::set<fs::path> files;
  if (fs::is_directory(folder)) files = {fs::directory_iterator(folder), fs::directory_iterator()};
  for (const auto& file : files) {
    if (file.extension() != ".txt" || file.filename() == kMapping) continue;
    const std::string split = split_of(file.stem().string());
    if (split.empty()) {
      result.notes.push_back({"list not read", printable(file.string()), "its name tells no split", false});
    } else if (!lists.emplace(split, file).second) {
      result.notes.push_back(
          {"list not read", printable(file.string()), fmt::format("'{}' is read instead", printable(lists[split].string())), false});
    }
  }
  if (lists.empty())
    throw no_lists(folder, "trainlist01.txt and testlist01.txt, x_split1_train.txt and x_split1_test.txt, or x_train.txt and x_val.txt");
  NumberedLists reader(folder, result);
  for (const auto& [split, path] : lists) reader.read(path, split);
  reader.finish();
  check_duplicates(SameClip::kMedia, true, result);
  return result;
}

std::vector<ListedVideo> read_file_list(const fs::path& path, const std::vector<std::string>& classes) {
  std::vector<Note> unused;
  std::vector<std::pair<Line, Numbered>> lines;
  bool with_frames = true;  // names may end in a blank and a number, but not in every line
  for_each_line(path, unused, [&](const Line& line) {
    auto labelled = cut_number(line, "'<path> <frames> <label>' or '<path> <label>'");
    with_frames = with_frames && try_cut_number(labelled.text).has_value();
    lines.emplace_back(line, std::move(labelled));
  });
  if (lines.empty()) throw input_error("the list is empty", printable(path.string()));
  std::vector<ListedVideo> videos;
  for (auto& [line, labelled] : lines) {
    if (labelled.number >= static_cast<int64_t>(classes.size()))
      throw input_error(fmt::format("the label {} is not one of {} classes", labelled.number, classes.size()), line.place,
                        "labels are numbers from 0 in the order of the class list");
    const auto media = with_frames ? *try_cut_number(labelled.text) : Numbered{labelled.text, 0};
    videos.push_back({classes[static_cast<size_t>(labelled.number)], media_name(media.text).stem, {}, {}, media.text, media.number});
  }
  return videos;
}

}  // namespace vbench::annotations
