#include "harness/train/run_log.hpp"

#include <fmt/format.h>

#include "harness/core/files.hpp"

namespace vbench {
namespace {

void add_rows(std::string& text, const std::string& epoch, const char* phase, const std::map<std::string, double>& values) {
  for (const auto& [name, value] : values) text += fmt::format("{},{},{},{}\n", epoch, phase, name, value);
}

}  // namespace

void write_run_log(const std::filesystem::path& path, const std::vector<EpochRecord>& history, const FinalEvaluation* last) {
  std::string text = "epoch,phase,name,value\n";
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

}  // namespace vbench
