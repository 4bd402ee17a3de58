#include "results/importers/coot_runs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "harness/core/error.hpp"
#include "harness/core/files.hpp"
#include "harness/core/scores.hpp"
#include "harness/core/text.hpp"
#include "metrics/statistics.hpp"

namespace vbench {
namespace fs = std::filesystem;
namespace {

using Json = nlohmann::json;
using Curve = std::map<int64_t, double>;  // epoch -> value

constexpr uint64_t kMostBytes = uint64_t{64} << 20;
constexpr const char* kHours = "hours_to_best_epoch";

/// The authors' name of a direction -> ours.
const std::map<std::string, std::string>& directions() {
  static const std::map<std::string, std::string> names{{"vid2par", "v2p"}, {"par2vid", "p2v"}, {"cli2sen", "c2s"}, {"sen2cli", "s2c"}};
  return names;
}

Json read_json(const fs::path& file) {
  try {
    return Json::parse(read_file(file, kMostBytes));
  } catch (const Json::exception& error) {
    throw input_error(std::string("not JSON: ") + error.what(), file.string(), "copy the published runs again");
  }
}

/// Epoch number -> file, for files PREFIX<number>.json of a folder.
std::map<int64_t, fs::path> numbered_files(const fs::path& folder, const std::string& prefix) {
  std::map<int64_t, fs::path> files;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const std::string stem = entry.path().stem().string();
    if (entry.path().extension() != ".json" || stem.rfind(prefix, 0) != 0) continue;
    if (const auto epoch = parse_int(stem.substr(prefix.size()))) files[*epoch] = entry.path();
  }
  if (files.empty()) throw input_error("no file " + prefix + "N.json", folder.string(), "a published run has metrics/ and models/");
  return files;
}

/// [[epoch, value], ...]
Curve curve_of(const Json& json, const std::string& where) {
  Curve curve;
  if (!json.is_array()) throw input_error("a list of [epoch, value] is expected", where);
  for (const auto& point : json) {
    if (!point.is_array() || point.size() != 2 || !point[0].is_number_integer() || !point[1].is_number()) {
      throw input_error("[epoch, value] is expected, found " + point.dump(), where);
    }
    curve[point[0].get<int64_t>()] = point[1].get<double>();
  }
  return curve;
}

/// "val_base/vid2par-r1" -> "v2p_r1"; nothing for what is not a retrieval score.
std::optional<std::string> metric_of(const std::string& name) {
  const size_t slash = name.find('/'), dash = name.rfind('-');
  if (name.rfind("val", 0) != 0 || slash == std::string::npos || dash == std::string::npos || dash < slash) return std::nullopt;
  const auto direction = directions().find(name.substr(slash + 1, dash - slash - 1));
  if (direction == directions().end()) return std::nullopt;
  const std::string key = direction->second + "_" + name.substr(dash + 1);
  return find_metric(key) ? std::optional(key) : std::nullopt;
}

/// Epochs that were the best when they were validated.
std::vector<int64_t> good_epochs(const fs::path& file) {
  const Json state = read_json(file);
  const auto epochs = state.find("infos_val_epochs"), good = state.find("infos_val_is_good");
  const bool usable = state.is_object() && epochs != state.end() && good != state.end() && epochs->is_array() && good->is_array() &&
                      epochs->size() == good->size();
  if (!usable) throw input_error("infos_val_epochs and infos_val_is_good must be lists of the same length", file.string());
  std::vector<int64_t> result;
  for (size_t i = 0; i < epochs->size(); ++i) {
    if (!(*good)[i].is_boolean() || !(*epochs)[i].is_number_integer())
      throw input_error("epochs must be numbers and marks true or false", file.string());
    if ((*good)[i].get<bool>()) result.push_back((*epochs)[i].get<int64_t>());
  }
  if (result.empty()) throw input_error("no epoch is marked as good", file.string());
  return result;
}

/// `key: "value"` in the block `section:` of a configuration; enough of YAML for the one thing that is asked.
std::string yaml_value(const fs::path& file, const std::string& section, const std::string& key) {
  bool inside = false;
  for (const auto& line : split(read_file(file, kMostBytes), '\n')) {
    if (line == section + ":") inside = true;
    if (inside && line.rfind(key + ":", 0) == 0) {
      std::string value = trim(line.substr(key.size() + 1));
      value.erase(std::remove(value.begin(), value.end(), '"'), value.end());
      return value;
    }
  }
  throw input_error(fmt::format("no '{}' in '{}'", key, section), file.string());
}

std::vector<EpochRecord> history_of(const std::map<std::string, Curve>& scores, const Curve& seconds, const std::vector<int64_t>& good) {
  std::vector<EpochRecord> history;
  double before = 0;
  for (const auto& [epoch, total] : seconds) {
    EpochRecord record;
    record.epoch = epoch;
    record.seconds = total - before;
    before = total;
    record.improved = std::find(good.begin(), good.end(), epoch) != good.end();
    for (const auto& [key, curve] : scores) {
      if (const auto found = curve.find(epoch); found != curve.end()) record.scores[key] = found->second;
    }
    history.push_back(std::move(record));
  }
  return history;
}

RunRecord read_run(const fs::path& folder, const std::string& experiment, int64_t number) {
  const auto metrics = numbered_files(folder / "metrics", "metrics_epoch_");
  const auto good = good_epochs(numbered_files(folder / "models", "trainerstate_").rbegin()->second);
  const fs::path& file = metrics.rbegin()->second;
  const int64_t best = metrics.begin()->first;
  if (good.back() != best) {
    throw input_error(fmt::format("epoch {} is the best by its name, epoch {} by the trainer state", best, good.back()),
                      metrics.begin()->second.string());
  }
  std::map<std::string, Curve> scores;
  Curve seconds;
  const Json curves = read_json(file);
  for (const auto& [name, points] : curves.items()) {
    if (const auto key = metric_of(name)) scores[*key] = curve_of(points, file.string() + ", " + name);
    if (name == "ztime/time_total") seconds = curve_of(points, file.string() + ", " + name);
  }
  if (seconds.count(best) == 0) throw input_error(fmt::format("ztime/time_total lacks epoch {}", best), file.string());
  RunRecord record;
  record.run_id = folder.filename().string();
  record.method = "coot";
  record.variant = experiment;
  record.dataset = yaml_value(folder / "config.yaml", "dataset_train", "name");
  record.protocol = {"coot-upstream", 1, "as the authors' code evaluates: tied ranks in the order of an unstable sort"};
  record.data.split = yaml_value(folder / "config.yaml", "dataset_val", "split");
  record.seed = number;
  record.best_epoch = best;
  record.epochs = seconds.rbegin()->first + 1;
  record.history = history_of(scores, seconds, good);
  for (const auto& [key, curve] : scores) {
    if (const auto found = curve.find(best); found != curve.end()) record.scores[key] = found->second;
  }
  record.speed[kHours] = seconds.at(best) / 3600;
  return record;
}

/// Runs of one experiment together, by name.
std::map<std::string, std::vector<const RunRecord*>> by_experiment(const std::vector<RunRecord>& runs) {
  std::map<std::string, std::vector<const RunRecord*>> groups;
  for (const auto& run : runs) groups[run.variant].push_back(&run);
  return groups;
}

/// `scale` times mean and deviation as "75.35% ±2.67%". Nothing measured is a bare zero, as the authors' viewer has it.
Cell mean_cell(const std::vector<double>& values, double scale, const char* unit, int width) {
  if (values.empty()) return {.text = fmt::format("{:.2f}{}", 0.0, unit), .numeric = true};
  Cell cell{.text = fmt::format("{:{}.2f}{}", scale * mean(values), width, unit), .numeric = true, .value = mean(values)};
  if (values.size() > 1) {
    cell.deviation = sample_std(values);
    cell.text += fmt::format(" ±{:.2f}{}", scale * *cell.deviation, unit);
  }
  return cell;
}

std::string padded(const std::string& text, size_t width, bool right) {
  const std::string blanks(width - display_width(text), ' ');
  return right ? blanks + text : text + blanks;
}

}  // namespace

