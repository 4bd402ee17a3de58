#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "datasets/annotations/lists.hpp"
#include "harness/core/text.hpp"

namespace vbench::annotations {
namespace fs = std::filesystem;
namespace {

constexpr int64_t kFolds = 3, kTrainOfClass = 70, kTestOfClass = 30;

std::string list_end(int64_t fold) { return fmt::format("_test_split{}.txt", fold); }

/// Classes that have a list of any fold.
std::vector<std::string> classes_of_lists(const fs::path& folder) {
  std::set<std::string> classes;
  if (!fs::is_directory(folder)) return {};
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    for (int64_t fold = 1; fold <= kFolds; ++fold) {
      if (name.size() > list_end(fold).size() && name.ends_with(list_end(fold)))
        classes.insert(name.substr(0, name.size() - list_end(fold).size()));
    }
  }
  return {classes.begin(), classes.end()};
}

void read_list(const fs::path& path, const std::string& label, int64_t fold, Annotations& result) {
  int64_t train = 0, test = 0;
  for_each_line(path, result.notes, [&](const Line& line) {
    const auto [name, code] = cut_number(line, "'<video> <0, 1 or 2>'");
    if (code > 2) throw input_error(fmt::format("the code {} means nothing", code), line.place, "1 is training, 2 test, 0 unused");
    if (code == 0) return;
    ++(code == 1 ? train : test);
    result.splits[fmt::format("{}{}", code == 1 ? "train" : "val", fold)].push_back(
        {label, media_name(name).stem, {}, {}, fmt::format("{}/{}", label, name), 0});
  });
  if (train != kTrainOfClass || test != kTestOfClass)
    result.notes.push_back(
        {"number of rows of a class", printable(path.string()),
         fmt::format("{} rows for training and {} for the test, officially {} and {}", train, test, kTrainOfClass, kTestOfClass), false});
}

}  // namespace

Annotations read_hmdb51(const fs::path& folder) {
  Annotations result;
  fs::path lists = folder / "testTrainMulti_7030_splits";
  if (!fs::is_directory(lists)) lists = folder;
  result.classes = classes_of_lists(lists);
  if (result.classes.empty())
    throw no_lists(folder, "brush_hair_test_split1.txt and 152 more, or a folder testTrainMulti_7030_splits with them");
  for (int64_t fold = 1; fold <= kFolds; ++fold) {
    std::vector<std::string> missing;
    for (const auto& label : result.classes) {
      const fs::path path = lists / (label + list_end(fold));
      if (fs::is_regular_file(path)) {
        read_list(path, label, fold, result);
      } else {
        missing.push_back(label);
      }
    }
    if (missing.size() == result.classes.size()) continue;  // the fold as a whole is noted as missing
    for (const auto& label : missing)
      result.notes.push_back({"missing list", label + list_end(fold), "the class has lists of other folds", true});
  }
  check_counts(official("hmdb51"), result);
  check_classes(result);
  check_duplicates(SameClip::kMedia, true, result);
  return result;
}

}  // namespace vbench::annotations
