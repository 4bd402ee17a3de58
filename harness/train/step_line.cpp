#include "harness/train/step_line.hpp"

#include <fmt/format.h>

#include <cmath>

namespace vbench {
namespace {

// Two decimals and an exponent without leading zeros: 1.53e+5.
std::string short_scientific(double value) {
  std::string text = fmt::format("{:.2e}", value);
  const size_t exponent = text.find('e') + 2;
  if (exponent < text.size() && text[exponent] == '0') text.erase(exponent, 1);
  return text;
}

struct Thresholds {
  double yellow, green;  // clips a second from which on a speed has this colour
};

std::string speed(char stage, double seconds, const Thresholds& thresholds, bool colour) {
  const double clips = 1 / seconds;
  const std::string number = short_scientific(clips);
  if (!colour) return fmt::format("{}={}", stage, number);
  const int code = clips < thresholds.yellow ? 91 : clips < thresholds.green ? 93 : 92;
  return fmt::format("{}=\x1b[{}m{}\x1b[0m", stage, code, number);
}

// Shortest text that reads back as the same number, with a decimal point in whole numbers.
std::string python_number(double value) {
  std::string text = fmt::format("{}", value);
  if (std::isfinite(value) && text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

}  // namespace

std::string speed_text(const StageSeconds& seconds, bool colour) {
  if (!seconds.read || !seconds.forward) return "";
  std::string text =
      fmt::format("Speed ({} {}", speed('r', *seconds.read, {100, 3000}, colour), speed('f', *seconds.forward, {50, 300}, colour));
  if (seconds.backward) text += fmt::format(" {}", speed('b', *seconds.backward, {20, 200}, colour));
  return text + ") clip/sec ";
}

std::string figures_text(const StepFigures& figures) {
  std::string text;
  for (const auto& [name, value] : figures.metrics) text += fmt::format("{} = {:.5f}, ", name, value);
  if (figures.batch_shape) {
    const auto& [batch, channels, frames, height, width] = *figures.batch_shape;
    text += fmt::format("batch_size = ({:>5},{},{:>2},{:>3},{:>3}), ", batch, channels, frames, height, width);
  }
  if (figures.learning_rate) text += fmt::format("lr = {} ", short_scientific(*figures.learning_rate));
  return text;
}

std::string step_line(int64_t epoch, int64_t batch, std::string_view speed_part, std::string_view figures_part) {
  return fmt::format("Epoch {:<5} Batch {:<6} {} {} ", fmt::format("[{}]", epoch), fmt::format("[{}]", batch), speed_part, figures_part);
}

std::string epoch_csv_name(bool training, int64_t first_epoch) {
  return fmt::format("{}_results_s{:04}.csv", training ? "train" : "val", first_epoch);
}

std::string epoch_csv_header() { return "Epoch,Top1,Top5,Loss\n"; }

std::string epoch_csv_row(const EpochRow& row) {
  return fmt::format("{},{},{},{}\n", row.epoch, python_number(row.top1), python_number(row.top5), python_number(row.loss));
}

}  // namespace vbench
