// Exported JSON files as one side of a comparison. Files come from elsewhere: everything is checked, and a mistake is named by its place.
#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "harness/core/error.hpp"
#include "harness/core/files.hpp"
#include "harness/core/text.hpp"
#include "results/gate/side.hpp"

namespace vbench::gate {
namespace {
namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr uint64_t kLargestFile = uint64_t{256} << 20;
constexpr int64_t kMostRuns = 1'000'000;  // of a row of a leaderboard
constexpr double kLargestNumber = 1e12;   // of a score or a speed; differences and squares stay finite
constexpr const char* kHint = "write it with 'vbench run --format json' or 'vbench leaderboard --format json'";

/// A value with its place: "scores.v2p_r1.values[0]".
class Field {
 public:
  Field(const Json& value, std::string file, std::string place) : value_(&value), file_(std::move(file)), place_(std::move(place)) {}

  [[noreturn]] void fail(const std::string& what) const {
    throw input_error(place_.empty() ? what : fmt::format("{} {}", printable(place_), what), file_, kHint);
  }

  [[nodiscard]] bool has(const std::string& name) const { return value_->is_object() && value_->contains(name); }
  [[nodiscard]] bool is_null() const { return value_->is_null(); }
  [[nodiscard]] bool is_object() const { return value_->is_object(); }
  [[nodiscard]] bool is_array() const { return value_->is_array(); }

  [[nodiscard]] Field member(const std::string& name) const {
    if (!is_object()) fail("is not an object");
    const auto found = value_->find(name);
    if (found == value_->end()) fail(fmt::format("lacks '{}'", name));
    return {*found, file_, place_.empty() ? name : place_ + "." + name};
  }
  [[nodiscard]] std::vector<std::pair<std::string, Field>> members() const {
    if (!is_object()) fail("is not an object");
    std::vector<std::pair<std::string, Field>> all;
    for (const auto& [name, value] : value_->items())
      all.emplace_back(name, Field(value, file_, place_ + (place_.empty() ? "" : ".") + name));
    return all;
  }
  [[nodiscard]] std::vector<Field> elements() const {
    if (!is_array()) fail("is not a list");
    std::vector<Field> all;
    for (size_t i = 0; i < value_->size(); ++i) all.emplace_back((*value_)[i], file_, fmt::format("{}[{}]", place_, i));
    return all;
  }

  [[nodiscard]] std::string text() const {
    if (!value_->is_string()) fail("is not a text");
    return value_->get<std::string>();
  }
  [[nodiscard]] std::string text_of(const std::string& name) const { return member(name).text(); }
  [[nodiscard]] bool truth() const {
    if (!value_->is_boolean()) fail("is not true or false");
    return value_->get<bool>();
  }
  [[nodiscard]] double number() const {
    if (!value_->is_number()) fail("is not a number");
    const double number = value_->get<double>();
    if (!std::isfinite(number) || std::abs(number) > kLargestNumber) fail("is not a number that a score or a speed can have");
    return number;
  }
  [[nodiscard]] int64_t count() const {
    const bool whole = value_->is_number_integer() && (!value_->is_number_unsigned() || value_->get<uint64_t>() <= uint64_t{INT64_MAX});
    if (!whole || value_->get<int64_t>() < 0) fail("is not a whole number from 0");
    return value_->get<int64_t>();
  }
  [[nodiscard]] SettingValues texts() const {
    SettingValues all;
    for (const auto& [name, field] : members()) all[name] = field.text();
    return all;
  }

