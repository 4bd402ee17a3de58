#include "datasets/clips/labels.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "harness/core/error.hpp"
#include "harness/core/files.hpp"
#include "harness/core/text.hpp"

namespace vbench::clips {
namespace fs = std::filesystem;
using annotations::ClassList;
using annotations::ListedVideo;
using annotations::Note;

namespace {

constexpr const char* kClassFile = "classes.txt";

/// Numbers in a name: "ucf101_split2_train.csv" -> 101, 2.
std::vector<std::string> numbers_in(const std::string& name) {
  std::vector<std::string> found;
  bool inside = false;
  for (const char c : name) {
    const bool digit = c >= '0' && c <= '9';
    if (digit && !inside) found.emplace_back();
    if (digit) found.back() += c;
    inside = digit;
  }
  return found;
}

/// tiny_train.csv -> tiny_dictionary.json.
fs::path dictionary_beside(const fs::path& train) {
  const std::string name = train.filename().string();
  return train.parent_path() / (name.substr(0, name.find(kTrain)) + "dictionary.json");
}

ClassList classes_of_rows(const std::vector<ListedVideo>& train, const std::vector<ListedVideo>& val, const std::string& where) {
  std::vector<std::string> names;
  std::set<std::string> seen;
  for (const auto* rows : {&train, &val}) {
    for (const ListedVideo& row : *rows) {
      if (seen.insert(row.label).second) names.push_back(row.label);
    }
  }
  return ClassList(names, where);
}

bool leads_out(const std::string& relative) {
  const fs::path path(relative);
  const bool climbs = std::any_of(path.begin(), path.end(), [](const fs::path& part) { return part == ".."; });
  return climbs || path.is_absolute() || relative.find('\0') != std::string::npos;
}

}  // namespace

std::string key_of(const ListedVideo& video) { return annotations::folder_name(video, video.start && video.end); }

std::vector<std::string> summaries(const std::vector<Note>& notes) {
  std::vector<std::string> order;
  std::map<std::string, std::pair<int64_t, const Note*>> kinds;
  for (const Note& note : notes) {
    auto& [count, first] = kinds[note.kind];
    if (count++ == 0) {
      first = &note;
      order.push_back(note.kind);
    }
  }
  std::vector<std::string> lines;
  for (const std::string& kind : order) {
    const auto& [count, first] = kinds[kind];
    lines.push_back(fmt::format("{}: {}, the first: {}: {}", kind, count, printable(first->item), printable(first->message)));
  }
  return lines;
}

std::vector<fs::path> LabelFolder::candidates(const std::string& split) const {
  const std::string ending = split + ".csv";
  std::vector<fs::path> found;
  for (const auto& path : list_folder(folder_)) {
    if (path.filename().string().ends_with(ending)) found.push_back(path);
  }
  return found;
}

std::string LabelFolder::wanted(const std::string& split) const {
  const bool numbered = family_.folds > 1 || (family_.folds == 0 && fold_ > 1);
  return numbered ? fmt::format("{}{}.csv", split, fold_) : split + ".csv";
}

std::optional<fs::path> LabelFolder::find(const std::string& split) const {
  if (family_.folds > 0 && fold_ > family_.folds) {
    throw usage_error(fmt::format("{} has {} official split{}", family_.name, family_.folds, family_.folds == 1 ? "" : "s"),
                      fmt::format("--set data.fold={}", fold_));
  }
  std::vector<std::string> names;
  if (family_.folds != 1) names.push_back(fmt::format("{}{}.csv", split, fold_));
  if (fold_ == 1) names.push_back(split + ".csv");
  if (!family_.original_labels.empty()) names.push_back(fmt::format(fmt::runtime(family_.original_labels), fold_) + split + ".csv");
  for (const std::string& name : names) {
    if (fs::exists(folder_ / name)) return folder_ / name;
  }
  auto found = candidates(split);
  if (found.size() == 1 && fold_ == 1) return found.front();
  std::erase_if(found, [&](const fs::path& file) {
    const auto numbers = numbers_in(file.filename().string());
    return numbers.empty() || numbers.back() != std::to_string(fold_);
  });
  if (found.size() > 1) {
    throw input_error(fmt::format("'{}' and '{}' could both be the {} list", printable(found[0].filename().string()),
                                  printable(found[1].filename().string()), split),
                      printable(folder_.string()), "keep one of them, or call it " + wanted(split));
  }
  return found.empty() ? std::nullopt : std::optional(found.front());
}

std::vector<ListedVideo> LabelFolder::rows(const std::string& split, std::vector<Note>* notes) const {
  const auto file = find(split);
  if (!file) {
    throw input_error(fmt::format("{} is missing", wanted(split)), printable(folder_.string()),
                      fmt::format("'vbench data prepare {}' makes it from the official lists", family_.name));
  }
  return annotations::read_label_csv(*file, notes);
}

ClassList LabelFolder::classes(std::string* from) const {
  std::string ignored;
  std::string& source = from == nullptr ? ignored : *from;
  source = kClassFile;
  if (fs::exists(folder_ / kClassFile)) return annotations::read_classes(folder_ / kClassFile);
  const auto train = find(kTrain);
  if (!train) {
    throw input_error("neither classes.txt nor training rows tell the order of the classes", printable(folder_.string()),
                      fmt::format("'vbench data prepare {}' writes both", family_.name));
  }
  const fs::path dictionary = dictionary_beside(*train);
  source = printable(dictionary.filename().string());
  if (fs::exists(dictionary)) return annotations::read_classes(dictionary);
  source = "labels in the order in which they come";
  const auto val = find(kVal);
  return classes_of_rows(annotations::read_label_csv(*train, nullptr),
                         val ? annotations::read_label_csv(*val, nullptr) : std::vector<ListedVideo>{}, train->string());
}

void require_inside(const ListedVideo& video, const std::string& where) {
  for (const std::string& name : {video.label, video.id, video.media}) {
    if (!leads_out(name)) continue;
    throw input_error(fmt::format("the name '{}' leads out of the folder of videos", printable(name)), printable(where),
                      "names are relative and hold no '..'");
  }
}

int64_t outputs_for(int64_t wanted, int64_t classes, const fs::path& labels) {
  if (wanted == 0 || wanted >= classes) return wanted == 0 ? classes : wanted;
  throw usage_error(fmt::format("the labels name {} classes", classes), fmt::format("--set data.classes={}", wanted),
                    "give as many or more; the labels are in " + printable(labels.string()));
}

}  // namespace vbench::clips
