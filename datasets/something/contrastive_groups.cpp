#include "datasets/something/contrastive_groups.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <optional>

#include "datasets/annotations/lists.hpp"
#include "datasets/something/annotations.hpp"
#include "harness/core/files.hpp"
#include "harness/core/text.hpp"

namespace vbench::something {
namespace fs = std::filesystem;
using annotations::ClassList;

namespace {

constexpr int kEnd = -1;  // of a group

// Of the official classes in their order.
constexpr std::array kOfficialGroups{
    173,  63,   kEnd, 5,    66,   kEnd, 46,  67,   kEnd, 47,  68,   kEnd, 164,  84,   kEnd, 106, 72,   kEnd, 104,  71,   kEnd,
    107,  73,   kEnd, 109,  74,   kEnd, 112, 75,   kEnd, 118, 76,   kEnd, 123,  77,   kEnd, 151, 83,   kEnd, 148,  82,   kEnd,
    141,  78,   kEnd, 142,  79,   kEnd, 62,  70,   kEnd, 147, 81,   kEnd, 169,  170,  kEnd, 149, 150,  kEnd, 46,   5,    kEnd,
    53,   54,   kEnd, 1,    161,  kEnd, 14,  172,  kEnd, 34,  99,   35,   98,   kEnd, 6,    171, kEnd, 153,  154,  kEnd, 30,
    31,   kEnd, 27,   28,   kEnd, 25,   26,  kEnd, 91,   92,  kEnd, 38,   39,   kEnd, 134,  135, kEnd, 139,  140,  kEnd, 115,
    116,  kEnd, 132,  133,  kEnd, 49,   50,  kEnd, 156,  157, kEnd, 4,    7,    kEnd, 51,   52,  kEnd, 55,   56,   57,   58,
    kEnd, 59,   163,  kEnd, 59,   60,   61,  kEnd, 4,    6,   kEnd, 6,    7,    kEnd, 2,    3,   kEnd, 8,    9,    kEnd, 10,
    12,   kEnd, 8,    104,  kEnd, 9,    105, kEnd, 10,   106, kEnd, 11,   107,  kEnd, 12,   112, kEnd, 47,   109,  kEnd, 13,
    106,  kEnd, 123,  47,   kEnd, 158,  160, kEnd, 158,  159, kEnd, 159,  160,  kEnd, 104,  105, 118,  107,  112,  106,  kEnd,
    114,  146,  kEnd, 106,  148,  kEnd, 109, 110,  kEnd, 21,  117,  119,  kEnd, 71,   73,   76,  72,   75,   kEnd, 108,  122,
    kEnd, 136,  137,  138,  kEnd, 22,   122, 108,  kEnd, 111, 23,   kEnd};

struct Merge {
  size_t group;
  std::array<int, 4> numbers;  // as many as the group has classes
};
constexpr std::array<Merge, 3> kOfficialMerges{{{24, {0, 0, 1, 1}}, {40, {0, 0, 1, 2}}, {67, {0, 0, 1}}}};

std::vector<int64_t> unmerged(size_t classes) {
  std::vector<int64_t> merge(classes);
  std::iota(merge.begin(), merge.end(), 0);
  return merge;
}

/// "# 0 0 1 1" as numbers; nothing for a comment in words.
std::optional<std::vector<int64_t>> merge_of(const std::string& line) {
  std::vector<int64_t> merge;
  for (const std::string& piece : split(line.substr(1), ' ')) {
    if (piece.empty()) continue;
    const auto number = parse_int(piece);
    if (!number || *number < 0) return std::nullopt;
    merge.push_back(*number);
  }
  return merge.empty() ? std::nullopt : std::optional(merge);
}

std::string without_quotes(std::string name) {
  if (name.ends_with(',')) name = trim(name.substr(0, name.size() - 1));
  const bool quoted = name.size() > 1 && (name.front() == '"' || name.front() == '\'') && name.back() == name.front();
  return quoted ? name.substr(1, name.size() - 2) : name;
}

class GroupReader {
 public:
  GroupReader(const ClassList& classes, int64_t* left_out) : classes_(classes), left_out_(left_out) {
    if (left_out_ != nullptr) *left_out_ = 0;
  }

