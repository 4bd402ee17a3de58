#include "datasets/clips/label_writer.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "datasets/formats/json_file.hpp"
#include "harness/core/files.hpp"
#include "harness/core/text.hpp"

namespace vbench::clips {
namespace fs = std::filesystem;

namespace {

constexpr const char* kMadeByUs = "PREPARED.json";

std::string without_fold(const std::string& split) { return split.substr(0, split.find_last_not_of("0123456789") + 1); }

/// Removes the folder at the end of a scope, whatever happens.
struct Cleanup {
  fs::path folder;
  ~Cleanup() {
    std::error_code ignored;
    fs::remove_all(folder, ignored);
  }
};

void rename_folder(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::rename(from, to, error);
  if (error) throw input_error("cannot rename the folder to its final name: " + error.message(), printable(to.string()));
}

}  // namespace

void require_replaceable_labels(const fs::path& folder) {
  const fs::path labels = folder / "labels";
  std::error_code error;
  if (!fs::exists(labels, error) || fs::is_empty(labels, error) || fs::exists(labels / kMadeByUs, error)) return;
  throw input_error(fmt::format("the folder holds label files that were not prepared here (no {})", kMadeByUs), printable(labels.string()),
                    "they are never replaced; choose another --output, or use them as they are");
}

bool is_labelled(const std::vector<annotations::ListedVideo>& rows) {
  return !rows.empty() && std::none_of(rows.begin(), rows.end(), [](const auto& row) { return row.label.empty(); });
}

void name_splits(annotations::Annotations& lists, const Family& family) {
  if (family.folds != 1) return;
  std::map<std::string, std::vector<annotations::ListedVideo>> named;
  for (auto& [split, rows] : lists.splits) {
    const bool first = split.ends_with("1") || without_fold(split) == split;
    if (first) named.emplace(without_fold(split), std::move(rows));
  }
  lists.splits = std::move(named);
}

void write_labels(const fs::path& folder, const annotations::Annotations& lists, const nlohmann::ordered_json& provenance) {
  make_folder(folder);
  const fs::path labels = folder / "labels";
  require_replaceable_labels(folder);
  const std::string beside = (folder / fmt::format(".labels.{}", ::getpid())).string();
  const Cleanup partial{beside + ".partial"}, old{beside + ".old"};
  fs::remove_all(partial.folder);
  make_folder(partial.folder);
  annotations::write_classes(partial.folder / "classes.txt", annotations::ClassList(lists.classes));
  for (const auto& [split, rows] : lists.splits) {
    if (is_labelled(rows)) annotations::write_label_csv(partial.folder / (split + ".csv"), rows, without_fold(split));
  }
  write_file_atomically(partial.folder / kMadeByUs, json_text(provenance, 2) + "\n");
  std::error_code error;
  if (fs::exists(labels, error)) rename_folder(labels, old.folder);
  rename_folder(partial.folder, labels);
}

}  // namespace vbench::clips
