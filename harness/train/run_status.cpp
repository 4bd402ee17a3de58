#include "harness/train/run_status.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <utility>

#include "harness/core/error.hpp"
#include "harness/core/files.hpp"

namespace vbench {
namespace fs = std::filesystem;
namespace {

using nlohmann::json;

constexpr const char* kFile = "status.json";
constexpr uint64_t kLargest = 1 << 16;
constexpr std::array<std::pair<RunState, const char*>, 6> kNames{{{RunState::kTraining, "training"},
                                                                  {RunState::kValidating, "validating"},
                                                                  {RunState::kEvaluating, "evaluating"},
                                                                  {RunState::kFinished, "finished"},
                                                                  {RunState::kInterrupted, "interrupted"},
                                                                  {RunState::kFailed, "failed"}}};

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

/// When a process began, in the kernel's units: tells it from a later one of the same number. 0: there is none, or it has ended and its
/// parent has not asked how (in containers nobody may).
int64_t begin_of(int64_t process) {
  std::ifstream file(fmt::format("/proc/{}/stat", process));
  std::string text;
  std::getline(file, text);
  const size_t name_end = text.rfind(')');  // a program's name may hold anything
  if (name_end == std::string::npos) return 0;
  std::istringstream fields(text.substr(name_end + 1));
  std::string state, field;
  fields >> state;
  if (state == "Z" || state == "X") return 0;
  constexpr int kBegin = 19;  // behind the state
  for (int i = 0; i < kBegin; ++i) fields >> field;
  return fields ? std::strtoll(field.c_str(), nullptr, 10) : 0;
}

json to_json(const RunStatus& status) {
  return {{"state", to_string(status.state)},
          {"reason", status.reason},
          {"epoch", status.epoch},
          {"epochs", status.epochs},
          {"step", status.step},
          {"steps", status.steps},
          {"begun_unix", status.begun_unix},
          {"phase_begun_unix", status.phase_begun_unix},
          {"updated_unix", status.updated_unix},
          {"host", status.host},
          {"process", status.process},
          {"process_begun", status.process_begun}};
}

bool is_possible(const RunStatus& status) {
  const auto all = {status.epoch,        status.step,    status.steps,        status.begun_unix, status.phase_begun_unix,
                    status.updated_unix, status.process, status.process_begun};
  return std::all_of(all.begin(), all.end(), [](int64_t number) { return number >= 0; }) && status.epochs >= -1 &&
         status.step <= status.steps;
}

RunStatus status_of(const json& object) {
  RunStatus status;
  const auto name = object.at("state").get<std::string>();
  bool known = false;
  for (const auto& [state, its_name] : kNames) {
    if (name != its_name) continue;
    status.state = state;
    known = true;
  }
  if (!known) throw input_error("no such state", name);
  object.at("reason").get_to(status.reason);
  object.at("epoch").get_to(status.epoch);
  object.at("epochs").get_to(status.epochs);
  object.at("step").get_to(status.step);
  object.at("steps").get_to(status.steps);
  object.at("begun_unix").get_to(status.begun_unix);
  object.at("phase_begun_unix").get_to(status.phase_begun_unix);
  object.at("updated_unix").get_to(status.updated_unix);
  object.at("host").get_to(status.host);
  object.at("process").get_to(status.process);
  object.at("process_begun").get_to(status.process_begun);
  if (!is_possible(status)) throw input_error("no run can be there", kFile);
  return status;
}

}  // namespace

std::string to_string(RunState state) {
  for (const auto& [known, name] : kNames) {
    if (known == state) return name;
  }
  return "?";
}

StatusFile::StatusFile(const fs::path& run_folder, int64_t epochs) : file_(run_folder / kFile) {
  status_.epochs = epochs;
  status_.begun_unix = std::time(nullptr);
  status_.host = host_name();
  status_.process = ::getpid();
  status_.process_begun = begin_of(status_.process);
}

void StatusFile::begin(RunState state, int64_t epoch, int64_t steps, int64_t step) {
  status_.state = state;
  status_.epoch = epoch;
  status_.steps = steps;
  status_.step = step;
  status_.phase_begun_unix = std::time(nullptr);
  write();
}

void StatusFile::update(int64_t step) {
  status_.step = step;
  constexpr std::chrono::seconds kBetween(2);
  if (std::chrono::steady_clock::now() - written_ >= kBetween) write();
}

void StatusFile::end(RunState state, const std::string& reason) {
  status_.state = state;
  status_.reason = reason;
  write();
}

/// Renamed so that no reader sees half of it, but not synced: it is worth nothing after a power failure, and training must not wait.
void StatusFile::write() {
  status_.updated_unix = std::time(nullptr);
  written_ = std::chrono::steady_clock::now();
  const fs::path temporary = fmt::format("{}.tmp.{}.0", file_.string(), status_.process);
  std::ofstream out(temporary);
  out << to_json(status_).dump(2, ' ', false, json::error_handler_t::replace) << "\n";
  out.close();
  std::error_code failed;
  if (out) fs::rename(temporary, file_, failed);
  if (!out || failed) fs::remove(temporary, failed);  // on a full disk the last word stands
}

std::optional<RunStatus> read_run_status(const fs::path& run_folder) {
  std::error_code missing;
  if (!fs::is_regular_file(run_folder / kFile, missing)) return std::nullopt;
  try {
    return status_of(json::parse(read_file(run_folder / kFile, kLargest)));
  } catch (const json::exception&) {
    return std::nullopt;
  } catch (const Error&) {
    return std::nullopt;
  }
}

std::optional<bool> is_alive(const RunStatus& status) {
  if (status.host != host_name()) return std::nullopt;
  return status.process > 0 && status.process_begun != 0 && begin_of(status.process) == status.process_begun;
}

}  // namespace vbench
