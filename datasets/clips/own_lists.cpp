#include "datasets/clips/own_lists.hpp"

#include <fmt/format.h>

#include "datasets/annotations/lists.hpp"
#include "datasets/clips/labels.hpp"
#include "harness/core/error.hpp"
#include "harness/core/text.hpp"

namespace vbench::clips {
namespace fs = std::filesystem;
using annotations::Annotations;

namespace {

/// With notes on rows that occur twice or in two splits. The reader of a single file knows less of them.
Annotations checked(Annotations lists) {
  std::erase_if(lists.notes, [](const annotations::Note& note) { return note.kind == annotations::kRowTwice; });
  annotations::check_classes(lists);
  annotations::check_duplicates(annotations::SameClip::kMedia, true, lists);
  return lists;
}

Annotations read_csv_lists(const fs::path& folder) {
  const Family& family = family_of("own-videos");
  Annotations lists;
  lists.classes = LabelFolder(family, folder, 1).classes().names();
  for (int64_t fold = 1;; ++fold) {
    const LabelFolder labels(family, folder, fold);
    const auto train = labels.find(kTrain), val = labels.find(kVal);
    if (fold > 1 && !train && !val) break;
    for (const char* split : {kTrain, kVal}) lists.splits[fmt::format("{}{}", split, fold)] = labels.rows(split, &lists.notes);
  }
  if (lists.splits.size() > 2) return checked(std::move(lists));
  for (const char* split : {kTrain, kVal}) {
    auto only = lists.splits.extract(fmt::format("{}1", split));
    only.key() = split;
    lists.splits.insert(std::move(only));
  }
  return checked(std::move(lists));
}

Annotations read_file_lists(const fs::path& folder) {
  Annotations lists;
  lists.classes = annotations::read_classes(folder / "classes.txt").names();
  for (const char* split : {kTrain, kVal}) {
    lists.splits[split] = annotations::read_file_list(folder / fmt::format("{}.txt", split), lists.classes);
  }
  return checked(std::move(lists));
}

}  // namespace

Annotations read_own_lists(ListFormat format, const fs::path& folder) {
  switch (format) {
    case ListFormat::kUcf101:
      return annotations::read_lists_like_ucf101(folder);
    case ListFormat::kCsv:
      return read_csv_lists(folder);
    case ListFormat::kList:
      return read_file_lists(folder);
    case ListFormat::kNumbered:
      return annotations::read_numbered_lists(folder);
  }
  throw Error(ErrorKind::kInternal, "unknown form of lists");
}

}  // namespace vbench::clips
