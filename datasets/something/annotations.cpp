#include "datasets/something/annotations.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <unordered_map>

#include "datasets/annotations/lists.hpp"
#include "datasets/formats/hash.hpp"
#include "datasets/formats/json_file.hpp"
#include "datasets/something/something_data.hpp"
#include "harness/core/text.hpp"

namespace vbench::something {
namespace fs = std::filesystem;
using annotations::ClassList;
using annotations::ListedVideo;
using annotations::Note;
using clips::RowFlaw;

namespace {

constexpr const char* kOfficialClasses = "93af5e40e2fcc8b2d08d91964a208b20";  // hash of their lines

/// JSON skips the mark of UTF-8 by itself; other marks end the reading with a word on what they are.
void look_at_first_bytes(const fs::path& file, std::vector<Note>& notes) {
  std::string head(3, '\0');
  std::ifstream(file, std::ios::binary).read(head.data(), 3);
  std::string_view bytes = head;
  annotations::note_bytes(file, {csv::cut_byte_order_mark(bytes, printable(file.string())), false, 0}, notes);
}

/// Where the numbers of the file first differ from the order of the names.
void note_other_order(const fs::path& file, const ClassList& classes, const std::map<std::string, int64_t>& numbers,
                      std::vector<Note>& notes) {
  for (const auto& [name, number] : numbers) {
    const int64_t place = *classes.find(name);
    if (number == place) continue;
    notes.push_back(
        {"order of classes", printable(file.string()),
         fmt::format("'{}' has number {} in the file and {} in alphabetical order, which counts", printable(name), number, place), false});
    return;
  }
}

std::string without_brackets(std::string text) {
  std::erase_if(text, [](char c) { return c == '[' || c == ']'; });
  return text;
}

bool is_plain_name(const std::string& id) {
  return !id.empty() && id != "." && id != ".." && id.find('/') == std::string::npos && id.find('\0') == std::string::npos;
}

/// Reads the entries of one list.
class ListReader {
 public:
  ListReader(const fs::path& file, const std::string& split, const ClassList& classes)
      : list_{printable(file.string()), 0, {}, {}, {}}, labelled_(split != kTest), classes_(classes) {
    look_at_first_bytes(file, list_.notes);
  }

  void add(const nlohmann::json& entry) {
    ListedVideo video;
    video.id = id_of(entry);
    if (labelled_) video.label = without_brackets(text_of(entry, "template", fmt::format("{}: id {}", list_.file, printable(video.id))));
    ++list_.listed;
    unread_templates_ += !labelled_ && entry.contains("template") ? 1 : 0;
    if (is_usable(video)) list_.videos.push_back(std::move(video));
  }

  VideoList finish() {
    if (unread_templates_ > 0)
      list_.notes.push_back({"labels of the test split", list_.file, fmt::format("{} templates are not read", unread_templates_), false});
    return std::move(list_);
  }

 private:
  [[nodiscard]] std::string place() const { return fmt::format("{}: entry {}", list_.file, list_.listed); }

  [[nodiscard]] std::string id_of(const nlohmann::json& entry) const {
    if (!entry.is_object()) throw input_error("the entry is no object with an 'id'", place());
    const auto id = entry.find("id");
    if (id != entry.end() && id->is_number_integer()) return id->dump();
    return text_of(entry, "id", place());
  }

  [[nodiscard]] static std::string text_of(const nlohmann::json& entry, const char* key, const std::string& where) {
    const auto value = entry.find(key);
    if (value == entry.end()) throw input_error(fmt::format("there is no '{}'", key), where);
    if (!value->is_string()) throw input_error(fmt::format("'{}' is no text", key), where);
    return value->get<std::string>();
  }

  [[nodiscard]] bool is_usable(const ListedVideo& video) {
    if (!is_plain_name(video.id))
      return refuse(RowFlaw::kOutside, video, fmt::format("the id '{}' is no plain name of a file", printable(video.id)), "");
    if (labelled_ && !classes_.find(video.label)) {
      return refuse(RowFlaw::kUnknownLabel, video,
                    fmt::format("the template of id {}, '{}', is no class", printable(video.id), printable(video.label)),
                    nearest_class(video.label));
    }
    const auto [first, fresh] = labels_.emplace(video.id, video.label);
    if (fresh) return true;
    if (first->second == video.label) return refuse(RowFlaw::kTwice, video, fmt::format("id {} is listed twice", printable(video.id)), "");
    return refuse(RowFlaw::kTwoLabels, video,
                  fmt::format("id {} is listed as '{}' and as '{}'", printable(video.id), first->second, video.label), "");
  }

