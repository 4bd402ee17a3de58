#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "datasets/annotations/lists.hpp"
#include "harness/core/text.hpp"

namespace vbench::annotations {
namespace fs = std::filesystem;
namespace {

std::vector<std::string> read_class_numbers(const fs::path& path, std::vector<Note>& notes) {
  NumberedClasses classes;
  for_each_line(path, notes, [&](const Line& line) {
    const size_t blank = line.text.find_first_of(" \t");
    const auto number = parse_int(line.text.substr(0, blank));
    if (!number || blank == std::string::npos)
      throw input_error(fmt::format("'{}' is not '<number> <class>'", printable(line.text)), line.place);
    classes.add(*number, trim(line.text.substr(blank)), line.place);
  });
  return classes.names(1, path);
}

class Reader {
 public:
  Reader(const fs::path& classes, Annotations& result) : result_(result) {
    result_.classes = read_class_numbers(classes, result_.notes);
    classes_.emplace(result_.classes, printable(classes.string()));
  }

  /// @param numbered  the class's number stands behind the path in every line
  void read(const fs::path& path, const std::string& split, bool numbered) {
    auto& videos = result_.splits[split];
    for_each_line(path, result_.notes, [&](const Line& line) {
      const bool has_number = numbered || try_cut_number(line.text).has_value();
      const auto [media, number] = has_number ? cut_number(line, "'<class>/<video> <number of the class>'") : Numbered{line.text, 0};
      const auto [folder, stem] = media_name(media);
      if (folder.empty()) throw input_error(fmt::format("'{}' is not '<class>/<video>'", printable(line.text)), line.place);
      // The folder decides: the names of the files spell one class otherwise.
      const int64_t index = classes_->index(folder, line.place);
      if (has_number && number != index + 1)
        result_.notes.push_back({"wrong number of a class", line.place,
                                 fmt::format("'{}' has the number {}, classInd.txt gives it {}", folder, number, index + 1), true});
      videos.push_back({folder, stem, {}, {}, media, 0});
    });
  }

 private:
  Annotations& result_;
  std::optional<ClassList> classes_;
};

/// "g08" of v_ApplyEyeMakeup_g08_c01: clips of one group come from one film. Empty where the name tells none.
std::string group_of(const std::string& id) {
  const size_t clip = id.rfind("_c");
  const size_t group = clip == std::string::npos ? clip : id.rfind("_g", clip);
  return group == std::string::npos ? "" : id.substr(group + 1, clip - group - 1);
}

void check_groups(Annotations& result) {
  for (const auto& [a, b] : split_pairs(result)) {
    std::set<std::string> in_a, reported;
    for (const auto& video : result.splits.at(a)) in_a.insert(fmt::format("{} {}", video.label, group_of(video.id)));
    for (const auto& video : result.splits.at(b)) {
      const std::string group = group_of(video.id), key = fmt::format("{} {}", video.label, group);
      if (!group.empty() && in_a.contains(key) && reported.insert(key).second)
        result.notes.push_back({"group in two splits", key, fmt::format("the splits '{}' and '{}' have clips of it", a, b), true});
    }
  }
}

Annotations read_lists(const fs::path& folder) {
  constexpr const char* kExpected = "classInd.txt, trainlist01.txt and testlist01.txt, or a folder ucfTrainTestlist with them";
  const Folders folders{folder / "ucfTrainTestlist", folder};
  Annotations result;
  const fs::path classes = find_list(folders, {"classInd.txt"}, result.notes);
  if (classes.empty()) throw no_lists(folder, kExpected);
  Reader reader(classes, result);
  for (int64_t fold = 1; fold <= 3; ++fold) {
    for (const bool train : {true, false}) {
      const auto path = find_list(folders, {fmt::format("{}list0{}.txt", train ? "train" : "test", fold)}, result.notes);
      if (!path.empty()) reader.read(path, fmt::format("{}{}", train ? "train" : "val", fold), train);
    }
  }
  if (result.splits.empty()) throw no_lists(folder, kExpected);
  return result;
}

void check_rows(Annotations& result) {
  check_classes(result);
  check_duplicates(SameClip::kMedia, true, result);
  check_groups(result);
}

}  // namespace

Annotations read_ucf101(const fs::path& folder) {
  Annotations result = read_lists(folder);
  check_counts(official("ucf101"), result);
  check_rows(result);
  return result;
}

Annotations read_lists_like_ucf101(const fs::path& folder) {
  Annotations result = read_lists(folder);
  check_rows(result);
  return result;
}

}  // namespace vbench::annotations
