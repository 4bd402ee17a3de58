#include <fmt/format.h>

#include "datasets/annotations/lists.hpp"
#include "datasets/formats/json_file.hpp"
#include "harness/core/files.hpp"
#include "harness/core/text.hpp"

namespace vbench::annotations {
namespace fs = std::filesystem;
namespace {

bool is_dictionary(const fs::path& path) { return path.extension() == ".json"; }

std::vector<std::string> read_names(const fs::path& path) {
  std::vector<std::string> names;
  std::vector<Note> unused;
  for_each_line(path, unused, [&](const Line& line) {
    names.push_back(line.text);
    if (line.number != static_cast<int64_t>(names.size()))
      throw input_error("there is an empty line before this one, which would shift the indices", line.place, "remove it");
  });
  return names;
}

std::vector<std::string> read_dictionary(const fs::path& path) {
  const auto file = read_json_object<nlohmann::ordered_json>(path);
  const std::string where = printable(path.string());
  std::vector<std::optional<std::string>> slots(file.size());
  for (const auto& [name, index] : file.items()) {
    if (!index.is_number_integer() || index.template get<int64_t>() < 0)
      throw input_error(fmt::format("the index of '{}' is no number from 0", name), where);
    const auto place = index.template get<int64_t>();
    if (place >= static_cast<int64_t>(slots.size()))
      throw input_error(fmt::format("the index of '{}' is {}, but there are {} classes", name, place, slots.size()), where,
                        "indices have to be 0, 1, 2, ... without gaps");
    auto& slot = slots[static_cast<size_t>(place)];
    if (slot) throw input_error(fmt::format("'{}' and '{}' have the index {}", *slot, name, place), where);
    slot = name;
  }
  std::vector<std::string> names;
  for (auto& slot : slots) names.push_back(std::move(*slot));  // as many names as slots and none twice: all are filled
  return names;
}

}  // namespace

ClassList::ClassList(std::vector<std::string> names, const std::string& where) : names_(std::move(names)) {
  for (const auto& name : names_) {
    if (name.empty()) throw input_error("a class has an empty name", where);
    if (!indices_.emplace(name, static_cast<int64_t>(indices_.size())).second)
      throw input_error(fmt::format("the class '{}' is there twice", printable(name)), where);
  }
}

std::optional<int64_t> ClassList::find(const std::string& name) const {
  const auto found = indices_.find(name);
  return found == indices_.end() ? std::nullopt : std::optional(found->second);
}

int64_t ClassList::index(const std::string& name, const std::string& where) const {
  const auto found = find(name);
  if (!found) throw input_error(fmt::format("'{}' is not in the class list", printable(name)), where, suggest(name, names_));
  return *found;
}

ClassList read_classes(const fs::path& path) {
  auto names = is_dictionary(path) ? read_dictionary(path) : read_names(path);
  if (names.empty()) throw input_error("the list has no classes", printable(path.string()));
  return ClassList(std::move(names), printable(path.string()));
}

void write_classes(const fs::path& path, const ClassList& classes) {
  std::string text;
  nlohmann::ordered_json dictionary;
  for (const auto& name : classes.names()) {
    const bool line = trim(name) == name && name.find_first_of("\r\n") == std::string::npos;
    if (is_dictionary(path) ? !is_utf8(name) : !line)
      throw input_error(fmt::format("the class '{}' cannot be written to such a file", printable(name)), printable(path.string()),
                        is_dictionary(path) ? "take classes.txt: JSON holds UTF-8 only" : "take dictionary.json: the name is not one line");
    dictionary[name] = dictionary.size();
    text += name + "\n";
  }
  write_file_atomically(path, is_dictionary(path) ? json_text(dictionary) : text);
}

}  // namespace vbench::annotations