  bool refuse(RowFlaw flaw, const ListedVideo& video, const std::string& what, const std::string& hint) {
    list_.problems.push_back({flaw, printable(video.id), input_error(what, list_.file, hint)});
    return false;
  }

  /// With the wrong labels file every row is unknown: the search is dear, and few templates differ.
  const std::string& nearest_class(const std::string& name) {
    auto& hint = hints_[name];
    if (hint.empty()) hint = printable(suggest(name, classes_.names()));
    return hint;
  }

  VideoList list_;
  bool labelled_;
  const ClassList& classes_;
  std::unordered_map<std::string, std::string> labels_, hints_;  // by id; by unknown class
  int64_t unread_templates_ = 0;
};

}  // namespace

std::string wanted_annotation(const std::string& what) { return fmt::format("{}-{}.json", kDataset, what); }

AnnotationFiles find_annotations(const fs::path& folder) {
  AnnotationFiles files;
  const auto find = [&](const std::vector<std::string>& names) {
    return annotations::find_list({folder, folder / "labels"}, names, files.notes);
  };
  const auto json = [&](const std::string& what) { return find({wanted_annotation(what), what + ".json"}); };
  files.labels = json("labels");
  for (const char* split : {kTrain, kValidation, kTest}) {
    if (auto list = json(split); !list.empty()) files.lists.emplace(split, std::move(list));
  }
  files.test_answers = find({"test-answers.csv"});
  files.augmentation_mapping = find({"augmentation_mappings.json"});
  files.contrastive_groups = find({"contrastive_groups_list.txt"});
  return files;
}

ClassList read_labels(const fs::path& file, std::vector<Note>& notes) {
  look_at_first_bytes(file, notes);
  const std::string where = printable(file.string());
  const auto object = read_json_object<nlohmann::json>(file);
  std::map<std::string, int64_t> numbers;
  for (const auto& [name, value] : object.items()) {
    const auto number = value.is_string() ? parse_int(value.get<std::string>()) : std::optional<int64_t>();
    if (!number && !value.is_number_integer()) throw input_error(fmt::format("the index of '{}' is no number", printable(name)), where);
    numbers[name] = number ? *number : value.get<int64_t>();
  }
  if (numbers.empty()) throw input_error("the file names no classes", where);
  std::vector<std::string> names;
  for (const auto& [name, number] : numbers) names.push_back(name);
  const ClassList classes(std::move(names), where);
  note_other_order(file, classes, numbers, notes);
  return classes;
}

VideoList read_list(const fs::path& file, const std::string& split, const ClassList& classes) {
  ListReader reader(file, split, classes);
  for (const auto& entry : read_json_array<nlohmann::json>(file)) reader.add(entry);
  return reader.finish();
}

clips::SplitIndex index_split(const AnnotationFiles& files, const ClassList& classes, const clips::Media& media, const std::string& split) {
  const auto file = files.lists.find(split);
  if (file == files.lists.end())
    throw input_error(fmt::format("there is no {}", wanted_annotation(split)), printable(files.labels.parent_path().string()));
  VideoList list = read_list(file->second, split, classes);
  clips::SplitIndex index{std::move(list.file), {}, std::move(list.problems), std::move(list.notes), list.listed};
  clips::VideoFinder finder(media);
  for (ListedVideo& video : list.videos) {
    const int64_t label = video.label.empty() ? kUnlabelled : *classes.find(video.label);
    const std::string shown = printable(video.id);
    video.label.clear();  // folders of classes are for other datasets
    auto place = finder.find(video, split);
    if (!place) {
      index.problems.push_back({RowFlaw::kMissing, shown, input_error(fmt::format("no video '{}'", shown), media.description())});
      continue;
    }
    index.items.push_back({shown, std::move(video.id), std::move(*place), label, 0});
  }
  return index;
}

bool are_official(const std::vector<std::string>& class_names) {
  std::string lines;
  for (const std::string& name : class_names) lines += name + "\n";
  return hash_of(lines) == kOfficialClasses;
}

}  // namespace vbench::something
