#include "datasets/location/joined_entry.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <string_view>

#include "harness/core/error.hpp"

namespace vbench {
namespace {

constexpr const char* kFiles = "files=";

using Parts = std::array<EntryPart, 2>;

/// Cuts `files=WORD` out of the settings. @return the part it names
std::optional<size_t> cut_choice(const Parts& parts, std::vector<std::string>& settings) {
  std::optional<size_t> chosen;
  for (const std::string& setting : settings) {
    if (!setting.starts_with(kFiles)) continue;
    const std::string word = setting.substr(std::string(kFiles).size());
    const auto part = std::find_if(parts.begin(), parts.end(), [&](const EntryPart& candidate) { return candidate.word == word; });
    if (part == parts.end())
      throw usage_error("has no such files", "--set " + setting, fmt::format("known: {}, {}", parts[0].word, parts[1].word));
    chosen = static_cast<size_t>(part - parts.begin());
  }
  std::erase_if(settings, [](const std::string& setting) { return setting.starts_with(kFiles); });
  return chosen;
}

/// Settings that no part knows go to the first one, which refuses them.
std::vector<std::string> settings_for(const Parts& parts, size_t part, const std::vector<std::string>& settings) {
  std::vector<std::string> wanted;
  for (const std::string& setting : settings) {
    const std::string key = setting.substr(0, setting.find('='));
    const bool known = parts[0].knows(key) || parts[1].knows(key);
    if (known ? parts[part].knows(key) : part == 0) wanted.push_back(setting);
  }
  return wanted;
}

using Look = std::function<DataReport(const DataRequest&)>;

DataReport both(const Parts& parts, DataRequest request, Look DatasetEntry::*look) {
  if (const auto chosen = cut_choice(parts, request.settings)) return (parts[*chosen].entry.*look)(request);
  std::array<DataReport, 2> reports;
  std::array<bool, 2> absent{};
  for (size_t i = 0; i < parts.size(); ++i) {
    DataRequest own = request;
    own.settings = settings_for(parts, i, request.settings);
    reports[i] = (parts[i].entry.*look)(own);
    absent[i] = reports[i].listed == 0 && !parts[i].exists(own);
  }
  DataReport all;
  for (size_t i = 0; i < parts.size(); ++i) {
    const std::string& word = parts[i].word;
    if (absent[i] && !absent[1 - i]) {
      all.facts.push_back(fmt::format("{}: not there", word));
      continue;
    }
    all.listed += reports[i].listed;
    all.checked += reports[i].checked;
    for (const std::string& fact : reports[i].facts) all.facts.push_back(fmt::format("{}: {}", word, fact));
    all.problems.insert(all.problems.end(), reports[i].problems.begin(), reports[i].problems.end());
  }
  return all;
}

using Write = std::function<DataReport(const DataRequest&, const std::string&)>;

Write one(const std::shared_ptr<const Parts>& parts, Write DatasetEntry::*write) {
  return [parts, write](DataRequest request, const std::string& folder) {
    const size_t chosen = cut_choice(*parts, request.settings).value_or(0);
    return ((*parts)[chosen].entry.*write)(request, folder);
  };
}

std::string both_texts(const std::string& first, const std::string& second, const char* between) {
  return first == second ? first : first + between + second;
}

/// What the second says and the first does not is added.
std::string both_licences(const std::string& first, const std::string& second) {
  constexpr std::string_view kBetween = "; ";
  std::string all = first;
  for (size_t begin = 0; begin < second.size();) {
    const size_t end = std::min(second.find(kBetween, begin), second.size());
    const std::string part = second.substr(begin, end - begin);
    if (first.find(part) == std::string::npos) all += fmt::format("{}{}", kBetween, part);
    begin = end + kBetween.size();
  }
  return all;
}

}  // namespace

DatasetEntry joined_entry(EntryPart first, EntryPart second) {
  const auto parts = std::make_shared<const Parts>(Parts{std::move(first), std::move(second)});
  const DatasetEntry &a = (*parts)[0].entry, &b = (*parts)[1].entry;
  DatasetEntry joined;
  joined.name = a.name;
  joined.title = both_texts(a.title, b.title, "; ");
  joined.licence = both_licences(a.licence, b.licence);
  joined.layout = both_texts(a.layout, b.layout, "\n");
  joined.info = [parts](const DataRequest& request) { return both(*parts, request, &DatasetEntry::info); };
  joined.verify = [parts](const DataRequest& request) { return both(*parts, request, &DatasetEntry::verify); };
  joined.synthesize = one(parts, &DatasetEntry::synthesize);
  joined.prepare = one(parts, &DatasetEntry::prepare);
  joined.preparation =
      fmt::format("files={} (or nothing):\n{}\nfiles={}:\n{}", (*parts)[0].word, a.preparation, (*parts)[1].word, b.preparation);
  return joined;
}

}  // namespace vbench
