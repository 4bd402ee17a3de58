#include "harness/train/run_log.hpp"

#include <fmt/format.h>

#include <sstream>

#include "harness/core/error.hpp"
#include "harness/core/files.hpp"
#include "harness/core/text.hpp"

namespace vbench {
namespace {

constexpr const char* kHeader = "epoch,phase,name,value";
constexpr uint64_t kLargest = uint64_t{1} << 28;

void add_rows(std::string& text, const std::string& epoch, const char* phase, const std::map<std::string, double>& values) {
  for (const auto& [name, value] : values) text += fmt::format("{},{},{},{}\n", epoch, phase, name, value);
}

struct Row {
  int64_t epoch = 0;  ///< from 1; 0: of the last evaluation
  std::string phase, name;
  double value = 0;
};

/// Nothing for a line that is no row.
std::optional<Row> row_of(const std::string& line) {
  const size_t first = line.find(','), second = line.find(',', first + 1), last = line.rfind(',');
  if (first == std::string::npos || second == std::string::npos || last <= second) return std::nullopt;
  Row row{0, line.substr(first + 1, second - first - 1), line.substr(second + 1, last - second - 1), 0};
  const auto value = parse_double(line.substr(last + 1));
  if (!value || row.name.empty()) return std::nullopt;
  row.value = *value;
  if (row.phase == "final") return first == 0 ? std::optional(row) : std::nullopt;
  const auto epoch = parse_int(line.substr(0, first));
  if (!epoch || *epoch < 1 || (row.phase != "train" && row.phase != "val")) return std::nullopt;
  row.epoch = *epoch;
  return row;
}

void add_to(RunLog& log, const Row& row) {
  const bool score = find_metric(row.name).has_value();
  if (row.phase == "final") {
    if (!log.last) log.last.emplace();
    (score ? log.last->scores : log.last->loss)[row.name] = row.value;
    return;
  }
  if (log.history.empty() || log.history.back().epoch != row.epoch - 1) log.history.emplace_back().epoch = row.epoch - 1;
  EpochRecord& record = log.history.back();
  if (row.phase == "val") {
    (score ? record.scores : record.val_loss)[row.name] = row.value;
  } else if (row.name == "learning_rate") {
    record.learning_rate = row.value;
  } else if (row.name == "seconds") {
    record.seconds = row.value;
  } else {
    record.train_loss[row.name] = row.value;
  }
}

}  // namespace

void write_run_log(const std::filesystem::path& path, const std::vector<EpochRecord>& history, const FinalEvaluation* last) {
  std::string text = fmt::format("{}\n", kHeader);
  for (const auto& record : history) {
    const auto epoch = std::to_string(record.epoch + 1);
    add_rows(text, epoch, "train", {{"learning_rate", record.learning_rate}, {"seconds", record.seconds}});
    add_rows(text, epoch, "train", record.train_loss);
    add_rows(text, epoch, "val", record.val_loss);
    add_rows(text, epoch, "val", record.scores);
  }
  if (last != nullptr) {
    add_rows(text, "", "final", last->loss);
    add_rows(text, "", "final", last->scores);
  }
  write_file_atomically(path, text);
}

std::optional<RunLog> read_run_log(const std::filesystem::path& path) {
  std::error_code missing;
  if (!std::filesystem::is_regular_file(path, missing)) return std::nullopt;
  std::istringstream text(read_file(path, kLargest));
  RunLog log;
  int64_t number = 0;
  for (std::string line; std::getline(text, line);) {
    ++number;
    if (number == 1 && line == kHeader) continue;
    const auto row = number == 1 ? std::nullopt : row_of(line);
    if (!row)
      throw input_error(fmt::format("line {} is no row of a run's log: '{}'", number, printable(line.substr(0, 80))), path.string());
    add_to(log, *row);
  }
  return log;
}

}  // namespace vbench