  /// Lines that are not empty, in order.
  void take(const annotations::Line& line) {
    if (ended_) return;
    const int64_t blank = line.number - last_line_ - 1;
    if (blank > 1) finish();
    if (blank == 1 && !group_.classes.empty() && !line.text.starts_with("##"))
      throw input_error("one blank line stands within a group", line.place, "groups are parted by two");
    last_line_ = line.number;
    if (line.text.starts_with("##")) {
      ended_ = true;
    } else if (line.text.front() == '#') {
      take_comment(line);
    } else {
      take_class(line);
    }
  }

  [[nodiscard]] std::vector<ContrastiveGroup> groups() {
    finish();
    return std::move(groups_);
  }

 private:
  void take_comment(const annotations::Line& line) {
    auto merge = merge_of(line.text);
    if (!merge) return;
    group_.merge = std::move(*merge);
    merge_place_ = line.place;
  }

  void take_class(const annotations::Line& line) {
    const std::string name = without_quotes(line.text);
    if (std::find(names_.begin(), names_.end(), name) != names_.end())
      throw input_error(fmt::format("'{}' is in the group twice", printable(name)), line.place);
    names_.push_back(name);
    place_ = line.place;
    const auto label = classes_.find(name);
    if (!label && left_out_ == nullptr)
      throw input_error(fmt::format("'{}' is not among the labels", printable(name)), line.place,
                        printable(suggest(name, classes_.names())));
    unknown_ |= !label;
    group_.classes.push_back(label.value_or(-1));
  }

  void finish() {
    if (!names_.empty()) {
      keep_group();
    } else if (!group_.merge.empty()) {
      throw input_error("numbers that merge classes, and no class of their group behind them", merge_place_,
                        "they stand at the head of a group, without two blank lines between");
    }
    group_ = {};
    names_.clear();
    unknown_ = false;
  }

  void keep_group() {
    if (names_.size() == 1) throw input_error("a group needs two classes", place_);
    if (group_.merge.empty()) group_.merge = unmerged(names_.size());
    if (group_.merge.size() != names_.size()) {
      throw input_error(fmt::format("{} numbers for the {} classes of the group", group_.merge.size(), names_.size()), merge_place_,
                        "give one a class");
    }
    if (unknown_) {
      ++*left_out_;
    } else {
      groups_.push_back(std::move(group_));
    }
  }

  const ClassList& classes_;
  int64_t* left_out_;
  std::vector<ContrastiveGroup> groups_;
  ContrastiveGroup group_;          // the one that is being read
  std::vector<std::string> names_;  // of its classes
  std::string place_, merge_place_;
  int64_t last_line_ = 0;
  bool unknown_ = false, ended_ = false;
};

}  // namespace

std::vector<ContrastiveGroup> read_contrastive_groups(const fs::path& file, const std::vector<std::string>& class_names,
                                                      int64_t* left_out) {
  const ClassList classes(class_names);
  std::vector<annotations::Note> odd_bytes;  // cut, and no matter here
  GroupReader reader(classes, left_out);
  annotations::for_each_line(file, odd_bytes, [&](const annotations::Line& line) { reader.take(line); });
  return reader.groups();
}

std::vector<ContrastiveGroup> official_contrastive_groups(const std::vector<std::string>& class_names) {
  std::vector<ContrastiveGroup> groups;
  if (!are_official(class_names)) return groups;
  ContrastiveGroup group;
  for (const int entry : kOfficialGroups) {
    if (entry != kEnd) {
      group.classes.push_back(entry);
      continue;
    }
    group.merge = unmerged(group.classes.size());
    groups.push_back(std::move(group));
    group = {};
  }
  for (const Merge& merge : kOfficialMerges) {
    auto& numbers = groups[merge.group].merge;
    std::copy_n(merge.numbers.begin(), numbers.size(), numbers.begin());
  }
  return groups;
}

}  // namespace vbench::something
