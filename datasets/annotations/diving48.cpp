#include <fmt/format.h>

#include <algorithm>

#include "datasets/annotations/lists.hpp"
#include "datasets/formats/json_file.hpp"
#include "harness/core/text.hpp"

namespace vbench::annotations {
namespace fs = std::filesystem;
namespace {

constexpr size_t kUnused = 30;  // of the vocabulary, no dive of the second version has it

/// A class is four words: take-off, somersaults, twists, position.
std::vector<std::string> read_vocabulary(const fs::path& path) {
  std::vector<std::string> classes;
  for (const auto& words : read_json_array<nlohmann::json>(path)) {
    std::string name;
    const bool usable =
        words.is_array() && !words.empty() && std::all_of(words.begin(), words.end(), [](const auto& w) { return w.is_string(); });
    if (!usable) throw input_error("a class is no list of words", fmt::format("{}: entry {}", printable(path.string()), classes.size()));
    for (const auto& word : words) name += fmt::format("{}{}", name.empty() ? "" : "+", word.get<std::string>());
    classes.push_back(name);
  }
  return classes;
}

/// A whole number of an entry; nothing if the entry has no such field.
std::optional<int64_t> field(const nlohmann::json& entry, const char* name, const std::string& place) {
  const auto found = entry.find(name);
  if (found == entry.end()) return std::nullopt;
  if (!found->is_number_integer() || found->get<int64_t>() < 0)
    throw input_error(fmt::format("the field '{}' is no number from 0", name), place);
  return found->get<int64_t>();
}

ListedVideo read_entry(const nlohmann::json& entry, const std::vector<std::string>& classes, const std::string& place) {
  const bool named = entry.is_object() && entry.contains("vid_name") && entry["vid_name"].is_string();
  if (!named || !entry.contains("label")) throw input_error("the entry has no 'vid_name' or no 'label'", place);
  const auto label = static_cast<size_t>(*field(entry, "label", place));
  if (label >= classes.size())
    throw input_error(fmt::format("the label {} is not in the vocabulary of {} classes", label, classes.size()), place);
  const auto id = entry["vid_name"].get<std::string>();
  const int64_t first = field(entry, "start_frame", place).value_or(0), end = field(entry, "end_frame", place).value_or(first);
  return {classes[label], id, {}, {}, fmt::format("rgb/{}.mp4", id), std::max<int64_t>(end - first, 0)};
}

void read_list(const fs::path& path, const std::string& split, Annotations& result) {
  const auto entries = read_json_array<nlohmann::json>(path);
  auto& videos = result.splits[split];
  for (const auto& entry : entries)
    videos.push_back(read_entry(entry, result.classes, fmt::format("{}: entry {}", printable(path.string()), videos.size())));
}

}  // namespace

Annotations read_diving48(const fs::path& folder) {
  constexpr const char* kExpected = "Diving48_vocab.json, Diving48_V2_train.json and Diving48_V2_test.json";
  Annotations result;
  const fs::path vocabulary = find_list({folder}, {"Diving48_vocab.json"}, result.notes);
  if (vocabulary.empty()) throw no_lists(folder, kExpected);
  result.classes = read_vocabulary(vocabulary);
  const bool second = fs::exists(folder / "Diving48_V2_train.json") || fs::exists(folder / "Diving48_V2_test.json");
  for (const auto& [word, split] : {std::pair("train", "train"), std::pair("test", "val")}) {
    const auto path = find_list({folder}, {fmt::format("Diving48_{}{}.json", second ? "V2_" : "", word)}, result.notes);
    if (!path.empty()) read_list(path, split, result);
  }
  if (result.splits.empty()) throw no_lists(folder, kExpected);
  if (!second)
    result.notes.push_back(
        {"version 1", "Diving-48", "labels of version 1 are partly wrong; results are not comparable with those on version 2", false});
  check_counts(official(second ? "diving48" : "diving48-v1"), result);
  check_classes(result);
  if (second && result.classes.size() > kUnused) {
    // Every split lacks this class, as it should.
    std::erase_if(result.notes, [&](const Note& note) { return note.kind == kClassWithoutVideos && note.item == result.classes[kUnused]; });
  }
  check_duplicates(SameClip::kMedia, true, result);
  return result;
}

}  // namespace vbench::annotations
