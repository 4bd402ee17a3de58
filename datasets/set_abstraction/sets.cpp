#include "datasets/set_abstraction/sets.hpp"

#include <fmt/format.h>

#include <cmath>
#include <map>
#include <string_view>

#include "datasets/formats/json_file.hpp"
#include "harness/core/files.hpp"
#include "harness/core/text.hpp"

namespace vbench::set_abstraction {
namespace fs = std::filesystem;

namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr size_t kMostMembers = 12;  // 4095 subsets
constexpr size_t kCandidates = 5;

const json& field(const json& object, const char* key) {
  if (!object.is_object()) throw input_error("is not a JSON object");
  const auto found = object.find(key);
  if (found == object.end()) throw input_error(fmt::format("has no \"{}\"", key));
  return *found;
}

const json& list(const json& value, std::string_view what) {
  if (!value.is_array()) throw input_error(fmt::format("{} is no list", what));
  return value;
}

std::string text(const json& value, const std::string& what) {
  if (!value.is_string() || value.get_ref<const std::string&>().empty()) throw input_error(what + " is no text");
  return value.get<std::string>();
}

/// "0,2" -> the subset {0, 2} of n members.
Subset parse_subset(const std::string& key, int64_t n) {
  Subset subset;
  for (const std::string& piece : split(key, ',')) {
    const auto member = parse_int(piece);
    if (!member || *member < 0 || *member >= n) throw input_error(fmt::format("subset \"{}\" has members other than 0..{}", key, n - 1));
    if (!subset.empty() && *member <= subset.back()) throw input_error(fmt::format("subset \"{}\" is not in ascending order", key));
    subset.push_back(*member);
  }
  if (subset.empty()) throw input_error(fmt::format("subset \"{}\" has no members", key));
  return subset;
}

AbstractionSet parse_set(const json& entry) {
  AbstractionSet set;
  for (const json& video : list(field(entry, "videos"), "\"videos\"")) set.videos.push_back(text(video, "a video"));
  if (set.videos.empty() || set.videos.size() > kMostMembers) {
    throw input_error(fmt::format("the set has {} videos, 1 to {} can be used", set.videos.size(), kMostMembers));
  }
  const auto n = static_cast<int64_t>(set.videos.size());
  const auto rows = power_set_rows(n);
  set.labels.resize(static_cast<size_t>(power_set_size(n)));
  const json& labels = field(entry, "labels");
  if (!labels.is_object()) throw input_error("\"labels\" is not a JSON object");
  for (const auto& [key, values] : labels.items()) {
    auto& row = set.labels[static_cast<size_t>(rows[subset_mask(parse_subset(key, n))])];
    for (const json& label : list(values, fmt::format("the label of subset \"{}\"", key))) {
      row.push_back(text(label, fmt::format("a label of subset \"{}\"", key)));
    }
  }
  return set;
}

std::string replace_all(std::string name, std::string_view from, std::string_view to) {
  for (size_t at = name.find(from); at != std::string::npos; at = name.find(from, at + to.size())) name.replace(at, from.size(), to);
  return name;
}

RankedVideo parse_ranked(const json& entry, const std::string& list_name) {
  if (!entry.is_array() || entry.size() != 3)
    throw input_error(fmt::format("an item of \"{}\" is not [video, label, distance]", list_name));
  // Labels may be lists where videos have several; nobody reads them.
  const std::string label = entry[1].is_string() ? entry[1].get<std::string>() : json_text(entry[1]);
  if (!entry[2].is_number()) throw input_error(fmt::format("a distance of \"{}\" is no number", list_name));
  return {replace_all(text(entry[0], "a video of \"" + list_name + "\""), "multi_test", "test_multi"), label, entry[2].get<double>()};
}

RankingRecord parse_record(const json& entry, int64_t size) {
  RankingRecord record;
  record.reference_size = size;
  for (const json& video : list(field(entry, "reference"), "\"reference\"")) record.reference.push_back(parse_ranked(video, "reference"));
  for (const json& video : list(field(entry, "query"), "\"query\"")) record.query.push_back(parse_ranked(video, "query"));
  if (static_cast<int64_t>(record.reference.size()) != size) {
    throw input_error(fmt::format("the reference has {} videos, its key says {}", record.reference.size(), size));
  }
  if (record.query.size() != kCandidates) {
    throw input_error(fmt::format("the query has {} videos, {} are expected", record.query.size(), kCandidates));
  }
  return record;
}

/// `parse()`, or the error it throws with the place of the entry.
template <class Content, class Parse>
Entry<Content> entry_of(int64_t index, const std::string& where, const Parse& parse) {
  Entry<Content> entry{index, where, std::nullopt, std::nullopt};
  try {
    entry.content = parse();
  } catch (const Error& error) {
    entry.fault.emplace(error.kind(), error.fact(), where, error.hint());
  }
  return entry;
}

template <class Content>
Content content_of(Entry<Content> entry) {
  if (entry.fault) throw *entry.fault;
  return std::move(*entry.content);
}

/// The items of a JSON list one after the other, none kept.
void visit_list(const fs::path& path, const std::function<void(const json&)>& visit) {
  const auto item = [&](int depth, json::parse_event_t event, json& parsed) {
    using Event = json::parse_event_t;
    if (depth == 0 && event == Event::object_start) throw input_error("the file does not hold a JSON list", path.string());
    if (depth != 1 || (event != Event::object_end && event != Event::array_end && event != Event::value)) return true;
    visit(parsed);
    return false;
  };
  try {
    const json rest = json::parse(read_file(path), item);
    if (!rest.is_array()) throw input_error("the file does not hold a JSON list", path.string());
  } catch (const json::exception& error) {
    throw json_error(error, path);
  }
}

}  // namespace