 private:
  const Json* value_;
  std::string file_, place_;
};

Source source_of(const Field& field) {
  const std::string text = field.text();
  if (text == to_string(Source::kReal)) return Source::kReal;
  if (text != to_string(Source::kSynthetic)) field.fail("is neither real nor synthetic");
  return Source::kSynthetic;
}

/// Seeds in the order of the lists of values. @param invalid  which of them do not count
std::vector<int64_t> read_seeds(const Field& run, std::set<int64_t>& invalid) {
  std::vector<int64_t> seeds;
  std::set<int64_t> known;
  for (const auto& field : run.member("seeds").elements()) {
    seeds.push_back(field.count());
    if (!known.insert(seeds.back()).second) field.fail("is there twice");
  }
  if (seeds.empty()) run.member("seeds").fail("is empty");
  if (run.member("verdict").member("valid").truth()) return seeds;
  // Files of older versions do not say which seeds were INVALID: none of them counts.
  invalid = known;
  if (!run.has("invalid_seeds")) return seeds;
  invalid.clear();
  for (const auto& field : run.member("invalid_seeds").elements()) {
    if (!known.contains(field.count())) field.fail("is none of the seeds");
    invalid.insert(field.count());
  }
  return seeds;
}

/// One value a seed; null where there is none.
std::map<int64_t, double> read_values(const Field& list, const std::vector<int64_t>& seeds, const std::set<int64_t>& invalid) {
  const auto fields = list.elements();
  if (fields.size() != seeds.size()) list.fail(fmt::format("has {} values for {} seeds", fields.size(), seeds.size()));
  std::map<int64_t, double> values;
  for (size_t i = 0; i < fields.size(); ++i) {
    if (!fields[i].is_null() && invalid.count(seeds[i]) == 0) values[seeds[i]] = fields[i].number();
  }
  return values;
}

void read_speeds(const Field& run, const std::vector<int64_t>& seeds, const std::set<int64_t>& invalid, Configuration& configuration) {
  if (!run.has("speeds")) return;  // files of older versions have the mean alone
  const auto machine = machine_of(run.member("environment").texts());
  const auto doubts = run.has("speed_unreliable") ? run.member("speed_unreliable").texts() : SettingValues();
  const auto run_ids = run.member("run_ids").elements();
  for (const auto& [key, list] : run.member("speeds").members()) {
    const auto values = read_values(list, seeds, invalid);
    for (size_t i = 0; i < seeds.size(); ++i) {
      const auto value = values.find(seeds[i]);
      if (value == values.end()) continue;
      if (value->second <= 0) list.fail("has a speed that is not above 0");
      const auto doubt = doubts.find(std::to_string(seeds[i]));
      configuration.speeds[key].push_back(
          {run_ids[i].text(), value->second, machine, doubt == doubts.end() ? std::string() : doubt->second});
    }
  }
}

/// An object of `vbench run --format json`.
Configuration read_run(const Field& run) {
  const Field protocol = run.member("protocol"), data = run.member("data");
  Configuration configuration{.method = run.text_of("method"),
                              .variant = run.text_of("variant"),
                              .dataset = run.text_of("dataset"),
                              .source = source_of(run.member("source")),
                              .split = run.text_of("split"),
                              .protocol = {protocol.text_of("name"), protocol.member("version").count(), ""},
                              .items = data.member("items").count(),
                              .data_hash = data.text_of("hash")};
  std::set<int64_t> invalid;
  const auto seeds = read_seeds(run, invalid);
  configuration.runs = static_cast<int64_t>(seeds.size() - invalid.size());
  configuration.trained = run.member("epochs").count() > 0;
  const auto run_ids = run.member("run_ids").elements();
  if (run_ids.size() != seeds.size()) run.member("run_ids").fail("has not one id a seed");
  for (size_t i = 0; i < seeds.size(); ++i) {
    if (!invalid.contains(seeds[i])) configuration.run_ids.push_back(run_ids[i].text());
  }
  if (!invalid.empty()) {
    for (const auto& reason : run.member("verdict").member("reasons").elements()) configuration.invalid.push_back(reason.text());
  }
  if (run.has("settings")) {
    configuration.settings = run.member("settings").texts();
    if (const auto found = configuration.settings->find("run.train_data"); found != configuration.settings->end()) {
      configuration.train_data = found->second;
      configuration.settings->erase(found);
    }
  }
  for (const auto& [key, score] : run.member("scores").members()) {
    auto values = read_values(score.member("values"), seeds, invalid);
    if (!values.empty()) configuration.scores[key].by_seed = std::move(values);
  }
  read_speeds(run, seeds, invalid, configuration);
  return configuration;
}

/// A score of a leaderboard: a number, or mean and deviation over the runs of its row.
std::optional<Summary> read_summary(const Field& cell, int64_t runs) {
  if (cell.is_null()) return std::nullopt;
  if (!cell.is_object()) {
    if (runs != 1) cell.fail(fmt::format("has no deviation over its {} runs", runs));
    return Summary{cell.number(), 0, 1};
  }
  const Field average = cell.member("mean"), deviation = cell.member("std");
  if (average.is_null()) return std::nullopt;
  if (runs > 1 && deviation.is_null()) return std::nullopt;
  const Summary summary{average.number(), runs > 1 ? deviation.number() : 0, runs};
  if (summary.deviation < 0) deviation.fail("is negative");
  return summary;
}

/// A table of `vbench leaderboard --format json`: every row that is a result of ours. Tables of folds repeat what other tables have.
void read_board(const Field& board, std::vector<Configuration>& all) {
  const std::string version = board.text_of("protocol_version"), split = board.text_of("split");
  if (!parse_int(version)) board.member("protocol_version").fail("is not a whole number");
  if (split.rfind("folds ", 0) == 0) return;
  for (const auto& row : board.member("rows").elements()) {
    if (row.text_of("result") != "vbench") continue;
    Configuration configuration{.method = row.text_of("method"),
                                .variant = row.text_of("variant"),
                                .dataset = board.text_of("dataset"),
                                .source = source_of(board.member("source")),
                                .split = split,
                                .protocol = {board.text_of("protocol"), *parse_int(version), ""},
                                .data_hash = board.text_of("data_hash")};
    if (row.has("configuration")) configuration.board_text = row.text_of("configuration");
    configuration.runs = row.member("runs").count();
    if (configuration.runs == 0) row.member("runs").fail("is 0");
    if (configuration.runs > kMostRuns) row.member("runs").fail(fmt::format("is more than {}", kMostRuns));
    for (const auto& [key, cell] : row.members()) {
      if (!find_metric(key)) continue;
      if (const auto summary = read_summary(cell, configuration.runs)) configuration.scores[key].summary = *summary;
    }
    all.push_back(std::move(configuration));
  }
}

/// What was printed as one list may hold objects of every kind.
void read_any(const Field& field, std::vector<Configuration>& all) {
  if (field.is_array()) {
    for (const auto& element : field.elements()) {
      if (!element.is_object()) element.fail("is not an object");
      read_any(element, all);
    }
  } else if (field.has("rows")) {
    read_board(field, all);
  } else if (field.has("folds")) {
    for (const auto& run : field.member("runs").elements()) all.push_back(read_run(run));
  } else {
    all.push_back(read_run(field));
  }
}

void read_one(const fs::path& file, std::vector<Configuration>& all) {
  const std::string name = file.string();
  Json json;
  try {
    json = Json::parse(read_file(file, kLargestFile));
  } catch (const Json::parse_error& error) {
    throw input_error(fmt::format("is not JSON (byte {})", error.byte), name, kHint);
  } catch (const Json::exception&) {  // out_of_range: 1e999
    throw input_error("holds a number that is too large", name, kHint);
  }
  read_any(Field(json, name, ""), all);
}

}  // namespace

std::vector<Configuration> read_exported(const fs::path& path) {
  std::vector<Configuration> all;
  if (fs::is_directory(path)) {
    for (const auto& file : list_folder(path)) {
      if (file.extension() == ".json") read_one(file, all);
    }
  } else {
    read_one(path, all);
  }
  if (all.empty()) throw input_error("holds no result", path.string(), kHint);
  return all;
}

}  // namespace vbench::gate