std::vector<RunRecord> import_coot_runs(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> folders;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (entry.is_directory()) folders.push_back(entry.path());
  }
  if (error) throw input_error("cannot read the folder: " + error.message(), folder.string());
  std::sort(folders.begin(), folders.end());
  std::vector<RunRecord> runs;
  for (const auto& run : folders) {
    const std::string name = run.filename().string();
    const size_t digits = name.find_last_not_of("0123456789") + 1;
    const auto number = parse_int(name.substr(digits));
    if (number && digits > 0) runs.push_back(read_run(run, name.substr(0, digits), *number));
  }
  if (runs.empty())
    throw input_error("no published runs", folder.string(), "expected folders like yc2_100m_coot_run1 with metrics/ and models/");
  return runs;
}

Table coot_runs_summary(const std::vector<RunRecord>& runs) {
  Table table;
  table.title = "Training runs published by COOT's authors, at the best epoch";
  table.header = {"experiment (num)"};
  table.columns = {{.key = "experiment"}};
  const std::vector<std::string> keys{"v2p_r1", "p2v_r1", "c2s_r1", "s2c_r1"};
  for (const auto& key : keys) {
    table.header.push_back(key.substr(0, 3) + "-r1");
    table.columns.push_back({.key = key});
  }
  table.header.emplace_back("Time");
  table.columns.push_back({.key = kHours});
  for (const auto& [experiment, members] : by_experiment(runs)) {
    std::vector<Cell> row{{.text = fmt::format("{} ({})", experiment, members.size())}};
    for (const auto& key : keys) {
      std::vector<double> values;
      for (const auto* run : members) {
        if (const auto found = run->scores.find(key); found != run->scores.end()) values.push_back(found->second);
      }
      row.push_back(mean_cell(values, 100, "%", 5));
    }
    std::vector<double> hours;
    for (const auto* run : members) hours.push_back(run->speed.at(kHours));
    row.push_back(mean_cell(hours, 1, "", 4));
    table.rows.push_back(std::move(row));
  }
  table.notes = {"Mean ± sample standard deviation over the runs; time in hours. 0.00% without a deviation: not evaluated."};
  return table;
}

std::string coot_runs_table(const fs::path& folder) {
  const Table table = coot_runs_summary(import_coot_runs(folder));
  std::string header, rule, body;
  std::vector<size_t> widths;
  for (size_t column = 0; column < table.header.size(); ++column) {
    size_t width = display_width(table.header[column]);
    for (const auto& row : table.rows) width = std::max(width, display_width(row[column].text));
    widths.push_back(width);
    header += (column == 0 ? "" : "|") + padded(table.header[column], width, column > 0);
    rule += (column == 0 ? "" : "|") + std::string(width, '-');
  }
  for (const auto& row : table.rows) {
    for (size_t column = 0; column < row.size(); ++column)
      body += (column == 0 ? "" : "|") + padded(row[column].text, widths[column], column > 0);
    body += "\n";
  }
  return "\n" + header + "\n" + rule + "\n" + body + "\n";
}

}  // namespace vbench