void visit_abstraction_sets(const fs::path& path, const std::function<void(Entry<AbstractionSet>)>& visit) {
  int64_t index = 0;
  visit_list(path, [&](const json& entry) {
    visit(entry_of<AbstractionSet>(index, fmt::format("{}: set {}", path.string(), index), [&] { return parse_set(entry); }));
    ++index;
  });
}

void visit_ranking_sets(const fs::path& path, const std::function<void(Entry<RankingRecord>)>& visit) {
  const auto file = read_json_object<json>(path);
  for (const auto& [key, records] : file.items()) {
    const auto size = parse_int(key);
    if (!size || *size < 1 || *size > static_cast<int64_t>(kMostMembers)) {
      throw input_error(fmt::format("key '{}' is no size of a reference, 1 to {}", key, kMostMembers), path.string());
    }
    if (!records.is_array()) throw input_error(fmt::format("key '{}' does not hold a list", key), path.string());
    for (size_t i = 0; i < records.size(); ++i) {
      visit(entry_of<RankingRecord>(static_cast<int64_t>(i), fmt::format("{}: record {}/{}", path.string(), key, i),
                                    [&, reference_size = *size] { return parse_record(records[i], reference_size); }));
    }
  }
}

std::vector<AbstractionSet> read_abstraction_sets(const fs::path& path) {
  std::vector<AbstractionSet> sets;
  visit_abstraction_sets(path, [&](Entry<AbstractionSet> entry) { sets.push_back(content_of(std::move(entry))); });
  return sets;
}

std::vector<RankingRecord> read_ranking_sets(const fs::path& path) {
  std::vector<RankingRecord> records;
  visit_ranking_sets(path, [&](Entry<RankingRecord> entry) { records.push_back(content_of(std::move(entry))); });
  return records;
}

void write_abstraction_sets(const fs::path& path, const std::vector<AbstractionSet>& sets) {
  ordered_json file = ordered_json::array();
  for (const AbstractionSet& set : sets) {
    const auto subsets = power_set(static_cast<int64_t>(set.videos.size()));
    ordered_json labels = ordered_json::object();
    for (size_t row = 0; row < subsets.size(); ++row) {
      if (!set.labels[row].empty()) labels[fmt::format("{}", fmt::join(subsets[row], ","))] = set.labels[row];
    }
    file.push_back({{"videos", set.videos}, {"labels", std::move(labels)}});
  }
  write_file_atomically(path, json_text(file) + "\n");
}

void write_ranking_sets(const fs::path& path, const std::vector<RankingRecord>& records) {
  const auto listed = [](const std::vector<RankedVideo>& videos) {
    ordered_json items = ordered_json::array();
    for (const RankedVideo& video : videos) items.push_back(ordered_json::array({video.video, video.label, video.distance}));
    return items;
  };
  std::map<std::string, ordered_json> by_size;
  for (const RankingRecord& record : records) {
    by_size[fmt::format("{}", record.reference_size)].push_back(
        {{"common", ordered_json::array()}, {"query", listed(record.query)}, {"reference", listed(record.reference)}});
  }
  ordered_json file = ordered_json::object();
  for (auto& [size, items] : by_size) file[size] = std::move(items);
  write_file_atomically(path, json_text(file) + "\n");
}

}  // namespace vbench::set_abstraction
